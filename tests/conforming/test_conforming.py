"""What a plugin keeps of its contract is found out without its source, without pytest, and without letting it hurt anybody."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from pydantic import SecretStr, model_validator

from capteur import Context, Estimate, FeedSensor, Observation, Signal
from capteur.conforming import checks, conform
from capteur.conforming.surveying import _Declared
from capteur.estimators.evidence import Evidence
from capteur.testing import EstimatorConformance, NotifierConformance, SensorConformance
from capteur_sensors.csv_file import CsvFile
from capteur_sensors.hiring import Hiring
from capteur_sensors.recipes import Recipe, RecipeHook


class Rounds(FeedSensor):
    """Companies that announced a funding round."""

    name = "rounds"
    kinds = ("funding.raised",)
    api_key: SecretStr
    min_amount: int = 1_000_000

    def detect(self, ctx: Context) -> Iterator[Signal]:
        yield Signal(kind="funding.raised", account="acme.com", key=1, occurred_at=ctx.now)


class Careless(Rounds):
    token: str
    most: int = "many"  # type: ignore[assignment]


@pytest.mark.parametrize("plugin", [Rounds, Hiring, CsvFile, Recipe, RecipeHook])
def test_a_good_sensor_passes_every_check(plugin: Any) -> None:
    found = conform(plugin, "sensors")
    assert found.failing == ()
    assert str(found) == "6 of 6"


def test_an_estimator_is_asked_about_made_up_accounts_too() -> None:
    found = conform(Evidence, "estimators")
    assert found.failing == ()
    assert found.of >= 18


def test_each_failing_check_is_told_with_place_and_cure() -> None:
    found = conform(Careless, "sensors")
    assert (found.passed, found.of) == (3, 6)
    assert [failing.check for failing in found.failing] == [
        "it says what it is",
        "its secrets are typed as secrets",
        "its defaults are accepted",
    ]
    line = f"test_conforming.py:{Careless.detect.__code__.co_firstlineno}"
    secrets = found.failing[1]
    assert line.partition(":")[0] in secrets.message
    assert secrets.message.endswith("Careless: the option 'token' is plain text")
    assert secrets.fix == "token: SecretStr"


class Early(FeedSensor):
    """One of two options has to be given."""

    name = "early"
    kinds = ("funding.raised",)
    url: str = ""
    file: str = ""

    @model_validator(mode="before")
    @classmethod
    def _one_of_two(cls, given: Any) -> Any:
        if not given.get("url") and not given.get("file"):
            raise ValueError("give url or file")
        return given

    def detect(self, ctx: Context) -> Iterator[Signal]:
        yield Signal(kind="funding.raised", account="acme.com", key=1, occurred_at=ctx.now)


def test_what_only_a_configuration_could_show_is_not_counted() -> None:
    found = conform(Early, "sensors")
    assert (found.failing, found.of) == ((), 5)


class HostileError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    "raised", [ValueError("x"), SystemExit(3), KeyboardInterrupt(), GeneratorExit(), HostileError()]
)
def test_nothing_a_plugin_raises_gets_out(raised: BaseException) -> None:
    class Hostile(Rounds):
        """It raises where it is asked for its schema."""

        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            raise raised

    found = conform(Hostile, "sensors")
    assert [failing.check for failing in found.failing] == ["its options have a json schema"]


def test_a_check_that_never_ends_is_left_behind_and_told_by_its_line() -> None:
    release = threading.Event()

    class Endless(Rounds):
        """It waits for ever where it is asked for its schema."""

        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            release.wait()
            return {}

    try:
        found = conform(Endless, "sensors", seconds=0.5)
    finally:
        release.set()
    (failing,) = found.failing
    line = Endless.model_json_schema.__func__.__code__.co_firstlineno + 2  # type: ignore[attr-defined]
    assert failing.message == f"test_conforming.py:{line}: it does not come to an end: given up after 0.5 s"


class Hasty(Evidence):
    """It reads the first ten signals only."""

    name = "hasty@1"

    def explain(self, signals: Sequence[Observation], as_of: int) -> Estimate:
        return super().explain(signals[:10], as_of)


class Needy(Evidence):
    """It does not work without an option."""

    name = "needy@1"
    region: str


def test_an_estimator_that_reckons_badly_is_found_out_before_anybody_relies_on_it() -> None:
    found = conform(Hasty, "estimators")
    assert "the order of signals changes nothing" in [failing.check for failing in found.failing]
    assert found.failing[0].fix


def test_an_estimator_that_needs_options_is_only_looked_at() -> None:
    found = conform(Needy, "estimators")
    assert (found.failing, found.of) == ((), 6)


@pytest.mark.parametrize("kit", [SensorConformance, EstimatorConformance, NotifierConformance])
def test_what_is_checked_here_the_kit_checks_too(kit: Any) -> None:
    assert set(checks(_Declared)) <= set(checks(kit))


def test_neither_pytest_nor_respx_has_to_be_installed() -> None:
    code = """
    import sys
    sys.modules["pytest"] = sys.modules["respx"] = None
    from capteur.conforming import conform
    from capteur.estimators.evidence import Evidence
    from capteur_sensors.hiring import Hiring
    print(conform(Evidence, "estimators").failing, conform(Hiring, "sensors").failing)
    """
    shown = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    ).stdout
    assert shown.strip() == "() ()"
