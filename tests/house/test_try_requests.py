"""A try over the network shows every request and no secret, and can keep the answers."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from capteur import House
from capteur.errors import ConfigError
from capteur.web import read_recorded

SECRET = "s3cret-canary-0815"
KEYED = '''
from pydantic import SecretStr


class Keyed(FeedSensor):
    """Asks a source that wants a key."""

    name = "keyed"
    kinds = ("funding.raised",)
    key: SecretStr

    def detect(self, ctx):
        answer = ctx.http.get_json("https://rounds.example/v1", params={"api_key": self.key.get_secret_value()}, token=self.key)
        for row in answer["rounds"]:
            yield Signal(kind="funding.raised", account=row["domain"], key=row["id"], occurred_at=ctx.now, evidence_url=row["url"])
'''


@pytest.fixture
def world() -> Iterator[Any]:
    """A real server that stands for every host and answers what the test put into `.answer`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = server.answer  # type: ignore[attr-defined]  # set by the test
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Set-Cookie", f"session={SECRET}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        rounds = [{"id": "r1", "domain": "acme.com", "url": f"https://x.example/1?key={SECRET}"}]
        server.answer = (200, json.dumps({"echo": SECRET, "rounds": rounds}).encode())  # type: ignore[attr-defined]  # read above
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def keyed(project: Any, world: Any) -> House:
    project.plugin("keyed", KEYED)
    project.configure(f'world = "http://127.0.0.1:{world.server_port}"\n[sensors.keyed]\nkey = "env:KEY"')
    project.accounts("domain,name\nacme.com,Acme\n")
    house: House = project.open({"KEY": SECRET})
    house.import_accounts()
    return house


def everything(house: House) -> list[object]:
    """All rows of all tables."""

    def work(conn: Any) -> list[object]:
        tables = [
            row[0] for row in conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        ]
        return [(table, [tuple(row) for row in conn.exec_driver_sql(f"SELECT * FROM {table}")]) for table in tables]

    return house.store.read(work)


def test_options_of_a_sensor_nobody_configured_come_from_the_environment(project: Any, world: Any) -> None:
    project.plugin("keyed", KEYED)
    project.configure(f'world = "http://127.0.0.1:{world.server_port}"')
    house: House = project.open()
    with pytest.raises(ConfigError) as missing:
        house.try_sensor("keyed")
    assert "option 'key' is missing" in str(missing.value)
    assert "CAPTEUR_SENSORS__KEYED__OPTION" in missing.value.fix
    trial = project.open({"CAPTEUR_SENSORS__KEYED__KEY": SECRET}).try_sensor("keyed")
    assert trial.run.new == 1
    assert SECRET not in repr(trial)


def test_requests_are_shown_and_no_secret_is(keyed: House) -> None:
    trial = keyed.try_sensor("keyed")
    (request,) = trial.requests
    assert (request.method, request.status) == ("GET", 200)
    assert request.url == "https://rounds.example/v1?api_key=[secret]"
    assert trial.signals[0].signal.evidence_url == "https://x.example/1?key=[secret]"
    assert SECRET not in repr(trial)


def test_a_recording_holds_the_answers_without_secrets_and_reads_back(keyed: House, world: Any) -> None:
    trial = keyed.try_sensor("keyed", record=True)
    assert trial.recording is not None
    path = trial.recording.path
    assert path == keyed.settings.plugins_path / "fixtures" / "keyed.json"
    assert SECRET not in path.read_text()
    (answer,) = read_recorded(path)
    assert (answer.method, answer.url, answer.status) == ("GET", "https://rounds.example/v1?api_key=[secret]", 200)
    assert json.loads(answer.body)["rounds"][0]["domain"] == "acme.com"
    assert json.loads(path.read_text())[0]["headers"] == {"content-type": "application/json"}
    world.answer = (500, b"oops")
    again = keyed.try_sensor("keyed", record=True)
    assert (again.recording and again.recording.replaced, again.exit_code) == (True, 1)
    assert {answer.status for answer in read_recorded(path)} == {500}


def test_what_a_host_asked_for_during_a_try_is_not_remembered(keyed: House, world: Any) -> None:
    world.answer = (401, b"{}")
    before = everything(keyed)
    trial = keyed.try_sensor("keyed")
    assert trial.failures[0][2] == "check key, then capteur resume keyed"
    assert everything(keyed) == before
