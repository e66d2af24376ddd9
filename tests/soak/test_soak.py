"""Two days of a daemon with everything going wrong end as two days in which nothing does (`make soak` runs thirty)."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"
WORDS: dict[str, Any] = {"days": 2, "accounts": 12, "seed": 5}


@pytest.fixture(scope="module")
def soaking() -> Iterator[Any]:
    sys.path.insert(0, str(SOAK.parent))  # where a script finds the modules beside it
    spec = importlib.util.spec_from_file_location("capteur_soak", SOAK)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(SOAK.parent))


@pytest.fixture(scope="module")
def calm(soaking: Any) -> Any:
    return soaking.soak(None, **WORDS, faults=False)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_whatever_goes_wrong_the_same_signals_and_estimates_come_out(
    soaking: Any, calm: Any, request: pytest.FixtureRequest, engine: str
) -> None:
    url = None if engine == "sqlite" else request.getfixturevalue("postgresql_url")
    rough = soaking.soak(url, **WORDS, faults=True)
    assert len(calm.facts) > 50
    assert sum(intent > 0 for intent, _, _ in calm.intents.values()) > 5
    assert calm.faults == Counter()
    assert rough.faults.total() >= 3
    facts, apart = soaking.differences(calm, rough)
    assert (facts, rough.left) == (0, 0)
    assert apart < 1e-9


def test_a_lost_fact_and_a_moved_number_are_seen(soaking: Any) -> None:
    one = soaking.Outcome({"k": ("press.mention", 1, 1.0)}, {"a.com": (1.0, 0.5, 2.0)})
    two = soaking.Outcome({}, {"a.com": (1.0, 0.5, 2.5)})
    assert soaking.differences(one, two) == (1, 0.5)
