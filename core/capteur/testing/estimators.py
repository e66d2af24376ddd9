"""EstimatorConformance: derive from it and name the estimator; forty made-up accounts do the rest."""

from __future__ import annotations

from capteur.conforming import refuse
from capteur.conforming.estimators import EstimatorChecks
from capteur.conforming.histories import AS_OF
from capteur.testing.checking import Conformance
from capteur.testing.guard import guarded


class EstimatorConformance(Conformance, EstimatorChecks):
    """The checks every estimator passes; attributes as in `EstimatorChecks`.

    class TestMomentum(EstimatorConformance):
        estimator = Momentum
        config = {"half_life": "14d"}
    """

    def test_it_asks_nobody(self) -> None:
        """An estimator knows signals and options; a network would make its answers depend on the day."""
        estimator = self._built()
        with guarded() as bypasses:
            for signals in self._market():
                estimator.explain(signals, AS_OF)
        for bypass in bypasses:
            refuse(
                f"{self._who()} went to {bypass.to}",
                at=bypass.at,
                fix="an estimator knows signals and options, nothing else",
            )
