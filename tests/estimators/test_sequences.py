"""Declared sequences: ordered kinds within a window, each completion a signal of its own."""

from __future__ import annotations

import pytest

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.errors import PluginError
from capteur.estimators.derived import completions
from capteur.estimators.evidence import Evidence
from capteur.estimators.rules import SequenceRule
from capteur.signals import Observation

ABC = SequenceRule("abc", ("funding.raised", "hiring.opened", "visit.page"), 60.0 * DAY)
KINDS = dict(zip("FHV", ABC.pattern, strict=True))
OPTION = {"name": "abc", "pattern": ABC.pattern, "window": "60d", "weight": 4, "half_life": "30d"}


def story(*steps: tuple[str, float]) -> list[Observation]:
    """Signals from (letter, day), keyed by their place."""
    return sorted(
        (Observation(f"{i:02d}", KINDS[letter], round(day * DAY)) for i, (letter, day) in enumerate(steps)),
        key=lambda s: (s.occurred_at, s.key),
    )


@pytest.mark.parametrize(
    ("steps", "completed"),
    [
        ([("F", 0), ("H", 30), ("V", 60)], ["02"]),
        ([("F", 0), ("H", 30), ("V", 60.001)], []),
        ([("H", 0), ("F", 1), ("V", 2)], []),
        ([("V", 0), ("H", 0), ("F", 0)], ["00"]),
        ([("F", 0), ("F", 50), ("H", 51), ("V", 100)], ["03"]),
        ([("F", 0), ("H", 1), ("V", 2), ("V", 3)], ["02"]),
        ([("F", 0), ("H", 1), ("V", 2), ("F", 3), ("H", 4), ("V", 5)], ["02", "05"]),
        ([("F", 0), ("H", 1), ("F", 2), ("V", 3)], ["03"]),
    ],
    ids=[
        "in order, at the window's edge",
        "just outside the window",
        "out of order",
        "at one instant kinds are read in pattern order",
        "the latest start counts",
        "non-overlapping",
        "twice",
        "a new start does not undo what is under way",
    ],
)
def test_what_completes_a_sequence(steps, completed):
    assert [s.key for s in completions(story(*steps), ABC)] == completed


def test_a_pattern_may_repeat_a_kind():
    twice = SequenceRule("twice", ("visit.page", "visit.page"), 3.0 * DAY)
    assert [s.key for s in completions(story(("V", 0), ("V", 1), ("V", 2), ("V", 3)), twice)] == ["01", "03"]


def test_a_completion_has_its_own_line_weight_and_half_life():
    signals = story(("F", 0), ("H", 30), ("V", 45))
    plain, with_sequence = Evidence(), Evidence(sequences=[OPTION])
    assert with_sequence.explain(signals, 75 * DAY).undamped == pytest.approx(
        plain.explain(signals, 75 * DAY).undamped + 4 * (1 - 0.6**0.5) / 0.4
    )
    (line,) = [c for c in with_sequence.explain(signals, 75 * DAY).contributions if c.kind == "seq:abc"]
    assert (line.key, line.occurred_at, line.signal_id) == ("seq:abc@02", 45 * DAY, 0)
    assert line.kept == pytest.approx(0.5)


def test_a_sequence_adds_evidence_but_no_signals():
    """What there is to go by stays the number of facts, not of readings of them."""
    signals = story(("F", 0), ("H", 30), ("V", 45))
    assert Evidence(sequences=[OPTION]).explain(signals, 45 * DAY).n_eff == Evidence().explain(signals, 45 * DAY).n_eff


def test_a_sequence_of_neutral_kinds_scores_by_itself():
    option = {
        "name": "press",
        "pattern": ["press.mention", "hiring.other"],
        "window": "9d",
        "weight": 3,
        "half_life": "9d",
    }
    signals = [Observation("a", "press.mention", 0), Observation("b", "hiring.other", DAY)]
    estimate = Evidence(sequences=[option]).explain(signals, DAY)
    assert (estimate.status, estimate.n_eff) == ("scored", 0.0)
    assert [c.key for c in estimate.contributions] == ["seq:press@b"]


def test_derived_names_the_kinds_a_sequence_is_made_of():
    assert Evidence(sequences=[OPTION]).derived() == {"seq:abc": ABC.pattern}
    assert Evidence().derived() == {}


def test_derive_gives_signals_that_fold_like_any_other():
    estimator = Evidence(sequences=[OPTION])
    derived = estimator.derive("seq:abc", story(("V", 45), ("H", 30), ("F", 0)))
    assert [(s.key, s.kind, s.occurred_at, s.strength) for s in derived] == [("seq:abc@00", "seq:abc", 45 * DAY, 1.0)]
    state = estimator.fold("seq:abc", derived, None)
    assert state is not None
    assert (state.n, state.total) == (1, (1.0,))


def test_derive_refuses_a_name_it_does_not_know():
    with pytest.raises(PluginError, match="derives nothing called seq:other"):
        Evidence().derive("seq:other", [])


def test_the_state_of_a_sequence_that_is_no_longer_configured_says_nothing():
    estimator = Evidence(sequences=[OPTION])
    state = estimator.fold("seq:abc", estimator.derive("seq:abc", story(("F", 0), ("H", 1), ("V", 2))), None)
    assert state is not None
    assert Evidence().read({"seq:abc": state}, 2 * DAY).intent is None
    assert Evidence().ceiling({"seq:abc": state}, 2 * DAY) == 0.0
