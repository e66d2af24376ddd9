"""Job boards of the demo world, in the true shapes of Greenhouse, Lever and Ashby (see docs of the `hiring` sensor)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from typing import Any

from capteur_sensors.demo.market import Board, Calendar, Company, Fault, Market, Post, identifier, number
from capteur_sensors.demo.routes import TEXT, Handler, Reply, Request, Routes, always

_NEW_YORK = timezone(timedelta(hours=-4))
_EXPECT = (
    "Bring order to what others left in spreadsheets.",
    "Ask good questions, and write down the answers.",
    "Leave things better documented than you found them.",
)


def add_boards(routes: Routes, market: Market, calendar: Calendar) -> None:
    """Every board of the market on its vendor's hosts, and the vendors' own answers to what they do not know."""
    for company, board in market.boards("greenhouse"):
        _add_greenhouse(routes, company, board, calendar)
    for company, board in market.boards("lever"):
        _add_lever(routes, company, board, calendar)
    for company, board in market.boards("ashby"):
        _add_ashby(routes, company, board, calendar)
    routes.add("boards-api.greenhouse.io", "/v1/*", always(Reply.json({"status": 404, "error": "Job not found"}, 404)))
    for host in ("api.lever.co", "api.eu.lever.co"):
        routes.add(host, "/v0/*", always(Reply.json({"ok": False, "error": "Document not found"}, 404)))
    routes.add("api.ashbyhq.com", "/posting-api/*", always(Reply.text("Not Found", TEXT, 404)))


def _faulty(fault: Fault, handler: Handler) -> Handler:
    """The handler with its board's misbehaviour in front; counts requests, because some faults pass."""
    if fault == Fault():
        return handler
    lock, asked = threading.Lock(), 0

    def answer(request: Request) -> Reply:
        nonlocal asked
        with lock:
            asked += 1
            failing = fault.status is not None and (fault.times is None or asked <= fault.times)
        if failing and fault.status is not None:
            headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            return Reply(b"", TEXT, fault.status, headers, fault.pause)
        good = handler(request)
        return Reply(good.body, good.type, good.status, good.headers, fault.pause)

    return answer


def _description(company: Company, post: Post) -> str:
    """A job's text as HTML with entities of its own, as vendors' editors write it."""
    tools = f"<p>You will work with {escape(' and '.join(post.tools))}.</p>" if post.tools else ""
    points = "".join(f"<li>{line}</li>" for line in _EXPECT)
    return f"<p><strong>{escape(company.name)}</strong>:&nbsp;{escape(company.about)}</p><h3>What you will do</h3><ul>{points}</ul>{tools}"


def _plain(company: Company, post: Post) -> str:
    tools = f"\n\nYou will work with {' and '.join(post.tools)}." if post.tools else ""
    return f"{company.name}: {company.about}\n\nWhat you will do\n" + "\n".join(_EXPECT) + tools


def _hosted(company: Company, open_posts: Callable[[], list[tuple[str, str]]]) -> Handler:
    """The vendor's own page of a board: title and links, for the person who follows an evidence link."""

    def page(_: Request) -> Reply:
        links = "".join(f'<li><a href="{escape(url)}">{escape(title.strip())}</a></li>' for title, url in open_posts())
        name = escape((company.board.name if company.board else company.name).strip())
        return Reply.text(
            f"<!doctype html><html><head><title>Jobs at {name}</title></head><body><h1>{name}</h1><ul>{links}</ul></body></html>"
        )

    return page


# --- Greenhouse: one object per post; several posts share the internal_job_id of their job; prospect posts have none ------


def _greenhouse_post(company: Company, board: Board, post: Post, city: str, calendar: Calendar) -> dict[str, Any]:
    job = number("job", board.token, post.title, post.ago)
    ident = number("post", board.token, post.title, post.ago, city)
    first = calendar.at(post.ago).astimezone(_NEW_YORK).replace(microsecond=0)
    own = f"https://{company.domain}/careers/opening?gh_jid={ident}"
    return {
        "absolute_url": own if board.link == "own" else f"https://job-boards.greenhouse.io/{board.token}/jobs/{ident}",
        "data_compliance": [{"type": "gdpr", "requires_consent": False, "retention_period": None}],
        "internal_job_id": None if post.prospect else job,
        "location": {"name": city},
        "metadata": None,
        "id": ident,
        # Any edit moves updated_at; it is no event time, and the world shows that.
        "updated_at": (first + timedelta(days=min(post.ago, 30.0) * 0.9)).replace(microsecond=0).isoformat()
        if post.ago > 0
        else first.isoformat(),
        "requisition_id": None if post.prospect else f"R-{job % 10_000}",
        "title": post.title,
        "company_name": board.name,
        "first_published": first.isoformat(),
        "language": "en",
        "application_deadline": None,
    }


def _greenhouse_posts(company: Company, board: Board, calendar: Calendar) -> list[tuple[Post, dict[str, Any]]]:
    return [
        (p, _greenhouse_post(company, board, p, city, calendar))
        for p in calendar.open_posts(board)
        for city in p.cities
    ]


def openings_at_home(company: Company, board: Board, calendar: Calendar) -> list[tuple[str, str]]:
    """(title, URL) of each post of a Greenhouse board whose job pages live on the company's own domain."""
    return [(row["title"], row["absolute_url"]) for _, row in _greenhouse_posts(company, board, calendar)]


def _add_greenhouse(routes: Routes, company: Company, board: Board, calendar: Calendar) -> None:
    root = f"/v1/boards/{board.token}"

    def posts() -> list[tuple[Post, dict[str, Any]]]:
        return _greenhouse_posts(company, board, calendar)

    def about(_: Request) -> Reply:
        return Reply.json({"name": board.name, "content": escape(f"<p>{escape(company.about)}</p>")})

    def jobs(request: Request) -> Reply:
        rows = []
        for post, row in posts():
            if request.query.get("content") == "true":
                team, office = (
                    number("team", board.token, post.team),
                    number("office", board.token, row["location"]["name"]),
                )
                row |= {
                    "content": escape(_description(company, post)),
                    "departments": [{"id": team, "name": post.team, "child_ids": [], "parent_id": None}],
                    "offices": [
                        {
                            "id": office,
                            "name": row["location"]["name"],
                            "location": None,
                            "child_ids": [],
                            "parent_id": None,
                        }
                    ],
                }
            rows.append(row)
        return Reply.json({"jobs": rows, "meta": {"total": len(rows)}})

    page = _hosted(company, lambda: openings_at_home(company, board, calendar))
    gone = board.fault.status is not None and board.fault.times is None
    routes.add("boards-api.greenhouse.io", root, _faulty(Fault(404), about) if gone else about)
    routes.add("boards-api.greenhouse.io", f"{root}/jobs", _faulty(board.fault, jobs))
    for host in ("boards.greenhouse.io", "job-boards.greenhouse.io"):
        routes.add(host, f"/{board.token}", _faulty(Fault(404), page) if gone else page)
        routes.add(host, f"/{board.token}/jobs/*", page)


# --- Lever: a bare list; times in ms; many keys optional -----------------------------------------------------------------


def _lever_post(company: Company, board: Board, post: Post, calendar: Calendar) -> dict[str, Any]:
    ident = identifier("lever", board.token, post.title, post.ago)
    page = f"https://jobs.{'eu.' if board.region == 'eu' else ''}lever.co/{board.token}/{ident}"
    row: dict[str, Any] = {
        "additional": "",
        "additionalPlain": "",
        "categories": {
            "commitment": "Full-time",
            "location": post.cities[0],
            "team": post.team,
            "allLocations": list(post.cities),
        },
        "createdAt": int(calendar.at(post.ago).timestamp() * 1000),
        "description": _description(company, post),
        "descriptionPlain": _plain(company, post),
        "id": ident,
        "lists": [{"text": "What you will do", "content": "".join(f"<li>{line}</li>" for line in _EXPECT)}],
        "text": post.title,
        "country": None,
        "workplaceType": "onsite",
        "hostedUrl": page,
        "applyUrl": f"{page}/apply",
    }
    if not post.tools:
        del row["lists"], row["workplaceType"]
    return row


def _add_lever(routes: Routes, company: Company, board: Board, calendar: Calendar) -> None:
    eu = "eu." if board.region == "eu" else ""

    def posts() -> list[dict[str, Any]]:
        return [_lever_post(company, board, p, calendar) for p in calendar.open_posts(board)]

    def postings(request: Request) -> Reply:
        rows, skip = posts(), int(request.query.get("skip", "0"))
        return Reply.json(rows[skip : skip + int(request.query.get("limit", "1000"))])

    page = _hosted(company, lambda: [(r["text"], r["hostedUrl"]) for r in posts()])
    routes.add(f"api.{eu}lever.co", f"/v0/postings/{board.token}", _faulty(board.fault, postings))
    routes.add(f"jobs.{eu}lever.co", f"/{board.token}", page)
    routes.add(f"jobs.{eu}lever.co", f"/{board.token}/*", page)


# --- Ashby: an object; publishedAt never moves; unlisted posts are in the answer too -------------------------------------


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _ashby_post(company: Company, board: Board, post: Post, calendar: Calendar) -> dict[str, Any]:
    ident = identifier("ashby", board.token, post.title, post.ago)
    page = f"https://jobs.ashbyhq.com/{board.token}/{ident}"
    return {
        "id": ident,
        "title": post.title,
        "department": post.team,
        "team": post.team,
        "employmentType": "FullTime",
        "location": post.cities[0],
        "shouldDisplayCompensationOnJobPostings": False,
        "secondaryLocations": [
            {"location": city, "address": {"postalAddress": {"addressLocality": city}}} for city in post.cities[1:]
        ],
        "publishedAt": _stamp(calendar.at(post.ago)),
        "isListed": post.listed,
        "isRemote": True if "Remote" in post.cities else None,
        "workplaceType": "Hybrid" if "Remote" in post.cities else None,
        "address": {"postalAddress": {"addressLocality": post.cities[0]}},
        "jobUrl": page,
        "applyUrl": f"{page}/application",
        "descriptionHtml": _description(company, post),
        "descriptionPlain": _plain(company, post),
    }


def _add_ashby(routes: Routes, company: Company, board: Board, calendar: Calendar) -> None:
    def posts() -> list[dict[str, Any]]:
        return [_ashby_post(company, board, p, calendar) for p in calendar.open_posts(board)]

    page = _hosted(company, lambda: [(r["title"], r["jobUrl"]) for r in posts() if r["isListed"]])
    answer = _faulty(board.fault, lambda _: Reply.json({"jobs": posts(), "apiVersion": "1"}))
    routes.add("api.ashbyhq.com", f"/posting-api/job-board/{board.token}", answer)
    routes.add("jobs.ashbyhq.com", f"/{board.token}", page)
    routes.add("jobs.ashbyhq.com", f"/{board.token}/*", page)
