"""What careless authors are told: culprit, place and cure, and never a secret. The mistakes and the messages are in careless.toml."""

from __future__ import annotations

import http.server
import json
import textwrap
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).with_name("careless.toml")
MISTAKES: list[dict[str, str]] = tomllib.loads(PAGE.read_text(encoding="utf-8"))["mistake"]
SECRET = "s3cret-canary-0815"
HEAD = """from collections.abc import Iterator
from typing import ClassVar

from pydantic import SecretStr, field_validator

from capteur import *


"""
CLASS = """class Rounds(FeedSensor):
    name = "rounds"
    kinds = ("funding.raised",)
    api_key: SecretStr
    min_amount: int = 1_000_000
    def detect(self, ctx):
"""
ANSWERS: dict[str, tuple[int, str]] = {
    "/401": (401, "{}"),
    "/404": (404, "{}"),
    "/page": (200, "<html>please log in</html>"),
    "/null": (200, json.dumps({"rounds": None})),
    "/other": (200, json.dumps({"results": []})),
}


@pytest.fixture(scope="module")
def world() -> Iterator[str]:
    """A real server that stands for every host."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, text = ANSWERS[self.path]
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def told(project: Any, world: str, mistake: dict[str, str]) -> str:
    """What `capteur run` says of a mistake: the message, and the cure behind it."""
    body = textwrap.indent(mistake.get("body", "").strip() + "\n", " " * 8)
    code = mistake["code"].strip() + "\n" if "code" in mistake else CLASS + body
    (project.folder / "plugins" / "rounds.py").write_text(HEAD + code)
    table = mistake.get("table", "")
    if "api_key" in code and "api_key" not in table and "apikey" not in table:
        table += '\napi_key = "env:KEY"'
    project.configure(f'world = "{world}"\n[sensors.rounds]\n{table.replace("CANARY", SECRET)}')
    project.accounts("domain,name\nacme.com,Acme\n")
    house = project.open({"KEY": SECRET})
    house.import_accounts()
    (run,) = house.run().runs
    return f"{run.error}  fix: {run.fix}" if run.fix else str(run.error)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["name"])
def test_a_careless_author_is_told_culprit_place_and_cure(project: Any, world: str, mistake: dict[str, str]) -> None:
    message = told(project, world, mistake)
    assert message == mistake.get("message"), mistake["name"]
    assert SECRET not in message


def test_the_mistakes_of_the_design_and_many_more_are_kept() -> None:
    assert len(MISTAKES) >= 8 + 15
    assert len({mistake["name"] for mistake in MISTAKES}) == len(MISTAKES)
