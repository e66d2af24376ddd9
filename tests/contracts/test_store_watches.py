"""Watch rows and instances: claims that exclude each other, leases that end, failures that are counted, parking."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from capteur.store import watches

HOUR = 3_600_000_000


def claim(bench, *accounts, store=None, **options):
    now = bench.now
    options = {"lease_s": 60.0, "due_only": True} | options
    work = lambda c: watches.claim(c, "jobs", list(accounts) or None, now=now, **options)  # noqa: E731  it is written to the store it is given
    return (store or bench.store).write(work).result(timeout=60)


def ensure(bench, *accounts, due=None):
    return bench.write(lambda c: watches.ensure(c, "jobs", accounts, bench.now if due is None else due))


def test_rows_are_made_once(bench):
    assert ensure(bench, 1, 2, 0) == 3
    assert ensure(bench, 2, 3) == 1
    assert [r.account_id for r in bench.read(lambda c: watches.rows(c, "jobs"))] == [0, 1, 2, 3]
    assert bench.read(lambda c: watches.get(c, "jobs", 9)) is None
    assert [r.instance for r in bench.read(watches.rows)] == ["jobs"] * 4


def test_a_claimed_row_is_left_to_its_claimer(bench):
    ensure(bench, 1, 2)
    (first,) = claim(bench, 1)
    assert [r.account_id for r in claim(bench)] == [2]
    assert claim(bench) == []
    assert (first.epoch, first.cursor, first.instance) == (1, None, "jobs")


def test_only_due_rows_are_claimed_the_longest_due_first(bench):
    ensure(bench, 1, due=bench.now + HOUR)
    ensure(bench, 2, due=bench.now - HOUR)
    ensure(bench, 3, due=bench.now - 2 * HOUR)
    assert [r.account_id for r in claim(bench, limit=1)] == [3]
    assert [r.account_id for r in claim(bench)] == [2]
    assert [r.account_id for r in claim(bench, due_only=False)] == [1]


def test_a_lease_that_ran_out_can_be_claimed_again_with_the_next_epoch(bench):
    ensure(bench, 1)
    (old,) = claim(bench, lease_s=-1)
    (new,) = claim(bench)
    assert (old.epoch, new.epoch) == (1, 2)
    assert not bench.write(lambda c: watches.release(c, "jobs", 1, old.epoch))
    assert claim(bench) == []


def test_a_row_given_back_can_be_claimed_at_once(bench):
    ensure(bench, 1)
    (row,) = claim(bench)
    assert bench.write(lambda c: watches.release(c, "jobs", 1, row.epoch, next_due=bench.now + HOUR))
    after = bench.read(lambda c: watches.get(c, "jobs", 1))
    assert (after.lease_until, after.next_due) == (0, bench.now + HOUR)


def test_leases_on_sqlite_follow_the_injected_clock(sqlite_bench):
    """One machine, one clock: moving it ends the lease."""
    bench = sqlite_bench
    ensure(bench, 1)
    claim(bench, lease_s=60)
    bench.advance(seconds=59)
    assert claim(bench) == []
    bench.advance(seconds=1)
    assert len(claim(bench)) == 1


def test_every_row_is_claimed_by_exactly_one_of_two_claimers(bench):
    ensure(bench, *range(1, 101))
    stores = [bench.store, bench.another(busy_s=30)]
    gate = threading.Barrier(2)

    def work(which: int) -> list[int]:
        gate.wait()
        mine: list[int] = []
        while got := claim(bench, store=stores[which], limit=7):
            mine += [r.account_id for r in got]
        return mine

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(work, range(2))
    assert sorted(one + two) == list(range(1, 101))


@pytest.mark.parametrize(
    ("status", "fails"),
    [
        ("ok", 0),
        ("skipped", 0),
        ("backoff", 3),
        ("bug", 3),
        ("failed", 3),
        ("stuck", 3),
        ("quarantined", 3),
        ("waiting", 2),
        ("parked", 2),
        ("stopped", 2),
    ],
)
def test_how_a_unit_ended_is_written_to_its_row(bench, status, fails):
    """Only `ok` is a good run; failures are counted in a row, and a good or skipped run ends the row of them."""
    acme = bench.account("acme.com")
    for _ in range(2):
        (row,) = bench.claim(acme)
        bench.commit(account_id=acme, epoch=row.epoch, finish=bench.finish("failed", error="boom"))
    bench.advance(hours=1)
    (row,) = bench.claim(acme)
    bench.commit(
        account_id=acme,
        epoch=row.epoch,
        finish=bench.finish(status, newest=77, error="why" if status != "ok" else None),
    )
    after = bench.read(lambda c: watches.get(c, "jobs", acme))
    assert (after.fails, after.last_status, after.lease_until) == (fails, status, 0)
    good = status == "ok"
    assert (after.first_ok, after.last_ok, after.newest) == ((bench.now, bench.now, 77) if good else (None, None, None))
    assert after.last_error == (None if good else "why")


def test_the_first_good_run_and_the_newest_signal_are_kept(bench):
    """`newest` never goes back: a run that finds only old things does not reopen the past."""
    acme = bench.account("acme.com")
    first = bench.now
    for newest in (50, 40, None, 60):
        (row,) = bench.claim(acme)
        bench.commit(account_id=acme, epoch=row.epoch, finish=bench.finish("ok", newest=newest), memory=f'"{newest}"')
        bench.advance(days=1)
    after = bench.read(lambda c: watches.get(c, "jobs", acme))
    assert (after.first_ok, after.newest, after.cursor) == (first, 60, '"60"')
    assert after.last_ok > first


def test_a_run_without_a_checkpoint_keeps_the_memory(bench):
    acme = bench.account("acme.com")
    for memory in ('{"a":1}', None):
        (row,) = bench.claim(acme)
        bench.commit(account_id=acme, epoch=row.epoch, finish=bench.finish(), memory=memory)
    assert bench.read(lambda c: watches.get(c, "jobs", acme)).cursor == '{"a":1}'


def test_a_parked_instance_waits_for_its_operator_or_a_new_configuration(bench):
    bench.write(lambda c: watches.upsert_instance(c, "jobs", "hiring", "h1"))
    ensure(bench, 0, due=bench.now + HOUR)
    bench.write(lambda c: watches.park(c, "jobs", "401 Unauthorized", "renew the key", bench.now))
    parked = bench.write(lambda c: watches.upsert_instance(c, "jobs", "hiring", "h1"))
    assert (parked.parked_at, parked.parked_error, parked.parked_fix) == (
        bench.now,
        "401 Unauthorized",
        "renew the key",
    )
    assert bench.read(watches.instances)["jobs"] == parked
    changed = bench.write(lambda c: watches.upsert_instance(c, "jobs", "hiring", "h2"))
    assert (changed.parked_at, changed.config_hash) == (None, "h2")
    bench.write(lambda c: watches.park(c, "jobs", "again", None, bench.now))
    assert bench.write(lambda c: watches.resume(c, "jobs"))
    assert not bench.write(lambda c: watches.resume(c, "jobs"))
    assert [r.account_id for r in claim(bench)] == [0]


def test_a_list_of_rows_leaves_the_cursors_out_unless_asked(bench):
    (row,) = bench.claim(1)
    bench.commit(account_id=1, epoch=row.epoch, memory='{"page":2}', finish=bench.finish(next_due=bench.now))
    (plain,), (whole,) = (bench.read(lambda c, w=w: watches.rows(c, "jobs", cursors=w)) for w in (False, True))
    assert (plain.cursor, whole.cursor) == (None, '{"page":2}')
    assert replace(plain, cursor=whole.cursor) == whole == bench.read(lambda c: watches.get(c, "jobs", 1))
    assert bench.claim(1)[0].cursor == '{"page":2}'


def test_it_is_remembered_whether_an_instance_is_parked_for_a_credential(bench):
    """Taking the parking off leaves alone when each row is due."""
    ensure(bench, 0, due=bench.now + HOUR)
    for credentials in (True, False):
        bench.write(
            lambda c, credentials=credentials: watches.park(c, "jobs", "x", None, bench.now, credentials=credentials)
        )
        row = bench.read(watches.instances)["jobs"]
        assert (row.parked_for, row.credentials) == ("credentials" if credentials else "config", credentials)
        assert bench.write(lambda c: watches.unpark(c, "jobs"))
        row = bench.read(watches.instances)["jobs"]
        assert (row.parked_at, row.parked_for, row.credentials) == (None, None, False)
    assert not bench.write(lambda c: watches.unpark(c, "jobs"))
    assert claim(bench) == []
