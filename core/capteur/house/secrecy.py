"""Every secret that a project knows, for whoever writes where people read: logs, monitoring."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from capteur.registry import secrets_of

if TYPE_CHECKING:
    from capteur.house.core import House


def secrets(house: House) -> frozenset[str]:
    """What `env:NAME` refers to, the secret options of instances and notifiers, the store's password. Loads the plugins."""
    notifiers, _ = house.registry.notifiers(house.settings)
    options = (secret for notifier in notifiers.values() for secret in secrets_of(notifier))
    return frozenset({*settled(house), *(s for i in house.instances for s in i.secrets), *options})


def settled(house: House) -> frozenset[str]:
    """Those of them that are known without loading a plugin."""
    return house.settings.secrets | passwords(house.settings.store_url)


def met(house: House) -> frozenset[str]:
    """Those of the instances, once somebody had them built; nothing before. Quick: it may be asked before every line of a log."""
    built = vars(house).get("_built")  # a cached property of the house
    return frozenset(secret for instance in built[0] for secret in instance.secrets) if built else frozenset()


def passwords(url: str | None) -> frozenset[str]:
    """The password in the address of a store, as it is and as an address spells it; empty when there is none."""
    try:
        parsed = make_url(url or "")
    except (ArgumentError, ValueError):  # a port that is none
        return frozenset()
    asked = parsed.query.get("password", ())
    found = [str(parsed.password or ""), *([asked] if isinstance(asked, str) else asked)]
    return frozenset(form for text in found if text for form in (text, quote(text, safe=""), quote_plus(text)))
