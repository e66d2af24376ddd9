"""docs/sensors/segment.md and beacon.md say what the sensors have, and their examples are such sensors."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from capteur import ConfigError
from capteur.sensor import PUSHED
from capteur_sensors.visits.beacon import LONGEST_S, STAYED_S, Beacon
from capteur_sensors.visits.events import DEFAULTS
from capteur_sensors.visits.keys import DAY_S, KEPT_DAYS
from capteur_sensors.visits.onsite import STRANGERS_A_DAY
from capteur_sensors.visits.pushed import PushedVisits
from capteur_sensors.visits.segment import TOGETHER, Fields, Segment

DOCS = Path(__file__).parents[2] / "docs/sensors"
SENSORS = {"segment": Segment, "beacon": Beacon}


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("name", SENSORS)
def test_the_example_is_a_sensor(name):
    told = tomllib.loads(re.findall(r"```toml\n(.*?)```", page(name), re.DOTALL)[0])["sensors"][name]
    sensor = SENSORS[name](**{option: value for option, value in told.items() if option not in PUSHED})
    assert sensor.own == ("acme.com",)
    assert sensor.config_files() == ((sensor.companies,) if sensor.companies else ())


@pytest.mark.parametrize("name", SENSORS)
def test_every_option_and_kind_is_named(name):
    text = page(name)
    assert [
        o
        for o in (*SENSORS[name].model_fields, *SENSORS[name].kind_names() - {"social.engaged"})
        if f"`{o}`" not in text
    ] == []


def test_every_default_event_and_field_is_named():
    text = page("segment")
    rows = {kind: events for events, kind in re.findall(r"^\| ([A-Z][\w ,]+) \| `([\w.]+)`", text, re.MULTILINE)}
    assert {event: kind for kind, events in rows.items() for event in events.split(", ")} == DEFAULTS
    for name in Fields.model_fields:
        for path in getattr(Fields(), name):
            assert f"`{path}`" in text or f"`.{path.partition('.')[2]}`" in text, path


def test_numbers_are_as_the_pages_say():
    assert f"{TOGETHER:,} of one delivery" in page("segment")
    assert f"{STRANGERS_A_DAY:,} new ones a day" in page("segment")
    assert (Segment.named_for_s, Segment.names_kept) == (30 * DAY_S, 1)
    assert (Beacon.named_for_s, Beacon.names_kept, KEPT_DAYS) == (DAY_S, 2, 2)
    assert (LONGEST_S // 60, STAYED_S) == (10, 10)


@pytest.mark.parametrize(
    "options",
    [{"events": {"X": "visit.page"}}, {"fields": {"question": ["message"]}}, {"fields": {"questions": []}}, {"own": ["x y"]}, {"visitor_key": "short"}, {"group": 1}],
    ids=str,
)  # fmt: skip
def test_a_wrong_option_is_refused_without_being_shown(options):
    with pytest.raises(ValidationError) as refused:
        Segment(**options)
    assert "x y" not in str(refused.value)


def test_a_table_that_is_not_there_parks_the_instance(tmp_path):
    """A missing file is the user's to mend; one that is replaced is read anew without a restart."""
    sensor = Segment(companies=str(tmp_path / "networks.csv"))

    class Ctx:
        base = str(tmp_path)

    with pytest.raises(ConfigError):
        sensor.networks(Ctx())
    (tmp_path / "networks.csv").write_text("network,domain\n192.0.2.0/24,acme.com\n")
    first = sensor.networks(Ctx())
    assert (first.find("192.0.2.1").domain, sensor.networks(Ctx()) is first) == ("acme.com", True)
    (tmp_path / "networks.csv").write_text("network,domain\n192.0.2.0/24,globex-group.com\n")
    assert sensor.networks(Ctx()).find("192.0.2.1").domain == "globex-group.com"
    assert issubclass(Segment, PushedVisits)
