"""Running state and its marks, versions, the walk down the ceilings, columns, and the smaller tables."""

from __future__ import annotations

import pytest

from capteur.estimator import SignalColumns
from capteur.intent import State
from capteur.store import accounts, audit, hosts, links, listing, meta, runs, signals, states, validators
from capteur.store.shapes import RunRow, Validator

DAY = 86_400_000_000


def state(day: int = 5) -> State:
    return State(day, (0.1, 2.0 / 3.0, 1e300), day * DAY + 7, (1.5, -0.0), 3)


def test_a_state_is_read_back_bit_for_bit(bench):
    acme, zeta = bench.account("acme.com"), bench.account("zeta.io")
    version = bench.write(lambda c: states.version(c, "main", "evidence", "{}", bench.now))
    bench.write(
        lambda c: states.save(
            c, "main", version.id, [(acme, "a.b", state()), (acme, "c.d", state(6)), (zeta, "a.b", state(7))]
        )
    )
    loaded = bench.read(lambda c: states.load(c, [acme, zeta, 99], "main", version.id))
    assert loaded == {acme: {"a.b": state(), "c.d": state(6)}, zeta: {"a.b": state(7)}}
    bench.write(lambda c: states.save(c, "main", version.id, [(acme, "a.b", None), (acme, "c.d", state(9))]))
    assert bench.read(lambda c: states.load(c, [acme], "main", version.id)) == {acme: {"c.d": state(9)}}


def test_a_version_is_made_once_per_model_and_parameters(bench):
    first = bench.write(lambda c: states.version(c, "main", "evidence", '{"w":1}', bench.now))
    assert first.created_at == bench.now
    bench.advance(days=1)
    assert bench.write(lambda c: states.version(c, "main", "evidence", '{"w":1}', bench.now)) == first
    assert bench.read(lambda c: states.find_version(c, "main", "evidence", '{"w":1}')) == first
    assert bench.read(lambda c: states.find_version(c, "other", "evidence", '{"w":1}')) is None
    second = bench.write(lambda c: states.version(c, "main", "evidence", '{"w":2}', bench.now))
    assert second.hash != first.hash


def test_the_walk_goes_down_the_ceilings_page_by_page(bench):
    ids = [bench.account(f"a{i}.com") for i in range(7)]
    discovered = bench.account("new.io", state="discovered")
    ceilings = [(a, float(c)) for a, c in zip(ids, (5, 9, 1, 5, 7, 5, 0), strict=True)]
    bench.write(lambda c: states.set_ceilings(c, "main", [*ceilings, (discovered, 8.0)]))
    bench.write(lambda c: states.set_ceilings(c, "other", [(ids[0], 10.0)]))
    walked, after = [], None
    while page := bench.read(lambda c, after=after: states.walk(c, "main", after, 2)):
        walked += page
        after = (page[-1][1], page[-1][0])
    assert sorted(walked) == sorted(ceilings)
    assert [c for _, c in walked] == sorted((c for _, c in ceilings), reverse=True)
    assert bench.read(lambda c: states.walk(c, "main", None, 1, states=("listed", "discovered")))[0][0] == ids[1]
    assert bench.read(lambda c: states.walk(c, "main", None, 9, states=("discovered",))) == [(discovered, 8.0)]
    bench.write(lambda c: states.set_ceilings(c, "main", [(ids[1], None), (ids[2], 6.0)]))
    assert bench.read(lambda c: states.walk(c, "main", None, 2)) == [(ids[4], 7.0), (ids[2], 6.0)]


def test_marks_are_taken_by_whole_accounts(bench):
    acme, zeta = bench.account("acme.com"), bench.account("zeta.io")
    bench.commit(*(bench.signal(f"{a}{k}", a, kind=k) for a in (acme, zeta) for k in ("a.a", "b.b", "c.c")))
    first = bench.write(lambda c: states.take_marks(c, 1))
    assert {m.account_id for m in first} == {acme}
    assert len(first) == 3
    assert [m.kind for m in bench.write(lambda c: states.take_marks(c, 10))] == ["a.a", "b.b", "c.c"]
    assert bench.write(lambda c: states.take_marks(c, 10)) == []
    bench.write(states.mark_all)
    assert bench.read(states.marks_left) == 6


def test_marks_come_back_when_the_refold_fails(bench):
    acme = bench.account("acme.com")
    bench.commit(bench.signal("a", acme))

    def fails(conn):
        assert states.take_marks(conn, 10)
        msg = "estimator"
        raise ZeroDivisionError(msg)

    with pytest.raises(ZeroDivisionError):
        bench.write(fails)
    assert bench.read(states.marks_left) == 1


def test_an_account_another_process_refolds_is_left_to_it(postgresql_bench):
    """On PostgreSQL two processes refold at once; one account's kinds, which share a ceiling, are never split between them."""
    bench = postgresql_bench
    acme, zeta = bench.account("acme.com"), bench.account("zeta.io")
    bench.commit(bench.signal("a", acme))
    other = bench.another()
    with other._engines[0].connect() as conn, conn.begin():
        assert [m.account_id for m in states.take_marks(conn, 10)] == [acme]
        bench.commit(bench.signal("b", acme, kind="visit.page"), bench.signal("z", zeta))
        assert [m.account_id for m in bench.write(lambda c: states.take_marks(c, 10))] == [zeta]
    assert {m.kind for m in bench.write(lambda c: states.take_marks(c, 10))} == {"visit.page"}


def test_columns_equal_what_the_contract_makes_of_observations(bench):
    """Same order, codes and values as SignalColumns.of over every account's history."""
    ids = [bench.account(f"a{i}.com") for i in range(4)]
    incoming = [
        bench.signal(
            f"{i}:{(j * 7) % 12}",
            account_id,
            kind=("b.b", "a.a", "c.c")[j % 3],
            ago=j // 3,
            strength=j / 12,
            by_day=True,
            topic=("t1", None, "t2")[(i + j) % 3],
            event=("e1", "e2", None, None)[j % 4],
        )
        for i, account_id in enumerate(ids)
        for j in range(12)
    ]
    bench.commit(*incoming[: len(incoming) // 2])
    bench.advance(hours=1)
    bench.commit(*incoming[len(incoming) // 2 :], revokes=(("1:3", "wrong"),))
    made = bench.read(signals.columns)
    expected = SignalColumns.of({a: bench.history(a) for a in ids})
    order = {kind: code for code, kind in enumerate(made.kinds)}
    assert sorted(made.kinds) == list(expected.kinds)
    by_id = {int(s): i for i, s in enumerate(expected.signal_id)}
    at = [by_id[int(s)] for s in made.signal_id]
    for name in ("account", "occurred_at", "known_at", "revoked_at", "strength"):
        assert list(getattr(made, name)) == list(getattr(expected, name)[at]), name
    assert [made.kinds[k] for k in made.kind] == [expected.kinds[k] for k in expected.kind[at]]
    assert [made.topics[t] if t >= 0 else None for t in made.topic] == [
        expected.topics[t] if t >= 0 else None for t in expected.topic[at]
    ]
    pairs = set(zip(made.event, expected.event[at], strict=True))
    assert len(pairs) == len(set(made.event)) == len(set(expected.event))
    told = [i for i in range(len(at)) if made.event[i] >= 0]
    assert sorted(told, key=lambda i: made.place[i]) == sorted(told, key=lambda i: expected.place[at[i]])
    keys = {r.id: r.key for r in bench.read(signals.rows)}
    rows = [
        (int(a), int(k), int(o), keys[int(s)])
        for a, k, o, s in zip(made.account, made.kind, made.occurred_at, made.signal_id, strict=True)
    ]
    assert rows == sorted(rows)
    assert order == {kind: i for i, kind in enumerate(made.kinds)}


def test_columns_can_be_narrowed(bench):
    acme = bench.account("acme.com")
    bench.commit(bench.signal("a", acme), bench.signal("u", bench.unknown("name:foo")))
    assert len(bench.read(signals.columns).account) == 2
    assert list(bench.read(lambda c: signals.columns(c, states=("listed",))).account) == [acme]
    assert list(bench.read(lambda c: signals.columns(c, account_ids=[acme])).account) == [acme]
    assert len(bench.read(lambda c: signals.columns(c, account_ids=[])).account) == 0
    assert len(bench.read(lambda c: signals.columns(c, as_of=bench.now - 1)).account) == 0


def test_signals_are_listed_as_a_person_asks(bench):
    acme = bench.account("acme.com")
    bench.commit(
        bench.signal(
            "a", acme, ago=3, summary="RevOps", data='{"n":[1]}', evidence_url="https://x.example/1", by_day=True
        ),
        bench.signal("b", acme, ago=2, kind="visit.page"),
        bench.signal("c", bench.unknown("name:foo"), ago=1),
    )
    bench.commit(bench.signal("n", acme, ago=0.5), scope="news")

    def keys(**chosen):
        return [r.key for r in bench.read(lambda c: signals.rows(c, **chosen))]

    assert keys() == ["n", "c", "b", "a"]
    assert keys(newest_first=False, limit=2) == ["a", "b"]
    assert keys(account_id=acme, kind="hiring.opened") == ["n", "a"]
    assert keys(scope="news") == ["n"]
    assert keys(since=bench.now - 2 * DAY, until=bench.now - DAY) == ["b"]
    row = bench.read(lambda c: signals.rows(c, limit=4))[3]
    assert (row.account, row.summary, row.data, row.by_day, row.scope) == (
        "acme.com",
        "RevOps",
        {"n": [1]},
        True,
        "jobs",
    )
    assert bench.read(lambda c: signals.rows(c, kind="hiring.opened"))[1].account == "name:foo"
    assert bench.read(lambda c: signals.last_seen(c, [acme])) == {acme: bench.now - DAY // 2}


def test_a_person_is_kept_as_a_keyed_hash_only(bench):
    """The same person has the same hash in one store, another in another, and no name anywhere."""
    acme = bench.account("acme.com")
    bench.commit(
        *(
            bench.signal(k, acme, person=p)
            for k, p in (("a", "jo@acme.com"), ("b", "jo@acme.com"), ("c", "al@acme.com"))
        )
    )
    people = {o.key: o.person for o in bench.history(acme)}
    assert people["a"] == people["b"] != people["c"]
    assert all(len(p) == 16 and int(p, 16) >= 0 for p in people.values())


def test_runs_are_logged(bench):
    run_id = bench.write(lambda c: runs.start(c, "jobs", bench.now))
    started = bench.now
    bench.advance(minutes=1)
    bench.write(lambda c: runs.finish(c, run_id, now=bench.now, units=3, ok=2, failed=1, new=7, error="one failed"))
    second = bench.write(lambda c: runs.start(c, "other", bench.now))
    assert second != run_id
    assert bench.read(lambda c: runs.last(c, "jobs")) == [
        RunRow("jobs", started, bench.now, 3, 2, 1, 0, 7, 0, 0, 0, 0, "one failed")
    ]
    assert [r.instance for r in bench.read(runs.last)] == ["other", "jobs"]
    with pytest.raises(TypeError, match="does not count"):
        bench.write(lambda c: runs.finish(c, run_id, now=bench.now, bananas=1))


def test_hosts_validators_listings_meta_and_audit_are_remembered(bench):
    bench.write(lambda c: hosts.save(c, "api.example", bench.now, 2))
    bench.write(lambda c: hosts.save(c, "old.example", 5))
    bench.write(lambda c: hosts.save(c, "old.example", 0))
    assert bench.read(hosts.load) == {"api.example": (bench.now, 2)}
    bench.write(
        lambda c: validators.save(c, "s", 0, [Validator("https://a", "1", None), Validator("https://a", "2", "today")])
    )
    assert bench.read(lambda c: validators.load(c, "s", 0)) == {"https://a": Validator("https://a", "2", "today")}
    acme = bench.account("acme.com")
    bench.write(lambda c: listing.record(c, "main", 100, [(1, acme, 5.0), (2, 7, None)]))
    bench.write(lambda c: listing.record(c, "main", 200, [(1, acme, 6.0)]))
    bench.write(lambda c: listing.record(c, "main", 200, [(1, acme, 7.0)]))
    assert bench.read(lambda c: listing.last(c, "main", 300)) == listing.Shown(200, ((1, acme, 7.0),))
    assert bench.read(lambda c: listing.last(c, "main", 200)).rows == ((1, acme, 5.0), (2, 7, None))
    assert bench.read(lambda c: listing.last(c, "main", 100)) is None
    for value in ("1", "2", None):
        bench.write(lambda c, v=value: meta.put(c, "house", v))
        assert bench.read(lambda c: meta.get(c, "house")) == value
    bench.write(lambda c: audit.add(c, bench.now, "resume", detail={"instance": "jobs"}))
    assert bench.read(audit.last) == [audit.AuditRow(bench.now, "resume", None, {"instance": "jobs"})]


def test_what_people_did_is_noted_without_names(bench):
    acme = bench.account("acme.com")
    bench.commit(bench.signal("a", acme), bench.signal("b", bench.unknown("name:foo")))
    (foo,) = bench.read(lambda c: accounts.listing(c, states=("unmatched",)))
    link_id = bench.write(lambda c: links.link(c, foo.id, acme, bench.now))
    bench.write(lambda c: links.unlink(c, link_id, bench.now))
    signal = bench.read(lambda c: signals.rows(c, account_id=acme))[0]
    bench.write(lambda c: signals.revoke(c, signal.id, "a namesake of Jo", bench.now))
    noted = [(row.action, row.account_id, row.detail) for row in bench.read(audit.last)]
    assert noted == [
        ("revoke", acme, {"signal": signal.id}),
        ("unlink", acme, {"link": link_id}),
        ("link", acme, {"link": link_id}),
    ]


def test_a_unit_gets_the_validators_of_its_own_account(bench):
    one, two = Validator("https://a", "1", None), Validator("https://b", "2", None)
    bench.write(lambda c: validators.save(c, "jobs|1|x", 1, [one]))
    bench.write(lambda c: validators.save(c, "jobs|1|x", 2, [two]))
    assert bench.read(lambda c: [validators.load(c, "jobs|1|x", a) for a in (0, 1, 2)]) == [
        {}, {"https://a": one}, {"https://b": two},
    ]  # fmt: skip


def test_a_new_scope_of_an_instance_replaces_its_others_only(bench):
    page = Validator("https://a", "1", None)
    for scope in ("jobs|1|x", "jobs2|1|x", "job|1|x", "s"):
        bench.write(lambda c, scope=scope: validators.save(c, scope, 0, [page]))
    bench.write(lambda c: validators.save(c, "jobs|2|x", 0, []))
    assert bench.read(lambda c: validators.load(c, "jobs|1|x", 0)), "nothing new was learnt"
    bench.write(lambda c: validators.save(c, "jobs|2|x", 0, [page]))
    left = [
        s
        for s in ("jobs|1|x", "jobs|2|x", "jobs2|1|x", "job|1|x", "s")
        if bench.read(lambda c, s=s: validators.load(c, s, 0))
    ]
    assert left == ["jobs|2|x", "jobs2|1|x", "job|1|x", "s"]
