"""SmartRecruiters: the public Posting API, in pages. https://developers.smartrecruiters.com/docs/posting-api

Its host's robots.txt is closed to everybody, so that it is read only when the user says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from capteur import Answer
from capteur_sensors.hiring.posting import (
    Post,
    Vendor,
    due_list,
    identifier,
    listing,
    mapping,
    place,
    places,
    published,
    required,
    words,
)

HOST = "api.smartrecruiters.com"
PACE = 2.0
"""Requests a second, as a guest who was not invited."""

_OFFSET = re.compile(r"(?<=[?&]offset=)\d+")


def _rows(answer: Answer, body: Any) -> list[Any]:
    return due_list(answer, mapping(body).get("content"), "a list of postings")


def _total(body: Any) -> int | None:
    total = mapping(body).get("totalFound")
    return total if isinstance(total, int) else None


def _following(url: str, body: Any) -> str | None:
    """The next page begins behind what this one listed. Pages overlap all the same when postings come in between."""
    listed, at = len(listing(mapping(body).get("content"))), _OFFSET.search(url)
    if not listed or at is None or int(at[0]) + listed >= (_total(body) or 0):
        return None
    return _OFFSET.sub(str(int(at[0]) + listed), url)


def _calls(body: Any) -> str | None:
    rows = listing(mapping(body).get("content"))
    return words(mapping(mapping(rows[0]).get("company")).get("name")) if rows else None


def _job(row: Mapping[str, Any]) -> str | None:
    return identifier(row.get("id")) if row.get("visibility", "PUBLIC") == "PUBLIC" else None


def _post(row: Mapping[str, Any], job: str) -> Post:
    said, company = mapping(row.get("location")), words(mapping(row.get("company")).get("identifier"))
    where = words(said.get("fullLocation")) or place(said.get("city"), said.get("region"), said.get("country"))
    flag = next((word for word in ("hybrid", "remote") if said.get(word) is True), None)
    return Post(
        job=job,
        title=required(row.get("name"), "a name"),
        published=published(row.get("releasedDate")),
        url=f"https://jobs.smartrecruiters.com/{company}/{job}" if company and job.isalnum() else None,
        locations=places(where),
        department=words(mapping(row.get("department")).get("label")),
        workplace=flag,
        employment=words(mapping(row.get("typeOfEmployment")).get("label")),
    )


SMARTRECRUITERS = Vendor(
    name="smartrecruiters",
    addresses=("https://api.smartrecruiters.com/v1/companies/{board}/postings?limit=100&offset=0",),
    page="https://jobs.smartrecruiters.com/{board}",
    rows=_rows,
    job=_job,
    post=_post,
    marks=(
        re.compile(r"\b(?:jobs|careers)\.smartrecruiters\.com/(?:oneclick-ui/company/)?([\w-]+)", re.IGNORECASE),
        re.compile(r"\bapi\.smartrecruiters\.com/v1/companies/([\w-]+)", re.IGNORECASE),
    ),
    not_boards=frozenset({"oneclick-ui", "static", "assets", "ni", "sr-jobs", "robots", "favicon", "my-applications"}),
    calls=_calls,
    total=_total,
    following=_following,
    doubtful_empty=True,
    opt_in=True,
    warning="the robots.txt of api.smartrecruiters.com closes it to robots",
)
