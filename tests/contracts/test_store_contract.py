"""What every store keeps: each signal once, grown where its kind grows, known since when it was, whoever writes."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from capteur.store import Fenced, signals, states, validators, watches
from capteur.store.shapes import IncomingFact, IncomingOutcome, Validator
from capteur.store.standing import standing

DAY = 86_400_000_000


def test_a_key_is_stored_once_per_scope(bench):
    """The same key from the same sensor is unchanged; another sensor may use it for something else."""
    acme = bench.account("acme.com")
    first = bench.commit(bench.signal("gh:acme:1", acme))
    again = bench.commit(bench.signal("gh:acme:1", acme), bench.signal("gh:acme:2", acme))
    other = bench.commit(bench.signal("gh:acme:1", acme), scope="news")
    assert (first.new, again.new, again.unchanged, other.new) == (1, 1, 1, 1)
    assert again.new_keys == ("gh:acme:2",)
    assert [o.key for o in bench.history(acme)] == ["gh:acme:1", "gh:acme:1", "gh:acme:2"]


def test_the_first_of_a_key_that_comes_twice_in_one_batch_counts(bench):
    acme = bench.account("acme.com")
    receipt = bench.commit(bench.signal("k", acme, strength=0.4), bench.signal("k", acme, strength=0.9))
    assert (receipt.new, receipt.unchanged) == (1, 1)
    assert bench.history(acme)[0].strength == 0.4


def test_anything_else_about_a_known_key_changes_nothing(bench):
    """Edits of a posting, another account or another kind under a known key are unchanged and leave no mark."""
    acme, zeta = bench.account("acme.com"), bench.account("zeta.io")
    bench.commit(bench.signal("k", acme, summary="RevOps", strength=0.5))
    before = bench.history(acme)
    bench.marks()
    bench.advance(hours=1)
    for changed in (
        bench.signal("k", acme, summary="Head of RevOps", strength=0.9, ago=0.5),
        bench.signal("k", zeta, strength=0.9),
        bench.signal("k", acme, kind="visit.page", strength=0.9, grows=True),
    ):
        assert bench.commit(changed).unchanged == 1
    assert bench.history(acme) == before
    assert bench.history(zeta) == []
    assert bench.marks() == {}


def test_a_growing_kind_takes_the_stronger_belief_and_keeps_the_old_one(bench):
    """A replay of the time before sees the old strength; from the growth on the new one holds."""
    acme = bench.account("acme.com")
    bench.commit(bench.signal("v", acme, kind="visit.page", strength=0.2, grows=True))
    first = bench.now
    grown = bench.advance(hours=1)
    receipt = bench.commit(bench.signal("v", acme, kind="visit.page", strength=0.6, grows=True))
    assert (receipt.new, receipt.updated, receipt.accounts) == (0, 1, {acme})
    (now,) = bench.history(acme)
    assert (now.strength, now.known_at) == (0.6, grown)
    assert [(o.strength, o.known_at) for o in bench.as_of(acme, grown - 1)] == [(0.2, first)]
    assert [(o.strength, o.known_at) for o in bench.as_of(acme, grown)] == [(0.6, grown)]
    assert bench.as_of(acme, first - 1) == []


def test_a_growing_kind_that_is_not_stronger_is_unchanged(bench):
    acme = bench.account("acme.com")
    bench.commit(bench.signal("v", acme, kind="visit.page", strength=0.6, grows=True))
    for strength in (0.6, 0.1):
        assert bench.commit(bench.signal("v", acme, kind="visit.page", strength=strength, grows=True)).unchanged == 1
    assert bench.history(acme)[0].strength == 0.6


def test_of_a_growing_key_that_comes_twice_in_one_batch_the_strongest_counts(bench):
    acme = bench.account("acme.com")
    day = [bench.signal("v", acme, kind="visit.page", strength=s, grows=True) for s in (0.2, 0.7, 0.5)]
    receipt = bench.commit(*day)
    assert (receipt.new, receipt.updated, receipt.unchanged) == (1, 0, 2)
    assert bench.history(acme)[0].strength == 0.7


def test_growth_keeps_every_belief_in_turn(bench):
    """Three growths leave three past beliefs, each seen by a replay of its own time."""
    acme = bench.account("acme.com")
    moments = []
    for strength in (0.1, 0.2, 0.3, 0.4):
        bench.commit(bench.signal("v", acme, kind="visit.page", strength=strength, grows=True, at=bench.now - DAY))
        moments.append(bench.now)
        bench.advance(hours=1)
    assert [[o.strength for o in bench.as_of(acme, at)] for at in moments] == [[0.1], [0.2], [0.3], [0.4]]


def test_a_live_signal_is_known_from_its_commit(bench):
    """An opening read of old jobs is known now, however old they are."""
    acme = bench.account("acme.com")
    bench.commit(bench.signal("old", acme, ago=400))
    (row,) = bench.read(signals.rows)
    assert (row.known_at, row.detected_at, row.known_assumed) == (bench.now, bench.now, False)
    assert bench.as_of(acme, bench.now - 1) == []


def test_an_assumed_known_at_lies_between_the_fact_and_the_commit(bench):
    """Imports say when they were probably known: never after the commit, never before the fact."""
    acme = bench.account("acme.com")
    occurred = bench.now - 10 * DAY
    bench.commit(
        bench.signal("usual", acme, known_at=occurred + DAY, at=occurred),
        bench.signal("late", acme, known_at=bench.now + DAY, at=occurred),
        bench.signal("early", acme, known_at=occurred - DAY, at=occurred),
    )
    rows = {r.key: r for r in bench.read(signals.rows)}
    assert {k: r.known_at for k, r in rows.items()} == {"usual": occurred + DAY, "late": bench.now, "early": occurred}
    assert all(r.known_assumed and r.detected_at == bench.now for r in rows.values())
    assert [o.key for o in bench.as_of(acme, occurred)] == ["early"]


def test_a_clock_that_goes_back_moves_no_belief_back(bench):
    acme = bench.account("acme.com")
    bench.commit(bench.signal("v", acme, kind="visit.page", strength=0.2, grows=True))
    first = bench.now
    bench.advance(hours=-5)
    bench.commit(bench.signal("v", acme, kind="visit.page", strength=0.6, grows=True))
    assert [(o.strength, o.known_at) for o in bench.history(acme)] == [(0.6, first)]
    assert [o.strength for o in bench.as_of(acme, first)] == [0.6]


def test_a_revoked_signal_counts_until_it_was_revoked(bench):
    """Revoking is a belief too: history keeps the signal with its moment, and the state is refolded."""
    acme = bench.account("acme.com")
    bench.commit(bench.signal("a", acme, ago=3), bench.signal("b", acme, ago=2))
    bench.marks()
    at = bench.advance(hours=1)
    receipt = bench.commit(revokes=(("a", "wrong company"), ("nobody knows this", "")))
    assert receipt.revoked == 1
    assert {o.key: o.revoked_at for o in bench.history(acme)} == {"a": at, "b": None}
    assert [
        o.key for o in bench.read(lambda c: standing(c, [(acme, "hiring.opened", None)]))[acme, "hiring.opened"]
    ] == ["b"]
    assert bench.marks() == {(acme, "hiring.opened"): (at - 3 * DAY) // DAY}
    assert bench.commit(revokes=(("a", "again"),)).revoked == 0
    assert bench.commit(bench.signal("a", acme)).unchanged == 1


def test_a_person_can_revoke_one_signal(bench):
    acme = bench.account("acme.com")
    bench.commit(bench.signal("a", acme))
    (row,) = bench.read(signals.rows)
    assert bench.write(lambda c: signals.revoke(c, row.id, "a namesake", bench.now))
    assert not bench.write(lambda c: signals.revoke(c, row.id, "again", bench.now))
    (row,) = bench.read(signals.rows)
    assert (row.revoked_at, row.revoked_reason) == (bench.now, "a namesake")


def test_a_revoked_signal_does_not_grow(bench):
    acme = bench.account("acme.com")
    bench.commit(bench.signal("v", acme, kind="visit.page", strength=0.2, grows=True), revokes=(("v", "a bot"),))
    assert bench.commit(bench.signal("v", acme, kind="visit.page", strength=0.9, grows=True)).unchanged == 1


def test_a_batch_of_the_owner_of_the_row_commits_everything_at_once(bench):
    """Signals, facts, outcomes, memory, due time and validators stand or fall together."""
    acme = bench.account("acme.com")
    (row,) = bench.claim(acme)
    due = bench.now + 6 * 3_600_000_000
    bench.commit(
        bench.signal("a", acme, ago=1),
        account_id=acme,
        epoch=row.epoch,
        memory='{"page":2}',
        facts=(IncomingFact(acme, "country", '"FR"', bench.now),),
        outcomes=(IncomingOutcome(acme, "won", "deal-1", bench.now, "main", 9000.0, None),),
        validators=(Validator("https://boards.example/acme", '"v1"', None),),
        validator_scope="jobs|1|abc",
        finish=bench.finish(next_due=due, newest=bench.now - DAY),
    )
    after = bench.read(lambda c: watches.get(c, "jobs", acme))
    assert (after.cursor, after.next_due, after.newest, after.first_ok, after.last_ok) == (
        '{"page":2}',
        due,
        bench.now - DAY,
        bench.now,
        bench.now,
    )
    assert (after.lease_until, after.fails, after.last_status) == (0, 0, "ok")
    assert bench.read(lambda c: validators.load(c, "jobs|1|abc", acme))["https://boards.example/acme"].etag == '"v1"'
    assert bench.read(lambda c: validators.load(c, "jobs|2|abc", acme)) == {}


@pytest.mark.parametrize("finished", [True, False], ids=["last batch", "batch in between"])
@pytest.mark.parametrize("memory", [None, "{}"], ids=["no memory", "memory"])
def test_a_batch_whose_row_was_claimed_by_another_stores_nothing(bench, finished, memory):
    acme = bench.account("acme.com")
    (old,) = bench.claim(acme, lease_s=-1)
    (new,) = bench.claim(acme)
    assert new.epoch == old.epoch + 1
    with pytest.raises(Fenced, match="another run has taken over"):
        bench.commit(
            bench.signal("a", acme),
            account_id=acme,
            epoch=old.epoch,
            memory=memory,
            facts=(IncomingFact(acme, "country", '"FR"', bench.now),),
            validators=(Validator("https://x.example", "1", None),),
            validator_scope="s",
            finish=bench.finish() if finished else None,
        )
    assert bench.history(acme) == []
    assert bench.read(states.marks_left) == 0
    assert bench.read(lambda c: validators.load(c, "s", acme)) == {}
    assert bench.read(lambda c: watches.get(c, "jobs", acme)) == new
    assert bench.commit(bench.signal("a", acme), account_id=acme, epoch=new.epoch).new == 1


def test_two_writers_at_once_store_each_key_once(bench):
    """Two stores on one database, the same 400 keys, in opposite orders, growing: nothing twice, nothing lost."""
    acme = bench.account("acme.com")
    stores = [bench.store, bench.another(busy_s=30)]
    batches = [
        [bench.signal(f"k{i:03}-{j}", acme, kind="visit.page", grows=True, strength=0.5) for j in range(20)]
        for i in range(20)
    ]
    gate = threading.Barrier(2)

    def work(which: int) -> int:
        gate.wait()
        order = batches if which == 0 else [batch[::-1] for batch in reversed(batches)]
        return sum(bench.commit(*batch, store=stores[which]).new for batch in order)

    with ThreadPoolExecutor(2) as pool:
        new = list(pool.map(work, range(2)))
    assert sum(new) == 400
    assert len(bench.history(acme)) == 400


def test_two_processes_at_once_store_each_key_once(bench):
    """The same 300 keys from two processes, one of them backwards: each counted new by exactly one of them."""
    acme = bench.account("acme.com")
    code = """
import sys
from capteur.accounts import AccountRef
from capteur.clock import SystemClock
from capteur.signals import Accepted
from capteur.store import open_store
from capteur.store.ingest import commit
from capteur.store.shapes import Batch, Incoming
url, account, step = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
store = open_store(url, SystemClock(), busy_s=30)
def one(i): return Incoming(Accepted("a.b", AccountRef(), f"k{i}", 1, False, 1.0, None, None, None, None, None, None, 1), account)
new = 0
for start in range(0, 300, 10)[::step]:
    batch = Batch("jobs", "jobs", signals=tuple(one(i) for i in range(start, start + 10)[::step]))
    new += store.write(lambda c: commit(c, batch, 2)).result().new
store.close()
print(new)
"""
    both = [
        subprocess.Popen([sys.executable, "-c", code, bench.url, str(acme), step], stdout=subprocess.PIPE, text=True)
        for step in ("1", "-1")
    ]
    new = [int(p.communicate(timeout=60)[0]) for p in both]
    assert sum(new) == 300
    assert len(bench.history(acme)) == 300
    assert bench.marks() == {(acme, "a.b"): 0}


def test_two_writers_that_grow_one_signal_keep_every_belief(bench):
    """Whoever comes second keeps the first one's belief, not the one before it: the chain of past strengths has no gap."""
    acme = bench.account("acme.com")
    bench.commit(bench.signal("v", acme, kind="visit.page", strength=0.0, grows=True))
    stores = [bench.store, bench.another(busy_s=30)]
    gate = threading.Barrier(2)

    def work(which: int) -> int:
        gate.wait()
        steps = [
            bench.signal("v", acme, kind="visit.page", strength=(2 * i + which + 1) / 100, grows=True)
            for i in range(30)
        ]
        return sum(bench.commit(step, store=stores[which]).updated for step in steps)

    with ThreadPoolExecutor(2) as pool:
        grown = sum(pool.map(work, range(2)))
    past = bench.read(lambda c: c.exec_driver_sql("SELECT strength FROM signal_past ORDER BY id").fetchall())
    strengths = [row[0] for row in past]
    assert len(strengths) == grown
    assert strengths == sorted(set(strengths))
    assert bench.history(acme)[0].strength > max(strengths)


def test_a_signal_with_damaged_data_costs_only_itself(bench):
    acme = bench.account("acme.com")
    bench.commit(bench.signal("a", acme, ago=1, data='{"x":1}'), bench.signal("b", acme, ago=2, data='{"x":2}'))
    bench.write(lambda c: c.exec_driver_sql("UPDATE signal SET data = '{\"x\":' WHERE key = 'b'"))
    assert {row.key: row.data for row in bench.read(signals.rows)} == {"a": {"x": 1}, "b": None}
