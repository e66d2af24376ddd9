"""From what a sensor yields to what the store takes: checked, matched to accounts, gathered into batches."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from capteur.accounts import Account, AccountRef
from capteur.clock import micros, parse_moment
from capteur.errors import InputError
from capteur.kinds import Kind, kind_of
from capteur.matching import Index, reference
from capteur.sensing.cures import not_a_signal, with_cure
from capteur.sensing.scrubbing import Scrubber
from capteur.signals import (
    Accepted,
    AccountFact,
    Checkpoint,
    Detected,
    Outcome,
    Revoke,
    SameAs,
    Signal,
    accept,
    as_ref,
    clean,
    key_text,
)
from capteur.store.shapes import Incoming, IncomingFact, IncomingOutcome, Subject, Unknown

OUTCOMES = frozenset({"meeting", "opened", "won", "lost"})
MAX_MEMORY = 256 * 1024
MAX_NOTES = 20
MOST = 10**300
_SCALARS = (str, int, float, bool, type(None))

OTHER = AccountFact | Outcome | Checkpoint | Revoke | SameAs
Taken = Accepted | AccountFact | Outcome | Checkpoint | Revoke | SameAs


@dataclass(slots=True)
class Gathered:
    """What has been taken since the last commit."""

    signals: list[Incoming] = field(default_factory=list)
    revokes: list[tuple[str, str]] = field(default_factory=list)
    facts: list[IncomingFact] = field(default_factory=list)
    outcomes: list[IncomingOutcome] = field(default_factory=list)
    same: list[tuple[Mapping[str, str], Subject]] = field(default_factory=list)
    memory: str | None = None

    def __len__(self) -> int:
        return len(self.signals) + len(self.revokes) + len(self.facts) + len(self.outcomes) + len(self.same)


class Intake:
    """Takes one unit's yield.

    `check` is pure and runs where the generator runs (it needs the generator's line); `take` runs on the loop's side.
    Bad things are counted in `bad` and the first of them kept in `notes`, one sentence each. With `assume_known` a signal is known
    from its day plus its kind's delay: `delays` (micros by kind) as it was measured, else the declared one. `hide` takes secrets
    out of everything.
    """

    def __init__(
        self,
        *,
        kinds: Mapping[str, Kind],
        now: datetime,
        index: Index,
        account: Account | None = None,
        discover: bool = False,
        assume_known: bool = False,
        delays: Mapping[str, int] | None = None,
        hide: Scrubber | None = None,
    ) -> None:
        self.kinds = kinds
        self.now = now
        self.index = index
        self.account = account
        self.discover = discover
        self.assume_known = assume_known
        self.delays = delays or {}
        self.hide = hide
        self.bad = 0
        self.notes: list[str] = []
        self.accepted = 0
        self.newest: int | None = None
        self.gathered = Gathered()
        self._owners: dict[str, tuple[str, str]] = {}
        self._hidden: tuple[int, str] | None = None

    def reject(self, text: str) -> None:
        """Count one bad thing and keep its sentence."""
        self.bad += 1
        if len(self.notes) < MAX_NOTES:
            self.notes.append(text)

    def reject_thing(self, word: str, at: str, what: str) -> None:
        """Count a yielded thing of a known sort that is wrong."""
        self.reject(f"it yielded a bad {word}  at {at}  {with_cure(what)}")

    def check(self, thing: object, where: Callable[[], str]) -> Taken | None:
        """Check one yielded thing; None when it is dropped. `where` names the line and is asked only then."""
        try:
            if isinstance(thing, Signal | OTHER):
                return self._checked(thing, where)
        except InputError as error:
            word = "Signal" if isinstance(thing, Signal) else type(thing).__name__
            self.reject_thing(word, where(), error.what)
            return None
        except Exception as error:  # noqa: BLE001  a value may fail in any way when it is looked at; the others go on
            self.reject_thing(type(thing).__name__, where(), f"{type(error).__name__} while it was checked")
            return None
        self.reject(not_a_signal(type(thing).__name__, where()))
        return None

    def _checked(self, thing: Detected, where: Callable[[], str]) -> Taken:
        hide = self.hide if self.hide is not None and self.hide.is_needed else None
        if hide is not None:
            thing = hide.texts(thing)
        taken: Taken
        if isinstance(thing, Signal):
            taken = accept(thing, self.kinds, self.now)
        else:
            self._convert(thing)
            taken = thing
        if hide is not None:
            taken = hide.contents(taken)
            if hide.has_news():
                self._tell_hidden(hide.told, where)
        return taken

    def _tell_hidden(self, places: Sequence[str], where: Callable[[], str]) -> None:
        """One sentence for the whole unit: it grows with the places, and keeps the line of the first."""
        if self._hidden is None:
            self._hidden = (len(self.notes), where())
        at, line = self._hidden
        text = f"it wrote its own secret into {', '.join(places)}; it was removed  at {line}  fix: leave it out"
        self.notes[at : at + 1] = [text]

    def take(self, thing: Taken) -> None:
        """Add a checked thing to what the next commit carries."""
        got = self.gathered
        if isinstance(thing, Accepted):
            if self._is_taken(thing):
                return
            kind = self.kinds.get(thing.kind) or kind_of(thing.kind)
            known = thing.occurred_at + self.delays.get(kind.name, _micros(kind.delay)) if self.assume_known else None
            got.signals.append(Incoming(thing, self.subject(thing.ref), kind.grows, known))
            self.accepted += 1
            self.newest = thing.occurred_at if self.newest is None else max(self.newest, thing.occurred_at)
        else:
            made = self._convert(thing)
            if isinstance(made, IncomingFact):
                got.facts.append(made)
            elif isinstance(made, IncomingOutcome):
                got.outcomes.append(made)
            elif isinstance(thing, Revoke):
                got.revokes.append((key_text(thing.key), clean(thing.reason)))
            elif isinstance(thing, SameAs):
                got.same.append(
                    ({clean(k, 40): clean(v, 200) for k, v in thing.ids.items()}, self.subject(as_ref(thing.account)))
                )
            elif isinstance(thing, Checkpoint):
                got.memory = self._memory(thing)

    def _is_taken(self, thing: Accepted) -> bool:
        """A key names one fact: yielded again for another company or kind, it would be taken for the same fact and lost."""
        whose = thing.ref.domain or reference(thing.ref)
        owner = self._owners.setdefault(thing.key, (whose, thing.kind))
        if owner == (whose, thing.kind):
            return False
        self.reject(
            f"key {clean(thing.key, 80)!r} came for {whose} ({thing.kind}) and already belongs to {owner[0]} ({owner[1]})"
            "  fix: put what tells them apart into the key"
        )
        return True

    @property
    def wasted(self) -> bool:
        """Everything that was yielded was bad."""
        return self.bad > 0 and self.accepted == 0 and len(self.gathered) == 0

    def drain(self) -> Gathered:
        """Hand over what was gathered and start anew."""
        self._owners.clear()
        got, self.gathered = self.gathered, Gathered()
        return got

    def subject(self, ref: AccountRef) -> Subject:
        """The account a reference means, or the Unknown under which it waits."""
        own = self.account
        if own is not None and ref.domain is not None and ref.domain == own.domain:
            return own.id
        found = self.index.match(ref)
        if found is not None:
            return found
        return Unknown(
            reference(ref), ref.name, ref.domain, ref.ids, "discovered" if self.discover and ref.domain else "unmatched"
        )

    def _memory(self, thing: Checkpoint) -> str:
        try:
            text = json.dumps(thing.memory, separators=(",", ":"), sort_keys=True, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise InputError(f"its Checkpoint is not JSON: {clean(str(error), 80)}") from error
        if len(text) > MAX_MEMORY:
            raise InputError(f"its Checkpoint has {len(text) // 1024} KB, at most {MAX_MEMORY // 1024} KB")
        return text

    def _convert(
        self, thing: AccountFact | Outcome | Checkpoint | Revoke | SameAs
    ) -> IncomingFact | IncomingOutcome | None:
        """Check a thing that is not a Signal; raises InputError that says what is wrong with it."""
        if isinstance(thing, AccountFact):
            if not isinstance(thing.value, _SCALARS):
                raise InputError(
                    f"value: expected text, a number, true, false or None, got {type(thing.value).__name__}"
                )
            name = clean(str(thing.name), 60)
            if not name:
                raise InputError("name: it is empty")
            subject, value = self.subject(as_ref(thing.account)), thing.value
            text = json.dumps(clean(value, 500) if isinstance(value, str) else value)
            return IncomingFact(subject, name, text, _moment(thing.as_of, "as_of"))
        if isinstance(thing, Outcome):
            if thing.kind not in OUTCOMES:
                raise InputError(f"kind: {clean(str(thing.kind), 40)!r} is not one of {', '.join(sorted(OUTCOMES))}")
            data = json.dumps(thing.data, sort_keys=True, default=str) if thing.data is not None else None
            when, key = _moment(thing.occurred_at, "occurred_at"), key_text(thing.key)
            return IncomingOutcome(
                self.subject(as_ref(thing.account)),
                thing.kind,
                key,
                when,
                _model(thing.model),
                _amount(thing.value),
                data,
            )
        if isinstance(thing, Revoke):
            key_text(thing.key)
            clean(thing.reason)
        elif isinstance(thing, SameAs):
            as_ref(thing.account)
            _ids(thing.ids)
        else:
            self._memory(thing)
        return None


def _micros(span: timedelta) -> int:
    return int(span.total_seconds() * 1_000_000)


def _model(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InputError("model: expected a model's name")
    return clean(value, 60)


def _ids(value: object) -> None:
    if not isinstance(value, Mapping) or not value or not all(isinstance(v, str) for v in value.values()):
        raise InputError("ids: expected text by name, e.g. {'email': 'a@acme.com'}")


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
