"""The options: names that nobody knows are refused with the nearest ones, and a mistake is told before anything is asked."""

from __future__ import annotations

import importlib.util
import sys

import pytest
from pydantic import ValidationError

from capteur import ConfigError, open_house
from capteur_sensors.adoption import Adoption, server

HOUSE = """\
[capteur]
version = 1
[sensors.adoption]
dns = false
"""


def message(**options: object) -> str:
    with pytest.raises(ValidationError) as caught:
        Adoption(**options)  # type: ignore[arg-type]
    return str(caught.value)


def test_names_count_in_any_case_and_by_their_other_names():
    sensor = Adoption(ecosystem=("hubspot", "G Suite", "pardot"), competitors=("INTERCOM",), dns=False)
    assert sensor.ecosystem == ("hubspot", "G Suite", "pardot")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"ecosystem": ("Hubsott",)}, "did you mean 'HubSpot'?"),
        (
            {"competitors": ("zzzzzz",)},
            'entry 1 is no tool capteur knows; describe it: [sensors.NAME.tools."Its name"]',
        ),
        (
            {"ecosystem": ("Outreach",)},
            'entry 1, Outreach, leaves no trace that capteur knows; give it one by [sensors.NAME.tools."Outreach"]',
        ),
        ({"ecosystem": ("HubSpot",), "competitors": ("hubspot",)}, "hubspot is in both lists"),
        ({"ecosystem": ("Pardot",), "competitors": ("Salesforce Account Engagement",)}, "is in both lists"),
        ({"tools": {"Acme": {}}}, "each tool needs a name and a pattern"),
        ({"tools": {"Acme": {"script": ["*"]}}}, "each tool needs a name and a pattern"),
        ({"tools": {"Acme": {"script": []}}}, "each tool needs a name and a pattern"),
        ({"tools": {"Acme": {"scrpt": ["cdn.acme.io"]}}}, "'script'"),
        ({"resolver": "dns.google"}, "entry 1 is no address"),
        ({"resolver": ["9.9.9.9", "https://dns.google/dns-query"]}, "entry 2 is no address"),
        ({"names": ["portal", "a..b"]}, "entry 2 is no name"),
        ({"dns": False, "pages": 0}, "there is nothing to read"),
        ({"pages": 5}, "less than or equal to 4"),
        ({"queries_per_second": 0}, "greater than 0"),
    ],
)
def test_a_mistake_is_told_with_its_cure(options, told):
    assert told in message(**options)


def test_a_tool_of_the_users_own_may_stand_in_the_lists_also_one_that_capteur_knows_by_name_only():
    own = {"Acme CRM": {"script": ["cdn.acmecrm.io"]}, "Outreach": {"script": ["web.outreach.io"]}}
    sensor = Adoption(tools=own, ecosystem=("acme crm",), competitors=("Outreach",), dns=False)  # type: ignore[arg-type]
    assert set(sensor.tools) == {"Acme CRM", "Outreach"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("9.9.9.9", ("9.9.9.9", 53)),
        (" 127.0.0.1:5353 ", ("127.0.0.1", 5353)),
        ("2620:fe::fe", ("2620:fe::fe", 53)),
        ("[2620:fe::fe]:5353", ("2620:fe::fe", 5353)),
        ("[::1]", ("::1", 53)),
        ("localhost", None),
        ("9.9.9.9:0", None),
        ("9.9.9.9:99999", None),
        ("9.9.9.9:x", None),
        ("", None),
    ],
)
def test_a_resolver_is_an_address_with_or_without_a_port(text, found):
    assert server(text) == found


@pytest.fixture
def without(monkeypatch):
    """Let a package be absent."""
    real = importlib.util.find_spec

    def absent(name: str) -> None:
        for module in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
            monkeypatch.delitem(sys.modules, module)
        for module in ("resolver", "fingerprints"):
            monkeypatch.delitem(sys.modules, f"capteur_sensors.adoption.{module}", raising=False)
        monkeypatch.setitem(sys.modules, name, None)
        monkeypatch.setattr("capteur_sensors.adoption.find_spec", lambda n: None if n == name else real(n))

    return absent


def test_without_dnspython_the_cure_is_named_and_pages_can_still_be_read(without):
    without("dns")
    with pytest.raises(ConfigError, match="dnspython") as caught:
        Adoption()
    assert "pip install 'capteur[adoption]'" in caught.value.fix
    assert "dns = false" in caught.value.fix
    assert Adoption(dns=False).pages == 4


def test_without_regex_only_fingerprints_are_refused(without, bench, world, tmp_path):
    without("regex")
    world.put("https://acme.example/", "<html></html>", headers={"content-type": "text/html"})
    assert bench.run(Adoption(dns=False)).error is None
    run = bench.run(Adoption(dns=False, fingerprints=str(tmp_path)))
    assert isinstance(run.error, ConfigError)
    assert "pip install 'capteur[adoption]'" in run.error.fix


def test_the_house_names_option_file_and_cure(tmp_path):
    (tmp_path / "capteur.toml").write_text(HOUSE + 'ecosystem = ["Hubsott"]\n')
    with open_house(tmp_path / "capteur.toml", env={}) as house:
        house.add_account("acme.example")
        [run] = house.run(["adoption"]).runs
    assert run.status == "broken"
    assert "did you mean 'HubSpot'?" in (run.error or "")


def test_a_name_without_a_trace_is_told_by_its_entry_and_under_the_name_of_the_instance(tmp_path):
    """Options that are no secrets may be quoted; a validator's [sensors.NAME] is the table of the instance."""
    table = '[sensors.french]\nuse = "adoption"\ncompetitors = ["Intercom", "Gong"]\n'
    (tmp_path / "capteur.toml").write_text(HOUSE.partition("[sensors.")[0] + table)
    with open_house(tmp_path / "capteur.toml", env={}) as house:
        [broken] = [b for b in house.broken if b.instance]
    said = (
        'competitors: entry 2, Gong, leaves no trace that capteur knows; give it one by [sensors.french.tools."Gong"]'
    )
    assert said in broken.message


def test_the_sensor_and_its_table_load_neither_dnspython_nor_regex():
    import subprocess

    program = (
        "import sys, capteur_sensors.adoption as a; a.Adoption(); a.Adoption(ecosystem=('HubSpot',));"
        "print(sorted({'dns', 'regex'} & {m.partition('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
