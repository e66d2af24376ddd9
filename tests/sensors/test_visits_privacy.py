"""Visitors' names cannot be turned back: the key changes every day, and the old one is gone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from capteur_sensors.visits import FIRST_MOST, Visits
from capteur_sensors.visits.keys import DAY_S, KEPT_DAYS, Keys, visitor

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TODAY = int(NOW.timestamp()) // DAY_S
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def line(path: str, moment: datetime, address: str, user: str = "-") -> str:
    return f'{address} - {user} [{moment:%d/%b/%Y:%H:%M:%S} +0000] "GET {path} HTTP/1.1" 200 100 "-" "{AGENT}"\n'


def _bench(bench, tmp_path, *lines: str, **options):
    (tmp_path / "companies.csv").write_text("0.0.0.0/1,acme.com\n128.0.0.0/1,initech.com\n", encoding="utf-8")
    with (tmp_path / "access.log").open("a", encoding="utf-8") as file:
        file.writelines(lines)
    found = bench.run(Visits(path="access.log", companies="companies.csv", **options))
    assert found.error is None, found.error
    return found


def test_each_day_has_a_key_of_its_own():
    keys = Keys.of_secret("s3cret")
    days = [keys.of(day) for day in range(20_000, 20_030)]
    assert len(set(days)) == 30
    assert Keys.of_secret("s3cret").of(20_007) == days[7]
    assert Keys.of_secret("other").of(20_007) != days[7]


def test_a_later_key_follows_from_an_earlier_one_and_not_the_other_way():
    """What is kept after a day is forgotten gives the same keys from there on, and none before."""
    keys = Keys.fresh(20_000)
    days = {day: keys.of(day) for day in (20_000, 20_001, 20_005, 20_003)}
    keys.forget(20_003)
    kept = json.dumps(keys.dump())
    assert all(key is not None and (key.hex() in kept) == (day == 20_003) for day, key in days.items())
    again = Keys.load(json.loads(kept))
    assert again is not None
    assert [again.of(day) for day in (20_000, 20_001, 20_003, 20_005)] == [None, None, days[20_003], days[20_005]]
    again.forget(20_001)
    assert again.dump() == keys.dump()


def test_a_damaged_key_is_no_key():
    for told in (
        None,
        {},
        {"day": 1},
        {"day": 1, "key": "zz"},
        {"day": 1, "key": "00"},
        {"day": "x", "key": "00" * 32},
        [],
    ):
        assert Keys.load(told) is None


def test_two_random_keys_differ():
    assert Keys.fresh(1).of(1) != Keys.fresh(1).of(1)


def test_a_name_depends_on_every_part_and_on_nothing_else():
    key = b"k" * 32
    names = {
        visitor(key, *parts)
        for parts in ((b"1", b"2", b""), (b"12", b"", b""), (b"", b"12", b""), (b"1", b"", b"2"), (b"1", b"2", b"u"))
    }
    assert len(names) == 5
    assert {len(name) for name in names} == {16}
    assert visitor(key, b"1", b"2", b"") == visitor(key, b"1", b"2", b"")


def test_the_key_in_the_memory_moves_on(bench, tmp_path):
    """After each run the oldest key that is kept is that of two days ago; lines that are older still are not read."""
    first = _bench(
        bench, tmp_path, line("/pricing", NOW - timedelta(days=5), "203.0.113.9"), line("/pricing", NOW, "203.0.113.9")
    )
    assert len({s.key.split(":")[1] for s in first.signals}) == 2
    assert first.memory["keys"]["day"] == TODAY - KEPT_DAYS
    late = _bench(bench, tmp_path, line("/demo", NOW - timedelta(days=5), "203.0.113.9"))
    assert late.signals == []
    assert [values["too_old"] for _, event, values in late.log.told if event == "log read"] == [1]
    bench.now += timedelta(days=1)
    again = _bench(bench, tmp_path, line("/demo", NOW, "203.0.113.9"))
    assert again.memory["keys"]["day"] == TODAY + 1 - KEPT_DAYS
    assert again.memory["keys"]["key"] not in json.dumps(first.memory)
    assert {s.key for s in again.signals} == {s.key for s in first.signals if f":{NOW:%Y-%m-%d}:" in s.key}


def test_a_secret_of_the_users_is_not_kept(bench, tmp_path):
    found = _bench(bench, tmp_path, line("/pricing", NOW, "203.0.113.9"), secret="s3cret")
    assert found.memory["keys"] is None
    assert "s3cret" not in json.dumps(found.memory)


def test_memory_and_log_hold_nothing_of_a_person(bench, tmp_path):
    """No address, agent, query, e-mail; the person who had signed in goes to core, which keeps a keyed hash."""
    found = _bench(
        bench, tmp_path,
        line("/pricing?email=jane@acme.com", NOW, "203.0.113.9"), line("/x/jane@acme.com", NOW, "203.0.113.9"), line("/docs", NOW, "203.0.113.10", "jane.doe@umbrella.com"),
        signed_in=True,
    )  # fmt: skip
    held = (
        json.dumps(found.memory)
        + json.dumps(found.log.told)
        + "".join(f"{s.key}{s.summary}{s.data}{s.evidence_url}" for s in found.signals)
    )
    for canary in ("203.0.113", "Firefox", "jane", "email="):
        assert canary not in held
    people = {(a.ref.domain, s.person) for s, a in zip(found.signals, found.accepted, strict=True)}
    assert people == {("initech.com", None), ("umbrella.com", "jane.doe@umbrella.com")}


def test_who_asks_not_to_be_tracked_is_not(bench, tmp_path):
    """Caddy's log has the headers."""
    row = {
        "ts": NOW.timestamp(), "status": 200,
        "request": {"client_ip": "203.0.113.9", "method": "GET", "host": "example.com", "uri": "/pricing", "headers": {"User-Agent": [AGENT], "Sec-Gpc": ["1"]}},
    }  # fmt: skip
    found = _bench(bench, tmp_path, json.dumps(row) + "\n")
    assert found.signals == []
    assert [values["declined"] for _, event, values in found.log.told if event == "log read"] == [1]


def test_a_first_run_without_a_secret_fits_into_one_piece(bench, tmp_path):
    """Core commits a thousand signals at a time: cut off after them, a second try would name the same visitors anew."""
    lines = [
        line("/pricing", NOW - timedelta(hours=48 - n / 60), f"{1 + n % 200}.0.{n % 7}.{n // 200}") for n in range(2880)
    ]
    (tmp_path / "companies.csv").write_text(
        "".join(f"{n}.0.0.0/8,company{n}.com\n" for n in range(256)), encoding="utf-8"
    )
    (tmp_path / "access.log").write_text("".join(lines), encoding="utf-8")
    sensor, told = Visits(path="access.log", companies="companies.csv"), []
    for _ in range(5):
        found = bench.run(sensor)
        assert found.error is None
        told.append(len(found.signals))
        assert told[0] < 1000
    assert told[0] >= FIRST_MOST // 3
    assert sum(told) == 2880
    assert told[2:] == [0, 0, 0]


def test_a_stop_before_the_commit_is_harmless(bench, tmp_path):
    """The memory does not move; read again, every signal has the key it had."""
    _bench(bench, tmp_path, line("/pricing", NOW - timedelta(hours=1), "203.0.113.9"))
    before = json.loads(json.dumps(bench.memory))
    once = _bench(bench, tmp_path, line("/demo", NOW, "203.0.113.9"), line("/demo", NOW, "203.0.113.10"))
    bench.memory = before
    again = _bench(bench, tmp_path)
    assert [(s.key, s.strength) for s in again.signals] == [(s.key, s.strength) for s in once.signals]


def test_a_clock_that_was_ahead_once_does_not_silence_visits(bench, tmp_path):
    """A run two months in the future moves the key on; the next one in the present draws another and says so."""
    _bench(bench, tmp_path, line("/pricing", NOW, "203.0.113.9"))
    bench.now += timedelta(days=60)
    ahead = _bench(bench, tmp_path)
    assert ahead.memory["keys"]["day"] == TODAY + 60 - KEPT_DAYS
    bench.now = NOW + timedelta(hours=1)
    back = _bench(bench, tmp_path, line("/pricing", bench.now, "203.0.113.10"))
    assert [s.kind for s in back.signals] == ["visit.key_page"]
    assert [event for level, event, _ in back.log.told if level == "warning" and "clock" in event] != []
    assert back.memory["keys"]["day"] == TODAY - KEPT_DAYS
    assert back.memory["keys"]["key"] != ahead.memory["keys"]["key"]
    after = _bench(bench, tmp_path, line("/pricing", bench.now, "203.0.113.11"))
    assert len(after.signals) == 1
    assert [event for _, event, _ in after.log.told if "clock" in event] == []
    assert after.memory["keys"] == back.memory["keys"]
