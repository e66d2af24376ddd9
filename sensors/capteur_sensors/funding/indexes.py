"""EDGAR's lists of filings: the daily form index (fixed width, Latin-1) and the page of current filings (Atom).

https://www.sec.gov/search-filings/edgar-search-assistance/accessing-edgar-data
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from capteur import Answer, InputError, SourceChanged

FORMS: Final = frozenset({"D", "D/A"})
"""Exactly these: the column also holds DEF 14A, DOS, DRS and whatever else begins with a D."""
_ATOM: Final = "{http://www.w3.org/2005/Atom}"
ACCESSION: Final = re.compile(r"\d{10}-\d{2}-\d{6}")
_COLUMNS: Final = ("Form Type", "Company Name", "CIK")
_TAIL: Final = re.compile(
    r"(?<!\d)(?P<cik>\d{1,10})\s+(?P<filed>\d{8}|\d{4}-\d{2}-\d{2})\s+(?P<file>edgar/data/\S+\.txt)\s*$"
)
"""CIK, date and file name, from the right: a name that fills its column pushes them out of theirs."""
_CIK_IN_LINK: Final = re.compile(r"/edgar/data/0*(\d{1,10})/")
_FILED: Final = re.compile(r"<b>Filed:</b>\s*(\d{4}-\d{2}-\d{2})")
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing as a list names it. `cik` is that of one of its filers: every one of them leads to the same document."""

    form: str
    cik: str
    accession: str
    filed: date

    @property
    def folder(self) -> str:
        """Where it is kept."""
        return f"https://www.sec.gov/Archives/edgar/data/{self.cik}/{self.accession.replace('-', '')}"


@dataclass(slots=True)
class DayIndex:
    """A daily index. `lines` are its rows as they stand; `whole` is False when it ends in the middle of one."""

    lines: list[str]
    form_column: slice
    whole: bool = True
    _seen: set[str] = field(default_factory=set)

    def filing(self, line: str) -> Filing | None:
        """The row as a Filing; None for other forms, and for the second and later filers of one filing.

        Raises InputError for a row of ours that cannot be read.
        """
        form = line[self.form_column].strip()
        if form not in FORMS:
            return None
        tail = _TAIL.search(line)
        if tail is None:
            raise InputError(f"the index has a row that cannot be read: {line.strip()[:_SHOWN]!r}")
        filing = Filing(form, _bare(tail["cik"]), _accession(tail["file"]), _day(tail["filed"]))
        if filing.accession in self._seen:
            return None
        self._seen.add(filing.accession)
        return filing


def read_index(answer: Answer) -> DayIndex:
    """A form index, by its header's own column offsets: they differ between daily, quarterly and older ones.

    Raises SourceChanged for anything that has no such header, an HTML page for one.
    """
    lines = answer.content.decode("latin-1").splitlines()
    head = next((i for i, line in enumerate(lines) if "Form Type" in line and "Company Name" in line), None)
    rule = next((i for i, line in enumerate(lines) if line.startswith("-----")), None)
    if head is None or rule is None or rule < head:
        raise SourceChanged(f"{answer.url} is no form index: it has no header")
    # The first line of the header only: where it wrapped, the columns of the next line have lost their place.
    starts = sorted(lines[head].index(name) for name in _COLUMNS if name in lines[head])
    start = lines[head].index("Form Type")
    rows = [line for line in lines[rule + 1 :] if line.strip()]
    return DayIndex(
        rows,
        slice(start, next((at for at in starts if at > start), None)),
        whole=not rows or _TAIL.search(rows[-1]) is not None,
    )


def _accession(text: str) -> str:
    found = ACCESSION.search(text)
    if found is None:
        raise InputError(f"{text[:_SHOWN]!r} names no accession number")
    return found[0]


def _bare(cik: str) -> str:
    return cik.lstrip("0") or "0"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is no date of filing") from None


@dataclass(frozen=True, slots=True)
class CurrentPage:
    """One page of current filings: how many entries of any form it has, the oldest day among them, and those of ours."""

    entries: int
    oldest: date | None
    filings: tuple[Filing, ...]


def read_current(answer: Answer) -> CurrentPage:
    """A page of current filings. `type=D` asks for a prefix, so only the entry's category tells the form.

    Raises SourceChanged for anything that is no Atom, such as the HTML page that stands behind the last one.
    """
    root = answer.xml()
    if root.tag != f"{_ATOM}feed":
        raise SourceChanged(f"{answer.url} is no Atom feed")
    entries = root.findall(f"{_ATOM}entry")
    days: list[date] = []
    filings: dict[str, Filing] = {}
    for entry in entries:
        summary = html.unescape(entry.findtext(f"{_ATOM}summary") or "")
        filed = _FILED.search(summary)
        try:
            day = _day(filed[1] if filed else "")
        except InputError:
            continue
        days.append(day)
        terms = {category.get("term", "") for category in entry.findall(f"{_ATOM}category")}
        link = next((href for href in (a.get("href", "") for a in entry.findall(f"{_ATOM}link")) if href), "")
        cik, accession = _CIK_IN_LINK.search(link), ACCESSION.search(entry.findtext(f"{_ATOM}id") or "")
        for form in terms & FORMS:
            if cik and accession:  # listed once per filer
                filings.setdefault(accession[0], Filing(form, cik[1], accession[0], day))
    if entries and not days:
        raise SourceChanged(f"{answer.url}: none of its {len(entries)} entries says when it was filed")
    return CurrentPage(len(entries), min(days, default=None), tuple(filings.values()))
