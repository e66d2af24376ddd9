"""A log is followed through rotation, compression, truncation and half-written lines: every line counts, and counts once."""

from __future__ import annotations

import bz2
import errno
import gzip
import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from capteur import ConfigError, TransientError
from capteur_sensors.visits import Visits
from capteur_sensors.visits.streams import blocks

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ACME, INITECH = "192.0.2.7", "198.51.100.9"


def line(
    path: str = "/pricing", ago: float = 10, address: str = ACME, agent: str = AGENT, status: int = 200, user: str = "-"
) -> str:
    """One line of a combined log, `ago` minutes before NOW."""
    stamp = (NOW - timedelta(minutes=ago)).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return f'{address} - {user} [{stamp}] "GET {path} HTTP/1.1" {status} 100 "-" "{agent}"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of capteur.toml, with a table of two companies."""
    (tmp_path / "companies.csv").write_text(
        f"network,domain\n{ACME},acme.com\n{INITECH},initech.com\n", encoding="utf-8"
    )
    return tmp_path


def sensor(path: str | list[str] = "access.log", **options) -> Visits:
    return Visits(
        **{"path": path, "site": "www.example.com", "companies": "companies.csv", "secret": "s3cret", **options}
    )


def write(path: Path, *lines: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(lines)


def pages(run) -> list[tuple[str, int]]:
    """Of each signal its kind and how many pages it tells of."""
    assert run.error is None, run.error
    return [(s.kind.partition(".")[2], s.data["pages"]) for s in run.signals]


def read(run) -> int:
    """How many lines the run read, as its log says."""
    return sum(values.get("lines", 0) for _, event, values in run.log.told if event == "log read")


def test_only_what_is_new_is_read(bench, folder):
    """A second run reads what came in between; what was told grows."""
    log = folder / "access.log"
    write(log, line("/pricing"), line("/about", 9))
    assert pages(first := bench.run(sensor())) == [("page", 2), ("key_page", 2)] or pages(first) == [
        ("key_page", 2),
        ("page", 2),
    ]
    again = bench.run(sensor())
    assert (pages(again), read(again)) == ([], 0)
    write(log, line("/docs", 5))
    grown = bench.run(sensor())
    assert (read(grown), sorted(pages(grown))) == (1, [("key_page", 3), ("page", 3)])
    assert {s.key for s in grown.signals} == {s.key for s in first.signals}
    assert all(
        g.strength > f.strength
        for g, f in zip(
            sorted(grown.signals, key=lambda s: s.key), sorted(first.signals, key=lambda s: s.key), strict=True
        )
    )


def test_a_half_written_line_waits(bench, folder):
    """It is read when it is whole, and once."""
    log, whole = folder / "access.log", line("/a", 9)
    write(log, line("/"), whole[:40])
    assert read(bench.run(sensor())) == 1
    write(log, whole[40:-1])
    assert read(bench.run(sensor())) == 0
    write(log, "\n")
    assert (read(run := bench.run(sensor())), pages(run)) == (1, [("page", 2)])


def rename(log: Path) -> None:
    log.rename(log.with_name("access.log.1"))
    log.touch()


def copy_truncate(log: Path) -> None:
    shutil.copyfile(log, log.with_name("access.log.1"))
    os.truncate(log, 0)


def pack_at_once(log: Path) -> None:
    log.with_name("access.log-20261120.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    log.touch()


def pack_bz2(log: Path) -> None:
    log.with_name("access.log.1.bz2").write_bytes(bz2.compress(log.read_bytes()))
    log.unlink()
    log.touch()


def roll(log: Path) -> None:
    """As Caddy does."""
    log.with_name("access-2026-11-20T08-00-00.000.log.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()


@pytest.mark.parametrize("rotate", [rename, copy_truncate, pack_at_once, pack_bz2, roll])
@pytest.mark.parametrize("pattern", ["access.log", "access*"])
def test_a_rotation_between_two_runs_loses_nothing(bench, folder, rotate, pattern):
    """What was written before it and not yet read is read from the old file, what came after from the new one."""
    log = folder / "access.log"
    write(log, line("/one", 20), line("/two", 19))
    assert read(bench.run(sensor(pattern))) == 2
    write(log, line("/three", 18))
    rotate(log)
    write(log, line("/four", 17))
    run = bench.run(sensor(pattern), later=timedelta(minutes=1))
    assert (read(run), pages(run)) == (2, [("page", 4)])
    write(log, line("/five", 16))
    run = bench.run(sensor(pattern), later=timedelta(minutes=1))
    assert (read(run), pages(run)) == (1, [("page", 5)])
    assert read(bench.run(sensor(pattern), later=timedelta(days=2))) == 0


def test_what_is_written_into_the_old_file_after_its_rotation_is_read(bench, folder):
    """Servers do so until they reopen their log; compressed later, it is still the same file."""
    log, old = folder / "access.log", folder / "access.log.1"
    write(log, line("/one", 20))
    bench.run(sensor())
    rename(log)
    assert read(bench.run(sensor(), later=timedelta(minutes=1))) == 0
    write(old, line("/two", 19))
    assert read(bench.run(sensor(), later=timedelta(minutes=1))) == 1
    write(old, line("/three", 18))
    (folder / "access.log.2.gz").write_bytes(gzip.compress(old.read_bytes()))
    old.unlink()
    assert read(bench.run(sensor(), later=timedelta(minutes=1))) == 1
    assert read(bench.run(sensor(), later=timedelta(minutes=1))) == 0


def test_generations_that_came_and_went_meanwhile_are_read(bench, folder):
    """Nobody looked for two rotations: the rest of the first file, the second, and the third."""
    log = folder / "access.log"
    write(log, line("/one", 50))
    bench.run(sensor())
    write(log, line("/two", 49))
    log.rename(folder / "access.log.2")
    os.utime(folder / "access.log.2", (1, 1))
    write(log, line("/three", 48))
    log.rename(folder / "access.log.1")
    os.utime(folder / "access.log.1", (2, 2))
    write(log, line("/four", 47))
    run = bench.run(sensor(), later=timedelta(minutes=1))
    assert (read(run), pages(run)) == (3, [("page", 4)])


def test_a_log_that_was_emptied_is_read_from_its_start(bench, folder):
    """Also when it has grown beyond the old place meanwhile: its beginning is another one."""
    log = folder / "access.log"
    write(log, line("/one", 20))
    bench.run(sensor())
    os.truncate(log, 0)
    write(log, line("/two", 19), line("/three", 18))
    run = bench.run(sensor())
    assert (read(run), pages(run)) == (2, [("page", 3)])


def test_a_copy_that_is_not_yet_emptied_is_not_read_twice(bench, folder):
    """In the middle of copytruncate both files hold the same lines."""
    log = folder / "access.log"
    write(log, line("/one", 20))
    bench.run(sensor("access*"))
    shutil.copyfile(log, folder / "access.log.1")
    assert read(bench.run(sensor("access*"))) == 0
    os.truncate(log, 0)
    write(log, line("/two", 19))
    assert read(bench.run(sensor("access*"))) == 1
    assert read(bench.run(sensor("access*"))) == 0


def test_a_log_that_was_rotated_out_of_sight_is_told(bench, folder):
    """Its rest is lost; the new one is read."""
    log = folder / "access.log"
    write(log, line("/one", 20))
    bench.run(sensor())
    log.unlink()
    write(folder / "new", line("/two", 19))
    (folder / "new").rename(log)
    run = bench.run(sensor())
    assert read(run) == 1
    assert [values["file"] for level, _, values in run.log.told if level == "warning"] == ["access.log"]


def test_an_old_file_that_is_deleted_is_no_loss(bench, folder):
    """Rotation does so every day: it had been read."""
    log = folder / "access.log"
    for n in range(4):
        write(log, line(f"/{n}", 40 - n))
        bench.run(sensor("access*"), later=timedelta(minutes=1))
        (folder / "access.log.2").unlink(missing_ok=True)
        if (folder / "access.log.1").exists():
            (folder / "access.log.1").rename(folder / "access.log.2")
        rename(log)
    run = bench.run(sensor("access*"), later=timedelta(minutes=1))
    assert (read(run), run.log.told) == (0, [])
    assert len(run.memory["files"]["rows"]) == 3


def test_old_files_are_read_before_new_ones(bench, folder):
    """A first run over a folder of rotated logs: one visit that lies across the rotation is one visit."""
    (folder / "access.log.2.gz").write_bytes(gzip.compress((line("/one", 40) + line("/two", 39)).encode()))
    (folder / "access.log.1").write_text(line("/three", 30), encoding="utf-8")
    write(folder / "access.log", line("/four", 20))
    run = bench.run(sensor("access*"))
    assert (read(run), pages(run)) == (4, [("page", 4)])
    assert read(bench.run(sensor("access*"))) == 0


def test_a_last_line_without_an_end_of_a_packed_file_is_whole(bench, folder):
    """Nobody writes into it any more."""
    (folder / "access.log.gz").write_bytes(gzip.compress(line("/one").rstrip().encode()))
    assert read(bench.run(sensor("access.log.gz"))) == 1


def test_a_packed_file_that_was_cut_off_gives_what_it_has(bench, folder):
    """It is told, and not unpacked again every minute."""
    whole = gzip.compress("".join(line(f"/{n}", n / 100) for n in range(5000)).encode())
    (folder / "access.log.gz").write_bytes(whole[: len(whole) // 2])
    run = bench.run(sensor("access.log.gz", groups={}))
    assert read(run) > 1000
    assert [event for level, event, _ in run.log.told if level == "warning"] == ["a log cannot be read to its end"]
    again = bench.run(sensor("access.log.gz"))
    assert (read(again), again.log.told) == (0, [])


def test_what_is_just_being_packed_is_read_once(bench, folder):
    """It is written beside the old file and removes it at the end; half of its work is no log of its own."""
    log, old = folder / "access.log", folder / "access.log.1"
    write(log, *(line(f"/{n % 5}", 40 - n / 20) for n in range(500)))
    assert read(bench.run(sensor("access*"))) == 500
    rename(log)
    whole = gzip.compress(old.read_bytes())
    (folder / "access.log.1.gz").write_bytes(whole[: len(whole) // 2])
    assert read(bench.run(sensor("access*"))) == 0
    (folder / "access.log.1.gz").write_bytes(whole)
    old.unlink()
    assert read(bench.run(sensor("access*"))) == 0


def test_files_that_begin_with_the_same_directives_are_not_one(bench, folder):
    """CloudFront brings a packed file every few minutes, and all begin alike; one of them may hold no request."""
    header = "#Version: 1.0\n#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent)\n"
    agent = AGENT.replace(" ", "%20")
    for n, rows in enumerate(
        ["", f"2026-11-20 07:50:00 {ACME} GET /a 200 {agent}\n", f"2026-11-20 07:51:00 {ACME} GET /b 200 {agent}\n"]
    ):
        (folder / f"E{n}.gz").write_bytes(gzip.compress((header + rows).encode()))
        run = bench.run(sensor("E*.gz"))
        assert read(run) == min(n, 1)
    assert pages(run) == [("page", 2)]


def test_two_logs_of_one_site_are_one_visit(bench, folder):
    """Two servers behind a balancer."""
    for n in range(200):
        write(folder / f"web{n % 2}.log", line(f"/{n % 5}", 60 - n / 10))
    run = bench.run(sensor("web*.log"))
    assert (read(run), pages(run)) == (200, [("page", 5)])


def test_a_link_and_its_file_are_read_once(bench, folder):
    write(folder / "access.log", line())
    (folder / "current.log").symlink_to(folder / "access.log")
    assert read(bench.run(sensor(["access.log", "current.log"]))) == 1


def test_a_file_that_takes_the_name_in_this_very_moment_is_not_read_as_the_old_one(folder):
    """It was looked at, rotated, and another one opened: the next run finds both."""
    log = folder / "access.log"
    write(log, line())
    assert [len(block.lines) for block in blocks(log, 0, inode=log.stat().st_ino, ended=False)] == [1]
    with pytest.raises(OSError, match="rotated") as error:
        next(blocks(log, 0, inode=log.stat().st_ino + 1, ended=False))
    assert error.value.errno == errno.ESTALE


def test_no_log_at_all_is_the_users_to_correct(bench, folder):
    """One that was there and is gone is looked for again."""
    assert isinstance(bench.run(sensor("none.log")).error, ConfigError)
    assert isinstance(bench.run(sensor("none*")).error, ConfigError)
    write(folder / "access.log", line())
    bench.run(sensor())
    (folder / "access.log").unlink()
    assert isinstance(bench.run(sensor()).error, TransientError)
    write(folder / "access.log", line("/a", 1))
    assert read(bench.run(sensor())) == 1


def test_a_line_without_end_is_skipped(bench, folder):
    """Two megabytes of no line, and a good one after them."""
    write(folder / "access.log", "x" * 2_500_000, "\n", line())
    run = bench.run(sensor())
    assert pages(run) == [("key_page", 1)]
    assert json.dumps(run.memory).count("x" * 10) == 0


def test_foreign_lines_are_counted_and_skipped(bench, folder):
    """Said once when they are the most."""
    write(folder / "access.log", line(), "\x00\x01\n", "\n", "Mar  3 kernel: oops\n", "{}\n", "\xff\xfe\n")
    run = bench.run(sensor())
    assert pages(run) == [("key_page", 1)]
    assert next(values for _, event, values in run.log.told if event == "log read") == {
        "lines": 5,
        "foreign": 4,
        "views": 1,
    }
    assert [event for level, event, _ in run.log.told if level == "warning"] == ["most lines are of no known dialect"]
    write(folder / "access.log", "again nothing\n")
    assert [event for level, event, _ in bench.run(sensor()).log.told if level == "warning"] == []


def test_a_log_without_agents_is_told_of(bench, folder):
    """Common, or Traefik as it comes: nobody can tell programs from people."""
    write(folder / "access.log", *(line(f"/{n}", n).replace(f' "-" "{AGENT}"', "") for n in range(30)))
    run = bench.run(sensor())
    assert run.signals == []
    assert [event for level, event, _ in run.log.told if level == "warning"] == [
        "most page views name no agent: let your server log it"
    ]


def test_w3c_fields_are_remembered(bench, folder):
    """The directive stands at the file's start; the next run begins further down."""
    row = f"2026-11-20 07:50:00 10.0.0.1 GET /pricing - {ACME} {AGENT.replace(' ', '+')} 200\n"
    write(
        folder / "u_ex.log",
        "#Software: IIS\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status\n",
        row,
    )
    assert pages(bench.run(sensor("u_ex.log"))) == [("key_page", 1)]
    write(folder / "u_ex.log", row.replace("/pricing", "/demo").replace("07:50", "07:52"))
    assert pages(bench.run(sensor("u_ex.log"))) == [("key_page", 2)]


def test_more_files_than_may_be_open_are_read_one_after_the_other(bench, folder):
    """The oldest first, so that a visit that lies across them is one."""
    for n in range(70):
        path = folder / f"access-{n:02}.log"
        write(path, line(f"/{n % 7}", 100 - n))
        os.utime(path, (n, n))
    run = bench.run(sensor("access-*.log"))
    assert (read(run), pages(run)) == (70, [("page", 7)])
    assert read(bench.run(sensor("access-*.log"))) == 0
