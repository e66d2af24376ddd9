"""What a plugin may be called: every refusal says why, and names a name that would do."""

from __future__ import annotations

import keyword
import re
import sys
from importlib.metadata import PathDistribution, entry_points

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur.cli.making.names import LONGEST, Name, read_name
from capteur.errors import UsageError
from capteur.settings.options import NAME as TABLE


@pytest.mark.parametrize(
    ("text", "cls", "stem", "distribution", "variable"),
    [
        ("rounds", "Rounds", "rounds", "capteur-rounds", "ROUNDS"),
        ("french-jobs", "FrenchJobs", "french_jobs", "capteur-french-jobs", "FRENCH_JOBS"),
        ("g2_reviews", "G2Reviews", "g2_reviews", "capteur-g2-reviews", "G2_REVIEWS"),
        ("x", "X", "x", "capteur-x", "X"),
    ],
)
def test_everything_follows_from_the_name(text, cls, stem, distribution, variable):
    name = read_name("sensor", text, package=False)
    assert (name.cls, name.stem, name.distribution, name.variable) == (cls, stem, distribution, variable)
    assert name.plugin == text
    assert name.package == f"capteur_{stem}"


@pytest.mark.parametrize(("text", "plugin"), [("momentum", "momentum@1"), ("momentum@3", "momentum@3")])
def test_an_estimator_carries_the_version_of_its_formula(text, plugin):
    name = read_name("estimator", text, package=False)
    assert (name.plugin, name.stem, name.cls) == (plugin, "momentum", "Momentum")


@pytest.mark.parametrize(
    ("text", "why", "better"),
    [
        ("Rounds", "begins with a lower-case letter", "rounds"),
        ("FrenchJobs", "lower-case letter", "french-jobs"),
        ("french jobs", "lower-case letter", "french-jobs"),
        ("rounds.py", "lower-case letter", "rounds-py"),
        ("2nd-hand", "begins with a lower-case letter", "nd-hand"),
        ("rounds-", "single - or _", "rounds"),
        ("a--b", "single - or _", "a-b"),
        ("Série B", "lower-case letter", "serie-b"),
        ("", "begins with a lower-case letter", "rounds"),
        ("資金", "begins with a lower-case letter", "rounds"),
        ("../../etc/passwd", "lower-case letter", "etc-passwd"),
        ("a = b\n[x]", "lower-case letter", "a-b-x"),
        ("capteur-rounds", "gets `capteur-` in front by itself", "rounds"),
        ("test-rounds", "for a test", "rounds"),
        ("conftest", "for a test", "rounds"),
        ("testimonials", "would take its class Testimonials for a test", "our-testimonials"),
        ("class", "class is a word of Python", "class-signals"),
        ("json", "would hide the module json", "json-signals"),
        ("respx", "would hide the module respx", "respx-signals"),
        ("signal", "its class would be called Signal", "signal-signals"),
        ("feed-sensor", "its class would be called FeedSensor", "feed-sensor-signals"),
        ("none", "its class would be called None", "none-signals"),
        ("warning", "its class would be called Warning", "warning-signals"),
        ("any", "its class would be called Any", "any-signals"),
        ("rounds@2", "lower-case letter", "rounds-2"),
    ],
)
def test_a_name_that_would_not_work_is_refused_with_one_that_does(text, why, better):
    with pytest.raises(UsageError) as raised:
        read_name("sensor", text, package=False)
    assert why in raised.value.why
    assert re.search(rf"capteur new sensor {re.escape(better)}\??$", raised.value.fix)
    assert read_name("sensor", better, package=False).text == better


@pytest.mark.parametrize("text", ["momentum@", "momentum@0", "momentum@x", "momentum@1@2", "momentum@-1"])
def test_a_version_is_a_whole_number(text):
    with pytest.raises(UsageError, match="cannot be called so") as raised:
        read_name("estimator", text, package=False)
    assert "the version of its formula" in raised.value.why


def test_a_long_name_is_refused_and_shortened_at_a_word():
    text = "companies-that-announced-a-funding-round"
    with pytest.raises(UsageError) as raised:
        read_name("sensor", text, package=False)
    assert raised.value.why == f"it has {len(text)} characters; up to {LONGEST} will do"
    assert raised.value.fix == "did you mean capteur new sensor companies-that-announced-a?"


def test_a_message_shows_no_control_characters():
    with pytest.raises(UsageError) as raised:
        read_name("sensor", "a\x1b[31mb\u202e", package=False)
    assert "\x1b" not in str(raised.value)
    assert "\u202e" not in str(raised.value)


@pytest.mark.parametrize("text", ["json", "class", "respx"])
def test_a_package_may_be_called_like_a_module(text):
    """Its own module is called capteur_NAME, and hides nothing."""
    assert read_name("sensor", text, package=True).package == f"capteur_{text}"


@given(st.text(max_size=40) | st.from_regex(r"[a-z][a-z0-9_-]{0,40}", fullmatch=True))
def test_a_name_that_is_taken_is_safe_everywhere_it_goes(text):
    """As a table of capteur.toml, a module, a class, a distribution, an entry point and a variable."""
    try:
        name = read_name("sensor", text, package=False)
    except UsageError:
        return
    assert TABLE.fullmatch(name.text)
    assert name.stem.isidentifier()
    assert name.cls.isidentifier()
    assert not keyword.iskeyword(name.stem)
    assert name.stem not in sys.stdlib_module_names
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name.distribution)
    assert re.fullmatch(r"[A-Z][A-Z0-9_]*", name.variable)


def test_the_name_of_an_estimator_is_an_entry_point(tmp_path):
    info = tmp_path / "x-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: x\nVersion: 1\n")
    name = Name("estimator", "momentum", 2)
    (info / "entry_points.txt").write_text(f"[capteur.estimators]\n{name.plugin} = {name.package}:{name.cls}\n")
    found = PathDistribution(info).entry_points
    assert [(e.name, e.value) for e in found] == [("momentum@2", "capteur_momentum:Momentum")]
    assert entry_points(group="capteur.estimators", name="evidence@1"), "as the shipped one is found"
