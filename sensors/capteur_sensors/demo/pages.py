"""The companies' own websites: home, careers, news pages and robots.txt."""

from __future__ import annotations

from html import escape

from capteur_sensors.demo.boards import openings_at_home
from capteur_sensors.demo.feeds import FEED, article
from capteur_sensors.demo.market import Calendar, Company, Market
from capteur_sensors.demo.routes import TEXT, Handler, Reply, Request, Routes, always
from capteur_sensors.demo.technology import markup


def add_sites(routes: Routes, market: Market, calendar: Calendar) -> None:
    """One site per company, the same under `www.` by a redirect."""
    for company in market.companies:
        _add_site(routes, company, calendar)


def _add_site(routes: Routes, company: Company, calendar: Calendar) -> None:
    host, careers = company.domain, _careers(company, calendar)
    routes.add(host, "/", _home(company, calendar))
    routes.add(host, "/robots.txt", always(Reply.text(company.robots, TEXT)))
    routes.add(host, "/careers", careers)
    routes.add(host, "/careers/opening", careers)
    routes.add(host, "/jobs", always(Reply.moved(f"https://{host}/careers")))
    routes.add(host, "/*", always(Reply.text(_page(company, "Not found", "<p>There is nothing here.</p>"), status=404)))
    routes.add(f"www.{host}", "/*", lambda request: Reply.moved(f"https://{host}{request.path}"))
    for entry in company.news:
        path, text = article(entry)
        routes.add(host, path, always(Reply.text(_page(company, entry.title, f"<p>{escape(text)}</p>"))))


def _page(company: Company, title: str, body: str, head: str = "") -> str:
    name = escape(company.name)
    feed = f'<link rel="alternate" type="application/rss+xml" title="{name}" href="{FEED}">' if company.news else ""
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{escape(title)} - {name}</title>{feed}{head}</head>\n'
        f'<body><nav><a href="/">{name}</a> <a href="/careers">Careers</a></nav>\n<h1>{escape(title)}</h1>\n{body}\n'
        f"<footer>{name} is fictional.</footer></body></html>\n"
    )


def _home(company: Company, calendar: Calendar) -> Handler:
    def page(_: Request) -> Reply:
        news = "".join(
            f'<li><a href="{article(n)[0]}">{escape(n.title)}</a></li>' for n in calendar.published(company.news)
        )
        return Reply.text(
            _page(
                company,
                company.name,
                f"<p>{escape(company.about)}</p>" + (f"<h2>News</h2><ul>{news}</ul>" if news else ""),
                markup(company.domain, calendar),
            )
        )

    return page


def _careers(company: Company, calendar: Calendar) -> Handler:
    def page(_: Request) -> Reply:
        return Reply.text(
            _page(company, "Careers", f"<p>{escape(company.about)}</p>\n{_way_to_board(company, calendar)}")
        )

    return page


# How a careers page leads to its board: the markup the vendors tell their customers to write, by (vendor, link).
_WAYS = {
    ("greenhouse", "plain"): '<p><a href="https://job-boards.greenhouse.io/{token}">Open roles</a></p>',
    (
        "greenhouse",
        "script",
    ): '<div id="grnhse_app"></div>\n<script src="https://boards.greenhouse.io/embed/job_board/js?for={token}"></script>',
    ("lever", "plain"): '<p><a href="https://jobs.{region}lever.co/{token}">Open roles</a></p>',
    ("ashby", "plain"): '<p><a href="https://jobs.ashbyhq.com/{token}">Open roles</a></p>',
    (
        "ashby",
        "script",
    ): '<div id="ashby_embed"></div>\n<script src="https://jobs.ashbyhq.com/{token}/embed?version=2"></script>',
}
# Drawn in the browser by a script of the company's own: nothing in the markup says where the list comes from.
_HIDDEN = '<div id="openings"></div>\n<script src="/assets/openings.js"></script>'


def _way_to_board(company: Company, calendar: Calendar) -> str:
    board = company.board
    if board is None:
        return f"<p>Write to jobs@{company.domain}.</p>"
    if board.link == "own":
        openings = openings_at_home(company, board, calendar)
        return (
            "<ul>"
            + "".join(f'<li><a href="{escape(url)}">{escape(title)}</a></li>' for title, url in openings)
            + "</ul>"
        )
    region = "eu." if board.region == "eu" else ""
    return _WAYS.get((board.vendor, board.link), _HIDDEN).format(token=board.token, region=region)
