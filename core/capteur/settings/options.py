"""Every option of capteur.toml as data: its type, its default and what it is for. docs/configuration.md is checked against it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from capteur.clock import parse_duration

VERSION = 1
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_STORES = frozenset({"sqlite", "postgresql", "postgres"})


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `check` returns the value as it is kept, or raises ValueError that says what was expected."""

    check: Callable[[Any], Any]
    default: Any
    words: str


def text(value: Any) -> str:
    """Plain text, stripped."""
    if not isinstance(value, str):
        raise ValueError("expected text in quotes")  # noqa: TRY004  one error type for every check
    return value.strip()


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('expected a list of texts, e.g. ["a", "b"]')
    return tuple(item.strip() for item in value)


def whole(low: int, high: int) -> Callable[[Any], int]:
    """A whole number within limits; `true` is none."""

    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("expected a whole number")  # noqa: TRY004  one error type for every check
        if not low <= value <= high:
            raise ValueError(
                f"expected a whole number: {low}" if low == high else f"expected a whole number from {low} to {high}"
            )
        return value

    return check


def _version(value: Any) -> int:
    return whole(1, VERSION)(value)


def _store_url(value: Any) -> str:
    url = text(value)
    scheme, found, rest = url.partition("://")
    if not found or scheme.partition("+")[0] not in _STORES or (not rest and scheme.partition("+")[0] != "sqlite"):
        raise ValueError("expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE")
    try:
        _ = urlsplit(url).port
    except ValueError:  # its text may quote what stands there, and that may be a part of the password
        raise ValueError("expected a port from 1 to 65535, and %40, %3A or %2F for @, : or / in a password") from None
    return "postgresql" + url.removeprefix("postgres") if scheme == "postgres" else url


def _contact(value: Any) -> str:
    mail = text(value)
    if mail and not _MAIL.fullmatch(mail):
        raise ValueError("expected an e-mail address, e.g. me@company.example")
    return mail


def _world(value: Any) -> str | None:
    """Only a loopback address: every request, with its secrets, goes there."""
    if value == "":
        return None
    url = text(value)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback, parts = False, urlsplit("")
    if not loopback or parts.scheme != "http":
        raise ValueError("expected a loopback address, e.g. http://127.0.0.1:8765 (for the demo and for tests only)")
    return url.rstrip("/")


def _instance_names(value: Any) -> tuple[str, ...]:
    names = texts(value)
    if not all(NAME.fullmatch(name) for name in names):
        raise ValueError('expected names of sensors, e.g. ["funding"]')
    return names


def _at_least_a_day(value: Any) -> str:
    words = text(value)
    if parse_duration(words) < timedelta(days=1):
        raise ValueError("expected at least 1d")
    return words


def _persons(value: Any) -> bool | tuple[str, ...]:
    """Nobody's, everybody's, or those of the named instances."""
    try:
        return value if isinstance(value, bool) else _instance_names(value)
    except ValueError:
        raise ValueError('expected true, false, or names of sensors, e.g. ["visits", "touch"]') from None


def _listen(value: Any) -> str | None:
    """An address and a port; port 0 is any that is free."""
    words = text(value)
    if not words:
        return None
    host, colon, port = words.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not colon or not port.isdecimal() or int(port) > 65_535 or not bare or (":" in bare) != (host != bare):  # noqa: PLR2004  the highest port there is
        raise ValueError("expected an address and a port, e.g. 127.0.0.1:8300 or [::1]:8300")
    return words


def _networks(value: Any) -> tuple[str, ...]:
    found = texts(value)
    for item in found:
        try:
            ipaddress.ip_network(item)
        except ValueError:
            raise ValueError('expected addresses or networks, e.g. ["127.0.0.1", "10.0.0.0/8"]') from None
    return found


def _capacity(value: Any) -> int:
    return whole(1, 1_000_000)(value)


OPTIONS: Mapping[str, Mapping[str, Option]] = {
    "capteur": {
        "version": Option(
            _version, VERSION, "Version of this file's shape. A later capteur says so when it reads another one."
        ),
    },
    "store": {
        "url": Option(
            _store_url,
            "sqlite:///capteur.db",
            "The database. A relative SQLite file lies beside capteur.toml; teams use `postgresql://` (extra `postgres`).",
        ),
    },
    "web": {
        "contact": Option(
            _contact,
            "",
            "An e-mail address sent with every request, so that a site's owner can reach you. Some sources demand it.",
        ),
        "concurrency": Option(whole(1, 1024), 64, "Requests in flight at once, over all hosts."),
        "allow": Option(
            texts, (), "Private hosts or networks that may be asked, e.g. a self-hosted source; all others are refused."
        ),
        "world": Option(
            _world, None, "Send every request to this loopback address instead. For the demo and for tests."
        ),
    },
    "accounts": {
        "file": Option(
            text,
            "accounts.csv",
            "The list that `capteur init` and `capteur accounts import` read; afterwards the store is the truth.",
        ),
        "discover": Option(
            _instance_names, (), "Sensors that may add companies nobody listed, as `discovered` accounts, ranked apart."
        ),
        "competitors": Option(
            text,
            "",
            "A file with your competitors' domains, one a line or as CSV: they are vetoed, listed as accounts or not.",
        ),
        "customers": Option(
            text, "", "The same for customers of every model; of a single one: `customer:MODEL` in the account list."
        ),
        "partners": Option(text, "", "The same for partners: told, and no veto."),
        "blocked": Option(text, "", "The same for domains that nobody shall call, nor see among discovered companies."),
        "keep_unmatched": Option(
            _at_least_a_day,
            "180d",
            "How long a company that no account answers to is kept after its last signal, unless it waits for review.",
        ),
        "keep_discovered": Option(
            _at_least_a_day,
            "365d",
            "How long a discovered company that nobody put on the list is kept after its last signal.",
        ),
    },
    "privacy": {
        "persons": Option(
            _persons,
            False,
            "Whether the `person` of a signal is kept, as a keyed hash: never, always (`true`), or of these sensors only, e.g. "
            '`["visits", "touch"]`; `touch` is what people write down.',
        ),
    },
    "receiving": {
        "listen": Option(
            _listen,
            None,
            "Where webhooks are received, e.g. `127.0.0.1:8300`, behind your reverse proxy; nowhere by default (extra `receiving`).",
        ),
        "keep": Option(
            _at_least_a_day,
            "7d",
            "How long what was received is kept as it came, to be read again: `capteur deliveries replay`.",
        ),
        "body_kb": Option(whole(1, 65_536), 1024, "The largest body in kilobytes, after it was decompressed."),
        "rate": Option(
            whole(1, 100_000), 2000, "Deliveries a second that a sensor takes; whoever sends more is told to wait."
        ),
        "proxies": Option(
            _networks, (), "Addresses of your reverse proxies: what they say of the sender's address is believed."
        ),
    },
    "team": {
        "capacity": Option(
            _capacity, None, "Accounts the team can work on in a week; the line in `capteur rank` follows from it."
        ),
    },
    "plugins": {
        "path": Option(
            text,
            "plugins",
            "Folder with the project's own plugins, one `.py` file each. Refused inside capteur's own source tree.",
        ),
    },
}

RULES: Mapping[str, str] = {
    "retention": 'How long signals and their fields are kept, by kind: `"visit.*" = "400d"`, `"*" = { person = "180d" }`.',
}
"""Tables whose options are patterns, not names."""

GROUPS: Mapping[str, str] = {
    "models": "Estimators in use, one table per model: `use` names the estimator, all else are its options.",
    "sensors": "Sensors in use, one table per instance: `use` names the sensor (default: the table's name).",
    "notifiers": "Notifiers in use, one table each: `use` names the notifier (default: the table's name).",
}
