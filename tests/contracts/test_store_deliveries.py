"""Deliveries in the store, on both engines: kept once, read once, read again when asked, and gone when they shall be."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from capteur.store import deliveries, inbox, sql, watches
from capteur.store.deliveries import Arrived
from capteur.store.instances import id_of
from capteur.store.shapes import FAR, Read

MINUTE = 60_000_000


@pytest.fixture
def arrived(bench):
    """Makes a delivery of the instance `visits`."""
    number = bench.write(lambda c: id_of(c, "visits"))

    def make(key, body=b"{}", **more):
        return Arrived(number, key, more.pop("at", bench.now), body, **more)

    return make


def keep(bench, *arrived):
    return bench.write(lambda c: deliveries.keep(c, arrived))


def take(bench, **more):
    return bench.write(lambda c: deliveries.take(c, "visits", bench.now, **{"limit": 10, "most_bytes": 10**6, **more}))


def due(bench):
    row = bench.read(lambda c: watches.get(c, "visits", 0))
    return None if row is None else row.next_due


def finish(bench, *read, status="ok", next_due=None):
    row = bench.claim(0, "visits")[0]
    bench.commit(
        instance="visits",
        epoch=row.epoch,
        read=read,
        finish=bench.finish(status, next_due=bench.now + MINUTE if next_due is None else next_due),
    )


def test_a_delivery_is_kept_as_it_came_and_the_instance_is_due(bench, arrived):
    came = arrived(
        "id:1", b"\x00\xff {}", headers=json.dumps({"content-type": "x/y"}), query='{"a": "1"}', client='{"k": "v"}'
    )
    assert keep(bench, came) == 1
    (got,) = take(bench)
    assert (got.key, got.received_at, got.fails, got.body) == ("id:1", bench.now, 0, b"\x00\xff {}")
    assert (got.headers, got.query, got.client) == ({"content-type": "x/y"}, {"a": "1"}, {"k": "v"})
    assert due(bench) == bench.now


def test_the_same_key_is_kept_once_in_one_transaction_and_in_two(bench, arrived):
    assert keep(bench, arrived("id:1"), arrived("id:1"), arrived("id:2")) == 2
    assert keep(bench, arrived("id:2"), arrived("id:3")) == 1
    assert sorted(w.key for w in take(bench)) == ["id:1", "id:2", "id:3"]


def test_another_key_counts_within_its_window_only(bench, arrived):
    keep(bench, arrived("d:1"))
    late = arrived("d:2", also="d:1", since=bench.now)
    assert keep(bench, late) == 0
    assert keep(bench, replace(late, since=bench.now + 1)) == 1


def test_two_receivers_keep_the_same_deliveries_once(postgresql_bench):
    bench = postgresql_bench
    number = bench.write(lambda c: id_of(c, "visits"))
    other = bench.another()
    batches = [
        [Arrived(number, f"id:{n}", bench.now, b"{}") for n in order] for order in (range(50), reversed(range(50)))
    ]
    waiting = [
        store.write(lambda c, b=batch: deliveries.keep(c, b))
        for store, batch in zip((bench.store, other), batches, strict=True)
    ]
    for future in waiting:
        future.result(timeout=30)
    assert len(take(bench, limit=1000)) == 50


def test_little_is_taken_at_a_time_and_the_longest_waiting_first(bench, arrived):
    keep(bench, *(arrived(f"id:{n}", b"x" * 100, at=bench.now - n) for n in range(5)))
    assert [w.key for w in take(bench, limit=2)] == ["id:4", "id:3"]
    assert [w.key for w in take(bench, most_bytes=250)] == ["id:4", "id:3"]
    assert [w.key for w in take(bench, most_bytes=1)] == ["id:4"], "one always goes"


def test_what_is_read_is_done_and_nobody_knows_who_sent_it(bench, arrived):
    keep(bench, arrived("id:1", client='{"client-address": "192.0.2.7"}'))
    (got,) = take(bench)
    finish(bench, Read(got.id, "done"))
    assert take(bench) == []
    assert due(bench) == FAR
    whole = bench.read(lambda c: inbox.get(c, got.id))
    assert (whole.row.state, whole.row.read_at, whole.client_kept) == ("done", bench.now, False)
    assert bench.read(lambda c: sql.value(c, "SELECT client FROM delivery")) is None


def test_what_came_meanwhile_makes_the_instance_due_when_the_unit_ends(bench, arrived):
    keep(bench, arrived("id:1"))
    (got,) = take(bench)
    keep(bench, arrived("id:2"))
    finish(bench, Read(got.id, "done"))
    assert due(bench) == bench.now
    assert [w.key for w in take(bench)] == ["id:2"]


def test_one_that_could_not_be_read_is_tried_again_at_its_time_and_holds_nobody_up(bench, arrived):
    keep(bench, arrived("id:1"), arrived("id:2"))
    one, two = take(bench)
    finish(bench, Read(one.id, "waiting", 1, bench.now + 2 * MINUTE, "no"), Read(two.id, "done"))
    assert (take(bench), due(bench)) == ([], bench.now + 2 * MINUTE)
    bench.advance(minutes=2)
    assert [(w.key, w.fails) for w in take(bench)] == [("id:1", 1)]


def test_a_unit_that_ended_badly_holds_its_instance_back(bench, arrived):
    keep(bench, arrived("id:1"))
    finish(bench, status="backoff", next_due=bench.now + 5 * MINUTE)
    assert due(bench) == bench.now + 5 * MINUTE


def test_a_fenced_unit_settles_nothing(bench, arrived):
    from capteur.store import Fenced

    keep(bench, arrived("id:1"))
    (got,) = take(bench)
    row = bench.claim(0, "visits")[0]
    with pytest.raises(Fenced):
        bench.commit(instance="visits", epoch=row.epoch - 1, read=(Read(got.id, "done"),), finish=bench.finish("ok"))
    assert len(take(bench)) == 1


def test_one_set_aside_is_read_again_when_asked(bench, arrived):
    keep(bench, arrived("id:1"))
    (got,) = take(bench)
    finish(bench, Read(got.id, "failed", 3, 0, "sensor visits: not JSON"))
    assert (take(bench), due(bench)) == ([], FAR)
    assert bench.read(deliveries.tallies) == {"visits": deliveries.Tally(0, None, 1)}
    (row,) = bench.read(lambda c: inbox.rows(c, state="failed"))
    assert (row.fails, row.error) == (3, "sensor visits: not JSON")
    assert bench.write(lambda c: inbox.replay(c, [row.id], bench.now)) == 1
    assert [(w.key, w.fails) for w in take(bench)] == [("id:1", 0)]
    assert due(bench) == bench.now
    assert bench.read(deliveries.tallies) == {"visits": deliveries.Tally(1, bench.now, 0)}


def test_rows_are_listed_newest_first_and_chosen(bench, arrived):
    keep(bench, arrived("id:1", at=bench.now - 10), arrived("id:2"))
    other = bench.write(lambda c: id_of(c, "beacon"))
    keep(bench, Arrived(other, "id:3", bench.now, b"abc"))
    found = bench.read(inbox.rows)
    assert [(r.instance, r.key, r.size) for r in found] == [
        ("beacon", "id:3", 3),
        ("visits", "id:2", 2),
        ("visits", "id:1", 2),
    ]
    assert [r.key for r in bench.read(lambda c: inbox.rows(c, instance="visits", limit=1))] == ["id:2"]
    assert [r.key for r in bench.read(lambda c: inbox.rows(c, instance="visits", since=bench.now))] == ["id:2"]
    assert [r.key for r in bench.read(lambda c: inbox.rows(c, ids=[found[2].id]))] == ["id:1"]


def test_a_purge_takes_the_oldest_and_leaves_what_waits(bench, arrived):
    keep(bench, *(arrived(f"id:{n}") for n in range(3)))
    one, two, _ = take(bench)
    finish(bench, Read(one.id, "done"), Read(two.id, "failed", 3, 0, "x"))
    assert bench.write(lambda c: inbox.purge(c, bench.now)) == 0, "not before"
    assert bench.write(lambda c: inbox.purge(c, bench.now + 1, limit=1)) == 1
    assert bench.write(lambda c: inbox.purge(c, bench.now + 1)) == 1
    assert [r.state for r in bench.read(inbox.rows)] == ["waiting"]
    assert bench.write(lambda c: inbox.purge(c, bench.now + 1, state="waiting")) == 1


def test_an_id_never_comes_twice(bench, arrived):
    keep(bench, arrived("id:1"))
    (one,) = take(bench)
    bench.write(lambda c: inbox.purge(c, bench.now + 1, state="waiting"))
    keep(bench, arrived("id:2"))
    assert take(bench)[0].id > one.id


def test_who_sent_what_is_forgotten_after_a_while_and_later_where_nobody_has_looked_at_it(bench, arrived):
    keep(bench, *(arrived(f"id:{n}", client='{"n": "1"}', at=bench.now - 10 + n) for n in range(3)))
    finish(bench, *(Read(w.id, "waiting", 1, bench.now - 10, "no") for w in take(bench, limit=1)))
    for unread, left in ((bench.now - 10, ["id:1", "id:2"]), (bench.now - 8, ["id:2"]), (bench.now, [])):
        bench.write(lambda c, unread=unread: inbox.forget_clients(c, bench.now, unread=unread))
        assert [w.key for w in take(bench) if w.client] == left


def test_a_wrong_clock_puts_nothing_off_for_long(bench, arrived):
    keep(bench, arrived("id:1"))
    (got,) = take(bench)
    finish(bench, Read(got.id, "waiting", 1, bench.now + 900 * MINUTE, "x"))
    bench.write(lambda c: deliveries.tend(c, "visits", bench.now, lease_s=60, retry_most=10 * MINUTE))
    assert due(bench) == bench.now
    assert len(take(bench)) == 1


def test_an_instance_that_never_had_anything_gets_a_row_that_is_not_due(bench):
    bench.write(lambda c: id_of(c, "visits"))
    bench.write(lambda c: deliveries.tend(c, "visits", bench.now, lease_s=60, retry_most=MINUTE))
    assert due(bench) == FAR
