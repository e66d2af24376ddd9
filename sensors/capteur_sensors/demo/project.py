"""The demo's project: the capteur.toml and accounts.csv that a user of the fictional seller would have written."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from capteur import InputError
from capteur_sensors.demo.feeds import FEED, press_feed
from capteur_sensors.demo.market import Market
from capteur_sensors.demo.site import LOG, NETWORKS
from capteur_sensors.demo.tag import SECRET

_MARK = "# The project of the demo"
_TOML = """\
{mark}: {seller} sells {sells}.
# `[web] world` sends every request to the fictional market on this machine; leave it out and the same file asks the internet.

[capteur]
version = 1

[store]
url = "sqlite:///capteur.db"

[web]
contact = "growth@{domain}"
world = "{world}"

[accounts]
file = "accounts.csv"
discover = ["funding"]                             # who else raises money is a candidate, ranked apart

[team]
capacity = {capacity}

[sensors.hiring]
every = "6h"
roles = [{roles}]

[sensors.funding]
every = "6h"
requests_per_second = 10                           # as fast as the SEC allows; 5 is the default
{tools}{visits}{news}"""
_TOOLS = """
[sensors.adoption]
ecosystem = ["HubSpot", "Salesforce", "Segment"]   # the tools that what we sell builds on
competitors = ["Clearwater Ledger"]
resolver = "{resolver}"                      # the market's own name server; without it the system's
queries_per_second = 5000                          # it is on this machine

[sensors.adoption.tools."Clearwater Ledger"]
script = ["cdn.clearwater-ledger.example"]
"""
_VISITS = """
[sensors.visits]
path = "{log}"                                # written by the seller's own web server
site = "www.{domain}"
companies = "{networks}"                         # offices of accounts; a database of networks would know more

[sensors.segment]
secret = "{secret}"         # of your own: "env:SEGMENT_SECRET"
"""
_NEWS = """
[sensors.news]
use = "rss"
every = "1h"
feeds = [
{feeds}]
"""


def write_project(
    folder: Path, market: Market, world: str, *, news: bool, visits: bool, resolver: str | None = None
) -> Path:
    """Write capteur.toml and accounts.csv into `folder` (made if need be); returns the path of capteur.toml.

    `news` and `visits` say that what reads feeds and logs is installed, so that the project can use it; `resolver` is where
    the market's names are asked for, if they can be.
    An earlier demo's project is written anew. Raises InputError when the folder holds somebody's own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seller, config = market.seller, folder / "capteur.toml"
    if config.exists() and not config.read_text(encoding="utf-8", errors="replace").startswith(_MARK):
        raise InputError(
            f"{config} is a project of your own", why="the demo would overwrite it", fix="choose another folder"
        )
    text = _TOML.format(
        mark=_MARK,
        seller=seller.name,
        sells=seller.sells,
        domain=seller.domain,
        world=world,
        capacity=seller.capacity,
        roles=", ".join(f'"{role}"' for role in seller.roles),
        tools=_TOOLS.format(resolver=resolver) if resolver else "",
        visits=_VISITS.format(log=LOG, networks=NETWORKS, domain=seller.domain, secret=SECRET) if visits else "",
        news=_NEWS.format(feeds=_feeds(market)) if news else "",
    )
    config.write_text(text, encoding="utf-8")
    (folder / "accounts.csv").write_text(accounts_csv(market), encoding="utf-8", newline="")
    return config


def _feeds(market: Market) -> str:
    """One line per feed: the companies' own blogs, and for companies without one what the newspaper says of them."""
    blogs = [f'{{ url = "https://{c.domain}{FEED}" }}' for c in market.companies if c.news]
    written = {item.about for item in market.press.items}
    about = [
        f'{{ url = "https://{market.press.domain}{press_feed(c.domain)}", account = "{c.domain}", name = "{c.name}" }}'
        for c in market.companies
        if c.domain in written and not c.news
    ]
    return "".join(f"    {feed},\n" for feed in (*blogs, *about))


def accounts_csv(market: Market) -> str:
    """The account list, as a CRM exports it."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("name", "domain", "owner", "standing", "country", "employees"))
    rows.writerows((c.name, c.domain, c.owner, c.standing, c.country, c.size or "") for c in market.companies)
    return out.getvalue()
