"""The account list, as the house offers it: import, add, match, forget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from capteur import roster
from capteur.accounts import Account
from capteur.clock import Clock, micros

if TYPE_CHECKING:
    from capteur.settings import Settings
    from capteur.store import Store


class AccountList:
    """The part of `House` that a list of companies goes through."""

    settings: Settings
    store: Store
    clock: Clock

    def now(self) -> int:
        """The present in micros."""
        return micros(self.clock.now())

    def import_accounts(
        self, path: str | Path | None = None, mapping: Mapping[str, str] | None = None
    ) -> roster.ImportReport:
        """Import a list of accounts (default: `[accounts] file`), and what the lists of competitors and the like say by now."""
        section = self.settings.accounts
        file = Path(path) if path is not None else section.file
        return roster.import_file(self.store, file, mapping, self.now(), [*self.settings.models], section.lists)

    def add_account(self, domain: str, name: str | None = None, *, known_as: str | None = None) -> tuple[Account, bool]:
        """Put one company on the list; True when it was not there before.

        `known_as` is what sources call it, a name or an id: an unmatched or discovered company, which comes with its signals.
        """
        if known_as is not None:
            return roster.adopt(self.store, domain, known_as, name, self.now())
        return roster.add(self.store, domain, name, self.now())

    def accounts(self, states: Sequence[str] = ("listed",)) -> list[Account]:
        """Accounts by name."""
        return self.store.read(lambda conn: roster.listed(conn, states))

    def unmatched(self, limit: int | None = None) -> list[roster.Waiting]:
        """Companies that sources named and no account answers to, with the accounts they might be."""
        return self.store.read(lambda conn: roster.waiting(conn, limit))

    def link(self, what: str, to: str) -> roster.Linked:
        """Say that a company that waits, or an account by its old domain, is this account."""
        return roster.link(self.store, what, to, self.now())

    def unlink(self, what: str) -> Account:
        """Undo a link; returns the company that stands for itself again."""
        return roster.unlink(self.store, what, self.now())

    def forget(self, label: str) -> roster.ForgetReport:
        """Remove everything about an account, without a trace."""
        with self.store.hold("capteur accounts forget"):
            return roster.forget(self.store, label)
