"""What is held of an account, of a person, and of everybody: shown in full, and removed without a trace."""

from __future__ import annotations

import json
from typing import Any

import pytest

from capteur import House
from capteur.clock import ManualClock
from capteur.errors import InputError
from capteur.store import accounts as stored_accounts
from capteur.store import deliveries, links, listing, pruning, sql
from capteur.store.deliveries import Arrived
from capteur.store.holdings import with_accounts
from capteur.store.tables import METADATA

MAIL = "jane.canary@acme.com"
SENSOR = '''
class Forms(AccountSensor):
    """What people write into forms."""

    name = "forms"
    kinds = ("question.asked", "visit.page")
    strength: float = 0.5

    def detect(self, ctx, account):
        if account.domain != "acme.com":
            return
        yield Signal(kind="question.asked", account=account.domain, key="q1", occurred_at=ctx.now, person="Jane.Canary@acme.com",
                     summary="Is Jane Canary the owner?", topic="crm", data={"mail": "jane.canary@acme.com"})
        yield Signal(kind="visit.page", account=account.domain, key="v1", occurred_at=ctx.now, strength=self.strength)
        yield Outcome(account=account.domain, kind="meeting", key="m1", occurred_at=ctx.now, data={"with": "Jane Canary"})
        yield AccountFact(account.domain, "owner", "Léa", ctx.now)
        yield Signal(kind="question.asked", account=AccountRef(name="Acme Holding"), key="q2", occurred_at=ctx.now)
        ctx.http.get("https://forms.example/acme.com", conditional=True)
        yield Checkpoint({"last": "jane.canary@acme.com"})
'''


@pytest.fixture
def house(stored_project: Any, clock: ManualClock, respx_mock: Any) -> House:
    """A project in which every table that knows accounts has a row about acme.com."""
    respx_mock.get("https://forms.example/acme.com").respond(200, headers={"etag": '"1"'})
    stored_project.plugin("forms", SENSOR)
    stored_project.accounts("domain,name,standing\nacme.com,Acme,\nglobex.com,Globex,competitor\n")
    for strength in (0.5, 0.8):
        stored_project.configure(f"[privacy]\npersons = true\n[sensors.forms]\nstrength = {strength}\n")
        house: House = stored_project.open()
        house.import_accounts()
        house.run()
    house.touch("acme.com", "call", "with Jane Canary")

    def more(conn: Any) -> None:
        acme = stored_accounts.by_label(conn, "acme.com")
        other = stored_accounts.by_label(conn, "name:acme holding")
        assert acme is not None
        assert other is not None
        links.link(conn, other.id, acme.id, house.now())
        sql.run(conn, "UPDATE run SET error = 'acme.com answered 500' WHERE id = 1")
        listing.record(conn, "main", house.now(), [(1, acme.id, 4.2)])
        instance = sql.value(conn, "SELECT id FROM instance")
        deliveries.keep(
            conn, [Arrived(instance, "d1", house.now(), json.dumps({"site": "https://www.acme.com/"}).encode())]
        )

    house.store.write(more).result()
    return house


def test_an_export_has_every_table_that_knows_accounts(house: House) -> None:
    """With a row in each: what is not in it cannot have been forgotten to be shown."""
    told = house.export_account("Acme")
    by_foreign_key = {
        table.name
        for table in METADATA.sorted_tables
        if any(key.column.table.name == "account" for key in table.foreign_keys)
    }
    assert set(told.held) >= {"account", "delivery", *with_accounts(), *by_foreign_key}
    empty = [table for table, rows in house.export_account("Acme").held.items() if not rows and table != "stale"]
    assert empty == [], "marks are folded before anything is shown"


def test_an_export_reads_as_people_read(house: House) -> None:
    """Names instead of numbers, moments with their offset, JSON as itself; what was believed before stands with its signal."""
    held = house.export_account("acme.com").held
    by_key = {row["key"]: row for row in held["signal"]}
    assert by_key["q1"]["data"] == {"mail": MAIL}
    assert (by_key["q1"]["kind"], by_key["q1"]["sensor"], by_key["q1"]["topic"]) == ("question.asked", "forms", "crm")
    assert by_key["q1"]["occurred_at"] == "2026-11-20T08:00:00+00:00"
    assert [past["strength"] for past in by_key["v1"]["past"]] == [0.5]
    assert len(by_key["q2"]["past"]) == 1
    assert {row["name"] for row in held["account"]} == {"Acme", "Acme Holding"}
    assert {row["name"]: row["value"] for row in held["fact"]} == {"owner": "Léa"}
    assert held["delivery"][0]["body"] == '{"site": "https://www.acme.com/"}'
    assert "globex" not in json.dumps(held)
    json.dumps(held)


def test_a_person_is_exported_and_then_forgotten(house: House) -> None:
    """What is shown is what goes; the facts stay, and the number with them."""
    held = house.export_person([MAIL, "Jane Canary"]).held
    assert {row["key"] for row in held["signal"]} >= {"q1"}
    assert [row["cursor"] for row in held["watch"]] == [{"last": MAIL}]
    assert [row["data"] for row in held["outcome"]] == [{"with": "Jane Canary"}]
    before = house.explain("acme.com").row.estimate.intent
    told = house.forget_person([MAIL, "Jane Canary"])
    assert told.rows == {"signals": 2, "outcomes": 1, "memories of sensors": 1}
    assert (told.left, told.backups) == ((), ())
    assert house.explain("acme.com").row.estimate.intent == pytest.approx(before)
    assert "canary" not in json.dumps(house.export_account("acme.com").held).lower()
    assert house.export_person([MAIL, "Jane Canary"]).rows == 0
    assert house.forget_person([MAIL]).rows == {}


def test_a_name_too_short_is_refused(house: House) -> None:
    for work in (house.forget_person, house.export_person):
        with pytest.raises(InputError, match="too short to tell anybody apart"):
            work(["Jo"])


def test_backups_that_still_hold_it_are_named(house: House) -> None:
    made = house.backup()
    assert house.forget_person([MAIL]).backups == (made.file,)


def test_the_report_tells_what_is_held_and_what_leaves(stored_project: Any, house: House) -> None:
    """Counts and ages from the store, rules from the settings; nothing of it names anybody."""
    stored_project.configure(
        '[privacy]\npersons = ["forms"]\n[retention]\n"question.*" = "90d"\n"*" = { person = "30d" }\n[receiving]\nkeep = "3d"\n[sensors.forms]\n'
    )
    report = stored_project.open().privacy_report()
    told = {h.place: (h.count, h.stays) for h in report.holdings}
    assert told["signal.person"] == (1, "*: 30d, question.*: 90d")
    assert told["signal.data"] == (1, "question.*: 90d")
    assert told["delivery.body"] == (1, "3d")
    assert told["delivery.client"][1] == "until it is read, 7d at most; 1d where that failed"
    assert told["run.error"][1] == f"{pruning.RUNS_DAYS}d"
    assert told["fact.value"] == (1, "with its account")
    assert [(w.instance, w.asks, w.persons_allowed, w.persons) for w in report.writers] == [
        ("forms", True, True, 1),
        ("touch", False, False, 0),
        ("accounts", False, False, 0),
    ]
    assert report.hosts == ("forms.example",)
    assert report.rules == (("question.*", "signal", "90d"), ("*", "person", "30d"))
    assert "canary" not in repr(report)


def test_check_tells_rules_about_nobody_and_nothing(stored_project: Any, house: House) -> None:
    """A misspelt rule would keep what it was written to remove, and say nothing."""
    stored_project.configure(
        '[privacy]\npersons = ["form"]\n[retention]\n"vist.*" = "9d"\n"question.*" = "9d"\n[sensors.forms]\n'
    )
    told = [f.text for f in stored_project.open().check() if f.topic == "privacy"]
    assert told == [
        "[privacy] persons names 'form', and no sensor is called that; did you mean 'forms'?",
        "[retention] 'vist.*' fits no kind; did you mean 'visit.page'?",
    ]
    stored_project.configure('[models.main.breadth]\nweight = 1\nhalf_life = "9d"\nwindow = "9d"\n')
    told = [f.text for f in stored_project.open().check() if f.level == "warn" and f.topic == "models.main"]
    assert told == ["breadth asks who it was, and [privacy] persons is off: it will never count"]


HASHING = '''
class Hashed(FeedSensor):
    """Knows people by hashes of its own."""

    name = "hashed"
    kinds = ("visit.page",)

    def detect(self, ctx):
        yield Signal(kind="visit.page", account=AccountRef(ids={"person": "h-4711"}), key="v:h-4711", occurred_at=ctx.now, summary="a page")
        yield Signal(kind="visit.page", account=AccountRef(ids={"person": "h-4712"}), key="v:h-4712", occurred_at=ctx.now, summary="a page")
        yield Checkpoint({"key": 4700})

    def known_as(self, memory, person, now):
        if person == "Jane Doe":
            raise ValueError("no e-mail address")
        return {f"h-{memory['key'] + 11}"}
'''


def test_a_sensor_says_under_which_ids_it_knows_somebody(stored_project: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Its own hashes are looked for like the name; what it cannot say is logged, and keeps nobody from being forgotten."""
    stored_project.plugin("hashed", HASHING)
    stored_project.configure("[sensors.hashed]")
    house = stored_project.open()
    house.run()
    assert [row["key"] for row in house.export_person([MAIL]).held["signal"]] == ["v:h-4711"]
    assert house.forget_person([MAIL]).rows == {"signals": 1, "companies without a name of their own": 1, "aliases": 1}
    left = json.dumps([house.export_account(a.label).held for a in house.accounts(("unmatched",))])
    assert "4711" not in left
    assert "v:h-4712" in left
    assert house.forget_person(["Jane Doe"]).rows == {}
    assert "sensor hashed: known_as() cannot be used: no e-mail address" in caplog.text
