"""What grows for ever and nobody reads is deleted, and nothing else."""

from __future__ import annotations

import threading

from capteur.intent import State
from capteur.store import accounts, hosts, meta, pruning, runs, states, validators, watches
from capteur.store.forgetting import idle, purge
from capteur.store.links import link, unlink
from capteur.store.shapes import Validator

DAY = 86_400_000_000


def test_runs_are_kept_for_400_days(bench):
    ages = (0, 399, 401, 2000)
    for days in ages:
        bench.write(
            lambda c, at=bench.now - days * DAY: runs.finish(c, runs.start(c, "jobs", at), now=at, error=f"{at}")
        )
    assert bench.write(lambda c: pruning.runs(c, bench.now)) == 2
    left = [(bench.now - run.started_at) // DAY for run in bench.read(runs.last)]
    assert left == [0, 399]


def test_hosts_are_kept_while_somebody_waits_for_them_or_they_fail(bench):
    for host, days, fails in (("waits", 1, 0), ("over", -1, 0), ("failing", -1, 3), ("failed", -8, 3)):
        bench.write(lambda c, h=host, d=days, f=fails: hosts.save(c, h, bench.now + d * DAY, f))
    assert bench.write(lambda c: pruning.hosts(c, bench.now)) == 2
    assert set(bench.read(hosts.load)) == {"waits", "failing"}


def test_validators_of_accounts_and_instances_that_are_gone_are_deleted(bench):
    """A configured instance keeps its own, and one that another machine still runs; a scope of another form is left alone."""
    acme, gone = bench.account("acme.com"), 9_999
    for scope, account_id in (
        ("jobs|1|a", acme),
        ("jobs|1|a", gone),
        ("feed|1|a", 0),
        ("removed|1|a", 0),
        ("abroad|1|a", 0),
        ("other", 0),
    ):
        page = Validator(f"https://x.example/{scope}/{account_id}", "1", None)
        bench.write(lambda c, s=scope, a=account_id, p=page: validators.save(c, s, a, [p]))
    for name in ("abroad", "removed"):
        (row,) = bench.claim(0, name)
        bench.commit(instance=name, epoch=row.epoch, finish=bench.finish())
        if name == "abroad":
            continue
        bench.write(lambda c: c.exec_driver_sql("UPDATE watch SET last_ok = 0 WHERE instance_id = 2"))
    assert bench.write(lambda c: pruning.validators(c, ["jobs", "feed"], bench.now)) == 2

    def left(conn):
        return [tuple(row) for row in conn.exec_driver_sql("SELECT scope, account_id FROM validator ORDER BY scope")]

    assert bench.read(left) == [("abroad|1|a", 0), ("feed|1|a", 0), ("jobs|1|a", acme), ("other", 0)]
    assert bench.read(lambda c: watches.get(c, "removed", 0)) is not None, "state belongs to the name: it may come back"


def test_a_linked_company_is_never_old_and_one_that_was_unlinked_is_again(bench):
    acme = bench.account("acme.com")
    bench.commit(bench.signal("k", bench.unknown("name:acme gmbh")))
    waiting = bench.read(lambda c: accounts.by_label(c, "name:acme gmbh")).id
    border = bench.advance(days=200)
    made = bench.write(lambda c: link(c, waiting, acme, bench.now))
    assert bench.read(lambda c: idle(c, "unmatched", border)) == []
    bench.write(lambda c: unlink(c, made, bench.now))
    assert bench.read(lambda c: idle(c, "unmatched", border)) == [waiting]


def test_only_those_named_are_purged_and_only_while_they_are_old(bench):
    bench.commit(*(bench.signal(name, bench.unknown(f"name:{name}")) for name in ("a", "b", "c")))
    border = bench.advance(days=200)
    a, b, c = bench.read(lambda conn: idle(conn, "unmatched", border))
    bench.commit(bench.signal("b again", bench.unknown("name:b")))
    assert bench.write(lambda conn: purge(conn, "unmatched", border, [a, b])) == 1
    left = bench.read(lambda conn: accounts.listing(conn, states=("unmatched",)))
    assert [account.id for account in left] == [b, c]
    assert bench.write(lambda conn: purge(conn, "unmatched", border, [a])) == 0


def test_a_company_whose_signal_is_just_arriving_is_not_purged(postgresql_bench):
    """The writer that brings it holds the account; the purge passes by."""
    bench = postgresql_bench
    bench.commit(bench.signal("k", bench.unknown("name:a")))
    border = bench.advance(days=200)
    (old,) = bench.read(lambda c: idle(c, "unmatched", border))
    other = bench.another()
    arriving, purged = threading.Event(), threading.Event()

    def bring(conn):
        conn.exec_driver_sql(
            "INSERT INTO signal (scope_id, key, account_id, kind_id, occurred_at, detected_at, known_at, known_assumed, by_day,"
            f" strength, schema_version) SELECT scope_id, 'new', account_id, kind_id, {bench.now}, {bench.now}, {bench.now},"
            " false, false, 1, 1 FROM signal WHERE key = 'k'"
        )
        arriving.set()
        assert purged.wait(60)

    done = other.write(bring)
    assert arriving.wait(60)
    try:
        assert bench.write(lambda c: purge(c, "unmatched", border, [old])) == 0
    finally:
        purged.set()
    done.result(timeout=60)
    assert [o.key for o in bench.history(old)] == ["k", "new"]


def test_the_state_of_versions_that_a_model_no_longer_has_goes(bench):
    """The current version's stays, and that of a model whose version nobody has said yet."""
    account = bench.account("acme.com")

    def work(c):
        old = states.version(c, "main", "evidence@1", "{}", bench.now)
        new = states.version(c, "main", "evidence@1", '{"ask": 1}', bench.now)
        other = states.version(c, "other", "evidence@1", "{}", bench.now)
        meta.put(c, "version:main", new.hash)
        for version in (old, new, other):
            states.save(c, version.model, version.id, [(account, "visit.page", State(1, (1.0,), bench.now, (1.0,), 1))])
        return old, new, other

    old, new, other = bench.write(work)
    assert bench.write(pruning.states) == 1
    kept = [
        bool(bench.read(lambda c, v=v: states.load(c, [account], v.model, v.id)).get(account))
        for v in (old, new, other)
    ]
    assert kept == [False, True, True]
