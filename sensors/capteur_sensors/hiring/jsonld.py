"""A careers page whose postings stand in it as schema.org JobPosting. The second choice, after the vendors' own interfaces."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from capteur import Answer, SourceChanged
from capteur_sensors.hiring.posting import Post, Vendor, listing, mapping, published, required, words
from capteur_sensors.hiring.posting import link as web_link
from capteur_sensors.hiring.schema_org import employer, employment, is_remote, job_places, number, postings
from capteur_sensors.hiring.titles import company, plain

MOST_EMPLOYERS = 3
"""A page with postings of more employers is a market place, not a company's board."""
_DIGEST = 10


def _decode(answer: Answer) -> dict[str, Any]:
    found, unread = postings(answer.text)
    return {"postings": found, "unread": unread}


def _rows(_answer: Answer, body: Any) -> list[Any] | None:
    """The postings, each with an id; a script that could not be read is a row without one, which proves nobody's absence.

    A page without any posting is no board: the last job may be filled, or the page be made differently now.
    """
    found = [mapping(one) for one in listing(mapping(body).get("postings"))]
    employers = {company(name) for name in map(employer, found) if name}
    if not found or len(employers) > MOST_EMPLOYERS:
        return None
    names: dict[str, set[str]] = defaultdict(set)
    for one in found:
        for name in _names(one):
            names[name].add(plain(_title(one) or ""))
    rows: list[Any] = []
    for one in found:
        # A number or link that several jobs have is the company's, or the page's.
        own = next((name for name in _names(one) if len(names[name]) == 1), None)
        rows.append({"job": own or _by_title(one), "posting": one})
    return [*rows, *([None] * mapping(body).get("unread", 0))]


def _names(posting: Mapping[str, Any]) -> list[str]:
    said = (number(posting), words(posting.get("url")), words(posting.get("@id")))
    return [name if len(name) <= 2 * _DIGEST and name.isalnum() else _digest(name) for name in said if name]


def _title(posting: Mapping[str, Any]) -> str | None:
    return words(posting.get("title")) or words(posting.get("name"))


def _by_title(posting: Mapping[str, Any]) -> str | None:
    title = _title(posting)
    return _digest("\n".join((plain(title), *job_places(posting)))) if title else None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST).hexdigest()


def _calls(body: Any) -> str | None:
    return next((employer(mapping(one)) for one in listing(mapping(body).get("postings"))), None)


def _job(row: Mapping[str, Any]) -> str:
    job = row.get("job")
    if not isinstance(job, str):
        raise SourceChanged("a JSON-LD script that cannot be read, or a posting without a title, number and link")
    return job


def _date(value: object) -> datetime | None:
    """Sites often leave the offset away; then the day is what is known."""
    text = words(value)
    naive = text is not None and re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ][\d:.]+", text)
    return published(text[:10] if text and naive else text)


def _post(row: Mapping[str, Any], job: str) -> Post:
    posting = mapping(row.get("posting"))
    return Post(
        job=job,
        title=required(_title(posting), "a title"),
        published=_date(posting.get("datePosted")),
        url=web_link(posting.get("url")),
        locations=job_places(posting),
        department=words(posting.get("occupationalCategory")),
        workplace="remote" if is_remote(posting) else None,
        employment=employment(posting),
        description=str(posting.get("description") or ""),
    )


JSONLD = Vendor(
    name="jsonld",
    addresses=("https://{board}",),
    page="https://{board}",
    decode=_decode,
    rows=_rows,
    job=_job,
    post=_post,
    marks=(),
    calls=_calls,
    names=re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/[^\s\\]*)?"),
    safe="/:?&=",
    own_page=True,
)
