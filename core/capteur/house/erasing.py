"""Forgetting a person, and showing what is held of an account or a person. Backups that still hold it are named."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capteur import roster
from capteur.errors import InputError
from capteur.signals import clean
from capteur.store import audit, erasing, watches
from capteur.store.engine import path_of
from capteur.store.naming import sought
from capteur.store.persons import plain

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House

log = logging.getLogger("capteur.house")

SHORTEST = 3
"""A name of fewer letters would be found in half of all texts."""


@dataclass(frozen=True, slots=True)
class PersonForgotten:
    """What `forget_person` did: `rows` by what they are, `left` = companies whose own name is the person's."""

    rows: dict[str, int]
    left: tuple[str, ...]
    backups: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """All that is held: `of` whom, and rows by table."""

    as_of: int
    of: str
    held: dict[str, list[dict[str, Any]]]

    @property
    def rows(self) -> int:
        """How many rows that are."""
        return sum(len(rows) for rows in self.held.values())


def forget_person(house: House, names: Sequence[str]) -> PersonForgotten:
    """Take a person called by these names and e-mail addresses out of everything, without a trace in the file.

    Raises InputError for a name too short to tell anybody apart, StoreHeld while something runs.
    """
    _check(names)
    called = [*names, *_also_known_as(house, names)]

    def work(conn: Connection) -> erasing.Erased:
        erased = erasing.erase(conn, called)
        audit.add(conn, house.now(), "forget person", None, {"rows": sum(erased.rows.values())})
        return erased

    with house.store.hold("capteur accounts forget"):
        erased = house.store.write(work).result()
        house.refresh()
        house.store.vacuum()
    return PersonForgotten(erased.rows, tuple(erased.left), tuple(backups(house)))


def export_account(house: House, label: str) -> Export:
    """All that is held of an account. Raises InputError for an unknown one."""
    from capteur.store import holdings  # it reads the declared tables, which nothing that runs often does

    def work(conn: Connection) -> Export:
        account = roster.find(conn, label)
        return Export(house.now(), account.label, holdings.of_account(conn, account.id))

    house.refresh()
    return house.store.read(work)


def export_person(house: House, names: Sequence[str]) -> Export:
    """All that names a person, or is known to be of him by the keyed hash. Raises InputError for a name too short."""
    from capteur.store import holdings  # as above

    _check(names)
    called = [*names, *_also_known_as(house, names)]
    held = house.store.read(lambda conn: holdings.of_person(conn, sought(conn, called)))
    return Export(house.now(), ", ".join(names), held)


def _also_known_as(house: House, names: Sequence[str]) -> list[str]:
    """Under which ids of their own the sensors know the person; one that cannot say it is logged."""
    found: set[str] = set()
    for instance in house.instances:
        rows = house.store.read(lambda conn, name=instance.name: watches.rows(conn, name, cursors=True))  # type: ignore[misc]  # bound at once
        try:
            for memory in [json.loads(row.cursor) for row in rows if row.cursor] or [None]:
                for name in names:
                    found |= {text for text in instance.sensor.known_as(memory, name, house.clock.now()) if text}
        except Exception as error:  # noqa: BLE001  an author's code may raise anything, and must not keep a person from being forgotten
            log.warning("sensor %s: known_as() cannot be used: %s", instance.name, clean(str(error)))
    return sorted(found)


def backups(house: House) -> list[Path]:
    """Backups that lie beside the project: they hold what was there when they were made."""
    folders = {house.settings.folder}
    patterns = ["capteur-backup-*.zip", "capteur-before-*.zip"]
    if house.store.dialect == "sqlite":
        file = path_of(house.store.url).absolute()
        folders.add(file.parent)
        patterns.append(f"{file.name}.before-*")
    return sorted({path for folder in folders for pattern in patterns for path in folder.glob(pattern)})


def _check(names: Sequence[str]) -> None:
    for name in names:
        if len(plain(name)) < SHORTEST:
            raise InputError(
                f"--person {name!r} is too short to tell anybody apart",
                fix='--person "jane@acme.com" --person "Jane Doe"',
            )
