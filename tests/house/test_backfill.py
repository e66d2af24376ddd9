"""A backfill reads the past window by window, counts nothing twice, and leaves cursors alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from capteur import House
from capteur.clock import micros
from capteur.errors import StoreHeld, UsageError
from capteur.house import Progress
from capteur.house.backfilling import windows_of
from capteur.store import watches

Make = Callable[..., House]

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
DAILY = """
from datetime import timedelta
day = ctx.since
while ctx.until is not None and day < ctx.until:
    yield Signal(kind="hiring.opened", account="acme.com", key=f"{day:%Y-%m-%d}", occurred_at=day)
    day += timedelta(days=10)
yield Checkpoint({"last": str(day)})
"""


def watch(house: House, account_id: int = 0) -> Any:
    return house.store.read(lambda conn: watches.get(conn, "feed", account_id))


def test_every_window_is_read_once_and_oldest_first(feed: Make) -> None:
    house = feed(
        'yield Signal(kind="press.mention", account="acme.com", key=f"{ctx.since} {ctx.until}", occurred_at=ctx.since)'
    )
    report = house.backfill("feed", since=START, until=END)
    assert [w.instance for w in report.windows] == [
        "2026-03-01 to 2026-03-31",
        "2026-03-31 to 2026-04-30",
        "2026-04-30 to 2026-05-30",
        "2026-05-30 to 2026-06-01",
    ]
    assert [w.new for w in report.windows] == [1, 1, 1, 1]
    assert (report.left, report.again, report.exit_code) == ([], None, 0)
    newest = house.signals()[0]
    assert newest.key == "2026-05-30 00:00:00+00:00 2026-06-01 00:00:00+00:00"


def test_running_it_again_stores_nothing_new(feed: Make) -> None:
    house = feed(DAILY)
    first, again = (house.backfill("feed", since=START, until=END, again=again) for again in (False, True))
    assert sum(w.new for w in first.windows) == len(house.signals()) == 10
    assert (sum(w.new for w in again.windows), sum(w.unchanged for w in again.windows)) == (0, 10)


def test_no_cursor_moves_and_no_watch_row_is_made(feed: Make) -> None:
    house = feed(DAILY)
    house.backfill("feed", since=START, until=END)
    assert watch(house) is None
    house.run()
    before = watch(house)
    house.backfill("feed", since=START, until=END)
    assert watch(house) == before


def test_when_a_signal_began_to_be_known_is_assumed_from_the_kinds_delay(feed: Make) -> None:
    house = feed(DAILY)
    house.backfill("feed", since=START, until=END)
    for row in house.signals():
        assert row.known_assumed
        assert row.known_at - row.occurred_at == timedelta(days=1) / timedelta(microseconds=1)
    past = house.ranking(as_of=START + timedelta(days=12))
    assert past.rows[0].estimate.intent is not None


def test_what_a_backfill_brings_moves_the_estimates(feed: Make) -> None:
    house = feed(DAILY)
    report = house.backfill("feed", since=START, until=datetime(2026, 11, 19, tzinfo=UTC))
    assert [move.account.label for move in report.moved] == ["acme.com"]
    assert house.ranking().rows[0].account.label == "acme.com"


def test_a_source_that_shows_only_the_present_is_refused(feed: Make) -> None:
    house = feed(DAILY, options="present_only = True")
    with pytest.raises(UsageError, match="shows only the present") as refused:
        house.backfill("feed", since=START, until=END)
    assert refused.value.fix == "capteur run feed, from now on"


def test_a_sensor_that_is_sent_deliveries_has_no_past(project: Any) -> None:
    project.plugin(
        "feed",
        'class Feed(PushSensor):\n    name = "feed"\n    kinds = ("press.mention",)\n    def receive(self, ctx, delivery): yield\n',
    )
    project.configure("[sensors.feed]")
    with pytest.raises(UsageError, match="has no past to read"):
        project.open().backfill("feed", since=START, until=END)


def test_a_window_that_fails_is_named_and_the_others_are_read(feed: Make) -> None:
    house = feed('if ctx.since.month == 4:\n    {}["rounds"]\n' + DAILY.strip())
    report = house.backfill("feed", since=START, until=END, chunk=timedelta(days=31))
    assert [w.status for w in report.windows] == ["ok", "failed", "ok"]
    assert (report.again, report.exit_code) == (
        "capteur backfill feed --since 2026-04-01 --until 2026-06-01 --chunk 31d",
        1,
    )


def test_a_source_that_fails_again_and_again_is_left_alone(feed: Make) -> None:
    report = feed("raise TransientError('x is down')\nyield").backfill("feed", since=START, until=END)
    assert ([w.status for w in report.windows], len(report.left)) == (["failed"] * 3, 1)
    assert report.again == "capteur backfill feed --since 2026-03-01 --until 2026-06-01"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [("AuthError('401 from x')", "parked", 4), ("RateLimited('429', retry_after=600)", "waiting", 1)],
)
def test_a_refused_key_or_a_host_that_asks_to_wait_ends_it_at_once(
    feed: Make, error: str, status: str, code: int
) -> None:
    house = feed(f"raise {error}\nyield")
    report = house.backfill("feed", since=START, until=END)
    assert ([w.status for w in report.windows], len(report.left), report.exit_code) == ([status], 3, code)
    assert house.status().instances[0].state == "never"


def test_an_account_sensor_reads_every_account_in_every_window(project: Any) -> None:
    project.plugin(
        "feed",
        'class Feed(AccountSensor):\n    name = "feed"\n    kinds = ("hiring.opened",)\n    def detect(self, ctx, account):\n'
        '        yield Signal(kind="hiring.opened", account=account.domain, key=f"{account.domain} {ctx.since}", occurred_at=ctx.since)\n',
    )
    project.configure("[sensors.feed]")
    project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
    house: House = project.open()
    house.import_accounts()
    seen: list[Progress] = []
    report = house.backfill("feed", since=START, until=END, progress=seen.append)
    assert [(w.accounts, w.new) for w in report.windows] == [(2, 2)] * 4
    assert [p.finished.instance for p in seen if p.finished] == [w.instance for w in report.windows]
    assert watch(house, 1) is None


def test_it_waits_for_no_run_and_none_for_it(feed: Make) -> None:
    house = feed(DAILY)
    with house.store.hold("capteur run"), pytest.raises(StoreHeld):
        house.backfill("feed", since=START, until=END)


def test_a_stretch_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="is not before"):
        windows_of(micros(END), micros(START), timedelta(days=1))
    with pytest.raises(UsageError, match="makes 2208 windows"):
        windows_of(micros(START), micros(END), timedelta(hours=1))
