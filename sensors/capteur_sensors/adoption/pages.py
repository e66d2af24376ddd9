"""The page part of a reading: the home page and a few pages where forms and chats are, asked with robots.txt honoured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from capteur import (
    Account,
    Answer,
    CapteurError,
    Context,
    NotFound,
    RateLimited,
    SkipAccount,
    SourceChanged,
    TransientError,
)
from capteur.domains import registrable
from capteur_sensors.adoption.markup import is_a_check_for_robots, is_page, page_of
from capteur_sensors.adoption.memory import Memory
from capteur_sensors.adoption.reading import Part, Read

HOME = "page:/"
_WORTH = (
    r"pricing|plans|preise|tarifs?|precios|prezzi",
    r"demo|book-a|request|get-a-demo|anfrage",
    r"contact|kontakt|contacto|contatti|talk-to|sales",
    r"sign-?up|register|trial|get-started|start|testen|essai",
)
"""Where tools show that the home page does not load: billing, scheduling, forms, sign-up. The most telling first."""
_PLACES = tuple(
    re.compile(rf"/(?:[a-z]{{2}}(?:-[a-z]{{2}})?/)?[a-z-]*(?:{words})[a-z-]*/?", re.IGNORECASE) for words in _WORTH
)
_LONGEST_PATH = 60


class PageReader:
    """Reads one account's pages. What cannot be read leaves its source unread, and the others go on."""

    def __init__(self, ctx: Context, account: Account, domain: str, memory: Memory, *, own: bool) -> None:
        self._ctx = ctx
        self._domain = domain
        self._memory = memory
        self._own = own
        self._theirs = {domain, *(a.removeprefix("domain:") for a in account.aliases if a.startswith("domain:"))}
        self._links: tuple[str, ...] = ()
        self.part = Part()

    def read(self, most: int) -> Part:
        """Up to `most` pages. Never raises: `failure` says why the home page could not be read."""
        try:
            home = self._home()
        except CapteurError as error:
            self.part.failure = error
            return self.part
        self._keep(HOME, home)
        known = sorted(s.removeprefix("page:") for s in self._memory.sources if s.startswith("page:/") and s != HOME)
        for path in (known if home.unchanged else telling(self._links, known))[: most - 1]:
            if not self._further(home.url, path):
                break
        return self.part

    def _home(self) -> Answer:
        """The home page, at the host that answered last time; then at the other one of `acme.com` and `www.acme.com`."""
        hosts = [self._memory.host or self._domain, self._domain, f"www.{self._domain}"]
        first: CapteurError | None = None
        for host in list(dict.fromkeys(hosts))[:2]:
            try:
                answer = self._page(f"https://{host}/", HOME)
            except (TransientError, NotFound) as error:
                first = first or error
                continue
            self._memory.host = host
            return answer
        assert first is not None, "two hosts were asked"
        raise first

    def _page(self, url: str, source: str) -> Answer:
        """A page of the account's. Raises what the client raises, SkipAccount or SourceChanged for an answer that is none."""
        # "Unchanged" is worth something only to who remembers the page as it was; of a held reading nothing was remembered.
        known = source in self._memory.sources and not self._memory.held
        answer = self._ctx.http.get(url, robots=True, conditional=known)
        if answer.unchanged:
            return answer
        landed = registrable(answer.url)
        if landed is not None and landed not in self._theirs:
            raise SkipAccount(f"{self._domain} leads to {landed}, which is another company's page")
        if is_a_check_for_robots(answer):
            raise SkipAccount(f"{url} shows a check for robots, or a notice, instead of its page")
        if not is_page(answer):
            raise SourceChanged(f"{url} answered something else than a web page")
        return answer

    def _keep(self, source: str, answer: Answer) -> None:
        if answer.unchanged:
            self.part.reads[source] = Read(self._memory.sources[source].traces)
            return
        page = page_of(answer, self._domain, own=self._own)
        self.part.reads[source] = page.read
        self._links = page.links if source == HOME else self._links

    def _further(self, base: str, path: str) -> bool:
        """Read one more page; False when the host wants no more of them."""
        source = f"page:{path}"
        parts = urlsplit(base)
        try:
            self._keep(source, self._page(f"{parts.scheme}://{parts.netloc}{path}", source))
        except RateLimited:
            return False
        except CapteurError as error:
            self._ctx.log.debug("page not read", url=f"{self._domain}{path}", why=error.what)
        return True


def telling(links: Iterable[str], known: Sequence[str]) -> list[str]:
    """The paths worth reading, at most one of each sort, those in `known` before others."""
    paths = [path for path in dict.fromkeys(links) if len(path) <= _LONGEST_PATH]
    found = [path for path in known if path in paths]
    for place in _PLACES:
        of_its_sort = [path for path in paths if place.fullmatch(path)]
        if of_its_sort and not any(place.fullmatch(path) for path in found):
            found.append(min(of_its_sort, key=lambda path: (len(path), path)))
    return list(dict.fromkeys(found))
