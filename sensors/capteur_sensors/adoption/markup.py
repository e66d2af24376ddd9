"""A page as traces: what it loads and from where, its headers, cookies and meta elements. Pure: no network.

Kept are hosts, paths and names; never a cookie's value, and no meta element that may name a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from capteur import Answer
from capteur.domains import registrable
from capteur_sensors._tools import Trace
from capteur_sensors.adoption.elements import MOST, Element, elements
from capteur_sensors.adoption.reading import Read, read_of
from capteur_sensors.adoption.records import beneath

MOST_TEXT = 2_000_000
"""Characters of a page that are looked at; of a longer one what is missing proves nothing."""
MOST_INLINE = 200_000
"""Characters of one script in the page."""

_LOADS = {
    "script": "src",
    "iframe": "src",
    "img": "src",
    "link": "href",
    "form": "action",
    "source": "src",
    "video": "src",
}
_RELS = frozenset({"preconnect", "dns-prefetch", "preload", "modulepreload", "stylesheet", "prefetch"})
_CODE = frozenset({"", "module", "text/javascript", "application/javascript", "text/plain"})
"""Types of scripts that run; consent managers hold them back as text/plain."""
# An address in a script: after two slashes, or a quoted host with a path (some vendors' snippets add "https://" later).
_ADDRESS = re.compile(
    r"(?:(?<![\w.])//|[\"'`])([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})(/[^\"'`\s<>\\+?#]{0,200})?", re.IGNORECASE
)
_BARE = re.compile(r"[\"'`]")
_COOKIE = re.compile(r"(?:^|,\s*)([^=;,\s\"]{1,100})=")
_PASSING = frozenset(
    (
        "date", "expires", "age", "etag", "last-modified", "content-length", "content-encoding", "content-type", "vary",
        "transfer-encoding", "connection", "keep-alive", "set-cookie", "cache-control", "accept-ranges", "link", "report-to",
        "nel", "content-security-policy", "content-security-policy-report-only", "strict-transport-security",
    )
)  # fmt: skip
"""Headers that say nothing about tools, or allow what need not be there."""
_PERSONAL = re.compile(
    r"author|creator|description|keywords|title|image|email|copyright|owner|user|token|fb:admins", re.IGNORECASE
)
_HEADER, _META = 100, 100


@dataclass(frozen=True, slots=True)
class Page:
    """What one page shows. `links` are the paths of links within its own host."""

    read: Read
    links: tuple[str, ...]


def page_of(answer: Answer, domain: str, *, own: bool = False) -> Page:
    """The traces and links of an answer. `own`: also what the page loads from its own domain, and queries of addresses."""
    text = answer.text
    found = list(elements(text[:MOST_TEXT]))
    loaded = (trace for element in found for trace in _loaded(element, answer.url, own=own))
    traces = [*_headers(answer), *_cookies(answer), *_metas(found)]
    traces += [trace for trace in loaded if own or not beneath(trace.text.partition("/")[0], domain)]
    whole = len(text) <= MOST_TEXT and len(found) < MOST
    return Page(read_of(traces, whole=whole), tuple(dict.fromkeys(_links(found, answer.url))))


def is_page(answer: Answer) -> bool:
    """True for HTML with something in it."""
    kind = answer.headers.get("content-type", "").lower()
    start = answer.content.lstrip()[:1]
    return start == b"<" and ("html" in kind or not kind or "xml" not in kind)


def is_a_check_for_robots(answer: Answer) -> bool:
    """True for what is shown instead of the page until a browser has proved itself; it says nothing about the page."""
    if answer.headers.get("cf-mitigated", "").lower() == "challenge":
        return True
    start = answer.text[:20_000]
    return any(form.search(start) for form in _CHECKS)


_CHECKS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"<title>\s*(?:Just a moment\.\.\.|Attention Required!|Access denied|DDoS-Guard|Pardon Our Interruption)",
        r"_Incapsula_Resource\?[^\"]*(?:SWJIYLWA|CWUDNSAI)",
        r"id=\"px-captcha\"|/_sec/cp_challenge/|AwsWafIntegration\.(?:getToken|checkForceRefresh)",
        r"<title>[^<]{0,80}\b(?:under maintenance|maintenance mode|coming soon|domain (?:is )?for sale|parked)\b",
    )
)


def _headers(answer: Answer) -> Iterator[Trace]:
    for name, value in answer.headers.items():
        if name.lower() not in _PASSING:
            yield Trace("header", f"{name.lower()}: {value[:_HEADER]}")


def _cookies(answer: Answer) -> Iterator[Trace]:
    # Several Set-Cookie headers come joined by commas; the comma of a date is never followed by `name=`.
    for name in _COOKIE.findall(answer.headers.get("set-cookie", "")):
        yield Trace("cookie", name)


def _loaded(element: Element, url: str, *, own: bool) -> Iterator[Trace]:
    attributes, attribute = element.attributes, _LOADS.get(element.name)
    if attribute is None or (element.name == "link" and not _RELS & set(attributes.get("rel", "").lower().split())):
        return
    target = attributes.get(attribute) or attributes.get(f"data-{attribute}")
    if target:
        trace = _address(url, target, own=own)
        if trace is not None:
            yield trace
    elif attributes.get("type", "").lower() in _CODE:
        yield from _inline(element.text[:MOST_INLINE])


def _address(url: str, target: str, *, own: bool) -> Trace | None:
    try:
        parts = urlsplit(urljoin(url, target.strip()))
        name = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not name:
        return None
    query = f"?{parts.query}" if own and parts.query else ""
    return Trace("script", f"{name.lower()}{parts.path or '/'}{query}")


def _inline(script: str) -> Iterator[Trace]:
    for match in _ADDRESS.finditer(script.replace("\\/", "/").replace("\\u002F", "/")):
        name, path = match[1].lower(), match[2] or ""
        # a quoted word with a dot may be anything; with a path behind it, it is an address
        if (path or not _BARE.match(match[0])) and registrable(name) is not None:
            yield Trace("script", f"{name}{path or '/'}")


def _metas(found: Iterable[Element]) -> Iterator[Trace]:
    for element in found:
        attributes = element.attributes
        name = attributes.get("name") or attributes.get("property") or ""
        if element.name == "meta" and name and not _PERSONAL.search(name):
            yield Trace("meta", f"{name.lower()}: {attributes.get('content', '')[:_META]}")


def _links(found: Iterable[Element], url: str) -> Iterator[str]:
    """The paths of links within the page's own host."""
    home = urlsplit(url).hostname
    for element in found:
        target = element.attributes.get("href", "").strip() if element.name == "a" else ""
        try:
            parts = urlsplit(urljoin(url, target))
            here = parts.hostname == home
        except ValueError:
            continue
        if target and here and parts.scheme in {"http", "https"}:
            yield parts.path or "/"
