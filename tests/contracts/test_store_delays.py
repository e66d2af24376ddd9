"""How late facts are known is counted with the signals, and read back within 5 %."""

from __future__ import annotations

import math
from random import Random

import pytest

from capteur.store import Fenced, delays
from capteur.store.accounts import forget
from capteur.store.delays import ENOUGH, SAMPLE, Delay, bucket_of, middle_of

SECOND, HOUR = 1_000_000, 3_600_000_000


def live(bench, key, hours, **more):
    """A signal of a live batch that is `hours` late, in the account `more["of"]`."""
    return bench.signal(key, more.pop("of"), at=bench.now - int(hours * HOUR), **more)


def nearest_rank(values, share):
    return sorted(values)[math.ceil(len(values) * share) - 1]


@pytest.mark.parametrize("seed", range(5))
def test_quantiles_are_within_a_twentieth_of_the_true_ones(bench, seed):
    rng = Random(seed)
    acme = bench.account("acme.com")
    hours = [rng.lognormvariate(2, 1.5) for _ in range(SAMPLE * 3)]
    for start in range(0, len(hours), SAMPLE):
        part = enumerate(hours[start : start + SAMPLE], start)
        bench.commit(*(live(bench, f"k{i}", h, of=acme) for i, h in part), live=True)
    told = bench.read(lambda c: delays.of_sensor(c, "jobs"))["hiring.opened"]
    assert told.n == len(hours)
    assert told.p50 == pytest.approx(nearest_rank(hours, 0.5) * HOUR, rel=0.05)
    assert told.p99 == pytest.approx(nearest_rank(hours, 0.99) * HOUR, rel=0.05)


def test_a_bucket_is_told_by_a_value_within_a_twentieth():
    for exponent in range(60, 155):
        for delay in (int(10 ** (exponent / 10)), int(10 ** (exponent / 10)) + 1):
            assert middle_of(bucket_of(delay)) == pytest.approx(delay, rel=0.05)


def test_less_than_a_second_and_a_clock_that_went_back_are_at_once():
    assert [bucket_of(delay) for delay in (-HOUR, 0, SECOND - 1, SECOND)] == [0, 0, 0, 1]
    assert middle_of(0) == 0


def test_only_live_new_signals_of_which_nothing_is_assumed_are_measured(bench):
    """Not a batch that is not live, not a known key, not an assumed one, not one that has grown."""
    acme = bench.account("acme.com")
    kinds = {"kind": "visit.page", "grows": True}
    bench.commit(live(bench, "past", 5, of=acme), live=False)
    bench.commit(live(bench, "past", 5, of=acme), live=True)
    bench.commit(live(bench, "assumed", 5, of=acme, known_at=bench.now), live=True)
    bench.commit(live(bench, "visits", 1, of=acme, strength=0.2, **kinds), live=True)
    bench.commit(live(bench, "visits", 1, of=acme, strength=0.9, **kinds), live=True)
    told = bench.read(lambda c: delays.of_sensor(c, "jobs"))
    assert {kind: delay.n for kind, delay in told.items()} == {"visit.page": 1}


def test_a_company_nobody_knows_is_measured_too(bench):
    bench.commit(live(bench, "k", 2, of=bench.unknown("name:nobody")), live=True)
    assert bench.read(lambda c: delays.of_sensor(c, "jobs"))["hiring.opened"].n == 1


def test_a_fenced_batch_measures_nothing(bench):
    acme = bench.account("acme.com")
    (row,) = bench.claim(acme)
    with pytest.raises(Fenced):
        bench.commit(live(bench, "k", 2, of=acme), live=True, account_id=acme, epoch=row.epoch - 1)
    assert bench.read(lambda c: delays.of_sensor(c, "jobs")) == {}


def test_of_a_flood_a_sample_is_measured(bench):
    acme = bench.account("acme.com")
    bench.commit(*(live(bench, f"k{i}", 10, of=acme) for i in range(SAMPLE * 20)), live=True)
    told = bench.read(lambda c: delays.of_sensor(c, "jobs"))["hiring.opened"]
    assert SAMPLE / 2 < told.n <= SAMPLE
    assert told.p50 == pytest.approx(10 * HOUR, rel=0.05)


def test_a_median_counts_once_enough_were_measured(bench):
    acme = bench.account("acme.com")
    for i in range(ENOUGH):
        assert bench.read(lambda c: delays.medians(c, "jobs")) == {}
        bench.commit(live(bench, f"k{i}", 3, of=acme), live=True)
    assert bench.read(lambda c: delays.medians(c, "jobs")) == {"hiring.opened": pytest.approx(3 * HOUR, rel=0.05)}
    assert not Delay(ENOUGH - 1, 0, 0).is_known
    assert Delay(ENOUGH, 0, 0).is_known


def test_a_sensor_that_was_not_measured_goes_by_the_others(bench):
    """Its own measure goes first; a kind measured too rarely by each is known by all of them together."""
    acme = bench.account("acme.com")
    for i in range(ENOUGH):
        bench.commit(live(bench, f"j{i}", 3, of=acme), live=True)
        bench.commit(live(bench, f"n{i}", 30, of=acme), live=True, scope="news")
        scope = "a" if i % 2 else "b"
        bench.commit(live(bench, f"p{i}", 9, of=acme, kind="press.mention"), live=True, scope=scope)

    def median(sensor, kind):
        return bench.read(lambda c: delays.medians(c, sensor))[kind] / HOUR

    assert median("jobs", "hiring.opened") == pytest.approx(3, rel=0.05)
    assert median("news", "hiring.opened") == pytest.approx(30, rel=0.05)
    assert median("history", "hiring.opened") in (pytest.approx(3, rel=0.05), pytest.approx(30, rel=0.05))
    assert median("a", "press.mention") == pytest.approx(9, rel=0.05)


def test_two_writers_never_wait_for_each_other_to_count(postgresql_bench):
    """While one counts for a sensor the other's unit is left out of the sample; its signals are stored all the same."""
    bench = postgresql_bench
    acme = bench.account("acme.com")
    bench.commit(live(bench, "first", 3, of=acme), live=True)
    other = bench.another()

    def count_and_meanwhile(conn):
        scope = conn.exec_driver_sql("SELECT id FROM scope WHERE name = 'jobs'").scalar_one()
        kind = conn.exec_driver_sql("SELECT id FROM kind WHERE name = 'hiring.opened'").scalar_one()
        delays.count(conn, scope, [(kind, 3 * HOUR)])
        return bench.commit(live(bench, "meanwhile", 3, of=acme), store=other, live=True).new

    assert bench.write(count_and_meanwhile) == 1
    assert bench.read(lambda c: delays.of_sensor(c, "jobs"))["hiring.opened"].n == 2
    assert {o.key for o in bench.history(acme)} == {"first", "meanwhile"}


def test_what_was_measured_outlives_the_account(bench):
    """The counts name nobody."""
    acme = bench.account("acme.com")
    bench.commit(live(bench, "k", 2, of=acme), live=True)
    bench.write(lambda c: forget(c, acme))
    assert bench.read(lambda c: delays.of_sensor(c, "jobs"))["hiring.opened"].n == 1
