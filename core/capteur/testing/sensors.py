"""SensorConformance: derive from it, name the sensor, and say what the source answers."""

from __future__ import annotations

from capteur.testing.failure_checks import FailureChecks
from capteur.testing.run_checks import RunChecks
from capteur.testing.signal_checks import SignalChecks


class SensorConformance(FailureChecks, RunChecks, SignalChecks):
    """The checks every sensor passes; attributes as in `SensorTrials`.

    class TestRounds(SensorConformance):
        sensor = Rounds
        config = {"api_key": "s3cret"}

        def upstream(self, router): router.get("https://rounds.example/v1").respond(json={"rounds": [HIT, SMALL]})

        def empty(self, router): router.get("https://rounds.example/v1").respond(json={"rounds": []})
    """
