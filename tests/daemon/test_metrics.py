"""What Prometheus reads, read by its own parser: the same numbers as the daemon's and the store's, bounded, without secrets."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from capteur import House
from capteur.clock import ManualClock
from capteur.daemon.health import listening
from capteur.daemon.metrics import FRESH_S, GRACE_S, METRICS, OUTCOMES, Exposition, StoreReader
from capteur.house.pulse import Pulse
from capteur.house.shift import open_shift
from capteur.runner import UnitStatus
from capteur.store import signals
from capteur.store.deliveries import Arrived
from capteur.store.engine import READERS, dispose
from capteur.watching import InstanceState

ROOT = Path(__file__).parents[2]
NOW = 1_795_161_600
"""The clock's first moment, 2026-11-20 08:00 UTC."""
OK = 'yield Signal(kind="funding.raised", account="acme.com", key="r1", occurred_at=ctx.now)\n'
MIXED = """
yield Signal(kind="funding.raised", account="acme.com", key="r1", occurred_at=ctx.now)
yield Signal(kind="funding.raised", account=AccountRef(name="Nobody Knows"), key="r2", occurred_at=ctx.now)
yield Signal(kind="funding.raised", account="acme.com", key="r3", occurred_at="yesterday")
"""
Labels = dict[str, str]


def scraped(house: House, pulse: Pulse, **words: Any) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample of one answer, by name and labels."""
    text = Exposition(house, pulse, **words).text()[0].decode()
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for f in read_text(text) for s in f.samples}


def of(found: dict[Any, float], name: str, **labels: str) -> float | None:
    return found.get((name, tuple(sorted(labels.items()))))


def fetched(port: int, accept: str) -> tuple[str, str]:
    with urlopen(Request(f"http://127.0.0.1:{port}/metrics", headers={"Accept": accept})) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


async def worked(house: House) -> Pulse:
    async with open_shift(house) as shift:
        await shift.work_off()
        shift.tick()
        return shift.pulse


@pytest.fixture
def still(clock: ManualClock) -> Pulse:
    return Pulse(clock.monotonic())


# the numbers


async def test_the_numbers_are_the_daemons_and_the_stores(feed: Callable[..., House]) -> None:
    house = feed(MIXED)
    pulse = await worked(house)
    found = scraped(house, pulse)
    assert of(found, "capteur_units_total", sensor_instance="feed", status="ok") == pulse.units["feed", "ok"] == 1
    assert of(found, "capteur_ticks_total") == pulse.ticks == 1
    assert of(found, "capteur_ready") == of(found, "capteur_leader") == of(found, "capteur_store_up") == 1
    assert of(found, "capteur_store_trouble") == of(found, "capteur_threads_stuck_total") == 0
    assert of(found, "capteur_unit_seconds_total", sensor_instance="feed") == pulse.seconds["feed"]
    assert of(found, "capteur_accounts_listed") == 2
    assert of(found, "capteur_store_size_bytes") == house.store.size_bytes()
    assert of(found, "capteur_store_stale_marks") == 0
    assert of(found, "capteur_instance_accounts", sensor_instance="feed") == 1
    assert of(found, "capteur_instance_accounts_failing", sensor_instance="feed") == 0


async def test_both_engines_answer(stored_project: Any) -> None:
    stored_project.plugin(
        "feed",
        'class Feed(FeedSensor):\n    """A feed."""\n\n    name = "feed"\n    kinds = ("funding.raised",)\n\n'
        f"    def detect(self, ctx):\n        {OK}",
    )
    stored_project.configure("[sensors.feed]\n")
    house = stored_project.open()
    found = scraped(house, await worked(house))
    (build,) = [dict(labels) for name, labels in found if name == "capteur_build_info"]
    assert (build["store"], build["schema"]) == (house.store.dialect, house.store.schema_version)
    assert of(found, "capteur_store_up") == 1
    assert (of(found, "capteur_store_size_bytes") or 0) > 10_000
    assert of(found, "capteur_instance_last_ok_timestamp_seconds", sensor_instance="feed") == NOW


async def test_a_signal_is_counted_in_one_outcome(feed: Callable[..., House]) -> None:
    """One of a known company, one of an unknown one, one that cannot be read; in a second run the first two are unchanged."""
    house = feed(MIXED, toml='every = "6h"')
    pulse = await worked(house)
    stored = len(house.store.read(signals.rows))
    found = scraped(house, pulse)
    outcomes = {word: of(found, "capteur_signals_total", sensor_instance="feed", outcome=word) for word in OUTCOMES}
    assert outcomes == {"new": stored, "updated": 0, "unchanged": 0, "revoked": 0, "bad": 1}
    assert of(found, "capteur_signals_unmatched_total", sensor_instance="feed") == 1
    assert of(found, "capteur_signals_total", sensor_instance="feed", outcome="unmatched") is None


async def test_moments_are_seconds_since_1970(feed: Callable[..., House]) -> None:
    house = feed(OK, toml='at = "09:30 UTC"')
    never = scraped(house, Pulse(house.clock.monotonic()))
    assert of(never, "capteur_instance_last_ok_timestamp_seconds", sensor_instance="feed") is None
    found = scraped(house, await worked(house))
    assert of(found, "capteur_instance_last_ok_timestamp_seconds", sensor_instance="feed") == NOW
    assert of(found, "capteur_instance_next_due_timestamp_seconds", sensor_instance="feed") == NOW + 5400


def test_a_frozen_ticker_shows_its_age_and_is_not_ready(
    feed: Callable[..., House], still: Pulse, clock: ManualClock
) -> None:
    still.looked = still.ticked = clock.monotonic()
    house = feed(OK)
    assert of(scraped(house, still), "capteur_ready") == 1
    clock.advance(timedelta(seconds=45))
    found = scraped(house, still)
    assert (of(found, "capteur_ready"), of(found, "capteur_tick_age_seconds")) == (0, 45)


async def test_an_instance_is_in_one_state_and_every_state_is_there(project: Any) -> None:
    for name, body in (("good", OK), ("refused", 'raise AuthError("no")\n        yield')):
        project.plugin(
            name,
            f'class S(FeedSensor):\n    """A feed."""\n\n    name = "{name}"\n    kinds = ("funding.raised",)\n\n'
            f"    def detect(self, ctx):\n        {body}\n",
        )
    project.configure("[sensors.good]\n[sensors.refused]\n[sensors.lost]\n")
    house = project.open()
    found = scraped(house, await worked(house))
    states: dict[str, dict[str, float]] = {}
    for (name, labels), value in found.items():
        if name == "capteur_instance_state":
            states.setdefault(dict(labels)["sensor_instance"], {})[dict(labels)["state"]] = value
    assert {instance: [s for s, on in by.items() if on] for instance, by in states.items()} == {
        "good": ["ok"],
        "refused": ["parked"],
        "lost": ["broken"],
    }
    assert all(set(by) == set(get_args(InstanceState)) for by in states.values())


def test_counters_begin_at_zero_so_that_the_first_step_shows(feed: Callable[..., House], still: Pulse) -> None:
    found = scraped(feed(OK), still)
    for status in get_args(UnitStatus):
        assert of(found, "capteur_units_total", sensor_instance="feed", status=status) == 0
    for outcome in OUTCOMES:
        assert of(found, "capteur_signals_total", sensor_instance="feed", outcome=outcome) == 0
    for name in ("requests_total", "unit_seconds_total", "signals_unmatched_total", "units_running"):
        assert of(found, f"capteur_{name}", sensor_instance="feed") == 0


# the store in the way


def test_a_store_that_cannot_be_read_costs_its_own_numbers_only(feed: Callable[..., House], still: Pulse) -> None:
    house = feed(OK)
    path = house.settings.folder / "capteur.db"
    for engine in house.store._engines:
        dispose(engine)
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    path.write_bytes(b"no database at all" * 1000)
    found = scraped(house, still)
    assert of(found, "capteur_store_up") == 0
    assert of(found, "capteur_ticks_total") == 0
    looked = {m.name for m in METRICS[[m.name for m in METRICS].index("capteur_store_up") + 1 :]}
    assert {name for name, _ in found} & looked == set()


def test_a_store_that_does_not_answer_is_waited_for_a_moment_and_asked_once(
    feed: Callable[..., House], still: Pulse
) -> None:
    house = feed(OK)
    reader = StoreReader(house, wait_s=0.05)
    with ExitStack() as busy:
        for _ in range(READERS):
            busy.enter_context(house.store._engines[1].connect())
        assert of(scraped(house, still, reader=reader), "capteur_store_up") == 0
        assert of(scraped(house, still, reader=reader), "capteur_store_up") == 0
        (asking,) = [t for t in threading.enumerate() if t.name == "monitoring"]
    asking.join(timeout=60)
    assert of(scraped(house, still, reader=reader), "capteur_store_up") == 1


def test_the_last_answer_stands_in_for_one_that_takes_its_time_and_for_no_longer(
    feed: Callable[..., House], still: Pulse, clock: ManualClock
) -> None:
    house = feed(OK)
    reader = StoreReader(house, wait_s=0.05)
    while (first := reader.look()) is None:
        continue
    with ExitStack() as busy:
        for _ in range(READERS):
            busy.enter_context(house.store._engines[1].connect())
        clock.advance(timedelta(seconds=FRESH_S + GRACE_S - 1))
        assert reader.look() is first
        clock.advance(timedelta(hours=1))
        assert reader.look() is None
        (asking,) = [t for t in threading.enumerate() if t.name == "monitoring"]
    asking.join(timeout=60)


def test_the_store_is_asked_again_only_after_a_while(feed: Callable[..., House], clock: ManualClock) -> None:
    house = feed(OK)
    reader = StoreReader(house)
    first = reader.look()
    clock.advance(timedelta(seconds=FRESH_S - 1))
    assert first is not None
    assert reader.look() is first
    house.add_account("initech.com")
    clock.advance(timedelta(hours=1))
    second = reader.look()
    assert second is not None
    assert (first.listed, second.listed) == (2, 3)


# the answer


HOOK = '''
class Hook(PushSensor):
    """Is sent something."""

    name = "hook"
    kinds = ("visit.page",)

    def receive(self, ctx, delivery):
        yield delivery.json()["nothing"]
'''


def delivered(house: House) -> None:
    """A delivery of the instance `hook`, received now."""
    gate = house.gates()[0]
    house.keep_deliveries([Arrived(gate.instance_id, "id:1", house.now(), b"{}")]).result()


async def test_what_was_sent_is_counted_and_what_waits_is_told(
    feed: Callable[..., House], project: Any, clock: ManualClock
) -> None:
    project.plugin("hook", HOOK)
    house = feed(OK, toml='[sensors.hook]\nsecret = "0123456789abcdef"')
    delivered(house)
    pulse = Pulse(clock.monotonic())
    pulse.received["hook"] += 1
    pulse.refused["", "secret"] += 2
    clock.advance(timedelta(seconds=90))
    found = scraped(house, pulse)
    assert of(found, "capteur_deliveries_received_total", sensor_instance="hook") == 1
    assert of(found, "capteur_deliveries_received_total", sensor_instance="feed") is None
    assert of(found, "capteur_deliveries_refused_total", sensor_instance="", reason="secret") == 2
    assert of(found, "capteur_deliveries_waiting", sensor_instance="hook") == 1
    assert of(found, "capteur_deliveries_oldest_waiting_seconds", sensor_instance="hook") == 90
    assert of(found, "capteur_deliveries_failed", sensor_instance="hook") == 0


async def test_a_daemon_reads_what_waits_and_a_bad_sender_does_not_make_it_unready(
    feed: Callable[..., House], project: Any
) -> None:
    project.plugin("hook", HOOK)
    house = feed(OK, toml='[sensors.hook]\nsecret = "0123456789abcdef"')
    delivered(house)
    pulse = await worked(house)
    assert [(row.state, row.fails) for row in house.deliveries()] == [("waiting", 1)]
    assert pulse.is_ready(house.clock.monotonic())


async def test_both_formats_say_the_same_and_declare_every_metric(feed: Callable[..., House], project: Any) -> None:
    project.plugin("hook", HOOK)
    house = feed(OK, toml='[sensors.hook]\nsecret = "0123456789abcdef"')
    pulse = await worked(house)
    pulse.refused["", "secret"] += 1
    with listening(house, pulse, "127.0.0.1", 0) as port:
        answers = {}
        for accept, read in (("", read_text), ("application/openmetrics-text; version=1.0.0", read_openmetrics)):
            kind, text = fetched(port, accept)
            assert kind.startswith(accept.partition(";")[0] or "text/plain")
            families = {f.name: f for f in read(text)}
            for metric in METRICS:
                family = families[metric.name.removesuffix("_total")]
                assert (family.type, family.documentation) == (metric.kind, metric.words)
                assert {frozenset(s.labels) for s in family.samples} == {frozenset(metric.labels)}, metric.name
            answers[read] = {
                (s.name, *sorted(s.labels.items()))
                for f in families.values()
                for s in f.samples
                if f.name.startswith("capteur")
            }
    assert answers[read_text] == answers[read_openmetrics]


def test_an_accept_header_that_makes_no_sense_gets_the_plain_format(feed: Callable[..., House], still: Pulse) -> None:
    text, kind = Exposition(feed(OK), still).text("application/openmetrics-text; version=new, */*;q=x")
    assert kind.startswith("text/plain")
    assert b"capteur_ticks_total 0.0" in text


async def test_no_label_holds_an_account_an_error_or_a_secret(project: Any) -> None:
    """Two failing accounts and a canary in everything a sensor can influence."""
    project.plugin(
        "leaky",
        """
        class Leaky(AccountSensor):
            \"\"\"Fails for every account.\"\"\"

            name = "leaky"
            kinds = ("funding.raised",)
            key: str

            def detect(self, ctx, account):
                ctx.log.warning(self.key)
                raise RuntimeError(f"{self.key} for {account.domain}")
                yield
        """,
    )
    project.configure('[sensors.leaky]\nkey = "env:CANARY"\n')
    project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
    house = project.open(env={"CANARY": "cAnary-4711"})
    house.import_accounts()
    pulse = await worked(house)
    text = Exposition(house, pulse).text()[0].decode()
    assert of(scraped(house, pulse), "capteur_instance_accounts_failing", sensor_instance="leaky") == 2
    assert not re.search("cAnary|acme|globex", text, re.IGNORECASE)
    known = {"leaky", *get_args(UnitStatus), *get_args(InstanceState), *OUTCOMES}
    bounded = {"sensor_instance", "status", "state", "outcome"}
    values = {v for f in read_text(text) for s in f.samples for k, v in s.labels.items() if k in bounded}
    assert values <= known


def test_more_accounts_make_no_more_series(feed: Callable[..., House], still: Pulse) -> None:
    house = feed(OK)
    before = scraped(house, still)
    for number in range(50):
        house.add_account(f"company{number}.com")
    assert scraped(house, still).keys() == before.keys()


def test_without_the_library_the_answer_says_how_to_get_it(
    feed: Callable[..., House], still: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "prometheus_client", None)
    with listening(feed(OK), still, "127.0.0.1", 0) as port, pytest.raises(HTTPError) as caught:
        urlopen(f"http://127.0.0.1:{port}/metrics")
    with caught.value as answer:
        assert answer.code == 501
        assert "pip install 'capteur[metrics]'" in answer.read().decode()


# what is written about it


def test_the_page_lists_every_metric_as_it_is() -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    lines = [
        f"| `{m.name}` | {m.kind} | {', '.join(f'`{label}`' for label in m.labels) or '-'} | {m.words} |"
        for m in METRICS
    ]
    assert re.findall(r"^\| `capteur_.*$", page, re.MULTILINE) == lines


@pytest.mark.parametrize("words", [UnitStatus, InstanceState], ids=["status", "state"])
def test_the_page_explains_every_value_of_a_label(words: Any) -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    tables = re.findall(r"^\| (?:status|state) \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", page, re.MULTILINE)
    assert [*get_args(words)] in [re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) for table in tables]


def test_the_alert_rules_ask_for_what_there_is(feed: Callable[..., House], still: Pulse) -> None:
    """Metrics, labels and their values; and each rule says what to do."""
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus-rules.yaml").read_text(encoding="utf-8"))
    found = [rule for group in rules["groups"] for rule in group["rules"]]
    series = scraped(feed(OK), still)
    labels = {name: {k for (n, pairs) in series if n == name for k, _ in pairs} for name, _ in series}
    values = {(k, v) for _, pairs in series for k, v in pairs} | {("job", "capteur")}
    assert len(found) >= 3
    for rule in found:
        assert {"alert", "expr", "for", "annotations"} <= rule.keys()
        assert "capteur " in rule["annotations"]["description"]
        for name, inside in re.findall(r"\b(capteur_\w+)(?:\{([^}]*)\})?", rule["expr"]):
            assert name in labels, rule["alert"]
            for label, words in re.findall(r'(\w+)[=!]~?"([^"]*)"', inside):
                assert label in {*labels[name], "job"}, rule["alert"]
                assert {(label, word) for word in words.split("|")} <= values, rule["alert"]
        for label in re.findall(r"\$labels\.(\w+)", str(rule["annotations"])):
            assert label in {"instance", "sensor_instance", "state", "job", "status"}
