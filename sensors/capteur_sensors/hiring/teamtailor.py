"""Teamtailor: the feeds of its career sites. The RSS feed goes in pages and names departments; the JSON feed stands in for it.

https://support.teamtailor.com/en/articles/3489937-xml-rss-feed
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree.ElementTree import Element

from capteur import Answer, SourceChanged
from capteur.domains import host_of
from capteur_sensors.hiring.posting import (
    Post,
    Vendor,
    due_list,
    identifier,
    link,
    listing,
    mapping,
    place,
    places,
    published,
    required,
    words,
)
from capteur_sensors.hiring.schema_org import employment, is_remote, job_places

PAGE = 100
_WORKPLACES = {"fully": "remote", "remote": "remote", "hybrid": "hybrid", "temporary": "hybrid"}
_OFFSET = re.compile(r"(?<=[?&]offset=)\d+")


def _decode(answer: Answer) -> Any:
    """Both feeds in the words of the JSON feed."""
    if not answer.content.lstrip().startswith(b"<"):
        return answer.json()
    root = answer.xml()
    if root.tag != "rss":
        raise SourceChanged(f"{answer.url} answered <{root.tag[:40]}> where a feed was due")
    return {"title": root.findtext("channel/title"), "items": [_item(item) for item in root.iter("item")]}


def _item(item: Element) -> dict[str, Any]:
    # The names of the vendor's own elements, whatever address their prefix stands for.
    said = {child.tag.rpartition("}")[2]: child for child in item}
    text = {name: child.text for name, child in said.items()}
    where = [{part.tag.rpartition("}")[2]: part.text for part in location} for location in said.get("locations", ())]
    return {
        "id": text.get("guid"),
        "title": text.get("title"),
        "url": text.get("link"),
        "date_published": _iso(text.get("pubDate")),
        "content_html": text.get("description"),
        "places": [place(one.get("city") or one.get("name"), one.get("country")) for one in where],
        "department": text.get("department"),
        "remote": text.get("remoteStatus"),
    }


def _iso(value: str | None) -> str | None:
    """`Fri, 27 Feb 2026 19:59:48 +0100` as ISO 8601; what is no such date stays as it is, and is refused later."""
    try:
        return parsedate_to_datetime(value).isoformat() if value else None
    except ValueError:
        return value


def _rows(answer: Answer, body: Any) -> list[Any]:
    return due_list(answer, mapping(body).get("items"), "a list of items")


def _following(url: str, body: Any) -> str | None:
    """RSS: the next hundred after a full page. JSON: the feed's own `next_url`, on the same host."""
    at, following = _OFFSET.search(url), link(mapping(body).get("next_url"))
    if at is None:
        return following if following and host_of(following) == host_of(url) else None
    full = len(listing(mapping(body).get("items"))) >= PAGE
    return _OFFSET.sub(str(int(at[0]) + PAGE), url) if full else None


def _calls(body: Any) -> str | None:
    return words(mapping(body).get("title"))


def _job(row: Mapping[str, Any]) -> str:
    return identifier(row.get("id"))


def _post(row: Mapping[str, Any], job: str) -> Post:
    posting = mapping(row.get("_jobposting"))
    said = _WORKPLACES.get(str(row.get("remote")).lower())
    return Post(
        job=job,
        title=required(row.get("title"), "a title"),
        published=published(row.get("date_published")),
        url=link(row.get("url")),
        locations=places(*listing(row.get("places"))) or job_places(posting),
        department=words(row.get("department")),
        workplace=said or ("remote" if is_remote(posting) else None),
        employment=employment(posting),
        description=str(row.get("content_html") or posting.get("description") or ""),
    )


TEAMTAILOR = Vendor(
    name="teamtailor",
    addresses=(
        "https://{board}.teamtailor.com/jobs.rss?per_page=100&offset=0",
        "https://{board}.teamtailor.com/jobs.json",
    ),
    page="https://{board}.teamtailor.com/jobs",
    decode=_decode,
    rows=_rows,
    job=_job,
    post=_post,
    marks=(re.compile(r"(?<![\w.@-])([\w-]+(?:\.(?:na|au))?)\.teamtailor\.com(?![\w-]|\.\w)", re.IGNORECASE),),
    not_boards=frozenset(
        {
            "www",
            "app",
            "api",
            "assets",
            "cdn",
            "docs",
            "support",
            "status",
            "images",
            "scripts",
            "tt",
            "partner",
            "login",
        }
    ),
    calls=_calls,
    following=_following,
    names=re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[a-z]{2})?"),
)
