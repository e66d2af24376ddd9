"""`check` says what is wrong before a run does, of everything or of one sensor, and with `live` it asks the sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from capteur import House
from capteur.errors import UsageError

Make = Callable[..., House]

ONE = 'yield Signal(kind="hiring.opened", account="acme.com", key="j", occurred_at=ctx.now)'


def topics(findings: list[Any], level: str | None = None) -> list[str]:
    return [f.topic for f in findings if level in (None, f.level)]


def test_one_name_is_looked_at_alone(feed: Make, project: Any) -> None:
    project.plugin(
        "other",
        'class Other(FeedSensor):\n    name = "other"\n    kinds = ("a.b",)\n    def detect(self, ctx): yield\n',
    )
    house = feed(ONE, toml="[sensors.other]")
    assert {"feed", "other"} <= set(topics(house.check()))
    assert "other" not in topics(house.check("feed"))
    with pytest.raises(UsageError):
        house.check("fed")


def test_a_plugin_nobody_uses_yet_is_told_by_its_line(feed: Make, project: Any) -> None:
    project.plugin("typo", 'class Typo(FeedSensor):\n    name = "typo"\n    def detect(self, ctx): yield\n')
    house = feed(ONE)
    (finding,) = [f for f in house.check() if f.topic == "plugin typo"]
    assert finding.level == "warn"
    assert finding.text.startswith("typo.py:6: Typo has no 'kinds'")
    (alone,) = [f for f in house.check("typo") if f.topic == "typo"]
    assert (alone.level, alone.exit_code) == ("error", 2)


def test_a_sensor_that_nobody_configured_keeps_the_contract(feed: Make, project: Any) -> None:
    project.plugin(
        "spare",
        'class Spare(FeedSensor):\n    name = "spare"\n    kinds = ("a.b",)\n    def detect(self, ctx): yield\n',
    )
    house = feed(ONE)
    assert topics(house.check("spare"), "ok")[-2:] == ["spare", "models.main"]


def test_a_misspelt_kind_is_told_in_a_model_and_in_a_sensor(feed: Make, project: Any) -> None:
    project.plugin(
        "spare",
        'class Spare(FeedSensor):\n    name = "spare"\n    kinds = ("funding.raisd",)\n    def detect(self, ctx): yield\n',
    )
    house = feed(ONE, toml='[sensors.spare]\n[models.main.kinds."visit.pge"]\nweight = 1.0')
    told = {f.text: f.fix or "" for f in house.check() if f.topic == "models.main" and f.level == "warn"}
    assert "visit.pge: a weight for a kind that no sensor here finds; did you mean 'visit.page'?" in told
    (cure,) = [fix for text, fix in told.items() if text.startswith("funding.raisd: no weight")]
    assert cure.startswith("call it funding.raised, if that is meant; else [models.main.kinds.")


def test_what_an_estimator_derives_by_itself_is_no_misspelt_kind(feed: Make) -> None:
    house = feed(
        ONE,
        toml='[models.main.momentum]\nweight = 2\nhalf_life = "7d"\n[[models.main.sequences]]\nname = "s"\nwindow = "60d"\n'
        'pattern = ["funding.raised", "hiring.opened"]\nweight = 4\nhalf_life = "30d"',
    )
    assert [(f.level, f.text) for f in house.check() if f.topic.startswith("models")] == [("ok", "evidence@1")]


def test_hooks_are_counted_and_a_misspelt_one_is_told(feed: Make, project: Any) -> None:
    project.plugin("listener", "@hookimpl\ndef capteur_run_finished(instance): ...\n")
    project.plugin("misspelt", "@hookimpl\ndef capteur_run_finishd(instance): ...\n")
    findings = feed(ONE).check()
    assert next(f.text for f in findings if f.topic == "hooks") == "listener hears capteur_run_finished"
    assert "did you mean 'capteur_run_finished'" in next(f.text for f in findings if f.topic == "plugin misspelt")


CARELESS = """
class Careless(FeedSensor):
    \"\"\"A key in plain text.\"\"\"

    name = "careless"
    kinds = ("a.b",)
    token: str = ""

    def detect(self, ctx): yield
"""


def test_a_plugin_that_fails_a_check_of_the_kit_is_a_warning_with_its_cure(feed: Make, project: Any) -> None:
    project.plugin("careless", CARELESS)
    findings = feed(ONE).check()
    (finding,) = [f for f in findings if f.topic == "plugin careless"]
    assert (finding.level, finding.exit_code, finding.fix) == ("warn", 0, "token: SecretStr")
    assert finding.text == (
        "fails 'its secrets are typed as secrets': careless.py:7: Careless: the option 'token' is plain text"
    )
    conformance = next(f.text for f in findings if f.topic == "conformance")
    assert conformance.endswith("plugins pass the checks that need no source")


def test_one_name_is_checked_for_conformance_too(feed: Make, project: Any) -> None:
    project.plugin("careless", CARELESS)
    house = feed(ONE)
    assert [f.text for f in house.check("feed") if f.topic == "conformance"] == [
        "feed passes 6 of 6 checks that need no source; its test runs the others"
    ]
    assert [f.level for f in house.check("careless") if f.topic == "plugin careless"] == ["warn"]


def test_a_run_imports_nothing_that_no_enabled_instance_uses(feed: Make, project: Any) -> None:
    for name in ("spare", "disabled"):
        project.plugin(
            name,
            f"import pathlib\npathlib.Path({str(project.folder)!r}, 'imported-{name}').touch()\n\n"
            f'class Spare(FeedSensor):\n    """Unused."""\n\n'
            f'    name = "{name}"\n    kinds = ("a.b",)\n    def detect(self, ctx): yield\n',
        )
    house = feed(ONE, toml="[sensors.disabled]\nenabled = false")
    house.run()
    house.status()
    assert not list(project.folder.glob("imported-*"))
    house.check()
    assert len(list(project.folder.glob("imported-*"))) == 2


def test_nothing_is_asked_without_live(feed: Make) -> None:
    house = feed("raise AuthError('401 from x')\nyield")
    assert not topics(house.check(), "error")


@pytest.mark.parametrize(
    ("body", "level", "code", "words"),
    [
        (ONE, "ok", 0, "1 signal"),
        ("return\nyield", "ok", 0, "nothing new"),
        ("raise AuthError('401 from x')\nyield", "error", 4, "401 from x"),
        ("raise ConfigError('min is above max')\nyield", "error", 2, "min is above max"),
        ("raise KeyError('rounds')\nyield", "error", 1, "KeyError 'rounds'"),
        ("raise RateLimited('429 from x', retry_after=600)\nyield", "warn", 0, "429 from x"),
        ("raise SkipRun('nothing on Sundays')\nyield", "ok", 0, "nothing on Sundays"),
        (
            'yield Signal(kind="hiring.opened", account="acme corp", key="j", occurred_at=ctx.now)',
            "error",
            1,
            "is not a domain",
        ),
    ],
)
def test_a_probe_says_how_the_source_answers(feed: Make, body: str, level: str, code: int, words: str) -> None:
    house = feed(body)
    (finding,) = [f for f in house.check(live=True) if f.topic == "feed live"]
    assert (finding.level, finding.exit_code, words in finding.text) == (level, code, True), finding.text
    assert house.signals() == []


def test_a_probe_goes_on_to_an_account_that_something_is_asked_about(project: Any) -> None:
    """A sensor may remember of the first ones that there is nothing to ask; that is no proof that its source answers."""
    project.plugin(
        "looker",
        'class Looker(AccountSensor):\n    name = "looker"\n    kinds = ("a.b",)\n    last: str = "none"\n'
        "    def detect(self, ctx, account):\n        if account.domain == self.last:\n"
        '            raise TransientError("looker.example cannot be reached")\n        yield from ()\n',
    )
    project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\ninitech.com,Initech\n")
    project.configure('[sensors.looker]\nlast = "initech.com"')
    house: House = project.open()
    house.import_accounts()
    (finding,) = [f for f in house.check(live=True) if f.topic == "looker live"]
    assert (finding.level, finding.text) == ("error", "sensor looker, initech.com: looker.example cannot be reached")
    project.configure("[sensors.looker]")
    (finding,) = [f for f in project.open().check(live=True) if f.topic == "looker live"]
    assert finding.level == "ok"
    assert finding.text.startswith("nothing was asked over HTTP about 3 accounts; read in ")


def test_an_account_sensor_is_probed_with_one_account_and_a_push_sensor_not_at_all(project: Any) -> None:
    project.plugin(
        "looker",
        'class Looker(AccountSensor):\n    name = "looker"\n    kinds = ("a.b",)\n    def detect(self, ctx, account):\n'
        '        raise SkipAccount(f"asked for {account.domain}")\n        yield\n',
    )
    project.plugin(
        "hooked",
        'class Hooked(PushSensor):\n    name = "hooked"\n    kinds = ("a.b",)\n    def receive(self, ctx, delivery): yield\n',
    )
    project.configure("[sensors.looker]\n[sensors.hooked]")
    project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
    house: House = project.open()
    live = {f.topic: f.text for f in house.check(live=True)}
    assert live["looker live"] == "the list is empty: no account to ask for"
    house.import_accounts()
    live = {f.topic: f.text for f in house.check(live=True)}
    assert (live["looker live"], live["hooked live"]) == (
        "asked for acme.com",
        "is sent deliveries: there is nobody to ask",
    )
