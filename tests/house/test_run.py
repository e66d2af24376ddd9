"""A run: what sensors yield is stored once, whatever else happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from capteur import House
from capteur.errors import UsageError
from capteur.house import InstanceRun

Make = Callable[..., House]

TWO = """
yield Signal(kind="funding.raised", account="acme.com", key="r1", occurred_at=ctx.now, summary="Series A, $12M")
yield Signal(kind="hiring.opened", account="globex.com", key="j1", occurred_at=ctx.now, summary="RevOps Manager")
"""


def only(house: House, **kwargs: object) -> InstanceRun:
    (run,) = house.run(**kwargs).runs  # type: ignore[arg-type]  # keywords are passed on
    return run


def keys(house: House) -> list[str]:
    return sorted(row.key for row in house.signals())


def test_a_second_run_stores_nothing_new(feed: Make) -> None:
    house = feed(TWO)
    assert (only(house).new, only(house).new, keys(house)) == (2, 0, ["j1", "r1"])


def test_a_bad_signal_is_dropped_with_its_line_and_the_others_are_kept(feed: Make) -> None:
    house = feed(
        'yield Signal(kind="funding.raised", account="acme corp", key="x", occurred_at="2026-11-01T00:00:00")\n' + TWO
    )
    run = only(house)
    assert (run.new, run.bad, run.status) == (2, 1, "ok")
    assert "feed.py:14" in (run.error or "")
    assert "'acme corp' is not a domain; occurred_at: 2026-11-01T00:00:00 has no timezone" in (run.error or "")


def test_signals_before_an_exception_are_kept_and_the_cursor_does_not_move(feed: Make) -> None:
    house = feed(
        'ctx.log.info("cursor", value=str(ctx.cursor))\nyield Checkpoint({"page": 2})\n' + TWO + '{}["rounds"]\n'
    )
    run = only(house)
    assert (run.new, run.status) == (2, "failed")
    assert "the answer is not what the code expects: KeyError 'rounds'  at feed.py:" in (run.error or "")
    assert "capteur try feed" in (run.fix or "")
    status = house.status().instances[0]
    assert (status.state, status.failing) == ("backoff", 1)
    assert house.store.read(lambda conn: watch(conn).cursor) is None


def watch(conn: object) -> object:
    from capteur.store import watches

    return watches.get(conn, "feed", 0)  # type: ignore[arg-type]  # the store hands a connection


def test_the_memory_of_a_good_run_comes_back(feed: Make) -> None:
    house = feed(
        'seen = (ctx.cursor or {}).get("n", 0)\nyield Signal(kind="funding.raised", account="acme.com", key=f"k{seen}", occurred_at=ctx.now)\nyield Checkpoint({"n": seen + 1})'
    )
    only(house)
    only(house)
    assert keys(house) == ["k0", "k1"]


def test_what_was_remembered_before_a_skip_is_kept(feed: Make) -> None:
    house = feed('seen = ctx.cursor or 0\nyield Checkpoint(seen + 1)\nraise SkipRun(f"skipped before: {seen}")')
    assert [only(house).error, only(house).error] == ["skipped before: 0", "skipped before: 1"]


def test_after_a_bad_row_the_next_run_asks_again_from_the_same_day(feed: Make) -> None:
    """Once the row is readable, it must not have become too old to be asked for."""
    house = feed(
        'yield Signal(kind="funding.raised", account="acme.com", key="s", occurred_at=ctx.now, summary=str(ctx.since.date()))\n'
        'yield Signal(kind="funding.raised", account="acme.com", key="n", occurred_at="2026-10-11T00:00:00")\n'
        'ctx.log.info("since", since=str(ctx.since))\n'
        'yield Signal(kind="press.mention", account="acme.com", key=str(ctx.since.date()), occurred_at=ctx.now)'
    )
    only(house)
    only(house)
    assert [k for k in keys(house) if k.startswith("2026")] == ["2026-08-22"], "90 days back, both times"


def test_one_bad_row_of_each_costs_only_itself(feed: Make) -> None:
    body = """
    def read(row):
        return Signal(kind="funding.raised", account=row["d"], key=row["k"], occurred_at=ctx.now)
    yield from ctx.each([{"d": "acme.com", "k": 1}, {"k": 2}, {"d": "globex.com", "k": 3}], read)
    """
    house = feed(body)
    run = only(house)
    assert (run.new, run.bad, keys(house)) == (2, 1, ["1", "3"])
    assert "KeyError" in (run.error or "")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ("return None", "broken", "detect() never yields; yield each Signal"),
        ("return [1]", "failed", "detect() returned a list"),
        ("raise SystemExit(3)\nyield", "failed", "SystemExit"),
        ("raise SourceChanged('no jobs here')\nyield", "failed", "no jobs here"),
        ("raise SkipRun('nothing on Sundays')\nyield", "skipped", "nothing on Sundays"),
        ("raise RateLimited('429 from x', retry_after=600)\nyield", "waiting", "429 from x"),
        ("raise TransientError('x is down')\nyield", "failed", "x is down"),
        ("raise AuthError('401 from x')\nyield", "parked", "401 from x"),
        ("raise ConfigError('min is above max')\nyield", "parked", "min is above max"),
        ("yield 7", "failed", "it yielded a int, not a Signal"),
    ],
)
def test_each_way_to_fail_has_its_state_and_its_words(feed: Make, body: str, status: str, words: str) -> None:
    run = only(feed(body))
    assert (run.status, words in (run.error or "")) == (status, True), run.error


def test_a_parked_instance_waits_until_it_is_resumed(feed: Make) -> None:
    house = feed("raise AuthError('401 from x')\nyield")
    assert house.run().exit_code == 4
    assert only(house).accounts == 0, "a parked instance is not called"
    assert house.status().instances[0].state == "parked"
    assert (house.resume("feed"), house.resume("feed")) == (True, False)
    assert only(house).accounts == 1


def test_a_changed_configuration_ends_the_parking(feed: Make, project: object) -> None:
    house = feed("if self.key == 'old':\n    raise AuthError('401')\nyield from ()", options='key: str = "old"')
    house.run()
    project.configure('[sensors.feed]\nkey = "new"')  # type: ignore[attr-defined]  # the fixture's class lives in conftest
    assert only(project.open()).status == "ok"  # type: ignore[attr-defined]  # as above


def test_three_bad_runs_bring_one_try_a_day(feed: Make) -> None:
    house = feed("raise KeyError('x')\nyield")
    for _ in range(3):
        house.run()
    row = house.store.read(watch)
    assert row.last_status == "quarantined"  # type: ignore[attr-defined]  # a WatchRow
    assert row.next_due - house.now() == timedelta(days=1) / timedelta(microseconds=1)  # type: ignore[attr-defined]  # as above


def test_a_thread_that_never_returns_is_stuck_and_the_others_go_on(
    feed: Make, project: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capteur.sensing.drive.GRACE_S", 0.1)
    project.plugin(
        "hang",
        'import threading\n\nclass Hang(FeedSensor):\n    """Hangs."""\n    name = "hang"\n    kinds = ("press.mention",)\n    def detect(self, ctx):\n        threading.Event().wait()\n        yield\n',
    )  # type: ignore[attr-defined]  # as above
    house = feed(TWO, toml='[sensors.hang]\ndeadline = "1s"')
    runs = {run.instance: run for run in house.run().runs}
    assert (runs["feed"].new, runs["hang"].status) == (2, "failed")
    assert "did not come back" in (runs["hang"].error or "")


def test_plugins_that_cannot_be_loaded_stop_nobody(feed: Make, project: object) -> None:
    project.plugin(
        "typo",
        'import requsts\n\nclass Typo(FeedSensor):\n    """x"""\n    name = "typo"\n    kinds = ("a.b",)\n    def detect(self, ctx): yield\n',
    )  # type: ignore[attr-defined]  # as above
    project.plugin(
        "leaver",
        'class Leaver(FeedSensor):\n    """x"""\n    name = "leaver"\n    kinds = ("a.b",)\n    def detect(self, ctx): yield\n\nraise SystemExit(1)\n',
    )  # type: ignore[attr-defined]  # as above
    house = feed(TWO, toml="[sensors.typo]\n[sensors.leaver]")
    runs = {run.instance: run for run in house.run().runs}
    assert runs["feed"].new == 2
    assert "requsts" in (runs["typo"].error or "")
    assert runs["leaver"].status == "broken"


def test_a_company_nobody_listed_waits_until_it_is_imported(feed: Make, project: object) -> None:
    house = feed(
        'yield Signal(kind="funding.raised", account=AccountRef(name="Initech, Inc."), key="i", occurred_at=ctx.now)'
    )
    assert only(house).unmatched == 1
    project.accounts("domain,name\ninitech.com,Initech\n")  # type: ignore[attr-defined]  # as above
    assert house.import_accounts().matched == 1
    (row,) = house.signals("initech.com")
    assert row.key == "i"


def test_an_async_sensor_runs_like_a_sync_one(feed: Make, project: object) -> None:
    project.plugin(
        "aio",
        'class Aio(FeedSensor):\n    """x"""\n    name = "aio"\n    kinds = ("funding.raised",)\n    async def detect(self, ctx):\n        yield Signal(kind="funding.raised", account="acme.com", key="a1", occurred_at=ctx.now)\n',
    )  # type: ignore[attr-defined]  # as above
    house = feed("yield from ()", toml="[sensors.aio]")
    house.run(["aio"])
    assert keys(house) == ["a1"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("await asyncio.Event().wait()\n        yield", "it passed its deadline of 1 s"),
        (
            "for _ in range(60):\n            try:\n                await asyncio.Event().wait()\n            except BaseException:\n                pass\n        yield",
            "it passed its deadline of 1 s",
        ),
    ],
)
def test_an_async_sensor_that_is_late_is_stopped_also_when_it_will_not_be_cancelled(
    feed: Make, project: Any, monkeypatch: pytest.MonkeyPatch, body: str, words: str
) -> None:
    monkeypatch.setattr("capteur.sensing.drive.GRACE_S", 1.0)
    project.plugin(
        "late",
        f'import asyncio\n\n\nclass Late(FeedSensor):\n    """x"""\n\n    name = "late"\n    kinds = ("funding.raised",)\n\n'
        f"    async def detect(self, ctx):\n        {body}\n",
    )
    runs = {run.instance: run for run in feed(TWO, toml='[sensors.late]\ndeadline = "1s"').run().runs}
    assert (runs["feed"].new, runs["late"].status) == (2, "failed")
    assert words in (runs["late"].error or "")


def test_a_name_that_does_not_exist_is_answered_with_the_nearest(feed: Make) -> None:
    with pytest.raises(UsageError) as caught:
        feed(TWO).run(["fed"])
    assert "did you mean feed?" in caught.value.fix


def test_the_moves_of_a_run_say_why(feed: Make) -> None:
    (first, second) = feed(TWO).run().moved
    assert (first.account.domain, first.before, round(first.after or 0, 2)) == ("acme.com", None, 3.08)
    assert "12M" in first.why
    assert second.account.domain == "globex.com"


@pytest.mark.parametrize(
    "odd",
    [
        'Signal(kind="funding.raised", account="acme.com", key="o", occurred_at=ctx.now, schema_version=2**70)',
        'Signal(kind="funding.raised", account="acme.com", key="o", occurred_at=ctx.now, schema_version=None)',
        'Signal(kind="funding.raised", account="acme.com", key="o", occurred_at=ctx.now, strength=10**400)',
        'Signal(kind="funding.raised", account="acme.com", key=10**5000, occurred_at=ctx.now)',
        'Signal(kind="funding.raised", account=AccountRef(ids=None), key="o", occurred_at=ctx.now)',
        'Outcome(account="acme.com", kind=["won"], key="o", occurred_at=ctx.now)',
        'Outcome(account="acme.com", kind="won", key="o", occurred_at=ctx.now, value=10**400)',
        'Outcome(account="acme.com", kind="won", key="o", occurred_at=ctx.now, model=None)',
        'Outcome(account="acme.com", kind="won", key="o", occurred_at=ctx.now, value="12")',
        'SameAs(["a"], "acme.com")',
        'SameAs({"x": None}, "acme.com")',
        'Revoke("k", None)',
    ],
)
def test_an_odd_value_costs_only_itself(feed: Make, odd: str) -> None:
    house = feed(f"yield {odd}\n" + TWO)
    run = only(house)
    assert (run.new, run.bad, run.status) == (2, 1, "ok"), run.error


def test_a_decimal_is_a_number(feed: Make) -> None:
    house = feed(
        "from decimal import Decimal\n"
        'yield Outcome(account="acme.com", kind="won", key="o", occurred_at=ctx.now, value=Decimal("12.5"))\n' + TWO
    )
    assert (only(house).bad, keys(house)) == (0, ["j1", "r1"])


def test_a_title_with_an_escape_in_it_is_shown_as_it_is(feed: Make) -> None:
    title = r"RevOps lead (knows \\u0000)"
    house = feed(
        f"yield Signal(kind='hiring.opened', account='acme.com', key='t', occurred_at=ctx.now, data={{'title': {title!r}}})"
    )
    only(house)
    assert [row.data for row in house.signals()] == [{"title": title}]
    assert house.ranking().rows
