"""A real Chromium, a site of ours on loopback, and a receiver at another port: as far apart as a site and capteur are.

Needs the package `playwright` (in the extra `dev`) and a Chromium of the system: `.ci/browser` installs Debian's, CAPTEUR_CHROMIUM
names another. Where there is none these tests are skipped, and say so.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import select
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from capteur import House
from capteur.receiving import receiving
from capteur.store import sql

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
ARGUMENTS = [
    "--headless", "--no-first-run", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-blink-features=AutomationControlled", f"--user-agent={AGENT}",
]  # fmt: skip
"""The agent is the whole browser's: one that is set for a page is forgotten when it sends its last report."""
PAGE = """<!doctype html><title>Us</title><meta charset="utf-8"><link rel="icon" href="data:,">
<body style="height:{height}px">{body}<script {how} src="{script}"></script>"""


@pytest.fixture(scope="session")
def browser_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a running Chromium takes orders; each test drives it from its own loop."""
    found = os.environ.get("CAPTEUR_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip(
            "NO CHROMIUM: the beacon was not tested in a browser; .ci/browser installs one, CAPTEUR_CHROMIUM names one"
        )
    pytest.importorskip(
        "playwright", reason="NO PLAYWRIGHT: the beacon was not tested in a browser; pip install 'capteur[dev]'"
    )
    profile = tmp_path_factory.mktemp("chromium")
    log = (profile / "log").open("wb")
    command = [found, *ARGUMENTS, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    try:
        yield f"http://127.0.0.1:{_port(profile, process)}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.close()


def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    """The port it has chosen; it writes it down when it listens."""
    written, end = profile / "DevToolsActivePort", time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        lines = written.read_text().splitlines() if written.exists() else []
        if len(lines) > 1:
            return int(lines[0])
        select.select([], [], [], 0.05)
    raise RuntimeError(f"Chromium does not start: {(profile / 'log').read_text(errors='replace')[-2000:]}")


@pytest.fixture
async def chromium(browser_address: str) -> AsyncIterator[Any]:
    """Chromium, as this test drives it."""
    from playwright.async_api import async_playwright

    async with async_playwright() as running:
        yield await running.chromium.connect_over_cdp(browser_address)


@dataclass
class Site:
    """A site of ours: every path is a page with the script in it."""

    port: int = 0
    script: str = ""
    how: str = "async"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = PAGE.format(height=4000, body="<h1>Us</h1>", how=made.how, script=made.script).encode()
            self.send_response(200)
            for name, value in {
                "content-type": "text/html; charset=utf-8",
                "content-length": str(len(content)),
                **made.headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.daemon_threads = True
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Visit:
    """A browser's visit to the site, and what capteur made of it."""

    page: Any
    house: House
    site: Site
    receiver: str
    news: asyncio.Event
    asked: list[Any] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)

    async def open(self, path: str = "/pricing") -> None:
        await self.page.goto(self.site.origin + path)

    async def wait_reports(self, count: int) -> None:
        """Until the receiver has kept so many."""
        async with asyncio.timeout(15):
            while len(self.reports) < count:
                self.news.clear()
                await self.news.wait()

    async def wait_answers(self, count: int) -> None:
        """Until the browser has heard of so many."""
        async with asyncio.timeout(15):
            while len(self.answered) < count:
                self.news.clear()
                await self.news.wait()

    def hear(self, response: Any) -> None:
        """A response came."""
        if response.request.method == "POST":
            self.answered.append(response.status)
            self.news.set()

    @property
    def reports(self) -> list[dict[str, Any]]:
        """What the receiver has kept, in order."""
        bodies = self.house.store.read(lambda c: sql.rows(c, "SELECT body FROM delivery ORDER BY id"))
        return [json.loads(bytes(body)) for (body,) in bodies]

    @property
    def posted(self) -> list[Any]:
        """Every request that could carry a report."""
        return [request for request in self.asked if request.method == "POST"]

    async def told(self) -> list[Any]:
        """The signals."""
        await asyncio.to_thread(self.house.run)
        return self.house.signals()


@pytest.fixture
async def visit(chromium: Any, project: Any, site: Site) -> AsyncIterator[Callable[..., Awaitable[Visit]]]:
    """A page of a browser that has not been here before. `sites`, `toml`: the sensor's options; the rest is the browser's."""
    async with AsyncExitStack() as stack:

        async def make(*, toml: str = "", sites: str = "", prepare: str = "", **how: Any) -> Visit:
            (project.folder / "networks.csv").write_text("network,domain\n127.0.0.1,acme.com\n")
            project.configure(
                f'[sensors.beacon]\nsites = ["{sites or site.origin}"]\ncompanies = "networks.csv"\n{toml}'
            )
            project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
            house: House = project.open()
            house.import_accounts()
            assert not house.broken, house.broken
            loop, news = asyncio.get_running_loop(), asyncio.Event()
            kept = functools.partial(loop.call_soon_threadsafe, news.set)
            port = stack.enter_context(receiving(house, listen=("127.0.0.1", 0), kept=kept))
            receiver = f"http://127.0.0.1:{port}"
            site.script = f"{receiver}/hooks/beacon/beacon.js"
            context = await chromium.new_context(**how)
            stack.push_async_callback(context.close)
            if prepare:
                await context.add_init_script(prepare)
            page = await context.new_page()
            made = Visit(page, house, site, receiver, news)
            context.on("request", lambda request: made.asked.append(request))  # noqa: PLW0108  playwright marks what it is given
            context.on("response", made.hear)
            page.on("console", lambda message: made.said.append(message.text))
            page.on("pageerror", lambda error: made.said.append(str(error)))
            return made

        yield make
