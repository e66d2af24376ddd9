"""Estimating: rebuild from history against pandas and DuckDB, refresh from running state against memcpy, one read, one fold.

CPU seconds, best of interleaved rounds. The peers compute only the decayed sums per (account, kind) that the estimate is made
of, by the same rules (what counts, the day's saturation, three half-lives); ours goes on to the finished estimates.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from table import Row, show

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.estimator import NEVER, SignalColumns
from capteur.estimators.columnar import StateColumns
from capteur.estimators.evidence import Evidence
from capteur.intent import State
from capteur.signals import Observation

SIGNALS = 5_000_000
ACCOUNTS = 50_000
STATE_ACCOUNTS = 1_000_000
KINDS_EACH = 4
AS_OF = 20_365 * DAY
# A market as it is: mostly visits, some hiring, few of what counts most.
SHARES = {
    "visit.page": 0.40,
    "visit.key_page": 0.12,
    "engagement.campaign": 0.10,
    "hiring.opened": 0.10,
    "hiring.other": 0.10,
    "content.downloaded": 0.06,
    "tool.adopted": 0.04,
    "ask.contact": 0.03,
    "funding.raised": 0.03,
    "company.layoffs": 0.02,
}
KINDS = tuple(sorted(SHARES))
ESTIMATOR = Evidence()
HALVES = np.array([ESTIMATOR._rules.of(kind).half for kind in KINDS])  # noqa: SLF001  the peers need the same numbers
CAP = 2.5


def best(work: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The least CPU seconds of each, taken in turns so that a busy moment of the machine meets all of them."""
    took = dict.fromkeys(work, float("inf"))
    for _ in range(rounds):
        for name, call in work.items():
            started = time.process_time()
            call()
            took[name] = min(took[name], time.process_time() - started)
    return took


def market() -> SignalColumns:
    rng = np.random.default_rng(7)
    account = rng.integers(0, ACCOUNTS, SIGNALS)
    kind = rng.choice(len(KINDS), SIGNALS, p=[SHARES[k] for k in KINDS]).astype(np.int32)
    at = AS_OF - rng.integers(0, 365 * DAY, SIGNALS)
    order = np.lexsort((at, kind, account))
    none = np.full(SIGNALS, -1)
    return SignalColumns(
        account=account[order],
        kind=kind[order],
        kinds=KINDS,
        occurred_at=at[order],
        known_at=at[order],
        revoked_at=np.where(rng.random(SIGNALS) < 0.01, AS_OF - DAY, NEVER),
        strength=rng.random(SIGNALS),
        event=none,
        topic=none.astype(np.int32),
        topics=(),
        signal_id=np.arange(SIGNALS),
    )


def by_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame[(frame.at_ <= AS_OF) & (frame.known <= AS_OF) & (frame.revoked > AS_OF) & (frame.strength > 0)]
    room = np.log1p(-rows.strength / CAP)
    before = room.groupby([rows.account, rows.kind, rows.at_ // DAY]).cumsum() - room
    worth, age = rows.strength * np.exp(before), (rows.at_ - AS_OF).astype(float)
    sums = pd.DataFrame(
        {
            "account": rows.account,
            "kind": rows.kind,
            "own": worth * np.exp2(age / HALVES[rows.kind]),
            "fast": worth * np.exp2(age / (7.0 * DAY)),
            "slow": worth * np.exp2(age / (28.0 * DAY)),
        }
    )
    return sums.groupby(["account", "kind"], sort=False)[["own", "fast", "slow"]].sum()


DUCKDB = f"""
with counted as (
    select account, kind, at_, strength from signals
    where at_ <= {AS_OF} and known <= {AS_OF} and revoked > {AS_OF} and strength > 0
), worth as (
    select account, kind, (at_ - {AS_OF})::double as age, strength * coalesce(exp(sum(ln(1 - strength / {CAP})) over (
        partition by account, kind, at_ // {DAY} order by at_ rows between unbounded preceding and 1 preceding)), 1) as g
    from counted
)
select account, kind, sum(g * pow(2, age / half)) as own, sum(g * pow(2, age / {7 * DAY})) as fast,
    sum(g * pow(2, age / {28 * DAY})) as slow
from worth join halves using (kind) group by account, kind
"""


def rebuild() -> list[Row]:
    """History to estimates of every account."""
    columns = market()
    frame = pd.DataFrame(
        {
            "account": columns.account,
            "kind": columns.kind,
            "at_": columns.occurred_at,
            "known": columns.known_at,
            "revoked": columns.revoked_at,
            "strength": columns.strength,
        }
    )
    connection = duckdb.connect()
    connection.register("frame", frame)
    connection.execute("create table signals as select * from frame")
    halves = pd.DataFrame({"kind": np.arange(len(KINDS), dtype=np.int32), "half": HALVES})
    connection.register("halves_frame", halves)
    connection.execute("create table halves as select * from halves_frame where isfinite(half)")

    def by_duckdb() -> dict[str, Any]:
        found: dict[str, Any] = connection.execute(DUCKDB).fetchnumpy()
        return found

    check(columns, by_pandas(frame), by_duckdb())
    took = best(
        {"ours": lambda: ESTIMATOR.estimate(columns, AS_OF), "pandas": lambda: by_pandas(frame), "duckdb": by_duckdb}, 3
    )
    note = f"CPU s, {SIGNALS / 1e6:g} M signals, {ACCOUNTS / 1000:g} k accounts"
    return [
        Row("rebuild from history / pandas", took["ours"], took["pandas"], took["ours"] / took["pandas"], 0.1, note),
        Row("rebuild from history / DuckDB", took["ours"], took["duckdb"], took["ours"] / took["duckdb"], 0.5, note),
    ]


def check(columns: SignalColumns, pandas: pd.DataFrame, found: dict[str, Any]) -> None:
    """The three computed the same: the evidence kinds' sums of each account are its n_eff."""
    ours = ESTIMATOR.estimate(columns, AS_OF).n_eff
    signals = np.array([ESTIMATOR._rules.of(kind).halves[1:] != () for kind in KINDS])  # noqa: SLF001  as above
    for account, kind, own in (
        (pandas.index.get_level_values(0), pandas.index.get_level_values(1), pandas.own.to_numpy()),
        (found["account"], found["kind"], found["own"]),
    ):
        np.testing.assert_allclose(np.bincount(account, own * signals[kind], ACCOUNTS), ours, rtol=1e-9)


def refresh() -> Row:
    """Running state to estimates of every account, against one copy of the state in memory."""
    rng, rows = np.random.default_rng(8), STATE_ACCOUNTS * KINDS_EACH
    columns = StateColumns(
        account=np.repeat(np.arange(STATE_ACCOUNTS), KINDS_EACH),
        kind=rng.integers(0, len(KINDS), rows).astype(np.int32),
        kinds=KINDS,
        at=AS_OF - rng.integers(0, 365 * DAY, rows),
        totals=rng.random((rows, 3)) * 3,
        n=np.ones(rows, dtype=np.int64),
    )
    arrays = (columns.account, columns.kind, columns.at, columns.totals, columns.n)
    room = [np.empty_like(a) for a in arrays]

    def copy() -> None:
        for target, source in zip(room, arrays, strict=True):
            np.copyto(target, source)

    took = best({"ours": lambda: ESTIMATOR.read_states(columns, AS_OF), "memcpy": copy}, 7)
    ratio = took["ours"] / took["memcpy"]
    note = f"CPU s, {STATE_ACCOUNTS / 1e6:g} M accounts of {KINDS_EACH} kinds"
    return Row("refresh from running state / memcpy", took["ours"], took["memcpy"], ratio, 10.0, note)


def one_account() -> dict[str, State]:
    """An account with four kinds of signals."""
    states = {}
    for kind in ("visit.page", "hiring.opened", "funding.raised", "company.layoffs"):
        signals = [Observation(f"{i}", kind, AS_OF - (40 - i) * DAY) for i in range(20)]
        state = ESTIMATOR.fold(kind, signals, None)
        assert state is not None
        states[kind] = state
    return states


def reading() -> Row:
    """One account from its states with range, words and contributions, against the bare arithmetic of its number."""
    states, times = one_account(), 5000
    bare = [(s.total[0], s.at, ESTIMATOR._rules.of(k)) for k, s in states.items()]  # noqa: SLF001  the same numbers

    def read() -> None:
        for _ in range(times):
            ESTIMATOR.read(states, AS_OF)

    def arithmetic() -> None:
        for _ in range(times):
            mass = logs = 0.0
            for total, at, rule in bare:
                full = (1.0 - 0.6 ** (total * 2.0 ** ((at - AS_OF) / rule.half))) * CAP
                mass += rule.weight * full
                logs += rule.log_damp * full
            mass *= 2.718281828**logs
            _ = 10.0 * mass / (mass + 9.0)

    took = best({"ours": read, "bare": arithmetic}, 7)
    ours, limit = took["ours"] / times * 1e6, took["bare"] / times * 1e6
    return Row(
        "read one account / bare Python arithmetic",
        ours,
        limit,
        ours / limit,
        40.0,
        "µs, 4 kinds, with range, trend and lines",
    )


def folding() -> Row:
    """One new signal onto a long history, against the same onto a short one: a run costs what is new."""
    work, times = {}, 2000
    for name, length in (("long", 100_000), ("short", 100)):
        history = [Observation(f"{i:06d}", "visit.page", AS_OF - (length - i) * 3_600_000_000) for i in range(length)]
        sealed = ESTIMATOR.fold("visit.page", history[:-1], None)
        assert sealed is not None
        news = [s for s in history if s.occurred_at // DAY >= sealed.sealed_day]

        def fold(news: list[Observation] = news, sealed: State = sealed) -> None:
            for _ in range(times):
                ESTIMATOR.fold("visit.page", news, sealed)

        work[name] = fold
    took = best(work, 5)
    ours, limit = took["long"] / times * 1e6, took["short"] / times * 1e6
    return Row("fold a signal onto 10^5 / onto 10^2 signals", ours, limit, ours / limit, 1.5, "µs, from the sealed day")


def rows() -> list[Row]:
    return [*rebuild(), refresh(), reading(), folding()]


if __name__ == "__main__":
    show(rows())
