"""How the sensors and the daemons are: what waits for a person comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.grid import Column, grid
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import MARKS, fix_lines, hint, mark, paragraph
from capteur.cli.theme import join, text, text_line
from capteur.wording import age, counted, iso

if TYPE_CHECKING:
    from capteur.watching import BudgetStatus, DaemonStatus, InstanceStatus, Status

LEVELS = {
    "ok": "ok", "never": "idle", "disabled": "idle", "paused": "idle", "late": "warn", "partial": "warn", "silent": "warn", "waiting": "warn",
    "backoff": "warn", "skipped": "warn", "missing": "warn", "stuck": "warn", "quarantined": "error", "parked": "error", "broken": "error",
}  # fmt: skip
WORDS = {
    "ok": "ok", "never": "not run yet", "disabled": "disabled", "late": "late", "partial": "partly failing", "silent": "silent", "paused": "paused", "stuck": "stuck", "waiting": "asked to wait", "backoff": "trying again", "skipped": "nobody to read",
    "missing": "missing", "quarantined": "quarantined", "parked": "parked", "broken": "broken",
}  # fmt: skip
_URGENT = {"error": 0, "warn": 1, "ok": 2, "idle": 3}
_COUNTS = ("accounts", "ok", "failing", "skipped", "running", "waiting", "quarantined", "stuck")
_BUDGET = (
    "budget_requests", "budget_requests_spent", "budget_credits", "budget_credits_spent", "budget_waiting", "budget_full_at",
)  # fmt: skip
_INBOX = ("deliveries_waiting", "deliveries_oldest", "deliveries_failed")
_DAY = ("runs", "units", "failed", "new", "updated", "bad", "requests")


class Statuses(Screen):
    """`capteur status`."""

    header: ClassVar[tuple[str, ...]] = (
        "instance",
        "state",
        "last_ok",
        "next_due",
        *_COUNTS,
        "error",
        "fix",
        "schedule",
        "down_since",
        "quiet_since",
        *(f"{name}_24h" for name in _DAY),
        *_BUDGET,
        *_INBOX,
    )

    def __init__(self, status: Status) -> None:
        self.status = status
        self.as_of = status.as_of
        self.instances = sorted(status.instances, key=lambda i: _URGENT[LEVELS.get(i.state, "warn")])

    def rows(self) -> Iterator[Sequence[Cell]]:
        for i in self.instances:
            yield (
                i.name,
                i.state,
                iso(i.last_ok),
                iso(i.next_due),
                *(getattr(i, name) for name in _COUNTS),
                i.error,
                i.fix,
                i.schedule,
                iso(i.down_since),
                iso(i.quiet_since),
                *(getattr(i.day, name) for name in _DAY),
                *_budget(i),
                *_inbox(i),
            )

    def extra(self) -> Mapping[str, Any]:
        s = self.status
        daemons = [{**asdict(d), "started_at": iso(d.started_at), "beat_at": iso(d.beat_at)} for d in s.daemons]
        return {
            "store": s.store,
            "schema": s.schema,
            "signals_24h": s.signals_24h,
            "stale": s.stale,
            "world": s.world,
            "daemons": daemons,
        }

    def notes(self) -> Iterator[str]:
        yield f"store {self.status.store}, {counted(self.status.signals_24h, 'signal')} in 24 h"
        for level, words in _daemons(self.status):
            if level != "ok":
                yield words

    def lines(self, width: int) -> Iterator[Text]:
        for level, words in _daemons(self.status):
            head = join(mark(level), text_line(" "), text(words))
            if head.cell_len <= width:
                yield head
            else:
                body = list(paragraph(words, width, indent=2))
                yield join(mark(level), text_line(" "), text(body.pop(0).plain.strip()))
                yield from body
        yield Text("")
        if self.instances:
            yield from self._instances(width)
        else:
            yield text_line("No sensor is configured.", "title")
            yield from hint("installed sensors", "capteur sensors list", width)
        yield Text("")
        s = self.status
        stale = f", {counted(s.stale, 'estimate')} to refold" if s.stale else ""
        yield from paragraph(
            f"Last 24 h: {counted(s.signals_24h, 'signal')} detected{self._day()}{stale}. Store {s.store}, schema {s.schema}.",
            width,
            "quiet",
        )

    def _day(self) -> str:
        runs, failed, requests = (
            sum(getattr(i.day, name) for i in self.instances) for name in ("runs", "failed", "requests")
        )
        if not runs:
            return ""
        return f" in {counted(runs, 'run')} with {counted(requests, 'request')}, {failed} failed"

    def _instances(self, width: int) -> Iterator[Text]:
        shown = self.instances
        levels = [LEVELS.get(i.state, "warn") for i in shown]
        states = [text(WORDS.get(i.state, i.state), MARKS[level][1]) for i, level in zip(shown, levels, strict=True)]
        laid = grid(
            [
                Column("", [mark(level) for level in levels]),
                Column("instance", [text(i.name, "strong") for i in shown], least=12, most=30),
                Column("state", states),
                Column("last good run", [text(_ago(i.last_ok, self.as_of)) for i in shown], right=True),
                Column("next", [text(self._next(i), "quiet") for i in shown], right=True, drop=3),
                Column(
                    "watching",
                    [text(f"{i.ok} of {i.accounts}" if i.accounts else "") for i in shown],
                    right=True,
                    drop=1,
                ),
                Column("failing", [text(i.failing or "", "warn") for i in shown], right=True, drop=2),
                Column("skipped", [text(i.skipped or "", "quiet") for i in shown], right=True, drop=4),
                Column("new in 24 h", [text(i.day.new or "", "quiet") for i in shown], right=True, drop=5),
            ],
            width,
        )
        yield laid.head
        for instance, line in zip(shown, laid.rows, strict=True):
            yield line
            yield from _trouble(instance, self.as_of, width)
            if instance.inbox is not None and instance.inbox.waiting:
                words = f"{counted(instance.inbox.waiting, 'delivery', 'deliveries')} to be read"
                yield from paragraph(words, width, "quiet", indent=3)
            if instance.budget is not None:
                full = _full(instance.budget, self.as_of)
                style = "warn" if instance.budget.waiting else "quiet"
                yield from paragraph(f"budget: {instance.budget.told}{full}", width, style, indent=3)

    def _next(self, instance: InstanceStatus) -> str:
        if instance.running:
            return "running"
        if instance.state in ("parked", "paused", "disabled", "broken"):
            return "-"
        return _due(instance.next_due, self.as_of)


def _daemons(status: Status) -> Iterator[tuple[str, str]]:
    """One line per daemon: is it alive, who leads, and what is wrong; first of all, whether any source is asked."""
    if status.world is not None:
        yield "warn", f"[web] world: every request goes to {status.world}, and no source is asked."
    if not any(d.alive for d in status.daemons):
        yield "idle", "No daemon is running; `capteur daemon` looks by itself, `capteur run` looks once."
    for d in status.daemons:
        yield _level(d), _told(d, status.as_of)


def _level(daemon: DaemonStatus) -> str:
    return "error" if daemon.trouble else "ok" if daemon.alive else "warn"


def _told(daemon: DaemonStatus, now: int) -> str:
    who = f"Daemon on {daemon.host}, process {daemon.pid}"
    if not daemon.alive:
        return f"{who}: no heartbeat for {_span(daemon.beat_at, now)}; it was killed, or stands still."
    parts = [
        f"up {age(daemon.started_at, now)}".replace("up now", "just begun"),
        f"heartbeat {_span(daemon.beat_at, now)} ago",
    ]
    if daemon.leads:
        parts.append("leads")
    if daemon.running:
        parts.append(f"{counted(daemon.running, 'unit')} running")
    if daemon.stuck:
        parts.append(f"{counted(daemon.stuck, 'thread')} stuck")
    return f"{who}: {', '.join(parts)}" + (f". In trouble: {daemon.trouble}" if daemon.trouble else ".")


def _trouble(instance: InstanceStatus, now: int, width: int) -> Iterator[Text]:
    if instance.error and instance.state != "ok":
        since = f" (down for {age(instance.down_since, now)})" if instance.down_since else ""
        yield from paragraph(instance.error + since, width, indent=3)
    if instance.fix and instance.state != "ok":
        yield from fix_lines(instance.fix, width, indent=3)


def _budget(instance: InstanceStatus) -> Sequence[Cell]:
    budget = instance.budget
    if budget is None:
        return (None,) * len(_BUDGET)
    return (
        budget.requests,
        budget.requests_spent,
        budget.credits,
        budget.credits_spent,
        budget.waiting,
        iso(budget.full_at),
    )


def _inbox(instance: InstanceStatus) -> Sequence[Cell]:
    inbox = instance.inbox
    return (None,) * len(_INBOX) if inbox is None else (inbox.waiting, iso(inbox.oldest), inbox.failed)


def _full(budget: BudgetStatus, now: int) -> str:
    return f", full again in {age(now, budget.full_at)}" if budget.full_at is not None else ""


def _span(then: int, now: int) -> str:
    """As `age`, to the second: a heartbeat comes every ten of them."""
    return age(then, now).replace("now", f"{max(0, now - then) // 1_000_000} s")


def _ago(moment: int | None, now: int) -> str:
    return f"{age(moment, now)} ago".replace("now ago", "now") if moment is not None else "-"


def _due(moment: int | None, now: int) -> str:
    if moment is None:
        return "-"
    return "due" if moment <= now else f"in {age(now, moment)}".replace("in now", "now")
