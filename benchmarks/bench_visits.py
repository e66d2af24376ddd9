"""Access logs: lines read by the visits sensor, against a loop that only matches a compiled expression.

CPU seconds, both in turns. The log is the real sample of 10,000 lines (shared/data), repeated on later and later days, else lines
made up like it. One address in thirty is of a company, about what real logs have; every address is looked up in a table and, where
the test database is there, in a database of networks. `lines a second` is this machine's; only the ratio travels.
"""

from __future__ import annotations

import gc
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from table import Row, show

from capteur import Context, Signal
from capteur_sensors.visits import Visits

DATA = Path(os.environ.get("CAPTEUR_DATA", Path(__file__).parents[2] / "shared" / "data"))
REPEATS, ROUNDS, TARGET = 20, 4, 14.0
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
BARE = re.compile(rb'(\S+) (\S+) (\S+) \[([^\]]+)\] "([^"]*)" (\d{3}) (\S+)(?: "([^"]*)" "([^"]*)")?')
DAY = re.compile(rb"\[(\d\d)/May/2015:")
MADE_UP = (
    b'10.%d.%d.7 - - [%d/May/2015:10:05:%02d +0000] "GET %s HTTP/1.1" 200 203023 "http://www.example.com/from/here" '
    b'"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.1700.77 Safari/537.36"\n'
)


class Quiet:
    """`ctx.log` that nobody reads."""

    def debug(self, event: str, /, **values: Any) -> None: ...
    def info(self, event: str, /, **values: Any) -> None: ...
    def warning(self, event: str, /, **values: Any) -> None: ...


def sample() -> bytes:
    """10,000 lines of four days in May 2015."""
    real = DATA / "accesslog" / "apache_combined_10k.log"
    if real.is_file():
        return real.read_bytes()
    paths = (b"/", b"/pricing", b"/blog/%d", b"/a.png", b"/style.css", b"/app.js")
    return b"".join(
        MADE_UP % (n % 250, n % 199, 17 + n // 2500, n % 60, paths[n % 6].replace(b"%d", b"%d" % (n % 70)), n % 400)
        for n in range(10_000)
    )


def project(folder: Path, repeats: int) -> Visits:
    """A folder with the log and a table of companies, and the sensor that reads it."""
    lines, first = sample(), datetime(2026, 11, 20, tzinfo=UTC) - timedelta(days=4 * repeats)
    with (folder / "access.log").open("wb") as file:
        for n in range(repeats):
            days = {
                b"%d" % d: (first + timedelta(days=4 * n + d - 17)).strftime("[%d/%b/%Y:").encode()
                for d in range(17, 21)
            }
            for line in lines.splitlines(keepends=True):  # not at once: the peak shall be the sensor's
                file.write(DAY.sub(lambda found, days=days: days[found[1]], line))  # type: ignore[misc]
    addresses = sorted({line.partition(b" ")[0].decode() for line in lines.splitlines()})[::30]
    rows = "".join(f"{address},company{n}.com\n" for n, address in enumerate(addresses))
    (folder / "companies.csv").write_text("network,domain\n" + rows, encoding="utf-8")
    database = DATA / "mmdb" / "GeoIP2-ISP-Test.mmdb"
    mmdb = (str(database),) if database.is_file() else ()
    return Visits(path="access.log", site="www.example.com", companies="companies.csv", mmdb=mmdb, secret="bench")  # type: ignore[arg-type]  # as TOML gives it


def ours(sensor: Visits, folder: Path) -> int:
    """One first run; returns how many signals it yielded."""
    ctx = Context(
        instance="visits",
        now=NOW,
        since=NOW - timedelta(days=3650),
        http=None,
        ahttp=None,
        log=Quiet(),
        base=str(folder),
    )  # type: ignore[arg-type]
    return sum(isinstance(thing, Signal) for thing in sensor.detect(ctx))


def limit(folder: Path) -> int:
    """The bare loop; returns how many lines matched."""
    match = BARE.match
    count = 0
    with (folder / "access.log").open("rb") as file:
        for line in file:
            if match(line):
                count += 1
    return count


def peak(repeats: int) -> float:
    """Megabytes that a process of its own has needed at most, to read so many repetitions."""
    done = subprocess.run([sys.executable, __file__, str(repeats)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def rows() -> list[Row]:
    """The rows of the table."""
    took = [0.0, 0.0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sensor = project(folder, REPEATS)
        signals = ours(sensor, folder)
        gc.collect()
        for _ in range(ROUNDS):
            for which, call in enumerate((lambda: ours(sensor, folder), lambda: limit(folder))):
                before = time.process_time()
                call()
                took[which] += time.process_time() - before
    lines = ROUNDS * REPEATS * 10_000
    mine, bare = (seconds / lines * 1e6 for seconds in took)
    note = f"{1e6 / mine:,.0f} lines/s here, {signals} signals"
    small, large = peak(2), peak(40)
    return [
        Row("access log, us a line (compiled expression)", mine, bare, mine / bare, TARGET, note),
        Row("access log, MB at most, 400k lines (20k lines)", large, small, large / small, 1.15),
    ]


def alone(repeats: int) -> float:
    """This process's peak after reading so many repetitions."""
    with tempfile.TemporaryDirectory() as name:
        ours(project(Path(name), repeats), Path(name))
    status = Path("/proc/self/status")
    if status.is_file():  # ru_maxrss would be the parent's: Linux hands it on to who is started
        return int(re.findall(r"VmHWM:\s+(\d+)", status.read_text(encoding="ascii"))[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(alone(int(sys.argv[1])))
    else:
        show(rows())
