"""Workable: the widget of careers pages, one GET for the whole board. https://help.workable.com/hc/en-us/articles/115012771647"""

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
    link,
    listing,
    mapping,
    place,
    places,
    published,
    required,
    words,
)

HOST = "apply.workable.com"
PACE = 2.0
"""Requests a second. Workable refuses more than two at once from one address; an answer takes less than a second."""


def _rows(answer: Answer, body: Any) -> list[Any]:
    return due_list(answer, mapping(body).get("jobs"), "a list of jobs")


def _calls(body: Any) -> str | None:
    return words(mapping(body).get("name"))


def _job(row: Mapping[str, Any]) -> str:
    """One job may be listed once per country, always under its own short code."""
    return identifier(row.get("shortcode"))


def _place(said: Mapping[str, Any]) -> str | None:
    return place(said.get("city"), said.get("region", said.get("state")), said.get("country"))


def _post(row: Mapping[str, Any], job: str) -> Post:
    said = [mapping(one) for one in listing(row.get("locations"))]
    shown = [_place(one) for one in said if one.get("hidden") is not True]
    return Post(
        job=job,
        title=required(row.get("title"), "a title"),
        published=published(row.get("published_on")),  # never created_at: a draft may be weeks older
        url=link(row.get("url")) or link(row.get("shortlink")),
        locations=places(*shown) if said else places(_place(row)),
        department=words(row.get("department")),
        workplace="remote" if row.get("telecommuting") is True else None,
        employment=words(row.get("employment_type")),
        description=str(row.get("description") or ""),
    )


WORKABLE = Vendor(
    name="workable",
    addresses=("https://apply.workable.com/api/v1/widget/accounts/{board}?details=true",),
    page="https://apply.workable.com/{board}/",
    rows=_rows,
    job=_job,
    post=_post,
    marks=(
        re.compile(r"\bapply\.workable\.com/api/v1/(?:widget/)?accounts/([\w-]+)", re.IGNORECASE),
        re.compile(r"\bapply\.workable\.com/([\w-]+)", re.IGNORECASE),
        re.compile(r"\bwww\.workable\.com/api/accounts/([\w-]+)", re.IGNORECASE),
        re.compile(r"(?<![\w.@-])([\w-]+)\.workable\.com(?![\w-]|\.\w)", re.IGNORECASE),
    ),
    not_boards=frozenset(
        {"api", "j", "static", "assets", "robots", "favicon", "www", "apply", "help", "get", "resources", "jobs", "app",
         "careers-page-assets", "id", "support", "status"}
    ),
    calls=_calls,
    doubtful_empty=True,
)  # fmt: skip
