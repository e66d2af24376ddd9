"""A project's database as its operator handles it: back up, restore, upgrade, check. None of it needs the store to be in order."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from capteur.clock import Clock, SystemClock
from capteur.errors import CapteurError, SchemaError
from capteur.house.core import House
from capteur.house.figures import SAMPLE, figures, mend
from capteur.registry import Registry
from capteur.settings import Settings, load
from capteur.store import open_store, schema
from capteur.store.backup import Backup, back_up, default_name
from capteur.store.checking import look
from capteur.store.company import refuse_company
from capteur.store.engine import parse, path_of
from capteur.store.faults import shown
from capteur.store.hold import held
from capteur.store.looking import looking
from capteur.store.opening import check_path
from capteur.store.restore import Restored, restore
from capteur.watching import Finding


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A schema before and after; `backup` was made in between (None when there was nothing to do, or it was not wanted)."""

    before: str
    after: str
    backup: Path | None


@dataclass(frozen=True, slots=True)
class Project:
    """Where a project's database is, told without opening it."""

    settings: Settings
    url: str
    clock: Clock


def project_at(
    path: str | Path | None = None,
    *,
    clock: Clock | None = None,
    env: Mapping[str, str] | None = None,
    store_url: str | None = None,
) -> Project:
    """The project of capteur.toml at `path`, found as by `open_house`. Raises ConfigError."""
    settings = load(Path(path) if path is not None else None, os.environ if env is None else env)
    return Project(settings, store_url or settings.store_url, clock or SystemClock())


def backup_store(project: Project, file: Path | None = None, *, force: bool = False) -> Backup:
    """Back the database up into `file`, or into a file named by the time in the folder `file` (default: beside capteur.toml).

    A run may go on meanwhile. The backup is verified before it takes its name. Raises as `capteur.store.backup.back_up`.
    """
    now = project.clock.now()
    target = project.settings.folder if file is None else file
    return back_up(project.url, target / default_name(now) if target.is_dir() else target, now, force=force)


def restore_store(project: Project, file: Path, *, force: bool = False) -> Restored:
    """Put a backup into the project's database. Raises as `capteur.store.restore.restore`."""
    return restore(project.url, file, project.clock.now(), force=force, keep_in=project.settings.folder)


def upgrade_store(project: Project, *, backup: bool = True) -> Upgraded:
    """Bring the database to the schema of this capteur, after a backup: beside a SQLite file, else beside capteur.toml.

    Raises ConfigError, SchemaError for a database that is not ours, empty or newer, StoreHeld while a run uses it. When
    anything is raised, the database is what it was.
    """
    parsed, place, now = parse(project.url), shown(parse(project.url)), project.clock.now()
    with ExitStack() as stack:
        if parsed.get_backend_name() == "sqlite":
            path = path_of(parsed)
            check_path(path, place, create=False)
            stack.enter_context(held(path, "capteur db upgrade", now))
            kept = _free_name(path.with_name(f"{path.name}.before-{schema.HEAD}"))
        else:
            kept = _free_name(project.settings.folder / f"capteur-before-{schema.HEAD}.zip")
        with looking(parsed) as conn:
            before = schema.revision(conn, place)
            ready = schema.is_ready(conn, place, create=False, upgrade=True)
            if not ready:
                refuse_company(conn, place)
        assert before is not None, "an empty database was refused"
        if ready:
            return Upgraded(before, before, None)
        if backup:
            back_up(parsed, kept, now, copy=parsed.get_backend_name() == "sqlite")
        try:
            with open_store(project.url, project.clock, upgrade=True) as store:
                if store.dialect == "sqlite":
                    store.free()
        except CapteurError as error:
            if backup:
                error.why = "; ".join(part for part in (error.why, f"a backup is in {kept}") if part)
            raise
    return Upgraded(before, schema.HEAD, kept if backup else None)


def check_store(project: Project, *, sample: int | None = SAMPLE) -> list[Finding]:
    """Whether what is stored is as it should be, down to the numbers of `sample` accounts (None = all).

    Trouble with the database itself is a finding as well.
    """
    parsed = parse(project.url)
    place = shown(parsed)
    try:
        if parsed.get_backend_name() == "sqlite":
            check_path(path_of(parsed), place, create=False)
        with looking(parsed) as conn:
            schema.is_ready(conn, place, create=False, upgrade=False)
            found = [Finding(f.level, f.topic, f.text, f.fix, int(f.level == "error")) for f in look(conn)]
    except SchemaError as error:
        return [_trouble("schema", error)]
    except CapteurError as error:
        return [_trouble("database", error)]
    found.insert(0, Finding("ok", "database", place))
    if any(f.topic in ("integrity", "schema") and f.level == "error" for f in found):
        return found
    with _open(project) as house:
        return found + figures(house, sample)


def mend_store(project: Project) -> int:
    """Have the running state of every model made anew from the signals; returns how many histories that were.

    Runs may go on meanwhile. Raises as `open_house`.
    """
    with _open(project) as house:
        return mend(house)


def _open(project: Project) -> House:
    return House(
        project.settings,
        Registry(plugin_folder=project.settings.plugins_path),
        open_store(project.url, project.clock),
        project.clock,
    )


def _trouble(topic: str, error: CapteurError) -> Finding:
    return Finding("error", topic, f"{error.what} ({error.why})" if error.why else error.what, error.fix or None, 1)


def _free_name(path: Path) -> Path:
    """`path`, or the first of its numbered namesakes that is free: a backup never takes the place of another."""
    tried, number = path, 1
    while tried.exists():
        number += 1
        tried = path.with_name(
            f"{path.stem}-{number}{path.suffix}" if path.suffix == ".zip" else f"{path.name}-{number}"
        )
    return tried
