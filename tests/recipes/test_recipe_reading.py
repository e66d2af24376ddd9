"""Times, strengths, words, keys and functions: each form a source writes, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from capteur import InputError
from capteur_sensors.recipes import RecipeHook
from capteur_sensors.recipes.functions import canonical_url, from_json, mentions, own_domain
from capteur_sensors.recipes.moments import Moment
from capteur_sensors.recipes.shapes import Share, Word

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("form", "value", "moment"),
    [
        ("iso", "2026-11-18T09:00:00+01:00", datetime(2026, 11, 18, 8, tzinfo=UTC)),
        ("iso", "2026-11-18T09:00:00Z", datetime(2026, 11, 18, 9, tzinfo=UTC)),
        ("iso", "2026-11-18", date(2026, 11, 18)),
        ("date", "2026-11-18T09:00:00", date(2026, 11, 18)),
        ("unix", 1_795_000_000, datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)),
        ("unix", "1795000000.5", datetime(2026, 11, 18, 11, 6, 40, 500_000, tzinfo=UTC)),
        ("unix_ms", 1_795_000_000_000, datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)),
        ("%d/%m/%Y", "18/11/2026", date(2026, 11, 18)),
        ("%d/%m/%Y %H:%M %z", "18/11/2026 09:00 +0100", datetime(2026, 11, 18, 8, tzinfo=UTC)),
        (["iso", "unix_ms"], 1_795_000_000_000, datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)),
        (["iso", "received"], None, NOW),
        ("received", "2020-01-01", NOW),
    ],
)
def test_a_time_is_read_in_each_format(form, value, moment):
    path = None if form == "received" else "at"
    assert Moment(path=path, format=form).read({"at": value}, NOW) == moment


def test_a_zone_is_for_times_without_an_offset():
    """In summer as in winter; an offset that is there counts."""
    paris = Moment(path="at", timezone="Europe/Paris")
    assert paris.read({"at": "2026-07-01T09:00"}, NOW) == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert paris.read({"at": "2026-01-01T09:00"}, NOW) == datetime(2026, 1, 1, 8, tzinfo=UTC)
    assert paris.read({"at": "2026-01-01T09:00Z"}, NOW) == datetime(2026, 1, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("form", "value", "said"),
    [
        ("iso", "18/11/2026", "is not a time of the format iso"),
        ("iso", "2026-11-18T09:00", "has no timezone"),
        ("iso", None, "no time is there"),
        ("iso", "  ", "no time is there"),
        ("iso", True, "neither text nor a number"),
        ("iso", {"at": 1}, "neither text nor a number"),
        ("unix", "soon", "not a number of seconds"),
        ("unix", float("inf"), "not a number of seconds"),
        ("unix_ms", 10**30, "not a number of milliseconds"),
        ("%d/%m/%Y", "31/02/2026", "is not a time of the format"),
        (["iso", "received"], "yesterday", "is not a time of the format iso"),
    ],
)
def test_a_time_that_is_none_is_refused_not_guessed(form, value, said):
    """`received` stands in for a time that is missing, never for one that cannot be read."""
    with pytest.raises(InputError, match=said):
        Moment(path="at", format=form).read({"at": value}, NOW)


@pytest.mark.parametrize(
    ("options", "value", "strength"),
    [
        ({"fixed": 0.4}, None, 0.4),
        ({"path": "s"}, 0.25, 0.25),
        ({"path": "s"}, "0,25", 0.25),
        ({"path": "s"}, None, 1.0),
        ({"path": "s", "default": 0.3}, "", 0.3),
        ({"path": "s", "map": {"LOW": 0.2, "HIGH": 1}}, "low", 0.2),
        ({"path": "s", "range": [0, 100]}, 70, 0.7),
        ({"path": "s", "range": [0, 100]}, 170, 1.0),
        ({"path": "s", "range": [10, 0]}, 10, 0.0),
        ({"path": "s", "clamp": True}, 3, 1.0),
        ({"path": "s", "clamp": True}, -3, 0.0),
    ],
)
def test_a_strength_is_fixed_translated_scaled_or_cut(options, value, strength):
    assert Share(**options).read({"s": value}) == pytest.approx(strength)


@pytest.mark.parametrize("value", [70, -0.1, "much", True, float("nan"), {"a": 1}])
def test_a_strength_that_is_none_costs_its_row(value):
    with pytest.raises(InputError):
        Share(path="s").read({"s": value})


@pytest.mark.parametrize(
    "options",
    [{}, {"fixed": 1, "path": "s"}, {"fixed": 1.5}, {"path": "s", "map": {"x": 2}}, {"path": "s", "range": [1, 1]}],
)
def test_a_strength_that_cannot_work_is_refused(options):
    with pytest.raises(ValueError, match="validation error"):
        Share(**options)


def test_a_word_is_translated_whatever_its_case():
    word = Word(path="t", map={"Closed Won": "won", "true": "opened"}, default="lost")
    assert [word.read({"t": value}) for value in ("closed won", True, "other", None)] == [
        "won",
        "opened",
        "lost",
        "lost",
    ]
    with pytest.raises(InputError, match="'clsed won' is not in its map; did you mean 'Closed Won'"):
        Word(path="t", map={"Closed Won": "won"}).read({"t": "clsed won"})


@pytest.mark.parametrize(
    ("value", "domain"),
    [("acme.com", "acme.com"), ("https://www.acme.co.uk/x", "acme.co.uk"), ("jo@acme.com", "acme.com"), ("jo@gmail.com", None),
     ("https://www.linkedin.com/company/acme", None), ("", None), (7, None), ("10.0.0.1", None)],
)  # fmt: skip
def test_a_domain_is_a_companys_own(value, domain):
    assert own_domain(value) == domain


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://WWW.Linkedin.com/jobs/view/1/?trackingId=a&refId=b#top", "https://www.linkedin.com/jobs/view/1"),
        ("https://indeed.com/viewjob?utm_source=x&jk=abc&from=1", "https://indeed.com/viewjob?from=1&jk=abc"),
        ("http://x.example:8080/a?b=&a=1", "http://x.example:8080/a?a=1&b="),
        ("ftp://x.example/a", None), ("not a url", None), ("https://[bad", None), ("https://x.example:port/", None), (None, None),
    ],
)  # fmt: skip
def test_an_address_keeps_what_makes_it_that_page(url, canonical):
    assert canonical_url(url) == canonical


def test_json_as_text_is_read_once_or_twice_and_half_of_it_never():
    assert from_json("[1]") == from_json('"[1]"') == from_json([1]) == [1]
    assert from_json(" ") is from_json(None) is None
    with pytest.raises(InputError):
        from_json('{"a":')
    with pytest.raises(InputError):
        from_json("[" * 100_000)


@pytest.mark.parametrize(
    ("text", "phrases", "found"),
    [("Senior Account  Executive (m/f)", ["account executive"], True), ("Accountant", ["account"], False), ("C++ dev", ["c++"], True),
     ("x", [], False), ("x", None, False), (None, ["x"], False), ("x", "X", True), ("x", [""], False)],
)  # fmt: skip
def test_phrases_are_whole_words(text, phrases, found):
    assert mentions(text, phrases) is found


def _keys(receive, body, **change) -> list[str]:
    adjust = {"signals": {"posted": change}}
    return [s.key for s in receive(RecipeHook(recipe="n8n", source="s", adjust=adjust), body).signals]


ROW = {"domain": "acme.com", "kind": "touch.call", "date": "2026-11-18", "id": 7, "a": "x", "n": None}


def test_a_key_is_its_parts_joined(receive):
    assert _keys(receive, ROW, key=["id", "a"]) == ["s:7:x:touch.call"]
    assert _keys(receive, ROW, key=[["n", "a"], "_company", "_day"]) == ["s:x:acme.com:2026-11-18:touch.call"]


def test_without_a_part_it_is_what_the_row_says(receive):
    """The order of fields does not count; another fact, company or kind is another key."""
    (first,) = _keys(receive, ROW, key=["n"])
    assert _keys(receive, dict(reversed(ROW.items())), key=["n"]) == [first]
    changed = [{**ROW, "a": "y"}, {**ROW, "domain": "globex.com"}, {**ROW, "kind": "touch.reply"}]
    assert len({first, *_keys(receive, changed, key=["n"])}) == 4
    assert _keys(receive, {**ROW, "a": "y"}, key=["n"], hash=["id"]) == _keys(receive, ROW, key=["n"], hash=["id"])


def test_a_key_that_is_too_long_or_unprintable_is_hashed(receive):
    for odd in ("x" * 1000, "a\nb"):
        (key,) = _keys(receive, {**ROW, "a": odd}, key=["a"])
        assert len(key) < 60
        assert key.isprintable()


def test_an_address_that_is_none_does_not_cost_the_signal(receive):
    got = receive(RecipeHook(recipe="n8n"), {**ROW, "url": "see attachment", "link": "https://x.example/1"})
    assert [s.evidence_url for s in got.signals] == ["https://x.example/1"]


def test_a_condition_is_jmespaths_truth(receive):
    """False, null, empty text and empty lists are not; 0 is."""
    rows = [{**ROW, "id": n, "flag": flag} for n, flag in enumerate([True, "x", 0, [0], False, None, "", []])]
    got = receive(RecipeHook(recipe="n8n", adjust={"signals": {"posted": {"when": "flag"}}}), rows)
    assert [s.key.split(":")[1] for s in got.signals] == ["0", "1", "2", "3"]


def test_a_function_given_the_wrong_type_costs_its_row_only(receive):
    rows = [{**ROW, "tags": 7}, {**ROW, "id": 8, "tags": ["a"]}]
    got = receive(RecipeHook(recipe="n8n", adjust={"signals": {"posted": {"topic": "join(',', tags)"}}}), rows)
    assert [s.topic for s in got.signals] == ["a"]
    assert got.bad == ["n8n, row 1: [signals.posted] topic: join() was given a value of a type it does not take"]


def test_a_part_may_be_about_another_company(receive):
    """A person who moves is news about two of them."""
    sensor = RecipeHook(recipe="n8n", adjust={"signals": {"posted": {"account": {"domain": "to"}}}})
    got = receive(sensor, {**ROW, "to": "globex.com"})
    assert [s.account for s in got.signals] == ["globex.com"]


def test_a_bad_fact_never_costs_a_good_signal(receive):
    adjust = {"facts": {"size": {"name": "size", "value": "size"}}}
    got = receive(RecipeHook(recipe="n8n", adjust=adjust), {**ROW, "size": {"from": 1}})
    assert len(got.signals) == 1
    assert got.bad == ["n8n, row 1: [facts.size] value: it is an object; a fact is text, a number, true or false"]
