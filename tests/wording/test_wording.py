"""Sentences, ages and numbers as people read them."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur import wording
from capteur.clock import micros
from capteur.intent import STATUSES, WORDS
from capteur.kinds import CATALOGUE, Kind
from capteur.wording import Reason

NOW = micros(datetime(2026, 11, 20, 8, 0, tzinfo=UTC))
STEERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
HOUR = 3_600_000_000
DAY = 24 * HOUR


def reason(kind: str, days: int = 3, count: int = 1, summary: str | None = None, intent: float = 1.0) -> Reason:
    return Reason(kind, count, NOW - days * DAY, summary, intent)


def test_the_strongest_reason_comes_first():
    said = wording.why_now(
        [
            reason("funding.raised", 9, summary="Acme raises $12M Series A", intent=2.0),
            reason("hiring.opened", 4, summary="RevOps Manager", intent=2.9),
        ],
        NOW,
    )
    assert said == "hires a RevOps Manager, raised $12M 9 days ago"


def test_what_speaks_against_the_account_comes_last():
    said = wording.why_now([reason("company.layoffs", 20, intent=-3.0), reason("touch.call", 1, intent=0.5)], NOW)
    assert said == "called us yesterday but laid people off 20 days ago"


def test_a_sentence_stops_before_it_is_too_long_and_counts_the_rest():
    many = [reason("hiring.opened", summary="Director of Revenue Operations", intent=3.0)]
    many += [reason(kind, 40) for kind in ("funding.raised", "tool.adopted", "touch.meeting", "cart.abandoned")]
    said = wording.why_now(many, NOW)
    assert said.startswith("hires a Director of Revenue Operations, ")
    assert said.endswith(", 3 more reasons")
    assert len(said) <= wording.SENTENCE


@pytest.mark.parametrize(
    ("given_reason", "said"),
    [
        (reason("hiring.opened", summary="Account Executive"), "hires an Account Executive"),
        (reason("hiring.opened", summary="University Relations Lead"), "hires a University Relations Lead"),
        (reason("hiring.opened", count=3, summary="RevOps Manager"), "hires a RevOps Manager and 2 more"),
        (reason("hiring.opened"), "opened a relevant role"),
        (reason("hiring.opened", count=4), "opened 4 relevant roles"),
        (reason("hiring.opened", summary="x" * 49), "opened a relevant role"),
        (reason("funding.raised", summary="Acme raises €24.5 million to grow"), "raised €24.5 million 3 days ago"),
        (reason("funding.raised", summary="Acme closes a round in 2026"), "raised money 3 days ago"),
        (reason("funding.raised", summary="USD 3,500,000."), "raised USD 3,500,000 3 days ago"),
        (reason("visit.key_page", 0, count=4), "read key pages 4 times today"),
        (reason("tool.competitor_dropped", 1, summary="Marketo"), "dropped Marketo yesterday"),
        (reason("weather.storm", summary="Hail on the roof"), "Hail on the roof 3 days ago"),
        (reason("weather.storm", count=2, summary="Hail"), "2 x weather storm 3 days ago"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_reason_reads_as_a_predicate_of_the_company(given_reason, said):
    assert wording.phrase(given_reason, NOW) == said


@pytest.mark.parametrize(
    ("kind", "one", "several"),
    [
        ("momentum", "signals come faster", "signals come faster, on 2 days"),
        ("breadth", "more than one person", "more than one person, on 2 days"),
        ("surprise", "more than the market that day", "more than the market on 2 days"),
    ],
)
def test_what_is_made_of_signals_has_words_too(kind, one, several):
    assert (wording.label(kind, 1), wording.label(kind, 2)) == (one, several)
    assert wording.is_derived(kind)


def test_a_sequence_is_made_of_signals_and_a_fact_is_not():
    assert wording.is_derived("seq:funded-then-hiring")
    assert not any(wording.is_derived(kind) for kind in CATALOGUE)


def test_a_plugins_own_kind_is_named_in_its_own_words():
    kinds = {"weather.storm": Kind("weather.storm", "storm", "{n} storms")}
    assert wording.why_now([reason("weather.storm", count=2)], NOW, kinds) == "2 storms 3 days ago"
    assert wording.label("weather.storm", 1, kinds) == "storm"
    assert wording.label("hiring.opened", 2) == "2 relevant roles opened"


def test_every_kind_of_the_catalogue_makes_a_sentence():
    for kind in CATALOGUE:
        for count in (1, 5):
            said = wording.phrase(reason(kind, count=count), NOW)
            assert said
            assert "{" not in said


@given(st.lists(st.tuples(st.sampled_from(sorted(CATALOGUE)), st.text(max_size=80), st.floats(-5, 5)), max_size=8))
def test_no_summary_makes_a_sentence_unsafe_or_too_long(parts):
    said = wording.why_now([reason(kind, summary=summary, intent=intent) for kind, summary, intent in parts], NOW)
    assert len(said) <= wording.SENTENCE
    assert not [
        c
        for c in said
        if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(c) in STEERING
    ]


def test_no_reason_makes_no_sentence():
    assert wording.why_now([], NOW) == ""


def test_text_from_a_source_cannot_steer_a_terminal():
    assert wording.safe("Acme \x1b[31mred\x1b[0m\r\n\u202eLtd\u2066 \x9b2J\x00") == "Acme [31mred [0m Ltd 2J"


@pytest.mark.parametrize(
    ("span", "said"),
    [(0, "now"), (59_999_999, "now"), (12 * HOUR // 60, "12 min"), (3 * HOUR, "3 h"), (DAY, "1 d"), (34 * DAY, "34 d"),
     (35 * DAY, "5 w"), (800 * DAY, "2 y"), (-HOUR, "now")],
)  # fmt: skip
def test_an_age_is_one_short_word(span, said):
    assert wording.age(NOW - span, NOW) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (0, "today"),
        (9 * HOUR, "yesterday"),
        (2 * DAY, "2 days ago"),
        (49 * DAY, "7 weeks ago"),
        (900 * DAY, "2 years ago"),
        (-DAY, "today"),
    ],
)
def test_a_distance_inside_a_sentence_counts_utc_days(span, said):
    assert wording.ago(NOW - span, NOW) == said


def test_days_and_moments_are_named_in_utc():
    assert wording.day(NOW) == "20 Nov"
    assert wording.day(NOW + 60 * DAY, NOW) == "19 Jan 2027"
    assert wording.stamp(NOW) == "2026-11-20 08:00 UTC"
    assert wording.iso(NOW) == "2026-11-20T08:00:00+00:00"
    assert wording.iso(None) is None


@pytest.mark.parametrize(("value", "said"), [(8.65, "8.7"), (0.25, "0.3"), (0.0, "0.0"), (9.949, "9.9"), (None, "-")])
def test_points_are_rounded_half_up_like_the_lines_they_are_the_sum_of(value, said):
    assert wording.points(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(3.44, "+3.4"), (-0.9, "-0.9"), (0.04, "0.0"), (-0.04, "0.0"), (None, "-"), (-0.05, "-0.1")]
)
def test_a_change_has_a_sign_unless_it_rounds_to_nothing(value, said):
    assert wording.signed(value) == said


def test_counts_have_their_noun():
    assert wording.counted(1, "account") == "1 account"
    assert wording.counted(0, "account") == "0 accounts"
    assert wording.counted(2, "company", "companies") == "2 companies"
    assert wording.counted(1200, "row") == "1\u202f200 rows"


def test_every_status_and_every_evidence_has_its_words():
    assert set(wording.STATUS_WORDS) == set(wording.STATUS_SENTENCES) == set(wording.STATUS_COUNTS) == set(STATUSES)
    assert set(wording.EVIDENCE_WORDS) == set(WORDS)
