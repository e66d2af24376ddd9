"""A secret in an option reaches the source and nothing else (daemon.md, row 21, under a daemon)."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import pytest

from capteur import House
from capteur.daemon.health import Monitor
from capteur.house.pulse import Pulse
from capteur.store import signals, sql
from capteur.store.tables import METADATA

pytestmark = pytest.mark.slow

Start = Callable[..., Awaitable[Any]]
CANARY = "cAnary-7f3a9d1e55"
SPEAKING = '''
from pydantic import SecretStr


class Speaking(FeedSensor):
    """Puts its key wherever it can."""

    name = "speaking"
    kinds = ("press.mention",)
    key: SecretStr
    port: int

    def detect(self, ctx):
        key = self.key.get_secret_value()
        ctx.log.warning("asking", key=key, url=f"https://x.example/?key={key}")
        answer = ctx.http.get(f"http://127.0.0.1:{self.port}/", params={"key": key}, token=key, headers={"X-Key": key})
        yield Signal(kind="press.mention", account="acme.com", key="k", occurred_at=ctx.now, summary=answer.text,
                     evidence_url=f"https://x.example/?key={key}", data={"said": answer.text})
        yield Checkpoint({"next": f"https://x.example/?key={key}"})
        raise SourceChanged(f"cannot read {answer.text} of https://x.example/?key={key}", fix=f"use {key}")
'''


async def echo(writer: asyncio.StreamWriter) -> None:
    """A source that quotes the secret back, and hangs up."""
    body = f"you said {CANARY}".encode()
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\nETag: "%s"\r\n\r\n%s' % (len(body), CANARY.encode(), body))
    await writer.drain()


@pytest.fixture
async def lines(stored_project: Any, source: Start) -> tuple[House, list[str]]:
    """What `capteur daemon --once` writes, to a person and to a program, at its most talkative."""
    stored_project.plugin("speaking", SPEAKING)
    port = (await source(echo)).port
    stored_project.configure(f'allow = ["127.0.0.1"]\n[sensors.speaking]\nkey = "env:SPEAKING_KEY"\nport = {port}\n')
    stored_project.accounts("domain,name\nacme.com,Acme\n")
    house: House = stored_project.open({"SPEAKING_KEY": CANARY})
    house.import_accounts()
    told: list[str] = []
    for form in ("console", "json"):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "capteur.cli", "-vv", "daemon", "--once", "--log", form),
            cwd=stored_project.folder,
            env={**os.environ, "SPEAKING_KEY": CANARY},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
        told += [*out.decode().splitlines(), *err.decode().splitlines()]
        house.store.write(lambda conn: sql.run(conn, "UPDATE watch SET next_due = 0").rowcount).result()
    return house, told


async def test_a_secret_is_in_no_log_database_metric_or_status(lines: tuple[House, list[str]]) -> None:
    house, told = lines
    assert any("asking" in line for line in told), "the sensor did speak"
    assert any("speaking is down: sensor speaking: cannot read you said" in line for line in told)
    assert any(line.startswith("{") and json.loads(line) for line in told)
    assert [line for line in told if CANARY in line] == []

    (stored,) = house.store.read(signals.rows)
    assert stored.key == "k"
    for table in METADATA.tables:
        rows = house.store.read(
            lambda conn, table=table: [tuple(row) for row in sql.rows(conn, f'SELECT * FROM "{table}"')]
        )
        assert CANARY not in repr(rows), table
        assert CANARY.encode() not in b"".join(cell for row in rows for cell in row if isinstance(cell, bytes)), table
    for file in house.settings.folder.glob("capteur.db*"):
        assert CANARY.encode() not in file.read_bytes(), file.name

    status = json.dumps(asdict(house.status()), default=str)
    assert "speaking" in status
    assert CANARY not in status
    monitor = Monitor(house, Pulse(house.clock.monotonic()))
    for path in ("/metrics", "/healthz", "/readyz"):
        assert CANARY.encode() not in monitor.answer(path, "").body, path
