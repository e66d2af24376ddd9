"""The shipped estimator passes the kit, in two configurations."""

from __future__ import annotations

from capteur.estimators.evidence import Evidence
from capteur.testing import EstimatorConformance


class TestEvidence(EstimatorConformance):
    estimator = Evidence


class TestEvidenceConfigured(EstimatorConformance):
    estimator = Evidence
    config = {  # noqa: RUF012  as an author writes it
        "topics": ("crm",),
        "kinds": {"press.mention": {"weight": 0.3, "half_life": "2d"}},
        "neutral": ["account.customer"],
        "sequences": [
            {"name": "s", "pattern": ["hiring.opened", "visit.page"], "window": "9d", "weight": 3, "half_life": "20d"}
        ],
        "r": 0.4,
        "K": 3,
    }
