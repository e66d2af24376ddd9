"""Every error capteur raises on purpose, grouped by what the reader should do.

    CapteurError
    ├── UserError            fix what you wrote                                   exit 2
    │   ├── UsageError       ... on the command line
    │   ├── ConfigError      ... in capteur.toml, the environment, a plugin's options  (parks an instance)
    │   ├── InputError       ... in a file, a row, a domain
    │   └── PluginError      ... in a plugin that cannot be loaded
    ├── AuthError            renew a credential, then `capteur resume NAME`       exit 4  (parks an instance)
    ├── TryLater             do nothing: capteur comes back by itself             exit 1
    │   ├── RateLimited      the host asked us to wait
    │   ├── TransientError   network, 5xx, a deadline
    │   │   └── HostDown     it failed again and again, and was not asked
    │   └── StoreBusy        the database is locked or away
    ├── SourceChanged        tell the plugin's author (or look: capteur try NAME)  exit 1
    │   └── NotFound         the address answers 404 or 410
    ├── StoreError           look after the database                              exit 1
    │   ├── StoreHeld        another run holds it
    │   ├── StoreFull        the disk is full
    │   └── SchemaError      its schema is not ours, or of another time              exit 2
    └── Skip                 nothing is wrong; the reason is shown
        ├── SkipRun
        └── SkipAccount
    Stopped (BaseException)  capteur is stopping; never caught by `except Exception`

A message says what happened (with the culprit), why, and the cure. It never holds a secret.
"""

from __future__ import annotations

from typing import ClassVar


class CapteurError(Exception):
    """Root of the tree. `what` names culprit and place, `why` the cause, `fix` the cure (a command where there is one)."""

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str = "", *, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what or type(self).__name__
        self.why = why
        self.fix = fix

    def __str__(self) -> str:
        """One line: what, why in brackets, then the cure."""
        text = f"{self.what} ({self.why})" if self.why else self.what
        return f"{text}  fix: {self.fix}" if self.fix else text

    def lines(self) -> list[str]:
        """The message as a terminal prints it: `error: what`, `  why`, `  fix: the command`."""
        return [
            f"error: {self.what}",
            *([f"  {self.why}"] if self.why else []),
            *([f"  fix: {self.fix}"] if self.fix else []),
        ]


class UserError(CapteurError):
    """Fix what you wrote."""

    exit_code = 2


class UsageError(UserError):
    """The command line asks for something that does not exist or does not go together."""


class ConfigError(UserError):
    """capteur.toml, the environment or a plugin's options. Out of a sensor it parks the instance."""


class InputError(UserError):
    """A file, a row or a name that was given cannot be used."""


class PluginError(UserError):
    """A plugin cannot be loaded or does not keep its contract."""


class AuthError(CapteurError):
    """A credential is missing, wrong or expired (401, 403). Parks the instance."""

    exit_code = 4


class TryLater(CapteurError):
    """Nothing to do: capteur comes back by itself."""


class RateLimited(TryLater):
    """The host asked us to wait. `retry_after` is in seconds; None when it did not say."""

    def __init__(self, what: str = "", *, retry_after: float | None = None, why: str = "", fix: str = "") -> None:
        super().__init__(what, why=why, fix=fix)
        self.retry_after = retry_after


class TransientError(TryLater):
    """Network, 5xx, a deadline that passed."""


class HostDown(TransientError):
    """The host failed so often in a row that it was not asked this time. It is again in `retry_after` seconds."""

    def __init__(
        self, what: str = "", *, host: str = "", retry_after: float = 60.0, why: str = "", fix: str = ""
    ) -> None:
        super().__init__(what, why=why, fix=fix)
        self.host = host
        self.retry_after = retry_after


class StoreBusy(TryLater):
    """The database is locked by somebody else, or away."""


class SourceChanged(CapteurError):
    """The answer is not what the code expects: the source changed, or the code is wrong."""


class NotFound(SourceChanged):
    """The address answers 404 or 410."""


class StoreError(CapteurError):
    """The database needs attention."""


class StoreHeld(StoreError):
    """Another run holds the store; the message says who."""


class StoreFull(StoreError):
    """The disk, or the database's own limit, is full. Nothing of the failed write remains."""


class SchemaError(StoreError):
    """The database's schema is older, newer or not ours: no restart mends that, so a service manager shall not try."""

    exit_code = 2


class Skip(CapteurError):
    """Nothing is wrong, but there is nothing to do; the reason is shown."""

    exit_code = 0


class SkipRun(Skip):
    """Skip this run of the instance."""


class SkipAccount(Skip):
    """Skip this account: it is then *not watched* by the instance, which is different from silent."""


class Stopped(BaseException):
    """capteur is stopping, or the unit lost its lease. A BaseException, so that `except Exception` in a sensor lets it pass."""
