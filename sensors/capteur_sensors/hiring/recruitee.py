"""Recruitee: one GET is the whole board; from February 2027 only with the employer's token.

https://docs.recruitee.com/reference/authentication-1
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from capteur import Answer
from capteur_sensors.hiring.posting import (
    HOST_LABEL,
    Post,
    Vendor,
    cities,
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

_WORKPLACES = (("hybrid", "hybrid"), ("remote", "remote"), ("on_site", "onsite"))


def _rows(answer: Answer, body: Any) -> list[Any]:
    return due_list(answer, mapping(body).get("offers"), "a list of offers")


def _calls(body: Any) -> str | None:
    offers = listing(mapping(body).get("offers"))
    return words(mapping(offers[0]).get("company_name")) if offers else None


def _job(row: Mapping[str, Any]) -> str | None:
    return identifier(row.get("id")) if row.get("status", "published") == "published" else None


def _post(row: Mapping[str, Any], job: str) -> Post:
    said = [mapping(one) for one in listing(row.get("locations"))]
    found = places(*(place(one.get("city"), one.get("country")) for one in said))
    code = words(row.get("employment_type_code"))
    return Post(
        job=job,
        title=required(row.get("title"), "a title"),
        published=published(row.get("published_at")),
        url=link(row.get("careers_url")),
        locations=found or cities(row.get("location")),
        department=words(row.get("department")),
        workplace=next((word for flag, word in _WORKPLACES if row.get(flag) is True), None),
        employment=code.replace("_", " ") if code else None,
        description=f"{row.get('description') or ''}\n{row.get('requirements') or ''}",
    )


RECRUITEE = Vendor(
    name="recruitee",
    addresses=("https://{board}.recruitee.com/api/offers/",),
    page="https://{board}.recruitee.com/",
    rows=_rows,
    job=_job,
    post=_post,
    marks=(re.compile(r"(?<![\w.@-])([\w-]+)\.recruitee\.com(?![\w-]|\.\w)", re.IGNORECASE),),
    not_boards=frozenset(
        {"www", "api", "app", "auth", "docs", "support", "help", "careers-analytics", "d", "assets", "cdn"}
    ),
    calls=_calls,
    names=HOST_LABEL,
    opt_in=True,
    token_header="X-Careers-Sites-Token",  # noqa: S106  a header's name
)
