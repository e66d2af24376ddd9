"""Companies that sources named and no account answers to, and the accounts they might be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capteur.accounts import Account
from capteur.matching import normal_name, other_names
from capteur.store import accounts as stored
from capteur.store import links

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST = 3
"""So many candidates are told, the likeliest."""
LABEL = 4
"""From so many letters on the first label of a domain is taken for a name: shorter ones are anybody's initials."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A company that no account answers to, and the accounts it might be: (account, likeness 0 to 1), best first."""

    account: Account
    signals: int
    newest: int | None
    candidates: tuple[tuple[Account, float], ...]


def waiting(conn: Connection, limit: int | None = None) -> list[Waiting]:
    """Companies that wait: those an account of the list might answer to first, then those with the most signals.

    Of the discovered ones only those that an account might answer to: the others are candidates for the list, not for an account.
    """
    from capteur.roster.likeness import NEARLY, Lookalikes  # only here: `rank` does without rapidfuzz

    rows = [*links.unmatched(conn), *links.unmatched(conn, state="discovered")]
    if not rows:
        return []
    accounts, undone = {account.id: account for account in stored.listing(conn)}, links.undone(conn)
    names = Lookalikes((name, (a.id, sure)) for a in accounts.values() for name, sure in sorted(_names(a).items()))
    found = []
    for row in rows:
        near: dict[int, float] = {}
        for name, sure in sorted(_names(row.account).items()):
            for (id_, theirs), score in names.near(name).items():
                apart = (row.account.id, id_) in undone
                if not apart and score > near.get(id_, 0.0) and ((sure and theirs) or score >= NEARLY):
                    near[id_] = score
        likely = sorted(near.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]
        candidates = tuple((accounts[id_], score) for id_, score in likely)
        if row.account.state == "discovered" and not candidates:
            continue
        found.append(Waiting(row.account, row.signals, row.newest, candidates))
    found.sort(key=lambda w: (not w.candidates, -w.signals, w.account.id))
    return found[:limit]


def _names(account: Account) -> dict[str, bool]:
    """Its normal names: those among its aliases, else its own, else its domain's first label; `com` is no likeness.

    Beside a name the label says less (False): only one that is written the same is a likeness.
    """
    names = {text.removeprefix("name:") for text in account.aliases if text.startswith("name:")}
    if not names and account.name not in (account.domain, account.reference):
        names.update((normal_name(account.name), *other_names(account.name)))
    label = normal_name((account.domain or "").partition(".")[0])
    found = {label: False} if len(label) >= LABEL and names else {label: True} if label else {}
    return found | dict.fromkeys(names, True)
