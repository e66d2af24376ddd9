"""The seller's own web site: the access log that its server writes, and the networks of accounts that the seller knows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

LOG: Final = "access.log"
NETWORKS: Final = "networks.csv"
_MISSING: Final = ("/wp-", "/.env")


def write_networks(folder: Path) -> None:
    """The table of networks beside the log: network,domain."""
    rows = "".join(f"{network},{domain}\n" for network, domain in _site()["networks"].items())
    (folder / NETWORKS).write_text(f"network,domain\n{rows}", encoding="utf-8")


def write_log(folder: Path, now: datetime) -> None:
    """The log as it stands at `now`, anew; lines in the order in which the answers ended."""
    lines = sorted(line for visit in _site()["visit"] if not visit.get("later") for line in _lines(visit, now))
    (folder / LOG).write_text("".join(text for _, text in lines), encoding="utf-8")


def append_log(folder: Path, now: datetime) -> None:
    """What the server writes while the demo runs: visits that have just ended."""
    lines = sorted(line for visit in _site()["visit"] if visit.get("later") for line in _lines(visit, now))
    with (folder / LOG).open("a", encoding="utf-8") as log:
        log.writelines(text for _, text in lines)


def _lines(visit: Mapping[str, Any], now: datetime) -> Iterator[tuple[datetime, str]]:
    """Every request of a visit in the Combined Log Format, with the style sheet that a browser asks for along the way."""
    pages, pause = visit["pages"], timedelta(seconds=visit.get("pause", 0))
    agent, begin = _site()["agents"][visit["agent"]], now - timedelta(days=visit["ago"]) - pause * len(pages)
    for place, page in enumerate(pages):
        for address in (page, "/assets/site.css"):
            at = begin + pause * place
            status = 404 if page.startswith(_MISSING) else 200
            request = f'"GET {address} HTTP/2.0" {status} {3000 + 17 * len(address)} "-" "{agent}"'
            yield at, f"{visit['from']} - - [{at:%d/%b/%Y:%H:%M:%S +0000}] {request}\n"


@cache
def _site() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("site.toml").read_text(encoding="utf-8"))
