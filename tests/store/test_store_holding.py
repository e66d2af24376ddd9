"""What keeps a SQLite store from being used is told with the way out that there is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from capteur.clock import SystemClock
from capteur.errors import StoreHeld
from capteur.store import open_store
from capteur.store.hold import DAEMON, held

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
IS_ROOT = sys.platform != "win32" and os.geteuid() == 0
AS_ANYBODY = ["setpriv", "--bounding-set=-dac_override"] if IS_ROOT else []
"""Permissions hold for root, too, without this capability."""
LOOK = """
import sys
from capteur.clock import SystemClock
from capteur.errors import CapteurError
from capteur.store import open_store
try:
    with open_store(sys.argv[1], SystemClock()) as store:
        store.read(lambda conn: conn.exec_driver_sql("SELECT count(*) FROM account").scalar())
except CapteurError as error:
    print("\\n".join(error.lines()))
"""


@pytest.mark.parametrize(
    ("command", "way_out"),
    [
        (DAEMON, "it looks by itself: capteur status shows what it finds, or stop it: kill {}"),
        ("capteur run", "wait for it, or stop it: kill {}"),
        ("capteur daemon --once", "wait for it, or stop it: kill {}"),
    ],
)
def test_nobody_is_told_to_wait_for_a_daemon(tmp_path: Path, command: str, way_out: str) -> None:
    with held(tmp_path / "x.db", command, NOW), pytest.raises(StoreHeld) as caught, held(tmp_path / "x.db", "me", NOW):
        pytest.fail("two hold it")
    assert caught.value.fix == way_out.format(os.getpid())


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.skipif(
    IS_ROOT and not shutil.which("setpriv"), reason="root may write everywhere, and nothing takes that away"
)
def test_a_folder_that_cannot_be_written_is_told_to_be_needed_for_reading(tmp_path: Path) -> None:
    """SQLite's write-ahead log and its index stand beside the database, also for who only reads."""
    folder = tmp_path / "closed"
    folder.mkdir()
    url = f"sqlite:///{folder / 'capteur.db'}"
    open_store(url, SystemClock(), create=True).close()
    (folder / "capteur.db").chmod(0o444)
    folder.chmod(0o555)
    command = [*AS_ANYBODY, sys.executable, "-c", LOOK, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [
        f"error: store {url}: the folder {folder} cannot be written",
        "  SQLite writes beside its database even to read it",
        "  fix: let this user write there, or look at a copy of it: capteur --db COPY ...",
    ]
