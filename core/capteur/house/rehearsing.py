"""Run a sensor without storing anything: what `try`, `check --live` and a probe share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from capteur import roster
from capteur.accounts import Account
from capteur.domains import account_domain
from capteur.errors import ConfigError, InputError, UsageError
from capteur.house.weighing import STRANGER
from capteur.nearest import nearest
from capteur.registry import Instance
from capteur.runner import SenseUnit, UnitDone
from capteur.sensing import Task, Tools, run_unit
from capteur.sensor import Delivery
from capteur.store import accounts as stored_accounts
from capteur.store import watches
from capteur.store.shapes import Batch, Incoming, Receipt, WatchRow
from capteur.web import Seen

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House

LOOKED_AT = 5
"""So many accounts an AccountSensor is tried on when nobody names one, unless it finds enough before."""
_TYPES = {".json": "application/json", ".xml": "application/xml", ".csv": "text/csv", ".txt": "text/plain"}


@dataclass(slots=True)
class Basket:
    """A sink that keeps what units found. With an `only`, signals of other accounts are counted in `elsewhere` and dropped."""

    only: Account | None = None
    signals: list[Incoming] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)
    elsewhere: int = 0
    memory: str | None = None
    notes: list[str] = field(default_factory=list)
    requests: list[Seen] = field(default_factory=list)
    done: list[tuple[str | None, UnitDone]] = field(default_factory=list)

    def take(self, batch: Batch) -> Receipt:
        """Keep a batch's signals; of the rest only how much it was."""
        mine = [i for i in batch.signals if self._is_mine(i)]
        self.elsewhere += len(batch.signals) - len(mine)
        self.signals += mine
        for word, things in (
            ("fact", batch.facts),
            ("outcome", batch.outcomes),
            ("revoked signal", batch.revokes),
            ("joined id", batch.same),
        ):
            if things:
                self.others[word] = self.others.get(word, 0) + len(things)
        self.memory = batch.memory if batch.memory is not None else self.memory
        return Receipt()

    def told(self, notes: Sequence[str], requests: Sequence[Seen]) -> None:
        """Keep what a unit got wrong and what it asked for."""
        self.notes += notes
        self.requests += requests

    def _is_mine(self, incoming: Incoming) -> bool:
        if self.only is None:
            return True
        own = self.only.id != STRANGER and incoming.subject == self.only.id
        return own or (self.only.domain is not None and incoming.signal.ref.domain == self.only.domain)


def built(house: House, name: str) -> tuple[Instance, bool]:
    """The instance of that name, or the sensor of that name with its defaults (then False).

    Raises UsageError with the nearest name, ConfigError for its options, PluginError for its code.
    """
    settings, registry = house.settings, house.registry
    if name in settings.sensors:
        return registry.instance(name, settings.sensors[name], settings), True
    known = {*registry.sensor_names(), *(b.name for b in registry.broken())}
    if name not in known:
        near = nearest(name, [*settings.sensors, *sorted(known)])
        raise UsageError(
            f"there is no sensor called {name!r}",
            fix=f"did you mean {near[0]}?" if near else "capteur sensors list shows those there are",
        )
    try:
        return registry.instance(name, {}, settings), False
    except ConfigError as error:
        if error.fix:
            raise
        variable = f"CAPTEUR_SENSORS__{name.upper().replace('-', '_')}__OPTION"
        raise ConfigError(
            error.what, why=error.why, fix=f"write [sensors.{name}] with its options, or set {variable} for this once"
        ) from None


def account_named(conn: Connection, text: str) -> Account:
    """The account a person means; a domain nobody listed is an account for the moment, with the id STRANGER.

    Raises InputError with the nearest names.
    """
    try:
        return roster.find(conn, text)
    except InputError as unknown:
        try:
            domain = account_domain(text)
        except InputError:
            raise unknown from None
        return Account(STRANGER, domain, domain)


def delivery_from(path: Path, house: House) -> Delivery:
    """A webhook body out of a file. Raises InputError when it cannot be read."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read", why=error.strerror or type(error).__name__) from error
    headers = {"content-type": _TYPES.get(path.suffix.lower(), "application/octet-stream")}
    return Delivery(path.name, house.clock.now(), body, headers)


def accounts_for(conn: Connection, instance: Instance) -> list[Account]:
    """The listed accounts in the order a run takes them: never read first, then the longest unread."""
    last = {row.account_id: row.last_ok or 0 for row in watches.rows(conn, instance.name)}
    return sorted(stored_accounts.listing(conn), key=lambda a: (last.get(a.id, 0), a.id))


def tasks_for(
    conn: Connection,
    instance: Instance,
    *,
    accounts: Sequence[Account] = (),
    since: int | None = None,
    limit: int | None = None,
    delivery: Delivery | None = None,
) -> list[Task]:
    """The tasks of a rehearsal: with the stored cursor, read and left alone, unless `since` (micros) is given."""

    def task(account: Account | None) -> Task:
        account_id = account.id if account else 0
        row = watches.get(conn, instance.name, account_id) if account_id or not account else None
        row = row or WatchRow(instance.name, account_id, 0, None, 0, 0, 0, None, None, None, None, None)
        unit = SenseUnit(instance.name, account_id, row.epoch, since=since)
        # past failures of the row are not this try's: its own error is told, not that it is quarantined
        return Task(unit, instance, replace(row, fails=0), account, limit, delivery)

    return [task(account) for account in accounts] if instance.shape == "account" else [task(None)]


async def rehearse(tools: Tools, tasks: Sequence[Task], basket: Basket, limit: int | None) -> None:
    """Run the tasks one after the other until `limit` signals are there, or one parks."""
    for task in _while_wanting(tasks, basket, limit):
        done = await run_unit(task, replace(tools, sink=basket))
        basket.done.append((task.label, done))
        if done.park:
            return


def _while_wanting(tasks: Sequence[Task], basket: Basket, limit: int | None) -> Iterator[Task]:
    for task in tasks:
        left = None if limit is None else limit - len(basket.signals)
        if left is not None and left <= 0:
            return
        yield replace(task, limit=left if task.limit is not None else None)


def starting(task: Task) -> Literal["asked for", "last run", "first run"]:
    """Why the sensor looks back as far as it does."""
    return "asked for" if task.unit.since is not None else "last run" if task.watch.newest is not None else "first run"
