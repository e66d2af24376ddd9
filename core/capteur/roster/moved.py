"""What the list says of a company under a domain that was linked to another account: said of that company, as long as it is linked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capteur.importing import AccountRow
from capteur.roster.companies import spelled
from capteur.store import accounts as stored
from capteur.store import facts, links

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a row: whether it said anything new, and the aliases that are another account's."""

    changed: bool
    taken: tuple[str, ...]


def put_moved(conn: Connection, row: AccountRow, now: int) -> Moved:
    """Put what a row says where a link brought its company, so that undoing the link takes it back.

    Its facts are the linked account's own, which those of its new account include. Its aliases are written as a link writes
    them, on every account on the way to the last one. An alias that another account of the list has stays there.
    """
    company = links.company_of(conn, row.domain)
    if company is None:  # unlinked meanwhile
        return Moved(changed=False, taken=())
    to = stored.owner(conn, row.domain)
    aliases = spelled(row)
    taken = tuple(text for text in aliases if stored.owner_of_alias(conn, text) not in (None, to))
    added = links.add_aliases(conn, company, [text for text in aliases if text not in taken])
    told = facts.own(conn, company)
    facts.put(conn, company, row.facts, now)
    return Moved(added or any(told.get(name) != value for name, value in row.facts.items()), taken)
