"""From what a sensor yields to what the store takes: checked, matched to accounts, gathered into batches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from capteur.accounts import Account, AccountRef
from capteur.errors import InputError
from capteur.kinds import Kind, kind_of
from capteur.matching import Index, reference
from capteur.sensing.converting import OTHER, Joined, Remembered, Revoked, Taken, convert
from capteur.sensing.cures import not_a_signal, with_cure
from capteur.sensing.privacy import Privacy
from capteur.sensing.scrubbing import Scrubber
from capteur.signals import (
    Accepted,
    Detected,
    Signal,
    accept,
    clean,
)
from capteur.store.shapes import Incoming, IncomingFact, IncomingOutcome, Subject, Unknown

MAX_NOTES = 20


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

    `check` runs where the generator runs (it needs the generator's line) and gathers nothing; `take` runs on the loop's side.
    Bad things are counted in `bad` and the first of them kept in `notes`, one sentence each. With `assume_known` a signal is known
    from its day plus its kind's delay: `delays` (micros by kind) as it was measured, else the declared one. `hide` takes secrets
    out of everything. `privacy` says whether persons are kept and how old a signal may be; `persons` and `expired` count what was left out.
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
        privacy: Privacy | None = None,
    ) -> None:
        self.kinds = kinds
        self.now = now
        self.index = index
        self.account = account
        self.discover = discover
        self.assume_known = assume_known
        self.delays = delays or {}
        self.hide = hide
        self.privacy = privacy or Privacy()
        self.bad = 0
        self.persons = 0
        self.expired = 0
        self.notes: list[str] = []
        self.accepted = 0
        self.newest: int | None = None
        self.gathered = Gathered()
        self._owners: dict[str, tuple[str, str]] = {}
        self._hidden: tuple[int, str] | None = None
        self._telling = threading.Lock()

    def reject(self, text: str) -> None:
        """Count one bad thing and keep its sentence. From any thread."""
        with self._telling:
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
            if taken.person is not None and not self.privacy.persons:
                self.persons += 1
                taken = replace(taken, person=None)
        else:
            taken = convert(thing, self.subject)
        if hide is not None:
            taken = self._hide(hide, taken)
            if hide.has_news():
                self._tell_hidden(hide.told, where)
        return taken

    @staticmethod
    def _hide(hide: Scrubber, taken: Taken) -> Taken:
        """The checked thing with its JSON free of secrets; the texts were looked at before."""
        if isinstance(taken, Accepted | IncomingOutcome) and taken.data is not None:
            return replace(taken, data=hide.json("data", taken.data))
        if isinstance(taken, Remembered):
            return Remembered(hide.json("the memory of its Checkpoint", taken.memory))
        return taken

    def _tell_hidden(self, places: Sequence[str], where: Callable[[], str]) -> None:
        """One sentence for the whole unit: it grows with the places, and keeps the line of the first."""
        with self._telling:
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
            if self.privacy.is_expired(thing.kind, thing.occurred_at, self.now):
                self.expired += 1
                return
            kind = self.kinds.get(thing.kind) or kind_of(thing.kind)
            known = thing.occurred_at + self.delays.get(kind.name, _micros(kind.delay)) if self.assume_known else None
            got.signals.append(Incoming(thing, self.subject(thing.ref), kind.grows, known))
            self.accepted += 1
            self.newest = thing.occurred_at if self.newest is None else max(self.newest, thing.occurred_at)
        elif isinstance(thing, IncomingFact):
            got.facts.append(thing)
        elif isinstance(thing, IncomingOutcome):
            got.outcomes.append(thing)
        elif isinstance(thing, Revoked):
            got.revokes.append((thing.key, thing.reason))
        elif isinstance(thing, Joined):
            got.same.append((thing.ids, thing.subject))
        else:
            got.memory = thing.memory

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
        # An id alone, a visitor's say, is nobody that could be put on a list.
        named = self.discover and bool(ref.domain or ref.name)
        return Unknown(reference(ref), ref.name, ref.domain, ref.ids, "discovered" if named else "unmatched")


def _micros(span: timedelta) -> int:
    return int(span.total_seconds() * 1_000_000)
