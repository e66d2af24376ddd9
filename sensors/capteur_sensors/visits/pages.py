"""Which requests are page views, and to which group of pages each belongs. No regular expressions from users: patterns are globs.

A pattern without `*` means the page and everything beneath it: `/pricing` is also `/pricing/`, `/pricing.html`, `/pricing/teams`,
and `/en/pricing`, for a site's languages stand before its pages. With `*` it is compared as it stands. `/` is the home page alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, field_validator

Standing = Literal["key", "plain", "ignored"]
LONGEST: Final = 120
"""So much of a path is looked at and kept."""
MASK: Final = "***"
"""Stands for an e-mail address or a token in a path."""
MOST_STARS: Final = 3
_ROUNDS: Final = 3
"""So often an encoded path is decoded at most, until nothing changes."""
_KNOWN: Final = 10_000
"""Paths whose verdict is remembered, as long as the process lives."""
_REMEMBERED: Final = 300
"""Longer paths (bytes) are judged anew each time: they are seldom a site's, and always anybody's to choose."""
_PAGE_ENDINGS = frozenset(
    [
        "htm",
        "html",
        "xhtml",
        "shtml",
        "phtml",
        "php",
        "php3",
        "php5",
        "asp",
        "aspx",
        "jsp",
        "jspx",
        "jsf",
        "do",
        "action",
        "cfm",
        "cgi",
        "pl",
        "page",
    ]
)
_ENDING = re.compile(r"(?=.*[a-z])[a-z0-9]{1,5}|webmanifest|manifest|torrent|safetensors|parquet")
_DOMAINS = frozenset({"com", "net", "org", "io", "eu", "de", "fr", "uk", "co", "ai", "dev"})
"""How a path ends that names a company or a person: `/customers/acme.com`."""
_NO_PAGES = (
    "/api/", "/wp-json", "/wp-admin", "/wp-content/", "/wp-includes/", "/wp-cron.php", "/xmlrpc.php", "/graphql", "/_next/", "/_nuxt/",
    "/.well-known", "/cdn-cgi/", "/health", "/healthz", "/ping", "/metrics", "/socket.io", "/static/", "/assets/", "/favicon",
)  # fmt: skip
_FEED_WORDS = frozenset({"feed", "feeds", "rss", "atom", "rss2"})
_FEED_QUERY = re.compile(r"(?:^|&)(?:flav|feed|format|type|output)=(?:rss|atom|xml|json|rdf)", re.IGNORECASE)
_PAID = re.compile(
    rb"[?&;](?:(?:gclid|gbraid|wbraid|dclid|msclkid|li_fat_id|ttclid|twclid|yclid)="
    rb"|utm_medium=(?:cpc|ppc|cpm|cpv|display|banner|retargeting|paid)(?![a-z])|utm_medium=paid[-_ +]?(?:search|social))",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"/[a-z]{2}(?:[-_][a-z]{2})?(?=/|$)")
_E_MAIL = re.compile(r"[^/@\s]{1,64}@[^/@\s]{1,100}")
_TOKEN = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|eyJ[\w.-]{16,}|(?=[A-Za-z]*\d[A-Za-z]*\d)[0-9A-Za-z+=]{20,}", re.IGNORECASE
)


class PageGroup(BaseModel):
    """Pages that mean the same: `[sensors.NAME.groups.pricing]`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    pages: tuple[str, ...] = Field(default=(), description="Patterns of paths: '/pricing', '/blog/*-case-study'.")
    standing: Standing = Field(default="key", description="key, plain or ignored.")
    strength: float = Field(default=1.0, gt=0, le=1, description="How much a visit to a key page says at most.")

    @field_validator("pages")
    @classmethod
    def _patterns_are_paths(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for number, pattern in enumerate(given, 1):
            if not pattern.startswith(("/", "*")) or "?" in pattern or len(pattern) > LONGEST:
                raise ValueError(f"entry {number} is no path; write e.g. '/pricing' or '/blog/*-case-study'")
            if pattern.count("*") > MOST_STARS:
                raise ValueError(f"entry {number} has more than {MOST_STARS} stars")
        return given


def _group(standing: Standing, strength: float, *pages: str) -> PageGroup:
    return PageGroup(pages=pages, standing=standing, strength=strength)


DEFAULT_GROUPS: Mapping[str, PageGroup] = {
    "pricing": _group("key", 1.0, "/pricing", "/prices", "/price", "/plans", "/tarifs", "/preise", "/precios", "/buy", "/quote"),
    "demo": _group("key", 1.0, "/demo", "/request-demo", "/book-demo", "/book-a-demo", "/get-a-demo", "/trial", "/free-trial", "/signup", "/get-started"),
    "contact": _group("key", 1.0, "/contact", "/contact-us", "/contact-sales", "/talk-to-sales", "/kontakt", "/contacto"),
    "product": _group("key", 0.6, "/product", "/products", "/produkt", "/produkte", "/produits", "/features", "/solutions", "/platform", "/use-cases"),
    "docs": _group("key", 0.6, "/docs", "/documentation", "/developers", "/integrations", "/security", "/api-reference"),
    "careers": _group("ignored", 1.0, "/careers", "/career", "/jobs", "/job", "/karriere", "/stellen", "/recrutement", "/join-us"),
    "login": _group("ignored", 1.0, "/login", "/log-in", "/signin", "/sign-in", "/logout", "/account", "/password", "/wp-login.php", "/admin", "/app"),
    "status": _group("ignored", 1.0, "/status"),
    "investors": _group("ignored", 1.0, "/investors", "/investor-relations", "/ir"),
    "legal": _group("ignored", 1.0, "/privacy", "/privacy-policy", "/terms", "/legal", "/imprint", "/impressum", "/cookies", "/datenschutz", "/unsubscribe"),
}  # fmt: skip
"""Used unless the user names a group of the same name; one without pages takes a default away."""


class Page(NamedTuple):
    """One page: its path as it may be kept, the group it belongs to (empty: none), and what that means."""

    path: str
    group: str
    standing: Standing
    strength: float


class Pages:
    """Says of a request's target which page it is. Verdicts are remembered, for a site has few pages and many views."""

    def __init__(self, groups: Mapping[str, PageGroup]) -> None:
        order: Mapping[Standing, int] = {"ignored": 0, "key": 1, "plain": 2}
        merged = {**DEFAULT_GROUPS, **groups}
        self._own = tuple(groups)
        ranked = sorted(merged, key=lambda name: (name not in groups, order[merged[name].standing]))
        self._groups = [(name, merged[name]) for name in ranked]
        self._known: dict[bytes, Page | None] = {}

    def of(self, target: bytes) -> Page | None:
        """The page of `/pricing?x=1`; None for an asset, a feed, an endpoint of programs."""
        at = target.find(b"?")
        if at >= 0 and _is_feed(target[at + 1 :]):
            return None
        bare = target[:at] if at >= 0 else target
        if len(bare) > _REMEMBERED:
            return self._page(bare)
        try:
            return self._known[bare]
        except KeyError:
            page = self._page(bare)
            if len(self._known) >= _KNOWN:
                self._known.clear()
            self._known[bare] = page
            return page

    def _page(self, bare: bytes) -> Page | None:
        whole = path_of(bare)
        if whole is None or not is_page(whole):
            return None
        path, plain = masked(whole), whole.lower()
        forms = {plain, _LANGUAGE.sub("", plain, count=1) or "/"}
        for name, group in self._groups:
            if any(matches(pattern.lower(), form) for pattern in group.pages for form in forms):
                return Page(path, name, group.standing, group.strength)
        return Page(path, "", "plain", 1.0)


def path_of(bare: bytes) -> str | None:
    """A target's path, without host, query and session; None for what is no path."""
    text = bare[:2000].decode("utf-8", "replace")
    if text[:4].lower() == "http" and "://" in text[:9]:  # a request as to a proxy
        text = "/" + text.partition("://")[2].partition("/")[2]
    if not text.startswith("/"):
        return None
    text = text.partition("#")[0].partition("?")[0].partition(";")[0]
    for _ in range(_ROUNDS):  # links in mails are encoded by several programs in turn
        text, before = unquote(text), text
        if text == before:
            break
    return "".join(c for c in re.sub(r"/{2,}", "/", text) if c.isprintable()).partition("?")[0][:600]


def masked(path: str) -> str:
    """A path as it may be kept: without e-mail addresses and long tokens, and not longer than LONGEST."""
    return _TOKEN.sub(MASK, _E_MAIL.sub(MASK, path))[:LONGEST]


def is_page(path: str) -> bool:
    """Whether a path looks like a page a person reads."""
    plain = path.lower()
    if any(plain == start.rstrip("/") or plain.startswith(start) for start in _NO_PAGES):
        return False
    last = plain.rstrip("/").rpartition("/")[2]
    if last in _FEED_WORDS:
        return False
    stem, dot, ending = last.rpartition(".")
    is_ending = bool(dot and stem) and _ENDING.fullmatch(ending) is not None and ending not in _DOMAINS
    return not is_ending or ending in _PAGE_ENDINGS


def is_paid(target: bytes) -> bool:
    """Whether the target carries the mark of a click that was paid for."""
    return b"=" in target and _PAID.search(target) is not None


def matches(pattern: str, path: str) -> bool:
    """Whether a path is meant by a pattern; both in small letters. The work grows with the product of their lengths at most."""
    if "*" in pattern:
        first, *middle, last = pattern.split("*")
        if not path.startswith(first):
            return False
        at = len(first)
        for part in middle:
            found = path.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return path.endswith(last) and len(path) - len(last) >= at
    if not path.startswith(pattern):
        return False
    rest = path[len(pattern) :]
    return not rest or (pattern != "/" and (rest[0] in "/." or pattern.endswith("/")))


def _is_feed(query: bytes) -> bool:
    return b"=" in query and _FEED_QUERY.search(query[:2000].decode("latin-1")) is not None
