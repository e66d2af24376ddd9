"""Reading what waits: once, each delivery for itself, with the signals in one transaction; the poisonous set aside, none lost."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from capteur.clock import micros
from capteur.house.deliveries import Chosen
from capteur.house.shift import open_shift
from capteur.sensing import delivered
from capteur.store import delays, sql, watches
from capteur.store.deliveries import Arrived
from capteur.store.instances import id_of
from capteur.store.shapes import FAR

MINUTE = timedelta(minutes=1)


def keep(house, *bodies, instance="hook", **cells):
    """Keep these bodies as if they had been received now."""
    number = house.store.write(lambda c: id_of(c, instance)).result()
    at = cells.pop("at", house.now())
    known = len(house.deliveries())
    house.keep_deliveries(
        [
            Arrived(number, f"id:{known + n}", at, b if isinstance(b, bytes) else json.dumps(b).encode(), **cells)
            for n, b in enumerate(bodies)
        ]
    ).result()


def states(house):
    return [(row.state, row.fails) for row in reversed(house.deliveries())]


def keys(house):
    return sorted(signal.key for signal in house.signals())


def row(house, instance="hook"):
    return house.store.read(lambda c: watches.get(c, instance, 0))


def test_what_waits_is_read_by_a_run_and_changes_the_list(pushed_everywhere, visit):
    house = pushed_everywhere()
    keep(house, visit(1), visit(2, "globex.com"), visit(3, at="2026-11-19T00:00:00Z"))
    report = house.run()
    (run,) = report.runs
    assert (run.status, run.new, run.accounts) == ("ok", 3, 1)
    assert {move.account.label for move in report.moved} == {"acme.com", "globex.com"}
    assert states(house) == [("done", 0)] * 3
    assert (row(house).next_due, row(house).last_ok) == (FAR, house.now())
    assert house.run().runs[0].accounts == 0, "there is nothing more to read"


def test_more_than_a_unit_takes_is_read_by_several(pushed, visit):
    house = pushed()
    keep(house, *(visit(n) for n in range(delivered.TOGETHER + 10)))
    (run,) = house.run().runs
    assert (run.new, run.accounts) == (delivered.TOGETHER + 10, 2)


def test_a_poisonous_delivery_holds_nobody_up_and_is_set_aside(pushed_everywhere, visit, clock, caplog):
    house = pushed_everywhere()
    keep(house, visit(1), {"raise": "ValueError"}, b"not json", visit(2))
    assert house.run().runs[0].new == 2
    assert states(house) == [("done", 0), ("waiting", 1), ("waiting", 1), ("done", 0)]
    clock.advance(MINUTE)
    keep(house, visit(3))
    assert house.run().runs[0].new == 1
    assert states(house)[1:3] == [("waiting", 2)] * 2
    clock.advance(10 * MINUTE)
    caplog.clear()
    assert house.run().runs[0].status == "waiting"
    assert states(house) == [("done", 0), ("failed", 3), ("failed", 3), ("done", 0), ("done", 0)]
    errors = [r.error for r in house.deliveries(Chosen(state="failed"))]
    assert "told to  at pushed.py:" in (errors[1] or "")
    assert "answered no complete JSON" in (errors[0] or "")
    assert "is set aside after 3 tries" in caplog.text
    assert len([r for r in caplog.records if "set aside" in r.getMessage()]) == 1, "once for both"
    status = next(i for i in house.status().instances if i.name == "hook")
    assert (status.state, status.error) == ("partial", "2 deliveries could not be read")
    assert row(house).next_due == FAR


def test_a_delivery_counts_whole_or_not_at_all(pushed, visit):
    house = pushed()
    keep(house, {"rows": [visit(1), {"checkpoint": "lost"}, visit(2), {"raise": "ValueError"}]}, visit(3))
    house.run()
    assert keys(house) == ["hook:3"]
    assert row(house).cursor is None


def test_a_bad_row_among_good_ones_is_left_out_and_counted(pushed, visit):
    house = pushed()
    keep(house, {"rows": [visit(1), visit(2, at="no moment")]})
    run = house.run().runs[0]
    assert (run.new, run.bad, states(house)) == (1, 1, [("done", 0)])


def test_a_delivery_of_which_everything_is_bad_is_tried_again(pushed, visit):
    house = pushed()
    keep(house, visit(1, at="no moment"), visit(2))
    assert house.run().runs[0].new == 1
    assert states(house) == [("waiting", 1), ("done", 0)]
    assert "no moment" in (house.deliveries()[1].error or "")


def test_what_a_sensor_remembers_goes_from_one_delivery_to_the_next_and_on(pushed, visit):
    house = pushed()
    keep(house, {"checkpoint": 1}, {"checkpoint": 2}, visit(1))
    house.run()
    keep(house, visit(2))
    house.run()
    assert [s.summary for s in house.signals()] == ["[1, 2]", "[1, 2]"]
    assert json.loads(row(house).cursor or "") == [1, 2]


def test_one_that_says_nothing_is_done(pushed):
    house = pushed()
    keep(house, {"rows": []}, {"raise": "Skip"})
    house.run()
    assert states(house) == [("done", 0), ("done", 0)]


def test_one_that_asks_to_wait_is_patient(pushed, clock):
    house = pushed()
    keep(house, {"raise": "TryLater"})
    for tried in range(1, delivered.PATIENCE + 1):
        house.run()
        assert states(house) == [("failed" if tried == delivered.PATIENCE else "waiting", tried)]
        clock.advance(delivered.LATEST)


def test_a_wrong_credential_parks_the_instance_and_loses_nothing(pushed, visit):
    house = pushed()
    keep(house, visit(1), {"raise": "AuthError"}, visit(2))
    assert house.run().runs[0].status == "parked"
    assert states(house) == [("done", 0), ("waiting", 0), ("waiting", 0)]
    assert keys(house) == ["hook:1"]


def test_what_would_end_the_program_ends_the_reading_of_one(pushed, visit):
    house = pushed()
    keep(house, {"raise": "SystemExit"}, visit(1))
    house.run()
    assert states(house) == [("waiting", 1), ("done", 0)]


def test_one_that_never_ends_is_given_up_and_the_others_are_read(project, pushed, visit):
    pushed()
    project.plugin(
        "hanging",
        '''
        class Hanging(PushSensor):
            """Hangs when it is told to, until it is stopped."""

            name = "hanging"
            kinds = ("visit.page",)

            def receive(self, ctx, delivery):
                while delivery.json()["hang"]:
                    yield Signal(kind="visit.page", account="acme.com", key="never", occurred_at=ctx.now)
                yield Signal(kind="visit.page", account="acme.com", key="hook", occurred_at=ctx.now)
        ''',
    )
    project.configure('[sensors.hanging]\nsecret = "0123456789abcdef"\ndeadline = "1s"')
    house = project.open()
    keep(house, {"hang": True}, {"hang": False}, instance="hanging")
    house.run()
    assert states(house) == [("waiting", 1), ("waiting", 0)]
    house.run()
    assert states(house) == [("waiting", 1), ("done", 0)]
    assert keys(house) == ["hook"]


def test_an_isolated_sensor_reads_them_one_by_one(pushed, visit):
    house = pushed('[sensors.hook]\nsecret = "0123456789abcdef"\nisolate = true')
    keep(house, visit(1), {"raise": "ValueError"}, visit(2))
    run = house.run().runs[0]
    assert (run.new, run.accounts) == (2, 3)
    assert states(house) == [("done", 0), ("waiting", 1), ("done", 0)]


def test_a_replay_brings_what_a_corrected_sensor_sees_and_nothing_twice(pushed_everywhere, visit, clock):
    house = pushed_everywhere()
    keep(house, visit(1), visit(2, "no domain"))
    house.run()
    before = keys(house)
    clock.advance(MINUTE)
    assert house.replay(Chosen(ids=[r.id for r in house.deliveries()])).again == 2
    assert states(house) == [("waiting", 0)] * 2
    house.run()
    assert keys(house) == before


def test_a_replay_of_what_failed_reads_only_that(pushed, visit, clock):
    house = pushed()
    keep(house, visit(1), {"raise": "ValueError"})
    for _ in range(3):
        house.run()
        clock.advance(10 * MINUTE)
    assert states(house) == [("done", 0), ("failed", 3)]
    assert house.replay(Chosen(state="failed")).again == 1
    assert states(house) == [("done", 0), ("waiting", 0)]


def test_who_browsed_is_handed_over_once_and_never_stored_after_that(pushed_everywhere):
    house = pushed_everywhere("[sensors.pixel]")
    client = json.dumps({"client-address": "192.0.2.77", "user-agent": "Mozilla"})
    keep(house, {"page": "/pricing"}, instance="pixel", client=client)
    house.run()
    assert keys(house) == ["pixel:192.0.2.77:/pricing"], "the sensor of this test keeps what none should"
    assert house.store.read(lambda c: sql.rows(c, "SELECT client, headers FROM delivery")) == [(None, None)]
    assert house.replay(Chosen(ids=[house.deliveries()[0].id])) == replace(house.replay(Chosen(ids=[])), left=1)


def test_how_late_facts_are_known_is_measured_of_fresh_deliveries_only(pushed, visit, clock):
    house = pushed()
    keep(house, visit(1, at="2026-11-20T07:00:00Z"))
    clock.advance(timedelta(hours=3))
    house.run()
    assert house.store.read(lambda c: delays.medians(c, "hook")) == {}
    count = house.store.read(lambda c: sql.value(c, "SELECT count(*) FROM delay"))
    assert count == 0
    keep(house, visit(2, at="2026-11-20T10:00:00Z"))
    house.run()
    assert house.store.read(lambda c: sql.value(c, "SELECT sum(n) FROM delay")) == 1


def test_a_claim_that_was_lost_stores_nothing_and_the_deliveries_wait(pushed_everywhere, visit, monkeypatch):
    """Somebody else takes the row over between the reading and the commit."""
    house = pushed_everywhere()
    keep(house, visit(1))
    real = delivered.waiting_for

    def taken_over(task, tools):
        found = real(task, tools)
        house.store.write(lambda c: sql.run(c, "UPDATE watch SET epoch = epoch + 1")).result()
        return found

    monkeypatch.setattr("capteur.sensing.unit.waiting_for", taken_over)
    house.run()
    assert (keys(house), states(house)) == ([], [("waiting", 0)])


def test_what_is_old_goes_once_a_day_and_who_sent_it_sooner(pushed, visit, clock):
    house = pushed('[receiving]\nkeep = "2d"\n[sensors.hook]\nsecret = "0123456789abcdef"\n[sensors.pixel]')
    keep(house, visit(1))
    house.run()
    house.keep()
    keep(house, b"broken", instance="pixel", client='{"client-address": "192.0.2.1"}')
    house.run()
    clock.advance(timedelta(days=1, hours=1))
    house.keep()
    assert house.store.read(lambda c: sql.rows(c, "SELECT client FROM delivery ORDER BY id")) == [(None,), (None,)]
    keep(house, visit(2))
    clock.advance(timedelta(days=1))
    kept = house.keep()
    assert kept is not None
    assert kept.deliveries == 1
    assert "1 delivery as it came" in str(kept)
    assert [r.state for r in house.deliveries()] == ["waiting", "waiting"], "what waits for its reader stays"


def test_an_instance_that_is_gone_leaves_no_bodies_behind(pushed, visit, clock, project):
    house = pushed()
    keep(house, visit(1), instance="hook")
    house.keep()
    house.close()
    project.configure("")
    other = project.open()
    clock.advance(timedelta(days=8))
    kept = other.keep()
    assert kept is not None
    assert kept.deliveries == 1


def test_a_delivery_of_now_makes_the_row_due_now(pushed, visit):
    house = pushed()
    keep(house, visit(1))
    assert row(house).next_due == micros(house.clock.now())


async def test_a_daemon_that_is_woken_reads_at_once_and_the_rest_with_its_next_tick(pushed_everywhere, visit, clock):
    house = pushed_everywhere()
    async with open_shift(house) as shift:
        await shift.work_off()
        clock.advance(MINUTE)
        keep(house, visit(1))
        shift.wake()
        await settled(shift)
        assert keys(house) == ["hook:1"], "without a tick"
        keep(house, visit(2))
        shift.wake()
        assert shift.pulse.running["hook"] == 0, "of many that come together the ticker sees to it"
        shift.tick()
        await settled(shift)
    assert keys(house) == ["hook:1", "hook:2"]


async def settled(shift):
    """Until what was begun has ended, the numbers included."""
    while pending := [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]:
        await asyncio.wait(pending)


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[sensors.hook]", "nobody can send to it: it has no secret"),
        (
            '[sensors.hook]\nsecret = "0123456789abcdef"',
            "nothing is received on this machine: [receiving] listen is not set",
        ),
        ('[receiving]\nlisten = "127.0.0.1:8300"\n[sensors.hook]\nsecret = "0123456789abcdef"', None),
        ('[receiving]\nlisten = "127.0.0.1:8300"\n[sensors.pixel]', None),
    ],
)
def test_a_check_says_when_nobody_can_send(pushed, toml, told):
    warned = [f.text for f in pushed(toml).check() if f.topic in ("hook", "pixel") and f.level == "warn"]
    assert warned == ([told] if told else [])


@pytest.mark.parametrize("shape", ["secret", "none"])
def test_an_instance_without_a_way_in_is_no_gate(pushed, shape):
    toml = '[sensors.hook]\nsecret = "0123456789abcdef"' if shape == "secret" else "[sensors.hook]"
    assert [gate.name for gate in pushed(toml).gates()] == (["hook"] if shape == "secret" else [])
