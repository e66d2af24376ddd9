"""kill -9 of the real daemon at any moment: every fact of every finished pass is there once, and the running state equals batch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from capteur.clock import SystemClock, micros
from capteur.estimating import refresh
from capteur.store import accounts, signals, states, watches

if TYPE_CHECKING:
    from capteur import House

ZYGOTE = Path(__file__).with_name("daemon_zygote.py")
KILLS = 40
WATCHED = 30

pytestmark = pytest.mark.crash

COUNTING = '''
class Counting(AccountSensor):
    """Finds in each pass what follows from the account and the number of the pass alone."""

    name = "counting"
    kinds = ("hiring.opened", "press.mention", Kind("visit.page", grows=True))
    every = "1s"
    deadline = "5s"

    def detect(self, ctx, account):
        import os

        step = (ctx.cursor or {}).get("step", 0)
        os.write(int(os.environ["CAPTEUR_AT_WORK"]), b".")
        day = f"2026-{1 + step % 9:02}-{1 + step % 27:02}"
        for j in range(3):
            yield Signal(kind="hiring.opened", account=account.domain, key=f"{account.domain}:{step}:{j}", occurred_at=day)
        yield Signal(kind="press.mention", account=AccountRef(name=f"Unknown {step % 3}"), key=f"u:{account.domain}:{step}", occurred_at=day)
        yield Signal(kind="visit.page", account=account.domain, key=f"{account.domain}:grow:{step // 5}", occurred_at="2026-10-01",
                     strength=(step % 5 + 1) / 5)
        yield Checkpoint({"step": step + 1})
'''


def expected(passes: dict[str, int]) -> dict[str, float]:
    """Strength by key, from the passes whose memory was committed."""
    facts: dict[str, float] = {}
    for domain, count in passes.items():
        for step in range(count):
            facts |= {f"{domain}:{step}:{j}": 1.0 for j in range(3)} | {f"u:{domain}:{step}": 1.0}
            facts[f"{domain}:grow:{step // 5}"] = (step % 5 + 1) / 5
    return facts


@pytest.fixture
def house(stored_project: Any) -> House:
    stored_project.clock = SystemClock()
    stored_project.plugin("counting", COUNTING)
    stored_project.configure("[sensors.counting]")
    stored_project.accounts("domain,name\n" + "".join(f"a{i}.com,A{i}\n" for i in range(WATCHED)))
    made: House = stored_project.open()
    made.import_accounts()
    return made


def test_the_daemon_survives_random_kills(house: House) -> None:
    """40 SIGKILLs: nothing lost, nothing twice, no state that is not what its signals say; two daemons at once on PostgreSQL."""
    at_once = 2 if house.store.dialect == "postgresql" else 1
    config = str(house.settings.folder / "capteur.toml")
    killer = subprocess.run(
        [sys.executable, "-W", "ignore", str(ZYGOTE), config, str(KILLS), "7", str(at_once)],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert killer.returncode == 0, killer.stderr
    assert int(killer.stdout) >= KILLS

    store = house.store
    rows = store.read(lambda conn: watches.rows(conn, "counting", cursors=True))
    domains = {a.id: a.domain for a in store.read(accounts.listing)}
    passes = {domains[r.account_id]: int(r.cursor.partition('"step":')[2].strip(" }")) for r in rows if r.cursor}
    assert sum(passes.values()) > KILLS, "the daemons got somewhere between the kills"
    found = store.read(signals.rows)
    assert len({r.key for r in found}) == len(found)
    assert {r.key: r.strength for r in found} == expected(passes)

    refresh(store, house.models, micros(SystemClock().now()))
    assert store.read(states.marks_left) == 0
    assert mismatches(house) == []


def mismatches(house: House) -> list[tuple[int, float | None, float | None]]:
    """Accounts whose running state gives another number than their signals."""
    model, store, now = house.models["main"], house.store, house.now()
    everyone = [a.id for a in store.read(lambda conn: accounts.listing(conn, states=("listed", "unmatched")))]
    loaded = store.read(lambda conn: states.load(conn, everyone, "main", model.version.id))
    wrong = []
    for account_id in everyone:
        history = store.read(lambda conn, a=account_id: signals.history(conn, a))
        running = model.estimator.read(loaded.get(account_id, {}), now)
        batch = model.estimator.explain(history, now)
        if (running.intent or 0.0) != pytest.approx(batch.intent or 0.0, abs=1e-9):
            wrong.append((account_id, running.intent, batch.intent))
    return wrong
