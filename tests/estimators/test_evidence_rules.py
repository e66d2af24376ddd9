"""What `evidence@1` does with one account, rule by rule."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.estimators.evidence import Evidence
from capteur.intent import shown
from capteur.signals import Observation

NOW = 20_000 * DAY


def sig(kind: str, days_ago: float = 0.0, strength: float = 1.0, **more) -> Observation:
    key = more.pop("key", f"{kind}@{days_ago:g}")
    return Observation(key, kind, NOW - round(days_ago * DAY), strength, **more)


def lines(estimate) -> dict[str, float]:
    return {c.key: c.intent for c in estimate.contributions}


def test_one_day_of_one_kind_counts_two_and_a_half_signals_at_most():
    flood = [sig("visit.page", key=f"{i:05d}") for i in range(100_000)]
    estimate = Evidence().explain(flood, NOW)
    assert estimate.n_eff == pytest.approx(2.5)
    assert estimate.mass == pytest.approx((1 - 0.6**2.5) / 0.4)


def test_the_day_is_the_utc_day():
    """Two visits on both sides of midnight are two days; two of one day are worth less."""
    apart = [sig("visit.page", key="a"), Observation("b", "visit.page", NOW - 1)]
    together = [sig("visit.page", key="a"), Observation("b", "visit.page", NOW)]
    assert Evidence().explain(apart, NOW).n_eff == pytest.approx(2.0)
    assert Evidence().explain(together, NOW).n_eff == pytest.approx(1.6)


def test_of_one_event_only_the_strongest_signal_counts():
    seen = [
        sig("funding.raised", 3, 0.5, event="round", key="sec"),
        sig("press.mention", 2, 0.4, event="round", key="rss"),
        sig("funding.raised", 1, 0.9, event="round", key="news"),
    ]
    assert list(lines(Evidence().explain(seen, NOW))) == ["news"]


def test_equally_strong_signals_of_an_event_give_way_to_the_earliest_then_the_first_key():
    at_once = [sig("visit.page", event="e", key="b"), sig("hiring.opened", event="e", key="a")]
    assert list(lines(Evidence().explain(at_once, NOW))) == ["a"]
    earlier = [*at_once, sig("funding.raised", 1, event="e", key="z")]
    assert list(lines(Evidence().explain(earlier, NOW))) == ["z"]


def test_an_event_whose_strongest_signal_was_revoked_is_told_by_the_next():
    seen = [
        sig("funding.raised", 1, 0.9, event="round", key="news", revoked_at=NOW),
        sig("funding.raised", 3, 0.5, event="round", key="sec"),
    ]
    assert list(lines(Evidence().explain(seen, NOW))) == ["sec"]
    assert list(lines(Evidence().explain(seen, NOW - 1))) == ["news"]


def test_topics_select_signals_and_one_without_a_topic_counts_in_every_model():
    seen = [sig("visit.page", 0, topic="payroll"), sig("visit.page", 1, topic="crm"), sig("visit.page", 2)]
    estimate = Evidence(topics=("crm",)).explain(seen, NOW)
    assert sorted(lines(estimate)) == ["visit.page@1", "visit.page@2"]


def test_a_veto_passes_the_topics_because_its_topic_names_a_model():
    seen = [sig("visit.page", 0), sig("account.customer", 9, topic="main")]
    assert Evidence(topics=("crm",)).explain(seen, NOW).status == "vetoed"


def test_a_veto_holds_without_decay_until_it_is_revoked():
    old = sig("account.customer", 5000)
    assert Evidence().explain([sig("visit.page"), old], NOW).status == "vetoed"
    assert Evidence().explain([sig("visit.page"), replace(old, revoked_at=NOW)], NOW).status == "scored"


def test_of_several_vetoes_one_line_takes_everything_and_evidence_is_still_computed():
    seen = [sig("funding.raised"), sig("account.blocked", 3, key="b"), sig("account.customer", 1, key="a")]
    estimate = Evidence().explain(seen, NOW)
    assert (estimate.intent, estimate.low, estimate.high) == (0.0, 0.0, 0.0)
    assert lines(estimate) == {"funding.raised@0": pytest.approx(40 / 13), "a": pytest.approx(-40 / 13), "b": 0.0}
    assert estimate.mass == pytest.approx(4.0)


def test_an_ask_is_over_when_it_is_worth_less_than_one_point():
    """9 points halve every 21 days: 66 days leave 1.02, 67 days .986."""
    assert Evidence().explain([sig("ask.contact", 66)], NOW).status == "declared"
    expired = Evidence().explain([sig("ask.contact", 67)], NOW)
    assert (expired.status, expired.intent, expired.ask) == ("no_evidence", None, 0.0)


def test_only_the_strongest_ask_counts_and_the_others_stand_beside_it():
    estimate = Evidence().explain([sig("ask.contact", 0, 0.5), sig("ask.contact", 1)], NOW)
    assert estimate.ask == pytest.approx(9 * 2 ** (-1 / 21))
    assert lines(estimate) == {"ask.contact@1": estimate.intent, "ask.contact@0": 0.0}


def test_damps_share_the_loss_by_their_part_of_the_logarithm():
    seen = [sig("funding.raised"), sig("company.layoffs", key="l"), sig("tool.dropped", key="t")]
    estimate = Evidence().explain(seen, NOW)
    assert estimate.damp == pytest.approx(0.6 * 0.5)
    part = lines(estimate)
    assert part["l"] / part["t"] == pytest.approx(math.log(0.6) / math.log(0.5))
    assert math.fsum(part.values()) == pytest.approx(estimate.intent, abs=1e-12)


def test_the_intent_can_rise_without_news_while_a_damp_fades():
    seen = [sig("tool.adopted", 1), sig("company.layoffs", 1), sig("company.layoffs", 1.2)]
    estimator = Evidence()
    assert estimator.explain(seen, NOW + 30 * DAY).intent > estimator.explain(seen, NOW).intent


def test_damping_without_evidence_is_no_number():
    estimate = Evidence().explain([sig("company.layoffs")], NOW)
    assert (estimate.status, estimate.intent, estimate.contributions) == ("no_evidence", None, ())


@pytest.mark.parametrize(
    "signals", [[], [sig("visit.page", -1)], [sig("visit.page", strength=0.0)], [sig("visit.page", known_at=NOW + 1)]]
)
def test_nothing_that_counts_is_no_signal(signals):
    """Empty, of the future, of no strength, not known yet: all the same silence."""
    estimate = Evidence().explain(signals, NOW)
    assert (estimate.status, estimate.intent, estimate.evidence) == ("no_signal", None, "thin")


def test_what_is_nearly_forgotten_breaks_nothing():
    """Signals so old that their sums are 0 or their squares underflow."""
    for days in (400 * 7, 1100 * 7, 30_000):
        seen = [sig("visit.page", days), sig("company.layoffs", days), sig("funding.raised", days * 20)]
        estimate = Evidence().explain(seen, NOW)
        assert estimate.status == "scored"
        assert 0.0 <= estimate.low <= estimate.intent <= estimate.high < 1e-3


def test_trend_compares_the_week_with_the_month():
    estimator = Evidence()
    burst = [sig("hiring.opened", d) for d in (0, 1, 2)]
    steady = [sig("hiring.opened", d) for d in range(0, 200, 4)]
    past = [sig("hiring.opened", d) for d in (40, 45, 50)]
    assert estimator.explain(burst, NOW).trend == "rising"
    assert estimator.explain(steady, NOW).trend == "steady"
    assert estimator.explain(past, NOW).trend == "falling"
    assert estimator.explain(burst[:1], NOW).trend == "steady", "one signal is no rise"
    assert estimator.explain([sig("visit.page", 20)], NOW).trend == "unknown", "thin evidence has no trend"


def test_evidence_is_said_in_a_word():
    estimator = Evidence()
    assert estimator.explain([sig("visit.page", 1)], NOW).evidence == "thin"
    assert estimator.explain([sig("visit.page", 0)], NOW).evidence == "some"
    assert estimator.explain([sig("hiring.opened", d) for d in range(6)], NOW).evidence == "solid"


def test_contributions_come_in_descending_size_ties_by_key():
    seen = [sig("visit.page", 0, key="x"), sig("hiring.opened", 0, key="b"), sig("people.leader_joined", 0, key="a")]
    assert [c.key for c in Evidence().explain(seen, NOW).contributions] == ["a", "b", "x"]


def test_a_contribution_says_which_signal_and_how_much_of_it_is_left():
    (line,) = Evidence().explain([sig("visit.page", 7, signal_id=42)], NOW).contributions
    assert (line.kind, line.signal_id, line.occurred_at) == ("visit.page", 42, NOW - 7 * DAY)
    assert line.kept == pytest.approx(0.5)


def test_printed_lines_add_up_to_the_printed_intent():
    seen = [sig("visit.page", d / 3, key=str(d)) for d in range(40)] + [sig("company.layoffs", 3)]
    estimate = Evidence().explain(seen, NOW)
    for digits in range(5):
        cells, total = shown([c.intent for c in estimate.contributions], estimate.intent, digits)
        assert sum(cells) == total


def test_two_sources_may_choose_the_same_key():
    """Keys are unique within a sensor only; nothing is lost when two agree by chance."""
    estimate = Evidence().explain([sig("visit.page", key="1"), sig("hiring.opened", key="1")], NOW)
    assert [c.kind for c in estimate.contributions] == ["hiring.opened", "visit.page"]
    assert estimate.mass == pytest.approx(4.0)
