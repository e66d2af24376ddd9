"""Which board is this company's? By the markup of its own pages, else by a guess that something confirms.

A guess is right for about 72 % of Greenhouse boards, which is not enough to say a company hires: an unconfirmed one is not used.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from capteur import Account, Answer, AuthError, CapteurError, Context, NotFound, SourceChanged, TransientError
from capteur.domains import registrable
from capteur_sensors.hiring.posting import Vendor, mapping, words
from capteur_sensors.hiring.titles import company_words, plain, same_company
from capteur_sensors.hiring.vendors import VENDORS, Access, Board, Reading, boards_in, read_board, reading_of

PAGES = ("", "careers", "jobs")
MAX_NAMED = 3
"""Boards named by the markup that are tried; a page may also link to a partner's."""
MAX_SLUGS = 4
MAX_GUESSES = 12
"""Boards that are guessed at, over all vendors; a company is looked for once a week."""

_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_BOARD_WORDS = re.compile(r"\b(?:jobs?|careers?|job board|open positions|at|current openings)\b")


@dataclass(slots=True)
class Finding:
    """What a search came to. `how`: markup, name, url, postings. `sure`: every page could be read, so that "none" means none.

    `closed` is a board that the pages name and that is not read without the user's consent.
    """

    reading: Reading | None = None
    how: str = ""
    sure: bool = True
    closed: Board | None = None


@dataclass(slots=True)
class _Pages:
    """What the company's own pages say."""

    postings: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Ids of postings they link to, by vendor."""
    read_all: bool = True
    own: Reading | None = None
    """The page that has the most postings of its own."""
    empty: Reading | None = None
    """A board they name that lists nothing, where the vendor says the same of companies it does not know."""
    closed: Board | None = None


def discover(
    ctx: Context, account: Account, access: Access, *, guess: bool = True, gone: Board | None = None
) -> Finding:
    """Find and read the account's board. `gone` is a board known not to answer; `guess=False` takes only a vendor's board named in markup.

    A page that cannot be read prevents nothing. Raises what a vendor's own address raises (it may be down: no verdict).
    """
    domain = account.domain
    pages = _Pages()
    if domain is not None:
        reading = _by_markup(ctx, domain, access, pages, gone)
        if reading is not None:
            return Finding(reading, "markup")
    if guess:
        for reading, how in _by_guess(ctx, account, access, pages, gone):
            return Finding(reading, how)
        if pages.own or pages.empty:
            return Finding(pages.own or pages.empty, "postings" if pages.own else "markup")
    return Finding(sure=pages.read_all, closed=pages.closed)


def _by_markup(ctx: Context, domain: str, access: Access, pages: _Pages, gone: Board | None) -> Reading | None:
    tried = {gone}
    for path in PAGES:
        try:
            page = ctx.http.get(f"https://{domain}/{path}", robots=True)
        except NotFound:
            continue
        except CapteurError as error:  # down, closed to robots, or refusing us: says nothing about the board
            ctx.log.debug("page not read", account=domain, path=path, why=error.what)
            pages.read_all = False
            continue
        _note_postings(ctx, Board("jsonld", f"{domain}/{path}"), page, pages)
        for board in boards_in(page.text):
            if not access.allows(VENDORS[board.vendor]):
                pages.closed = pages.closed or board
            elif board not in tried and len(tried) <= MAX_NAMED:
                tried.add(board)
                reading = _answering(ctx, board, access)
                if reading is not None and _doubtful(reading):
                    pages.empty = pages.empty or reading
                elif reading is not None:
                    return reading
    return None


def _note_postings(ctx: Context, board: Board, page: Answer, pages: _Pages) -> None:
    """What the page says of postings: the ids of those it links to, and those that stand in it."""
    for vendor in VENDORS.values():
        if vendor.post_mark is not None:
            found = vendor.post_mark.findall(html.unescape(page.text))
            pages.postings.setdefault(vendor.name, set()).update(found)
    own = reading_of(ctx, board, page)
    if own is not None and (pages.own is None or len(own.rows) > len(pages.own.rows)):
        pages.own = own


def _doubtful(reading: Reading) -> bool:
    """True for no postings, where the vendor says the same of a company it does not know."""
    return VENDORS[reading.board.vendor].doubtful_empty and not reading.rows


def _by_guess(
    ctx: Context, account: Account, access: Access, pages: _Pages, gone: Board | None
) -> Iterator[tuple[Reading, str]]:
    asked = 0
    for slug in slugs(account):
        for vendor in VENDORS.values():
            if vendor.own_page or not access.allows(vendor):
                continue
            board = Board(vendor.name, slug)
            asked += 1
            if asked > MAX_GUESSES:
                return
            if board == gone:
                continue
            called = _called(ctx, vendor, slug)
            if called is None:
                continue
            reading = _guessed(ctx, board, access, pages)
            if reading is None or _doubtful(reading):
                continue
            named = any(same_company(said, name) for said in (called, reading.called) for name in names(account))
            how = "name" if named else _confirmed(ctx, account, vendor, reading, pages)
            if how:
                yield reading, how


def _guessed(ctx: Context, board: Board, access: Access, pages: _Pages) -> Reading | None:
    """The board, or None. A host that a guess made up need not exist: that it cannot be reached says little, and only about it."""
    try:
        return _answering(ctx, board, access)
    except TransientError as error:
        if not VENDORS[board.vendor].own_hosts:
            raise
        ctx.log.debug("guess not reached", board=str(board), why=error.what)
        pages.read_all = False
        return None


def _answering(ctx: Context, board: Board, access: Access) -> Reading | None:
    """The board, or None when it is not one: here another form, or a refusal, only means that it was not this one."""
    try:
        return read_board(ctx, board, access)
    except (SourceChanged, AuthError) as error:
        ctx.log.debug("not a board", board=str(board), why=error.what)
        return None


def _called(ctx: Context, vendor: Vendor, slug: str) -> str | None:
    """What the vendor says the board is called; empty where it does not say; None when there is no such board."""
    if vendor.called is None:
        return ""
    try:
        body = ctx.http.get_json(vendor.called.format(board=quote(slug, safe="")))
    except NotFound:
        return None
    return words(mapping(body).get("name")) or ""


def _confirmed(ctx: Context, account: Account, vendor: Vendor, reading: Reading, pages: _Pages) -> str:
    """By what the board is known to be the account's: `url`, `name`, or nothing."""
    if mentions(reading.answer, account.domain):
        return "url"
    if pages.postings.get(vendor.name, set()) & {str(mapping(row).get("id")) for row in reading.rows}:
        return "url"
    if vendor.called is not None:
        return ""
    try:
        page = ctx.http.get(reading.board.page, robots=True)
    except CapteurError as error:
        ctx.log.debug("board's page not read", board=str(reading.board), why=error.what)
        return ""
    if mentions(page, account.domain):
        return "url"
    title = _TITLE.search(page.text)
    called = _BOARD_WORDS.sub(" ", plain(html.unescape(title[1]))) if title else ""
    return "name" if any(same_company(called, name) for name in names(account)) else ""


def mentions(answer: Answer, domain: str | None) -> bool:
    """True when an answer links to the domain or writes to somebody there."""
    if domain is None:
        return False
    return re.search(rf"[/@.]{re.escape(domain)}(?![\w-]|\.\w)", answer.text, re.IGNORECASE) is not None


def names(account: Account) -> list[str]:
    """The names a board may carry to be the account's: its own (when it is more than its domain), its aliases, the whole domain.

    Not the domain's first label: the guess came from there, so that a board of that name proves nothing.
    """
    given = [account.name, *(alias.removeprefix("name:") for alias in account.aliases if alias.startswith("name:"))]
    real = [name for name in given if _says_more(name, account)]
    return [*real, *([account.domain.replace(".", "")] if account.domain else [])]


def _says_more(name: str, account: Account) -> bool:
    """True for a name that is not just the account's domain again."""
    return bool(name) and (account.domain is None or registrable(name) != account.domain)


def slugs(account: Account) -> list[str]:
    """Tokens the board may have: `acme`, `acmerobotics`, `acme-robotics`, `people-ai`, most likely first."""
    found: list[str] = []
    if account.domain:
        found.append(account.domain.partition(".")[0])
    if _says_more(account.name, account):
        parts = company_words(account.name)
        found += ["".join(parts), "-".join(parts)]
    if account.domain:
        found += [account.domain.replace(".", ""), account.domain.replace(".", "-")]
    fit = [slug for slug in found if re.fullmatch(r"[a-z0-9][a-z0-9-]{1,59}", slug)]
    return list(dict.fromkeys(fit))[:MAX_SLUGS]
