"""What a try did: each request, each signal and what it would add, each mistake with its line, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Sequence as Rows
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.grid import Column, grid
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import change, fix_lines, flow, mark, next_steps, paragraph
from capteur.cli.theme import join, linked, text
from capteur.wording import counted, iso, label, points, rounded, stamp

if TYPE_CHECKING:
    from capteur.house import Trial, Weighed
    from capteur.kinds import Kind

STATES = {
    "new": ("ok", "new"),
    "grows": ("ok", "stronger"),
    "known": ("idle", "known"),
    "revoked": ("idle", "revoked"),
    "twice": ("warn", "same key"),
}
NOBODY = "no account answers"
BAD = 400


class Tried(Screen):
    """`capteur try`."""

    header: ClassVar[tuple[str, ...]] = (
        "kind", "account", "state", "adds", "occurred_at", "strength", "summary", "evidence_url", "named", "key",
    )  # fmt: skip

    def __init__(self, trial: Trial, kinds: Mapping[str, Kind]) -> None:
        self.trial = trial
        self.as_of = trial.as_of
        self.kinds = kinds

    def rows(self) -> Iterator[Rows[Cell]]:
        for s in self.trial.signals:
            yield (
                s.signal.kind, s.account.label if s.account else None, s.state, _number(s.adds), _when(s), s.signal.strength,
                s.signal.summary, s.signal.evidence_url, s.reference, s.signal.key,
            )  # fmt: skip

    def items(self) -> Iterable[Mapping[str, Any]]:
        for s, row in zip(self.trial.signals, self.rows(), strict=True):
            extra = {"topic": s.signal.topic, "event": s.signal.event, "on_list": _is_listed(s)}
            yield {**dict(zip(self.header, row, strict=True)), "adds": s.adds, **extra}

    def extra(self) -> Mapping[str, Any]:
        t, run = self.trial, self.trial.run
        return {
            "sensor": {"name": t.name, "use": t.use, "shape": t.shape, "origin": t.origin},
            "status": run.status,
            "seconds": round(run.seconds, 3),
            "since": iso(t.since),
            "start": t.start,
            "looked_at": list(t.looked_at),
            "limited": t.limited,
            "requests": [
                {
                    "method": r.method,
                    "url": r.url,
                    "status": r.status,
                    "seconds": round(r.seconds, 3),
                    "note": r.note or None,
                }
                for r in t.requests
            ],
            "counts": {
                "new": run.new,
                "stronger": run.updated,
                "known": run.unchanged,
                "bad": run.bad,
                "unmatched": run.unmatched,
            },
            "bad": t.bad,
            "failures": [{"account": who, "error": what, "fix": fix} for who, what, fix in t.failures],
            "others": {**t.others, **({"memory_bytes": t.memory} if t.memory is not None else {})},
            "accounts": [
                {"account": s.account.label, "before": s.before, "after": s.after, "new": s.fresh} for s in t.shifts
            ],
            "fixture": str(t.recording.path) if t.recording else None,
            "next": [{"command": command, "why": why} for command, why in t.steps],
        }

    def notes(self) -> Iterator[str]:
        t = self.trial
        for r in t.requests:
            yield f"{r.method} {r.url} {r.status or 'no answer'} {r.seconds:.2f} s{f'  {r.note}' if r.note else ''}"
        yield from (f"bad: {note}" for note in t.bad)
        for _, what, fix in t.failures:
            yield f"error: {what}{f'  fix: {fix}' if fix else ''}"
        for shift in t.shifts:
            yield f"would move: {shift.account.label} {points(shift.before)} -> {points(shift.after)}"
        if t.recording:
            yield _recorded(t)
        yield _total(t)
        yield from (f"next: {command}  {why}" for command, why in t.steps)

    def lines(self, width: int) -> Iterator[Text]:
        t = self.trial
        yield from flow([text(t.name, "title"), text(t.origin, "quiet"), text(_start(t), "quiet")], width, gap=2)
        if t.requests:
            yield Text("")
            yield from self._requests(width)
        if t.signals:
            yield Text("")
            yield from self._signals(width)
        if t.bad:
            yield Text("")
            for note in t.bad:
                yield from paragraph(f"! {note[:BAD]}", width, "warn", indent=2)
        for _, what, fix in t.failures:
            yield Text("")
            yield from paragraph(f"✗ {what}", width, "bad", indent=2, first=0)
            yield from fix_lines(fix, width, indent=2) if fix else ()
        if t.shifts:
            yield Text("")
            yield from self._shifts(width)
        yield Text("")
        yield from paragraph(_total(t), width)
        if t.recording:
            yield from paragraph(_recorded(t), width)
        if t.steps:
            yield Text("")
            yield text("Next", "title")
            yield from next_steps(t.steps, width)

    def _requests(self, width: int) -> Iterator[Text]:
        asked = self.trial.requests
        laid = grid(
            [
                Column("", [mark("ok" if r.status and r.status < 400 else "error") for r in asked]),  # noqa: PLR2004  HTTP
                Column("request", [text(f"{r.method} {r.url}") for r in asked], least=24, most=160, first=True),
                Column("status", [text(r.status or "-", "" if r.status else "bad") for r in asked], right=True),
                Column("time", [text(f"{r.seconds:.2f} s", "quiet") for r in asked], right=True),
                Column("", [text(r.note, "warn", 80) for r in asked], drop=1, least=12, most=60),
            ],
            width,
        )
        yield laid.head
        yield from laid.rows

    def _signals(self, width: int) -> Iterator[Text]:
        shown = self.trial.signals
        states = [STATES[s.state] for s in shown]
        laid = grid(
            [
                Column("", [mark(level) for level, _ in states]),
                Column("signal", [text(word, "" if level == "ok" else "quiet") for level, word in states]),
                Column("account", [_account(s) for s in shown], least=16, most=40),
                Column("what", [_what(s, self.kinds) for s in shown], least=24, most=90, first=True),
                Column("when", [text(_when(s)[:10], "quiet") for s in shown], drop=2),
                Column("strength", [text(f"{s.signal.strength:.2f}", "quiet") for s in shown], right=True, drop=3),
                Column("adds", [change(s.adds) if s.adds else text("-", "quiet") for s in shown], right=True, drop=1),
            ],
            width,
        )
        yield laid.head
        yield from laid.rows
        keys = [s.signal.key for s in shown if s.state == "twice"]
        if keys:
            told = f"! the key {keys[0]!r} came twice: a key belongs to one fact for ever, the second is not stored"
            yield from paragraph(told, width, "warn", indent=2)

    def _shifts(self, width: int) -> Iterator[Text]:
        shifts = self.trial.shifts
        laid = grid(
            [
                Column("would move", [text(s.account.name) for s in shifts], least=16, most=40),
                Column(
                    "intent", [text(f"{points(s.before)} → {points(s.after)}", "strong") for s in shifts], right=True
                ),
                Column("", [change((s.after or 0.0) - (s.before or 0.0)) for s in shifts], right=True, drop=1),
                Column("new", [text(s.fresh, "quiet") for s in shifts], right=True, drop=2),
            ],
            width,
        )
        yield laid.head
        yield from laid.rows


def _start(trial: Trial) -> str:
    if trial.shape == "push":
        return "reads one delivery"
    why = {
        "asked for": "as asked",
        "last run": "the last run's end with its overlap",
        "first run": "as on a first run",
    }[trial.start]
    memory = ", with the memory of the last run" if trial.remembered else ""
    looked = f", {len(trial.looked_at)} of {counted(trial.listed, 'account')}" if trial.shape == "account" else ""
    return f"since {stamp(trial.since)} ({why}){memory}{looked}"


def _account(weighed: Weighed) -> Text:
    if weighed.account is None:
        named = weighed.signal.ref.domain or weighed.signal.ref.name or weighed.reference
        return join(text(named), text(NOBODY, "warn"), gap=": ")
    shown = text(weighed.account.label)
    return shown if _is_listed(weighed) else join(shown, text("not on the list", "quiet"), gap=", ")


def _is_listed(weighed: Weighed) -> bool:
    return weighed.account is not None and weighed.account.id != 0 and weighed.account.state == "listed"


def _what(weighed: Weighed, kinds: Mapping[str, Kind]) -> Text:
    signal = weighed.signal
    words = label(signal.kind, 1, kinds)
    return linked(f"{words}: {signal.summary}" if signal.summary else words, signal.evidence_url)


def _when(weighed: Weighed) -> str:
    moment = iso(weighed.signal.occurred_at) or ""
    return moment[:10] if weighed.signal.by_day else moment


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _total(trial: Trial) -> str:
    run = trial.run
    parts = [
        (run.new, "new"),
        (run.updated, "stronger"),
        (run.unchanged, "known or twice"),
        (run.bad, "bad"),
        (run.unmatched, "without an account"),
    ]
    told = ", ".join(f"{n} {word}" for n, word in parts if n)
    more = [counted(n, word) for word, n in trial.others.items()]
    more += [f"{trial.elsewhere} of other accounts"] if trial.elsewhere else []
    more += [f"a memory of {trial.memory} bytes"] if trial.memory is not None else []
    end = "; stopped there, --limit shows more" if trial.limited else ""
    besides = f"; besides {', '.join(more)}" if more else ""
    found = counted(len(trial.signals), "signal")
    told = f" ({told})" if told else ""
    return f"{found}{told} in {rounded(run.seconds):.1f} s{end}{besides}. Nothing was stored."


def _recorded(trial: Trial) -> str:
    kept = trial.recording
    assert kept is not None, "told only of what was recorded"
    verb = "replaced" if kept.replaced else "written"
    size = f"{max(1, kept.size // 1024)} KB"
    return f"{kept.path} {verb}: {counted(kept.answers, 'answer')}, {size}, secrets masked; look it through before you share it."
