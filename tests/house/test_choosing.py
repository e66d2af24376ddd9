"""An instance that is configured and cannot be built is told as such by everything that is asked for it by name."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from capteur import House
from capteur.daemon import once
from capteur.errors import CapteurError, ConfigError, UsageError
from capteur.house.shift import open_shift

KEYED = '''
from pydantic import SecretStr


class Keyed(FeedSensor):
    """Wants a key."""

    name = "keyed"
    kinds = ("funding.raised",)
    key: SecretStr
    roles: tuple[str, ...] = ()

    def detect(self, ctx):
        yield Signal(kind="funding.raised", account="acme.com", key="1", occurred_at=ctx.now)
'''
BROKEN = '[sensors.rounds]\nuse = "keyed"\nkey = "env:NOPE"\n[sensors.h2]\nuse = "keyed"\nkey = "k"\nrole = ["x"]\n'
SAID = "sensor h2: unknown option 'role'; did you mean 'roles'?"


@pytest.fixture
def make(project: Any) -> Callable[[str], House]:
    def made(toml: str) -> House:
        project.plugin("keyed", KEYED)
        project.configure(toml)
        project.accounts("domain\nacme.com\n")
        house: House = project.open()
        house.import_accounts()
        return house

    return made


def test_what_is_asked_of_a_broken_instance_by_name_tells_what_is_wrong_with_it(make: Callable[[str], House]) -> None:
    house = make(BROKEN)
    for ask in (house.pause, house.resume, lambda name: house.backfill(name, since=house.clock.now())):
        with pytest.raises(ConfigError) as caught:
            ask("h2")
        assert caught.value.what == SAID
    report = house.run(["h2"])
    assert [(run.instance, run.status) for run in report.runs] == [("h2", "broken")]
    assert (report.runs[0].error or "").startswith(SAID)
    assert report.exit_code == 2


def test_a_plan_names_what_cannot_run_with_its_cure(make: Callable[[str], House]) -> None:
    plan = make(BROKEN).plan()
    assert [(of.instance, of.state) for of in plan.instances] == [("rounds", "broken"), ("h2", "broken")]
    assert "NOPE is not set" in (plan.instances[0].told or "")
    assert plan.instances[0].fix == "export NOPE=..."
    assert plan.exit_code == 2


def test_a_name_that_is_configured_nowhere_has_the_nearest_also_among_the_broken(make: Callable[[str], House]) -> None:
    house = make(BROKEN)
    with pytest.raises(UsageError) as caught:
        house.run(["round"])
    assert (caught.value.what, caught.value.fix) == ("no sensor instance is called 'round'", "did you mean rounds?")


def test_a_disabled_instance_is_told_to_be_disabled(make: Callable[[str], House]) -> None:
    with pytest.raises(UsageError, match="sensor off is disabled"):
        make('[sensors.off]\nuse = "keyed"\nenabled = false\n').run(["off"])


async def test_a_daemon_tells_each_broken_instance_at_its_start_and_why_nothing_can_run(
    make: Callable[[str], House], caplog: pytest.LogCaptureFixture
) -> None:
    house = make(BROKEN)
    async with open_shift(house) as shift:
        await shift.work_off()
        told = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
        assert told == [str(broken) for broken in house.broken]
        assert "fix: export NOPE=..." in told[0]
        assert (shift.pulse.idle or "").startswith("no instance can run: ")
        assert SAID in (shift.pulse.idle or "")
        assert not shift.pulse.is_ready(house.clock.monotonic())
        assert shift.exit_code == 2


async def test_one_instance_that_can_run_is_enough_for_a_daemon_to_be_ready(make: Callable[[str], House]) -> None:
    house = make(BROKEN + '[sensors.good]\nuse = "keyed"\nkey = "k"\n')
    async with open_shift(house) as shift:
        shift.tick()
        await shift.work_off()
        assert shift.pulse.idle is None
        assert shift.pulse.is_ready(house.clock.monotonic())


def test_a_daemon_that_only_looks_once_says_it_too(
    make: Callable[[str], House], caplog: pytest.LogCaptureFixture
) -> None:
    assert once(make(BROKEN)) == 2
    assert sum(record.levelno == logging.ERROR for record in caplog.records) == 2


def test_check_names_a_broken_instance_as_its_table_does(make: Callable[[str], House]) -> None:
    house = make(BROKEN)
    errors = [finding for finding in house.check() if finding.level == "error"]
    assert [finding.topic for finding in errors] == ["rounds", "h2"]
    (alone,) = [finding for finding in house.check("h2") if finding.level == "error"]
    assert (alone.topic, alone.text) == (errors[1].topic, f"{SAID} (capteur.toml, [sensors.h2])")


@pytest.mark.parametrize("name", ["h2", "rounds"])
def test_a_try_says_the_same(make: Callable[[str], House], name: str) -> None:
    house = make(BROKEN)
    with pytest.raises(CapteurError) as tried:
        house.try_sensor(name)
    with pytest.raises(CapteurError) as paused:
        house.pause(name)
    assert (tried.value.what, tried.value.fix) == (paused.value.what, paused.value.fix)
