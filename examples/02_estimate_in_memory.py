"""An estimate without a project, a database or a network: signals in, a number and its reasons out.

python examples/02_estimate_in_memory.py
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from capteur import Observation
from capteur.clock import micros
from capteur.estimators.evidence import Evidence

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def seen(kind: str, key: str, *, days_ago: float, strength: float = 1.0) -> Observation:
    """A signal as an estimator reads it."""
    return Observation(key, kind, micros(NOW - timedelta(days=days_ago)), strength)


# What is known of one company: two relevant roles, a funding round, and lay-offs in another part of the house.
SIGNALS = [
    seen("hiring.opened", "greenhouse:halyard:1", days_ago=3),
    seen("hiring.opened", "greenhouse:halyard:2", days_ago=12),
    seen("funding.raised", "press:halyard:1", days_ago=9),
    seen("company.layoffs", "press:halyard:2", days_ago=30),
]


def show(title: str, estimator: Evidence, as_of: datetime) -> None:
    """Print an estimate with its contributions, which add up to it exactly."""
    estimate = estimator.explain(SIGNALS, micros(as_of))
    assert estimate.intent is not None
    assert estimate.low is not None
    assert estimate.high is not None
    print(
        f"{title}: {estimate.intent:.1f} of 10, likely {estimate.low:.1f} to {estimate.high:.1f}, evidence {estimate.evidence}"
    )
    for line in estimate.contributions:
        print(f"  {line.intent:+.2f}  {line.kind:16} {line.key}  (kept {line.kept:.0%})")
    assert abs(sum(line.intent for line in estimate.contributions) - estimate.intent) < 1e-9  # noqa: PLR2004  rounding of floats


if __name__ == "__main__":
    show("Today", Evidence(), NOW)
    show("In six weeks, if nothing new happens", Evidence(), NOW + timedelta(weeks=6))
    # Hyper-parameters are constructor arguments, the same as under [models.NAME] in capteur.toml.
    eager = Evidence.model_validate({"kinds": {"hiring.opened": {"weight": 6.0, "half_life": "30d"}}})
    show("For somebody who sells to recruiters", eager, NOW)
