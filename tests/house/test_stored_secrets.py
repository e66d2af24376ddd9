"""A sensor that writes its own secret into what it yields stores everything but the secret (daemon.md row 21)."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from capteur import House
from capteur.clock import ManualClock
from capteur.matching import Index
from capteur.sensing import Intake
from capteur.sensing.scrubbing import Scrubber
from capteur.signals import Accepted
from capteur.store import Store, outcomes, watches
from capteur.store.shapes import SignalRow
from capteur.web import Redactor

CANARY = "cAnary/+7&9=x y"
MASK = "[secret]"
PARTS = ("cAnary", "7%269", "7&9")
"""Whatever form it travels in, one of these is in it."""
SENSOR = '''
import json
from datetime import timedelta
from urllib.parse import quote, quote_plus
from pydantic import SecretStr
from capteur import *


class Careless(FeedSensor):
    """Writes its key into everything."""

    name = "careless"
    kinds = ("funding.raised", "visit.page")
    api_key: SecretStr

    {colour}def detect(self, ctx):
        key = self.api_key.get_secret_value()
        url = f"https://api.example/v1?q=1&api_key={{quote_plus(key)}}"
        at = (ctx.until or ctx.now) - timedelta(hours=1)
        yield Signal(kind="funding.raised", account="acme.com", key=f"feed:{{key}}:1", occurred_at=at, summary=f"x {{key}} " + "y" * 300,
                     evidence_url=url, topic=f"t {{key}}", event=f"e:{{key}}", person=f"{{key}} Jo",
                     data={{"request": url, key: [key, {{"deep": quote(key, safe="")}}], "text": json.dumps(key), "n": 7}})
        yield Signal(kind="funding.raised", account=AccountRef(name=f"Nobody {{key}}", ids={{"vendor": key, key: "1"}}), key="2", occurred_at=at)
        yield Signal(kind="funding.raised", account=f"https://api.example.org/?key={{quote(key)}}", key="3", occurred_at=at)
        yield Signal(kind="visit.page", account="acme.com", key="4", occurred_at=at, strength=0.1, summary=key)
        yield Signal(kind="visit.page", account="acme.com", key="4", occurred_at=at, strength=0.9, summary=key + "!")
        yield AccountFact("acme.com", f"field {{key}}", f"value {{key}}", ctx.now)
        yield Outcome(account="acme.com", kind="won", key=f"deal:{{key}}", occurred_at=at, model=f"m{{key}}", data={{"url": url, key: key}})
        yield SameAs({{"anonymous": key, key: "x"}}, "acme.com")
        yield Signal(kind="funding.raised", account="acme.com", key=f"feed:{{key}}:gone", occurred_at=at)
        yield Revoke(f"feed:{{key}}:gone", f"because {{key}}")
        yield Checkpoint({{"next": url, "keys": [key], key: {{"n": 1}}}})
        yield Signal(kind=key, account=f"no domain {{key}}" + "z" * 70, key="", occurred_at="x" * 40 + key, strength=7, summary=key)
        {last}
'''


def careless(project: Any, toml: str = "", *, colour: str = "", last: str = "pass", key: str = CANARY) -> House:
    (project.folder / "plugins" / "careless.py").write_text(SENSOR.format(colour=colour, last=last))
    project.configure(f'[sensors.careless]\napi_key = "env:CARELESS_KEY"\n{toml}')
    project.accounts("domain,name\nacme.com,Acme\n")
    house: House = project.open({"CARELESS_KEY": key})
    house.import_accounts()
    return house


def everything(store: Store, folder: Path) -> bytes:
    """The bytes of every file of a SQLite store; every cell of every table of a PostgreSQL one."""
    if store.dialect == "sqlite":
        return b"".join(path.read_bytes() for path in sorted(folder.glob("capteur.db*")))
    with psycopg.connect(store.url.render_as_string(hide_password=False).replace("+psycopg", "")) as conn:
        tables = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        rows = [conn.execute(f'SELECT t::text FROM "{name}" t').fetchall() for (name,) in tables]
    return "\n".join(row[0] for table in rows for row in table).encode()


def assert_clean(house: House, folder: Path) -> None:
    stored = everything(house.store, folder)
    assert MASK.encode() in stored
    assert b"funding.raised" in stored
    for part in PARTS:
        assert part.encode() not in stored


WAYS = {
    "a sync sensor": {},
    "an async sensor": {"colour": "async "},
    "a process of its own": {"toml": "isolate = true"},
    "a sensor that fails": {"last": 'raise ValueError(f"cannot read {url}")'},
    "a sensor that is refused": {"last": 'raise AuthError(f"401 from {url}", why=key, fix=f"check {key}")'},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_cell_of_the_store_holds_the_secret(stored_project: Any, way: dict[str, str]) -> None:
    house = careless(stored_project, **way)
    report = house.run()
    assert (report.runs[0].new, report.runs[0].revoked) == (5, 1)
    house.refresh()
    assert_clean(house, stored_project.folder)
    assert all(part not in repr(report) for part in PARTS)


def test_a_backfill_stores_it_no_more_than_a_run(stored_project: Any, clock: ManualClock) -> None:
    house = careless(stored_project)
    report = house.backfill("careless", since=clock.now() - timedelta(days=40), until=clock.now())
    assert sum(window.new for window in report.windows) >= 5
    assert_clean(house, stored_project.folder)
    assert all(part not in repr(report) for part in PARTS)


def test_all_else_is_stored_as_it_was_yielded(project: Any) -> None:
    house = careless(project)
    house.run()
    signal = next(s for s in house.signals("acme.com") if s.key == f"feed:{MASK}:1")
    assert signal.evidence_url == f"https://api.example/v1?q=1&api_key={MASK}"
    assert signal.summary is not None
    assert signal.summary.startswith(f"x {MASK} yyy")
    assert (signal.topic, signal.event) == (f"t {MASK}", f"e:{MASK}")
    assert signal.data == {
        "request": f"https://api.example/v1?q=1&api_key={MASK}",
        MASK: [MASK, {"deep": MASK}],
        "text": f'"{MASK}"',
        "n": 7,
    }
    (gone,) = [s for s in house.signals("acme.com") if s.revoked_at is not None]
    assert (gone.key, gone.revoked_reason) == (f"feed:{MASK}:gone", f"because {MASK}")
    (acme,) = house.accounts()
    assert acme.facts == {f"field {MASK}": f"value {MASK}"}
    assert f"anonymous:{MASK}" in acme.aliases
    assert {a.domain or a.name for a in house.accounts(("unmatched",))} == {f"Nobody {MASK}", "example.org"}
    row = house.store.read(lambda c: watches.get(c, "careless", 0))
    assert row is not None
    assert row.cursor is not None
    assert json.loads(row.cursor)["keys"] == [MASK]


def test_it_is_told_once_with_the_places_and_the_line(project: Any) -> None:
    """A sentence for the run, which does not count as a bad thing."""
    house = careless(project)
    (run,) = house.run().runs
    told = [note for note in run.notes if "its own secret" in note]
    line = next(n for n, text in enumerate(SENSOR.splitlines(), 1) if 'key=f"feed:{{key}}:1"' in text)
    places = "key, summary, evidence_url, topic, event, person, data, account, name, value, model, ids, reason, the memory of its Checkpoint"
    assert told == [f"it wrote its own secret into {places}; it was removed  at careless.py:{line}  fix: leave it out"]
    assert run.error == f"sensor careless: {told[0]}"
    assert (run.bad, run.status) == (1, "ok"), "the last of them is bad for other reasons"


def test_observers_and_a_try_see_no_secret_either(project: Any) -> None:
    """An observer is a stranger's plugin."""
    project.plugin(
        "listener",
        "import pathlib\n@hookimpl\ndef capteur_signal_accepted(instance, signal):\n"
        f"    with pathlib.Path({str(project.folder / 'heard')!r}).open('a') as heard: heard.write(repr(signal))\n",
    )
    house = careless(project)
    trial = house.try_sensor("careless")
    house.run()
    heard = (project.folder / "heard").read_text()
    assert MASK in heard
    assert all(part not in heard + repr(trial) for part in PARTS)


def one(project: Any, options: dict[str, str], signal: str) -> tuple[list[str], SignalRow]:
    """The notes of a run of a sensor whose options come from the environment, and the one signal it yields, as stored."""
    project.plugin(
        "one",
        f"""
        class One(FeedSensor):
            name = "one"
            kinds = ("a.b",)
            {"; ".join(f"{option}: str" for option in options)}
            def detect(self, ctx):
                yield Signal(kind="a.b", account="acme.com", occurred_at=ctx.now, {signal})
        """,
    )
    project.configure("[sensors.one]\n" + "".join(f'{option} = "env:ONE_{option.upper()}"\n' for option in options))
    house = project.open({f"ONE_{option.upper()}": value for option, value in options.items()})
    (run,) = house.run().runs
    assert (run.new, run.bad) == (1, 0)
    (stored,) = house.signals()
    return run.notes, stored


def test_what_merely_looks_like_a_credential_is_stored(project: Any) -> None:
    """A key or an address names a fact: only what is a secret for certain leaves it, not a guess, and not two letters."""
    notes, signal = one(
        project,
        {"region": "emea", "api_key": CANARY},
        'key=f"board:{self.region}:1", summary="token: aaaabbbb, password=hunter2",'
        ' evidence_url="https://x.example/?token=aaaabbbb"',
    )
    assert signal.key == "board:emea:1"
    assert signal.summary == "token: aaaabbbb, password=hunter2"
    assert signal.evidence_url == "https://x.example/?token=aaaabbbb"
    assert notes == []


def test_an_address_whose_host_was_the_secret_is_left_out(project: Any) -> None:
    """The signal stays; a mask is no host."""
    tenant = {"url": "https://tenant-7f3a.feeds.example"}
    _, signal = one(project, tenant, 'key="1", evidence_url=f"{self.url}/post/1"')
    assert signal.evidence_url is None


def test_a_number_that_is_the_secret_leaves_the_data_valid(project: Any) -> None:
    """JSON stays JSON, and a number that only contains its digits stays a number."""
    data = '{"pin": int(self.pin), "amount": 12 * 10**9, "more": int(self.pin + "0")}'
    notes, signal = one(project, {"pin": "8675309"}, f"key=int(self.pin), data={data}")
    assert signal.key == MASK
    assert "into key, data;" in notes[0]
    assert signal.data == {"pin": MASK, "amount": 12 * 10**9, "more": 86753090}


def test_digits_of_the_secret_in_a_longer_number_are_no_secret(project: Any) -> None:
    notes, signal = one(project, {"pin": "8675309"}, 'key="1", data={"n": int(self.pin + "0")}')
    assert notes == []
    assert signal.data == {"n": 86753090}


def test_a_sensor_without_secrets_is_not_looked_at(project: Any) -> None:
    hide = Scrubber(Redactor())
    assert not hide.is_needed
    intake = Intake(kinds={}, now=project.clock.now(), index=Index([]), hide=hide)
    assert not isinstance(intake.check(7, lambda: "x.py:1"), Accepted)
    assert hide.told == []


def test_an_author_may_use_his_objects_again(project: Any) -> None:
    """What was yielded is what is stored, also when the author changes his objects as soon as his generator goes on."""
    project.plugin(
        "again",
        """
        class Again(FeedSensor):
            name = "again"
            kinds = ("a.b",)
            api_key: str
            def detect(self, ctx):
                data, memory = {"stage": "one"}, {"n": 1}
                yield Outcome(kind="meeting", account="acme.com", key="1", occurred_at=ctx.now, data=data)
                data["stage"] = "two"
                yield Outcome(kind="opened", account="acme.com", key="2", occurred_at=ctx.now, data=data)
                yield Checkpoint(memory)
                memory["token"] = self.api_key
        """,
    )
    project.configure('[sensors.again]\napi_key = "env:AGAIN_KEY"\n')
    project.accounts("domain,name\nacme.com,Acme\n")
    house = project.open({"AGAIN_KEY": CANARY})
    house.import_accounts()
    (run,) = house.run().runs
    assert (run.status, run.notes) == ("ok", [])
    rows = house.store.read(outcomes.rows)
    assert sorted(row.data["stage"] for row in rows) == ["one", "two"]
    (row,) = house.store.read(lambda c: watches.rows(c, "again", cursors=True))
    assert json.loads(row.cursor or "") == {"n": 1}
