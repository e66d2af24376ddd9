"""Clocks that were wrong: what they put off is pulled back, what is due in time stays where it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from capteur.clock import from_micros, micros
from capteur.schedules import Schedule, key_of, parse_at
from capteur.sensing.verdict import LONGEST
from capteur.store import watches

HOUR = 3_600_000_000
DAY = 24 * HOUR
LEASE_S = 420.0
EVERY = Schedule(timedelta(hours=6))
DAILY = Schedule(timedelta(hours=6), parse_at("08:00"))
ACCOUNTS = range(1, 61)


class Fleet:
    """Sixty accounts of one instance, served as a daemon serves them: what is due is claimed, run and due again."""

    def __init__(self, bench, schedule):
        self.bench, self.schedule = bench, schedule
        bench.write(lambda c: watches.ensure(c, "jobs", ACCOUNTS, bench.now))

    def serve(self, status="ok", waits=None):
        """Returns the accounts that ran."""
        bench = self.bench
        claimed = bench.write(
            lambda c: watches.claim(c, "jobs", lease_s=LEASE_S, now=bench.now, due_only=True, limit=None)
        )
        for row in claimed:
            due = (
                bench.now + waits
                if waits is not None
                else micros(self.schedule.after(from_micros(bench.now), key_of("jobs", row.account_id)))
            )
            bench.commit(account_id=row.account_id, epoch=row.epoch, finish=bench.finish(status, next_due=due))
        return [row.account_id for row in claimed]

    def clip(self):
        now = self.bench.now
        return self.bench.write(
            lambda c: watches.clip(c, "jobs", self.schedule, now=now, waits=LONGEST, lease_s=LEASE_S)
        )

    def live(self, hours):
        """Runs by account in the next hours, looked at every twenty minutes."""
        runs = dict.fromkeys(ACCOUNTS, 0)
        for _ in range(hours * 3):
            self.bench.advance(minutes=20)
            self.clip()
            for account in self.serve():
                runs[account] += 1
        return runs

    def dues(self):
        """How far ahead each row is due, in micros."""
        return {row.account_id: row.next_due - self.bench.now for row in self.bench.read(watches.rows)}


@pytest.fixture(params=[EVERY, DAILY], ids=str)
def fleet(bench, request):
    fleet = Fleet(bench, request.param)
    assert len(fleet.serve()) == len(ACCOUNTS), "first runs are due at once"
    return fleet


@pytest.mark.parametrize("hours", [0, 5, 30, 24 * 60])
def test_nothing_is_pulled_back_while_the_clock_is_right(fleet, hours):
    """However long nobody ran anything."""
    fleet.bench.advance(hours=hours)
    assert fleet.clip() == 0
    fleet.serve()
    assert fleet.clip() == 0


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=60), timedelta(days=3653)], ids=str)
def test_a_clock_that_jumps_and_stays_brings_at_most_one_run_and_no_silence(fleet, jump):
    """Within the next interval and a half every account has run, none more often than the clock's own time says."""
    bench = fleet.bench
    bench.advance(seconds=jump.total_seconds())
    fleet.clip()
    at_once = fleet.serve()
    assert len(at_once) == (0 if jump < timedelta(0) else len(ACCOUNTS))
    assert fleet.serve() == [], "one run, not one for each that was missed"
    hours = 9 if fleet.schedule is EVERY else 25
    runs = fleet.live(hours)
    assert set(runs.values()) <= ({1, 2} if fleet.schedule is EVERY else {1})


@pytest.mark.parametrize("jump", [timedelta(days=60), timedelta(days=3653)], ids=str)
def test_after_a_clock_was_far_ahead_and_is_right_again_nothing_is_silent(fleet, jump):
    """A process that begins now knows nothing of the jump: it sees the rows only."""
    bench = fleet.bench
    bench.advance(seconds=jump.total_seconds())
    assert len(fleet.serve()) == len(ACCOUNTS)
    bench.advance(seconds=-jump.total_seconds())
    assert fleet.serve() == []
    assert fleet.clip() == len(ACCOUNTS)
    dues = fleet.dues()
    if fleet.schedule is EVERY:
        assert all(0 <= due < 6 * HOUR for due in dues.values())
        assert len(set(dues.values())) == len(ACCOUNTS), "each on its own moment: no herd"
        on_grid = {a: (EVERY.after(from_micros(bench.now), key_of("jobs", a))) for a in ACCOUNTS}
        assert all((micros(on_grid[a]) - bench.now - due) % (6 * HOUR) == 0 for a, due in dues.items())
    else:
        assert set(dues.values()) == {DAY}
    assert fleet.clip() == 0
    runs = fleet.live(6 if fleet.schedule is EVERY else 24)
    assert set(runs.values()) == {1}


def test_an_hour_back_does_not_silence_what_runs_every_five_minutes(bench):
    fleet = Fleet(bench, Schedule(timedelta(minutes=5)))
    fleet.serve()
    bench.advance(hours=-1)
    assert fleet.clip() == len(ACCOUNTS)
    bench.advance(minutes=5)
    assert len(fleet.serve()) == len(ACCOUNTS)


def test_an_hour_back_does_not_bring_todays_hour_a_second_time(bench):
    """Served at 08:00, it is 07:00 again: the next run is tomorrow's."""
    fleet = Fleet(bench, DAILY)
    fleet.serve()
    bench.advance(hours=-1)
    assert fleet.clip() == 0
    bench.advance(hours=1, minutes=1)
    assert fleet.serve() == []


@pytest.mark.parametrize(
    ("status", "waits", "most"),
    [
        ("backoff", timedelta(minutes=3), timedelta(hours=6)),
        ("stuck", timedelta(minutes=3), timedelta(hours=6)),
        ("failed", timedelta(minutes=3), timedelta(minutes=5)),
        ("quarantined", timedelta(days=1), timedelta(days=1)),
        ("waiting", timedelta(days=2), timedelta(days=1)),
    ],
)
def test_rows_that_wait_are_tried_again_within_a_day(fleet, status, waits, most):
    bench = fleet.bench
    bench.advance(days=60)
    fleet.serve(status, waits // timedelta(microseconds=1))
    assert fleet.clip() == 0
    bench.advance(days=-60)
    assert fleet.clip() == len(ACCOUNTS)
    assert all(0 <= due < most / timedelta(microseconds=1) for due in fleet.dues().values())


def test_what_a_source_asked_for_is_granted(fleet):
    """A wait of thirty days is the longest there is, and no mistake of a clock."""
    fleet.bench.advance(days=2)
    fleet.serve("waiting", 30 * DAY)
    assert fleet.clip() == 0


def test_an_instance_with_another_hour_keeps_the_new_one(bench):
    """Edited settings, or a country that changed its summer time: what is due at an hour that is none any more moves."""
    fleet = Fleet(bench, EVERY)
    fleet.serve()
    for at, hours in (("17:30", 9.5), ("20:00", 12), ("sun 20:00", 60)):
        fleet.schedule = Schedule(timedelta(hours=6), parse_at(at))
        assert fleet.clip() == len(ACCOUNTS)
        assert set(fleet.dues().values()) == {int(hours * HOUR)}
        assert fleet.clip() == 0


def test_rows_that_are_overdue_stay_overdue(fleet):
    fleet.bench.advance(days=10)
    assert fleet.clip() == 0
    assert len(fleet.serve()) == len(ACCOUNTS)


def test_other_instances_are_left_alone(bench):
    bench.write(lambda c: watches.ensure(c, "news", [0], bench.now + 90 * DAY))
    fleet = Fleet(bench, EVERY)
    assert fleet.clip() == 0
    assert bench.read(lambda c: watches.get(c, "news", 0)).next_due == bench.now + 90 * DAY


def test_a_lease_from_a_clock_that_was_ahead_is_cut_to_one_from_now(sqlite_bench):
    """Its holder was killed at the wrong time: nobody else would serve the row for sixty days."""
    bench = sqlite_bench
    fleet = Fleet(bench, EVERY)
    bench.advance(days=60)
    bench.write(lambda c: watches.claim(c, "jobs", [1], lease_s=LEASE_S, now=bench.now))
    bench.advance(days=-60)
    assert fleet.clip() == 1
    row = bench.read(lambda c: watches.get(c, "jobs", 1))
    assert (row.lease_until - bench.now, row.epoch) == (LEASE_S * 1_000_000, 1)
    assert fleet.clip() == 0
    assert 1 not in fleet.serve()
    bench.advance(seconds=LEASE_S)
    assert fleet.serve() == [1]


def test_a_live_lease_stays(bench):
    fleet = Fleet(bench, EVERY)
    (row,) = bench.claim(1, lease_s=LEASE_S)
    assert fleet.clip() == 0
    assert bench.read(lambda c: watches.get(c, "jobs", 1)).lease_until == row.lease_until


def test_on_a_server_leases_follow_the_servers_clock(postgresql_bench):
    bench = postgresql_bench
    fleet = Fleet(bench, EVERY)
    bench.claim(1, lease_s=60 * 86_400.0)
    bench.claim(2, lease_s=LEASE_S / 2)
    assert fleet.clip() == 1
    left = [
        bench.read(lambda c, a=a: watches.get(c, "jobs", a)).lease_until
        - bench.write(
            lambda c: c.exec_driver_sql("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").scalar_one()
        )
        for a in (1, 2)
    ]
    assert LEASE_S - 30 < left[0] / 1e6 <= LEASE_S
    assert LEASE_S / 2 - 30 < left[1] / 1e6 <= LEASE_S / 2
