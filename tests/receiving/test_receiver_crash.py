"""kill -9 of the real daemon while a sender sends: every delivery that was taken is read, none is lost, none comes twice."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from capteur.clock import SystemClock
from capteur.store import sql

SENDER = Path(__file__).parents[2] / "benchmarks" / "load_sender.py"
SECRET = "a-secret-in-the-path-1"
COUNT, RATE = 400, 200
PATIENCE_S = 120.0
PAUSE = threading.Event()

pytestmark = pytest.mark.crash


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


@contextmanager
def daemon(config: Path, port: int, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A real process, from the moment it listens; what is left of it is ended."""
    process = subprocess.Popen([sys.executable, "-m", "capteur.cli", "--config", str(config), "-q", *words])
    until = time.monotonic() + PATIENCE_S
    try:
        while True:
            assert process.poll() is None
            assert time.monotonic() < until
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            PAUSE.wait(0.05)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


@pytest.fixture
def place(stored_project: Any, pushed_everywhere: Any) -> tuple[Any, Path, int]:
    stored_project.clock = SystemClock()
    port = free_port()
    house = pushed_everywhere(
        f'[receiving]\nlisten = "127.0.0.1:{port}"\nrate = 20000\n[sensors.hook]\nsecret = "{SECRET}"\ndeadline = "2s"'
    )
    return house, stored_project.folder / "capteur.toml", port


def sender(port: int) -> subprocess.Popen[bytes]:
    words = ["--port", str(port), "--path", f"/hooks/hook/{SECRET}", "--count", str(COUNT), "--rate", str(RATE)]
    return subprocess.Popen([sys.executable, str(SENDER), *words, "--connections", "16"], stdout=subprocess.PIPE)


def kept(house: Any) -> int:
    return int(house.store.read(lambda c: sql.value(c, "SELECT count(*) FROM delivery")))


def wait_until(true: Any) -> None:
    until = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < until
        PAUSE.wait(0.1)


def check(house: Any, sent: subprocess.Popen[bytes]) -> None:
    out, _ = sent.communicate(timeout=PATIENCE_S)
    went = json.loads(out)
    assert went["taken"] == COUNT
    found = house.store.read(lambda c: sql.pairs(c, "SELECT key, state FROM delivery"))
    assert sorted(key for key, _ in found) == sorted(f"id:msg_{n}" for n in range(COUNT))
    wait_until(lambda: len(house.signals()) == COUNT)
    assert sorted(s.key for s in house.signals()) == sorted(f"hook:{n}" for n in range(COUNT))


def test_a_daemon_that_is_killed_while_it_receives_loses_and_doubles_nothing(place: tuple[Any, Path, int]) -> None:
    house, config, port = place
    with daemon(config, port, "daemon", "--port", "none") as process:
        sent = sender(port)
        wait_until(lambda: kept(house) > COUNT // 4)
        process.kill()
    assert kept(house) < COUNT
    with daemon(config, port, "daemon", "--port", "none"):
        check(house, sent)
        wait_until(
            lambda: not house.store.read(lambda c: sql.value(c, "SELECT count(*) FROM delivery WHERE state <> 'done'"))
        )


def test_what_a_receiver_alone_has_kept_is_read_by_a_daemon_later(place: tuple[Any, Path, int]) -> None:
    """Killed between the store and the reading: nothing was read, everything is there."""
    house, config, port = place
    with daemon(config, port, "receive") as process:
        sent = sender(port)
        wait_until(lambda: kept(house) > COUNT // 4)
        process.kill()
    assert house.signals() == []
    with daemon(config, port, "daemon", "--port", "none"):
        check(house, sent)
