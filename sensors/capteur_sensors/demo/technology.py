"""What the companies of the demo world show of their tools: their DNS zones, and the markup that their home pages carry."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from capteur_sensors.demo.market import Calendar, market
from capteur_sensors.demo.nameserver import NXDOMAIN, SERVFAIL, Lookup, Told


def lookup(calendar: Calendar) -> Lookup:
    """The zones of all companies, as they are at the calendar's moment. A domain that nobody has does not exist."""
    domains = {company.domain for company in market().companies}

    def answer(name: str, kind: str) -> Told:
        domain = ".".join(name.split(".")[-2:])
        if domain not in domains:
            return Told(rcode=NXDOMAIN)
        company = _companies().get(domain, {})
        if company.get("dns") == "SERVFAIL":
            return Told(rcode=SERVFAIL)
        label = name.removesuffix(domain).removesuffix(".")
        records = [record for record in _records(company, calendar) if record[0] == label]
        if label and not records:
            return Told(rcode=NXDOMAIN)
        return Told(tuple(value for _, its_kind, value in records if its_kind == kind))

    return answer


def markup(domain: str, calendar: Calendar) -> str:
    """What the home page of a company carries in its head at the calendar's moment."""
    return "\n".join(shown["html"] for shown in _shown(_companies().get(domain, {}), calendar) if "html" in shown)


def _records(company: Mapping[str, Any], calendar: Calendar) -> Iterator[tuple[str, str, str]]:
    """(label, kind, value) of every record."""
    for shown in _shown(company, calendar):
        label = shown.get("name", "")
        if "txt" in shown:
            yield label, "TXT", shown["txt"]
        if "spf" in shown:
            yield label, "TXT", f"v=spf1 {shown['spf']}"
        if "dmarc" in shown:
            yield "_dmarc", "TXT", shown["dmarc"]
        if "mx" in shown:
            yield label, "MX", shown["mx"]
        if "cname" in shown:
            yield label, "CNAME", shown["cname"]


def _shown(company: Mapping[str, Any], calendar: Calendar) -> Iterator[Mapping[str, Any]]:
    now = calendar.moment()
    for shown in company.get("shows", ()):
        begun = "ago" not in shown or calendar.at(shown["ago"]) <= now
        if begun and ("until" not in shown or now < calendar.at(shown["until"])):
            yield shown


@cache
def _companies() -> Mapping[str, Mapping[str, Any]]:
    raw = tomllib.loads(files(__package__).joinpath("technology.toml").read_text(encoding="utf-8"))
    return {company["domain"]: company for company in raw["company"]}
