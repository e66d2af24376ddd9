"""The small words: kinds, errors, rounded lines."""

from __future__ import annotations

import inspect
from contextlib import suppress
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur import errors
from capteur.errors import AuthError, CapteurError, ConfigError, Stopped
from capteur.intent import shown
from capteur.kinds import CATALOGUE, Kind, is_kind_name, kind_of


def test_every_kind_of_the_catalogue_has_a_proper_name_and_words() -> None:
    for name, kind in CATALOGUE.items():
        assert is_kind_name(name)
        assert kind.words(1) == kind.singular
        assert "3" in kind.words(3)


def test_a_kind_nobody_described_reads_as_its_name() -> None:
    assert kind_of("webinar.joined_late").words(1) == "webinar joined late"
    assert Kind("a.b", "visit", "{n} visits").words(2) == "2 visits"


def test_every_error_is_drawn_in_the_tree() -> None:
    drawn = inspect.getdoc(errors) or ""
    for name, value in vars(errors).items():
        if inspect.isclass(value) and issubclass(value, CapteurError | Stopped):
            assert name in drawn


def test_an_error_prints_what_why_and_fix() -> None:
    error = ConfigError("[web] concurrency is not a number", why="capteur.toml, line 3", fix="write concurrency = 64")
    assert error.lines() == [
        "error: [web] concurrency is not a number",
        "  capteur.toml, line 3",
        "  fix: write concurrency = 64",
    ]
    assert str(error) == "[web] concurrency is not a number (capteur.toml, line 3)  fix: write concurrency = 64"


def test_exit_codes_tell_configuration_credentials_and_the_rest_apart() -> None:
    assert (ConfigError.exit_code, AuthError.exit_code, CapteurError.exit_code) == (2, 4, 1)


def swallowing(error: BaseException) -> None:
    """What a careless author writes."""
    with suppress(Exception):
        raise error


def test_stopping_passes_through_an_author_who_catches_exceptions() -> None:
    swallowing(CapteurError("swallowed"))
    with pytest.raises(Stopped):
        swallowing(Stopped())


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=12), st.integers(0, 4))
def test_rounded_lines_add_up_to_the_rounded_total(values: list[float], digits: int) -> None:
    total = sum(values)
    cells, goal = shown(values, total, digits)
    assert sum(cells) == goal == floor(total * 10**digits + 0.5)
