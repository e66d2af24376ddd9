"""Consent, programs, hostile bodies, wrong clocks, and what nobody may learn: the messages are not to be trusted."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import pytest

from capteur.clock import from_micros
from capteur.receiving import receiving
from capteur.store.deliveries import Arrived
from capteur.store.instances import id_of
from capteur.testing import SensorConformance
from capteur_sensors.visits.onsite import STRANGERS_A_DAY, Onsite
from capteur_sensors.visits.segment import Segment

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


DENIED = [
    {"consent": {"categoryPreferences": {"Analytics": False, "Functional": True}}},
    {"consentManagement": {"allowedConsentIds": [], "deniedConsentIds": ["C0002"]}},
    {"doNotTrack": True},
    {"gpc": "1"},
    {"page": {"url": "https://www.us.example/pricing", "dnt": 1}},
]


@pytest.mark.parametrize("context", DENIED, ids=str)
@pytest.mark.parametrize("kind", ["page", "identify", "track"])
def test_who_said_no_is_left_out(calls, sent_here, context, kind):
    made = {
        "page": calls.page(1, userId="jane@acme.com", context=context), "identify": calls.identify(1, "jane@acme.com", context=context),
        "track": calls.track(1, "File Downloaded", userId="jane@acme.com", context=context),
    }  # fmt: skip
    house = sent_here(made[kind])
    assert calls.told(house) == []
    assert house.accounts(("unmatched",)) == []


@pytest.mark.parametrize(
    ("integrations", "taken"),
    [
        ({"All": False}, False),
        ({"All": False, "Webhooks": True}, True),
        ({"Webhooks (Actions)": False}, False),
        ({"All": True}, True),
        ("x", True),
    ],
)
def test_integrations_that_leave_us_out_are_respected(calls, sent_here, integrations, taken):
    house = sent_here({**calls.page(1, userId="jane@acme.com"), "integrations": integrations})
    assert bool(calls.told(house)) is taken


@pytest.mark.parametrize(
    ("context", "taken"),
    [
        ({}, False),
        ({"consent": {"categoryPreferences": {"Analytics": True, "Advertising": False}}}, True),
        ({"consent": {"categoryPreferences": {"Advertising": True}}}, False),
        ({"consentManagement": {"allowedConsentIds": ["Analytics"], "deniedConsentIds": ["Ads"]}}, True),
        ({"consentManagement": {"allowedConsentIds": ["Analytics"], "deniedConsentIds": ["Analytics"]}}, False),
    ],
)
def test_a_category_that_is_named_has_to_be_granted(calls, sent_here, context, taken):
    house = sent_here(calls.page(1, userId="jane@acme.com", context=context), toml='consent = "Analytics"')
    assert bool(calls.told(house)) is taken


@pytest.mark.parametrize(
    "agent", ["Googlebot/2.1 (+http://www.google.com/bot.html)", "Mozilla/5.0 HeadlessChrome/130.0", "curl/8.0"]
)
def test_programs_say_nothing(calls, sent_here, agent):
    house = sent_here(calls.page(1, userId="jane@acme.com", context={"userAgent": agent}))
    assert calls.told(house) == []


def test_a_servers_message_needs_no_agent(calls, sent_here):
    house = sent_here(calls.track(1, "File Downloaded", userId="jane@acme.com", context={"userAgent": "", "ip": ""}))
    assert calls.told(house) == [("acme.com", "content.downloaded")]


HOSTILE = [
    None, 7, "x", [], {"type": None}, {"type": ["page"]}, {"type": "page"}, {"type": "page", "context": [], "properties": 3, "userId": {"a": 1}},
    {"type": "track", "event": {"a": 1}, "userId": [1]}, {"type": "page", "userId": "a@acme.com", "timestamp": 1e308, "properties": {"url": "https://[::1"}},
    {"type": "page", "userId": "a@acme.com", "timestamp": "not a time", "properties": {"path": "/\ud800\x00\u202e/pricing"}},
    {"type": "identify", "userId": "u" * 100_000, "traits": {"email": "@", "website": 5, "company": [1]}},
    {"type": "group", "groupId": 10**400, "traits": {"name": "\x1b[31mEvil\x1b[0m"}}, {"type": "delete"}, {"type": "alias"},
    {"type": "page", "messageId": "\u202e" * 500, "userId": "b@acme.com", "context": {"page": {"url": "javascript:alert(1)"}, "ip": "999.1.1.1"}},
]  # fmt: skip


def test_bad_messages_never_stop_the_others(calls, sent_here):
    """Every hostile message, and a good one behind each of them."""
    batch = [
        item
        for n, bad in enumerate(HOSTILE)
        for item in (bad, calls.track(n, "File Downloaded", userId="jane@acme.com"))
    ]
    house = sent_here({"batch": batch})
    assert [kind for _, kind in calls.told(house)].count("content.downloaded") == len(HOSTILE)
    assert house.deliveries()[0].state == "done"
    for text in (s.summary for s in house.signals()):
        assert text is None or text.isprintable()


def test_a_body_that_is_no_message_is_kept_and_told(calls, sent_here):
    house = sent_here(b"[1, 2", {"hello": "world"}, calls.page(1, userId="jane@acme.com"))
    assert calls.told(house) == [("acme.com", "visit.key_page")]
    assert sorted(row.state for row in house.deliveries()) == ["done", "waiting", "waiting"]


def test_strangers_are_counted_and_bounded(calls, sent_here, monkeypatch):
    monkeypatch.setattr("capteur_sensors.visits.onsite.STRANGERS_A_DAY", 3)
    house = sent_here(
        [calls.page(n, anonymousId=f"a{n}") for n in range(9)],
        [calls.page(20, anonymousId="late"), calls.page(21, userId="jane@acme.com")],
    )
    assert len(house.accounts(("unmatched",))) == 3 < STRANGERS_A_DAY
    assert ("acme.com", "visit.key_page") in calls.told(house)


def test_a_flood_of_pages_is_no_person(calls, sent_here):
    house = sent_here(calls.page(0, "/docs", 30, userId="jane@acme.com"))
    sent_here([calls.page(n, f"/blog/{n}", 29, userId="jane@acme.com") for n in range(1, 80)])
    assert all(s.revoked_at for s in house.signals())


@pytest.mark.parametrize(
    ("times", "ago"),
    [
        ({"timestamp": NOW - timedelta(hours=1), "originalTimestamp": NOW - timedelta(days=900)}, 60),
        ({"timestamp": NOW - timedelta(hours=1)}, 60),
        ({"timestamp": NOW - timedelta(days=2, minutes=5), "sentAt": NOW - timedelta(days=2)}, 5),
        ({"timestamp": NOW + timedelta(days=2), "sentAt": NOW + timedelta(days=2, minutes=5)}, 5),
        ({"timestamp": NOW - timedelta(days=2, minutes=5), "sentAt": NOW - timedelta(days=2), "receivedAt": NOW - timedelta(minutes=1)}, 6),
        ({"originalTimestamp": NOW - timedelta(minutes=9)}, 9),
        ({"timestamp": NOW + timedelta(hours=5)}, 0),
        ({}, 0),
    ],
)  # fmt: skip
def test_a_wrong_clock_is_set_right(calls, sent_here, times, ago):
    """What Segment has corrected is taken as it is; else `sentAt` against the receipt tells how wrong the clock is."""
    message = calls.track(1, "File Downloaded", userId="jane@acme.com")
    for name in ("timestamp", "originalTimestamp", "sentAt", "receivedAt"):
        message.pop(name)
    house = sent_here({**message, **{name: moment.isoformat() for name, moment in times.items()}})
    assert calls.NOW - from_micros(house.signals()[0].occurred_at) == timedelta(minutes=ago)


def test_nothing_of_a_person_is_in_signals_or_memory(calls, sent_here, tmp_path):
    """Of the whole database but the raw deliveries: no address, agent, id or e-mail."""
    house = sent_here(
        calls.page(1, "/pricing?email=jane.doe@acme.com", userId="user-canary", anonymousId="anon-canary"),
        calls.page(2, "/welcome/jane.doe@acme.com/x", userId="user-canary"),
        calls.identify(3, "jane.doe@acme.com", userId="user-canary", anonymousId="anon-canary"),
        calls.identify(4, "jim.canary@gmail.com", userId="u-2", anonymousId="a-2"),
        calls.track(
            5,
            "Form Submitted",
            {"message": "I am jane.doe@acme.com", "email": "jane.doe@acme.com"},
            userId="user-canary",
        ),
        calls.track(6, "File Downloaded", {"title": "For jane.doe@acme.com"}, userId="user-canary"),
    )
    house.purge_deliveries(house.now() + 1)
    house.store.vacuum()
    files = b"".join(path.read_bytes() for path in tmp_path.glob("capteur.db*"))
    assert b"acme.com" in files
    for canary in ("jane", "jim.canary", "user-canary", "anon-canary", calls.HOME, "Macintosh", calls.KEY):
        assert canary.encode() not in files, canary


CONFIG = {"visitor_key": "a-key-for-visitors-1", "companies": "networks.csv", "own": ["us.example"]}
STAMP = (NOW - timedelta(minutes=5)).isoformat()
PRICING = {
    "type": "page", "messageId": "m1", "userId": "jane@acme.com", "timestamp": STAMP, "properties": {"url": "https://www.us.example/pricing"},
}  # fmt: skip
FORM = {
    "type": "track", "messageId": "m3", "userId": "u1", "timestamp": STAMP, "event": "Form Submitted", "properties": {"message": "How?"},
}  # fmt: skip


class TestSegment(SensorConformance):
    """The kit that strangers' sensors have to pass."""

    sensor = Segment
    config = CONFIG
    second = {**CONFIG, "groups": {"news": {"pages": ["/news"]}}, "anonymous": False}  # noqa: RUF012  as an author writes it
    now = NOW
    deliveries = (
        PRICING,
        {"batch": [{"type": "identify", "userId": "u1", "traits": {"email": "jim@globex.com"}}, FORM]},
    )

    def upstream(self, router):
        (self.folder / "networks.csv").write_text("network,domain\n203.0.113.77,globex.com\n", encoding="utf-8")


def test_without_a_key_one_is_drawn_kept_and_thrown_away(calls, project, clock):
    """The names of visitors stay as long as the key does: thirty days and what is left of them, and not for ever."""
    project.configure(f'[sensors.segment]\nsecret = "{calls.SECRET}"')
    project.accounts("domain,name\nacme.com,Acme\n")
    house = project.open()
    house.import_accounts()
    number = house.store.write(lambda c: id_of(c, "segment")).result()
    keys = []
    for day in range(0, 90, 30):
        moment = (calls.NOW + timedelta(days=day)).isoformat()
        body = {
            "type": "page",
            "messageId": f"m{day}",
            "anonymousId": "a",
            "timestamp": moment,
            "properties": {"url": "https://us.example/pricing"},
        }
        house.keep_deliveries([Arrived(number, f"id:{day}", house.now(), json.dumps(body).encode())]).result()
        house.run()
        cursor = house.store.read(
            lambda c: c.exec_driver_sql("SELECT cursor FROM watch WHERE cursor IS NOT NULL").scalar()
        )
        keys.append(json.loads(cursor)["keys"])
        clock.advance(timedelta(days=30))
    assert len({signal.account_id for signal in house.signals()}) == 3, "another name each time"
    assert [later["day"] - earlier["day"] for earlier, later in pairwise(keys)] == [1, 1]
    assert len({key["key"] for key in keys}) == 3


def test_what_segment_signs_is_taken_and_what_somebody_else_signs_is_not(calls, project):
    """HMAC-SHA1 of the body in X-Signature, over a real socket, as Segment's Webhooks (Actions) sends it."""
    project.configure(f'[sensors.segment]\nsecret = "{calls.SECRET}"\nsecret_in = "signature:X-Signature"')
    project.accounts("domain,name\nacme.com,Acme\n")
    house = project.open()
    house.import_accounts()
    body = json.dumps(calls.page(1, userId="jane@acme.com")).encode()
    signatures = [hmac.new(key.encode(), body, "sha1").hexdigest() for key in (calls.SECRET, "somebody-else-1234")]
    with receiving(house, listen=("127.0.0.1", 0)) as port:
        statuses = [
            httpx.post(
                f"http://127.0.0.1:{port}/hooks/segment", content=body, headers={"X-Signature": signature}
            ).status_code
            for signature in signatures
        ]
    house.run()
    assert statuses == [200, 404]
    assert calls.told(house) == [("acme.com", "visit.key_page")]


def test_a_memory_of_another_version_is_no_obstacle():
    """What cannot be read is left out; the rest stands."""
    memory = Onsite.load(
        {
            "visitors": {"a": 1, "b": [], "c": [[], {}]},
            "claims": [],
            "day": "x",
            "strangers": {"y": 1, "7": "z"},
            "keys": {"key": "zz"},
        },
        None,
        7,
    )
    assert (memory.rows, memory.claims, memory.strangers, memory.changed) == ({}, {}, {}, True)
    guest = memory.visitor("n", "www.us.example", "acme.com", 20_777)
    assert guest is not None
    memory.keep(guest)
    memory.rows["www.us.example:n:20777"][0] = ["too", "short"]
    again = memory.visitor("n", "www.us.example", "acme.com", 20_777)
    assert again is not None
    assert again.views == 0
