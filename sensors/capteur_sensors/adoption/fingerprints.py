r"""Fingerprints in Wappalyzer's format, from a folder of the user's. capteur ships none: today's public sets are under the GPL.

Read are `headers`, `cookies`, `meta`, `scriptSrc` and `dns` with the tags `\;confidence:` and `\;version:` (the latter is dropped).
`html`, `dom`, `js`, `css` and the like need the whole page or a browser, and are counted as not used. A pattern that is no regular
expression is counted and skipped; one that takes too long says "perhaps", which neither finds a tool nor loses one.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from capteur import ConfigError
from capteur_sensors._tools import Trace
from capteur_sensors.adoption.book import Hit

try:
    import regex  # type: ignore[import-untyped]  # it ships no types
except ModuleNotFoundError as error:
    raise ConfigError(
        "fingerprints need the package regex, which is not installed", fix="pip install 'capteur[adoption]'"
    ) from error

PATTERN_S, SOURCE_S = 0.02, 1.0
"""Time one pattern, and all patterns, may take over one source. Python's own `re` cannot be stopped."""
LARGEST_FILE = 32 * 1024 * 1024
LONGEST_PATTERN = 2_000
_DNS = {"TXT": "txt", "MX": "mx", "CNAME": "cname"}
_LINES = {"script": "https://", "spf": "include:"}
_UNUSED = ("html", "dom", "js", "css", "text", "scripts", "url", "xhr", "certIssuer", "robots", "probe")


@dataclass(frozen=True, slots=True)
class _Pattern:
    tool: str
    form: Any  # a compiled pattern of regex, which ships no types
    text: str
    confidence: float


@dataclass(slots=True)
class Folder:
    """What a folder's files say. `skipped` counts, by reason, what could not be used."""

    names: frozenset[str] = frozenset()
    skipped: Counter[str] = field(default_factory=Counter[str])
    patterns: dict[tuple[str, str], list[_Pattern]] = field(default_factory=dict[tuple[str, str], list[_Pattern]])
    monotonic: Callable[[], float] = time.monotonic

    def find(self, traces: Iterable[Trace]) -> Iterator[Hit]:
        """The tools that the traces of one source show; a tool's confidences add up to at most 1."""
        until = self.monotonic() + SOURCE_S
        sure: dict[tuple[str, bool], Hit] = {}
        for key, place, text in _texts(traces):
            for pattern in self.patterns.get(key, ()):
                found = self._search(pattern, text, until)
                if found is not None:
                    known = sure.get((pattern.tool, place == "txt"))
                    total = min(1.0, found + (known.strength if known else 0.0))
                    sure[pattern.tool, place == "txt"] = Hit(pattern.tool, Trace(place, key[1]), pattern.text, total)
        yield from sure.values()

    def _search(self, pattern: _Pattern, text: str, until: float) -> float | None:
        """How sure the pattern makes; 0.0 when it could not be tried to its end, None when it does not fit."""
        left = until - self.monotonic()
        if left <= 0:
            return 0.0
        try:
            found = pattern.form.search(text, timeout=min(PATTERN_S, left))
        except TimeoutError:
            return 0.0
        return pattern.confidence if found else None


def _texts(traces: Iterable[Trace]) -> Iterator[tuple[tuple[str, str], str, str]]:
    """(what is tried, place, text): named traces one by one, the others of a place together, a line each.

    The set's TXT patterns also mean what an SPF record includes, which we keep apart.
    """
    lines: dict[str, list[str]] = {}
    for place, text in traces:
        if place in {"header", "meta"}:
            name, _, value = text.partition(": ")
            yield (place, name), place, value
        elif place == "cookie":
            yield (place, ""), place, text
        else:
            lines.setdefault(place, []).append(_LINES.get(place, "") + text)
    for place, every in lines.items():
        yield ("txt" if place == "spf" else place, ""), place, "\n".join(every)


def load(folder: str) -> Folder:
    """The fingerprints of a folder, read anew when one of its files has changed. Raises ConfigError when there are none."""
    place = Path(folder)
    files = sorted(p for p in (*place.glob("*.json"), *place.glob("technologies/*.json")) if p.is_file())
    if not files:
        raise ConfigError(
            "the folder of fingerprints has no JSON file"
            if place.is_dir()
            else "the folder of fingerprints does not exist",
            why=folder,
            fix="fingerprints = the folder with a.json, b.json, ... of a set in Wappalyzer's format",
        )
    return _load(tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in files))


@lru_cache(maxsize=2)
def _load(files: tuple[tuple[str, int, int], ...]) -> Folder:
    made, names = Folder(), set[str]()
    for path, _, size in files:
        for name, entry in _entries(path, size, made.skipped):
            names.add(name)
            for place, called, text in _written(entry, made.skipped):
                pattern = _compiled(name, place, text, made.skipped)
                if pattern is not None:
                    made.patterns.setdefault((place, called), []).append(pattern)
    if not made.patterns:
        folder = str(Path(files[0][0]).parent)
        raise ConfigError("no file of the folder holds fingerprints that can be read", why=folder)
    made.names = frozenset(names)
    return made


def _entries(path: str, size: int, skipped: Counter[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The technologies of one file; in older sets they are beneath `technologies` or `apps`."""
    if size > LARGEST_FILE:
        skipped["files too large"] += 1
        return
    try:
        whole = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        skipped["files that are no JSON"] += 1
        return
    if isinstance(whole, dict):
        inner = whole.get("technologies", whole.get("apps", whole))
        for name, entry in inner.items() if isinstance(inner, dict) else ():
            if isinstance(entry, dict) and "cats" in entry:  # categories and groups lie beside them
                yield str(name), entry


def _written(entry: Mapping[str, Any], skipped: Counter[str]) -> Iterator[tuple[str, str, str]]:
    """Every pattern as (place, name, text); what is not used is counted."""
    for text in _texts_of(entry.get("scriptSrc", entry.get("script"))):
        yield "script", "", text
    for form, place in (("headers", "header"), ("meta", "meta")):
        yield from ((place, name.lower(), text) for name, text in _named(entry.get(form)))
    for name, text in _named(entry.get("cookies")):
        value, mark, tags = text.partition("\\;")
        if value:
            skipped["cookies known by their value"] += 1
        else:
            yield "cookie", "", f"^{_escaped(name)}$" + mark + tags
    for kind, text in _named(entry.get("dns")):
        if kind.upper() in _DNS:
            yield _DNS[kind.upper()], "", text
        else:
            skipped[f"dns {kind}"] += 1
    skipped.update(unused for unused in _UNUSED if unused in entry)


def _named(value: object) -> Iterator[tuple[str, str]]:
    for name, texts in value.items() if isinstance(value, dict) else ():
        yield from ((str(name), text) for text in _texts_of(texts))


def _texts_of(value: object) -> Iterator[str]:
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str):
            yield text


def _escaped(name: str) -> str:
    return ".*".join(regex.escape(part) for part in name.split("*"))


def _compiled(tool: str, place: str, text: str, skipped: Counter[str]) -> _Pattern | None:
    body, *tags = text.split("\\;")
    if len(body) > LONGEST_PATTERN:
        skipped["patterns too long"] += 1
        return None
    sure = next((tag.partition(":")[2] for tag in tags if tag.startswith("confidence:")), "100")
    try:
        # A place's traces are searched together, a line each: ^ and $ mean a trace's ends.
        flags = regex.IGNORECASE | (regex.MULTILINE if place not in {"header", "meta", "cookie"} else 0)
        form = regex.compile(body, flags)
        return _Pattern(tool, form, body or "any", min(1.0, max(0.0, float(sure) / 100)))
    except (regex.error, ValueError, RecursionError, OverflowError):
        skipped["patterns that are no regular expression"] += 1
        return None
