"""One unit from claim to commit."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from functools import partial
from typing import Any, cast

from capteur.clock import from_micros, micros
from capteur.errors import Stopped
from capteur.runner import UnitDone
from capteur.schedules import key_of
from capteur.sensing.arriving import is_assumed, is_live, measured_delays
from capteur.sensing.bill import Bill
from capteur.sensing.converting import Remembered, Taken
from capteur.sensing.delivered import DeliveryIntake, Reading, waiting_for
from capteur.sensing.drive import Elsewhere, bad_row, drive_sync, row_place, said
from capteur.sensing.ending import unit_done
from capteur.sensing.intake import Gathered, Intake
from capteur.sensing.isolated import drive_isolated
from capteur.sensing.looped import drive_async
from capteur.sensing.privacy import Privacy
from capteur.sensing.scrubbing import Scrubber
from capteur.sensing.task import Task, Tools
from capteur.sensing.telling import add, describe, home_of, named_secrets, validator_scope
from capteur.sensing.verdict import OK, Verdict, judge, wasted
from capteur.sensor import AccountSensor, Context, FeedSensor, PushSensor
from capteur.store import Fenced, watches
from capteur.store import validators as stored_validators
from capteur.store.shapes import Batch, Finish, Receipt, Validator
from capteur.web import Session
from capteur.web import Validator as WebValidator

FLUSH = 1000
"""A long feed is committed in pieces of about this many signals, so that it streams and a crash keeps what came before."""


class _Run:
    """The state of one running unit."""

    def __init__(self, task: Task, tools: Tools, session: Session, delays: Mapping[str, int]) -> None:
        self.task, self.tools, self.session = task, tools, session
        self.reads_deliveries = task.instance.shape == "push" and task.delivery is None
        self.reading: Reading | None = None
        self.intake = (DeliveryIntake if self.reads_deliveries else Intake)(
            kinds=task.instance.kinds,
            now=tools.clock.now(),
            index=tools.index,
            account=task.account,
            discover=task.instance.name in tools.discover or task.instance.use in tools.discover,
            assume_known=is_assumed(task),
            delays=delays,
            hide=Scrubber(session.redactor),
            privacy=Privacy(tools.privacy.allows(task.instance.name, task.instance.use), tools.retention),
        )
        self.live = is_live(task, self.intake.now)
        self.bill = Bill(task.instance, session, tools.purses.get(task.instance.name))
        self.total = Receipt()

    def context(self) -> Context:
        """What the author's code gets."""
        task, instance, now = self.task, self.task.instance, self.intake.now
        return Context(
            instance=instance.name,
            now=now,
            since=task.since(now),
            until=from_micros(task.unit.until) if task.unit.until is not None else None,
            cursor=json.loads(task.watch.cursor) if task.watch.cursor and not task.backfill else None,
            http=self.session.http,
            ahttp=self.session.ahttp,
            log=self.tools.log(instance.name),
            limit=task.limit,
            base=self.tools.base,
            contact=self.tools.web.settings.contact,
            _bad_row=lambda error: self.intake.reject(bad_row(row_place(error), type(error).__name__, said(error))),
        )

    async def open_deliveries(self) -> None:
        """Look what waits to be read."""
        waiting = await asyncio.to_thread(waiting_for, self.task, self.tools)
        assert isinstance(self.intake, DeliveryIntake), "as it was made"
        judge_it = partial(judged, self.task, self.tools)
        self.reading = Reading(self.task, waiting, self.context(), self.intake, judge_it, self.session.redactor)
        self.live = self.reading.is_live

    def stream(self) -> AsyncIterator[list[Taken]]:
        """Chunks of what the sensor yields, by its colour."""
        sensor, deadline = self.task.instance.sensor, self.task.instance.deadline.total_seconds()
        ctx = self.context()
        if self.reading is not None and self.task.instance.isolate:
            return self.reading.isolated(
                lambda delivery: drive_isolated(self.task.instance, ctx, delivery, self.intake, self.session)
            )
        if self.reading is not None:
            return drive_sync(self.reading.things, self.intake, self.session.stop, deadline)
        if self.task.instance.isolate:
            subject = self.task.account or self.task.delivery
            return drive_isolated(self.task.instance, ctx, subject, self.intake, self.session)
        start: Callable[[], object]
        if isinstance(sensor, AccountSensor):
            account = self.task.account
            assert account is not None, "an AccountSensor's unit has an account"
            method: Any = sensor.detect
            start = lambda: method(ctx, account)  # noqa: E731  one of three shapes of the same call
        elif isinstance(sensor, PushSensor):
            delivery = self.task.delivery
            assert delivery is not None, "a PushSensor's unit has a delivery"
            method = sensor.receive
            start = lambda: method(ctx, delivery)  # noqa: E731  as above
        else:
            method = cast("FeedSensor", sensor).detect
            start = lambda: method(ctx)  # noqa: E731  as above
        if inspect.isasyncgenfunction(method):
            return drive_async(start, self.intake, deadline, self.task.limit)
        return drive_sync(start, self.intake, self.session.stop, deadline, self.task.limit)

    async def consume(self) -> None:
        """Take everything, committing every FLUSH signals. The memory waits for the end: a failed unit moves no cursor."""
        if self.reads_deliveries:
            await self.open_deliveries()
        stream, take = self.stream(), self.reading.take if self.reading is not None else self._take
        try:
            async for chunk in stream:
                for thing in chunk:
                    if take(thing) and len(self.intake.gathered) >= FLUSH:
                        got = self.intake.drain()
                        self.intake.gathered.memory, got.memory = got.memory, None
                        await _to_its_end(self.commit(got, None))
        except (Exception, Elsewhere) as error:
            if self.reading is None or not self.reading.broke_off(error):
                raise
        finally:
            await cast("Any", stream).aclose()

    def _take(self, thing: Taken) -> bool:
        if not (isinstance(thing, Remembered) and self.task.backfill):
            self.intake.take(thing)
        return True

    async def commit(self, got: Gathered, finish: Finish | None) -> None:
        """One transaction: what was gathered and, with `finish`, the watch row."""
        task, good = self.task, finish is not None and finish.status == "ok"
        learnt = tuple(Validator(*v) for v in self.session.learnt.values()) if good and not task.backfill else ()
        batch = Batch(
            scope=task.instance.use,
            instance=task.instance.name,
            account_id=task.unit.account_id,
            epoch=None if task.backfill else task.unit.epoch,
            signals=tuple(got.signals),
            revokes=tuple(got.revokes),
            facts=tuple(got.facts),
            outcomes=tuple(got.outcomes),
            same=tuple(got.same),
            memory=got.memory,
            validators=learnt,
            validator_scope=validator_scope(task.instance),
            finish=None if task.backfill else finish,
            live=self.live,
            spent=self.bill.due(finish.status if finish is not None else None),
            read=self.reading.settled() if self.reading is not None else None,
        )
        now, sink = micros(self.tools.clock.now()), self.tools.sink
        if sink is not None:
            receipt = sink.take(batch)
        else:
            receipt = await asyncio.wrap_future(self.bill.commit(self.tools.store, batch, now))
        self.total = add(self.total, receipt)
        new = set(receipt.new_keys)
        for incoming in got.signals:
            if incoming.signal.key in new:
                self.tools.observe(
                    "capteur_signal_accepted", instance=task.instance.name, signal=describe(incoming.signal)
                )


async def run_unit(task: Task, tools: Tools) -> UnitDone:
    """Run one claimed unit and commit what it found; never raises for anything the sensor, the source or the store did."""
    if not task.instance.isolate:
        return await _run_unit(task, tools)
    try:
        await tools.processes.acquire()
    except asyncio.CancelledError:
        await _give_back(task, tools)
        raise
    try:
        return await _run_unit(task, tools)
    finally:
        tools.processes.release()


async def _give_back(task: Task, tools: Tools) -> None:
    """A unit that was stopped before it began leaves its row as it found it."""
    if tools.sink is None:
        row = (task.instance.name, task.unit.account_id, task.unit.epoch)
        await asyncio.wrap_future(tools.store.write(lambda conn: watches.release(conn, *row)))


async def _run_unit(task: Task, tools: Tools) -> UnitDone:
    started = tools.clock.monotonic()
    instance = task.instance
    scope = validator_scope(instance)
    verdict = OK
    run: _Run | None = None
    try:
        known = (
            {}
            if task.backfill or task.limit or tools.sink is not None
            else await asyncio.to_thread(
                tools.store.read, lambda conn: stored_validators.load(conn, scope, task.unit.account_id)
            )
        )
        session = tools.web.session(
            secrets=named_secrets(instance),
            validators={url: WebValidator(v.url, v.etag, v.last_modified) for url, v in known.items()},
            deadline=started + instance.deadline.total_seconds(),
            instance=instance.name,
            purse=tools.purses.get(instance.name),
        )
        run = _Run(task, tools, session, await measured_delays(task, tools))
        await run.consume()
        session.check_paid()  # a sensor may have gone on without its answer
        if run.reading is not None:
            verdict = run.reading.verdict or verdict
        elif run.intake.wasted:
            verdict = wasted(instance.name, task.label, task.watch.fails, run.intake.notes[0])
    except Fenced as error:
        verdict = Verdict("fenced", str(error))
    except asyncio.CancelledError:
        if run is not None:
            await _finish(run, Verdict("stopped", "stopped"))
        else:
            await _give_back(task, tools)
        raise
    except BaseException as error:  # a sensor may raise anything; judge() says what it means
        if isinstance(error, KeyboardInterrupt):
            raise
        refused = run.session.refused if run is not None and isinstance(error, Exception) else None
        verdict = judged(task, tools, refused or error, task.watch.fails)
    if run is not None and verdict.status != "fenced":
        verdict = await _finish(run, verdict)
    if run is not None:
        run.bill.close(tools.store, verdict.status)
    return unit_done(task, tools, run, verdict, tools.clock.monotonic() - started)


def judged(task: Task, tools: Tools, error: BaseException, fails: int) -> Verdict:
    """What an error out of the unit's sensor means; `fails` is how often it has failed before."""
    instance = task.instance
    return judge(
        error,
        instance=instance.name,
        fails=fails,
        account=task.label,
        keyed=bool(instance.secrets),
        rng=tools.rng,
        home=home_of(instance),
    )


async def _finish(run: _Run, verdict: Verdict) -> Verdict:
    """Commit what was gathered, and how the unit ended. A unit that failed keeps its signals and moves no cursor.

    A skip is a decision, not a failure: what the sensor remembered on the way to it (where it has looked in vain) is kept.
    """
    task = run.task
    if run.reading is not None:
        run.reading.tell(run.tools.log(task.instance.name))
    got = run.intake.drain()
    if verdict.status not in ("ok", "skipped"):
        got.memory = None
    # past a bad row the next run asks again from where this one began: once it is readable it must not be too old to be asked for
    seen = run.intake.newest if not run.intake.bad else None
    newest = max((m for m in (seen, task.watch.newest) if m is not None), default=None)
    error = run.session.redactor(verdict.error) if verdict.error else None
    try:
        await _to_its_end(run.commit(got, Finish(verdict.status, _due(run, verdict), newest, error)))
    except Fenced as fenced:
        return Verdict("fenced", str(fenced))
    except (Exception, Stopped) as failed:  # noqa: BLE001  whatever the commit raised belongs to this unit
        return (
            judge(
                failed,
                instance=task.instance.name,
                fails=task.watch.fails,
                account=task.label,
                keyed=False,
                rng=run.tools.rng,
            )
            if verdict.status == "ok"
            else verdict
        )
    return verdict


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for what must not be torn off half-way: who is cancelled meanwhile would leave the row to its lease."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def _due(run: _Run, verdict: Verdict) -> int:
    """When the row is served next. One that was stopped is due at once, and keeps its place among those that wait."""
    task, now = run.task, run.tools.clock.now()
    if verdict.status == "stopped":
        return min(task.watch.next_due, micros(now))
    if verdict.wait is not None:
        return micros(now + verdict.wait)
    key = key_of(task.instance.name, task.unit.account_id)
    return micros(task.instance.schedule.after_run(run.intake.now, now, key))
