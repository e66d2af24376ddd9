"""What a sensor yields besides signals, as it will be stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from capteur.accounts import AccountRef
from capteur.clock import micros, parse_moment
from capteur.errors import InputError
from capteur.signals import Accepted, AccountFact, Checkpoint, Outcome, Revoke, SameAs, as_ref, clean, key_text
from capteur.store.shapes import IncomingFact, IncomingOutcome, Subject

OUTCOMES = frozenset({"meeting", "opened", "won", "lost"})
MAX_MEMORY = 256 * 1024
MOST = 10**300
_SCALARS = (str, int, float, bool, type(None))

OTHER = AccountFact | Outcome | Checkpoint | Revoke | SameAs
Find = Callable[[AccountRef], Subject]
"""The account a reference means, or the Unknown under which it waits."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """A checked Revoke."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A checked SameAs."""

    ids: Mapping[str, str]
    subject: Subject


@dataclass(frozen=True, slots=True)
class Remembered:
    """A checked Checkpoint: its memory as JSON."""

    memory: str


Taken = Accepted | IncomingFact | IncomingOutcome | Revoked | Joined | Remembered
"""A checked thing. Nothing in it is the author's any more: he may change his objects as soon as his generator goes on."""


def convert(thing: OTHER, find: Find) -> Taken:
    """A thing that is not a Signal as it will be stored. Raises InputError that says what is wrong with it."""
    if isinstance(thing, AccountFact):
        return _fact(thing, find)
    if isinstance(thing, Outcome):
        return _outcome(thing, find)
    if isinstance(thing, Revoke):
        return Revoked(key_text(thing.key), clean(thing.reason))
    if isinstance(thing, SameAs):
        return Joined(_ids(thing.ids), find(as_ref(thing.account)))
    return Remembered(_memory(thing))


def _fact(thing: AccountFact, find: Find) -> IncomingFact:
    if not isinstance(thing.value, _SCALARS):
        raise InputError(f"value: expected text, a number, true, false or None, got {type(thing.value).__name__}")
    name = clean(str(thing.name), 60)
    if not name:
        raise InputError("name: it is empty")
    subject, value = find(as_ref(thing.account)), thing.value
    text = json.dumps(clean(value, 500) if isinstance(value, str) else value)
    return IncomingFact(subject, name, text, _moment(thing.as_of, "as_of"))


def _outcome(thing: Outcome, find: Find) -> IncomingOutcome:
    if thing.kind not in OUTCOMES:
        raise InputError(f"kind: {clean(str(thing.kind), 40)!r} is not one of {', '.join(sorted(OUTCOMES))}")
    data = json.dumps(thing.data, sort_keys=True, default=str) if thing.data is not None else None
    when, key = _moment(thing.occurred_at, "occurred_at"), key_text(thing.key)
    subject = find(as_ref(thing.account))
    return IncomingOutcome(subject, thing.kind, key, when, _model(thing.model), _amount(thing.value), data)


def _memory(thing: Checkpoint) -> str:
    try:
        text = json.dumps(thing.memory, separators=(",", ":"), sort_keys=True, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"its Checkpoint is not JSON: {clean(str(error), 80)}") from error
    if len(text) > MAX_MEMORY:
        raise InputError(f"its Checkpoint has {len(text) // 1024} KB, at most {MAX_MEMORY // 1024} KB")
    return text


def _model(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InputError("model: expected a model's name")
    return clean(value, 60)


def _ids(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not value or not all(isinstance(v, str) for v in value.values()):
        raise InputError("ids: expected text by name, e.g. {'email': 'a@acme.com'}")
    return {clean(k, 40): clean(v, 200) for k, v in value.items()}


def _amount(value: object) -> float | None:
    """An outcome's value as a float: any finite number, Decimal included."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise InputError(f"value: expected a number, got {type(value).__name__}")
    if not -MOST < value < MOST:
        raise InputError("value: it is not a finite number")
    return float(value)


def _moment(value: object, name: str) -> int:
    try:
        return micros(parse_moment(value)[0])  # type: ignore[arg-type]  # a sensor may have yielded anything; the except says so
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"{name}: {clean(str(value), 60)!r} is not an aware moment or a date") from error
