"""Ashby: the public posting API. https://developers.ashbyhq.com/docs/public-job-posting-api"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from capteur import Answer
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

_WORKPLACES = {"remote": "remote", "hybrid": "hybrid", "onsite": "onsite"}


def _rows(answer: Answer, body: Any) -> list[Any]:
    return due_list(answer, mapping(body).get("jobs"), "a list of jobs")


def _job(row: Mapping[str, Any]) -> str | None:
    """An unlisted posting is reachable by its link only: the company does not announce it, so neither do we."""
    return None if row.get("isListed") is False else identifier(row.get("id"))


def _post(row: Mapping[str, Any], job: str) -> Post:
    others = [mapping(other).get("location") for other in listing(row.get("secondaryLocations"))]
    places = [place for text in (row.get("location"), *others) for place in cities(text)]
    # isRemote may be true beside workplaceType Hybrid: the more exact word wins, the flag stands in where it is missing.
    workplace = _WORKPLACES.get(str(row.get("workplaceType")).lower())
    return Post(
        job=job,
        title=required(row.get("title"), "a title"),
        published=published(row.get("publishedAt")),
        url=link(row.get("jobUrl")),
        locations=tuple(dict.fromkeys(places)),
        department=words(row.get("department")) or words(row.get("team")),
        workplace=workplace or ("remote" if row.get("isRemote") is True else None),
        employment=words(row.get("employmentType")),
        description=str(row.get("descriptionHtml") or ""),
    )


ASHBY = Vendor(
    name="ashby",
    addresses=("https://api.ashbyhq.com/posting-api/job-board/{board}?includeCompensation=true",),
    page="https://jobs.ashbyhq.com/{board}",
    rows=_rows,
    job=_job,
    post=_post,
    marks=(
        re.compile(r"\bjobs\.ashbyhq\.com/((?:[\w.-]|%[0-9a-f]{2})+)", re.IGNORECASE),
        re.compile(r"\bapi\.ashbyhq\.com/posting-api/job-board/((?:[\w.-]|%[0-9a-f]{2})+)", re.IGNORECASE),
    ),
    not_boards=frozenset({"api", "_next", "static", "assets", "meeting", "robots.txt", "favicon.ico"}),
)
