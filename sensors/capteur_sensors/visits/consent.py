"""Whether a visitor has said no: to being measured at all, or to a category of it.

Segment and Jitsu: `context.consent.categoryPreferences` = {category: true or false}; RudderStack: `context.consentManagement` with
`allowedConsentIds` and `deniedConsentIds`; all of them: `integrations`. A browser's Do-Not-Track and Global Privacy Control are no
part of these messages by themselves: a site hands them on as a property.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from capteur_sensors.visits.message import Message, inner, text

US: Final = frozenset({"webhooks", "webhooks (actions)", "webhook", "http_webhook", "capteur"})
"""How we are called among the integrations, in small letters."""
_SIGNS: Final = frozenset(
    {"dnt", "donottrack", "gpc", "secgpc", "globalprivacycontrol", "optout", "optedout", "trackingoptout"}
)


def declined(message: Message, categories: Collection[str] = ()) -> bool:
    """Whether the message says no. Of its categories all have to be granted, or those that are named."""
    return (
        _says_no(message.context)
        or _says_no(message.properties)
        or _says_no(inner(message.context, "page"))
        or _is_left_out(inner(message.raw, "integrations"))
        or _is_denied(message.context, categories)
    )


def is_yes(value: object) -> bool:
    """Whether a value means yes, as browsers and people write it."""
    return value is True or (value == 1 and not isinstance(value, bool)) or text(value).lower() in ("1", "true", "yes")


def _says_no(told: Mapping[str, Any]) -> bool:
    return any(
        is_yes(value) for name, value in told.items() if name.lower().replace("_", "").replace("-", "") in _SIGNS
    )


def _is_left_out(integrations: Mapping[str, Any]) -> bool:
    ours = [value for name, value in integrations.items() if name.lower() in US]
    if ours:
        return any(value is False for value in ours)
    return any(value is False for name, value in integrations.items() if name.lower() == "all")


def _is_denied(context: Mapping[str, Any], categories: Collection[str]) -> bool:
    given = inner(context, "consent", "categoryPreferences")
    granted = {name for name, value in given.items() if is_yes(value)}
    denied = {*given} - granted
    managed = inner(context, "consentManagement")
    granted |= _names(managed.get("allowedConsentIds"))
    denied |= _names(managed.get("deniedConsentIds"))
    if not categories:
        return bool(denied)
    return not {*categories} <= granted - denied


def _names(value: object) -> set[str]:
    return {text(name) for name in value} - {""} if isinstance(value, list) else set()
