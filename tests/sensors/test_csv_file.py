"""Signals from a file: what is recognised, what is refused by its line, what is never read twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from capteur import AccountRef, ConfigError, Kind, Signal
from capteur.registry import Registry
from capteur_sensors.csv_file import CsvFile

SENSOR = CsvFile(path="history.csv")


@pytest.fixture
def write(bench):
    """Write the file beside capteur.toml; a later writing is later by its clock too."""
    clock = iter(range(1_700_000_000, 1_800_000_000, 60))

    def _write(text: str | bytes, name: str = "history.csv") -> None:
        path = bench.base / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        at = next(clock)
        os.utime(path, (at, at))

    return _write


def said(run) -> list[str]:
    return [str(error) for error in run.bad]


def test_a_row_is_a_signal(bench, write):
    write(
        "domain,kind,date,key,summary,url,strength,topic,person\n"
        "https://www.Acme.com/about,event.attended,2026-03-01,42,Spring summit,https://e.example/1,0.5,crm,jo@acme.com\n"
    )

    run = bench.run(SENSOR)

    assert run.signals == [
        Signal(
            kind="event.attended", account="acme.com", key="history:42", occurred_at=date(2026, 3, 1), summary="Spring summit",
            evidence_url="https://e.example/1", strength=0.5, topic="crm", person="jo@acme.com", data={"file": "history.csv", "line": 2},
        )
    ]  # fmt: skip
    assert (run.error, run.bad, len(run.accepted)) == (None, [], 1)


def test_history_is_declared_so_that_known_at_is_assumed():
    assert CsvFile.history is True


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Company name;Signal;Occurred at", "Acme Inc;touch.call;2026-03-01T09:00:00+01:00"),
        ("KIND\tWhen\tAccount-Name", "touch.call\t2026-03-01 09:00:00+01:00\tAcme Inc"),
        ("date|organisation|kind", "2026-03-01T08:00:00Z|Acme Inc|touch.call"),
        ("\n\nkind,company,timestamp", 'touch.call,"Acme Inc","2026-03-01T08:00:00+00:00"'),
    ],
)
def test_headers_and_separators_are_recognised(header, row, bench, write):
    write(f"{header}\n{row}\n")

    run = bench.run(SENSOR)

    assert (run.error, said(run)) == (None, [])
    assert [(s.kind, s.account) for s in run.signals] == [("touch.call", AccountRef(name="Acme Inc"))]
    assert run.facts[0][1] == "2026-03-01T08:00:00+00:00"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found_out(encoding, bench, write):
    write("company,kind,date\nCafé Müller,touch.call,2026-03-01\n".encode(encoding))

    run = bench.run(SENSOR)

    assert [s.account.name for s in run.signals] == ["Café Müller"]


def test_bad_rows_are_reported_by_line_and_good_ones_kept(bench, write):
    """Every row that cannot be a signal says where it is, why, and often how to mend it."""
    write(
        "domain,kind,date,strength,summary\n"
        "acme.com,touch.call,2026-03-01,,\n"
        "acme.com,touch.cal,2026-03-01,,\n"
        "acme.com,,2026-03-01,,\n"
        "acme.com,touch.call,,,\n"
        "acme.com,touch.call,01/03/2026,,\n"
        "acme.com,touch.call,2026-03-01T09:00,,\n"
        "acme.com,touch.call,2027-03-01,,\n"
        "gmail.com,touch.call,2026-03-01,,\n"
        "10.0.0.1,touch.call,2026-03-01,,\n"
        ",touch.call,2026-03-01,,\n"
        "acme.com,touch.call,2026-03-01,1.5,\n"
        "acme.com,touch.call,2026-03-01,nan,\n"
        "acme.com,touch.call,2026-03-01,,a,b\n"
        'acme.com,touch.call,2026-03-01,,"two\nlines"\n'
        "\n"
        'acme.com,touch.call,2026-03-01,,"odd"quote\n'
        "acme.com,touch.reply,2026-03-02,,\n"
    )

    run = bench.run(SENSOR)

    assert [(s.kind, s.data["line"]) for s in run.signals] == [
        ("touch.call", 2),
        ("touch.call", 15),
        ("touch.reply", 19),
    ]
    assert len(run.accepted) == 3
    messages = said(run)
    assert [m.partition(":")[0] for m in messages] == [f"history.csv line {n}" for n in (*range(3, 15), 18)]
    for part in (
        "'touch.cal' is not a kind  fix: did you mean touch.call?", "no kind", "no date", "'01/03/2026' is not a date",
        "has no timezone", "in the future", "free-mail", "IP address", "no company", "not between 0 and 1", "6 values under 5 columns",
        "quotes",
    ):  # fmt: skip
        assert any(part in message for message in messages), part


def test_a_quote_that_never_closes_is_reported_where_it_opens(bench, write):
    """The rows behind it are inside the quote: they must not vanish unsaid."""
    write(
        'domain,kind,date,summary\nacme.com,touch.call,2026-03-01,ok\nacme.com,touch.call,2026-03-02,"open\nacme.com,touch.call,2026-03-03,x\n'
    )

    run = bench.run(SENSOR)

    assert len(run.signals) == 1
    assert said(run)[0].startswith("history.csv line 3: unexpected end of data")


def test_an_unchanged_file_is_not_read_again(bench, write):
    """By size and time; a file that was only touched is recognised by its content."""
    text = "domain,kind,date\nacme.com,touch.call,2026-03-01\n"
    write(text)
    assert len(bench.run(SENSOR).signals) == 1
    assert bench.run(SENSOR, later=timedelta(hours=1)).signals == []
    write(text)
    before = bench.memory
    assert bench.run(SENSOR).signals == []
    assert bench.memory["mtime"] > before["mtime"]
    write(text.replace("2026-03-01", "2026-03-02"))
    assert len(bench.run(SENSOR).signals) == 1


def test_other_options_read_the_file_again(bench, write):
    write("domain,kind,date,Deal\nacme.com,touch.call,2026-03-01,Renewal\n")
    bench.run(SENSOR)

    run = bench.run(CsvFile(path="history.csv", columns={"summary": "deal"}))

    assert [s.summary for s in run.signals] == ["Renewal"]


def test_a_row_without_a_key_is_known_by_what_it_says(bench, write):
    """Moving rows, adding columns and spelling the domain otherwise change nothing; another fact is another key."""
    write(
        "domain,kind,date,summary\nacme.com,content.downloaded,2026-03-01,Guide A\nacme.com,content.downloaded,2026-03-01,Guide B\n"
    )
    first = [s.key for s in bench.run(SENSOR).signals]
    write(
        "date,summary,note,kind,domain\n2026-03-01,Guide B,x,content.downloaded,https://www.acme.com\n"
        "2026-03-01,Guide A,,content.downloaded,ACME.com\n2026-03-01,Guide A,,content.downloaded,ACME.com\n"
    )
    second = [s.key for s in bench.run(SENSOR).signals]

    assert first == [second[1], second[0]]
    assert second[1] == second[2]
    assert all(key.startswith("history:") for key in first)


def test_keys_begin_with_the_source(bench, write):
    """Two files may both number their rows from one; a renamed file keeps its keys by `source`."""
    for name in ("history.csv", "old events: 2024.csv"):
        write("domain,kind,date,key\nacme.com,touch.call,2026-03-01,1\n", name)

    assert [s.key for s in bench.run(SENSOR).signals] == ["history:1"]
    assert [s.key for s in bench.run(CsvFile(path="old events: 2024.csv")).signals] == ["old-events--2024:1"]
    assert [s.key for s in bench.run(CsvFile(path="old events: 2024.csv", source="history")).signals] == ["history:1"]


def test_dates_in_another_form_and_zone(bench, write):
    write("domain,date\nacme.com,01/03/2026 09:00\nacme.com,31/02/2026 09:00\n")
    paris = CsvFile(path="history.csv", kind="touch.call", date_format="%d/%m/%Y %H:%M", timezone="Europe/Paris")

    run = bench.run(paris)

    assert [moment for _, moment, _ in run.facts] == ["2026-03-01T08:00:00+00:00"]
    assert len(run.bad) == 1

    write("domain,date\nacme.com,01/03/2026\n")
    assert bench.run(CsvFile(path="history.csv", kind="touch.call", date_format="%d/%m/%Y")).signals[
        0
    ].occurred_at == date(2026, 3, 1)


def test_a_name_stands_in_for_a_domain_that_is_nobodys(bench, write):
    write("company,website,kind,date\nAcme,gmail.com,touch.call,2026-03-01\nAcme,acme.com,touch.call,2026-03-02\n")

    assert [s.account for s in bench.run(SENSOR).signals] == [
        AccountRef(name="Acme"),
        AccountRef(name="Acme", domain="acme.com"),
    ]


@pytest.mark.parametrize(
    ("text", "what", "cure"),
    [
        ("", "history.csv is empty", "header line"),
        (
            "a,b\n1,2\n",
            "history.csv has no column domain (or company) and none kind and none date",
            "the header has: a, b",
        ),
        ("domain,kind\nacme.com,touch.call\n", "history.csv has no column date", 'columns = { date = "..." }'),
        (
            "domain,kind,date,Date\nacme.com,touch.call,2026-03-01,2026-03-02\n",
            "history.csv has several columns called 'date'",
            "rename the others",
        ),
    ],
)
def test_a_file_without_its_columns_is_a_configuration_error(text, what, cure, bench, write):
    write(text)

    error = bench.run(SENSOR).error

    assert isinstance(error, ConfigError)
    assert error.what == what
    assert cure in error.fix


def test_a_mapped_column_that_is_not_there_is_named(bench, write):
    write("domain,kind,date\nacme.com,touch.call,2026-03-01\n")

    error = bench.run(CsvFile(path="history.csv", columns={"summary": "Note"})).error

    assert isinstance(error, ConfigError)
    assert error.what == "history.csv has no column for summary"


@pytest.mark.parametrize("path", ["missing.csv", "."])
def test_a_missing_file_says_which_and_how_to_go_on(path, bench):
    error = bench.run(CsvFile(path=path)).error

    assert isinstance(error, ConfigError)
    assert str(bench.base) in error.what
    assert "capteur resume" in error.fix


def test_a_file_in_another_encoding_than_given_is_a_configuration_error(bench, write):
    write("domain,kind,date,summary\nacme.com,touch.call,2026-03-01,café\n".encode("cp1252"))

    error = bench.run(CsvFile(path="history.csv", encoding="utf-8")).error

    assert isinstance(error, ConfigError)
    assert "encoding" in error.what


def test_a_large_file_streams(bench, write):
    """The first signal comes before the last line is read; the memory comes after it."""
    write("domain,kind,date\n" + "acme.com,touch.call,2026-03-01\n" * 2000)
    things = bench.start(SENSOR)

    assert isinstance(things, Iterator)
    assert isinstance(next(things), Signal)
    assert [type(thing).__name__ for thing in things][-1] == "Checkpoint"


def test_a_kind_of_ones_own_needs_three_lines(bench, write):
    """`kinds` belong to the class, so that a subclass in the plugin folder adds its own."""

    class Trials(CsvFile):
        """Trials from our own product."""

        name = "trials"
        kinds = (*CsvFile.kinds, Kind("trial.started", "trial started"))

    write("domain,kind,date\nacme.com,trial.started,2026-03-01\n")

    run = bench.run(Trials(path="history.csv"))

    assert [a.kind for a in run.accepted] == ["trial.started"]


@pytest.mark.parametrize(
    ("options", "said_"),
    [
        ({}, "path"),
        ({"path": "x", "columns": {"when": "Date"}}, "no column of ours"),
        ({"path": "x", "kind": "touch.cal"}, "not a kind"),
        ({"path": "x", "kind": "call"}, "area.fact"),
        ({"path": "x", "delimiter": "::"}, "delimiter"),
        ({"path": "x", "encoding": "utf-9"}, "no such encoding"),
        ({"path": "x", "timezone": "Mars/Olympus"}, "no such time zone"),
        ({"path": "x", "source": "a b"}, "source"),
    ],
)
def test_options_that_cannot_work_are_refused(options, said_):
    with pytest.raises(ValidationError) as refused:
        CsvFile(**options)

    assert said_ in str(refused.value)


def test_the_pages_example_is_found_in_the_plugin_folder(tmp_path):
    page = (Path(__file__).parents[2] / "docs/sensors/csv.md").read_text(encoding="utf-8")
    (tmp_path / "trials.py").write_text(page.partition("```python\n")[2].partition("```")[0], encoding="utf-8")

    registry = Registry(plugin_folder=tmp_path, distributions=[])

    assert registry.broken() == []
    assert "trial.started" in registry.sensor_class("trials")[0].kind_names()
