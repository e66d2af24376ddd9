"""The shipped recipe that asks PhantomBuster for its results, over the real web client, on bodies of the documented shape."""

from __future__ import annotations

import json
from typing import ClassVar

import httpx
import pytest
import respx

from capteur.testing import SensorConformance
from capteur_sensors.recipes import Recipe

CONTAINERS = "https://api.phantombuster.com/api/v2/containers/fetch-all"
RESULT = "https://api.phantombuster.com/api/v2/containers/fetch-result-object"
DAY = 86_400_000
ENDED = 1_795_078_800_000  # 2026-11-19T07:00Z in milliseconds
LEADER = {"companyName": "Acme", "companyUrl": "https://www.linkedin.com/company/acme", "website": "acme.com", "jobTitle": "VP Sales",
          "profileUrl": "https://www.linkedin.com/in/jo"}  # fmt: skip
PHANTOM = """
[sensors.leaders]
use = "recipe"
recipe = "phantombuster"
key = "env:PHANTOM_KEY"
options = { agent_id = 7, kind = "people.leader_joined" }
"""


def _container(name: str, ended: int | None, **other) -> dict:
    return {
        "id": name,
        "status": "finished",
        "createdAt": 1,
        "endType": "finished",
        "endedAt": ended,
        "exitCode": 0,
        **other,
    }


@pytest.mark.parametrize(
    "result",
    [json.dumps([LEADER]), json.dumps(json.dumps([LEADER])), [LEADER], LEADER, json.dumps(LEADER)],
    ids=["text", "text within text", "list", "object", "text of an object"],
)
def test_phantombuster_results_are_parsed_twice_safe(result, project):
    house = project.open(PHANTOM, PHANTOM_KEY="pk-canary-1")
    with respx.mock() as router:
        asked = router.get(url__startswith=CONTAINERS).respond(
            json={"maxLimitReached": False, "containers": [_container("c1", ENDED)]}
        )
        fetched = router.get(RESULT, params={"id": "c1"}).respond(json={"resultObject": result})
        (run,) = house.run().runs
    (row,) = house.signals()
    assert (run.status, run.bad) == ("ok", 0)
    assert (row.kind, row.account, row.summary) == ("people.leader_joined", "acme.com", "VP Sales")
    assert row.occurred_at == ENDED * 1000
    assert row.key == "phantombuster:7:https://www.linkedin.com/in/jo:acme.com:people.leader_joined"
    assert asked.calls.last.request.url.params["agentId"] == "7"
    assert fetched.calls.last.request.headers["X-Phantombuster-Key"] == "pk-canary-1"


def test_phantombuster_is_paged_backwards_until_what_is_old_enough(project, clock):
    """Only finished runs that ended in the window are asked for their results; a failed or empty one brings nothing."""
    house = project.open(PHANTOM, PHANTOM_KEY="pk-canary-1")
    newest = [
        _container("c1", ENDED),
        _container("killed", ENDED - 1, endType="killed", exitCode=1),
        _container("none", ENDED - 2),
    ]
    older = [_container("c2", ENDED - DAY), _container("ancient", ENDED - 200 * DAY)]
    pages = {None: (newest, True), str(ENDED - 2): (older, True)}

    def list_(request):
        containers, more = pages[request.url.params.get("beforeEndedAt")]
        return httpx.Response(200, json={"maxLimitReached": more, "containers": containers})

    results = {"c1": json.dumps([LEADER]), "c2": json.dumps([LEADER]), "none": None}
    with respx.mock() as router:
        listed = router.get(url__startswith=CONTAINERS).mock(side_effect=list_)
        fetched = router.get(url__startswith=RESULT).mock(
            side_effect=lambda request: httpx.Response(200, json={"resultObject": results[request.url.params["id"]]})
        )
        (run,) = house.run().runs
    assert (run.status, run.error) == ("ok", None)
    assert listed.call_count == 2
    assert [call.request.url.params["id"] for call in fetched.calls] == ["c1", "none", "c2"]
    assert len(house.signals()) == 1  # the same person twice is one fact


def test_a_result_that_is_gone_costs_its_run_only(project):
    """404 for one container, nonsense in another: counted, the rest is read."""
    house = project.open(PHANTOM, PHANTOM_KEY="pk-canary-1")
    answers = {
        "gone": httpx.Response(404),
        "half": httpx.Response(200, json={"resultObject": '[{"companyName'}),
        "good": httpx.Response(200, json={"resultObject": json.dumps([LEADER, {"jobTitle": "nobody's"}])}),
    }
    with respx.mock() as router:
        containers = [_container(name, ENDED - i) for i, name in enumerate(answers)]
        router.get(url__startswith=CONTAINERS).respond(json={"maxLimitReached": False, "containers": containers})
        router.get(url__startswith=RESULT).mock(side_effect=lambda request: answers[request.url.params["id"]])
        (run,) = house.run().runs
    assert (run.status, run.new, run.bad) == ("ok", 1, 3)


class TestPhantombuster(SensorConformance):
    sensor = Recipe
    config: ClassVar = {
        "recipe": "phantombuster",
        "key": "pk-canary-1",
        "options": {"agent_id": "7", "kind": "people.leader_joined"},
    }
    second: ClassVar = {
        "recipe": "phantombuster",
        "key": "other-key",
        "options": {"agent_id": "8", "kind": "social.engaged"},
    }

    @property
    def ended(self) -> int:
        return int(self.now.timestamp() * 1000) - DAY

    def upstream(self, router):
        router.get(url__startswith=CONTAINERS).respond(
            json={"maxLimitReached": False, "containers": [_container("c1", self.ended)]}
        )
        router.get(url__startswith=RESULT).respond(
            json={"resultObject": json.dumps([LEADER, {**LEADER, "profileUrl": "https://www.linkedin.com/in/kim"}])}
        )

    def empty(self, router):
        router.get(url__startswith=CONTAINERS).respond(json={"maxLimitReached": False, "containers": []})
