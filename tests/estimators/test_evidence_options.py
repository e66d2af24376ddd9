"""What `[models.NAME]` may say to `evidence@1`, and what it is told when it says something else."""

from __future__ import annotations

import doctest
import tomllib
from math import log

import pytest
from pydantic import ValidationError

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.estimators import evidence, weights
from capteur.estimators.evidence import Evidence
from capteur.estimators.rules import Role
from capteur.kinds import CATALOGUE
from capteur.signals import Observation

SEQUENCE = {"name": "s", "pattern": ["visit.page", "hiring.opened"], "window": "9d", "weight": 1, "half_life": "9d"}


def rule(estimator: Evidence, kind: str):
    return estimator._rules.of(kind)


def test_every_kind_of_the_catalogue_has_a_role():
    """A kind that capteur ships runs on weights somebody chose, never on the undeclared ones."""
    assert set(CATALOGUE) <= Evidence().declared()


def test_the_default_tables_do_not_overlap():
    tables = [set(weights.EVIDENCE), set(weights.DAMPS), weights.VETOES, weights.NEUTRAL, {weights.ASK}]
    assert sum(map(len, tables)) == len(set().union(*tables))


def test_a_model_is_read_from_toml_as_printed():
    raw = tomllib.loads("""
        r = 0.5
        topics = ["crm"]
        neutral = ["social.engaged"]
        [kinds."visit.page"]
        weight = 1.5
        half_life = "36h"
        [kinds."webinar.joined"]
        weight = 2
        [damps."company.layoffs"]
        multiplier = 0.8
        [undeclared]
        weight = 0.5
        [[sequences]]
        name = "hired-then-came"
        pattern = ["hiring.opened", "webinar.joined"]
        window = "2w"
        weight = 3
        half_life = "30d"
    """)
    estimator = Evidence(**raw)
    assert (rule(estimator, "visit.page").weight, rule(estimator, "visit.page").half) == (1.5, 1.5 * DAY)
    assert (rule(estimator, "webinar.joined").weight, rule(estimator, "webinar.joined").half) == (2.0, 30 * DAY)
    assert (rule(estimator, "company.layoffs").log_damp, rule(estimator, "company.layoffs").half) == (
        log(0.8),
        60 * DAY,
    )
    assert rule(estimator, "social.engaged").role is Role.NEUTRAL
    assert rule(estimator, "anything.else").weight == 0.5
    assert estimator.derived() == {"seq:hired-then-came": ("hiring.opened", "webinar.joined")}


def test_what_is_left_out_keeps_its_default():
    half = rule(Evidence(kinds={"funding.raised": {"weight": 9}}), "funding.raised")
    assert (half.weight, half.half) == (9.0, 90 * DAY)


def test_what_is_written_replaces_the_default_role():
    estimator = Evidence(
        kinds={"hiring.other": {"weight": 0.2}, "company.layoffs": {}},
        neutral=["account.customer", "ask.contact"],
        vetoes=["account.student"],
        damps={"press.mention": {"multiplier": 0.9, "half_life": "10d"}},
    )
    roles = {
        k: rule(estimator, k).role for k in ("hiring.other", "company.layoffs", "account.customer", "account.student")
    }
    assert list(roles.values()) == [Role.EVIDENCE, Role.EVIDENCE, Role.NEUTRAL, Role.VETO]
    assert rule(estimator, "company.layoffs").weight == weights.UNDECLARED.weight
    assert rule(estimator, "press.mention").role is Role.DAMP
    assert estimator.explain([Observation("a", "ask.contact", 0)], 0).status == "no_evidence"


def test_options_survive_json_so_that_a_version_can_be_stored():
    estimator = Evidence(kinds={"visit.page": {"weight": 2}}, sequences=[SEQUENCE], topics=("a",), K=5)
    assert Evidence.model_validate_json(estimator.model_dump_json()) == estimator


def test_an_estimator_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Evidence().r = 0.5  # type: ignore[misc]


BAD = {
    "an unknown option": ({"weigths": {}}, "weigths"),
    "an unknown option of a kind": (
        {"kinds": {"visit.page": {"wieght": 1}}},
        "kinds.visit.page\n  Value error, unknown option 'wieght'; did you mean 'weight'?",
    ),
    "a kind that is not area.fact": ({"kinds": {"Visit": {}}}, "area.fact"),
    "a negative weight": ({"kinds": {"visit.page": {"weight": -1}}}, "visit.page.weight"),
    "an endless weight": ({"kinds": {"visit.page": {"weight": float("inf")}}}, "visit.page.weight"),
    "a weight that is not a number": ({"kinds": {"visit.page": {"weight": float("nan")}}}, "visit.page.weight"),
    "a half-life without a unit": ({"kinds": {"visit.page": {"half_life": "7"}}}, "write e.g. 36h, 7d or 2w"),
    "a half-life of nothing": ({"kinds": {"visit.page": {"half_life": "0d"}}}, "visit.page.half_life"),
    "a half-life of minutes": ({"kinds": {"visit.page": {"half_life": "5m"}}}, "at least 1h"),
    "a half-life beyond all dates": ({"kinds": {"visit.page": {"half_life": "999999999999w"}}}, "visit.page.half_life"),
    "a damp that does nothing": ({"damps": {"tool.dropped": {"multiplier": 1}}}, "tool.dropped.multiplier"),
    "a damp that vetoes": ({"damps": {"tool.dropped": {"multiplier": 0}}}, "tool.dropped.multiplier"),
    "half a new damp": ({"damps": {"press.mention": {"multiplier": 0.9}}}, "write both multiplier and half_life"),
    "a kind with two roles": ({"kinds": {"a.b": {}}, "neutral": ["a.b"]}, "neutral: a.b stands in kinds and neutral"),
    "a kind named twice": ({"vetoes": ["a.b", "a.b"]}, "twice in vetoes"),
    "an ask as evidence": ({"kinds": {"ask.contact": {"weight": 9}}}, "kinds: ask.contact is declared, not inferred"),
    "an r of 1": ({"r": 1}, "r\n"),
    "a K of 0": ({"K": 0}, "K\n"),
    "an ask of ten points": ({"ask_height": 10}, "ask_height"),
    "a sequence over a kind nobody knows": (
        {"sequences": [{**SEQUENCE, "pattern": ["visit.page", "hiring.opend"]}]},
        "sequences.s: pattern has the unknown kind hiring.opend; did you mean 'hiring.opened'",
    ),
    "a window of nothing": ({"sequences": [{**SEQUENCE, "window": "0d"}]}, "sequences.0.window"),
    "a window before the start": ({"sequences": [{**SEQUENCE, "window": "-3d"}]}, "sequences.0.window"),
    "a sequence of one kind": ({"sequences": [{**SEQUENCE, "pattern": ["visit.page"]}]}, "sequences.0.pattern"),
    "a sequence of no weight": ({"sequences": [{**SEQUENCE, "weight": 0}]}, "sequences.0.weight"),
    "a sequence without a half-life": (
        {"sequences": [{k: v for k, v in SEQUENCE.items() if k != "half_life"}]},
        "half_life",
    ),
    "a misspelt option of a derived kind": (
        {"momentum": {"wieght": 1, "half_life": "7d"}},
        "momentum\n  Value error, unknown option 'wieght'; did you mean 'weight'?",
    ),
    "an option of another derived kind": (
        {"momentum": {"weight": 1, "half_life": "7d", "company": "7d"}},
        "unknown option 'company'; it knows half_life, kinds, weight",
    ),
    "a derived kind without a weight": ({"momentum": {"half_life": "7d"}}, "momentum.weight"),
    "a derived kind that counts nothing": ({"surprise": {"weight": 0, "half_life": "7d"}}, "surprise.weight"),
    "a derived kind without a half-life": ({"surprise": {"weight": 1}}, "surprise.half_life"),
    "breadth without a window": ({"breadth": {"weight": 1, "half_life": "7d"}}, "breadth.window"),
    "a derived kind of what is no evidence": (
        {"momentum": {"weight": 1, "half_life": "7d", "kinds": ["company.layoffs"]}},
        "momentum: company.layoffs is no evidence here",
    ),
    "a derived kind of a kind nobody knows": (
        {"surprise": {"weight": 1, "half_life": "7d", "kinds": ["visit.pgae"]}},
        "surprise: visit.pgae is no evidence here; did you mean 'visit.page'? or declare it in kinds.\"visit.pgae\"",
    ),
    "two sequences of one name": ({"sequences": [SEQUENCE, SEQUENCE]}, "sequences.s: this name is used twice"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_option_is_refused_by_name(name):
    options, told = BAD[name]
    with pytest.raises(ValidationError) as caught:
        Evidence(**options)
    assert told in str(caught.value).replace("`", "")
    assert "input_value" not in str(caught.value)


def test_a_new_kind_in_a_sequence_is_known_once_it_is_declared():
    option = {**SEQUENCE, "pattern": ["visit.page", "webinar.joined"]}
    with pytest.raises(ValidationError, match=r'declare it in kinds."webinar.joined"'):
        Evidence(sequences=[option])
    assert Evidence(sequences=[option], kinds={"webinar.joined": {}}).derived()


def test_derived_kinds_are_read_from_toml_and_made_of_all_evidence_unless_told():
    raw = tomllib.loads("""
        neutral = ["visit.page"]
        [momentum]
        weight = 1.5
        half_life = "1w"
        [breadth]
        weight = 2
        half_life = "30d"
        window = "14d"
        kinds = ["visit.key_page", "content.downloaded", "visit.key_page"]
        [kinds."webinar.joined"]
        weight = 2
    """)
    estimator = Evidence(**raw)
    made_of = estimator.derived()
    assert set(made_of["momentum"]) == {*weights.EVIDENCE, "webinar.joined"} - {"visit.page"}
    assert made_of["breadth"] == ("content.downloaded", "visit.key_page")
    assert "surprise" not in made_of
    found = rule(estimator, "momentum")
    assert (found.role, found.weight, found.half) == (Role.DERIVED, 1.5, 7 * DAY)


def test_the_examples_in_the_docstrings_hold():
    tried = doctest.testmod(evidence)
    assert (tried.failed, tried.attempted > 0) == (0, True)
