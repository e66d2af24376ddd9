"""A backfill that was killed or failed goes on where it was: windows that were read to their end are not read again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from capteur import House
from capteur.house.finished import joined

Make = Callable[..., House]

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
STARTS = ["2026-03-01", "2026-03-31", "2026-04-30", "2026-05-30"]
"""The beginnings of its four windows of 30 days."""
ONE = 'yield Signal(kind="press.mention", account="acme.com", key=f"{ctx.since:%m-%d}", occurred_at=ctx.since)'
FAILING = (
    f'if ctx.since.month == 4 and not (Path(ctx.base) / "repaired").exists():\n    raise KeyError("rounds")\n{ONE}'
)


def read(report: Any) -> list[str]:
    """The windows a backfill has read."""
    return [window.instance.partition(" ")[0] for window in report.windows]


def whole(house: House, **words: Any) -> Any:
    return house.backfill("feed", **{"since": START, "until": END, **words})


def test_what_was_read_before_is_left_out_unless_it_is_asked_for(feed: Make) -> None:
    house = feed(ONE)
    assert read(whole(house)) == STARTS
    second = whole(house)
    assert (read(second), len(second.before), second.exit_code) == ([], 4, 0)
    assert read(whole(house, again=True)) == STARTS
    assert read(whole(house)) == []


def test_a_reading_that_was_asked_for_again_and_stopped_goes_on_where_it_was(feed: Make, project: Any) -> None:
    """What was read before it does not count any more."""
    stop = 'from pathlib import Path\nif ctx.since.month == 4 and (Path(ctx.base) / "refused").exists():\n    raise AuthError("401")\n'
    house = feed(stop + ONE)
    whole(house)
    (project.folder / "refused").touch()
    assert [w.status for w in whole(house, again=True).windows] == ["ok", "ok", "parked"]
    (project.folder / "refused").unlink()
    assert read(whole(house)) == ["2026-04-30", "2026-05-30"]


def test_it_is_remembered_over_processes(feed: Make, project: Any) -> None:
    whole(feed(ONE))
    assert read(whole(project.open())) == []


def test_a_window_that_failed_is_the_only_one_read_again(feed: Make, project: Any) -> None:
    house = feed(f"from pathlib import Path\n{FAILING}")
    first = whole(house)
    assert [w.status for w in first.windows] == ["ok", "ok", "failed", "ok"]
    (project.folder / "repaired").touch()
    second = whole(house)
    assert (read(second), [w.status for w in second.windows], len(second.before)) == (["2026-04-30"], ["ok"], 3)
    assert len(house.signals()) == 4


def test_a_longer_stretch_reads_only_what_is_new(feed: Make) -> None:
    house = feed(ONE)
    whole(house)
    longer = whole(house, until=datetime(2026, 8, 1, tzinfo=UTC))
    assert read(longer) == ["2026-05-30", "2026-06-29", "2026-07-29"], "the last window had ended before"
    shifted = whole(house, since=START + timedelta(hours=5))
    assert read(shifted) == [], "365d means another moment at each call"


@pytest.mark.parametrize("change", ["options", "code", "chunk"])
def test_another_reading_begins_anew(feed: Make, change: str) -> None:
    whole(feed(ONE, options="limit: int = 5"))
    house = feed(
        ONE + ("\n# corrected" if change == "code" else ""),
        options="limit: int = 5",
        toml="limit = 6" if change == "options" else "",
    )
    chunk = timedelta(days=15 if change == "chunk" else 30)
    assert len(read(whole(house, chunk=chunk))) == (7 if change == "chunk" else 4)


def test_an_account_that_is_new_on_the_list_is_read_too(project: Any) -> None:
    project.plugin(
        "feed",
        'class Feed(AccountSensor):\n    name = "feed"\n    kinds = ("press.mention",)\n    def detect(self, ctx, account):\n'
        '        yield Signal(kind="press.mention", account=account.domain, key=f"{account.domain} {ctx.since}", occurred_at=ctx.since)\n',
    )
    project.configure("[sensors.feed]")
    project.accounts("domain,name\nacme.com,Acme\n")
    house: House = project.open()
    house.import_accounts()
    assert read(whole(house)) == STARTS
    assert read(whole(house)) == []
    house.add_account("globex.com")
    again = whole(house)
    assert [w.new for w in again.windows] == [1, 1, 1, 1]


KILLED = f"""
import os, signal
from pathlib import Path
if ctx.since.month == 5 and not (Path(ctx.base) / "survives").exists():
    os.kill(os.getpid(), signal.SIGKILL)
{ONE}
"""


@pytest.mark.slow
def test_a_killed_backfill_goes_on_where_it_was(feed: Make, project: Any) -> None:
    """In another process, killed for real within its fourth window."""
    feed(KILLED).close()
    command = [
        sys.executable,
        "-m",
        "capteur.cli",
        "backfill",
        "feed",
        "--since",
        "2026-03-01",
        "--until",
        "2026-06-01",
    ]

    def run(folder: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)

    assert run(project.folder).returncode == -9
    (project.folder / "survives").touch()
    second = run(project.folder)
    assert second.returncode == 0, second.stderr
    lines = [line.split("\t") for line in second.stdout.splitlines()]
    assert [line[0][:10] for line in lines] == ["since", "2026-05-30"]
    assert "3 windows were read before; --again reads them once more." in second.stderr
    assert run(project.folder).stderr.startswith("Nothing to read: 4 windows were read before")
    assert len(project.open().signals()) == 4


def test_stretches_that_touch_are_one() -> None:
    assert joined([(20, 30), (0, 10), (10, 20), (40, 50), (45, 47)]) == [(0, 30), (40, 50)]
