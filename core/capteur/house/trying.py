"""`capteur try`: run a sensor once for its author, show everything it did, store nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from capteur.accounts import Account
from capteur.clock import micros
from capteur.errors import InputError, UsageError
from capteur.estimator import Estimator
from capteur.house.equipment import tools_of
from capteur.house.looping import run_here
from capteur.house.rehearsing import (
    LOOKED_AT,
    Basket,
    account_named,
    accounts_for,
    built,
    delivery_from,
    rehearse,
    starting,
    tasks_for,
)
from capteur.house.reports import InstanceRun
from capteur.house.weighing import STRANGER, Shift, Weighed, weigh
from capteur.registry import Instance
from capteur.sensing import Task
from capteur.signals import Accepted
from capteur.web import Recorder, Redactor, Seen

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House

LIMIT = 20
"""Signals a try stops after, unless asked otherwise."""
FIXTURES = "fixtures"
Step = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What to try. `account` as a person writes it; `limit` None = everything the sensor yields; `delivery` for a PushSensor."""

    account: str | None = None
    since: datetime | None = None
    limit: int | None = LIMIT
    record: bool = False
    delivery: Path | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """The fixture that was written: how many answers in how many bytes, and whether there was one before."""

    path: Path
    answers: int
    size: int
    replaced: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """What a try did; nothing of it is stored. Times in micros, texts without secrets.

    `run` says how it went as in a run; `failures` are (account or None, what, cure). `since` is where the sensor was told to
    start and `start` why; `remembered` = it was handed the memory of the last run, `memory` = bytes it would remember now.
    `looked_at` of `listed` accounts were asked for. `others` counts what is not a signal, `elsewhere` signals of accounts that
    were not asked for. `steps` are (command, meaning): what to do next.
    """

    name: str
    use: str
    shape: str
    origin: str
    as_of: int
    since: int
    start: str
    remembered: bool
    looked_at: tuple[str, ...]
    listed: int
    run: InstanceRun
    requests: list[Seen]
    signals: list[Weighed]
    shifts: list[Shift]
    bad: list[str]
    failures: list[tuple[str | None, str, str | None]]
    others: dict[str, int]
    elsewhere: int
    memory: int | None
    limited: bool
    recording: Recording | None
    steps: list[Step]

    @property
    def exit_code(self) -> int:
        """As of a run."""
        return self.run.exit_code


@dataclass(frozen=True, slots=True)
class _Plan:
    """A rehearsal that is about to start."""

    instance: Instance
    configured: bool
    tasks: list[Task]
    listed: int
    stranger: Account | None
    basket: Basket


def try_sensor(house: House, name: str, attempt: Attempt) -> Trial:
    """Run a sensor once. What the sensor or its source does wrong is in the Trial.

    Raises UsageError, InputError, ConfigError or PluginError for what cannot be tried at all.
    """
    model = next(iter(house.estimators.items()))  # a bad model is told before anybody is asked
    plan = _plan(house, name, attempt)
    recorder = Recorder() if attempt.record else None
    started = house.clock.monotonic()
    run_here(_rehearse(house, plan, recorder, attempt.limit))
    run = InstanceRun(plan.instance.name, expected=len(plan.tasks), shape=plan.instance.shape)
    for _, done in plan.basket.done:
        run.add(done)
    run.close(house.clock.monotonic() - started)
    recording = _record(house, name, recorder) if recorder is not None and len(recorder) else None
    return _trial(house, plan, attempt, run, recording, model)


async def _rehearse(house: House, plan: _Plan, recorder: Recorder | None, limit: int | None) -> None:
    async with tools_of(house, [plan.instance], sink=plan.basket, recorder=recorder) as tools:
        await rehearse(tools, plan.tasks, plan.basket, limit)


def _plan(house: House, name: str, attempt: Attempt) -> _Plan:
    instance, configured = built(house, name)
    _check_delivery(instance, attempt)
    delivery = delivery_from(attempt.delivery, house) if attempt.delivery is not None else None
    since = micros(attempt.since) if attempt.since is not None else None

    def work(conn: Connection) -> _Plan:
        listed = accounts_for(conn, instance)
        wanted = account_named(conn, attempt.account) if attempt.account is not None else None
        accounts = [wanted] if wanted else listed[:LOOKED_AT]
        if instance.shape == "account" and not accounts:
            raise InputError(
                f"sensor {name} looks at accounts, and the list is empty", fix=f"capteur try {name} --account acme.com"
            )
        # signals of other accounts come between those that were asked for: there is no telling when to stop
        filtered = wanted is not None and instance.shape != "account"
        limit = None if filtered else attempt.limit
        tasks = tasks_for(conn, instance, accounts=accounts, since=since, limit=limit, delivery=delivery)
        stranger = wanted if wanted is not None and wanted.id == STRANGER else None
        return _Plan(instance, configured, tasks, len(listed), stranger, Basket(wanted if filtered else None))

    return house.store.read(work)


def _check_delivery(instance: Instance, attempt: Attempt) -> None:
    if instance.shape == "push" and attempt.delivery is None:
        raise UsageError(
            f"sensor {instance.name} reads deliveries, and none was given",
            fix=f"capteur try {instance.name} --delivery body.json",
        )
    if instance.shape != "push" and attempt.delivery is not None:
        raise UsageError(
            f"sensor {instance.name} asks its source, it reads no deliveries", fix=f"capteur try {instance.name}"
        )


def _record(house: House, name: str, recorder: Recorder) -> Recording:
    path = house.settings.plugins_path / FIXTURES / f"{re.sub(r'[^A-Za-z0-9._@-]', '-', name)}.json"
    replaced = path.exists()
    return Recording(path, len(recorder), recorder.save(path), replaced)


def _trial(
    house: House,
    plan: _Plan,
    attempt: Attempt,
    run: InstanceRun,
    recording: Recording | None,
    model: tuple[str, Estimator],
) -> Trial:
    instance, basket, now = plan.instance, plan.basket, house.now()
    incoming = basket.signals[: attempt.limit]
    signals, shifts = house.store.read(lambda conn: weigh(conn, instance.use, incoming, model, now, plan.stranger))
    hide = Redactor(instance.secrets)
    first = plan.tasks[0]
    trial = Trial(
        name=instance.name,
        use=instance.use,
        shape=instance.shape,
        origin=str(instance.origin),
        as_of=now,
        since=micros(first.since(house.clock.now())),
        start=starting(first),
        remembered=first.watch.cursor is not None and first.unit.since is None,
        looked_at=tuple(label for label, _ in basket.done if label is not None),
        listed=plan.listed,
        run=replace(
            run,
            new=sum(s.state == "new" for s in signals),
            updated=sum(s.state == "grows" for s in signals),
            unchanged=sum(s.state in ("known", "twice", "revoked") for s in signals),
            unmatched=sum(s.account is None for s in signals),
        ),
        requests=basket.requests,
        signals=[replace(s, signal=_hidden(s.signal, hide)) for s in signals],
        shifts=shifts,
        bad=list(dict.fromkeys(basket.notes)),
        failures=[(label, done.error or done.status, done.fix) for label, done in basket.done if done.status != "ok"],
        others=basket.others,
        elsewhere=basket.elsewhere,
        memory=len(basket.memory) if basket.memory is not None else None,
        limited=attempt.limit is not None and len(basket.signals) >= attempt.limit,
        recording=recording,
        steps=[],
    )
    return replace(trial, steps=list(_steps(house, trial, attempt, configured=plan.configured)))


def _hidden(signal: Accepted, hide: Redactor) -> Accepted:
    return replace(
        signal,
        key=hide(signal.key),
        summary=hide(signal.summary) if signal.summary else None,
        evidence_url=hide.url(signal.evidence_url) if signal.evidence_url else None,
        data=None,
    )


def _steps(house: House, trial: Trial, attempt: Attempt, *, configured: bool) -> Iterator[Step]:
    """What to do next, the most urgent first; the cures of failures are told with them."""
    again = f"capteur try {trial.name}"
    if trial.exit_code:
        yield again, "once that is put right"
        if not attempt.record and trial.requests:
            yield f"{again} --record", "keeps the answers, to look at what came"
        return
    if not trial.signals and not trial.bad and trial.shape != "push":
        yield f"{again} --since 365d", "nothing was found; this looks further back"
    strangers = _strangers(trial.signals)
    if strangers:
        yield f"capteur accounts add {strangers[0]}", "puts a company on the list that no account answers to"
    if trial.recording is None and trial.requests:
        yield f"{again} --record", "keeps these answers as the fixture of its test"
    test = house.settings.plugins_path / f"test_{trial.use.replace('-', '_')}.py"
    if test.is_file():
        yield f"python -m pytest {test.parent.name}/{test.name}", "its test"
    if not configured:
        yield f"[sensors.{trial.name}]", "this line in capteur.toml puts it to work"
    elif trial.shape != "push":
        yield f"capteur run {trial.name}", "runs it in earnest: stores and remembers"


def _strangers(signals: Sequence[Weighed]) -> list[str]:
    return list(dict.fromkeys(s.signal.ref.domain for s in signals if s.account is None and s.signal.ref.domain))
