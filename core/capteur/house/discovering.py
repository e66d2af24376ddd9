"""Companies that nobody listed, found by the sensors of `[accounts] discover`: candidates for the list, ranked apart from it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from capteur import estimating, ranking
from capteur.accounts import Account
from capteur.clock import micros
from capteur.errors import UsageError
from capteur.estimating import Model
from capteur.nearest import did_you_mean
from capteur.ranking import Discoveries, Found
from capteur.store import accounts as stored_accounts
from capteur.store import coverage
from capteur.store import facts as stored_facts
from capteur.store import signals as stored_signals
from capteur.store.accounts import DISCOVERED

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House
    from capteur.store.coverage import Coverage, Watcher

_WORD = re.compile(r"\w+")
NAMES_TOLD = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; as the arguments of `House.discovered`."""

    model: str
    limit: int | None
    since: datetime | None
    minimum: float
    where: Sequence[tuple[str, str]]
    details: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """One read of the store: everything in it belongs to one moment."""

    conn: Connection
    house: House
    model: Model
    watchers: list[Watcher]
    now: int

    def discoveries(self, wanted: Wanted) -> Discoveries:
        conn, model = self.conn, self.model
        total = stored_accounts.count(conn, DISCOVERED)
        among = self._among(wanted) if total else frozenset()
        top = ranking.top_now(
            conn, model.estimator, model.name, model.version.id, self.now,
            total if wanted.limit is None else wanted.limit,
            states=DISCOVERED, among=among, minimum=wanted.minimum,
        )  # fmt: skip
        ids = [account_id for account_id, _ in top]
        accounts = {account.id: account for account in stored_accounts.some(conn, ids)}
        cover = coverage.of_accounts(conn, self.watchers, ids, self.now)
        sources = stored_signals.sources(conn, ids)
        found = [
            Found(self._row(accounts[id_], place, cover, wanted), sources.get(id_, ()))
            for place, id_ in enumerate(ids, start=1)
        ]
        return Discoveries(
            model.name,
            model.estimator.name,
            model.version.hash[:8],
            self.now,
            found,
            total if among is None else len(among),
            total,
        )

    def _row(self, account: Account, place: int, cover: Coverage, wanted: Wanted) -> ranking.Row:
        estimate, _ = estimating.explain_one(self.conn, self.model, account.id, self.now, replay=False)
        kinds = self.house.kinds
        return ranking.detail(self.conn, account, estimate, None, cover, kinds, rank=place, lines=wanted.details)

    def _among(self, wanted: Wanted) -> Collection[int] | None:
        """The companies that are asked for; None = any."""
        among: set[int] | None = None
        if wanted.since is not None:
            among = set(stored_signals.seen_since(self.conn, micros(wanted.since), DISCOVERED))
        for name, value in wanted.where:
            having = self._having(name, value)
            among = having if among is None else among & having
        return among

    def _having(self, name: str, value: str) -> set[int]:
        facts = stored_facts.called(self.conn, name, DISCOVERED)
        if not facts:
            known = stored_facts.names(self.conn, DISCOVERED)
            told = ", ".join(known[:NAMES_TOLD])
            raise UsageError(
                f"nothing called {name!r} is known of any discovered company{did_you_mean(name, known)}",
                fix=f"--where takes one of: {told}" if told else "leave --where out: no source has told any facts",
            )
        return {account_id for account_id, text in facts if says(text, value)}


def says(fact: Any, value: str) -> bool:
    """Whether the words of `value` stand in a fact one after the other, in any case: `technology` in `Other Technology`."""
    have, want = (_WORD.findall(str(text).casefold()) for text in (fact, value))
    return bool(want) and any(have[start : start + len(want)] == want for start in range(len(have) - len(want) + 1))


def conditions(pairs: Iterable[str] | Mapping[str, str]) -> list[tuple[str, str]]:
    """`NAME=VALUE` as (name, value). Raises UsageError for anything else."""
    if isinstance(pairs, Mapping):
        return list(pairs.items())
    found = []
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (equals and name.strip() and _WORD.search(value)):
            raise UsageError(f"--where {pair[:80]!r} is not NAME=VALUE", fix="--where industry=technology")
        found.append((name.strip(), value.strip()))
    return found


def discoveries(house: House, wanted: Wanted) -> Discoveries:
    """The discovered companies that are asked for; what is stale is refolded first."""
    model, watchers, now = house.model(wanted.model), house.watchers(), house.now()
    house.refresh()
    return house.store.read(lambda conn: _Reading(conn, house, model, watchers, now).discoveries(wanted))
