"""docs/sensors/funding.md says what the sensor does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from capteur.sensor import RESERVED
from capteur_sensors.funding import NEWS, Funding, edgar
from capteur_sensors.funding.telling import UNKNOWN_AMOUNT

PAGE = (Path(__file__).parents[3] / "docs" / "sensors" / "funding.md").read_text(encoding="utf-8")
TOML = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]


def _table(toml: str) -> dict[str, object]:
    table = tomllib.loads(toml)["sensors"]["funding"]
    return {name: value for name, value in table.items() if name not in RESERVED}


def test_its_configuration_is_accepted_with_and_without_what_is_commented_out():
    assert Funding(**_table(TOML)).min_amount == 250_000
    whole = Funding(**_table(TOML.replace("# ", "").replace("env:COMPANIES_HOUSE_KEY", "k3y")))
    assert whole.uk_companies == {"acme.co.uk": "01234567"}


def test_every_option_is_on_it_with_its_default():
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", PAGE, re.MULTILINE))
    assert set(rows) == set(Funding.model_fields)
    shown = {"none": ((), None, {}), "`true`": (True,)}
    for name, field in Funding.model_fields.items():
        default = field.get_default(call_default_factory=True)
        assert default in shown.get(rows[name], ()) or rows[name] == f"{default:g}", name


def test_its_numbers_are_those_of_the_code():
    assert f"first run looks back {Funding.first_run.removesuffix('d')} days" in PAGE
    assert f"A run stops after {edgar.MOST_DOCUMENTS:,} documents" in PAGE
    assert {f"| {strength:g} |" for strength in (1.0, NEWS, UNKNOWN_AMOUNT)} <= set(
        re.findall(r"^\| [\d.]+ \|", PAGE, re.MULTILINE)
    )
