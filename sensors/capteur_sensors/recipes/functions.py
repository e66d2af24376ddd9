"""What a path may call beside JMESPath's own functions.

A function is given whatever the source sent, so each answers null for what it cannot use.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from capteur import InputError
from capteur.domains import is_free_mail, is_hosted, registrable
from capteur_sensors.recipes.paths import is_list

__all__ = ["canonical_url", "from_json", "mentions", "own_domain"]

_TRACKING = re.compile(
    r"utm_\w+|gclid|fbclid|msclkid|mc_[ce]id|_hs\w+|ref|refid|trk|trkinfo|trackingid|position|pagenum", re.IGNORECASE
)
_TWICE = 2


def own_domain(value: Any) -> str | None:
    """The registrable domain in a domain, URL or e-mail address; None where it is a platform's or a free mailbox, not a company's."""
    domain = registrable(value) if isinstance(value, str) else None
    return None if domain is None or is_free_mail(domain) or is_hosted(value) else domain


def canonical_url(value: Any) -> str | None:
    """The address without what differs between two clicks: fragment, tracking parameters, their order, a last slash, case of the host."""
    try:
        parts = urlsplit(value.strip()) if isinstance(value, str) else None
        if parts is None or parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
            return None
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # an unclosed [ of an IPv6 address, a port that is no number
        return None
    pairs = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0])]
    query = "?" + urlencode(sorted(pairs)) if pairs else ""
    return f"{parts.scheme.lower()}://{parts.hostname}{port}{parts.path.rstrip('/')}{query}"


def from_json(value: Any) -> Any:
    """JSON that came as text, also as text within text; anything else as it is. Raises InputError for text that is no JSON."""
    for _ in range(_TWICE):
        if not isinstance(value, str):
            break
        if not value.strip():
            return None
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise InputError("from_json() was given text that is no complete JSON") from error
    return value


def mentions(value: Any, phrases: Any) -> bool:
    """Whether one of the phrases stands in the text, as whole words whatever their case. No text or no phrases: False."""
    words: list[Any] = phrases if is_list(phrases) else [phrases]
    text = value.casefold() if isinstance(value, str) else ""
    return any(
        re.search(rf"(?<!\w){re.escape(' '.join(phrase.casefold().split()))}(?!\w)", " ".join(text.split()))
        for phrase in words
        if isinstance(phrase, str) and phrase.strip()
    )
