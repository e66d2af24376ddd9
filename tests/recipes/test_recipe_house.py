"""Recipes as an author meets them: `capteur try`, `--delivery`, `backfill`, `sensors`; and through an installed entry point."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import respx

HOOKS = {
    "lonescale": ({"company_domain": "acme.com", "company_name": "Acme", "job_offers": [{"job_name": "SDR", "job_link": "https://x.example/1"}]}, "", "hiring.opened"),
    "albacross": ({"company": {"name": "Acme", "country": "SE", "url": "acme.com"}}, "", "visit.page"),
    "phantombuster-hook": (
        {"agentId": "1", "containerId": "2", "exitCode": 0, "resultObject": '[{"companyName": "Acme", "website": "acme.com"}]'},
        'options = { kind = "social.engaged" }',
        "social.engaged",
    ),
    "n8n": ([{"json": {"headers": {}, "body": {"domain": "acme.com", "kind": "touch.reply", "id": 1}}}], "", "touch.reply"),
}  # fmt: skip


@pytest.mark.parametrize("recipe", HOOKS)
def test_a_delivery_is_tried_from_a_file(recipe, project):
    """What `capteur try hook --delivery delivery.json` shows: the signal, its account, and that nothing is stored."""
    body, options, kind = HOOKS[recipe]
    house = project.open(f'[sensors.hook]\nuse = "recipe-hook"\nrecipe = "{recipe}"\n{options}\n')
    project.write("delivery.json", json.dumps(body))
    trial = house.try_sensor("hook", delivery=project.folder / "delivery.json")
    assert (trial.failures, trial.bad, trial.shape) == ([], [], "push")
    assert [(seen.signal.kind, seen.account.domain) for seen in trial.signals] == [(kind, "acme.com")]
    assert house.signals() == []


OWN = """
[request]
url = "https://api.example/leads"
since = { param = "from", format = "date" }
until = { param = "to", format = "date" }

[rows]
path = "leads"

[account]
domain = "site"

[signals.lead]
kind = "content.downloaded"
key = ["id"]
occurred_at = "at"
"""


def test_a_backfill_tells_the_source_both_ends_and_keeps_to_them(project):
    house = project.follow(OWN)
    leads = [{"id": n, "site": "acme.com", "at": f"2026-0{n}-15"} for n in range(1, 7)]
    with respx.mock() as router:
        route = router.get(url__startswith="https://api.example/leads").respond(json={"leads": leads})
        house.backfill("own", since=datetime(2026, 2, 1, tzinfo=UTC), until=datetime(2026, 4, 1, tzinfo=UTC))
    asked = [dict(call.request.url.params) for call in route.calls]
    assert asked[0]["from"] == "2026-02-01"
    assert asked[-1]["to"] == "2026-04-01"
    assert {row.key for row in house.signals()} == {"own:2:content.downloaded", "own:3:content.downloaded"}


def test_a_try_shows_the_requests_and_hides_the_key(project):
    toml = '[sensors.own]\nuse = "recipe"\nrecipe = "own.toml"\nkey = "env:LEADS_KEY"\n'
    house = project.open(toml, LEADS_KEY="canary-key-88")
    project.write("own.toml", OWN.replace("[rows]", '[request.auth]\nheader = "X-Key"\n[rows]'))
    with respx.mock() as router:
        route = router.get(url__startswith="https://api.example/leads").respond(
            json={"leads": [{"id": 1, "site": "acme.com", "at": "2026-11-15"}]}
        )
        trial = house.try_sensor("own")
    assert route.calls.last.request.headers["x-key"] == "canary-key-88"
    assert (len(trial.requests), len(trial.signals), trial.bad) == (1, 1, [])
    assert "canary-key-88" not in repr(trial)


def test_both_come_by_entry_point_and_are_explained(project):
    """As anyone's plugin does: found without import, with the options and what each is for."""
    cards = {card.use: card for card in project.open("").sensors()}
    for name, options in {
        "recipe": {"recipe", "options", "adjust", "source", "key"},
        "recipe-hook": {"recipe", "options", "adjust", "source"},
    }.items():
        assert {option.name for option in cards[name].options} == options
        assert all(option.doc for option in cards[name].options)
        assert cards[name].doc
    assert {option.name for option in cards["recipe"].options if option.secret} == {"key"}


def test_a_corrected_recipe_lets_its_parked_instance_go_on(project):
    """What is in the file is configuration: nobody has to type `capteur resume`."""
    house = project.follow(OWN.replace("content.downloaded", "content.downloadd"))
    (run,) = house.run().runs
    assert run.status == "parked"
    assert house.status().instances[0].state == "parked"
    house.close()
    house = project.follow(OWN)
    with respx.mock() as router:
        router.get(url__startswith="https://api.example/leads").respond(json={"leads": []})
        (run,) = house.run().runs
    assert run.status == "ok"
    assert house.status().instances[0].state == "ok"


def test_a_recipe_is_part_of_the_configuration_and_of_nobody_elses(project):
    """Another file beside it changes nothing, and the same text in another file is the same recipe by another name."""
    hashes = []
    for text in (OWN, OWN + "\n", OWN):
        house = project.follow(text)
        project.write("other.toml", text * 2)
        hashes.append(house.instances[0].config_hash)
        house.close()
    assert hashes[0] == hashes[2] != hashes[1]
