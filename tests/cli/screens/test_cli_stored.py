"""The screens of `capteur db` on terminals of any width."""

from __future__ import annotations

from pathlib import Path

import pytest

from capteur.cli.screens.stored import BackedUp, BroughtUp, PutBack
from capteur.house.storage import Upgraded
from capteur.store.backup import Backup
from capteur.store.restore import Restored

AT = 1_795_161_600_000_000
ROWS = {"account": 1, "signal": 1204, "watch": 3}
LONG = Path("/srv/" + "a-long-folder/" * 9 + "safe\x1b[31m.zip")


def backup(size):
    return Backup(Path("safe.zip"), "archive", "0003", "sqlite", AT, ROWS, size)


def restored(before, kept):
    return Restored(LONG, "2026-11-20T08:00:00+00:00", "0.1.0", "postgresql", before, "0003", ROWS, kept)


SCREENS = {
    "backup": BackedUp(backup(15_926)),
    "restored": PutBack(restored("0001", LONG), AT),
    "restored into nothing": PutBack(restored("0003", None), AT),
    "upgraded": BroughtUp(Upgraded("0001", "0003", LONG), AT),
    "nothing to upgrade": BroughtUp(Upgraded("0003", "0003", None), AT),
}


def shown(screen, width=100):
    return [line.plain for line in screen.lines(width)]


@pytest.mark.parametrize("width", [20, 40, 80, 160])
@pytest.mark.parametrize("name", SCREENS)
def test_no_line_is_wider_than_the_terminal_or_steers_it(name, width):
    lines = list(SCREENS[name].lines(width))
    assert max(line.cell_len for line in lines) <= width
    assert "\x1b" not in "".join(line.plain for line in lines)


@pytest.mark.parametrize("name", SCREENS)
def test_every_row_has_a_cell_for_every_column(name):
    (row,) = SCREENS[name].rows()
    assert len(row) == len(SCREENS[name].header)


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0.0 kB"), (15_926, "15.9 kB"), (999_999, "1000 kB"), (6_292_729, "6.3 MB"), (41_000_000_000, "41.0 GB")],
)
def test_a_size_is_told_shortly(size, words):
    assert words in shown(BackedUp(backup(size)))[0]


def test_what_was_done_is_told_in_a_sentence():
    assert shown(SCREENS["backup"]) == [
        "Backed up 1 account and 1 204 signals at schema 0003 (15.9 kB, verified) into safe.zip"
    ]
    first = shown(SCREENS["restored"], 200)[0]
    assert first == (
        "Restored 1 account and 1 204 signals of 2026-11-20 08:00:00 UTC (postgresql, schema 0001 brought to 0003)."
    )
    assert shown(SCREENS["nothing to upgrade"]) == ["The schema is 0003 already."]
    assert shown(SCREENS["upgraded"])[0] == "Schema 0001 is now 0003."
