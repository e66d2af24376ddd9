"""Derived kinds in the flow: the market is read once a UTC day, as known then; list, explanation and batch say the same."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from capteur import estimating, ranking
from capteur.estimating import Model
from capteur.estimators.evidence import Evidence
from capteur.intent import Estimate
from capteur.store import markets, meta, signals, states
from capteur.store.forgetting import forget

DAY = 86_400_000_000
SURPRISE = Evidence(surprise={"weight": 2, "half_life": "10d"})
EVERYTHING = Evidence(
    momentum={"weight": 2, "half_life": "7d"},
    breadth={"weight": 3, "half_life": "30d", "window": "20d"},
    surprise={"weight": 2, "half_life": "10d"},
)


def installed(bench, estimator: Evidence = SURPRISE) -> dict[str, Model]:
    models = estimating.install(bench.store, {"main": estimator}, bench.now)
    estimating.refresh(bench.store, models, bench.now)
    return models


def listed(bench, model: Model) -> dict[int, Estimate]:
    """As the ranked list reads them, from running state."""
    return bench.read(lambda c: ranking.everyone_now(c, model.estimator, model.name, model.version.id, bench.now))


def explained(bench, model: Model, account: int, as_of: int | None = None, *, replay: bool = False) -> Estimate:
    at = bench.now if as_of is None else as_of
    return bench.read(lambda c: estimating.explain_one(c, model, account, at, replay=replay))[0]


def surprise(estimate: Estimate) -> dict[str, float]:
    return {c.key: c.intent for c in estimate.contributions if c.kind == "surprise"}


def visit(bench, account: int, *, ago: float, **more: object):
    return bench.signal(f"{account}/{ago}/{more.get('person')}", account, kind="visit.page", ago=ago, **more)


def all_agree(bench, models: Mapping[str, Model]) -> None:
    """Running state, explanations and the batch over all columns, as of now."""
    model = models["main"]
    found = listed(bench, model)
    batch = bench.read(lambda c: estimating.estimate_all(c, model, bench.now))
    columns = dict(zip(batch.account.tolist(), batch.mass.tolist(), strict=True))
    assert found
    for account, estimate in found.items():
        one = explained(bench, model, account)
        assert estimate.mass == pytest.approx(one.mass, rel=1e-9, abs=1e-9)
        assert columns[account] == pytest.approx(one.mass, rel=1e-9, abs=1e-9)


def test_a_launch_day_is_no_news_and_a_quiet_days_visit_is(bench):
    """Day 5 before now everyone came; on day 3 only the first did. The day after, both are judged."""
    ids = [bench.account(f"a{i}.com") for i in range(5)]
    bench.commit(*(visit(bench, a, ago=5) for a in ids), visit(bench, ids[0], ago=3))
    models = installed(bench)
    assert surprise(explained(bench, models["main"], ids[0])) == {}
    bench.advance(days=1)
    estimating.refresh(bench.store, models, bench.now)
    (line,) = surprise(explained(bench, models["main"], ids[0]))
    assert line == f"surprise@visit.page@{ids[0]}/3/None"
    assert surprise(explained(bench, models["main"], ids[1])) == {}
    all_agree(bench, models)


def test_the_market_is_read_once_a_day_and_only_who_compares_differently_is_refolded(bench):
    early, late = bench.account("early.com"), bench.account("late.com")
    bench.commit(visit(bench, early, ago=20))
    models = installed(bench)
    bench.advance(days=1)
    bench.commit(visit(bench, late, ago=0.2))
    assert (
        estimating.refresh(bench.store, models, bench.now) == 2
    )  # what is new, and the visit that nobody knew yesterday
    first = bench.read(lambda c: markets.last(c, "main", models["main"].version.hash))
    assert estimating.refresh(bench.store, models, bench.now) == 0
    bench.advance(hours=1)
    bench.commit(visit(bench, late, ago=0.1))
    assert estimating.refresh(bench.store, models, bench.now) == 1
    assert bench.read(lambda c: markets.last(c, "main", models["main"].version.hash)) == first
    bench.advance(days=1)
    estimating.recompute_derived(bench.store, models, bench.now)
    assert {account for account, _ in bench.marks()} == {late}


def test_nothing_of_the_kind_configured_costs_nothing(bench):
    """Not even a look at the store."""
    models = estimating.install(bench.store, {"main": Evidence(), "other": Evidence(momentum={"weight": 1, "half_life": "7d"})}, bench.now)  # fmt: skip
    assert estimating.recompute_derived(None, models, bench.now) == models  # type: ignore[arg-type]
    estimating.refresh(bench.store, models, bench.now)
    assert bench.read(lambda c: meta.get(c, "market:main")) is None


def test_an_import_of_the_past_is_read_at_once(bench):
    """Its signals were known, as far as one can tell, before the market was read: they must not stand out from its absence."""
    ids = [bench.account(f"a{i}.com") for i in range(4)]
    bench.commit(visit(bench, ids[0], ago=30))
    bench.advance(days=1)
    models = installed(bench)
    bench.commit(*(visit(bench, a, ago=9, known_at=bench.now - 8 * DAY) for a in ids))
    estimating.refresh(bench.store, models, bench.now)
    assert all(not surprise(listed(bench, models["main"])[a]) for a in ids[1:])
    all_agree(bench, models)


def test_a_replay_sees_the_market_as_it_was_known_then(bench):
    """Yesterday only one had come on day 5; today it is known that everyone had."""
    ids = [bench.account(f"a{i}.com") for i in range(4)]
    bench.commit(visit(bench, ids[0], ago=5))
    bench.advance(days=1)
    models = installed(bench)
    before, then = explained(bench, models["main"], ids[0]), bench.now
    assert surprise(before)
    bench.commit(*(visit(bench, a, ago=6) for a in ids[1:]))
    bench.advance(days=1)
    estimating.refresh(bench.store, models, bench.now)
    assert surprise(explained(bench, models["main"], ids[0])) == {}
    assert explained(bench, models["main"], ids[0], then, replay=True) == before
    batch = bench.read(lambda c: estimating.estimate_all(c, models["main"], then))
    assert float(batch.mass[list(batch.account).index(ids[0])]) == pytest.approx(before.mass, rel=1e-9)


def test_a_reading_is_kept_for_eight_days_and_made_again_after_that(bench):
    ids = [bench.account(f"a{i}.com") for i in range(3)]
    bench.commit(visit(bench, ids[0], ago=5), visit(bench, ids[1], ago=5))
    bench.advance(days=1)
    models = installed(bench)
    model, midnight = models["main"], bench.now // DAY * DAY
    before, then = explained(bench, model, ids[0]), bench.now
    for _ in range(7):
        bench.advance(days=1)
        estimating.refresh(bench.store, models, bench.now)
    assert bench.read(lambda c: markets.find(c, "main", model.version.hash, midnight)) is not None
    bench.advance(days=1)
    estimating.refresh(bench.store, models, bench.now)
    assert bench.read(lambda c: markets.find(c, "main", model.version.hash, midnight)) is None
    assert explained(bench, model, ids[0], then, replay=True) == before
    assert surprise(before)


def test_a_longer_list_is_another_market(bench):
    """With more accounts that stayed away, who came stands out more; every account is compared anew."""
    ids = [bench.account(f"a{i}.com") for i in range(2)]
    bench.commit(*(visit(bench, a, ago=5) for a in ids))
    bench.advance(days=1)
    models = installed(bench)
    assert surprise(explained(bench, models["main"], ids[0])) == {}
    for i in range(2, 5):
        bench.account(f"a{i}.com")
    bench.advance(days=1)
    estimating.refresh(bench.store, models, bench.now)
    found = explained(bench, models["main"], ids[0])
    alone = 1 - 1 / 4  # one of the four others came too
    (line,) = [c for c in found.contributions if c.kind == "surprise"]
    assert line.intent > 0
    plain = explained(bench, estimating.install(bench.store, {"plain": Evidence()}, bench.now)["plain"], ids[0])
    worth = alone * line.kept
    assert found.undamped - plain.undamped == pytest.approx(2 * (1 - 0.6**worth) / 0.4, rel=1e-9)
    all_agree(bench, models)


def test_a_forgotten_account_is_no_longer_part_of_the_market(bench):
    ids = [bench.account(f"a{i}.com") for i in range(3)]
    bench.commit(*(visit(bench, a, ago=5) for a in ids))
    bench.advance(days=1)
    models = installed(bench)
    bench.write(lambda c: forget(c, ids[2]))
    estimating.refresh(bench.store, models, bench.now)
    reading = bench.read(lambda c: markets.last(c, "main", models["main"].version.hash))
    assert (reading.watched, list(reading.worth["visit.page"].values())) == (2, [2.0])
    all_agree(bench, models)


def test_other_parameters_are_compared_anew(bench):
    """Another version has its own reading: its topics and its saturation may differ."""
    ids = [bench.account(f"a{i}.com") for i in range(3)]
    bench.commit(visit(bench, ids[0], ago=5), visit(bench, ids[0], ago=5.01))
    bench.advance(days=1)
    installed(bench)
    models = installed(bench, Evidence(surprise={"weight": 2, "half_life": "10d"}, r=0.5))
    reading = bench.read(lambda c: markets.last(c, "main", models["main"].version.hash))
    assert list(reading.worth["visit.page"].values()) == [1.5]
    all_agree(bench, models)


def test_momentum_and_breadth_go_through_store_list_and_batch_alike(bench):
    ids = [bench.account(f"a{i}.com") for i in range(3)]
    bench.commit(
        *(visit(bench, ids[0], ago=ago, person=who) for ago in (4, 3, 2.5) for who in ("ann@a0.com", "bob@a0.com")),
        *(visit(bench, ids[1], ago=ago, person="cleo@a1.com") for ago in (9, 1)),
        visit(bench, ids[2], ago=4),
    )
    bench.advance(days=1)
    models = installed(bench, EVERYTHING)
    kinds = {c.kind for c in explained(bench, models["main"], ids[0]).contributions}
    assert kinds == {"visit.page", "momentum", "breadth", "surprise"}
    assert "breadth" not in {c.kind for c in explained(bench, models["main"], ids[1]).contributions}
    all_agree(bench, models)
    bench.commit(visit(bench, ids[1], ago=0.5, person="dan@a1.com"))
    estimating.refresh(bench.store, models, bench.now)
    assert "breadth" in bench.read(lambda c: states.load(c, [ids[1]], "main", models["main"].version.id))[ids[1]]
    all_agree(bench, models)


def test_persons_are_read_only_when_asked_for(bench):
    acme = bench.account("acme.com")
    bench.commit(*(visit(bench, acme, ago=i, person=who) for i, who in enumerate(["ann", None, "bob", "ann"])))
    assert bench.read(signals.columns).person is None
    columns = bench.read(lambda c: signals.columns(c, persons=True))
    oldest, newest, nobody = columns.person[0], columns.person[3], columns.person[2]
    assert oldest == newest != columns.person[1]
    assert nobody == -1
