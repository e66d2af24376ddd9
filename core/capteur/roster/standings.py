"""Who is not to be called: what the account list's `standing` column and the user's own lists say, as signals that hold until
they are revoked.

The column and each list speak for themselves: an account is a competitor as long as one of them says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from capteur.accounts import Account, AccountRef
from capteur.domains import is_academic
from capteur.errors import InputError
from capteur.importing import AccountRow, read_domains
from capteur.matching import alias
from capteur.signals import Accepted
from capteur.store import accounts as stored
from capteur.store import signals as stored_signals
from capteur.store.shapes import Incoming

if TYPE_CHECKING:
    from sqlalchemy import Connection

SCOPE = "accounts"
"""The scope of what the user's own list says."""
STANDINGS = {
    "competitor": "account.competitor",
    "customer": "account.customer",
    "blocked": "account.blocked",
    "partner": "account.partner",
}
_COLUMN, _LIST = "standing", "list"


@dataclass(slots=True)
class ListReport:
    """What reading one of the lists did.

    `word` is the standing it gives; `file` None = the list is not configured any more. `companies` are on it, `fresh` of them for
    the first time, `gone` were taken off. `bad` = (line, reason); `kept` are no more on it and were not taken off, because a bad
    line may be theirs. `problem` says why the file could not be read: then what it said before still holds.
    """

    word: str
    file: str | None
    companies: int = 0
    fresh: int = 0
    gone: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)
    problem: str = ""
    kept: int = 0


@dataclass(frozen=True, slots=True)
class ListFile:
    """One of the lists as it was read: its name (None = not configured), rows, bad lines, or why it could not be read."""

    name: str | None
    rows: tuple[AccountRow, ...] = ()
    bad: tuple[tuple[int, str], ...] = ()
    problem: str = ""


def read_list(path: Path) -> ListFile:
    """Read one list; never raises."""
    try:
        file = read_domains(path)
    except InputError as error:
        return ListFile(path.name, problem=f"{error.what}: {error.why}" if error.why else error.what)
    return ListFile(path.name, file.rows, tuple((bad.line, bad.reason) for bad in file.bad))


class Standings:
    """The standings that hold, and the changes to them, gathered for one commit: `signals` and `revokes`."""

    def __init__(self, conn: Connection, now: int) -> None:
        self._conn = conn
        self._now = now
        self._holds: dict[
            int, dict[tuple[str, str], list[str]]
        ] = {}  # a link may bring an account the same standing twice
        self.signals: list[Incoming] = []
        self.revokes: list[tuple[str, str]] = []
        for row in stored_signals.rows(conn, scope=SCOPE):
            source = row.key.partition(":")[0]
            if row.revoked_at is None and source in (_COLUMN, _LIST):
                word = row.kind.removeprefix("account.") + (f":{row.topic}" if row.topic else "")
                self._of(row.account_id).setdefault((source, word), []).append(row.key)

    def column(self, account_id: int, domain: str, wanted: str) -> tuple[bool, list[str]]:
        """What the standing column says of an account; returns whether that is new, and the standings that hold no more."""
        mine = [word for source, word in self._of(account_id) if source == _COLUMN]
        dropped = [word for word in mine if word != wanted]
        for word in dropped:
            self._lift(account_id, (_COLUMN, word), "the account list says otherwise now")
        if wanted and wanted not in mine:
            model = wanted.partition(":")[2]
            self._say(account_id, domain, (_COLUMN, wanted), f"of {model}" if model else None)
        left = {word for _, word in self._of(account_id)}
        return bool(dropped) or (bool(wanted) and wanted not in mine), [word for word in dropped if word not in left]

    def lists(self, given: Mapping[str, ListFile]) -> Iterator[ListReport]:
        """What the lists say by standing; what they say no more is lifted. A file that could not be read changes nothing."""
        for word in STANDINGS:
            file = given.get(word, ListFile(None))
            report = ListReport(word, file.name, bad=list(file.bad), problem=file.problem)
            if not file.problem:
                there = {self._listed(word, row, report) for row in file.rows}
                report.companies = len(there)
                why = f"{file.name} names it no more" if file.name else "there is no such list any more"
                gone = [id_ for id_, holds in self._holds.items() if (_LIST, word) in holds and id_ not in there]
                if file.bad:
                    report.kept = len(gone)
                else:
                    report.gone = self._take_off(word, gone, why)
            if file.name or report.gone:
                yield report

    def _listed(self, word: str, row: AccountRow, report: ListReport) -> int:
        """One company of a list; one that is no account yet is set aside."""
        account = stored.of_domain(self._conn, row.domain)
        account_id = account.id if account is not None and account.state == "listed" else self._aside(row, account)
        if (_LIST, word) not in self._of(account_id):
            self._say(account_id, row.domain, (_LIST, word), f"on {report.file}")
            report.fresh += 1
        return account_id

    def _aside(self, row: AccountRow, account: Account | None) -> int:
        names = [alias("name", row.name)] if row.name else []
        others = [alias(*text.split(":", 1)) for text in row.aliases]
        domain = (account.domain if account is not None else None) or row.domain
        name = row.name or (account.name if account is not None else domain)
        account_id, _ = stored.add(
            self._conn, domain=domain, name=name, now=self._now, aliases=[*names, *others], state="aside"
        )
        stored.set_aside(self._conn, account_id)
        return account_id

    def _take_off(self, word: str, gone: Collection[int], why: str) -> int:
        for account_id in gone:
            self._lift(account_id, (_LIST, word), why)
            if not any(source == _LIST for source, _ in self._of(account_id)):
                stored.take_back(self._conn, account_id)
        return len(gone)

    def _of(self, account_id: int) -> dict[tuple[str, str], list[str]]:
        return self._holds.setdefault(account_id, {})

    def _say(self, account_id: int, domain: str, what: tuple[str, str], summary: str | None) -> None:
        source, standing = what
        word, _, model = standing.partition(":")
        key = f"{source}:{domain}:{standing}:{self._now}"
        self._of(account_id)[what] = [key]
        self.signals.append(_signal(STANDINGS[word], account_id, domain, key, self._now, summary, model or None))

    def _lift(self, account_id: int, what: tuple[str, str], why: str) -> None:
        self.revokes += [(key, why) for key in self._of(account_id).pop(what)]


def academic(account_id: int, domain: str, now: int) -> Incoming | None:
    """What an academic domain says, once: neutral, unless a model makes it a veto."""
    if not is_academic(domain):
        return None
    return _signal("account.student", account_id, domain, f"academic:{domain}", now, None, None)


def _signal(
    kind: str, account_id: int, domain: str, key: str, now: int, summary: str | None, topic: str | None
) -> Incoming:
    ref = AccountRef(domain=domain)
    return Incoming(Accepted(kind, ref, key, now, False, 1.0, summary, None, None, topic, None, None, 1), account_id)
