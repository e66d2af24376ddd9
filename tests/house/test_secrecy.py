"""Every secret that a project knows is found, wherever it is written."""

from __future__ import annotations

from typing import Any

import pytest

from capteur.house.secrecy import met, passwords, secrets, settled

FEED = '''
from pydantic import SecretStr

from capteur import FeedSensor


class Feed(FeedSensor):
    """A feed."""

    name = "feed"
    kinds = ("funding.raised",)
    key: SecretStr
    tokens: dict[str, SecretStr] = {}

    def detect(self, ctx):
        yield from ()
'''
TELLER = '''
from pydantic import SecretStr

from capteur import Notifier


class Teller(Notifier):
    """Tells."""

    name = "teller"
    address: SecretStr

    def notify(self, notice):
        return None
'''


@pytest.fixture
def house(project: Any) -> Any:
    (project.folder / "plugins" / "feed.py").write_text(FEED)
    (project.folder / "plugins" / "teller.py").write_text(TELLER)
    project.configure("""
        [sensors.feed]
        key = "env:FEED_KEY"
        tokens = { eu = "in the file", us = "env:US_TOKEN" }
        [sensors.off]
        use = "feed"
        enabled = false
        key = "env:OFF_KEY"
        [sensors.lost]
        key = "env:LOST_KEY"
        [notifiers.teller]
        address = "hooks.example/in-the-file"
        [models.main]
        use = "evidence@1"
    """)
    names = ("FEED_KEY", "US_TOKEN", "OFF_KEY", "LOST_KEY", "UNUSED")
    return project.open(env={name: f"value of {name}" for name in names})


def test_secrets_of_every_plugin_are_known_also_where_one_cannot_be_used(house: Any) -> None:
    assert secrets(house) == {
        "value of FEED_KEY",
        "value of US_TOKEN",
        "value of OFF_KEY",
        "value of LOST_KEY",
        "in the file",
        "hooks.example/in-the-file",
    }


def test_what_only_a_plugin_knows_is_met_once_it_is_loaded(house: Any) -> None:
    assert "in the file" not in settled(house)
    assert "value of LOST_KEY" in settled(house)
    assert met(house) == frozenset()
    assert house.instances
    assert met(house) == {"value of FEED_KEY", "value of US_TOKEN", "in the file"}


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql://me:plain@db/x", {"plain"}),
        ("postgresql://me:p%40ss%2Fword@db/x", {"p@ss/word", "p%40ss%2Fword"}),
        ("postgresql://me@db/x?password=q+r%26s", {"q r&s", "q%20r%26s", "q+r%26s"}),
        ("postgresql://me@db/x", set()),
        ("sqlite:////tmp/x.db", set()),
        ("not an address", set()),
        (None, set()),
    ],
)
def test_the_password_of_a_store_is_known_in_the_forms_it_travels_in(url: str | None, found: set[str]) -> None:
    assert passwords(url) == found
