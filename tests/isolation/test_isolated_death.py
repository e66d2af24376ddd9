"""However an isolated sensor's process ends, capteur says of what, keeps what was yielded before, and leaves nothing running."""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from capteur.errors import ConfigError
from capteur.house import InstanceRun
from capteur.house.session import run
from capteur.sensing import limits
from capteur.sensing.process import Process, death
from capteur.store import watches

BEFORE = "yield one('before')\nyield Checkpoint('moved')\n"
OR_LATER = r"  at dies_\d+\.py:\d+ or later"
DEATHS = {
    "os._exit": ("os._exit(3)", r"its process ended itself with exit code 3" + OR_LATER),
    "os._exit(0)": ("os._exit(0)", r"its process ended itself with exit code 0" + OR_LATER),
    "four gigabytes": ("bytearray(4 << 30)", r"its process was killed by the memory limit of 1 GB" + OR_LATER),
    "bit by bit": (
        "kept = []\nwhile True:\n    kept.append(bytearray(32 << 20))",
        r"killed by the memory limit of 1 GB",
    ),
    "a segfault": (
        "import ctypes\nctypes.string_at(0)",
        r"its process was killed by SIGSEGV, perhaps at the memory limit",
    ),
    "an abort": ("os.abort()", r"its process was killed by SIGABRT"),
    "killed by somebody": ("os.kill(os.getpid(), 9)", r"its process was killed \(SIGKILL\)"),
    "out of CPU": ("import signal\nos.kill(os.getpid(), signal.SIGXCPU)", r"killed by the limit of \d+ s of CPU time"),
    "too many files": ("kept = [open(os.devnull) for _ in range(1000)]", r"OSError \[Errno 24\] Too many open files"),
    "channel closed": ("os.closerange(0, 1000)", r"it closed the channel between its process and capteur"),
    "garbage": (
        "for fd in range(3, 16):\n    try:\n        os.write(fd, b'dear diary, ' * 9)\n    except OSError:\n        pass\nthreading.Event().wait()",
        r"it wrote into the channel between its process and capteur",
    ),
    "forged frames": (
        "import json, struct\nfor fd in range(3, 16):\n    for told in ({'t': 'thing', 'is': 'Signal', 'fields': {'x': 1}, 'at': 1}, {'t': 'get', 'id': []}, {'t': 'nonsense'}):\n        text = json.dumps(told).encode()\n        try:\n            os.write(fd, struct.pack('>II', len(text), 0) + text)\n        except OSError:\n            pass\nthreading.Event().wait()",
        r"it wrote into the channel between its process and capteur",
    ),
    "patched builtins": (
        "import builtins\nbuiltins.len = lambda _: 0\nbuiltins.isinstance = lambda *_: True\nyield one('after')",
        r"it broke the Python of its own process",
    ),
    "endless loop": ("while True:\n    pass", r"it passed its deadline of 2 s"),
    "a wait without end": ("threading.Event().wait()", r"it passed its deadline of 2 s"),
    "a loop that refuses to end": (
        "import signal\nfor number in range(1, 30):\n    try:\n        signal.signal(number, signal.SIG_IGN)\n    except OSError:\n        pass\nwhile True:\n    try:\n        threading.Event().wait(0.01)\n    except BaseException:\n        pass",
        r"it passed its deadline of 2 s",
    ),
    "threads left behind": (
        "for _ in range(5):\n    threading.Thread(target=threading.Event().wait).start()\nraise SourceChanged('done')",
        r"done  at dies_\d+\.py:\d+$",
    ),
    "a fork that goes on": (
        "os.fork()\nos.fork()\nyield one('forked')\nraise SourceChanged('done')",
        r"done  at dies_\d+\.py:\d+$",
    ),
    "children left behind": (
        "for _ in range(4):\n    if os.fork() == 0:\n        with open(self.flag, 'a') as file:\n            file.write(f'{os.getpid()}\\n')\n        threading.Event().wait()\nwhile open(self.flag).read().count('\\n') < 4:\n    pass\nos._exit(4)",
        r"its process ended itself with exit code 4",
    ),
}
NAMES = {name: f"dies-{number}" for number, name in enumerate(DEATHS)}


@pytest.fixture(scope="module")
def runs(shared_project: Any) -> dict[str, InstanceRun]:
    flag = shared_project.folder / "pids"
    flag.touch()
    for name, (body, _) in DEATHS.items():
        shared_project.sensor(NAMES[name], BEFORE + body)
        looped = "deadline" in DEATHS[name][1]
        shared_project.table(NAMES[name], f'isolate = true\ndeadline = "{2 if looped else 60}s"\nflag = "{flag}"')
    house = shared_project.open()
    return {run.instance: run for run in house.run().runs}


@pytest.mark.parametrize("name", DEATHS)
def test_a_death_is_told_and_what_came_before_is_kept(
    runs: dict[str, InstanceRun], name: str, shared_project: Any
) -> None:
    run = runs[NAMES[name]]
    assert (run.status, run.new) == ("failed", 2 if name == "a fork that goes on" else 1)
    assert run.error is not None
    assert re.search(DEATHS[name][1], run.error), run.error
    row = shared_project.houses[0].store.read(lambda conn: watches.get(conn, NAMES[name], 0))
    assert (row.cursor, row.lease_until, row.fails) == (None, 0, 1), "no cursor moved, the row is free"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_children_of_the_process_end_with_it(runs: dict[str, InstanceRun], shared_project: Any) -> None:
    pids = (shared_project.folder / "pids").read_text().split()
    assert len(pids) == 4
    # a zombie waits for whoever inherited it, and runs nothing
    running = [pid for pid in pids if Path(f"/proc/{pid}/stat").exists() and _state(pid) != "Z"]
    assert running == []


def _state(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def test_three_deaths_bring_one_try_a_day(project: Any) -> None:
    project.sensor("dies", "os._exit(1)\nyield")
    project.table("dies", "isolate = true")
    house = project.open()
    for _ in range(3):
        house.run()
    row = house.store.read(lambda conn: watches.get(conn, "dies", 0))
    assert (row.last_status, row.fails) == ("quarantined", 3)


class Second(logging.Handler):
    """Cancels a task when a sensor logs for the second time."""

    def __init__(self, task: asyncio.Task[Any]) -> None:
        super().__init__()
        self.left, self.task = 2, task

    def emit(self, record: logging.LogRecord) -> None:
        self.left -= 1
        if self.left == 0:
            self.task.cancel()


def test_an_interrupted_run_leaves_no_process_and_gives_the_rows_back(
    project: Any, leftovers: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As Ctrl-C does it: the run's task is cancelled while two units run and one waits for a process."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("capteur.sensing.task.PROCESSES", 2)
    project.sensor("waits", "yield one(ctx.instance)\nctx.log.info('running')\nthreading.Event().wait()")
    for name in ("a", "b", "c"):
        project.table(name, 'use = "waits"\nisolate = true')
    house = project.open()
    before = leftovers()

    async def interrupted() -> None:
        task = asyncio.ensure_future(run(house, house.instances, [], None, None))
        handler = Second(task)
        logging.getLogger("capteur.sensor").addHandler(handler)
        await asyncio.gather(task, return_exceptions=True)
        logging.getLogger("capteur.sensor").removeHandler(handler)

    asyncio.run(interrupted())
    rows = house.store.read(lambda conn: [watches.get(conn, name, 0) for name in ("a", "b", "c")])
    assert [row.lease_until for row in rows] == [0, 0, 0]
    assert [row.last_status for row in rows] == ["stopped", "stopped", None]
    assert {row.key for row in house.signals()} == {"a", "b"}, "what was yielded is kept"
    assert leftovers().since(before) == {}


def test_where_there_are_no_limits_the_instance_says_so(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "available", lambda: False)
    project.sensor("feed", "yield one('k')")
    project.table("feed", "isolate = true")
    (run,) = project.open().run().runs
    assert (run.status, run.config, "isolate = true needs Linux or macOS" in (run.error or "")) == (
        "parked",
        True,
        True,
    )


def test_a_class_that_no_other_process_finds_says_so(project: Any) -> None:
    project.file(
        "made",
        '''
        from capteur import hookimpl

        @hookimpl
        def capteur_sensors():
            class Made(FeedSensor):
                """Made inside a function."""

                name = "made"
                kinds = ("funding.raised",)

                def detect(self, ctx):
                    yield one("k")

            return [Made]
        ''',
    )
    project.table("made", "isolate = true")
    (run,) = project.open().run().runs
    assert (run.status, run.fix) == ("parked", "isolate = false")
    assert "Made cannot be isolated" in (run.error or "")


@pytest.mark.parametrize(
    ("code", "words"), [(-signal.SIGTERM, "SIGTERM"), (-99, "signal 99"), (1, "code 1"), (255, "code 255")]
)
def test_every_exit_code_has_words(code: int, words: str) -> None:
    assert words in death(code, 9).what


async def test_no_process_to_be_had_is_a_reason_to_try_later(monkeypatch: pytest.MonkeyPatch, leftovers: Any) -> None:
    from capteur.errors import TransientError

    before = leftovers()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(TransientError, match="no process could be started"):
        await Process.start("feed", None)  # type: ignore[arg-type]  # nothing is logged
    assert leftovers().since(before) == {}


def test_limits_are_lowered_and_never_raised(project: Any) -> None:
    body = """
    import resource
    for name in ("CORE", "AS", "NOFILE", "CPU"):
        soft, hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))
        yield one(f"{name} {soft}")
    yield one(f"stdin {sys.stdin.read()!r}")
    yield one(f"path {'' in sys.path}")
    """
    project.sensor("feed", body)
    project.table("feed", 'isolate = true\ndeadline = "30s"')
    house = project.open()
    house.run()
    found = {row.key for row in house.signals()}
    memory = set() if sys.platform == "darwin" else {f"AS {limits.MEMORY}"}
    assert found >= {"CORE 0", f"NOFILE {limits.FILES}", f"CPU {30 + 1 + limits.CPU_SPARE_S}", "stdin ''", *memory}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep their own limit of processes")
def test_a_fork_bomb_runs_into_its_limit(project: Any) -> None:
    """Root has no such limit; so where the tests are root's, the process becomes somebody else first."""
    body = """
    import resource
    from capteur.sensing import limits
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
        limits.impose(60)
    while True:
        if os.fork() == 0:
            threading.Event().wait()
        yield one('k')
    """
    project.sensor("feed", body)
    project.table("feed", "isolate = true")
    (run,) = project.open().run().runs
    assert "BlockingIOError" in (run.error or ""), run.error


def test_options_cross_as_they_were_given(project: Any) -> None:
    """A validator that is not idempotent sees the table's own values, not the built ones."""
    project.file(
        "rounds",
        '''
        from datetime import date, datetime, time, timedelta
        from pydantic import field_validator

        class Rounds(FeedSensor):
            """Has options of every kind."""

            name = "rounds"
            kinds = ("funding.raised",)
            words: list[str]
            day: date
            moment: datetime
            hour: time
            span: timedelta = timedelta(days=1)
            nested: dict[str, list[int]]
            key: SecretStr

            @field_validator("words", mode="before")
            @classmethod
            def split(cls, value):
                return value.split(",")

            def detect(self, ctx):
                yield one(repr((self, ctx.base == ".", self.key.get_secret_value() == "0815")).replace("\\\\n", " ")[:400])
        ''',
    )
    options = 'words = "a,b"\nday = 2026-01-02\nmoment = 2026-01-02T03:04:05Z\nhour = 06:07:08\nkey = "0815"\n[sensors.rounds.nested]\n"\\u0001" = [1, 2]'
    project.table("rounds", options)
    house = project.open()
    here = house.run()
    keys = [row.key for row in house.signals()]
    project.tables = project.tables.replace("words =", "isolate = true\nwords =")
    away = project.open().run()
    assert (here.runs[0].new, away.runs[0].unchanged) == (1, 1), (here.runs[0].error, away.runs[0].error, keys)


def test_an_option_that_cannot_cross_is_a_mistake_in_the_configuration() -> None:
    from capteur.sensing.frames import pack
    from capteur.sensing.remote import refuse

    with pytest.raises(ConfigError, match="an option is a object"):
        pack({"x": [object()]}, refuse)
