"""What a source wants, the house keeps: how fast it is asked, and who asks."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from capteur import Context, Detected, FeedSensor, open_house
from capteur.clock import ManualClock
from capteur.house.equipment import paces_of, tools_of
from capteur.testing.projects import build
from capteur.web import HostLimit

PLUGIN = '''
from capteur import FeedSensor, Signal


class Asker(FeedSensor):
    """Tells who asks."""

    name = "asker"
    kinds = ("press.mention",)

    def detect(self, ctx):
        yield Signal(kind="press.mention", account="acme.com", key="1", occurred_at=ctx.now, summary=ctx.contact)
'''


class Polite(FeedSensor):
    """Wants a pace."""

    name = "polite"
    kinds = ("press.mention",)

    rates: dict[str, Any] = {}  # noqa: RUF012  a field of a pydantic model

    def detect(self, ctx: Context) -> Iterator[Detected]:
        yield from ()

    def paces(self) -> Mapping[str, float]:
        return self.rates


class Broken(Polite):
    """Cannot say what it wants."""

    name: ClassVar[str] = "broken"

    def paces(self) -> Mapping[str, float]:
        raise KeyError("rates")


def _polite(**rates: Any) -> Any:
    return build(Polite, {"rates": {host.replace("_", "."): rate for host, rate in rates.items()}}, Path())


def test_the_slowest_wish_for_a_host_counts():
    limits = paces_of([_polite(www_sec_example=5, x_example=1), _polite(WWW_sec_example=0.5)])
    assert limits == {"www.sec.example": HostLimit(rate=0.5), "x.example": HostLimit(rate=1)}


@pytest.mark.parametrize("rate", [0, -1, float("inf"), float("nan"), "fast", None])
def test_nonsense_is_logged_and_the_wishes_of_the_others_hold(rate, caplog):
    with caplog.at_level(logging.WARNING):
        limits = paces_of([_polite(x_example=rate), build(Broken, {}, Path()), _polite(y_example=2)])
    assert limits == {"y.example": HostLimit(rate=2)}
    assert [record.args[0] for record in caplog.records if record.args] == ["polite", "broken"]


async def test_the_houses_client_keeps_them(tmp_path, clock: ManualClock):
    config = tmp_path / "capteur.toml"
    config.write_text('[capteur]\nversion = 1\n[web]\ncontact = "me@company.example"\n', encoding="utf-8")
    with open_house(config, clock=clock, env={}) as house:
        async with tools_of(house, (i for i in [_polite(x_example=3)])) as tools:
            assert tools.web.settings.limits == {"x.example": HostLimit(rate=3)}


@pytest.mark.parametrize("isolated", [False, True], ids=["inside", "isolated"])
def test_a_sensor_is_told_whom_a_source_may_write_to(tmp_path, clock, isolated):
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "asker.py").write_text(PLUGIN, encoding="utf-8")
    config = tmp_path / "capteur.toml"
    config.write_text(
        '[capteur]\nversion = 1\n[web]\ncontact = "me@company.example"\n[plugins]\npath = "plugins"\n'
        f"[sensors.asker]\nisolate = {str(isolated).lower()}\n",
        encoding="utf-8",
    )
    with open_house(config, clock=clock, env={}) as house:
        house.run()
        assert [row.summary for row in house.signals()] == ["me@company.example"]
