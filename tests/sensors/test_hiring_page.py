"""docs/sensors/hiring.md says what the sensor has, and its example is one."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from capteur_sensors.hiring import Hiring
from capteur_sensors.hiring.vendors import VENDORS

PAGE = (Path(__file__).parents[2] / "docs/sensors/hiring.md").read_text("utf-8")


def test_the_example_is_a_sensor():
    """Without `every`, which is an option of every sensor."""
    options = tomllib.loads(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0])["sensors"]["hiring"]
    del options["every"]

    sensor = Hiring(**options)

    assert sensor.boards == {"acme.com": "greenhouse:acmerobotics"}


def test_every_option_and_every_kind_has_its_row():
    rows = set(re.findall(r"^\| `([\w.]+)`", PAGE, re.MULTILINE))

    assert rows == set(Hiring.model_fields) | Hiring.kind_names()


@pytest.mark.parametrize("vendor", [vendor for vendor in VENDORS.values() if not vendor.own_page], ids=lambda v: v.name)
def test_every_vendor_is_in_the_table_with_its_host(vendor):
    host = str(urlsplit(vendor.addresses[0]).netloc).removeprefix("{board}.")

    assert [line for line in PAGE.splitlines() if line.startswith("| ") and host in line]


@pytest.mark.parametrize("vendor", [vendor for vendor in VENDORS.values() if vendor.opt_in], ids=lambda v: v.name)
def test_every_vendor_that_needs_consent_is_said_to(vendor):
    assert f'`"{vendor.name}"`' in PAGE
