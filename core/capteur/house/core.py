"""The house itself: opened once, asked by the doors, closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from capteur import estimating, roster, watching
from capteur.clock import Clock, micros
from capteur.errors import UsageError
from capteur.estimating import Model
from capteur.estimator import Estimator
from capteur.house import discovering, listing
from capteur.house.account_list import AccountList
from capteur.house.backfilling import CHUNK, BackfillReport, backfill
from capteur.house.cards import SensorCard, cards
from capteur.house.checking import check
from capteur.house.choosing import broken_of, choose, chosen_one
from capteur.house.deliveries import Inbox
from capteur.house.desk import Desk
from capteur.house.examining import plugins
from capteur.house.looping import run_here
from capteur.house.planning import Plan, plan
from capteur.house.reports import Progress, RunReport
from capteur.house.session import run
from capteur.house.standing import status
from capteur.house.trying import LIMIT, Attempt, Trial, try_sensor
from capteur.keeping import Kept, keep
from capteur.kinds import CATALOGUE, Kind
from capteur.nearest import nearest
from capteur.ranking import Discoveries, Explanation, Ranking, Sort
from capteur.registry import Broken, Instance, PluginInfo, Registry
from capteur.settings import Settings
from capteur.store import Store, watches
from capteur.store import instances as stored_instances
from capteur.store import signals as stored_signals
from capteur.store.coverage import Watcher
from capteur.store.shapes import SignalRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.store.backup import Backup


class House(AccountList, Desk, Inbox):
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
        chosen = choose(self, names)
        with self.store.hold("capteur run"):
            return run_here(run(self, chosen, broken_of(self, names), accounts, progress, named=bool(names)))

    def plan(self, names: Sequence[str] | None = None, *, accounts: Sequence[str] | None = None) -> Plan:
        """What `run` would do with the same words, and take; nothing is asked or claimed. Raises as `run`."""
        return plan(self, choose(self, names), broken_of(self, names), accounts, named=bool(names))

    def backfill(
        self,
        name: str,
        *,
        since: datetime,
        until: datetime | None = None,
        chunk: timedelta = CHUNK,
        again: bool = False,
        progress: Callable[[Progress], None] | None = None,
    ) -> BackfillReport:
        """Read the past of one instance up to `until` (now). No cursor moves; what was read before is left out, unless `again`."""
        return backfill(self, name, since, until or self.clock.now(), chunk, progress, again=again)

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

    def discovered(
        self,
        *,
        model: str = "main",
        limit: int | None = None,
        since: datetime | None = None,
        minimum: float = 0.0,
        where: Mapping[str, str] | Iterable[str] = (),
        details: bool = False,
    ) -> Discoveries:
        """Companies nobody listed, by intent. `since` = heard of since then; `where` = by facts, NAME=VALUE. `details` as in `ranking`."""
        wanted = discovering.Wanted(model, limit, since, minimum, discovering.conditions(where), details)
        return discovering.discoveries(self, wanted)

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

    # looking after it

    def sensors(self) -> list[SensorCard]:
        """Configured instances, then installed sensors that nobody configured."""
        return cards(self)

    def plugins(self) -> list[PluginInfo]:
        """Every plugin that is installed or lies in the plugin folder, each imported for it, with what it keeps of its contract."""
        return plugins(self)

    def status(self) -> watching.Status:
        """What runs, what is late, what is parked."""
        return status(self)

    def check(self, name: str | None = None, *, live: bool = False) -> list[watching.Finding]:
        """Configuration, database, plugins, hooks, instances and kinds, each with what to do; of one instance with a `name`.

        `live` sends one probe for each to its source. Raises UsageError for an unknown name.
        """
        return check(self, name, live=live)

    def backup(self, file: str | Path | None = None, *, force: bool = False) -> Backup:
        """Back the database up into a file, or into a folder (default: that of capteur.toml), while runs go on."""
        from capteur.house.storage import Project, backup_store

        project = Project(self.settings, self.store.url.render_as_string(hide_password=False), self.clock)
        return backup_store(project, Path(file) if file is not None else None, force=force)

    def keep(self) -> Kept | None:
        """Remove what is old and nobody reads any more; None when that was done within the last day. Every run ends with it."""
        accounts = self.settings.accounts
        kept = keep(
            self.store,
            self.now(),
            keep_unmatched=accounts.keep_unmatched,
            keep_discovered=accounts.keep_discovered,
            in_review=lambda conn: {w.account.id for w in roster.waiting(conn) if w.candidates},
            configured=[*self.settings.sensors],
            rules=self.settings.retention,
            keep_deliveries=self.settings.receiving.keep,
            read={*(i.name for i in self.instances if i.enabled), *(b.instance for b in self.broken)},
            of_browsers=self.open_instances(),
        )
        if kept is not None:
            estimating.lower_ceilings(self.store, self.models, self.now())
        return kept

    def pause(self, name: str) -> bool:
        """Let an instance rest until it is resumed; False when it rests already. Raises as `choosing.chosen_one`."""
        self._known(name)
        return self.store.write(lambda conn: stored_instances.pause(conn, name, self.now())).result()

    def resume(self, name: str) -> bool:
        """Let a parked or paused instance run again; False when it was neither. Raises as `choosing.chosen_one`."""
        self._known(name)

        def work(conn: Connection) -> bool:
            paused = stored_instances.unpause(conn, name)
            return watches.resume(conn, name) or paused

        return self.store.write(work).result()

    def _known(self, name: str) -> None:
        if name not in self.store.read(watches.instances):
            chosen_one(self, name)
