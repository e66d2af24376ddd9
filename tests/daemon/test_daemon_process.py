"""The daemon as a process: it stops in order, at once when told twice, and shares a PostgreSQL with others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from capteur import open_house
from capteur.clock import SystemClock
from capteur.store import daemons, runs, signals, sql, watches

if TYPE_CHECKING:
    from capteur import House

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")]

FEED = '''
class {name}(FeedSensor):
    """A feed that writes down when it begins."""

    name = "{lower}"
    kinds = ("funding.raised",)
    every = "1s"

    def detect(self, ctx):
        import os, pathlib, time

        began = pathlib.Path(ctx.base, "began-{lower}")
        with began.open("a") as file:
            file.write(str(os.getpid()) + "\\n")
        yield Signal(kind="funding.raised", account="acme.com", key=f"{{ctx.now.isoformat()}}", occurred_at=ctx.now)
        {body}
        yield Signal(kind="funding.raised", account="globex.com", key=f"end {{ctx.now.isoformat()}}", occurred_at=ctx.now)
'''
QUICK = "pass"
SLOW = "ctx.http.get(os.environ['SLOW_URL'])"
DEAF = "pathlib.Path(ctx.base, 'deaf').touch(); time.sleep(600)"


def until(what: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Wait for something another process does."""
    end = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > end:
            raise AssertionError("it did not happen in time")
        time.sleep(0.02)
    return found


@contextmanager
def daemon(folder: Path, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "capteur.cli", "daemon", "--port", "none", *options],
        cwd=folder,
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def make(stored_project: Any) -> Callable[..., House]:
    def made(body: str, lower: str = "feed") -> House:
        stored_project.clock = SystemClock()
        stored_project.plugin(lower, FEED.format(name=lower.title(), lower=lower, body=body))
        stored_project.configure(f"[sensors.{lower}]\ndeadline = '60s'")
        stored_project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
        house: House = stored_project.open()
        house.import_accounts()
        return house

    return made


def begun(house: House) -> list[str]:
    path = house.settings.folder / "began-feed"
    return path.read_text().split() if path.exists() else []


def test_sigterm_ends_it_in_order(make: Callable[..., House]) -> None:
    house = make(QUICK)
    with daemon(house.settings.folder) as process:
        until(lambda: len(house.store.read(signals.rows)) >= 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0, process.communicate()[1]
    rows = house.store.read(lambda conn: watches.rows(conn, "feed"))
    assert [(r.lease_until, r.fails, r.last_status) for r in rows] == [(0, 0, "ok")]
    assert house.store.read(daemons.daemons) == []
    assert sum(r.new for r in house.store.read(runs.last)) == len(house.store.read(signals.rows))
    assert house.ranking().rows[0].estimate.intent


def test_what_does_not_end_in_time_is_stopped_and_due_again_with_nothing_half_written(
    make: Callable[..., House], tmp_path: Path
) -> None:
    """A sensor whose thread sleeps for ten minutes: what it yielded stays, its cursor does not move, and the process leaves."""
    house = make(DEAF)
    code = (
        "from capteur.daemon import Options, serve; from capteur.house import open_house\n"
        "import sys\nwith open_house('capteur.toml') as house: sys.exit(serve(house, Options(port=None, drain_s=0.5)))"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=house.settings.folder) as process:
        until((house.settings.folder / "deaf").exists)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    (row,) = house.store.read(lambda conn: watches.rows(conn, "feed"))
    assert (row.lease_until, row.last_ok, row.fails) == (0, None, 0)
    assert row.next_due <= house.now()
    assert len(house.store.read(signals.rows)) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_it_at_once(make: Callable[..., House], number: signal.Signals) -> None:
    house = make(DEAF)
    with daemon(house.settings.folder) as process:
        until(lambda: begun(house))
        process.send_signal(number)
        until(lambda: "stopping" in (process.stderr.readline() if process.stderr else ""))
        process.send_signal(number)
        assert process.wait(20) == 128 + number


def test_a_second_daemon_on_sqlite_is_refused_and_told_who_is_there(make: Callable[..., House]) -> None:
    house = make(QUICK)
    if house.store.dialect == "postgresql":
        pytest.skip("on PostgreSQL any number of daemons share the work")
    with daemon(house.settings.folder) as process:
        until(lambda: begun(house))
        again = subprocess.run(
            [sys.executable, "-m", "capteur.cli", "daemon", "--port", "none"],
            cwd=house.settings.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert again.returncode == 1
        assert f"`capteur daemon` holds it\n  process {process.pid}, since" in again.stderr


def test_once_serves_what_is_due_and_ends(make: Callable[..., House]) -> None:
    house = make(QUICK)
    done = subprocess.run(
        [sys.executable, "-m", "capteur.cli", "daemon", "--once"], cwd=house.settings.folder, timeout=60, check=False
    )
    assert done.returncode == 0
    assert len(house.store.read(signals.rows)) == 2


EACH = '''
class Each(AccountSensor):
    """Says who looked."""

    name = "each"
    kinds = ("press.mention",)
    every = "1s"
    deadline = "10s"

    def detect(self, ctx, account):
        import os, pathlib, time

        step = (ctx.cursor or {}).get("step", 0)
        with pathlib.Path(ctx.base, "looks").open("a") as file:
            file.write(f"{os.getpid()} {account.domain} {step}\\n")
        time.sleep(0.05)
        yield Signal(kind="press.mention", account=account.domain, key=f"{account.domain}:{step}", occurred_at=ctx.now)
        yield Checkpoint({"step": step + 1})
'''
SHORT_LEASE = (
    "import capteur.house.shift as shift, sys; shift.LEASE_S = -9.0\n"  # 10 s deadline: one second in all
    "from capteur.daemon import Options, serve; from capteur.house import open_house\n"
    "with open_house('capteur.toml') as house: sys.exit(serve(house, Options(port=None)))"
)


def looks(folder: Path) -> list[tuple[int, str, int]]:
    path = folder / "looks"
    lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    return [(int(pid), domain, int(step)) for pid, domain, step in lines]


@pytest.fixture
def shared(tmp_path: Path, postgresql_url: str, project: Any) -> Any:
    project.clock, project.store = SystemClock(), postgresql_url
    project.plugin("each", EACH)
    project.configure("[sensors.each]")
    project.accounts("domain,name\n" + "".join(f"a{i}.com,A{i}\n" for i in range(40)))
    project.open().import_accounts()
    return project


def test_two_daemons_on_one_postgresql_share_the_work_without_doubling_it(shared: Any) -> None:
    house = open_house(shared.folder / "capteur.toml")
    with house, daemon(shared.folder) as one, daemon(shared.folder) as two:
        pids = {one.pid, two.pid}
        until(lambda: {pid for pid, _, _ in looks(shared.folder)} == pids and len(looks(shared.folder)) > 200)
        both = house.store.read(daemons.daemons)
        assert {d.pid for d in both} == pids
        assert sum(d.leads for d in both) == 1
        for process in (one, two):
            process.send_signal(signal.SIGTERM)
        assert [process.wait(40) for process in (one, two)] == [0, 0]
        seen = [(domain, step) for _, domain, step in looks(shared.folder)]
        assert len(set(seen)) == len(seen), "no pass over an account was done twice"
        assert len(house.store.read(signals.rows)) == len(seen)


def test_a_daemon_that_stood_still_past_its_lease_stores_nothing(shared: Any) -> None:
    """SIGSTOP in the middle of a unit, its rows taken over meanwhile, SIGCONT: its commits are fenced."""
    house = open_house(shared.folder / "capteur.toml")
    command = [sys.executable, "-c", SHORT_LEASE]

    def looks_of(process: subprocess.Popen[bytes]) -> int:
        return sum(pid == process.pid for pid, _, _ in looks(shared.folder))

    with house, subprocess.Popen(command, cwd=shared.folder) as one:
        until(lambda: len(looks(shared.folder)) > 40)
        one.send_signal(signal.SIGSTOP)
        held = until(lambda: house.store.read(_held), 5) if house.store.read(_held) else {}
        with subprocess.Popen(command, cwd=shared.folder) as two:
            until(lambda: {d for pid, d, _ in looks(shared.folder) if pid == two.pid} >= set(held))
            before = looks_of(one)
            one.send_signal(signal.SIGCONT)
            until(lambda: looks_of(one) > before + 40)  # so it has ended what it was in the middle of
            for process in (one, two):
                process.send_signal(signal.SIGTERM)
            assert [process.wait(40) for process in (one, two)] == [0, 0]
        keys = [row.key for row in house.store.read(signals.rows)]
        assert len(keys) == len(set(keys))
        steps = {r.account_id: r.cursor for r in house.store.read(lambda c: watches.rows(c, "each", cursors=True))}
        total = sum(int((cursor or '{"step":0}').partition(":")[2].strip(" }")) for cursor in steps.values())
        assert len(keys) == total, "every pass counts once: one signal, one step of the cursor"


def _held(conn: Any) -> dict[str, int]:
    rows = sql.rows(
        conn, "SELECT domain, epoch FROM watch JOIN account ON account.id = account_id WHERE lease_until > 0"
    )
    return {domain: int(epoch) for domain, epoch in rows}
