"""From an answer, a file or a delivery to rows: envelopes, lists and single objects, rows within rows, CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from capteur import InputError, SourceChanged
from capteur_sensors.recipes.asked import Detail
from capteur_sensors.recipes.book import Book, Rows
from capteur_sensors.recipes.moments import within
from capteur_sensors.recipes.paths import is_list, is_table

__all__ = ["Row", "detail_rows", "inner_rows", "read_csv", "rows_of", "wanted"]

_SEPARATORS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. Paths see `root`: the row's own fields with `_outer` (the row it lies in) and `_page` (the whole body) beside them."""

    item: Any
    root: Mapping[str, Any]

    @classmethod
    def of(cls, item: Any, page: Any, outer: Any = None) -> Row:
        """A row that is no object is `_value`."""
        own = item if is_table(item) else {"_value": item}
        return cls(item, {**own, "_outer": outer, "_page": page})


def _bodies(document: Any, rows: Rows) -> list[Any]:
    """What is in the envelopes: one body each. Without an envelope, the document itself."""
    if rows.envelope is None:
        return [document]
    made: list[Any] = []
    for item in document if is_list(document) else [document]:
        inside = next((v for v in rows.envelope.all(item) if is_table(v) or is_list(v)), None)
        made.append(item if inside is None else inside)
    return made


def rows_of(document: Any, rows: Rows) -> list[Row | InputError]:
    """The rows of an answer or a delivery. A body without any becomes an error in their place.

    Raises SourceChanged when no body has what `[rows] path` looks for.
    """
    found: list[Row | InputError] = []
    missing = 0
    whole = _bodies(document, rows)
    for body in whole:
        try:
            found += [Row.of(item, body) for item in _items(body, rows)]
        except InputError as error:
            missing += 1
            found.append(error)
    if whole and missing == len(whole):
        raise SourceChanged(
            "the answer has no rows where [rows] path looks for them", fix="look at it: capteur try, then [rows] path"
        )
    return found


def _items(body: Any, rows: Rows) -> list[Any]:
    found = rows.path.present(body) if rows.path is not None else body
    if found is None and is_list(body):
        found = body  # a bare list instead of an object around it
    if is_list(found):
        return found
    if is_table(found):
        return [found]
    if found is None and body in ({}, None):
        return []
    raise InputError(
        "[rows] path: nothing is there" if found is None else "[rows] path: no list and no object is there"
    )


def wanted(row: Row, rows: Rows, received: datetime, since: datetime | None, until: datetime | None) -> bool:
    """Whether a row is asked for by `when` and `time`. Raises InputError."""
    if rows.when is not None and not rows.when.holds(row.root):
        return False
    return rows.time is None or within(rows.time.read(row.root, received), since, until)


def inner_rows(row: Row, book: Book) -> Iterable[Row]:
    """The rows within a row, or the row itself. Raises InputError when `[rows] inner` finds nothing at all."""
    inner = book.rows.inner
    if inner is None:
        return (row,)
    found = inner.present(row.item)
    if found is None:
        raise InputError("[rows] inner: nothing is there")
    return [Row.of(item, row.root["_page"], row.item) for item in (found if is_list(found) else [found])]


def detail_rows(document: Any, row: Row, detail: Detail) -> list[Row]:
    """The rows of the answer to the second request. Raises InputError when there is neither a list nor an object."""
    found = detail.rows.present(document) if detail.rows is not None else document
    if found is None:
        return []
    if not is_list(found) and not is_table(found):
        raise InputError("[detail] rows: no list and no object is there")
    return [Row.of(item, document, row.item) for item in (found if is_list(found) else [found])]


def read_csv(content: bytes) -> list[dict[str, str]]:
    """Rows by the names in the header; the separator is the commonest of , ; tab | in it. Raises SourceChanged without a header."""
    text = _decoded(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first or first.lstrip().startswith("<"):
        raise SourceChanged(f"{'a page' if first else 'nothing'} came where a CSV with a header was due")
    separator = max(_SEPARATORS, key=first.count)
    made = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restkey="_more", restval="")
    return [_cells(row) for row in made]


def _cells(row: Mapping[str | None, Any]) -> dict[str, str]:
    return {(name or "").strip(): value.strip() for name, value in row.items() if isinstance(value, str)}


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # what spreadsheets write in the West
