"""Recruitee: read when the user says so, and from 2027 with the employer's token."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from capteur import Account, AuthError, SkipAccount
from capteur_sensors.hiring import Hiring
from capteur_sensors.hiring.vendors import boards_in

H6 = timedelta(hours=6)
URL, HOME = "https://acme.recruitee.com/api/offers/", "https://acme.example/"
ACME = Account(id=1, domain="acme.example", name="Acme Robotics")
SENSOR = Hiring(roles=("customer success",), opt_in=("recruitee",), boards={"acme.example": "recruitee:acme"})
OFFER = {
    "id": 7,
    "title": "Engineer",
    "published_at": "2026-10-01 09:00:00 UTC",
    "status": "published",
    "company_name": "Acme Robotics",
}


def hiring(run):
    return [fact for fact in run.facts if ":hiring." in fact[0]]


def test_a_captured_board_gives_its_jobs(shared_data, bench, world):
    """Dates end with UTC; created_at is earlier, updated_at later, and neither is read."""
    world.put(URL, (shared_data / "recruitee/aikido_3offers.json").read_bytes())

    run = bench.run(SENSOR)

    assert run.facts == [
        ("recruitee:acme:2705729:hiring.other", "2026-08-10T15:13:59+00:00", "Office Manager Chicago"),
        ("recruitee:acme:2707517:hiring.opened", "2026-08-11T20:42:44+00:00", "Customer Success Engineer Dubai"),
        ("recruitee:acme:2707521:hiring.opened", "2026-08-11T20:45:29+00:00", "Customer Success Engineer Tel Aviv"),
    ]
    assert (run.bad, run.error) == ([], None)
    assert dict(run.signals[2].data) == {
        "vendor": "recruitee", "board": "acme", "title": "Customer Success Engineer Tel Aviv", "locations": ["Tel Aviv, Israel"],
        "department": "Sales", "workplace": "remote", "employment": "fulltime permanent",
    }  # fmt: skip
    assert run.signals[2].evidence_url == "https://aikidosecurity.recruitee.com/o/customer-success-engineer-tel-aviv"


def test_a_captured_board_on_the_employers_own_domain_gives_its_jobs(shared_data, bench, world):
    """Numbers of a salary are texts there, and nobody reads them."""
    world.put(URL, (shared_data / "recruitee/careerkit_2offers.json").read_bytes())

    run = bench.run(SENSOR)

    assert hiring(run) == [
        ("recruitee:acme:2697184:hiring.other", "2026-07-31T22:26:40+00:00",
         "Partner Development Representative (f/m/d) - Berlin, Germany"),
        ("recruitee:acme:2700825:hiring.other", "2026-08-05T10:10:39+00:00",
         "(Senior) Financial Accountant (f/m/d) - Berlin/Brandenburg Region, Germany"),
    ]  # fmt: skip
    assert [(s.data["locations"], s.data["workplace"]) for s in run.of("hiring.other")] == [
        (["Berlin, Germany"], "hybrid")
    ] * 2
    assert (run.bad, run.error) == ([], None)


def test_a_board_that_needs_a_token_is_there_and_says_what_is_missing(bench, world):
    """It is remembered, not searched for again, and not taken for no board."""
    sensor = Hiring(opt_in=("recruitee",))
    world.put(HOME, "https://acme.recruitee.com/")
    world.put(URL, {"error": "Unauthorized"}, status=401)

    first, second = bench.run(sensor, ACME), bench.run(sensor, ACME, later=H6)

    assert isinstance(first.error, SkipAccount)
    assert str(first.error.what) == "recruitee:acme needs the token of the employer"
    assert (first.asked, second.asked) == ([HOME, URL], [URL])


def test_a_token_that_comes_later_makes_an_opening_read(bench, world):
    world.put(URL, {}, status=401)
    bench.run(SENSOR)
    world.put(URL, {"offers": [OFFER]})
    given = Hiring(roles=SENSOR.roles, opt_in=SENSOR.opt_in, boards=SENSOR.boards, recruitee_tokens={"acme": "s3cr3t"})

    assert len(bench.run(given, later=H6).signals) == 1


def test_the_token_is_sent_to_its_own_board_and_never_shown(bench, world, monkeypatch):
    sent = []
    seen = world.handle
    monkeypatch.setattr(world, "handle", lambda request: sent.append(dict(request.headers)) or seen(request))
    sensor = Hiring(opt_in=("recruitee",), boards=SENSOR.boards, recruitee_tokens={"Acme": "s3cr3t", "globex": "other"})
    world.put(URL, {"offers": [OFFER]})

    run = bench.run(sensor)

    assert [headers.get("x-careers-sites-token") for headers in sent] == ["s3cr3t"]
    assert "s3cr3t" not in repr(sensor) + repr(run)
    world.put(URL, {}, status=401)
    assert str(bench.run(sensor, later=H6).error.what) == "recruitee:acme refuses the token given for it"


def test_a_lost_token_closes_nothing(bench, world):
    world.put(URL, {"offers": [OFFER]})
    bench.run(SENSOR)
    world.put(URL, {}, status=401)

    assert [bench.run(SENSOR, later=H6).signals for _ in range(3)] == [[], [], []]
    world.put(URL, {"offers": [OFFER]})
    assert bench.run(SENSOR, later=H6).signals == []


def test_another_refusal_is_no_missing_token(bench, world):
    world.put(URL, {}, status=403)

    assert isinstance(bench.run(SENSOR).error, AuthError)


def test_without_consent_a_board_that_the_page_names_is_not_read_but_said(bench, world):
    """And read at once when the user consents."""
    world.put(HOME, "https://acme.recruitee.com/")
    world.put(URL, {"offers": [OFFER]})

    first, second = bench.run(Hiring(), ACME), bench.run(Hiring(), ACME, later=H6)

    assert URL not in first.asked + second.asked
    for run in (first, second):
        assert "recruitee:acme" in str(run.error.what)
        assert 'opt_in = ["recruitee"]' in str(run.error.fix)
    assert [s.key for s in bench.run(Hiring(opt_in=("recruitee",)), ACME, later=H6).signals] == [
        "recruitee:acme:7:hiring.other"
    ]


def test_a_board_that_is_named_without_consent_is_refused_with_the_reason():
    with pytest.raises(ValidationError, match="add it to opt_in"):
        Hiring(boards={"acme.example": "recruitee:acme"})


def test_an_offer_that_is_not_published_is_no_opening(bench, world):
    world.put(URL, {"offers": [OFFER, OFFER | {"id": 8, "status": "internal"}]})

    assert [s.key for s in bench.run(SENSOR).signals] == ["recruitee:acme:7:hiring.other"]


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        ('<a href="https://acme.recruitee.com/o/engineer">', ["recruitee:acme"]),
        ('<a href="https://www.recruitee.com/">', []),
        ('<a href="mailto:job.m6ovn@acme.recruitee.com">', []),
    ],
)
def test_a_board_is_read_from_raw_markup(markup, names):
    assert [str(found) for found in boards_in(markup)] == names
