"""Lever: a bare list, in one of two regions. https://github.com/lever/postings-api"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from capteur import Answer, SourceChanged
from capteur_sensors.hiring.posting import (
    Post,
    Vendor,
    cities,
    due_list,
    identifier,
    link,
    listing,
    mapping,
    published,
    required,
    words,
)

_WORKPLACES = {"remote": "remote", "hybrid": "hybrid", "onsite": "onsite", "on-site": "onsite"}


def _rows(answer: Answer, body: Any) -> list[Any] | None:
    """An unknown site answers an object, `{"ok": false, ...}`, not a list."""
    if mapping(body).get("ok") is False:
        return None
    return due_list(answer, body, "a list of postings")


def _job(row: Mapping[str, Any]) -> str:
    """Every posting is a job of its own, also under the same title."""
    return identifier(row.get("id"))


def _post(row: Mapping[str, Any], job: str) -> Post:
    said, created = mapping(row.get("categories")), published(row.get("createdAt"))
    if created is None:
        raise SourceChanged("a posting without its date, which Lever always gives")
    places = [place for text in listing(said.get("allLocations")) or [said.get("location")] for place in cities(text)]
    lists = (mapping(one).get("content") or "" for one in listing(row.get("lists")))
    return Post(
        job=job,
        title=required(row.get("text"), "a title"),
        published=created,
        url=link(row.get("hostedUrl")),
        locations=tuple(dict.fromkeys(places)),
        department=words(said.get("department")) or words(said.get("team")),
        workplace=_WORKPLACES.get(str(row.get("workplaceType")).lower()),
        employment=words(said.get("commitment")),
        description="\n".join(str(part) for part in (row.get("description") or "", *lists)),
    )


LEVER = Vendor(
    name="lever",
    addresses=(
        "https://api.lever.co/v0/postings/{board}?mode=json",
        "https://api.eu.lever.co/v0/postings/{board}?mode=json",
    ),
    page="https://jobs.lever.co/{board}",
    rows=_rows,
    job=_job,
    post=_post,
    marks=(
        re.compile(r"\bjobs(?:\.eu)?\.lever\.co/([\w.-]+)", re.IGNORECASE),
        re.compile(r"\bapi(?:\.eu)?\.lever\.co/v0/postings/([\w.-]+)", re.IGNORECASE),
        re.compile(r"leverJobsOptions\s*=\s*\{[^}]*?accountName['\"]?\s*:\s*['\"]([\w.-]+)"),
    ),
    not_boards=frozenset({"static", "assets", "favicon.ico", "robots.txt", "v0"}),
)
