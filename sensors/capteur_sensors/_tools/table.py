"""The table of tools, `table.toml`, read once."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from capteur_sensors._tools.rules import PLACES, USUAL_STRENGTH, Rule, Tool

_NOT_WORDS = re.compile(r"[^a-z0-9+#]+")


@cache
def table() -> tuple[Tool, ...]:
    """Every tool of `table.toml`."""
    raw = tomllib.loads(files(__package__).joinpath("table.toml").read_text(encoding="utf-8"))
    return tuple(_tool(entry) for entry in raw["tool"])


def name_key(name: str) -> str:
    """A name for comparison and for keys: `HubSpot` -> `hubspot`, `Customer.io` -> `customer-io`."""
    return _NOT_WORDS.sub("-", name.casefold()).strip("-") or "".join(f"{ord(c):x}" for c in name[:20])


def named(name: str) -> Tool | None:
    """The tool of that name, or of one of its other names; case and punctuation do not count."""
    return _by_name().get(name_key(name))


def nearest(name: str, more: Iterable[str] = ()) -> list[str]:
    """Up to three tools whose names are like `name`, those of `more` among them."""
    known = {name_key(tool.name): tool.name for tool in table()}
    known |= {key: tool.name for key, tool in _by_name().items()} | {name_key(other): other for other in more}
    close = difflib.get_close_matches(name_key(name), known, n=3, cutoff=0.6)
    return list(dict.fromkeys(known[key] for key in close))


@cache
def _by_name() -> Mapping[str, Tool]:
    found: dict[str, Tool] = {name_key(word): tool for tool in table() for word in tool.words}
    return found | {name_key(tool.name): tool for tool in table()}


def _tool(entry: Mapping[str, Any]) -> Tool:
    return Tool(
        name=entry["name"],
        area=entry["area"],
        site=tuple(entry["site"]),
        words=tuple(entry.get("words", (entry["name"],))),
        common=entry.get("common", False),
        rules=tuple(_rule(rule, entry.get("source", "")) for rule in entry.get("rules", ())),
    )


def _rule(raw: Mapping[str, Any], source: str) -> Rule:
    place = next(place for place in PLACES if place in raw)
    return Rule(
        place=place,
        pattern=raw[place],
        source=raw.get("source", source),
        strength=raw.get("strength", USUAL_STRENGTH[place]),
        example=raw.get("example", ""),
        at=tuple(raw.get("at", ())),
    )
