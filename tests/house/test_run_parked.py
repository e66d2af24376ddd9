"""What is parked says since when and why, ends a run by the kind of its cause, and is tried again by who names it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina

from capteur import House
from capteur.clock import ManualClock
from capteur.house.reports import InstanceRun, offline
from capteur.store import watches

ASKING = '''
class Asking(FeedSensor):
    """Parks for what a file says."""

    name = "asking"
    kinds = ("funding.raised",)

    def detect(self, ctx):
        import pathlib

        word = pathlib.Path(ctx.base, "word").read_text()
        if word == "config":
            raise ConfigError("there is no file", fix="make it")
        if word == "credentials":
            raise AuthError("401 from the source")
        yield Signal(kind="funding.raised", account="acme.com", key="1", occurred_at=ctx.now)


class Looking(AccountSensor):
    """Looks at each account."""

    name = "looking"
    kinds = ("funding.raised",)

    def detect(self, ctx, account):
        return
        yield
'''


@pytest.fixture
def house(stored_project: Any) -> House:
    stored_project.plugin("asking", ASKING)
    stored_project.configure("[sensors.asking]")
    stored_project.accounts("domain\nacme.com\n")
    house: House = stored_project.open()
    house.import_accounts()
    return house


@pytest.fixture
def say(house: House) -> Callable[[str], None]:
    return lambda word: (Path(house.settings.folder) / "word").write_text(word) and None


@pytest.mark.parametrize(("word", "code"), [("config", 2), ("credentials", 4)])
def test_the_exit_code_stays_that_of_the_cause(
    house: House, say: Callable[[str], None], clock: ManualClock, word: str, code: int
) -> None:
    say(word)
    first = house.run()
    clock.advance(timedelta(hours=2))
    again, named = house.run(), house.run(["asking"])
    assert [report.exit_code for report in (first, again, named)] == [code, code, code]
    assert next(finding.exit_code for finding in house.check() if finding.topic == "asking") == code
    (waits,) = again.runs
    assert (waits.accounts, waits.status) == (0, "parked")
    assert (waits.error or "").startswith(
        f"parked since {clock.now() - timedelta(hours=2):%d %b %H:%M} UTC: sensor asking: "
    )


def test_who_names_a_parked_instance_has_it_tried_again(house: House, say: Callable[[str], None]) -> None:
    say("config")
    house.run()
    say("")
    assert house.run().runs[0].status == "parked"
    assert house.plan(["asking"]).instances[0].state == "ready"
    (run,) = house.run(["asking"]).runs
    assert (run.status, run.new) == ("ok", 1)
    assert house.store.read(watches.instances)["asking"].parked_at is None
    assert house.run().runs[0].status == "ok"


def test_a_new_cause_takes_the_place_of_the_old_one_and_the_moment_stays(
    house: House, say: Callable[[str], None], clock: ManualClock
) -> None:
    say("config")
    house.run()
    before = house.store.read(watches.instances)["asking"]
    clock.advance(timedelta(hours=1))
    say("credentials")
    house.run(["asking"])
    row = house.store.read(watches.instances)["asking"]
    assert (row.parked_at, before.credentials, row.credentials) == (before.parked_at, False, True)
    assert "401 from the source" in (row.parked_error or "")


def test_an_empty_list_is_told_with_how_to_fill_it(stored_project: Any) -> None:
    stored_project.plugin("asking", ASKING)
    stored_project.configure("[sensors.looking]")
    report = stored_project.open().run()
    (run,) = report.runs
    assert (run.status, run.error, report.exit_code) == (
        "skipped",
        "the account list is empty: there is nobody to look at",
        0,
    )
    assert "capteur accounts import" in (run.fix or "")


@pytest.mark.parametrize(
    ("unreached", "answered", "hosts"),
    [([{"a"}, {"b"}], 0, 2), ([{"a"}, {"a"}], 0, 0), ([{"a", "b"}, set()], 1, 0), ([set(), set()], 0, 0)],
)
def test_a_machine_may_be_offline_when_of_several_hosts_none_answers(
    unreached: list[set[str]], answered: int, hosts: int
) -> None:
    assert offline([InstanceRun("x", unreached=each, answered=answered) for each in unreached]) == hosts


def test_a_run_without_any_answer_counts_the_hosts_it_asked(stored_project: Any) -> None:
    stored_project.plugin(
        "two",
        """
        class Two(AccountSensor):
            name = "two"
            kinds = ("funding.raised",)

            def detect(self, ctx, account):
                ctx.http.get(f"http://127.0.0.1:{1 if account.domain == 'acme.com' else 2}/")
                yield
        """,
    )
    stored_project.configure("allow = ['127.0.0.1']\n[sensors.two]")
    stored_project.accounts("domain\nacme.com\nglobex.com\n")
    house: House = stored_project.open()
    house.import_accounts()
    with stamina.set_testing(True, attempts=1):
        report = house.run()
    assert (report.runs[0].ok, report.runs[0].failed, report.offline) == (0, 2, 2)
