"""What authors get wrong and what they should write instead, as two tables: found by writing sensors carelessly."""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields

from capteur.accounts import Account, AccountRef
from capteur.asking import Answer, AsyncHttp, Http
from capteur.nearest import nearest
from capteur.sensing.drive import place
from capteur.sensor import Context, Delivery
from capteur.signals import AccountFact, Checkpoint, Outcome, Revoke, SameAs, Signal

YIELDED = (
    (r"^account: .* is not a domain", "a name goes into AccountRef(name=...)"),
    (r"^account: .* platform or mail host", "give the company's own domain, or AccountRef(name=..., ids={...})"),
    (r"^account: expected .* got Account$", "write account=account.domain"),
    (r"^account: ", 'give a domain such as "acme.com", or AccountRef(name=...)'),
    (r"has no timezone", "give its offset; where the source means UTC: .replace(tzinfo=UTC)"),
    (r"^occurred_at: expected .* got (?:int|float)", "datetime.fromtimestamp(value, UTC) reads seconds since 1970"),
    (r"^occurred_at: expected", "a row without its date is none: skip it"),
    (r"not ISO 8601", 'datetime.strptime(text, "%d/%m/%Y").date() reads other forms'),
    (r"^occurred_at: .* ahead", "a plan has not happened: skip it until it has"),
    (r"^as_of: ", "give an aware datetime or a date, e.g. ctx.now"),
    (r"^key: ", 'give the source\'s own id; where it has none, f"{domain}/{date}"'),
    (r"^strength: ", "divide by the most it can be, or leave it out"),
    (r"^evidence_url: ", "give the whole address, https://..., or leave it out"),
    (r"^kind: .* form area\.fact", 'write e.g. "funding.raised"'),
    (r"^kind: .* is not one of", "anything else that happened is a Signal"),
    (r"^data: .* lacks its statement", 'give their exact words: data={"statement": ..., "place": ...}'),
    (r"^data: .* lacks its place", 'say where: data={"place": "https://us.example/contact"}, or "booth 12, SaaStr"'),
    (r"lacks its exact time", "give the moment with its offset; where only the day is known, yield question.asked"),
    (r"^data: expected", 'wrap it: data={"items": [...]}'),
    (r"^data: .* KB", "keep the fields that say something, and link the rest as evidence_url"),
    (r"Checkpoint is not JSON", "a list instead of a set, .isoformat() instead of a time"),
    (r"Checkpoint has", "remember where you were, not everything you saw: keys are unique anyway"),
    (r"^value: ", "one AccountFact for each value"),
)
"""(what `accept` or the intake says of a yielded thing, its cure); the first that fits counts."""

_UNDECLARED = re.compile(r"^kind: (\S+) is not among this sensor's kinds \((.*)\)$")
_LACKS = re.compile(r"(\w+)\.__init__\(\) missing \d+ required [\w\- ]*arguments?: (.+)")
_EXTRA = re.compile(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'")
_ATTRIBUTE = re.compile(r"'(\w+)' object has no attribute '(\w+)'")
_NOTHING = re.compile(r"'NoneType' object|argument of type 'NoneType'")

RAISED = (
    (
        re.compile(r"validation error for \w+ (\w+) Instance is frozen"),
        "self.{0} was set, but a sensor keeps nothing between runs",
        "yield Checkpoint(...), and read it back as ctx.cursor",
    ),
    (
        re.compile(r"cannot assign to field '(\w+)'"),
        "{0} was set on something that cannot be changed",
        "yield Checkpoint(...) to remember; dataclasses.replace(...) makes a changed copy",
    ),
    (
        re.compile(r"can't (?:compare|subtract) offset-naive and offset-aware datetimes"),
        "a time without a zone met one with a zone, as ctx.since and ctx.now are",
        "read times with their offset; where the source means UTC: .replace(tzinfo=UTC)",
    ),
    (
        re.compile(r"'coroutine' object"),
        "a call of ctx.ahttp was not awaited",
        "ctx.http in a plain def; await ctx.ahttp... in an async def",
    ),
    (re.compile(r"^name '(\w+)' is not defined"), "the name {0!r} is not defined", "import it, or correct it"),
)
"""(what an exception says, what is wrong in the author's words, the cure)."""

_WORDS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        Signal,
        AccountFact,
        Outcome,
        Checkpoint,
        Revoke,
        SameAs,
        AccountRef,
        Context,
        Account,
        Answer,
        Delivery,
    )
}
_DOORS: Mapping[str, tuple[str, type]] = {"SyncCalls": ("ctx.http", Http), "AsyncCalls": ("ctx.ahttp", AsyncHttp)}

Diagnosis = tuple[str, str]


def with_cure(problems: str) -> str:
    """What is wrong with a yielded thing ("a; b"), and behind it the cures."""
    found = (_cure(problem) for problem in problems.split("; "))
    cures = list(dict.fromkeys(cure for cure in found if cure))
    return f"{problems}  fix: {'; '.join(cures)}" if cures else problems


def not_a_signal(kind: str, at: str) -> str:
    """What a yielded thing of a strange type is told."""
    return f"it yielded a {kind}, not a Signal  at {at}  fix: yield Signal(kind=..., account=..., key=..., occurred_at=...)"


def _cure(problem: str) -> str:
    undeclared = _UNDECLARED.match(problem)
    if undeclared:
        return _near(undeclared[1], undeclared[2].split(", ")) or "add it to the class's kinds"
    return next((cure for pattern, cure in YIELDED if re.search(pattern, problem)), "")


def diagnose(text: str, line: str) -> Diagnosis | None:
    """What an exception out of an author's code means: (what is wrong, the cure); None when nobody knows.

    Args:
        text: what the exception says.
        line: the author's source line it came from, "" when that is not known.
    """
    if _NOTHING.search(text) and "cursor" in line:
        return "ctx.cursor is None on a first run", "write (ctx.cursor or {}).get(...)"
    if lacks := _LACKS.search(text):
        names = lacks[2].replace("'", "")
        return f"{lacks[1]}(...) lacks {names}", f"write {lacks[1]}(..., {names.split(', ')[0].split(' and ')[0]}=...)"
    if extra := _EXTRA.search(text):
        known = _names(_WORDS.get(extra[1]))
        return f"{extra[1]}(...) has no {extra[2]!r}", _near(extra[2], known) or f"it takes {', '.join(known)}"
    if attribute := _ATTRIBUTE.search(text):
        name, kind = _DOORS.get(attribute[1], (attribute[1], _WORDS.get(attribute[1])))
        if kind is not None:
            known = _names(kind)
            return f"{name} has no {attribute[2]!r}", _near(attribute[2], known) or f"it has {', '.join(known)}"
    for pattern, what, cure in RAISED:
        if match := pattern.search(text):
            return what.format(*match.groups()), cure
    return None


def source_line(error: BaseException, at: str) -> str:
    """The author's line at the place `error_place` found; "" when its source is not there."""
    trace, found = error.__traceback__, ""
    while trace is not None:
        if place(trace.tb_frame, trace.tb_lineno) == at:
            found = linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return found.strip()


def _names(kind: type | None) -> list[str]:
    if kind is None:
        return []
    if hasattr(kind, "__dataclass_fields__"):
        return [field.name for field in fields(kind) if not field.name.startswith("_")]
    return [name for name in vars(kind) if not name.startswith("_")]


def _near(word: str, known: Iterable[str]) -> str:
    names = list(known)
    near = nearest(word, names, 1) or [n for n in names if word in n.split("_")]
    return f"did you mean {near[0]}?" if near else ""
