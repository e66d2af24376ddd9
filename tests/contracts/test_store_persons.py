"""Forgetting a person: out of every column of text, on both engines, and out of the bytes of the file."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from capteur.store import accounts, audit, deliveries, erasing, inbox, instances, runs, sql, watches
from capteur.store.deliveries import Arrived
from capteur.store.shapes import IncomingFact, IncomingOutcome, Validator
from capteur.store.tables import METADATA

MAIL = "jane.canary@acme.com"
NAME = "Léa Canary-Müller"
SPELLINGS = (
    MAIL,
    MAIL.upper(),
    quote(MAIL, safe=""),
    quote(quote(MAIL, safe=""), safe=""),
    NAME,
    json.dumps(NAME.upper())[1:-1],
    NAME.replace(" ", "\n"),
)
OWN = {("signal", name) for name in ("key", "event", "summary", "evidence_url", "data", "revoked_reason", "person")}
RULED = {*OWN, *(("account", name) for name in ("domain", "name", "reference")), ("alias", "text"),
         *(("delivery", name) for name in ("key", "headers", "query", "client", "error", "body"))}  # fmt: skip


def fill(bench) -> int:
    """Everything that can name somebody names her, in one spelling or another; the account of it all is returned."""
    acme = bench.account("acme.com", f"email:{MAIL}", "name:acme")
    (row,) = bench.claim(acme)
    signals = [
        bench.signal(f"form:{MAIL}:{i}", acme, summary=f"{said} asks", evidence_url=f"https://acme.com/?u={quote(said)}", event=f"e:{MAIL}",
                     data=json.dumps({"who": {"mail": said}, "size": 40}), person=MAIL, kind="question.asked", strength=1 / (i + 1))
        for i, said in enumerate(SPELLINGS)
    ]  # fmt: skip
    signals.append(bench.signal("hashed", acme, person=f" {MAIL.title()}", summary="asks for a demo"))
    signals.append(
        bench.signal("other", acme, person="joe@acme.com", summary="annual report, by Lea Canary", topic=NAME)
    )
    signals.append(bench.signal("waits", bench.unknown(f"linkedin:{NAME}", NAME)))
    bench.commit(
        *signals, account_id=acme, epoch=row.epoch, memory=json.dumps({"seen": [MAIL, "joe@acme.com"], MAIL: 1, "page": 3}),
        finish=bench.finish("failed", error=f"{MAIL} bounced"),
        facts=(IncomingFact(acme, "contact", json.dumps(NAME), bench.now), IncomingFact(acme, "size", "40", bench.now)),
        outcomes=(IncomingOutcome(acme, "meeting", f"m:{MAIL}", bench.now, "main", None, json.dumps({"with": NAME})),),
        validators=(Validator(f"https://acme.com/people?q={quote(MAIL)}", "1", None), Validator("https://acme.com/jobs", "2", None)),
        validator_scope="s",
    )  # fmt: skip

    def more(conn) -> None:
        sql.run(conn, "UPDATE signal SET revoked_at = 1, revoked_reason = :why WHERE key = 'waits'", why=f"was {NAME}")
        audit.add(conn, bench.now, "note", acme, {"said": f"{NAME} called"})
        watches.park(conn, "jobs", f"401 for {MAIL}", f"ask {MAIL}", bench.now)
        run = runs.start(conn, "jobs", bench.now)
        sql.run(conn, "UPDATE run SET error = :error WHERE id = :id", error=f"{MAIL} is no domain", id=run)
        sql.run(
            conn,
            "INSERT INTO daemon (id, host, pid, version, started_at, beat_at, running, stuck, trouble) VALUES ('d', 'h', 1, '1', 1, 1, 0, 0, :t)",
            t=f"store: {MAIL}",
        )
        instance = sql.value(conn, "SELECT id FROM instance WHERE name = 'jobs'")
        bodies = [json.dumps({"email": said}).encode() for said in SPELLINGS] + [b'{"email": "joe@acme.com"}']
        deliveries.keep(conn, [Arrived(instance, f"k{i}", bench.now, body) for i, body in enumerate(bodies)])
        deliveries.keep(conn, [Arrived(instance, "q", bench.now, b"{}", query=json.dumps({"u": MAIL}))])

    bench.write(more)
    return acme


def texts(bench) -> str:
    """All that is in the columns of text and bytes, as one text in lower case, escaped ones read."""
    found = []
    for table in METADATA.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, sa.Text | sa.String | sa.LargeBinary):
                rows = bench.read(lambda c, t=table.name, n=column.name: sql.rows(c, f'SELECT "{n}" FROM "{t}"'))
                found += [
                    bytes(r[0]).decode(errors="replace") if not isinstance(r[0], str) else r[0]
                    for r in rows
                    if r[0] is not None
                ]
    return "\n".join(found).casefold()


def test_a_person_is_erased_from_every_column(bench):
    """However she is spelled; the facts stay, without her, and what is about others is untouched."""
    acme = fill(bench)
    bench.marks()
    erased = bench.write(lambda c: erasing.erase(c, [MAIL.upper(), NAME]))
    assert erased.rows == {
        "signals": len(SPELLINGS) + 2, "companies without a name of their own": 1, "aliases": 1, "topics": 1, "facts": 1, "outcomes": 2,
        "audit notes": 1, "messages": 5, "memories of sensors": 1, "addresses read": 1, "deliveries": len(SPELLINGS) + 1,
    }  # fmt: skip
    left = texts(bench)
    for trace in ("jane.canary", "jane%2e", "canary-m", "léa", "l\\u00e9a"):
        assert trace not in left, trace
    assert "joe@acme.com" in left
    rows = {o.key: o for o in bench.history(acme)}
    assert len(rows) == len(SPELLINGS) + 2
    assert rows["hashed"].person is None
    assert rows["other"].person is not None
    assert len({o.event for o in rows.values() if o.event}) == 1
    assert bench.read(lambda c: accounts.get(c, acme)).facts == {"size": 40}
    assert bench.read(lambda c: watches.get(c, "jobs", acme)).cursor == '{"page":3,"seen":["","joe@acme.com"]}'
    assert set(bench.marks()) == {(acme, "question.asked"), (acme, "hiring.opened")} | {
        (a.id, "hiring.opened") for a in bench.read(lambda c: accounts.listing(c, states=("unmatched",)))
    }
    assert bench.write(lambda c: erasing.erase(c, [MAIL, NAME])).rows == {}, "a second time there is nothing"


def test_the_hash_goes_however_the_person_was_written(bench):
    """One e-mail address in three spellings is one person, and found by any of them."""
    acme = bench.account("acme.com")
    bench.commit(
        *(bench.signal(str(i), acme, person=p) for i, p in enumerate(["Jo@X.io", "jo@x.io ", "JO@X.IO", "bo@x.io"]))
    )
    assert len({o.person for o in bench.history(acme)}) == 2
    assert bench.write(lambda c: erasing.erase(c, ["jO@x.io"])).rows == {"signals": 3}
    assert [o.person is None for o in bench.history(acme)].count(True) == 3


def test_a_name_counts_as_whole_words_only(bench):
    """Forgetting Ann leaves the annual report; an e-mail address counts wherever it stands."""
    acme = bench.account("acme.com")
    said = ["Annual plan", "call Ann, please", "hannah", "x-ann.lee@acme.com_7"]
    bench.commit(*(bench.signal(text, acme, summary=text) for text in said))
    assert bench.write(lambda c: erasing.erase(c, ["Ann", "ann.lee@acme.com"])).rows == {"signals": 2}
    kept = bench.read(lambda c: sql.rows(c, "SELECT summary FROM signal WHERE summary IS NOT NULL ORDER BY summary"))
    assert kept == [("Annual plan",), ("hannah",)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Anna Strauß", "Anna Strauß asks for a demo"),
        ("Anna Strauss", "Anna STRAUẞ asks"),
        ("Anna Strauß", "ANNA STRAUSS asks"),
        ("Steffi Graf", "Ste\ufb03 Graf plays"),
        ("Anna Lee", "by \uff21\uff4e\uff4e\uff41 \uff2c\uff45\uff45 of Acme"),
        ("Kim Kelvin", "\u212aim \u212aelvin asks"),
        ("Anna Lee", '{"who": "\\u0041nn\\u0061 L\\u0065\\u0065"}'),
        ("Anna Lee", "https://x.io/?q=%41%6En%61%20%4Cee"),
        ("Anna Lee", "https://x.io/?q=Anna+Lee"),
        ("Ö", "Herr Ö."),
    ],
)
def test_a_name_is_found_however_its_letters_are_written(bench, name, said):
    """Sharp s, ligatures, full-width and other forms of a letter, and letters that are escaped though nobody has to."""
    acme = bench.account("acme.com")
    bench.commit(bench.signal("1", acme, summary=said), bench.signal("2", acme, summary="Globex opens, 100 % of it"))
    assert bench.write(lambda c: erasing.erase(c, [name])).rows == {"signals": 1}
    left = bench.read(lambda c: sql.rows(c, "SELECT summary FROM signal WHERE summary IS NOT NULL"))
    assert left == [("Globex opens, 100 % of it",)]


@pytest.mark.parametrize(
    "cells",
    [
        {"body": b'{"email": "Kim@Acme.com"}'},
        {"body": b"email=kim%40acme.com"},
        {"body": b"\xff\xfe kim@acme.com \x00"},
        {"query": json.dumps({"mail": "kim@acme.com"})},
        {"headers": json.dumps({"x-user": "KIM@ACME.COM"})},
        {"client": json.dumps({"mail": "kim@acme.com"})},
        {"key": "id:kim@acme.com"},
    ],
    ids=["body", "form", "bytes", "query", "headers", "client", "key"],
)
def test_a_delivery_is_erased_wherever_it_names_a_person_and_whoever_else_it_tells_of(bench, cells):
    number = bench.write(lambda c: instances.id_of(c, "jobs"))
    mine = {"key": "id:1", "body": b"{}", **cells}
    other = Arrived(number, "id:2", bench.now, b'{"email": "sam@acme.com"}')
    bench.write(lambda c: deliveries.keep(c, [Arrived(number, received_at=bench.now, **mine), other]))
    assert bench.write(lambda c: erasing.erase(c, ["kim@acme.com"])).rows == {"deliveries": 1}
    assert [row.key for row in bench.read(inbox.rows)] == ["id:2"]


def test_a_company_on_the_list_that_bears_the_name_is_told(bench):
    """It is a company: it stays until somebody forgets it as one."""
    bench.account("jane-doe.com", name="Jane Doe")
    erased = bench.write(lambda c: erasing.erase(c, ["Jane Doe"]))
    assert erased.left == ["jane-doe.com"]
    assert bench.read(lambda c: accounts.by_label(c, "jane-doe.com")) is not None


def test_every_column_of_text_is_looked_through_or_names_nobody():
    """A new column must be put into one of the lists, or a person would outlive being forgotten in it."""
    columns = {
        (table.name, column.name)
        for table in METADATA.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.Text | sa.String | sa.LargeBinary)
    }
    looked = {(place.table, place.column) for place in erasing.PLACES} | RULED
    nameless = {tuple(name.split(".")) for name in erasing.NAMELESS}
    numbers = {("state", "sealed"), ("state", "total")}
    assert columns - looked - numbers == nameless
    assert not looked & nameless


def test_a_forgotten_person_leaves_no_trace_in_the_file(sqlite_bench):
    """After VACUUM not one byte of her is in the database, its log or the lock file."""
    bench = sqlite_bench
    fill(bench)
    bench.write(lambda c: erasing.erase(c, [MAIL, NAME]))
    bench.store.vacuum()
    for file in bench.path.parent.iterdir():
        content = file.read_bytes().lower()
        for trace in (b"jane.canary", b"jane%2ecanary", b"canary-m", "léa".encode()):
            assert trace not in content, (file.name, trace)


def test_a_forgotten_account_leaves_the_memories_and_deliveries_of_feeds(sqlite_bench):
    """What a feed remembers of it, and what was pushed to us about it, goes from the bytes too."""
    bench = sqlite_bench
    acme, zeta = bench.account("acme-canary.com"), bench.account("zeta.io")
    (row,) = bench.claim(0)
    bench.commit(
        bench.signal("a", acme),
        bench.signal("z", zeta),
        account_id=0,
        epoch=row.epoch,
        memory='{"seen":["acme-canary.com","zeta.io"]}',
    )
    instance = bench.read(lambda c: sql.value(c, "SELECT id FROM instance"))
    bodies = [b'{"page": "https://www.acme-canary.com/pricing"}', b'{"page": "https://zeta.io/"}']
    bench.write(lambda c: deliveries.keep(c, [Arrived(instance, str(i), bench.now, b) for i, b in enumerate(bodies)]))
    bench.write(lambda c: accounts.forget(c, acme))
    bench.store.vacuum()
    for file in bench.path.parent.iterdir():
        assert b"acme-canary" not in file.read_bytes(), file.name
    assert bench.read(lambda c: watches.get(c, "jobs", 0)).cursor == '{"seen":["","zeta.io"]}'
    assert bench.read(lambda c: sql.value(c, "SELECT count(*) FROM delivery")) == 1
