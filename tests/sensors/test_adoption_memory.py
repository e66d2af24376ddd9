"""The memory between reads: small, readable again, and worthless memories are no crash."""

from __future__ import annotations

import json

import pytest

from capteur_sensors._tools import Trace
from capteur_sensors.adoption.memory import BUDGET, MOST_TOOLS, Known, Memory, Source, load
from capteur_sensors.adoption.reading import LONGEST, MOST_TRACES


def full(sources: int) -> Memory:
    traces = tuple(Trace("script", f"{n:04d}." + "x" * (LONGEST - 5)) for n in range(MOST_TRACES))
    memory = Memory("1", host="acme.com", sources={f"page:/{n}": Source(20_000 + n, traces) for n in range(sources)})
    memory.tools = {f"Tool {n}": Known(live=True, strength=0.9, at=("page:/0",), seen=20_000 + n) for n in range(3_000)}
    return memory


def test_a_memory_is_read_back_as_it_was():
    memory = Memory("1", "www.acme.com", held=True, down={"dns": "TransientError"})
    memory.sources["header"] = Source(20_777, (Trace("header", "server: a b c"), Trace("txt", "x=")))
    memory.tools["HubSpot"] = Known(True, 0.9, ("page:/", "spf"), 20_777, 1, 1_795_000_000, False, "")
    memory.tools["Intercom"] = Known(
        False, 0.5, ("txt",), 20_700, 2, 1_790_000_000, True, "acme.com:intercom:tool.removed:2026-11-01"
    )
    assert load(json.loads(json.dumps(memory.dump())), "1") == memory


def test_the_largest_accounts_stay_within_the_budget():
    memory = full(sources=30)
    made = memory.dump()
    assert len(json.dumps(made, separators=(",", ":"))) <= BUDGET
    assert 0 < len(made["sources"]) < 30
    assert len(made["tools"]) == MOST_TOOLS
    assert load(made, "1").sources.keys() == memory.sources.keys()


def test_an_ordinary_account_takes_a_few_kilobytes():
    """Four pages of sixty scripts, fifty tokens, two dozen names."""
    traces = tuple(Trace("script", f"cdn{n}.vendor.example/assets/{n}/loader.js") for n in range(60))
    memory = Memory("1", sources={f"page:/{n}": Source(20_000, traces) for n in range(4)})
    memory.sources |= {f"cname:{n}": Source(20_000, ()) for n in range(25)}
    memory.sources["txt"] = Source(20_000, tuple(Trace("txt", f"vendor-{n}-verification=") for n in range(50)))
    assert len(json.dumps(memory.dump(), separators=(",", ":"))) < 20_000


@pytest.mark.parametrize(
    "cursor",
    [
        None,
        7,
        "x",
        [],
        {},
        {"v": 99},
        {"v": 1},
        {"v": 1, "reader": "1", "host": "", "held": 0, "down": 3, "sources": {}, "tools": {}},
    ],
)
def test_a_memory_that_is_not_ours_is_a_new_one(cursor):
    assert load(cursor, "1") == Memory("1")


def test_traces_taken_in_another_way_are_not_compared():
    memory = full(sources=1)
    again = load(memory.dump(), "1+own")
    assert again.sources == {}
    assert again.reader == "1+own"
    assert again.tools
