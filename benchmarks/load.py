"""Webhooks under load: a thousand deliveries a second for a minute, the daemon killed and started again in the middle.

`make load` (SECONDS=60 RATE=1000 URL=postgresql://... for another store). The receiver is in `capteur daemon`, which reads what
comes at the same time; the sender is another process, and sends again what was not taken. In the end every delivery is there
once, and so is every signal. Beside it stand the limits of this machine: uvicorn with an app that says 204, and bare inserts.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from capteur.house import House, open_house
from capteur.store import sql

SECRET = "a-secret-of-the-benchmark"
SENDER = Path(__file__).with_name("load_sender.py")
LIMIT = 5_000
"""Requests, or rows, by which a limit is measured."""
CATCH_UP_S = 60.0
PLUGIN = '''
from capteur import *


class Hook(PushSensor):
    """One visit a delivery."""

    name = "hook"
    kinds = ("visit.page",)

    def receive(self, ctx, delivery):
        row = delivery.json()
        yield Signal(kind="visit.page", account=row["domain"], key=f"hook:{row['id']}", occurred_at=row["at"])
'''


async def bare(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The least an app can do with a delivery."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def free_port() -> int:
    """A port nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until somebody listens there."""
    until = time.perf_counter() + 60
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise SystemExit(f"the receiver ended with {process.returncode}")
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.02)
    raise SystemExit("nobody listens")


def start_sender(port: int, path: str, count: int, rate: float) -> subprocess.Popen[bytes]:
    """The sender as a process of its own; its standard output is the JSON of how it went."""
    words = ["--port", str(port), "--path", path, "--count", str(count), "--rate", str(rate)]
    return subprocess.Popen([sys.executable, str(SENDER), *words], stdout=subprocess.PIPE)


def sent(sender: subprocess.Popen[bytes]) -> dict[str, Any]:
    """How it went, once it is over."""
    out, _ = sender.communicate()
    if sender.returncode:
        raise SystemExit("the sender failed")
    found: dict[str, Any] = json.loads(out)
    return found


def cpu_s(process: subprocess.Popen[bytes]) -> float:
    """Seconds of CPU a process has taken so far; from /proc, so on Linux only, elsewhere 0."""
    try:
        cells = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(cells[11]) + int(cells[12])) / os.sysconf("SC_CLK_TCK")


def measured(process: subprocess.Popen[bytes], port: int, path: str) -> tuple[float, float]:
    """As fast as they are taken: how many a second, and microseconds of CPU of the server for each."""
    before = cpu_s(process)
    rate = float(sent(start_sender(port, path, LIMIT, 0))["rate"])
    return rate, (cpu_s(process) - before) / LIMIT * 1e6


def http_limit() -> tuple[float, float]:
    """What uvicorn and an app that does nothing take."""
    port = free_port()
    code = f"import uvicorn, load; uvicorn.run(load.bare, port={port}, log_level='critical', loop='asyncio', http='h11', lifespan='off')"
    server = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parent)
    try:
        wait_for(port, server)
        return measured(server, port, "/")
    finally:
        server.kill()
        server.wait()


def insert_limit(folder: Path, together: int) -> float:
    """Rows a second into a SQLite table like ours, so many a transaction."""
    with sqlite3.connect(folder / "raw.db", isolation_level=None) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = NORMAL")
        conn.execute("CREATE TABLE d (id INTEGER PRIMARY KEY, key TEXT UNIQUE, at INT, headers TEXT, body BLOB)")
        began = time.perf_counter()
        for start in range(0, LIMIT, together):
            conn.execute("BEGIN IMMEDIATE")
            conn.executemany(
                "INSERT INTO d (key, at, headers, body) VALUES (?, 1, '{}', ?)",
                [(f"id:msg_{n}", b"x" * 80) for n in range(start, start + together)],
            )
            conn.execute("COMMIT")
        return LIMIT / (time.perf_counter() - began)


class Project:
    """A project with one sensor that is sent something."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self.port = free_port()
        self.config = folder / "capteur.toml"
        (folder / "plugins").mkdir()
        (folder / "plugins" / "hook.py").write_text(PLUGIN)
        store = f'[store]\nurl = "{url}"\n' if url else ""
        self.config.write_text(
            f'[capteur]\nversion = 1\n{store}[receiving]\nlisten = "127.0.0.1:{self.port}"\nrate = 20000\n'
            f'[sensors.hook]\nsecret = "{SECRET}"\n'
        )
        with open_house(self.config) as house:
            house.add_account("acme.com")

    @contextmanager
    def daemon(self) -> Iterator[subprocess.Popen[bytes]]:
        """The daemon, until the end or until somebody killed it."""
        words = ["--config", str(self.config), "-q", "daemon", "--port", "none"]
        process = subprocess.Popen([sys.executable, "-m", "capteur.cli", *words])
        try:
            wait_for(self.port, process)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait()

    def counts(self, house: House) -> dict[str, int]:
        """What is in the store."""
        found = house.store.read(lambda c: sql.pairs(c, "SELECT state, count(*) FROM delivery GROUP BY state"))
        signals = house.store.read(lambda c: sql.value(c, "SELECT count(*) FROM signal"))
        return {**dict(found), "signals": int(signals)}


def fastest(project: Project) -> tuple[float, float]:
    """What a daemon takes, that reads them at the same time."""
    with project.daemon() as process:
        return measured(process, project.port, f"/hooks/hook/{SECRET}")


def sustained(project: Project, seconds: float, rate: float, kills: int) -> tuple[dict[str, Any], float]:
    """At a steady rate, with kills at even distances; how it went, and how long the rest took to be read."""
    sender = start_sender(project.port, f"/hooks/hook/{SECRET}", int(seconds * rate), rate)
    for _ in range(kills):
        with project.daemon() as process:
            time.sleep(seconds / (kills + 1))
            process.kill()
    with project.daemon(), open_house(project.config) as house:
        went = sent(sender)
        began = time.perf_counter()
        while project.counts(house).get("waiting") and time.perf_counter() - began < CATCH_UP_S:
            time.sleep(0.1)
        return went, time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=1000.0)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--url")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="capteur-load-") as text:
        folder = Path(text)
        bare_rate, bare_us = http_limit()
        inserts = insert_limit(folder, 50)
        (folder / "one").mkdir()
        rate, each_us = fastest(Project(folder / "one", None))
        (folder / "two").mkdir()
        project = Project(folder / "two", given.url)
        went, rest = sustained(project, given.seconds, given.rate, given.kills)
        with open_house(project.config) as house:
            counts = project.counts(house)
    wanted = int(given.seconds * given.rate)
    print(f"limit: bare inserts, 50 a transaction          {inserts:8.0f} a second")
    print(f"limit: uvicorn and an app that says 204        {bare_rate:8.0f} a second, {bare_us:4.0f} us of CPU each")
    print(
        f"a daemon that receives and reads, all out      {rate:8.0f} a second, {each_us:4.0f} us of CPU each;"
        f" {bare_rate / rate:.2f}x by the clock, {each_us / (bare_us or each_us):.2f}x by CPU"
    )
    print(
        f"{given.rate:.0f} a second for {given.seconds:.0f} s, killed {given.kills} times"
        f" (took {went['seconds']:.0f} s)  {went['rate']:8.0f} a second,"
        f" p50 {went['p50'] * 1000:.0f} ms, p99 {went['p99'] * 1000:.0f} ms, sent again {went['retries']} times"
    )
    print(
        f"kept and read {counts.get('done', 0)} of {wanted}, {counts['signals']} signals, the last {rest:.1f} s after the end"
    )
    print(f"load average of the machine {', '.join(f'{n:.1f}' for n in os.getloadavg())} on {os.cpu_count()} cores")
    ok = counts == {"done": wanted, "signals": wanted} and went["taken"] == wanted
    print("none lost, none doubled" if ok else f"NOT as it should be: {counts}")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
