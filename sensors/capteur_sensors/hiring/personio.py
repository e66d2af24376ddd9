"""Personio: an XML feed per account, in one of two domains. https://developer.personio.de/v1.0/reference/get_xml"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from capteur import Answer, SourceChanged
from capteur.domains import host_of
from capteur_sensors.hiring.posting import (
    HOST_LABEL,
    Post,
    Vendor,
    identifier,
    listing,
    mapping,
    places,
    published,
    required,
    unique,
    words,
)


def _decode(answer: Answer) -> dict[str, Any]:
    """The feed as rows. It has no addresses: a posting stands at its id, on the host that gave the feed."""
    root, host = answer.xml(), host_of(answer.url)
    if root.tag != "workzag-jobs":
        raise SourceChanged(f"{answer.url} answered <{root.tag[:40]}> where <workzag-jobs> was due")
    return {"positions": [_row(position, f"https://{host}/job/") for position in root.iter("position")]}


def _row(position: Element, jobs: str) -> dict[str, Any]:
    said = {name: words(position.findtext(name)) for name in _SAID}
    return said | {
        "offices": [said["office"], *(words(office.text) for office in position.findall("additionalOffices/office"))],
        "url": f"{jobs}{said['id']}" if said["id"] else None,
        "description": "\n".join(text.text or "" for text in position.findall("jobDescriptions/jobDescription/value")),
    }


_SAID = (
    "id",
    "name",
    "office",
    "department",
    "recruitingCategory",
    "employmentType",
    "schedule",
    "createdAt",
    "subcompany",
)


def _rows(_answer: Answer, body: Any) -> list[Any]:
    """No position at all is a good answer of 72 bytes: a company that hires nobody now."""
    return unique(listing(mapping(body).get("positions")))


def _calls(body: Any) -> str | None:
    """The company that hires, when it is the same one in all positions."""
    named = {row["subcompany"] for row in body["positions"]}
    return next(iter(named)) if len(named) == 1 else None


def _job(row: Mapping[str, Any]) -> str:
    return identifier(row.get("id"))


def _post(row: Mapping[str, Any], job: str) -> Post:
    kind = ", ".join(text for text in (row["employmentType"], row["schedule"]) if text)
    return Post(
        job=job,
        title=required(row["name"], "a name"),
        published=published(row["createdAt"]),
        url=row["url"],
        locations=places(*row["offices"]),
        department=row["department"] or row["recruitingCategory"],
        employment=kind or None,
        description=row["description"],
    )


PERSONIO = Vendor(
    name="personio",
    addresses=(
        "https://{board}.jobs.personio.de/xml?language=en",
        "https://{board}.jobs.personio.com/xml?language=en",
    ),
    page="https://{board}.jobs.personio.de/",
    decode=_decode,
    rows=_rows,
    job=_job,
    post=_post,
    marks=(re.compile(r"(?<![\w.@-])([\w-]+)\.jobs\.personio\.(?:de|com)(?![\w-]|\.\w)", re.IGNORECASE),),
    not_boards=frozenset({"www", "api", "assets", "static", "cdn"}),
    calls=_calls,
    names=HOST_LABEL,
)
