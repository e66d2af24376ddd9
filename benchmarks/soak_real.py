"""A real daemon for a quarter of an hour: its memory, descriptors and threads must not grow.

`make soak-real` (MINUTES=15). The process is `capteur daemon`, the source another server on loopback; samples come from /proc,
so this is for Linux. A line is laid through the samples after the first fifth (warming up); what it climbs over the rest is
compared with a bound.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from capteur.house import open_house
from capteur.store import signals, watches

ACCOUNTS, SAMPLE_S = 60, 1.0
WARM = 0.2
"""The part of the time that is not looked at."""
BOUNDS = {"rss MB": 8.0, "descriptors": 4.0, "threads": 4.0}
"""What the line may climb over the whole rest; a leak of one small object a unit is more than that."""
PLUGIN = '''
from capteur import *


class Each(AccountSensor):
    """Asks for one account, and finds something new each time."""

    name = "each"
    kinds = ("press.mention",)
    every = "5s"
    deadline = "30s"
    port: int

    def detect(self, ctx, account):
        ctx.http.get_json(f"http://127.0.0.1:{self.port}/{account.domain}")
        yield Signal(kind="press.mention", account=account.domain, key=f"{account.domain}:{ctx.now:%d%H}", occurred_at=ctx.now)
        yield Checkpoint({"at": ctx.now.isoformat()})


class Feed(FeedSensor):
    """Asks for everybody."""

    name = "feed"
    kinds = ("press.mention",)
    every = "1s"
    deadline = "30s"
    port: int

    async def detect(self, ctx):
        await ctx.ahttp.get_json(f"http://127.0.0.1:{self.port}/")
        yield Signal(kind="press.mention", account="a0.com", key=f"feed:{ctx.now:%d%H%M}", occurred_at=ctx.now)
'''


class _Source(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'{"facts": 1, "padding": "' + b"x" * 20_000 + b'"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


def slope(values: Sequence[float]) -> float:
    """What a straight line through evenly spaced values climbs from the first to the last (least squares).

    >>> slope([1.0, 2.0, 3.0])
    2.0
    """
    count = len(values)
    middle, mean = (count - 1) / 2, sum(values) / count
    over = sum((i - middle) ** 2 for i in range(count))
    return sum((i - middle) * (value - mean) for i, value in enumerate(values)) / over * (count - 1)


def sample(pid: int) -> dict[str, float]:
    """Memory, descriptors and threads of a process, from /proc."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {
        "rss MB": int(status["VmRSS"].split()[0]) / 1024,
        "descriptors": float(sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())),
        "threads": float(status["Threads"]),
    }


def project(folder: Path, port: int) -> None:
    """Accounts of a sensor that asks for each, and three feeds."""
    (folder / "plugins").mkdir()
    (folder / "plugins" / "asking.py").write_text(PLUGIN)
    feeds = "".join(f'[sensors.feed-{n}]\nuse = "feed"\nport = {port}\n' for n in range(3))
    (folder / "capteur.toml").write_text(
        '[capteur]\nversion = 1\n[store]\nurl = "sqlite:///capteur.db"\n[web]\nallow = ["127.0.0.1"]\n'
        f"[sensors.each]\nport = {port}\n{feeds}"
    )
    (folder / "accounts.csv").write_text("domain,name\n" + "".join(f"a{i}.com,A{i}\n" for i in range(ACCOUNTS)))
    with open_house(folder / "capteur.toml") as house:
        house.import_accounts()


def watch(folder: Path, minutes: float) -> tuple[list[dict[str, float]], int]:
    """Samples of a daemon's life, and the code it ended with after SIGTERM."""
    command = [sys.executable, "-m", "capteur.cli", "daemon", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as daemon:
        samples, end = [], time.monotonic() + minutes * 60
        while time.monotonic() < end and daemon.poll() is None:
            time.sleep(SAMPLE_S)
            samples.append(sample(daemon.pid))
        daemon.send_signal(signal.SIGTERM)
        return samples, daemon.wait(60)


def main() -> None:
    """Run and print; ends with 1 when something grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=15)
    minutes = parser.parse_args().minutes
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Source)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="capteur-soak-") as name:
        folder = Path(name)
        project(folder, server.server_address[1])
        samples, code = watch(folder, minutes)
        with open_house(folder / "capteur.toml") as house:
            passes = sum(row.epoch for row in house.store.read(watches.rows))
            found = len(house.store.read(signals.rows))
    rest = samples[int(len(samples) * WARM) :]
    print(f"{minutes:g} minutes, {passes} units, {found} signals, {len(samples)} samples, exit code {code}")
    print(f"{'':<14}{'first':>8}{'last':>8}{'most':>8}{'climb':>8}{'bound':>8}")
    bad = code != 0
    for what, bound in BOUNDS.items():
        values = [s[what] for s in rest]
        climb = slope(values)
        bad = bad or climb > bound
        print(f"{what:<14}{values[0]:>8.1f}{values[-1]:>8.1f}{max(values):>8.1f}{climb:>8.2f}{bound:>8.1f}")
    sys.exit(bad)


if __name__ == "__main__":
    main()
