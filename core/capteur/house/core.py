"""The house itself: opened once, asked by the doors, closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from capteur import estimating, roster, watching
from capteur.accounts import Account
from capteur.clock import Clock, micros
from capteur.errors import CapteurError, UsageError
from capteur.estimating import Model
from capteur.estimator import Estimator
from capteur.house import listing
from capteur.house.backfilling import CHUNK, BackfillReport, backfill
from capteur.house.cards import SensorCard, cards
from capteur.house.checking import check, status
from capteur.house.reports import Progress, RunReport
from capteur.house.running import choose
from capteur.house.session import run
from capteur.house.trying import LIMIT, Attempt, Trial, try_sensor
from capteur.kinds import CATALOGUE, Kind
from capteur.matching import nearest
from capteur.ranking import Explanation, Ranking, Sort
from capteur.registry import Broken, Instance, PluginInfo, Registry
from capteur.settings import Settings
from capteur.store import Store, watches
from capteur.store import signals as stored_signals
from capteur.store.coverage import Watcher
from capteur.store.shapes import SignalRow


class House:
    """A project that is open: its settings, plugins, store and models.

    Use `open_house`; it is a context manager. Every method raises the errors of `capteur.errors`.
    """

    def __init__(self, settings: Settings, registry: Registry, store: Store, clock: Clock) -> None:
        self.settings = settings
        self.registry = registry
        self.store = store
        self.clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give everything back; safe to call twice."""
        self.store.close()

    # what is configured

    @cached_property
    def _built(self) -> tuple[list[Instance], list[Broken]]:
        return self.registry.sensor_instances(self.settings)

    @property
    def instances(self) -> list[Instance]:
        """The configured sensors that could be built, in the order of capteur.toml."""
        return self._built[0]

    @property
    def broken(self) -> list[Broken]:
        """Configured sensors and plugins that could not."""
        return self._built[1]

    @cached_property
    def models(self) -> dict[str, Model]:
        """The configured models with their versions in the store. Raises ConfigError for a bad table, PluginError for a bad plugin."""
        return estimating.install(self.store, self.estimators, self.now())

    @cached_property
    def estimators(self) -> dict[str, Estimator]:
        """The configured estimators by model, built and nothing more. Raises as `models`."""
        return {name: self.registry.estimator(name, raw, self.settings) for name, raw in self.settings.models.items()}

    def model(self, name: str) -> Model:
        """One model. Raises UsageError with the nearest name."""
        if name not in self.models:
            near = nearest(name, [*self.models])
            raise UsageError(
                f"no model is called {name!r}",
                fix=f"did you mean {near[0]}?" if near else f"configured are: {', '.join(self.models)}",
            )
        return self.models[name]

    @property
    def kinds(self) -> dict[str, Kind]:
        """The catalogue and what the configured sensors add to it."""
        return {**CATALOGUE, **{name: kind for i in self.instances for name, kind in i.kinds.items()}}

    def watchers(self) -> list[Watcher]:
        """The enabled instances as coverage sees them."""
        return self.store.read(lambda conn: watching.watchers(conn, self.instances))

    def now(self) -> int:
        """The present in micros."""
        return micros(self.clock.now())

    # the work

    def run(
        self,
        names: Sequence[str] | None = None,
        *,
        accounts: Sequence[str] | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> RunReport:
        """Run instances now (all enabled ones by default), refold what changed, and say what moved.

        Raises UsageError for an unknown name, StoreHeld when another run holds the store. A failing source, plugin or account
        is in the report instead.
        """
        chosen = choose(names, self.instances, self.broken)
        with self.store.hold("capteur run"):
            return asyncio.run(run(self, chosen, self._broken_of(names), accounts, progress))

    def backfill(
        self,
        name: str,
        *,
        since: datetime,
        until: datetime | None = None,
        chunk: timedelta = CHUNK,
        progress: Callable[[Progress], None] | None = None,
    ) -> BackfillReport:
        """Read the past of one instance window by window, up to `until` (now); no cursor moves, and it may be run again."""
        return backfill(self, name, since, until or self.clock.now(), chunk, progress)

    def try_sensor(
        self,
        name: str,
        *,
        account: str | None = None,
        since: datetime | None = None,
        limit: int | None = LIMIT,
        record: bool = False,
        delivery: str | Path | None = None,
    ) -> Trial:
        """Run an instance, or a sensor nobody configured, once and show everything; nothing is stored, nothing moves.

        `record` writes the answers, redacted, as the fixture of its test; `delivery` is the file with a webhook's body. Raises
        UsageError, InputError, ConfigError or PluginError for what cannot be tried at all.
        """
        body = Path(delivery) if delivery is not None else None
        return try_sensor(self, name, Attempt(account, since, limit, record, body))

    def _broken_of(self, names: Sequence[str] | None) -> list[Broken]:
        return [b for b in self.broken if b.instance and (not names or b.instance in names)]

    def refresh(self) -> int:
        """Refold what is stale; returns how many marks that were."""
        return estimating.refresh(self.store, self.models, self.now())

    # the list

    def ranking(
        self,
        *,
        model: str = "main",
        as_of: datetime | None = None,
        top: int | None = None,
        capacity: int | None = None,
        minimum: float | None = None,
        owner: str | None = None,
        sort: Sort = "intent",
        details: bool = False,
        everyone: bool = False,
    ) -> Ranking:
        """The ranked list. `details` fills the lines of each row; `everyone` adds the accounts without a place at the end."""
        ask = listing.Ask(
            model,
            as_of,
            top,
            self.settings.capacity if capacity is None else capacity,
            minimum,
            owner,
            sort,
            details,
            everyone,
        )
        return listing.ranking_for(self, ask)

    def explain(self, label: str, *, model: str = "main", as_of: datetime | None = None) -> Explanation:
        """One account in full. Raises InputError with the nearest names for an unknown one."""
        return listing.explanation(self, label, model, as_of)

    def signals(
        self,
        label: str | None = None,
        *,
        kind: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[SignalRow]:
        """Stored signals, newest first."""
        account_id = self.store.read(lambda conn: roster.find(conn, label)).id if label is not None else None
        start, end = (micros(since) if since else None), (micros(until) if until else None)
        return self.store.read(
            lambda conn: stored_signals.rows(
                conn, account_id=account_id, kind=kind, since=start, until=end, limit=limit
            )
        )

    # accounts

    def import_accounts(
        self, path: str | Path | None = None, mapping: Mapping[str, str] | None = None
    ) -> roster.ImportReport:
        """Import a list of accounts (default: `[accounts] file`)."""
        file = Path(path) if path is not None else self.settings.accounts.file
        return roster.import_file(self.store, file, mapping, self.now(), [*self.settings.models])

    def add_account(self, domain: str, name: str | None = None) -> tuple[Account, bool]:
        """Put one company on the list; True when it was not there before."""
        return roster.add(self.store, domain, name, self.now())

    def accounts(self, states: Sequence[str] = ("listed",)) -> list[Account]:
        """Accounts by name."""
        return self.store.read(lambda conn: roster.listed(conn, states))

    def unmatched(self, limit: int | None = None) -> list[roster.Waiting]:
        """Companies that sources named and no account answers to, with the accounts they might be."""
        return self.store.read(lambda conn: roster.waiting(conn, limit))

    def link(self, what: str, to: str) -> Account:
        """Say that an unmatched company is this account."""
        return roster.link(self.store, what, to, self.now())

    def unlink(self, what: str) -> Account:
        """Undo a link."""
        return roster.unlink(self.store, what, self.now())

    def forget(self, label: str) -> roster.ForgetReport:
        """Remove everything about an account, without a trace."""
        with self.store.hold("capteur accounts forget"):
            return roster.forget(self.store, label)

    # looking after it

    def sensors(self) -> list[SensorCard]:
        """Configured instances, then installed sensors that nobody configured."""
        return cards(self)

    def plugins(self) -> list[PluginInfo]:
        """Every plugin that is installed or lies in the plugin folder."""
        _ = self._built
        for name, raw in self.settings.models.items():
            with suppress(CapteurError):  # `check` tells of a model that cannot be built
                self.registry.estimator(name, raw, self.settings)
        self.registry.notifiers(self.settings)
        return self.registry.plugins()

    def status(self) -> watching.Status:
        """What runs, what is late, what is parked."""
        return status(self)

    def check(self, name: str | None = None, *, live: bool = False) -> list[watching.Finding]:
        """Configuration, database, plugins, hooks, instances and kinds, each with what to do; of one instance with a `name`.

        `live` sends one probe for each to its source. Raises UsageError for an unknown name.
        """
        return check(self, name, live=live)

    def resume(self, name: str) -> bool:
        """Let a parked instance run again; False when it was not parked. Raises UsageError for an unknown name."""
        if name not in {i.name for i in self.instances} and name not in self.store.read(watches.instances):
            choose([name], self.instances, ())
        return self.store.write(lambda conn: watches.resume(conn, name)).result()
