"""What is removed is gone: from every table, and from the bytes of the file."""

from __future__ import annotations

import json
import sqlite3

import pytest

from capteur.errors import StoreBusy
from capteur.store import accounts, meta, states, watches
from capteur.store.forgetting import forget, idle, purge
from capteur.store.links import link
from capteur.store.shapes import IncomingFact, IncomingOutcome, Validator


def test_forgetting_an_account_removes_everything_about_it(bench):
    """Its signals, past beliefs, facts, memory, messages and what was linked into it; the others keep theirs."""
    acme, zeta = bench.account("acme.com"), bench.account("zeta.io")
    bench.commit(bench.signal("z", zeta), bench.signal("u", bench.unknown("name:acme gmbh")))
    source = bench.read(lambda c: accounts.by_label(c, "name:acme gmbh")).id
    bench.write(lambda c: link(c, source, acme, bench.now))
    (row,) = bench.claim(acme)
    for strength in (0.1, 0.5):
        bench.commit(
            bench.signal("a", acme, kind="visit.page", strength=strength, grows=True),
            account_id=acme,
            epoch=row.epoch,
            memory='{"jobs":["acme-1"]}',
            facts=(IncomingFact(acme, "owner", '"Jo"', bench.now),),
            outcomes=(IncomingOutcome(acme, "won", "d", bench.now, "main", None, None),),
            validators=(Validator("https://boards.example/acme", "1", None),),
            validator_scope="s",
        )
    version = bench.write(lambda c: states.version(c, "main", "e", "{}", 1))
    bench.write(lambda c: states.set_ceilings(c, "main", [(acme, 3.0), (zeta, 2.0)]))
    assert bench.write(lambda c: forget(c, acme)) > 10
    assert bench.read(lambda c: accounts.get(c, acme)) is None
    assert [a.domain for a in bench.read(lambda c: accounts.listing(c, states=("listed", "linked", "unmatched")))] == [
        "zeta.io"
    ]
    assert bench.read(lambda c: states.walk(c, "main", None, 9)) == [(zeta, 2.0)]
    assert bench.read(lambda c: watches.get(c, "jobs", acme)) is None
    assert [o.key for o in bench.history(zeta)] == ["z"]
    assert version.id
    receipt = bench.commit(
        bench.signal("late", acme), bench.signal("z2", zeta), facts=(IncomingFact(acme, "owner", '"Al"', bench.now),)
    )
    assert (receipt.new, receipt.unchanged) == (1, 1), "a unit that still runs must not bring the account back"
    assert bench.account("new.io") > acme, "nor may another account take its id"


def test_a_reader_that_goes_on_keeps_the_log_and_says_so(sqlite_bench):
    """What was forgotten could still be read from the log, so it is not called done."""
    bench = sqlite_bench
    browser = sqlite3.connect(bench.path, isolation_level=None)
    browser.execute("BEGIN")
    browser.execute("SELECT count(*) FROM account").fetchone()
    bench.account("acme.com")
    with pytest.raises(StoreBusy, match="somebody is still reading"):
        bench.store.vacuum()
    browser.close()
    bench.store.vacuum()


def test_unmatched_companies_are_purged_once_nothing_is_heard_of_them(bench):
    bench.commit(bench.signal("old", bench.unknown("name:old")), bench.signal("kept", bench.unknown("name:kept")))
    bench.account("acme.com")
    border = bench.advance(days=100)
    bench.commit(bench.signal("again", bench.unknown("name:kept")), bench.signal("new", bench.unknown("name:new")))
    (old,) = bench.read(lambda c: idle(c, "unmatched", border))
    everybody = [a.id for a in bench.read(lambda c: accounts.listing(c, states=("listed", "unmatched")))]
    assert bench.write(lambda c: purge(c, "unmatched", border, everybody)) == 1
    assert bench.read(lambda c: accounts.get(c, old)) is None
    left = bench.read(lambda c: accounts.listing(c, states=("listed", "unmatched")))
    assert [a.label for a in left] == ["name:kept", "acme.com", "name:new"]
    assert [o.key for o in bench.history(left[0].id)] == ["kept", "again"]


def test_vacuum_and_size_work_on_every_store(bench):
    bench.store.vacuum()
    assert bench.store.size_bytes() > 0
    bench.write(lambda c: meta.put(c, "after", "vacuum"))


def test_a_forgotten_account_leaves_no_trace_in_the_file(sqlite_bench):
    """After VACUUM not one byte of it is in the database, its log or the lock file."""
    bench = sqlite_bench
    canary = "canary-7f3a"
    acme = bench.account(f"{canary}.com", f"name:{canary}", f"greenhouse:{canary}", name=canary)
    zeta = bench.account("zeta.io")
    (row,) = bench.claim(acme)
    bench.commit(
        *(bench.signal(f"gh:{canary}:{i}", acme, summary=canary * 3, evidence_url=f"https://{canary}.com/{i}", data=json.dumps({"c": canary})) for i in range(300)),
        account_id=acme, epoch=row.epoch, memory=json.dumps([canary] * 50), finish=bench.finish("failed", error=f"{canary} answered 500"),
        facts=(IncomingFact(acme, "owner", json.dumps(canary), bench.now),),
        validators=(Validator(f"https://{canary}.com", "1", None),), validator_scope="s",
    )  # fmt: skip
    bench.commit(bench.signal("z", zeta), bench.signal("u", bench.unknown(f"name:{canary} inc", f"{canary} Inc")))
    source = bench.read(lambda c: accounts.by_label(c, f"name:{canary} inc")).id
    bench.write(lambda c: link(c, source, acme, bench.now))
    bench.write(lambda c: watches.park(c, "jobs", f"{canary} answered 401", None, bench.now))
    bench.write(lambda c: forget(c, acme))
    bench.store.vacuum()
    files = list(bench.path.parent.iterdir())
    assert {f.name for f in files} >= {"capteur.db"}
    for file in files:
        assert canary.encode() not in file.read_bytes(), file.name
    assert [o.key for o in bench.history(zeta)] == ["z"]
