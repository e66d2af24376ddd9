"""`at`, as people write it and as they get it wrong."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur.schedules import At, parse_at


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("08:00", "08:00 UTC"),
        ("8:00  Europe/Paris", "08:00 Europe/Paris"),
        ("mon-fri 08:00 Europe/Paris", "mon-fri 08:00 Europe/Paris"),
        ("mon,thu 08:00 Europe/Paris", "mon,thu 08:00 Europe/Paris"),
        ("Monday - Friday 08:00", "mon-fri 08:00 UTC"),
        ("fri-mon 00:00", "mon,fri-sun 00:00 UTC"),
        ("sun,mon-wed 23:59 Asia/Tokyo", "mon-wed,sun 23:59 Asia/Tokyo"),
        ("mon-sun 08:00", "08:00 UTC"),
        ("14:30, 08:00 Asia/Tokyo", "08:00,14:30 Asia/Tokyo"),
        ("08:00,08:00", "08:00 UTC"),
        ("08:00 America/Argentina/Buenos_Aires", "08:00 America/Argentina/Buenos_Aires"),
        ("08:00 Etc/GMT+5", "08:00 Etc/GMT+5"),
    ],
)
def test_weekdays_hours_and_zone_are_read(text: str, told: str) -> None:
    assert str(parse_at(text)) == told


def test_the_hours_on_the_page_are_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
    examples = re.findall(r'^\| `"(.+)"` \|', page.partition("| `at` | when |")[2].partition("\n\n")[0], re.MULTILINE)
    assert len(examples) == 4
    assert [str(parse_at(text)).removesuffix(" UTC") for text in examples] == examples


HOUR = "expected an hour from 00:00 to 23:59"
DAYS = "expected weekdays as in mon-fri or mon,thu"
ZONE = "expected a time zone such as Europe/Paris"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", HOUR),
        ("noon", HOUR),
        ("8am Europe/Paris", HOUR),
        ("24:00", HOUR),
        ("08:60", HOUR),
        ("mon-fri", HOUR),
        ("Europe/Paris", HOUR),
        ("mond 08:00", f"{DAYS}; did you mean 'mon'?"),
        ("wendsday 08:00", f"{DAYS}; did you mean 'wednesday'?"),
        ("mon-fry 08:00", f"{DAYS}; did you mean 'friday'?"),
        ("mon- 08:00", DAYS),
        ("every day 08:00", DAYS),
        ("08:00 Europe/Pariss", f"{ZONE}; did you mean 'Europe/Paris'?"),
        ("08:00 europe/paris", f"{ZONE}; did you mean 'Europe/Paris'?"),
        ("08:00 Tokyo", f"{ZONE}; did you mean 'Asia/Tokyo'?"),
        ("08:00 new-york", f"{ZONE}; did you mean 'America/New_York'?"),
        ("08:00 ../etc/passwd", ZONE),
        ("08:00 /etc/localtime", ZONE),
        ("08:00 \x00", ZONE),
        ("08:00 Zürich", ZONE),
        ("08:00 America", ZONE),
        ("08:00 Europe/Paris daily", "expected nothing after the time zone"),
    ],
)
def test_a_mistake_says_what_is_expected_and_the_nearest_name(text: str, message: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        parse_at(text)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("text", ["c4nary 08:00", "08:00 c4nary", "08:00 UTC c4nary", "c4nary"])
def test_a_message_never_quotes_what_was_written(text: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        parse_at(text)
    assert "c4nary" not in str(caught.value)


@given(
    st.sets(st.times().map(lambda t: t.replace(second=0, microsecond=0, fold=0)), min_size=1, max_size=4),
    st.sampled_from(["UTC", "Europe/Paris", "America/Port-au-Prince", "Asia/Kathmandu"]),
    st.frozensets(st.integers(0, 6), min_size=1),
)
def test_what_is_told_is_read_back(hours: set[time], zone: str, weekdays: frozenset[int]) -> None:
    at = At(tuple(sorted(hours)), ZoneInfo(zone), weekdays)
    assert parse_at(str(at)) == at
