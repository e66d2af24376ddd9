"""The hostile plugin of docs and design in all its forms, beside healthy ones: one run, and nobody but itself is hurt."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from capteur.house import InstanceRun, RunReport

COUNT = 40
HEALTHY = {
    "healthy-sync": ("", f"for i in range({COUNT}):\n    yield one(f'{{ctx.instance}}-{{i}}')", ""),
    "healthy-async": (
        "async ",
        f"for i in range({COUNT}):\n    await asyncio.sleep(0)\n    yield one(f'{{ctx.instance}}-{{i}}')",
        "",
    ),
    "healthy-away": ("", f"for i in range({COUNT}):\n    yield one(f'{{ctx.instance}}-{{i}}')", "isolate = true"),
}
WAIT = "while not os.path.exists(self.flag):\n    {}"
EVIL = "class Evil(SourceChanged):\n    @property\n    def what(self):\n        raise SystemExit\n    @what.setter\n    def what(self, value):\n        pass\n"
HERE: dict[str, tuple[str, str, str]] = {
    # what detect() does: (colour, body, words of the message)
    "exits": ("", "sys.exit(3)\nyield", "it raised SystemExit: 3"),
    "exits-async": ("async ", "sys.exit(3)\nyield", "it raised SystemExit: 3"),
    "interrupts": ("", "raise KeyboardInterrupt\nyield", "it raised KeyboardInterrupt"),
    "interrupts-async": ("async ", "raise KeyboardInterrupt\nyield", "it raised KeyboardInterrupt"),
    "cancels": ("", "raise asyncio.CancelledError\nyield", "it raised CancelledError"),
    "cancels-async": ("async ", "raise asyncio.CancelledError\nyield", "it raised CancelledError"),
    "closes": ("", "raise GeneratorExit\nyield", "it raised GeneratorExit"),
    "closes-async": ("async ", "raise GeneratorExit\nyield", "it raised GeneratorExit"),
    "stops-iterating": ("", "raise StopIteration\nyield", "RuntimeError generator raised StopIteration"),
    "stops-awaiting": ("", "raise StopAsyncIteration\nyield", "it raised StopAsyncIteration"),
    "base-exception": ("", "class Odd(BaseException):\n    pass\nraise Odd('x')\nyield", "Odd x  at "),
    "base-exception-async": ("async ", "class Odd(BaseException):\n    pass\nraise Odd('x')\nyield", "Odd x  at "),
    "base-group": ("", "raise BaseExceptionGroup('g', [SystemExit()])\nyield", "BaseExceptionGroup g"),
    "recurses": ("", "def f():\n    f()\nf()\nyield", "RecursionError"),
    "says-nothing": ("", "class E(Exception):\n    def __str__(self):\n        raise SystemExit\nraise E\nyield", "E (no message)"),
    "cannot-be-told": ("", EVIL + "raise Evil('x')\nyield", "it raised Evil, which cannot be told"),
    "waits-until-soon": ("", "raise RateLimited('429', retry_after='soon')\nyield", "it raised RateLimited, which cannot be told"),
    "waits-for-ever": ("", "raise RateLimited('429', retry_after=1e300)\nyield", "429"),
    "skips-by-number": ("", "raise SkipRun(404)\nyield", "404"),
    "paints-in-errors": ("", "raise ValueError('\\x1b[2J\\x1b]0;pwned\\x07')\nyield", "ValueError [2J ]0;pwned"),
    "paints": ("", "yield one('k', summary='\\x1b[2J\\u202epwned', account='\\x1b.com')\nyield one('\\x1b[2J')", "it yielded a bad Signal"),
    "huge": ("", "yield one('k' * 3_000_000)\nyield one('h', summary='x' * 3_000_000)\nyield one('i', data={'x': 'y' * 3_000_000})", "it yielded a bad Signal"),
    "wrong-types": ("", "yield 7\nyield None\nyield ctx\nyield Signal\nyield one(b'k')\nyield AccountFact(7, 7, ctx, 7)\nyield Checkpoint(ctx)", "not a Signal"),
    "evil-values": ("", "class E(str):\n    def __str__(self):\n        raise SystemExit\nyield one(E('k'))", "it raised SystemExit"),
    "evil-kind": ("", "yield one('k', kind='account.customer')", "not among this sensor's kinds"),
    "evil-iterator": ("", "class Evil:\n    def __iter__(self):\n        return self\n    def __next__(self):\n        raise SystemExit\nreturn Evil()", "it raised SystemExit"),
    "returns-a-list": ("", "return [one('k')]", "detect() returned a list"),
    "own-memory": ("", "ctx.cursor and ctx.cursor.clear()\nobject.__setattr__(ctx, 'cursor', None)\ndel ctx.cursor\nyield", "FrozenInstanceError"),
    "own-options": ("", "object.__setattr__(self, 'flag', 7)\nself.__dict__.clear()\nyield one(self.flag)", "AttributeError"),
    "threads": ("", "for _ in range(3):\n    threading.Thread(target=lambda: [None for _ in iter(lambda: os.path.exists(self.flag), True)], daemon=True, name='left').start()\nyield one('t')", ""),
    "swallows": ("", "try:\n    yield one('s')\nfinally:\n    raise SystemExit", "it raised SystemExit"),
    "holds-on": ("", "while True:\n    try:\n        yield one('again')\n        raise ValueError\n    except ValueError:\n        break\nraise SourceChanged('end')", "end"),
}  # fmt: skip
STUCK = {
    "loops": ("", WAIT.format("pass") + "\nyield", "it did not come back"),
    "never-yields": ("", "n = 0\n" + WAIT.format("n += 1") + "\nyield", "it did not come back"),
    "sleeps": ("", WAIT.format("threading.Event().wait(0.05)") + "\nyield", "it did not come back"),
    "sleeps-async": ("async ", "await asyncio.sleep(1000)\nyield", "it passed its deadline of 2 s"),
}
AWAY = {
    "loops-away": ("", "while True:\n    pass\nyield", "it passed its deadline of 2 s"),
    "blocks-the-loop-away": ("async ", "while True:\n    pass\nyield", "it passed its deadline of 2 s"),
    "refuses-to-be-cancelled-away": ("async ", "while True:\n    try:\n        await asyncio.sleep(1000)\n    except BaseException:\n        pass\nyield", "it passed its deadline of 2 s"),
    "ends-the-process-away": ("", "os._exit(0)\nyield", "its process ended itself with exit code 0"),
    "takes-it-all-away": ("", "bytearray(4 << 30)\nyield", "its process was killed by the memory limit of 1 GB"),
    "patches-away": ("", "import builtins, json\nfor name in dir(builtins):\n    setattr(builtins, name, None)\njson.dumps = None\nyield one('k')", "process  at "),
    "closes-files-away": ("", "os.closerange(0, 1000)\nyield one('k')", "it closed the channel"),
    "floods-away": ("", "print('\\x1b[2J' + 'x' * 100_000)\nfor _ in range(5000):\n    print('y' * 100, file=sys.stderr)\nraise SourceChanged('flooded')\nyield", "flooded"),
    "threads-away": ("", "for _ in range(9):\n    threading.Thread(target=threading.Event().wait).start()\nyield one('t')", ""),
    "yields-for-ever-away": ("", "i = 0\nwhile True:\n    yield 7", "it passed its deadline of 2 s"),
}  # fmt: skip
AT_LOAD = {
    "no-module": "import requsts\n",
    "exits-at-import": "import sys\nsys.exit(3)\n",
    "base-exception-at-import": "class Odd(BaseException):\n    pass\nraise Odd\n",
    "recurses-at-import": "def f():\n    f()\nf()\n",
    "nosyntax": "def f(:\n",
}
ALL = {**HERE, **STUCK, **AWAY}


@pytest.fixture(scope="module")
def flag(shared_project: Any) -> Any:
    return shared_project.folder / "over"


def write(project: Any, flag: Any) -> None:
    for name, (colour, body, _) in ALL.items():
        project.sensor(name, body, colour=colour)
        timing = 'deadline = "2s"\n' if name in STUCK or "deadline" in ALL[name][2] else ""
        project.table(name, f'flag = "{flag}"\n{timing}isolate = {str(name in AWAY).lower()}')
    for name, top in AT_LOAD.items():
        project.sensor(name, "yield one('k')")
        file = project.folder / "plugins" / f"{name.replace('-', '_')}.py"
        file.write_text(top + file.read_text())
        project.table(name)
    for name, (colour, body, options) in HEALTHY.items():
        project.sensor(name, body, colour=colour)
        project.table(name, options)


@pytest.fixture(scope="module")
def caught() -> Iterator[list[logging.LogRecord]]:
    """Everything logged while the module's run was on."""
    records: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    handler = Keep()
    logging.getLogger("capteur").addHandler(handler)
    logging.getLogger("capteur").setLevel(logging.INFO)
    yield records
    logging.getLogger("capteur").removeHandler(handler)
    logging.getLogger("capteur").setLevel(logging.NOTSET)


@pytest.fixture(scope="module")
def report(shared_project: Any, flag: Any, caught: list[logging.LogRecord], leftovers: Any) -> RunReport:
    """One run of everybody; when it is over, the threads that could not be stopped are let go."""
    write(shared_project, flag)
    house = shared_project.open()
    before = leftovers()
    patch = pytest.MonkeyPatch()
    patch.setattr("capteur.sensing.drive.GRACE_S", 0.2)
    report: RunReport = house.run()
    patch.undo()
    shared_project.left = leftovers().since(before)
    flag.touch()
    for thread in threading.enumerate():
        if thread.name in {"sensor", "left"}:
            thread.join(20)
    return report


@pytest.fixture(scope="module")
def runs(report: RunReport) -> dict[str, InstanceRun]:
    return {run.instance: run for run in report.runs}


@pytest.mark.parametrize("name", HEALTHY)
def test_the_healthy_store_all_their_signals(runs: dict[str, InstanceRun], shared_project: Any, name: str) -> None:
    run = runs[name]
    assert (run.status, run.new, run.bad, run.error) == ("ok", COUNT, 0, None)
    keys = {row.key for row in shared_project.houses[0].signals(limit=10_000)}
    assert {f"{name}-{i}" for i in range(COUNT)} <= keys


@pytest.mark.parametrize("name", [name for name, (_, _, words) in ALL.items() if words])
def test_the_hostile_are_told_by_their_own_message(runs: dict[str, InstanceRun], name: str) -> None:
    error = runs[name].error or ""
    assert ALL[name][2] in error
    assert error.isprintable(), "nothing that moves a cursor"
    assert len(error) < 1000


@pytest.mark.parametrize("name", AT_LOAD)
def test_who_breaks_at_import_is_named_and_counted_as_broken(runs: dict[str, InstanceRun], name: str) -> None:
    assert (runs[name].status, runs[name].config) == ("broken", True)
    assert f"{name.replace('-', '_')}.py:" in (runs[name].error or "")


def test_everybody_is_in_the_report_once(report: RunReport) -> None:
    assert sorted(run.instance for run in report.runs) == sorted([*ALL, *HEALTHY, *AT_LOAD])


def test_nothing_of_an_isolated_unit_is_left(report: RunReport, shared_project: Any) -> None:
    """No file, no process, no zombie; of threads only those of sensors that ran here and never came back."""
    threads = shared_project.left.pop("threads", set())
    assert shared_project.left == {}
    assert {thread.name for thread in threads} <= {"sensor", "left"}
    stuck = sum(1 for name in STUCK if not STUCK[name][0])
    assert sum(thread.name == "sensor" for thread in threads) <= stuck


def test_no_secret_of_the_terminal_reaches_the_log(report: RunReport, caught: list[logging.LogRecord]) -> None:
    assert [r.getMessage() for r in caught if not r.getMessage().isprintable()] == []
    floods = [r for r in caught if "floods-away" in r.getMessage()]
    assert 0 < len(floods) < 250, "a flood is cut off"


def test_the_memory_of_others_is_untouched(report: RunReport, shared_project: Any) -> None:
    from capteur.store import watches

    house = shared_project.houses[0]
    rows = house.store.read(watches.rows)
    assert {row.instance for row in rows if row.lease_until} == set(), "every row was given back"
    assert {row.cursor for row in rows} == {None}
    ended = {row.instance: row.last_status for row in rows}
    assert {ended[name] for name in HEALTHY} == {"ok"}
    assert {ended[name] for name in STUCK if not STUCK[name][0]} == {"stuck"}


def test_the_program_survives_and_says_how_it_went(project: Any, tmp_path: Any) -> None:
    """The real command, in a process of its own, among those that try to end it."""
    project.sensor("exits", "sys.exit(3)\nyield", colour="async ")
    project.sensor("interrupts", "raise KeyboardInterrupt\nyield", colour="async ")
    project.sensor("ends", "os._exit(0)\nyield")
    project.sensor("healthy", "yield one('k')")
    for name in ("exits", "interrupts", "healthy"):
        project.table(name)
    project.table("ends", "isolate = true")
    project.open().close()
    env = {name: value for name, value in os.environ.items() if not name.startswith("CAPTEUR_")}
    command = [sys.executable, "-m", "capteur.cli", "--config", str(tmp_path / "capteur.toml")]
    ran = subprocess.run([*command, "run"], capture_output=True, text=True, timeout=120, env=env, check=False)
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    assert {row.key for row in project.open().signals()} == {"k"}
