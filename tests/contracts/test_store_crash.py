"""kill -9 between any two statements: every fact of every committed pass is there once, and the running state equals batch."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from capteur.clock import micros
from capteur.estimating import refresh
from capteur.store import accounts, signals, states, watches
from capteur.store.standing import standing

ZYGOTE = Path(__file__).with_name("crash_zygote.py")
KILLS = 35

pytestmark = pytest.mark.crash


def zygote():
    spec = importlib.util.spec_from_file_location("crash_zygote", ZYGOTE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def expected(module, cursors):
    """(strength, revoked) by key, from the passes that were committed."""
    facts: dict[str, list] = {}
    for account_id, passes in cursors.items():
        for step in range(passes):
            found, revokes = module.yielded(account_id, step)
            for incoming in found:
                s = incoming.signal
                known = facts.setdefault(s.key, [s.strength, False])
                if incoming.grows and s.strength > known[0]:
                    known[0] = s.strength
            for key, _ in revokes:
                facts[key][1] = True
    return {key: tuple(value) for key, value in facts.items()}


def test_a_store_survives_random_kills(bench):
    """35 SIGKILLs: nothing lost, nothing twice, no state that is not what its signals say; two writers at once on PostgreSQL."""
    module = zygote()
    for i in range(module.WATCHED):
        bench.account(f"a{i}.com")
    listed = [a.id for a in bench.read(accounts.listing)]
    bench.write(lambda c: watches.ensure(c, "crash", listed, bench.now))
    at_once = 2 if bench.postgresql else 1
    killer = subprocess.run(
        [sys.executable, "-W", "ignore", str(ZYGOTE), bench.url, str(KILLS), "7", str(at_once)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert killer.returncode == 0, killer.stderr
    assert int(killer.stdout) >= KILLS

    cursors = {r.account_id: int(r.cursor or 0) for r in bench.read(lambda c: watches.rows(c, "crash", cursors=True))}
    assert sum(cursors.values()) > KILLS, "the writers got somewhere between the kills"
    rows = bench.read(signals.rows)
    assert len({r.key for r in rows}) == len(rows)
    assert {r.key: (r.strength, r.revoked_at is not None) for r in rows} == expected(module, cursors)

    estimators = module.models(bench.store)
    now = micros(module.SystemClock().now())
    refresh(bench.store, estimators, now)
    assert bench.read(states.marks_left) == 0
    model = estimators["main"]
    everyone = [a.id for a in bench.read(lambda c: accounts.listing(c, states=("listed", "unmatched")))]
    loaded = bench.read(lambda c: states.load(c, everyone, "main", model.version.id))
    mismatches = []
    for account_id in everyone:
        folded = {}
        for kind in module.KINDS:
            found = bench.read(lambda c, a=account_id, k=kind: standing(c, [(a, k, None)]))
            fresh = model.estimator.fold(kind, found.get((account_id, kind), []), None)
            if fresh is not None:
                folded[kind] = fresh
        kept = loaded.get(account_id, {})
        if kept.keys() != folded.keys():
            mismatches.append((account_id, sorted(kept), sorted(folded)))
        mismatches += [
            (account_id, kind, kept[kind], s) for kind, s in folded.items() if kind in kept and not same(kept[kind], s)
        ]
        batch = model.estimator.explain(bench.history(account_id), now)
        running = model.estimator.read(kept, now)
        if (running.intent or 0.0) != pytest.approx(batch.intent or 0.0, abs=1e-9):
            mismatches.append((account_id, running.intent, batch.intent))
    assert mismatches == []


def same(kept, fresh) -> bool:
    """The totals agree to 1e-9, whatever day each is sealed up to."""
    return kept.n == fresh.n and kept.at == fresh.at and kept.total == pytest.approx(fresh.total, rel=1e-9, abs=1e-12)
