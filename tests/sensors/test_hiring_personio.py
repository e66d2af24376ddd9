"""Personio's XML: two domains, no addresses, the same id twice, no id at all, and a feed without positions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from capteur import Account, SkipAccount, SourceChanged
from capteur_sensors.hiring import Hiring
from capteur_sensors.hiring.vendors import boards_in

H6 = timedelta(hours=6)
DE, COM = (f"https://acme.jobs.personio.{end}/xml?language=en" for end in ("de", "com"))
EMPTY = "<?xml version='1.0' encoding='UTF-8'?>\n<workzag-jobs>\n</workzag-jobs>\n"
SENSOR = Hiring(roles=("account executive",), boards={"acme.example": "personio:acme"})


def position(number, name="Engineer", created="2026-10-01T09:00:00+02:00", extra=""):
    return f"<position><id>{number}</id><office>Munich</office><name>{name}</name><createdAt>{created}</createdAt>{extra}</position>"


def feed(*positions):
    return f"<?xml version='1.0' encoding='UTF-8'?><workzag-jobs>{''.join(positions)}</workzag-jobs>"


def keys(run):
    return [s.key for s in run.signals]


def test_a_captured_id_that_comes_twice_is_one_job(shared_data, bench, world):
    """Its address is made of the host and the id; a repeated entry is no second post."""
    world.put(DE, (shared_data / "personio/careerkit_duplicate_id.xml").read_bytes())

    run = bench.run(SENSOR)

    assert run.facts == [
        ("personio:acme:1834171:hiring.other", "2024-11-13T14:10:41+00:00", "Staff Software Engineer, Data Platform")
    ]
    assert (run.bad, run.error) == ([], None)
    assert run.signals[0].evidence_url == "https://acme.jobs.personio.de/job/1834171"
    assert dict(run.signals[0].data) == {
        "vendor": "personio", "board": "acme", "title": "Staff Software Engineer, Data Platform", "locations": ["Munich", "Berlin"],
        "department": "Product and Tech", "employment": "permanent, full-time",
    }  # fmt: skip


def test_a_board_under_com_is_found_there_and_asked_there_first_next_time(bench, world):
    world.put(COM, feed(position(1)))

    first, second = bench.run(SENSOR), bench.run(SENSOR, later=H6)

    assert (first.asked, second.asked) == ([DE, COM], [COM])
    assert first.signals[0].evidence_url == "https://acme.jobs.personio.com/job/1"


def test_an_empty_feed_is_a_good_answer_and_no_outage(bench, world):
    """Two of them close the last job, like any good read without it."""
    world.put(DE, feed(position(1)))
    bench.run(SENSOR)
    world.put(DE, EMPTY)

    runs = [bench.run(SENSOR, later=H6) for _ in range(2)]

    assert [run.error for run in runs] == [None, None]
    assert [keys(run) for run in runs] == [[], ["personio:acme:1:hiring.closed"]]


def test_a_position_without_an_id_is_counted_and_proves_nobodys_absence(bench, world):
    world.put(DE, feed(position(1), position(2)))
    bench.run(SENSOR)
    world.put(DE, feed(position(""), position(2), position(3, "Account Executive")))

    runs = [bench.run(SENSOR, later=H6) for _ in range(3)]

    assert [keys(run) for run in runs] == [["personio:acme:3:hiring.opened"], [], []]
    assert [len(run.bad) for run in runs] == [1, 1, 1]


def test_html_under_an_xml_name_is_a_changed_source(bench, world):
    world.put(DE, "<!DOCTYPE html><html><body>Careers</body></html>")
    assert isinstance(bench.run(SENSOR).error, SourceChanged)
    world.put(DE, "<rss><channel/></rss>")
    assert isinstance(bench.run(SENSOR).error, SourceChanged)


def test_an_entity_bomb_is_refused(bench, world):
    world.put(DE, '<!DOCTYPE x [<!ENTITY a "aaaa">]><workzag-jobs>&a;</workzag-jobs>')

    assert isinstance(bench.run(SENSOR).error, SourceChanged)


def test_a_guess_is_confirmed_by_the_company_in_the_positions(bench, world):
    acme = Account(id=1, domain="acme.example", name="Acme SE & Co. KG")
    world.put(DE, feed(position(1, extra="<subcompany>Acme SE &amp; Co. KG</subcompany>")))
    assert keys(bench.run(Hiring(), acme)) == ["personio:acme:1:hiring.other"]


def test_a_guess_for_another_company_is_not_used(bench, world):
    acme = Account(id=1, domain="acme.example", name="Acme Robotics")
    world.put(DE, feed(position(1, extra="<subcompany>Acme Bau GmbH</subcompany>")))

    assert isinstance(bench.run(Hiring(), acme).error, SkipAccount)


@pytest.mark.parametrize("token", ["evil.example/", "a/b", "-acme", "acme.evil", "acme@evil", ""])
def test_a_name_that_would_be_another_host_is_refused(token):
    with pytest.raises(ValidationError):
        Hiring(boards={"acme.example": f"personio:{token}"})


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        ('<a href="https://acme.jobs.personio.de/?language=en">', ["personio:acme"]),
        ('<iframe src="//acme-robotics.jobs.personio.com/job/12">', ["personio:acme-robotics"]),
        ('"https:\\/\\/acme.jobs.personio.de\\/xml"', ["personio:acme"]),
        ('<a href="https://www.personio.de/">', []),
        ('<a href="https://acme.jobs.personio.de.evil.example/">', []),
    ],
)
def test_a_board_is_read_from_raw_markup(markup, names):
    assert [str(found) for found in boards_in(markup)] == names
