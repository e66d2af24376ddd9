"""What the hiring sensor says from one read of a board to the next."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from capteur import Signal, SkipAccount, SourceChanged, TransientError
from capteur_sensors.hiring import Hiring

URL = "https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true"
LEVER = "https://api.lever.co/v0/postings/acme?mode=json"
LEVER_EU = "https://api.eu.lever.co/v0/postings/acme?mode=json"
ASHBY = "https://api.ashbyhq.com/posting-api/job-board/acme?includeCompensation=true"
H6 = timedelta(hours=6)
SENSOR = Hiring(roles=("revops", "sales operations"), boards={"acme.example": "greenhouse:acme"})


def job(
    number: int, title: str = "Engineer", published: str | None = "2026-10-01T09:00:00-04:00", **more: object
) -> dict[str, object]:
    """A Greenhouse posting in the vendor's shape."""
    return {
        "id": 9000 + number, "internal_job_id": number, "title": title, "first_published": published, "updated_at": "2026-11-01T09:00:00-04:00",
        "absolute_url": f"https://job-boards.greenhouse.io/acme/jobs/{9000 + number}", "location": {"name": "Paris "},
    } | more  # fmt: skip


def board(*jobs: dict[str, object], **more: object) -> dict[str, object]:
    return {"jobs": list(jobs), "meta": {"total": len(jobs)}} | more


def keys(run):
    return [s.key for s in run.signals]


def test_a_relevant_role_is_opened_and_any_other_is_neutral(bench, world):
    world.put(URL, board(job(1, "  Head of RevOps "), job(2, "Cook")))

    run = bench.run(SENSOR)

    assert [(s.key, s.kind, s.summary) for s in run.signals] == [
        ("greenhouse:acme:2:hiring.other", "hiring.other", "Cook"),
        ("greenhouse:acme:1:hiring.opened", "hiring.opened", "Head of RevOps"),
    ]
    assert [moment for _, moment, _ in run.facts] == ["2026-10-01T13:00:00+00:00"] * 2


def test_without_roles_every_job_is_neutral(bench, world):
    world.put(URL, board(job(1, "Head of RevOps")))

    assert [s.kind for s in bench.run(Hiring(boards={"acme.example": "greenhouse:acme"})).signals] == ["hiring.other"]


def test_a_job_is_closed_by_the_second_good_read_without_it(bench, world):
    """It closed when the first read missed it, under its own key, and is told once."""
    world.put(URL, board(job(1, "Head of RevOps"), job(2)))
    bench.run(SENSOR)
    world.put(URL, board(job(2)))
    assert bench.run(SENSOR, later=H6).signals == []

    run = bench.run(SENSOR, later=H6)

    assert [(s.key, s.kind, s.summary) for s in run.signals] == [
        ("greenhouse:acme:1:hiring.closed", "hiring.closed", "Head of RevOps")
    ]
    assert run.facts[0][1] == "2026-11-20T14:00:00+00:00"
    assert bench.run(SENSOR, later=H6).signals == []


def test_an_unchanged_answer_is_a_good_read(bench, world):
    """The 304 that follows the first read without a job confirms that it is gone."""
    world.etags = True
    world.put(URL, board(job(1), job(2)))
    bench.run(SENSOR)
    world.put(URL, board(job(2)))
    bench.run(SENSOR, later=H6)

    assert keys(bench.run(SENSOR, later=H6)) == ["greenhouse:acme:1:hiring.closed"]
    assert keys(bench.run(SENSOR, later=H6)) == []


def test_an_unchanged_answer_without_a_memory_is_read_anew(bench, world):
    """Validators outlived the memory: a 304 would then say nothing for ever."""
    world.etags = True
    world.put(URL, board(job(1)))
    bench.run(SENSOR)
    bench.memory = None

    assert keys(bench.run(SENSOR, later=H6)) == ["greenhouse:acme:1:hiring.other"]


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("down"),
        "<html>maintenance</html>",
        '{"jobs": [{"id": 1',
        {"error": "x"},
        {"jobs": {}},
        "[]",
        "null",
        "",
    ],
)
def test_a_failed_read_closes_nothing_and_keeps_the_memory(trouble, bench, world):
    """Network, HTML, half a document, another form: an error, and the count of missing reads stays where it was."""
    world.put(URL, board(job(1), job(2)))
    bench.run(SENSOR)
    before = bench.memory
    for _ in range(3):
        world.put(URL, trouble)
        run = bench.run(SENSOR, later=H6)
        assert isinstance(run.error, SourceChanged | TransientError)
        assert run.signals == []
    assert bench.memory == before


@pytest.mark.parametrize("left", [0, 2])
def test_a_board_that_loses_most_of_its_jobs_at_once_is_held(left, bench, world):
    """A partial answer looks like that: it counts for nobody, and the jobs' return wipes it out."""
    every = [job(n) for n in range(8)]
    world.put(URL, board(*every))
    bench.run(SENSOR)
    world.put(URL, board(*every[:left]))
    run = bench.run(SENSOR, later=H6)
    assert run.signals == []
    assert [event for level, event, _ in run.log.told if level == "warning"] == [
        "most jobs vanished at once; held until the next read confirms it"
    ]
    world.put(URL, board(*every))
    assert bench.run(SENSOR, later=H6).signals == []
    world.put(URL, board(*every[:left]))
    assert bench.run(SENSOR, later=H6).signals == []


@pytest.mark.parametrize("etags", [False, True])
def test_a_board_that_stays_empty_is_believed(etags, bench, world):
    """Held, then two good reads: the same by full answers and by 304."""
    world.etags = etags
    world.put(URL, board(*(job(n) for n in range(8))))
    bench.run(SENSOR)
    world.put(URL, board())
    assert [len(bench.run(SENSOR, later=H6).signals) for _ in range(4)] == [0, 0, 8, 0]


def test_a_small_board_that_empties_is_closed_like_any_other(bench, world):
    world.put(URL, board(*(job(n) for n in range(5))))
    bench.run(SENSOR)
    world.put(URL, board())

    assert [len(bench.run(SENSOR, later=H6).signals) for _ in range(2)] == [0, 5]


def test_edits_of_a_posting_say_nothing(bench, world):
    """Not even a title that now names a role: the role was not opened today."""
    world.put(URL, board(job(1, "Sales Manager")))
    bench.run(SENSOR)
    world.put(
        URL,
        board(job(1, "Sales Operations Manager", updated_at="2026-11-20T07:00:00-05:00", location={"name": "Lyon"})),
    )

    assert bench.run(SENSOR, later=H6).signals == []


def test_a_job_that_returns_is_not_opened_again(bench, world):
    world.put(URL, board(job(1, "RevOps"), job(2)))
    bench.run(SENSOR)
    world.put(URL, board(job(2)))
    bench.run(SENSOR, later=H6)
    bench.run(SENSOR, later=H6)
    world.put(URL, board(job(1, "RevOps"), job(2)))

    assert bench.run(SENSOR, later=H6).signals == []


def test_a_closed_job_is_forgotten_after_a_month(bench, world):
    world.put(URL, board(job(1), job(2)))
    bench.run(SENSOR)
    world.put(URL, board(job(2)))
    bench.run(SENSOR, later=H6)
    assert set(bench.run(SENSOR, later=H6).memory["jobs"]) == {"1", "2"}

    assert set(bench.run(SENSOR, later=timedelta(days=31)).memory["jobs"]) == {"2"}


def test_new_roles_are_told_from_the_jobs_already_open(bench, world):
    """The user adds a role: the open job that has it is an opening at its own date, although nothing on the board changed."""
    world.etags = True
    world.put(URL, board(job(1, "Data Engineer"), job(2)))
    bench.run(SENSOR)
    wider = Hiring(roles=("revops", "data engineer"), boards=SENSOR.boards)

    run = bench.run(wider, later=H6)

    assert run.facts == [("greenhouse:acme:1:hiring.opened", "2026-10-01T13:00:00+00:00", "Data Engineer")]
    assert bench.run(wider, later=H6).signals == []


def test_a_role_no_longer_asked_for_is_taken_back_and_can_come_again(bench, world):
    """Taken back by its key; a second coming has a key of its own, because a revoked fact stays revoked."""
    world.put(URL, board(job(1, "RevOps Lead")))
    bench.run(SENSOR)
    other = Hiring(roles=("cook",), boards=SENSOR.boards)

    narrowed = bench.run(other, later=H6)
    again = bench.run(SENSOR, later=H6)
    twice = bench.run(other, later=H6)

    assert (narrowed.revoked, keys(narrowed)) == (
        ["greenhouse:acme:1:hiring.opened"],
        ["greenhouse:acme:1:hiring.other"],
    )
    assert (again.revoked, keys(again)) == ([], ["greenhouse:acme:1:hiring.opened:2"])
    assert twice.revoked == ["greenhouse:acme:1:hiring.opened:2"]


def test_a_given_board_that_does_not_exist_skips_the_account(bench, world):
    run = bench.run(SENSOR)

    assert isinstance(run.error, SkipAccount)
    assert run.error.what == "no job board found: greenhouse:acme does not exist"
    assert run.asked == [URL]


def test_a_vanished_board_closes_nothing(bench, world):
    """404 after good reads: the account is not watched; when the board is back, nothing has happened."""
    world.put(URL, board(job(1), job(2)))
    bench.run(SENSOR)
    world.drop(URL)
    for _ in range(3):
        run = bench.run(SENSOR, later=H6)
        assert isinstance(run.error, SkipAccount)
        assert run.signals == []
    world.put(URL, board(job(1), job(2)))
    assert bench.run(SENSOR, later=H6).signals == []


def test_signals_stream_before_the_board_is_told_to_the_end(bench, world):
    """Whoever stops after one signal has it; the memory comes last, so that nothing is remembered that was not told."""
    world.put(URL, board(*(job(n) for n in range(50))))

    things = bench.start(SENSOR)

    assert isinstance(next(things), Signal)
    assert [type(thing).__name__ for thing in things] == ["Signal"] * 49 + ["Checkpoint"]


def test_a_memory_that_is_not_ours_is_an_opening_read(bench, world):
    world.put(URL, board(job(1)))
    for cursor in ({"v": 99}, [1, 2], "x", {"v": 1, "jobs": 3}):
        bench.memory = cursor
        assert keys(bench.run(SENSOR)) == ["greenhouse:acme:1:hiring.other"]
        assert json.dumps(bench.memory)
        assert bench.now == datetime(2026, 11, 20, 8, tzinfo=UTC)
