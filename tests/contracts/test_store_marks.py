"""Stale marks, and which of several sightings of one event counts."""

from __future__ import annotations

from capteur.store import states
from capteur.store.standing import standing

DAY = 86_400_000_000


def test_a_mark_keeps_the_earliest_day_that_changed(bench):
    acme = bench.account("acme.com")
    bench.commit(bench.signal("new", acme, ago=2))
    bench.commit(bench.signal("late", acme, ago=30), bench.signal("visit", acme, kind="visit.page", ago=5))
    bench.commit(bench.signal("newest", acme, ago=0))
    day = bench.now // DAY
    assert bench.marks() == {(acme, "hiring.opened"): day - 30, (acme, "visit.page"): day - 5}
    assert bench.marks() == {}
    assert bench.read(states.marks_left) == 0


def test_a_signal_of_an_event_marks_its_other_sightings(bench):
    """Which of several sightings counts may change, so the kinds of the others are refolded too."""
    acme = bench.account("acme.com")
    bench.commit(bench.signal("a", acme, kind="funding.raised", ago=9, event="series-b", strength=0.5))
    bench.marks()
    bench.commit(bench.signal("b", acme, kind="press.mention", ago=3, event="series-b", strength=0.9), scope="news")
    day = bench.now // DAY
    assert bench.marks() == {(acme, "funding.raised"): day - 9, (acme, "press.mention"): day - 3}


def test_of_one_event_only_the_strongest_standing_sighting_is_folded(bench):
    """Across kinds; of equals the earliest by (occurred_at, key); a revoked one gives its place back."""
    acme, zeta = bench.account("acme.com"), bench.account("zeta.io")
    bench.commit(
        bench.signal("a", acme, kind="funding.raised", ago=5, event="e", strength=0.5),
        bench.signal("b", acme, kind="press.mention", ago=3, event="e", strength=0.9),
        bench.signal("c", acme, kind="press.mention", ago=4, event="e", strength=0.9),
        bench.signal("d", acme, kind="press.mention", ago=4, event="e", strength=0.9),
        bench.signal("z", zeta, kind="funding.raised", ago=5, event="e", strength=0.1),
        bench.signal("free", acme, kind="press.mention", ago=1, strength=0.1),
    )

    def folded(account_id, kind):
        return [o.key for o in bench.read(lambda c: standing(c, [(account_id, kind, None)]))[account_id, kind]]

    assert folded(acme, "funding.raised") == []
    assert folded(acme, "press.mention") == ["c", "free"]
    assert folded(zeta, "funding.raised") == ["z"]
    bench.commit(revokes=(("b", ""), ("c", ""), ("d", "")))
    assert folded(acme, "funding.raised") == ["a"]
