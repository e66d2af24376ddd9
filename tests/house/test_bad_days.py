"""What a house survives: a full disk, a locked file, a second run, a secret that must not leak, a source that talks nonsense."""

from __future__ import annotations

import http.server
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from capteur import House
from capteur.errors import ConfigError, SchemaError, StoreFull, StoreHeld
from capteur.settings import load

SECRET = "s3cret-canary-0815"
KEYED = '''
from pydantic import SecretStr


class Keyed(FeedSensor):
    """Asks a source that wants a key."""

    name = "keyed"
    kinds = ("funding.raised",)
    key: SecretStr
    url: str

    def detect(self, ctx):
        ctx.log.warning("asking", with_key=self.key.get_secret_value())
        answer = ctx.http.get_json(self.url, params={"api_key": self.key.get_secret_value()}, token=self.key)
        for row in answer["rounds"]:
            yield Signal(kind="funding.raised", account=row["domain"], key=row["id"], occurred_at=ctx.now)
'''


@pytest.fixture
def upstream() -> Iterator[Any]:
    """A real server that answers what the test put into `.answer`: (status, body)."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = server.answer  # type: ignore[attr-defined]  # set by the test
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.answer = (200, b"{}")  # type: ignore[attr-defined]  # read above
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def keyed(project: Any, upstream: Any) -> House:
    project.plugin("keyed", KEYED)
    host, port = upstream.server_address
    project.configure(f'[sensors.keyed]\nkey = "env:KEY"\nurl = "http://{host}:{port}/v1"')
    text = (project.folder / "capteur.toml").read_text().replace("[web]\n", f'[web]\nallow = ["{host}"]\n')
    (project.folder / "capteur.toml").write_text(text)
    project.accounts("domain,name\nacme.com,Acme\n")
    house: House = project.open(env={"KEY": SECRET})
    house.import_accounts()
    return house


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        ((401, SECRET.encode()), "parked", "401"),
        ((403, b"no"), "parked", "403"),
        ((200, b"<html>" + SECRET.encode()), "failed", "HTML"),
        ((200, b'{"rounds": [{"id": "' + SECRET.encode() + b'"}]}'), "failed", "KeyError 'domain'"),
        ((404, b"gone"), "failed", "404"),
    ],
)
def test_a_source_that_refuses_says_so_without_the_secret(
    keyed: House,
    upstream: Any,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    answer: tuple[int, bytes],
    state: str,
    words: str,
) -> None:
    upstream.answer = answer
    report = keyed.run()
    (run,) = report.runs
    assert (run.status, words in (run.error or "")) == (state, True), run.error
    shown = capfd.readouterr()
    told = [
        repr(report),
        repr(keyed.status()),
        repr(keyed.check()),
        repr(keyed.sensors()),
        shown.out,
        shown.err,
        caplog.text,
        *(str(r.__dict__) for r in caplog.records),
    ]
    keyed.close()
    files = b"".join(f.read_bytes() for f in Path(keyed.settings.folder).glob("capteur.db*"))
    assert not any(SECRET in text for text in told)
    assert SECRET.encode() not in files


def test_a_missing_secret_stops_only_the_instance_that_needs_it(project: Any) -> None:
    project.plugin("keyed", KEYED)
    project.plugin(
        "plain",
        'class Plain(FeedSensor):\n    """x"""\n    name = "plain"\n    kinds = ("funding.raised",)\n    def detect(self, ctx):\n        yield Signal(kind="funding.raised", account="acme.com", key="1", occurred_at=ctx.now)\n',
    )
    project.configure('[sensors.keyed]\nkey = "env:KEY"\nurl = "http://x.example"\n[sensors.plain]')
    project.accounts("domain\nacme.com\n")
    house: House = project.open()
    house.import_accounts()
    report = house.run()
    runs = {run.instance: run for run in report.runs}
    assert (runs["plain"].new, runs["keyed"].status, report.exit_code) == (1, "broken", 2)
    assert "the environment variable KEY is not set" in (runs["keyed"].error or "")


def test_a_full_disk_fails_the_run_cleanly_and_the_next_one_recovers(feed: Callable[..., House]) -> None:
    house = feed(
        'for i in range(20000):\n    yield Signal(kind="funding.raised", account="acme.com", key=f"k{i}", occurred_at=ctx.now, summary="x" * 200)'
    )

    def limit(pages: str) -> None:
        house.store.write(lambda conn: conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}").scalar()).result()

    pages = house.store.write(lambda conn: conn.exec_driver_sql("PRAGMA page_count").scalar()).result()
    limit(str(pages + 60))
    with suppress(StoreFull):  # the log of the run may be what did not fit any more
        run = house.run().runs[0]
        assert (run.status, "full" in (run.error or "")) == ("failed", True)
    stored = len(house.signals())
    assert stored % 1000 == 0, "batches are whole or absent"
    limit("1073741823")
    assert house.run().runs[0].new == 20000 - stored


def test_the_second_run_says_who_holds_the_store(feed: Callable[..., House], project: Any) -> None:
    house = feed("yield from ()")
    other: House = project.open()
    with house.store.hold("capteur run"), pytest.raises(StoreHeld) as caught:
        other.run()
    assert "capteur run" in str(caught.value)
    assert "process" in str(caught.value)


def test_a_file_that_is_not_a_database_is_refused_and_left_alone(project: Any) -> None:
    project.configure("[sensors.feed]")
    (project.folder / "capteur.db").write_text("dear diary, " * 50)
    with pytest.raises(SchemaError):
        project.open()
    assert (project.folder / "capteur.db").read_text().startswith("dear diary")


def test_somebody_elses_database_is_refused_and_left_alone(project: Any) -> None:
    project.configure("[sensors.feed]")
    with sqlite3.connect(project.folder / "capteur.db") as other:
        other.execute("CREATE TABLE recipes (name)")
    other.close()
    with pytest.raises(SchemaError, match="not capteur's"):
        project.open()


def test_a_configuration_of_a_later_version_is_refused(project: Any) -> None:
    project.configure("")
    file = project.folder / "capteur.toml"
    file.write_text(file.read_text().replace("version = 1", "version = 7"))
    with pytest.raises(ConfigError, match="version"):
        load(file, {})


def test_observers_hear_after_the_commit_and_one_that_raises_stops_nobody(
    feed: Callable[..., House], project: Any
) -> None:
    project.plugin(
        "ears",
        """
        import json, pathlib

        @hookimpl
        def capteur_signal_accepted(instance, signal):
            with open(pathlib.Path(__file__).with_name("heard.jsonl"), "a") as file:
                file.write(json.dumps({"instance": instance, **signal}) + "\\n")

        @hookimpl
        def capteur_run_finished(instance, done):
            raise RuntimeError("a broken observer")
        """,
    )
    house = feed('yield Signal(kind="funding.raised", account="acme.com", key="k", occurred_at=ctx.now)')
    origin = house.registry.plugins()
    run = house.run().runs[0]
    heard = project.folder / "plugins" / "heard.jsonl"
    assert run.status == "ok"
    assert [json.loads(line)["key"] for line in heard.read_text().splitlines()] == ["k"], origin
    assert house.run().runs[0].new == 0
    assert len(heard.read_text().splitlines()) == 1, "told once"


def test_a_clock_that_goes_back_makes_no_second_signal_and_no_crash(feed: Callable[..., House], project: Any) -> None:
    house = feed('yield Signal(kind="funding.raised", account="acme.com", key="k", occurred_at=ctx.now)')
    house.run()
    project.clock.advance(timedelta(hours=-1))
    assert house.run().runs[0].unchanged == 1
    assert len(house.signals()) == 1
