"""The estimator contract: pure functions from an account's signals to an estimate; hyper-parameters only in the constructor.

An estimator offers three equal views of one formula: `explain` (one account, with contributions), `estimate` (many accounts,
columns) and the running state (`fold` one kind, `read` all kinds). They must agree to 1e-9. Times are micros throughout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from capteur.errors import PluginError
from capteur.intent import Estimate, Estimates, State
from capteur.options import Options
from capteur.signals import Observation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEVER = 2**62


@dataclass(frozen=True, slots=True)
class SignalColumns:
    """Signals as columns of one length, sorted by (account, kind, occurred_at, key).

    `kind` holds codes into `kinds`; `occurred_at`, `known_at`, `revoked_at` are micros (`NEVER` = not revoked); `event` and
    `topic` hold codes, -1 for none (`topics` names them); `signal_id` names the row in the store. `place` is the row's place in
    the order (occurred_at, key), which decides between equally strong signals of one event; None: the rows' own order.
    `person` holds codes, -1 for none; None where nobody asked who it was.
    """

    account: NDArray[np.int64]
    kind: NDArray[np.int32]
    kinds: tuple[str, ...]
    occurred_at: NDArray[np.int64]
    known_at: NDArray[np.int64]
    revoked_at: NDArray[np.int64]
    strength: NDArray[np.float64]
    event: NDArray[np.int64]
    topic: NDArray[np.int32]
    topics: tuple[str, ...]
    signal_id: NDArray[np.int64]
    place: NDArray[np.int64] | None = None
    person: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, signals: Mapping[int, Sequence[Observation]]) -> SignalColumns:
        """Columns from Observations by account id, in any order."""
        import numpy as np

        rows = sorted(
            ((a, s.kind, s.occurred_at, s.key, s.signal_id, s) for a, group in signals.items() for s in group),
            key=lambda r: r[:5],
        )
        kinds = tuple(sorted({r[1] for r in rows}))
        topics = tuple(sorted({r[5].topic for r in rows if r[5].topic is not None}))
        events = {e: i for i, e in enumerate(sorted({(r[0], r[5].event) for r in rows if r[5].event is not None}))}
        persons = {p: i for i, p in enumerate(sorted({r[5].person for r in rows if r[5].person is not None}))}
        kind_code, topic_code = {k: i for i, k in enumerate(kinds)}, {t: i for i, t in enumerate(topics)}

        place = [0] * len(rows)
        for i, row in enumerate(sorted(range(len(rows)), key=lambda i: rows[i][2:5])):
            place[row] = i

        def ints(values: list[int]) -> NDArray[np.int64]:
            return np.array(values, dtype=np.int64)

        return cls(
            account=ints([r[0] for r in rows]),
            kind=np.array([kind_code[r[1]] for r in rows], dtype=np.int32),
            kinds=kinds,
            occurred_at=ints([r[2] for r in rows]),
            known_at=ints([r[5].known_at for r in rows]),
            revoked_at=ints([NEVER if r[5].revoked_at is None else r[5].revoked_at for r in rows]),
            strength=np.array([r[5].strength for r in rows], dtype=np.float64),
            event=ints([-1 if r[5].event is None else events[r[0], r[5].event] for r in rows]),
            topic=np.array([-1 if r[5].topic is None else topic_code[r[5].topic] for r in rows], dtype=np.int32),
            topics=topics,
            signal_id=ints([r[5].signal_id for r in rows]),
            place=ints(place),
            person=ints([-1 if r[5].person is None else persons[r[5].person] for r in rows]) if persons else None,
        )

    def by_account(self) -> dict[int, list[Observation]]:
        """The rows as Observations by account id, ascending: what `of` was made from, with the place in the order as the key."""
        places = range(len(self.account)) if self.place is None else self.place.tolist()
        persons = [-1] * len(self.account) if self.person is None else self.person.tolist()
        columns = (self.account, self.kind, self.occurred_at, self.strength, self.known_at, self.revoked_at)
        rest = (self.topic, self.event, self.signal_id)
        found: dict[int, list[Observation]] = {}
        for place, person, account, kind, occurred_at, strength, known_at, revoked_at, topic, event, signal_id in zip(
            places, persons, *(c.tolist() for c in (*columns, *rest)), strict=True
        ):
            signal = Observation(
                key=f"{place:019d}",
                kind=self.kinds[kind],
                occurred_at=occurred_at,
                strength=strength,
                known_at=known_at,
                revoked_at=None if revoked_at == NEVER else revoked_at,
                topic=None if topic < 0 else self.topics[topic],
                event=None if event < 0 else str(event),
                person=None if person < 0 else str(person),
                signal_id=signal_id,
            )
            found.setdefault(account, []).append(signal)
        return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Market:
    """What the watched accounts did day by day, as it was known at `at` (micros, 00:00 UTC): an account's own day can be held against it.

    `watched` = how many accounts; `worth[kind][day]` = what one account's signals of the kind on that UTC day number are worth,
    summed over all of them. A day without signals is left out.
    """

    at: int
    watched: int
    worth: Mapping[str, Mapping[int, float]]


class Estimator(Options):
    """Base of every estimator. Its fields are the hyper-parameters, set by `[models.NAME]` and frozen.

    `topics` selects signals by their topic; None counts all. A signal without a topic always counts.
    """

    topics: tuple[str, ...] | None = None

    def explain(self, signals: Sequence[Observation], as_of: int) -> Estimate:
        """One account with contributions that add up to the intent. Reads only what occurred, was known and stood at `as_of`."""
        raise PluginError(f"estimator {self.name} has no explain()")

    def estimate(self, signals: SignalColumns, as_of: int) -> Estimates:
        """Every account that occurs in `signals`, in ascending order of its id; without contributions."""
        raise PluginError(f"estimator {self.name} has no estimate()")

    def fold(self, kind: str, signals: Sequence[Observation], sealed: State | None) -> State | None:
        """Running state of one (account, kind).

        `signals` are all of the kind that stand now, in (occurred_at, key) order: from `sealed.sealed_day` on when `sealed` is
        given, else from the beginning. None when nothing is left.
        """
        raise PluginError(f"estimator {self.name} has no fold()")

    def read(self, states: Mapping[str, State], as_of: int) -> Estimate:
        """The account's estimate from its states by kind; contributions per kind (key = kind)."""
        raise PluginError(f"estimator {self.name} has no read()")

    def ceiling(self, states: Mapping[str, State], as_of: int) -> float:
        """An upper bound of the intent at `as_of` that can only fall without news; orders the walk to the top N."""
        raise PluginError(f"estimator {self.name} has no ceiling()")

    def derived(self) -> Mapping[str, tuple[str, ...]]:
        """Derived kinds (sequences, momentum, ...) and the kinds they are made of; empty for most estimators."""
        return {}

    def derive(self, name: str, signals: Sequence[Observation]) -> list[Observation]:
        """The derived signals of kind `name` from signals of its source kinds."""
        raise PluginError(f"estimator {self.name} derives nothing called {name}")

    def reads_persons(self) -> bool:
        """Whether it asks who it was: then `SignalColumns.person` is filled."""
        return False

    def market_kinds(self) -> frozenset[str]:
        """The kinds it compares with the whole market's; empty for most estimators. Core then hands it a Market by `knowing`."""
        return frozenset()

    def market_of(self, signals: SignalColumns, at: int, watched: int) -> Market:
        """The market as known at `at` (micros, 00:00 UTC), from the signals of the `watched` accounts."""
        raise PluginError(f"estimator {self.name} reads no market")

    def knowing(self, market: Market) -> Self:
        """The same estimator with a market to compare with, which must not be later than what it is asked for."""
        raise PluginError(f"estimator {self.name} reads no market")

    def declared(self) -> frozenset[str]:
        """The kinds this configuration has an opinion on; `check` reports the others, which run on default weights."""
        return frozenset()
