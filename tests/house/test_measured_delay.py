"""How late facts are known is measured of what arrives live, shown, warned of, and assumed of what comes from the past."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from capteur import House
from capteur.cli.screen import Screen
from capteur.cli.screens.installed import Sensors
from capteur.clock import ManualClock, from_micros
from capteur.runner import SenseUnit
from capteur.sensing import Task
from capteur.sensing.arriving import is_live
from capteur.store import delays
from capteur.store.shapes import WatchRow

PLUGIN = '''
class {cls}(FeedSensor):
    """Yields 10 facts a run, each so many hours late; the first of the past as well."""

    name = "{name}"
    kinds = ({kinds},)
    every = "1d"
    {options}

    def detect(self, ctx):
        for i in range({count}):
            at = ctx.now - timedelta(hours={hours})
            yield Signal(kind="{kind}", account="acme.com", key=f"{{ctx.now}}:{{ctx.until}}:{{i}}", occurred_at={at})
'''


def sensor(project: Any, *, name: str = "late", hours: float = 30, count: int = 10, **more: str) -> None:
    words = {"kind": "funding.raised", "kinds": '"funding.raised"', "options": "", "at": "at"} | more
    code = PLUGIN.format(name=name, cls=name.title(), hours=hours, count=count, **words)
    project.plugin(name, f"from datetime import timedelta\n{code}")


def opened(project: Any, toml: str = "[sensors.late]") -> House:
    project.configure(toml)
    project.accounts("domain,name\nacme.com,Acme\n")
    house: House = project.open()
    house.import_accounts()
    return house


def daily(house: House, clock: ManualClock, runs: int) -> None:
    for _ in range(runs):
        assert house.run().exit_code == 0
        clock.advance(timedelta(days=1))


def measured(house: House, sensor: str = "late") -> dict[str, int]:
    return {kind: delay.n for kind, delay in house.store.read(lambda c: delays.of_sensor(c, sensor)).items()}


def warnings(house: House) -> list[tuple[str, str | None]]:
    return [(f.text, f.fix) for f in house.check() if f.topic == "late" and f.level == "warn"]


def test_the_opening_read_is_not_measured_and_what_follows_is(project: Any, clock: ManualClock) -> None:
    sensor(project)
    house = opened(project)
    daily(house, clock, 1)
    assert measured(house) == {}
    daily(house, clock, 2)
    assert measured(house) == {"funding.raised": 20}


def test_a_row_whose_first_good_run_is_yet_to_come_is_in_its_opening_read(project: Any, clock: ManualClock) -> None:
    """However many tries that takes: what a failing run had yielded before it failed is old too."""
    project.plugin(
        "late",
        """
        from datetime import timedelta
        class Late(FeedSensor):
            name = "late"
            kinds = ("funding.raised",)
            every = "1d"
            def detect(self, ctx):
                yield Signal(kind="funding.raised", account="acme.com", key=str(ctx.now), occurred_at=ctx.now - timedelta(days=9))
                if ctx.now.day == 20:
                    raise TransientError("away")
        """,
    )
    house = opened(project)
    house.run()
    clock.advance(timedelta(days=1))
    daily(house, clock, 1)
    assert measured(house) == {}
    daily(house, clock, 1)
    assert measured(house) == {"funding.raised": 1}


def test_after_an_absence_of_ours_nothing_is_measured(project: Any, clock: ManualClock) -> None:
    """A week without a run makes everything a week late, and the source is not to blame."""
    sensor(project)
    house = opened(project)
    daily(house, clock, 2)
    clock.advance(timedelta(days=7))
    daily(house, clock, 1)
    assert measured(house) == {"funding.raised": 10}
    daily(house, clock, 1)
    assert measured(house) == {"funding.raised": 20}


def test_a_day_without_an_hour_is_measured_from_its_midnight(project: Any, clock: ManualClock) -> None:
    """As it is stored, and as a backfill adds the delay to it: 08:00 is eight hours late."""
    sensor(project, at="at.date()", hours=0)
    house = opened(project)
    daily(house, clock, 4)
    told = house.store.read(lambda c: delays.of_sensor(c, "late"))["funding.raised"]
    assert told.p50 == pytest.approx(8 * 3_600_000_000, rel=0.05)


def test_a_backfill_measures_nothing_and_assumes_the_measured_median(project: Any, clock: ManualClock) -> None:
    """The declared delay, a day, goes by as long as fewer than 20 were measured."""
    sensor(project, at="at if ctx.until is None else ctx.until - timedelta(hours=1)")
    house = opened(project)
    daily(house, clock, 2)
    since = clock.now() - timedelta(days=400)

    def backfilled(days: int) -> timedelta:
        house.backfill("late", since=since + timedelta(days=days), until=since + timedelta(days=days + 1))
        newest = next(s for s in house.signals("acme.com") if s.known_assumed)
        return from_micros(newest.known_at) - from_micros(newest.occurred_at)

    assert backfilled(0) == timedelta(days=1)
    daily(house, clock, 1)
    assert measured(house) == {"funding.raised": 20}
    assert backfilled(10) / timedelta(hours=30) == pytest.approx(1, rel=0.05)
    assert measured(house) == {"funding.raised": 20}


def test_an_import_of_history_assumes_what_other_sensors_measured(project: Any, clock: ManualClock) -> None:
    """A file of the past says nothing of its own delay."""
    sensor(project, count=20)
    toml = '[sensors.late]\n[sensors.history]\nuse = "csv"\npath = "history.csv"\n'
    (project.folder / "history.csv").write_text("domain,kind,date\nacme.com,funding.raised,2026-03-01T08:00Z\n")
    house = opened(project, "[sensors.late]")
    daily(house, clock, 2)
    house = opened(project, toml)
    house.run(["history"])
    (imported,) = house.signals("acme.com", until=datetime.fromisoformat("2026-04-01T00:00Z"))
    assert imported.known_assumed
    assert (imported.known_at - imported.occurred_at) / 3_600_000_000 == pytest.approx(30, rel=0.05)
    assert measured(house, "csv") == {}


def test_a_delivery_is_measured_from_the_first_one_on(project: Any, clock: ManualClock) -> None:
    """What is pushed comes when it happens: there is no opening read."""
    project.plugin(
        "late",
        'class Late(PushSensor):\n    name = "late"\n    kinds = ("a.b",)\n    def receive(self, ctx, delivery): yield\n',
    )
    (instance,) = opened(project).instances
    row = WatchRow("late", 0, 0, None, 0, 0, 0, None, None, None, None, None)
    assert is_live(Task(SenseUnit("late", 0, 0), instance, row), clock.now())


def screen(house: House, width: int = 100) -> str:
    shown: Screen = Sensors([card for card in house.sensors() if card.name == "late"], house.now(), full=True)
    return "\n".join(line.plain.rstrip() for line in shown.lines(width))


def item(house: House) -> dict[str, Any]:
    shown = Sensors([card for card in house.sensors() if card.name == "late"], house.now(), full=True)
    (only,) = shown.items()
    return dict(only)


def test_the_delays_are_shown_beside_the_overlap(project: Any, clock: ManualClock) -> None:
    sensor(project, kinds='"funding.raised", "press.mention"')
    house = opened(project)
    daily(house, clock, 2)
    assert "Not measured often enough yet, how late they are known: funding.raised (10), press.mention." in screen(
        house
    )
    daily(house, clock, 1)
    told = screen(house)
    assert "known after     half  99 of 100  measured" in told
    assert "funding.raised  1d6h       1d6h        20" in told
    assert "A run looks back 7d before the newest it knows (overlap)." in told
    assert "lost" not in told
    assert item(house)["overlap"] == "7d"
    first, second = item(house)["delays"]
    assert first["p50_s"] == first["p99_s"] == pytest.approx(30 * 3600, rel=0.05)
    assert (first["kind"], first["measured"], first["beyond_overlap"]) == ("funding.raised", 20, False)
    assert second == {"kind": "press.mention", "measured": 0, "p50_s": None, "p99_s": None, "beyond_overlap": False}
    assert warnings(house) == []


def test_an_overlap_that_loses_facts_is_told(project: Any, clock: ManualClock) -> None:
    sensor(project)
    house = opened(project, '[sensors.late]\noverlap = "1d"')
    daily(house, clock, 3)
    assert "What is known later than that is lost: some of funding.raised." in screen(house)
    assert item(house)["delays"][0]["beyond_overlap"] is True
    assert warnings(house) == [
        (
            "funding.raised: more than 1 of 100 is published later than the overlap of 1d, and lost",
            'overlap = "2d" in [sensors.late]',
        )
    ]


def test_who_sees_all_that_is_there_loses_nothing(project: Any, clock: ManualClock) -> None:
    """A source that shows only the present is not asked since when."""
    sensor(project, options="present_only = True")
    house = opened(project, '[sensors.late]\noverlap = "1d"')
    daily(house, clock, 3)
    assert measured(house) == {"funding.raised": 20}
    assert warnings(house) == []
    assert "lost" not in screen(house)
