"""`isolate = true` changes where a sensor runs, and nothing of what becomes of what it does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import structlog

from capteur.clock import ManualClock
from capteur.house import InstanceRun
from capteur.matching import Index
from capteur.sensing import Intake
from capteur.sensing.isolated import drive_isolated
from capteur.sensor import Context, Delivery
from capteur.signals import Accepted
from capteur.store import watches
from capteur.web import Web, WebSettings

pytestmark = pytest.mark.slow

BODIES = {
    "signals": "for i in range(3):\n    yield one(f'k{i}')",
    "nothing": "yield from ()",
    "bad signals": "yield one('a', account='acme corp', occurred_at='2026-11-01T00:00:00')\nyield one('b')",
    "wrong types": "yield one(None, strength='big', data=[1], summary=7, evidence_url=object())\nyield 7\nyield None\nyield 'x'\nyield object()",
    "odd values": "yield one(1, data={'at': ctx.now, 'set': {1}, 'nan': 1.5, '\\x01': ['odd']}, strength=float('nan'))\nyield one(2, data={'n': 10 ** 50})",
    "escape codes": "yield one('\\x1b[2J')\nyield one('k', summary='\\x1b]0;x\\x07\\u202egnp', person='\\x00')",
    "long text": "yield one('k', summary='x' * 5000, data={'a': 'y' * 70_000})\nyield one('x' * 500)",
    "naive moment": "from datetime import datetime\nyield one('k', occurred_at=datetime(2026, 11, 1))",
    "ahead": "from datetime import timedelta\nyield one('k', occurred_at=ctx.now + timedelta(hours=5))\nyield one('l', occurred_at=ctx.now + timedelta(days=5))",
    "day": "from datetime import date\nyield one('k', occurred_at=date(2026, 11, 1))",
    "references": "yield one('k', account=AccountRef(name='Acme', ids={'cik': 7}))\nyield one('l', account=AccountRef())",
    "facts": "yield AccountFact('acme.com', 'size', 7, ctx.now)\nyield AccountFact('acme.com', 'x', [1], ctx.now)\nyield AccountFact('acme.com', 'x', ctx, 'soon')",
    "outcomes": "yield Outcome(account='acme.com', kind='won', key=1, occurred_at=ctx.now, data={'a': 1})\nyield Outcome(account='acme.com', kind='lost?', key=1, occurred_at=ctx.now)",
    "revokes": "yield one('k')\nyield Revoke('k', 'no')\nyield Revoke('')",
    "same": "yield SameAs({'anonymous': 'a1'}, 'acme.com')\nyield SameAs({}, 'acme.com')",
    "memory": "yield Checkpoint({'page': 2})\nyield Checkpoint(object())\nyield Checkpoint('x' * 300_000)",
    "rows": "yield from ctx.each([1, 0, 2], lambda row: one(f'k{1 // row}'))",
    "a key that is missing": "yield one('k')\n{}['rounds']",
    "an index": "yield one('k')\n[][3]",
    "a value": "int('seven')\nyield",
    "a type": "None + 1\nyield",
    "a time-out": "raise TimeoutError('slow')\nyield",
    "a changed source": "raise SourceChanged('no rows', fix='look')\nyield",
    "not found": "raise NotFound('404 from x')\nyield",
    "a limit": "raise RateLimited('429 from x', retry_after=600)\nyield",
    "a skip": "yield one('k')\nraise SkipRun('not on Sundays')",
    "a refused credential": "raise AuthError('401 from x')\nyield",
    "a bad option": "raise ConfigError('min is above max', fix='swap them')\nyield",
    "recursion": "def f():\n    f()\nf()\nyield",
    "an exit": "raise SystemExit(3)\nyield",
    "ctrl-c": "raise KeyboardInterrupt\nyield",
    "a base exception": "class Odd(BaseException):\n    pass\nraise Odd('x')\nyield",
    "a cancellation": "raise asyncio.CancelledError\nyield",
    "a generator's exit": "raise GeneratorExit\nyield",
    "no message": "class E(Exception):\n    def __str__(self):\n        raise SystemExit\nraise E\nyield",
    "an error that is a number": "raise SourceChanged(404)\nyield",
    "a skip that is a number": "raise SkipRun(404)\nyield",
    "escape codes in an error": "raise ValueError('\\x1b[2J\\u202e')\nyield",
}
AWAITED = {
    "rows": "for thing in ctx.each([1, 0, 2], lambda row: one(f'k{1 // row}')):\n    yield thing",
    **{name: BODIES[name] for name in ("signals", "a key that is missing", "a skip", "an exit", "ctrl-c")},
    **{name: BODIES[name] for name in ("a base exception", "a cancellation", "a generator's exit")},
}
CASES = {
    f"s{number}": (name, colour, body)
    for number, (colour, name, body) in enumerate(
        [*(("", *pair) for pair in BODIES.items()), *(("async ", *pair) for pair in AWAITED.items())]
    )
}


@pytest.fixture(scope="module")
def runs(shared_project: Any) -> dict[str, InstanceRun]:
    """Every body twice in one run: `NAME-h` here, `NAME-a` in a process of its own."""
    for case, (_, colour, body) in CASES.items():
        for where in ("h", "a"):
            shared_project.sensor(f"{case}-{where}", body, colour=colour)
            shared_project.table(f"{case}-{where}", f"isolate = {str(where == 'a').lower()}")
    return {run.instance: run for run in shared_project.open().run().runs}


def plain(run: InstanceRun) -> InstanceRun:
    """Without what differs by name and time only."""

    def it(text: str | None) -> str | None:
        return text and re.sub(rf"{run.instance[:-2]}[-_][ha]", "it", text)

    told = {"error": it(run.error), "fix": it(run.fix), "notes": [it(note) for note in run.notes]}
    return replace(run, instance="", seconds=0.0, **told)


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{c}{name}") for case, (name, c, _) in CASES.items()])
def test_a_body_ends_the_same_way_here_and_away(runs: dict[str, InstanceRun], case: str) -> None:
    assert plain(runs[f"{case}-a"]) == plain(runs[f"{case}-h"])


def test_every_body_ran(runs: dict[str, InstanceRun]) -> None:
    """Two that are refused at load would be equal too."""
    assert {run.accounts for run in runs.values()} == {1}
    assert (runs["s0-a"].new, len(runs)) == (3, 2 * len(CASES))


def test_no_message_moves_a_terminals_cursor(runs: dict[str, InstanceRun]) -> None:
    assert [run.error for run in runs.values() if run.error and not run.error.isprintable()] == []


def test_what_is_remembered_away_comes_back(project: Any) -> None:
    project.sensor("feed", "n = ctx.cursor or 0\nyield one(f'k{n}')\nyield Checkpoint(n + 1)")
    project.table("feed", "isolate = true")
    house = project.open()
    assert [house.run().runs[0].new, house.run().runs[0].new] == [1, 1]
    row = house.store.read(lambda conn: watches.get(conn, "feed", 0))
    assert row is not None
    assert row.cursor == "2"


def test_an_account_sensor_away_gets_its_account(project: Any) -> None:
    project.file(
        "looks",
        '''
        class Looks(AccountSensor):
            """Looks at one account."""

            name = "looks"
            kinds = ("press.mention",)

            def detect(self, ctx, account):
                assert isinstance(account, Account)
                yield Signal(kind="press.mention", account=account.domain, key=account.name, occurred_at=ctx.now)
        ''',
    )
    project.table("looks", "isolate = true")
    house = project.open()
    assert house.run().runs[0].new == 2
    assert sorted(row.key for row in house.signals()) == ["Acme", "Globex"]


PUSH = '''
from capteur import PushSensor

class Hook(PushSensor):
    """Reads one delivery."""

    name = "hook"
    kinds = ("funding.raised",)

    def receive(self, ctx, delivery):
        assert (delivery.body, delivery.headers["x"], ctx.limit) == (b'{"n": [1, 2, 3]}\\\\xff'[:16], "y", 2)
        for n in delivery.json()["n"]:
            yield one(f"{delivery.id}-{n}")
        raise SourceChanged("nobody asks for so much")
'''


async def test_a_delivery_is_parsed_away_and_a_limit_ends_it_early(project: Any, clock: ManualClock) -> None:
    project.file("hook", PUSH)
    project.table("hook", "isolate = true")
    (instance,) = project.open().instances
    intake = Intake(kinds=instance.kinds, now=clock.now(), index=Index())
    async with Web(WebSettings(), clock) as web:
        session = web.session(secrets=(), validators={}, deadline=None, instance="hook")
        log = structlog.get_logger()
        asking = {"http": session.http, "ahttp": session.ahttp, "log": log}
        ctx = Context(instance="hook", now=clock.now(), since=clock.now(), limit=2, **asking)
        delivery = Delivery("d1", clock.now(), b'{"n": [1, 2, 3]}', {"x": "y"})
        chunks = [chunk async for chunk in drive_isolated(instance, ctx, delivery, intake, session)]
    assert [thing.key for chunk in chunks for thing in chunk if isinstance(thing, Accepted)] == ["d1-1", "d1-2"]
