"""The rules in use: capteur's own table, the user's own tools, and a folder of fingerprints."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from capteur_sensors._tools import Rules, Tool, Trace, name_key, named, table


class Sight(NamedTuple):
    """One trace that shows a tool. `once`: it proves a verification of once, not a use of today. `strength` is 0-1."""

    source: str
    place: str
    pattern: str
    once: bool
    strength: float


@dataclass(frozen=True, slots=True)
class Hit:
    """What a folder of fingerprints finds: a tool by name, where, and how sure."""

    tool: str
    trace: Trace
    pattern: str
    strength: float


class Fingerprints(Protocol):
    """Finds tools in the traces of one source."""

    def find(self, traces: Iterable[Trace]) -> Iterable[Hit]: ...
    @property
    def names(self) -> Collection[str]: ...


class Book:
    """Says which tools traces mean. `own` are the user's tools; `fingerprints` may add more."""

    def __init__(self, own: Iterable[Tool] = (), fingerprints: Fingerprints | None = None) -> None:
        extra = list(own)
        tools = [*table(), *extra]
        self._rules = Rules(tools)
        self._fingerprints = fingerprints
        self._own = {name_key(tool.name): tool for tool in extra}
        self.labels = frozenset(label for tool in tools for rule in tool.rules for label in rule.at)

    def seen(self, sources: Mapping[str, Iterable[Trace]], domain: str) -> dict[str, tuple[Sight, ...]]:
        """The tools that these traces show, by name; not those whose vendor the domain belongs to."""
        found: dict[str, dict[tuple[str, str, str], Sight]] = {}
        for source, traces in sources.items():
            every = tuple(traces)
            for trace in every:
                for tool, rule in self._rules.find(trace):
                    if domain not in tool.site:
                        sight = Sight(source, rule.place, rule.pattern, rule.once, rule.strength)
                        found.setdefault(tool.name, {})[source, rule.place, rule.pattern] = sight
            for hit in self._fingerprints.find(every) if self._fingerprints else ():
                name = self.name_of(hit.tool)
                once = hit.trace.place == "txt"
                sight = Sight(source, hit.trace.place, hit.pattern, once, hit.strength)
                found.setdefault(name, {}).setdefault((source, hit.trace.place, hit.pattern), sight)
        return {name: tuple(sights.values()) for name, sights in sorted(found.items())}

    def name_of(self, name: str) -> str:
        """How a tool is called here: `hubspot` and `HubSpot` are one tool."""
        tool = self._own.get(name_key(name)) or named(name)
        return tool.name if tool else name

    def knows(self, name: str) -> bool:
        """Whether a tool of this name can be found at all."""
        key = name_key(name)
        tool = self._own.get(key) or named(name)
        return bool(tool and tool.rules) or (
            self._fingerprints is not None and key in {name_key(known) for known in self._fingerprints.names}
        )
