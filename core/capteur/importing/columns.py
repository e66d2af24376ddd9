"""Which column says what: the headers of the usual exports, and what `--map` adds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from capteur.domains import registrable
from capteur.errors import InputError
from capteur.nearest import did_you_mean
from capteur.signals import clean

_HEADERS: Mapping[str, tuple[str, ...]] = {
    "domain": (
        "domain", "company domain name", "company domain", "account domain", "primary domain", "website", "website url",
        "company website", "account website", "web site", "site web", "homepage", "url",
    ),
    "name": (
        "name", "company name", "account name", "company", "account", "organization", "organisation", "organization name",
        "firm", "entreprise", "raison sociale", "firma", "unternehmen",
    ),
    "standing": ("standing",),
    "aliases": ("aliases", "alias", "also known as", "additional domains", "other domains", "former domains"),
    "names": (
        "names", "legal name", "legal names", "company legal name", "registered name", "trading name", "trading names", "other names",
        "former name", "former names", "previous names",
    ),
    "owner": ("owner", "company owner", "account owner", "account owner: full name", "owner name", "sales owner"),
    "lifecycle": ("lifecycle stage", "lifecycle"),
    "type": ("type", "account type"),
    "country": ("country", "country/region", "billing country", "billing country/region", "billing country code", "pays", "land"),
    "industry": ("industry", "primary industry", "branche", "secteur"),
    "employees": ("employees", "number of employees", "employee count", "company size", "headcount", "effectif"),
    "id:crm": ("record id", "account id", "company id", "crm id"),
    "id:cik": ("cik", "cik number", "sec cik", "central index key"),
    **{
        f"id:{board}": (board, f"{board} board", f"{board} token", f"{board} id")
        for board in ("greenhouse", "lever", "ashby", "workable", "personio", "teamtailor", "recruitee", "smartrecruiters", "jsonld")
    },
}  # fmt: skip
_ROLE = {header: role for role, headers in _HEADERS.items() for header in headers}
ROLES = tuple(role for role in _HEADERS if not role.startswith("id:"))
"""What a column can be; besides, `id:SCHEME` for any other id (`id:cik`)."""
FACTS = ("owner", "lifecycle", "type", "country", "industry", "employees")
_PERSONS = frozenset({"contact", "lead", "user", "owner", "account owner", "parent", "parent account"})
"""Who else an export's `Contact.Name` or `Owner.Name` is about."""
_SCHEME = re.compile(r"id:[a-z0-9][a-z0-9_-]{0,39}")


class Columns:
    """The roles of a file's columns. `found` maps a role to column numbers, the best first."""

    def __init__(self, headers: Sequence[str], found: Mapping[str, Sequence[int]], *, has_header: bool) -> None:
        self.headers = [clean(header, 80) for header in headers]
        self.found = {role: tuple(numbers) for role, numbers in found.items()}
        self.has_header = has_header
        self.width = len(headers)

    @property
    def recognised(self) -> dict[str, str]:
        """Column -> role."""
        return {self.headers[number]: role for role, numbers in self.found.items() for number in numbers}

    @property
    def ignored(self) -> list[str]:
        """The columns nobody reads."""
        used = {number for numbers in self.found.values() for number in numbers}
        return [header for number, header in enumerate(self.headers) if number not in used and header]

    def is_row(self, cells: Sequence[str]) -> bool:
        """Whether these cells look like a whole row: as many as the header has, with a domain where it belongs."""
        return len(cells) == self.width > 1 and any(registrable(cells[number]) for number in self.found["domain"])


def recognise(first: Sequence[str], mapping: Mapping[str, str] | None, file: str) -> Columns:
    """Read the first record as a header, or as the first row of a list without one. Raises InputError when no domain is found."""
    wanted = [_plain(header) for header in first]
    bare = _bare(wanted)
    if not mapping and not any(map(_says_header, bare)) and any(registrable(cell) for cell in first):
        return _without_header(first)
    found: dict[str, list[int]] = {}
    mapped = _mapped(mapping or {}, first, wanted, file)
    for role, number in mapped.items():
        found[role] = [number]
    for number, header in enumerate(bare):
        known = header if _SCHEME.fullmatch(header) else _ROLE.get(header)
        if known and known not in mapped and number not in mapped.values():
            found.setdefault(known, []).append(number)
    for role, numbers in found.items():
        order = _HEADERS.get(role, ())
        numbers.sort(key=lambda n, order=order: order.index(bare[n]) if bare[n] in order else -1)  # type: ignore[misc]
    if "domain" not in found:
        shown = ", ".join(clean(header, 40) for header in first[:20] if header.strip())
        raise InputError(
            f"{file}: no column holds the domains", why=f"columns: {shown}", fix="say which: --map domain=COLUMN"
        )
    return Columns(first, found, has_header=True)


def _bare(headers: Sequence[str]) -> list[str]:
    """The headers without what an export puts before them (`account.name`); a domain that ends in such a word stays as it is."""
    parts = [header.rpartition(".") for header in headers]
    times = Counter(before for before, _, last in parts if last in _ROLE)

    def bare(header: str, before: str, last: str) -> str:
        of = before.rpartition(".")[2]
        if not before or last not in _ROLE or of in _PERSONS:
            return header
        return last if of in _ROLE or times[before] > 1 or not registrable(header) else header

    return [bare(header, before, last) for header, (before, _, last) in zip(headers, parts, strict=True)]


def _says_header(header: str) -> bool:
    """Whether no row of a list says this; companies are called Lever and Greenhouse."""
    return _SCHEME.fullmatch(header) is not None or _ROLE.get(header, "id:").partition(":")[0] != "id"


def _without_header(first: Sequence[str]) -> Columns:
    domain = next(number for number, cell in enumerate(first) if registrable(cell))
    found = {"domain": [domain]}
    others = [number for number in range(len(first)) if number != domain]
    if len(others) == 1:
        found["name"] = others
    return Columns([f"column {number + 1}" for number in range(len(first))], found, has_header=False)


def _mapped(mapping: Mapping[str, str], headers: Sequence[str], wanted: Sequence[str], file: str) -> dict[str, int]:
    mapped: dict[str, int] = {}
    for role, column in mapping.items():
        if role not in ROLES and not _SCHEME.fullmatch(role):
            raise InputError(
                f"--map: unknown name {clean(role, 40)!r}{did_you_mean(role, ROLES)}",
                fix=f"known: {', '.join(ROLES)}, id:SCHEME",
            )
        if _plain(column) not in wanted:
            hint = did_you_mean(_plain(column), (clean(" ".join(header.split()), 40) for header in headers))
            shown = ", ".join(clean(header, 40) for header in headers[:20])
            raise InputError(f"{file}: there is no column {clean(column, 40)!r}{hint}", why=f"columns: {shown}")
        mapped[role] = wanted.index(_plain(column))
    return mapped


def _plain(header: str) -> str:
    """A header as it is compared: lower case, one space between words."""
    return " ".join(header.replace("_", " ").replace("\ufeff", "").split()).casefold()
