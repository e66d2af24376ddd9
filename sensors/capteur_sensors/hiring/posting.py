"""A posting as every vendor's reader returns it, and the small cleaning that all of them need."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard

from capteur import Answer, SourceChanged
from capteur.domains import host_of

MAX_ID = 200
FIRST_YEAR = 2000
"""A posting dated before is not dated: a zero, a placeholder, a number that counts something else."""
SECONDS_BELOW = 1e11
"""A smaller number since 1970 is in seconds; in milliseconds it would be 1973."""
_UTC = re.compile(r"\s*\b(?:UTC|GMT)$", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
HOST_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
"""A board's name where it is the first part of a host."""
_CITIES = re.compile(r"\s*[|;•\n]\s*|\s+(?:/|or)\s+")


@dataclass(frozen=True, slots=True)
class Post:
    """One posting of a job. Several posts (one per city, say) may share a `job`; `published` is None where the vendor is silent.

    `workplace` is one of remote, hybrid, onsite; None = not said. `description` is HTML as the vendor wrote it.
    """

    job: str
    title: str
    published: datetime | None
    url: str | None = None
    locations: tuple[str, ...] = ()
    department: str | None = None
    workplace: str | None = None
    employment: str | None = None
    description: str = ""


def _as_json(answer: Answer) -> Any:
    return answer.json()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A job-board vendor, described as data with one small function for each thing that differs.

    Args:
        name: the first part of every key and of `boards`.
        addresses: where a board is read, with `{board}`; the next one is asked when the one before knows no such board.
        page: where a person sees the board.
        decode: the body of an answer; JSON unless said otherwise. Raises SourceChanged.
        rows: the postings in an answer, given with its body; None = this vendor has no such board.
        job: the id of the job that a row posts; None = the row is no opening (a prospect post, an unlisted one).
        post: the row as a Post, for the job id found before. May raise anything: the row is then counted and skipped.
        marks: patterns over a page's markup whose group 1 is a board of this vendor.
        not_boards: words that stand where a board's name could and are none.
        post_mark: pattern over a page's markup whose group 1 is the id of a posting here, where the board itself is not named.
        called: address of the board's own description, whose `name` confirms a guess; None = the vendor has none.
        calls: what the body says the company is called, which confirms a guess as well.
        total: how many postings the body says there are, so that a trimmed list is known; None = it does not say.
        following: address of the page after this one, given its address and body; None = that was the last.
        names: what a board may be called; a name that is part of a host must not be able to name another host.
        safe: characters of a board's name that stand in its address as they are.
        doubtful_empty: no postings may also mean that there is no such company, so that it confirms nothing.
        opt_in: read only when the user says so. `warning`: what to tell the user who does.
        token_header: the header that carries an employer's token, where 401 means that one is needed.
        own_page: the board is a page of the company's own site: robots.txt is asked, and it is not guessed at.
    """

    name: str
    addresses: tuple[str, ...]
    page: str
    decode: Callable[[Answer], Any] = _as_json
    rows: Callable[[Answer, Any], list[Any] | None]
    job: Callable[[Mapping[str, Any]], str | None]
    post: Callable[[Mapping[str, Any], str], Post]
    marks: tuple[re.Pattern[str], ...]
    not_boards: frozenset[str] = frozenset()
    post_mark: re.Pattern[str] | None = None
    called: str | None = None
    calls: Callable[[Any], str | None] | None = None
    total: Callable[[Any], int | None] | None = None
    following: Callable[[str, Any], str | None] | None = None
    names: re.Pattern[str] = re.compile(r".+")
    safe: str = ""
    doubtful_empty: bool = False
    opt_in: bool = False
    warning: str = ""
    token_header: str = ""
    own_page: bool = False

    @property
    def own_hosts(self) -> bool:
        """True when each board has a host of its own."""
        return all(address.startswith("https://{board}.") for address in self.addresses)


def words(value: object) -> str | None:
    """Text on one line, without stray spaces and entities; None when nothing is left."""
    if not isinstance(value, str):
        return None
    return " ".join(html.unescape(value).split()) or None


def required(value: object, what: str) -> str:
    """The same, for what a posting cannot be without. Raises SourceChanged."""
    text = words(value)
    if text is None:
        raise SourceChanged(f"a posting without {what}")
    return text


def identifier(value: object) -> str:
    """A vendor's id as text. Raises SourceChanged for none."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text or len(text) > MAX_ID or not text.isprintable():
        raise SourceChanged(
            f"a posting with {type(value).__name__ if not text else 'something else'} where its id is due"
        )
    return text


def link(value: object) -> str | None:
    """A web address, or None for anything that is not http(s)."""
    text = value.strip() if isinstance(value, str) else ""
    return text if text.lower().startswith(("https://", "http://")) and host_of(text) else None


def cities(value: object) -> tuple[str, ...]:
    """The places in one string: `"Paris; London | Remote"` has three, `"Austin, TX"` has one."""
    text = html.unescape(value) if isinstance(value, str) else ""
    parts = (" ".join(part.split()) for part in _CITIES.split(text))
    return tuple(dict.fromkeys(part for part in parts if part))


def place(*parts: object) -> str | None:
    """The parts of an address as one place, without repetitions: `"Berlin, Germany"`; None when nothing is said."""
    said = [text for text in map(words, parts) if text]
    return ", ".join(dict.fromkeys(said)) or None


def places(*found: str | None) -> tuple[str, ...]:
    """Several places, each once."""
    return tuple(dict.fromkeys(one for one in found if one))


def unique(rows: list[Any]) -> list[Any]:
    """Rows without exact repetitions: pages overlap, and one feed repeats its entries."""
    return list({json.dumps(row, sort_keys=True): row for row in reversed(rows)}.values())[::-1]


def published(value: object) -> datetime | None:
    """When a posting was published: ISO 8601, a day, `... UTC`, or a number since 1970; None when nothing is said.

    Raises SourceChanged for what is no date, for a time without offset, and for a date before job boards existed (a zero, say).
    """
    text = str(value).strip() if value is not None else ""
    if not text:
        return None
    try:
        moment = _of_number(value) if isinstance(value, int | float) and not isinstance(value, bool) else _of_text(text)
    except (ValueError, OverflowError, OSError) as error:
        raise SourceChanged(f"a posting dated {text[:40]!r}, which is no date") from error
    if moment.tzinfo is None:
        raise SourceChanged(f"a posting dated {text[:40]!r}, without a timezone")
    if moment.year < FIRST_YEAR:
        raise SourceChanged(f"a posting dated {text[:40]!r}, which is before {FIRST_YEAR}: no real date")
    return moment.astimezone(UTC)


def _of_number(value: float) -> datetime:
    """Milliseconds since 1970, or seconds where milliseconds would be long ago."""
    return datetime.fromtimestamp(value if value < SECONDS_BELOW else value / 1000, UTC)


def _of_text(text: str) -> datetime:
    bare = _UTC.sub("", text)
    if _DAY.fullmatch(bare):
        return datetime.fromisoformat(bare).replace(tzinfo=UTC)
    return datetime.fromisoformat(bare if bare == text else f"{bare}+00:00")


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def mapping(value: object) -> Mapping[str, Any]:
    """A JSON object, or an empty one where something else stands."""
    return value if _is_object(value) else {}


def listing(value: object) -> list[Any]:
    """A JSON list, or an empty one where something else stands."""
    return value if _is_list(value) else []


def due_list(answer: Answer, value: object, what: str) -> list[Any]:
    """`value`, which must be a list. Raises SourceChanged that names the address."""
    if not _is_list(value):
        raise SourceChanged(f"{answer.url} answered {type(value).__name__} where {what} was due")
    return value
