"""kill -9 of the real daemon at any moment: what was spent is neither forgotten nor counted twice."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from capteur.clock import SystemClock
from capteur.store import spend, watches

if TYPE_CHECKING:
    from capteur import House

ZYGOTE = Path(__file__).with_name("daemon_zygote.py")
KILLS = 12
AT_ONCE = 4
"""Units that one daemon of the zygote runs at once: what each of them had asked may be lost with it."""

pytestmark = pytest.mark.crash

ASKING = '''
class Asking(AccountSensor):
    """Asks once in each pass, and remembers how many passes there were."""

    name = "asking"
    kinds = ("hiring.opened",)
    every = "1s"
    deadline = "5s"

    def detect(self, ctx, account):
        import os

        os.write(int(os.environ["CAPTEUR_AT_WORK"]), b".")
        ctx.http.get(f"https://people.example/{account.domain}")
        yield Checkpoint({"step": (ctx.cursor or {}).get("step", 0) + 1})
'''


class Upstream(ThreadingHTTPServer):
    """Answers everything, and counts it."""

    asked = 0


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Upstream)
        self.server.asked += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the standard library's signature
        pass


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def house(stored_project: Any, upstream: Upstream) -> House:
    stored_project.clock = SystemClock()
    stored_project.plugin("asking", ASKING)
    stored_project.configure(
        f'world = "http://127.0.0.1:{upstream.server_port}"\n'
        '[sensors.asking]\nbudget = {requests = 100000, per = "1d"}'
    )
    stored_project.accounts("domain,name\n" + "".join(f"a{i}.com,A{i}\n" for i in range(20)))
    made: House = stored_project.open()
    made.import_accounts()
    return made


def test_every_look_that_is_stored_is_paid_for_once(house: House, upstream: Upstream) -> None:
    """A look's cursor and what it spent are of one transaction; only units under way at a kill are lost, with what they asked."""
    config = str(house.settings.folder / "capteur.toml")
    killer = subprocess.run(
        [sys.executable, "-W", "ignore", str(ZYGOTE), config, str(KILLS), "11", "1"],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert killer.returncode == 0, killer.stderr
    rows = house.store.read(lambda conn: watches.rows(conn, "asking", cursors=True))
    passes = sum(int(r.cursor.partition('"step":')[2].strip(" }")) for r in rows if r.cursor)
    window = house.store.read(lambda conn: spend.window(conn, "asking", house.now(), timedelta(days=1)))
    assert passes > 0
    assert (sum(s.requests for s in window), sum(s.units for s in window)) == (passes, passes)
    assert passes <= upstream.asked <= passes + KILLS * AT_ONCE
