"""Greenhouse: one GET is the whole board. https://developers.greenhouse.io/job-board.html"""

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


def _rows(answer: Answer, body: Any) -> list[Any]:
    """The list itself, also when `meta.total` says that there are more."""
    return due_list(answer, mapping(body).get("jobs"), "a list of jobs")


def _total(body: Any) -> int | None:
    total = mapping(mapping(body).get("meta")).get("total")
    return total if isinstance(total, int) else None


def _job(row: Mapping[str, Any]) -> str | None:
    """One job may be several posts, which share `internal_job_id`; a prospect post says null. An old answer lacks the field."""
    if "internal_job_id" not in row:
        return identifier(row.get("id"))
    internal = row["internal_job_id"]
    return None if internal is None else identifier(internal)


def _post(row: Mapping[str, Any], job: str) -> Post:
    departments = [words(mapping(one).get("name")) for one in listing(row.get("departments"))]
    return Post(
        job=job,
        title=required(row.get("title"), "a title"),
        published=published(row.get("first_published")),  # never updated_at: any edit moves it, up to 1,639 days later
        url=link(row.get("absolute_url")),
        locations=cities(mapping(row.get("location")).get("name")),
        department=next((name for name in departments if name), None),
        description=str(row.get("content") or ""),
    )


GREENHOUSE = Vendor(
    name="greenhouse",
    addresses=(
        "https://boards-api.greenhouse.io/v1/boards/{board}/jobs?content=true",
    ),  # no departments without content
    page="https://job-boards.greenhouse.io/{board}",
    rows=_rows,
    job=_job,
    post=_post,
    marks=(
        re.compile(
            r"\b(?:job-)?boards(?:\.eu)?\.greenhouse\.io/embed/job_(?:board|app)(?:/js)?/?\?(?:[^\"'<>\s]*?&)?for=([\w-]+)",
            re.IGNORECASE,
        ),
        re.compile(r"\b(?:boards-)?api(?:\.eu)?\.greenhouse\.io/v1/boards/([\w-]+)", re.IGNORECASE),
        re.compile(r"\b(?:job-)?boards(?:\.eu)?\.greenhouse\.io/([\w-]+)", re.IGNORECASE),
    ),
    not_boards=frozenset({"embed", "v1", "assets", "js", "api", "users", "static", "favicon"}),
    post_mark=re.compile(r"[?&;]gh_jid=(\d+)"),
    called="https://boards-api.greenhouse.io/v1/boards/{board}",
    total=_total,
)
