"""Reading the account list in: its rows, and the user's lists of competitors, customers, partners and blocked companies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from capteur.importing import AccountRow, ImportFile, merged, read_accounts
from capteur.matching import normal_name
from capteur.nearest import nearest
from capteur.roster.companies import put, rematch
from capteur.roster.moved import put_moved
from capteur.roster.standings import SCOPE, ListFile, ListReport, Standings, academic, read_list
from capteur.store import accounts as stored
from capteur.store.ingest import commit
from capteur.store.shapes import Batch, IncomingFact

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.store import Store


@dataclass(slots=True)
class ImportReport:
    """What an import did.

    `bad` = (line, reason) of rows left out; `standing` counts accounts per standing; `matched` = companies that sources had
    named before and that now have their account; `notes` say what was merged or read in another way; `lists` are the user's
    lists of competitors and the like.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)
    standing: dict[str, int] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    matched: int = 0
    notes: list[str] = field(default_factory=list)
    lists: list[ListReport] = field(default_factory=list)


def import_file(
    store: Store,
    path: Path,
    mapping: Mapping[str, str] | None,
    now: int,
    models: Collection[str] = (),
    lists: Mapping[str, Path] | None = None,
) -> ImportReport:
    """Read a list of accounts, and the `lists` by standing, and bring the store in line with them.

    Raises InputError for an account list that cannot be read at all; of the others the report says so.
    """
    file = read_accounts(path, mapping)
    given = {word: read_list(list_) for word, list_ in (lists or {}).items()}
    return store.write(lambda conn: _import(conn, file, now, models, given)).result()


def _import(
    conn: Connection, file: ImportFile, now: int, models: Collection[str], lists: Mapping[str, ListFile]
) -> ImportReport:
    report = ImportReport(
        columns=dict(file.columns),
        ignored=list(file.ignored),
        bad=[(bad.line, bad.reason) for bad in file.bad],
        notes=[f"line {note.line}: {note.reason}" for note in file.notes],
    )
    standings = Standings(conn, now)
    facts: list[IncomingFact] = []
    students = []
    rows, moved = _by_account(conn, _of_known_models(file.rows, models, report), report)
    for row in rows:
        done = put(conn, row, now)
        change = done.change
        _tell_taken(row, done.taken, report)
        for other in moved.get(row.domain, ()):
            brought = put_moved(conn, other, now)
            change = change or ("updated" if brought.changed else "")
            _tell_taken(other, brought.taken, report)
        if row.standing is not None:
            changed, dropped = standings.column(done.account_id, row.domain, row.standing)
            report.notes += [f"{row.domain}: no longer {word}" for word in dropped]
            change = change or ("updated" if changed else "")
            if row.standing:
                word = row.standing.partition(":")[0]
                report.standing[word] = report.standing.get(word, 0) + 1
        facts += [IncomingFact(done.account_id, name, value, now) for name, value in row.facts.items()]
        students += [student for student in [academic(done.account_id, row.domain, now)] if student is not None]
        report.added += change == "added"
        report.updated += change == "updated"
        report.unchanged += not change
    report.lists = list(standings.lists(lists))
    signals = (*standings.signals, *students)
    if signals or standings.revokes or facts:
        commit(conn, Batch(SCOPE, SCOPE, signals=signals, revokes=tuple(standings.revokes), facts=tuple(facts)), now)
    report.matched = rematch(conn, now)
    return report


def _of_known_models(rows: Iterable[AccountRow], models: Collection[str], report: ImportReport) -> Iterable[AccountRow]:
    """The rows, but for those that are customers of a model there is not."""
    for row in rows:
        model = (row.standing or "").partition(":")[2]
        if model and models and model not in models:
            near = nearest(model, models)
            hint = f"; did you mean {near[0]}?" if near else f"; configured: {', '.join(models)}"
            report.bad.append((row.line, f"standing: there is no model called {model[:60]!r}{hint}"))
        else:
            yield row


def _by_account(
    conn: Connection, rows: Iterable[AccountRow], report: ImportReport
) -> tuple[Collection[AccountRow], Mapping[str, Sequence[AccountRow]]]:
    """One row per account, and by account the rows of domains that were linked to it.

    Of those its own row has but the standing, where it says none itself.
    """
    own: dict[str, AccountRow] = {}
    moved: dict[str, list[AccountRow]] = {}
    for row in rows:
        home = stored.home(conn, row.domain)
        if home is None:
            own[row.domain] = row
        else:
            report.notes.append(f"line {row.line}: {row.domain} is {home} by now, and was not added again")
            moved.setdefault(home, []).append(row)
    for home, others in moved.items():
        for other in others:
            row = AccountRow(other.line, home, standing=other.standing)
            own[home] = merged(own[home], row) if home in own else row
    _tell_shared_names(own.values(), report)
    return own.values(), moved


def _tell_taken(row: AccountRow, taken: Iterable[str], report: ImportReport) -> None:
    for alias in taken:
        report.notes.append(f"line {row.line}: {_plain(alias)} is another account's already, and stays there")


def _tell_shared_names(rows: Iterable[AccountRow], report: ImportReport) -> None:
    first: dict[str, AccountRow] = {}
    for row in rows:
        name = normal_name(row.name) if row.name else ""
        other = first.setdefault(name, row) if name else row
        if other is not row:
            report.notes.append(
                f"line {row.line}: {row.domain} and {other.domain} are both called {row.name}: what a source says of that name alone"
                " waits in capteur accounts unmatched"
            )


def _plain(alias: str) -> str:
    return alias.removeprefix("domain:")
