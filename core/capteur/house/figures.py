"""Whether the running state says what the signals say: read for a sample of accounts both ways, and compared."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from capteur import estimating
from capteur.errors import CapteurError
from capteur.store import sql
from capteur.store import states as running
from capteur.store.checking import MEND, clear_running_state
from capteur.watching import Finding
from capteur.wording import counted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.estimating import Model
    from capteur.house.core import House
    from capteur.intent import Estimate

SAMPLE = 200
"""Accounts whose numbers `capteur db check` works out anew."""
_CLOSE = 1e-6
_PART = 500
_NUMBERS = ("intent", "low", "high", "inferred", "ask", "n_eff", "mass")


def figures(house: House, sample: int | None = SAMPLE) -> list[Finding]:
    """What the running state of `sample` accounts (None = all), chosen anew each time, says against their signals."""
    try:
        models = house.models
    except CapteurError as error:
        return [Finding("error", "models", error.what, error.fix or None, 2)]
    now = house.now()

    def work(conn: Connection) -> list[Finding]:
        chosen, all_of_them = _chosen(conn, sample, now)
        found = [_compared(conn, model, chosen, all_of_them, now) for model in models.values()]
        return [*found, _marks(conn)]

    try:
        return house.store.read(work)
    except CapteurError as error:  # a plugin's estimator that breaks
        return [Finding("error", "estimates", error.what, error.fix or None, 1)]


def mend(house: House) -> int:
    """Have the running state of every model made anew from the signals; returns how many histories that were."""
    models = house.models

    def work(conn: Connection) -> None:
        for model in models.values():
            clear_running_state(conn, model.name, model.version.id)
        running.mark_all(conn)

    house.store.write(work).result()
    return house.refresh()


def _chosen(conn: Connection, sample: int | None, now: int) -> tuple[list[int], int]:
    """Account ids, and how many there are to choose from: those with signals or numbers, but for what is not folded in yet."""
    ids = [
        row[0]
        for row in sql.rows(
            conn,
            "SELECT account_id FROM signal UNION SELECT account_id FROM state UNION SELECT account_id FROM ceiling_rank"
            " EXCEPT SELECT account_id FROM stale ORDER BY account_id",
        )
    ]
    if sample is None or sample >= len(ids):
        return ids, len(ids)
    return sorted(random.Random(now).sample(ids, sample)), len(ids)  # noqa: S311  nothing secret: other accounts each time


def _compared(conn: Connection, model: Model, chosen: Sequence[int], of: int, now: int) -> Finding:
    differ, uncovered, first = 0, 0, ""
    for start in range(0, len(chosen), _PART):
        part = chosen[start : start + _PART]
        kept, bounds = estimating.read_now(conn, model, part, now), _bounds(conn, model.name, part)
        for account_id in part:
            told, history = estimating.explain_one(conn, model, account_id, now, replay=False)
            state = kept.get(account_id) or model.estimator.read({}, now)
            apart = state.status != told.status or not all(
                _close(getattr(state, name), getattr(told, name)) for name in _NUMBERS
            )
            bare = account_id in kept and bounds.get(account_id, -math.inf) < (state.intent or 0.0) - _CLOSE
            differ, uncovered = differ + apart, uncovered + bare
            if (apart or bare) and not first:
                first = (
                    f"account {account_id}: {_said(state)} is kept, {counted(len(history), 'signal')} say {_said(told)}"
                )
    topic, who = f"estimates.{model.name}", f"{len(chosen)} of {counted(of, 'account')}"
    if not (differ or uncovered):
        return Finding("ok", topic, f"{who} read the same from running state as from their signals")
    parts = [f"{differ} differ from their signals"] * bool(differ) + [f"{uncovered} may be missed by the list"] * bool(
        uncovered
    )
    return Finding("error", topic, f"of {who} {' and '.join(parts)} ({first})", MEND, 1)


def _bounds(conn: Connection, model: str, account_ids: Sequence[int]) -> dict[int, float]:
    query = "SELECT account_id, ceiling FROM ceiling_rank WHERE model = :model AND "
    ids = sql.array(conn, account_ids)
    return dict(sql.pairs(conn, query + sql.among(conn, "account_id", "ids"), model=model, ids=ids))


def _close(a: float | None, b: float | None) -> bool:
    return a is b or (a is not None and b is not None and math.isclose(a, b, rel_tol=_CLOSE, abs_tol=_CLOSE))


def _said(estimate: Estimate) -> str:
    return estimate.status if estimate.intent is None else f"{estimate.intent:.3f}"


def _marks(conn: Connection) -> Finding:
    waiting = running.marks_left(conn)
    text = (
        f"{counted(waiting, 'history', 'histories')} changed and not folded in yet: the next reader does"
        if waiting
        else "nothing waits to be folded in"
    )
    return Finding("ok", "marks", text)
