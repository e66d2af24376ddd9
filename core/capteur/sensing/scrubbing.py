"""A sensor's own secrets leave what it yields before anything of it is stored, shown or handed on.

Texts are looked at before they are checked: a summary that is cut, or a message that quotes a wrong value, must not keep half a
secret. JSON is looked at as it will be stored. A registrable domain is nobody's secret, and stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from capteur.accounts import AccountRef
from capteur.domains import host_of
from capteur.errors import InputError
from capteur.signals import AccountFact, Checkpoint, Detected, Outcome, Revoke, SameAs, Signal, as_ref

if TYPE_CHECKING:  # an isolated sensor's process is of this room, and needs no HTTP client
    from capteur.web import Redactor

_TEXTS: Final[Mapping[type[Detected], tuple[str, ...]]] = {
    Signal: ("key", "summary", "evidence_url", "kind", "occurred_at", "topic", "event", "person"),
    AccountFact: ("name", "value", "as_of"),
    Outcome: ("key", "kind", "occurred_at", "model"),
    Revoke: ("key", "reason"),
    SameAs: (),
    Checkpoint: (),
}


class Scrubber:
    """Takes the secrets that a unit's redactor knows for certain out of what the unit yields. One for each unit."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._found: list[str] = []
        self.told: list[str] = []
        """Where secrets stood, each place once."""

    @property
    def is_needed(self) -> bool:
        """There is a secret at all."""
        return self._redactor.is_certain

    def texts(self, thing: Detected) -> Detected:
        """The thing with its texts, its account's names and its ids free of secrets."""
        self._found.clear()
        if isinstance(thing, Signal) and self._is_clean(thing):
            return thing
        changed: dict[str, Any] = {}
        for cls, names in _TEXTS.items():
            if isinstance(thing, cls):
                for name in names:
                    self._put(changed, name, value := getattr(thing, name), self._plain(value))
                break
        url = changed.get("evidence_url")
        if isinstance(url, str) and host_of(url) is None:  # the secret was its host: no address is left
            changed["evidence_url"] = None
        if not isinstance(thing, Checkpoint | Revoke):
            self._put(changed, "account", thing.account, self._account(thing.account))
        if isinstance(thing, SameAs):
            self._put(changed, "ids", thing.ids, self._ids(thing.ids))
        return replace(thing, **changed) if changed else thing

    def has_news(self) -> bool:
        """A secret stood in the thing that was last looked at, where none had stood before; adds the place to `told`."""
        new = [name for name in dict.fromkeys(self._found) if name not in self.told]
        self.told += new
        return bool(new)

    def _is_clean(self, s: Signal) -> bool:
        """The quick look: nearly every signal is clean, and most are made of plain texts."""
        if not (isinstance(s.key, str) and isinstance(s.account, str)):
            return False
        values = (s.key, s.account, s.summary, s.evidence_url, s.kind, s.occurred_at, s.topic, s.event, s.person)
        text = "\n".join([value for value in values if isinstance(value, str)])
        return self._redactor.certain(text) is text

    def _put(self, changed: dict[str, Any], name: str, before: object, after: object) -> None:
        if after is not before:
            changed[name] = after
            self._found.append(name)

    def _plain(self, value: Any) -> Any:
        """The value itself when it holds no secret; a number is one when it is the whole of it."""
        if isinstance(value, str):
            return self._redactor.certain(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and self._redactor.is_secret(str(value)):
            return self._redactor.certain(str(value))
        return value

    def _account(self, account: Any) -> Any:
        if isinstance(account, AccountRef):
            name, ids = self._plain(account.name), self._ids(account.ids)
            same = name is account.name and ids is account.ids
            return account if same else replace(account, name=name, ids=ids)
        hidden = self._plain(account)
        if hidden is account:
            return account
        try:  # an address with the secret in its query or its login still names the company
            return as_ref(account)
        except InputError:
            return hidden

    def _ids(self, ids: Any) -> Any:
        if not isinstance(ids, Mapping):
            return ids
        hidden = {self._plain(key): self._plain(value) for key, value in ids.items()}
        return ids if hidden == dict(ids) else hidden

    def json(self, name: str, text: str) -> str:
        """JSON text free of secrets; the same object when it holds none. `name` is what is told of where it stood."""
        if self._redactor.certain(text) is text:
            return text
        content = json.loads(text)
        hidden = self._deep(content)
        if hidden == content:  # its digits, in a longer number
            return text
        self._found.append(name)
        return json.dumps(hidden, sort_keys=True, separators=(",", ":"), allow_nan=False)

    def _deep(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._plain(key): self._deep(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._deep(item) for item in value]
        return self._plain(value)
