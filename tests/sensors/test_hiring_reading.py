"""How the hiring sensor reads the answers of each vendor, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from capteur import Account, SkipAccount, SourceChanged
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


def test_one_bad_row_stops_no_other_and_is_not_taken_for_a_closing(bench, world):
    """Its id can be read, so it is still there; the rest of the board is told."""
    world.put(URL, board(job(1), job(2)))
    bench.run(SENSOR)
    world.put(URL, board(job(1, title=None), job(2), job(3, "RevOps"), job(4, published="yesterday")))

    runs = [bench.run(SENSOR, later=H6) for _ in range(3)]

    assert [keys(run) for run in runs] == [["greenhouse:acme:3:hiring.opened"], [], []]
    assert [len(run.bad) for run in runs] == [2, 2, 2]


def test_a_row_without_a_readable_id_proves_nobodys_absence(bench, world):
    world.put(URL, board(job(1), job(2)))
    bench.run(SENSOR)
    world.put(URL, board("what?", job(2)))

    assert [bench.run(SENSOR, later=H6).signals for _ in range(3)] == [[], [], []]
    world.put(URL, board(job(2)))
    assert [len(bench.run(SENSOR, later=H6).signals) for _ in range(2)] == [0, 1]


def test_a_board_whose_every_row_is_unreadable_is_an_error(bench, world):
    world.put(URL, board(job(1, title=None), job(2, title=None)))

    run = bench.run(SENSOR)

    assert isinstance(run.error, SourceChanged)
    assert "none of its 2 postings" in str(run.error)
    assert len(run.bad) == 2


def test_posts_of_one_job_are_one_opening_from_its_first_publication(bench, world):
    """Three posts, one job: the first date, every place, and the title that names the role."""
    world.put(
        URL,
        board(
            job(1, "Manager", "2026-09-03T00:00:00+02:00", id=11, location={"name": "Lyon"}),
            job(1, "Sales Operations Manager", "2026-09-05T00:00:00Z", id=12, location={"name": "Paris"}),
            job(1, "Manager", "2026-09-01T00:00:00Z", id=13, location={"name": "Paris"}),
        ),
    )

    run = bench.run(SENSOR)

    assert run.facts == [("greenhouse:acme:1:hiring.opened", "2026-09-01T00:00:00+00:00", "Sales Operations Manager")]
    assert run.signals[0].data["locations"] == ["Paris", "Lyon"]


def test_a_job_loses_one_of_its_posts_and_stays_open(bench, world):
    world.put(URL, board(job(1, id=11), job(1, id=12)))
    bench.run(SENSOR)
    world.put(URL, board(job(1, id=12)))

    assert [bench.run(SENSOR, later=H6).signals for _ in range(3)] == [[], [], []]


def test_prospect_posts_pools_and_unlisted_posts_are_no_openings(bench, world):
    world.put(URL, board(job(1, internal_job_id=None), job(2, "Talent Pool - RevOps"), job(3, "Open Application")))
    assert bench.run(SENSOR).signals == []

    world.put(
        ASHBY, {"jobs": [{"id": "a", "title": "RevOps", "isListed": False, "publishedAt": "2026-10-01T00:00:00Z"}]}
    )
    assert bench.run(Hiring(roles=("revops",), boards={"acme.example": "ashby:acme"})).signals == []


def test_an_answer_of_before_internal_job_ids_is_read_by_post(bench, world):
    old = job(1)
    del old["internal_job_id"]
    world.put(URL, board(old))

    assert keys(bench.run(SENSOR)) == ["greenhouse:acme:9001:hiring.other"]


def test_an_undated_job_is_told_only_when_it_was_seen_to_appear(bench, world):
    """At the opening read nobody knows since when it is open; later it appeared between two reads."""
    world.put(URL, board(job(1, published=None)))
    assert bench.run(SENSOR).signals == []
    world.put(URL, board(job(1, published=None), job(2, published=None)))

    run = bench.run(SENSOR, later=H6)

    assert run.facts == [("greenhouse:acme:2:hiring.other", "2026-11-20T14:00:00+00:00", "Engineer")]
    assert run.signals[0].data["dated"].startswith("first seen")


def test_a_publication_in_the_future_is_a_bad_row(bench, world):
    world.put(URL, board(job(1, published="2027-05-01T00:00:00Z"), job(2)))

    run = bench.run(SENSOR)

    assert (keys(run), len(run.bad)) == (["greenhouse:acme:2:hiring.other"], 1)


def test_a_board_as_alias_of_the_account(bench, world):
    world.put(
        LEVER_EU, [{"id": "a1", "text": "RevOps", "createdAt": 1790000000000, "categories": None, "country": None}]
    )
    account = Account(id=2, domain="acme.example", name="Acme", aliases=("name:acme", "lever:acme"))

    run = bench.run(Hiring(roles=("revops",)), account)

    assert run.facts == [("lever:acme:a1:hiring.opened", "2026-09-21T14:13:20+00:00", "RevOps")]
    assert run.asked == [LEVER, LEVER_EU]
    assert bench.run(Hiring(roles=("revops",)), account).asked == [LEVER_EU]


def test_lever_says_unknown_with_an_object(bench, world):
    """`{"ok": false}` is no board; any other object is a changed source."""
    sensor = Hiring(boards={"acme.example": "lever:acme"})
    world.put(LEVER, {"ok": False, "error": "Document not found"})
    world.put(LEVER_EU, {"ok": False, "error": "Document not found"}, status=200)
    assert isinstance(bench.run(sensor).error, SkipAccount)

    world.put(LEVER, {"postings": []})
    assert isinstance(bench.run(sensor).error, SourceChanged)


@pytest.mark.parametrize(
    "created", [True, 1e30, float("-1e20"), 0, -5, 12, None, " ", "soon", "1970-01-01", "2026-01-01T10:00"]
)
def test_a_lever_date_that_is_none_is_a_bad_row_of_a_job_that_is_present(created, bench, world):
    good = [{"id": name, "text": "X", "createdAt": 1790000000000} for name in "ab"]
    world.put(LEVER, good)
    sensor = Hiring(boards={"acme.example": "lever:acme"})
    bench.run(sensor)
    world.put(LEVER, [good[0] | {"createdAt": created}, good[1], good[1] | {"id": "c"}])

    runs = [bench.run(sensor, later=H6) for _ in range(3)]

    assert [keys(run) for run in runs] == [["lever:acme:c:hiring.other"], [], []]
    assert [len(run.bad) for run in runs] == [1, 1, 1]
    assert "date" in str(runs[0].bad[0])


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        (1790000000, "2026-09-21T14:13:20+00:00"),
        (1790000000000, "2026-09-21T14:13:20+00:00"),
        ("2026-08-11 20:45:29 UTC", "2026-08-11T20:45:29+00:00"),
        ("2026-08-11T20:45:29Z  ", "2026-08-11T20:45:29+00:00"),
        ("2026-08-11", "2026-08-11T00:00:00+00:00"),
        ("2026-08-11 ", "2026-08-11T00:00:00+00:00"),
    ],
)
def test_dates_in_other_forms_are_read_from_every_vendor(date, moment, new_bench, world):
    world.put(URL, board(job(1, published=date)))
    world.put(LEVER, [{"id": "a", "text": "X", "createdAt": date}])
    world.put(ASHBY, {"jobs": [{"id": "a", "title": "X", "publishedAt": date}]})
    for vendor in ("greenhouse", "lever", "ashby"):
        run = new_bench().run(Hiring(boards={"acme.example": f"{vendor}:acme"}))

        assert (run.bad, [at for _, at, _ in run.facts]) == ([], [moment])


def test_a_list_shorter_than_its_total_opens_jobs_and_closes_none(bench, world):
    """Nor does a "not modified" of it."""
    world.etags = True
    world.put(URL, board(job(1), job(2)))
    bench.run(SENSOR)
    world.put(URL, board(job(2)))
    assert bench.run(SENSOR, later=H6).signals == []  # missed once
    world.put(URL, board(job(2), job(3), meta={"total": 3}))

    assert [keys(bench.run(SENSOR, later=H6)) for _ in range(4)] == [["greenhouse:acme:3:hiring.other"], [], [], []]
    world.put(URL, board(job(3)))
    assert [len(bench.run(SENSOR, later=H6).signals) for _ in range(2)] == [0, 2]


def test_the_cure_names_the_users_own_section(world, bench):
    made = bench.context
    bench.context = lambda *given: replace(made(*given), instance="french-jobs")

    assert "[sensors.french-jobs] boards" in str(bench.run(SENSOR).error.fix)


def test_ashby_flags_and_odd_shapes(bench, world):
    """The flag isRemote stands in for a null workplaceType; secondary locations may be null; an address that is no web address is left out."""
    row = {"id": "a", "title": " RevOps ", "publishedAt": "2026-10-01T10:00:00.000+00:00", "isRemote": True, "workplaceType": None,
           "secondaryLocations": None, "location": "Paris", "jobUrl": "javascript:alert(1)"}  # fmt: skip
    world.put(ASHBY, {"jobs": [row]})

    signal = bench.run(Hiring(roles=("revops",), boards={"acme.example": "ashby:acme"})).signals[0]

    assert signal.data["workplace"] == "remote"
    assert signal.evidence_url == "https://jobs.ashbyhq.com/acme"


def test_the_key_does_not_depend_on_how_a_token_is_written(bench, new_bench, world):
    for token in ("Acme", "acme"):
        world.put(URL.replace("acme", token), board(job(1)))
    runs = [
        b.run(Hiring(boards={"acme.example": f"greenhouse:{t}"})) for b, t in ((bench, "Acme"), (new_bench(), "acme"))
    ]

    assert keys(runs[0]) == keys(runs[1]) == ["greenhouse:acme:1:hiring.other"]


def test_the_board_may_be_given_as_an_address(bench, world):
    world.put(URL, board(job(1)))

    run = bench.run(Hiring(boards={"www.acme.example": "https://boards.greenhouse.io/embed/job_board?for=acme&b=x"}))

    assert keys(run) == ["greenhouse:acme:1:hiring.other"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"boards": {"acme.example": "taleo:acme"}}, "vendor:token"),
        ({"boards": {"acme.example": "greenhouse:"}}, "vendor:token"),
        ({"boards": {"acme.example": "https://acme.example/jobs"}}, "vendor:token"),
        ({"boards": {"acme corp": "greenhouse:acme"}}, "not a domain"),
        ({"roles": ["  ", "revops"]}, "pattern 1 has no word"),
        ({"roles": ["*"]}, "pattern 1 has no word"),
        ({"rolls": ["revops"]}, "rolls"),
    ],
)
def test_options_that_cannot_work_are_refused_without_their_value(options, said):
    with pytest.raises(ValidationError) as refused:
        Hiring(**options)

    assert said in str(refused.value)
    assert "taleo" not in str(refused.value)
