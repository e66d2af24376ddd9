"""A bad row is told by its reader's place first, and by a line of code only to whom that code belongs."""

from __future__ import annotations

from typing import Any

import pytest

OWN = '''
class Own(FeedSensor):
    """Rows of its author."""

    name = "own"
    kinds = ("funding.raised",)
    key: bool = False

    def detect(self, ctx):
        def make(row):
            if self.key:
                row["domain"]
            raise InputError("list.csv line 3: no date", fix="write one")

        yield from ctx.each([{}], make)
'''


@pytest.mark.parametrize("isolate", [False, True])
def test_a_sensor_of_ours_names_file_and_line_and_none_of_its_own_code(project: Any, isolate: bool) -> None:
    (project.folder / "f.csv").write_text(
        "domain,kind,date\nacme.com,funding.raised,soon\nacme.com,touch.call,2026-11-01\n"
    )
    project.configure(f'[sensors.history]\nuse = "csv"\npath = "f.csv"\nisolate = {str(isolate).lower()}')
    (run,) = project.open().run().runs
    assert (run.bad, run.error) == (1, f"sensor history: {run.notes[0]}")
    assert run.notes[0].startswith("a bad row: f.csv line 2: 'soon' is not a date")
    assert ".py:" not in run.notes[0]


def test_a_recipe_names_its_file_row_and_table(project: Any) -> None:
    project.configure('[sensors.book]\nuse = "recipe"\nrecipe = "book.toml"\n')
    (project.folder / "rows.csv").write_text("site,when\nacme.com,2026-11-01\nacme.com,soon\n")
    (project.folder / "book.toml").write_text(
        '[request]\nfile = "rows.csv"\nformat = "csv"\n[account]\ndomain = "site"\n[signals.fair]\nkind = "event.attended"\n'
        'occurred_at = "when"\nkey = "when"\n'
    )
    (run,) = project.open().run().runs
    assert run.notes[0].startswith("a bad row: book.toml, row 2: [signals.fair] occurred_at: ")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("", "a bad row: list.csv line 3: no date fix: write one  at own.py:18"),
        ("key = true", "a bad row  at own.py:17  KeyError: 'domain'  fix: read what may be missing with .get(...)"),
    ],
)
def test_an_author_is_told_his_line(project: Any, options: str, told: str) -> None:
    project.plugin("own", OWN)
    project.configure(f"[sensors.own]\n{options}")
    (run,) = project.open().run().runs
    assert run.notes == [told]
