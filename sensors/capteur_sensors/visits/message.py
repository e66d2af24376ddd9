"""One message in the shape of Segment's calls, read with care: any part of it may be missing, of another type, or a lie.

Shape: https://segment.com/docs/connections/spec/common/. RudderStack and Jitsu send the same
(https://www.rudderstack.com/docs/event-spec/standard-events/common-fields/, https://docs.jitsu.com/sending-data/event-schema).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from capteur import InputError

TYPES: Final = frozenset({"track", "page", "screen", "identify", "group", "alias"})
MOST_TEXT: Final = 2000
_LATEST: Final = 2**33
"""Larger numbers are milli-, micro- or nanoseconds."""
_NOBODY: Final = frozenset(
    {
        "undefined", "null", "(null)", "nil", "none", "nan", "anonymous", "guest", "unknown", "empty", "[object object]", "true", "false", "-1",
    }
)  # fmt: skip
"""What programs write where they know no id. Taken for one, it would give all their visitors to the company of one of them."""
_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says.

    Args:
        type: one of TYPES.
        id: the sender's own, or a digest of the message where it gives none.
        moment: when it happened, by the receiver's clock; `timed` is False when the message does not say.
        user, anonymous, previous, group: ids as their sender gives them; empty for none, and for what stands for none (`undefined`).
        event: what a `track` is about. name: of a page or screen.
        raw: the whole message.
    """

    type: str
    id: str
    moment: datetime
    timed: bool
    user: str
    anonymous: str
    previous: str
    group: str
    event: str
    name: str
    context: Mapping[str, Any]
    properties: Mapping[str, Any]
    traits: Mapping[str, Any]
    raw: Mapping[str, Any]

    def at(self, path: str) -> str:
        """The text at a path such as `properties.message`; empty for anything that is no text."""
        found: Any = self.raw
        for name in path.split("."):
            if not isinstance(found, Mapping):
                return ""
            found = found.get(name)
        return text(found)

    def first(self, *paths: str) -> str:
        """The first text at one of these paths."""
        return next((found for path in paths if (found := self.at(path))), "")


def read(raw: object, received: datetime) -> Message | None:
    """A message; None for one of a type that says nothing here. Raises InputError for what is no message at all."""
    if not isinstance(raw, Mapping):
        raise InputError(f"a message is an object, not {type(raw).__name__}")
    kind = text(raw.get("type")).lower()
    if not kind:
        raise InputError("a message has no type", fix="it is one of " + ", ".join(sorted(TYPES)))
    if kind not in TYPES:
        return None
    moment, timed = _moment(raw, received)
    return Message(
        type=kind,
        id=_id(raw),
        moment=moment,
        timed=timed,
        user=_who(raw.get("userId")),
        anonymous=_who(raw.get("anonymousId")),
        previous=_who(raw.get("previousId")),
        group=_who(raw.get("groupId")),
        event=text(raw.get("event")),
        name=text(raw.get("name")) or text(inner(raw, "properties").get("name")),
        context=inner(raw, "context"),
        properties=inner(raw, "properties"),
        traits=inner(raw, "traits"),
        raw=raw,
    )


def text(value: object, most: int = MOST_TEXT) -> str:
    """A text, or a whole number as one; empty for anything else."""
    if isinstance(value, str):
        return value[:most].strip()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    return ""


def inner(value: object, *names: str) -> Mapping[str, Any]:
    """The object within an object, by its names; an empty one where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else _NOTHING


def _who(value: object) -> str:
    """An id; empty for what only stands where one should be: also for a row of zeros."""
    given = text(value)
    return "" if given.casefold() in _NOBODY or not given.strip("0-") else given


def _id(raw: Mapping[str, Any]) -> str:
    own = text(raw.get("messageId"))
    if own and own.isascii() and own.isprintable() and len(own) <= 100:  # noqa: PLR2004  keys are short
        return own
    told = own or json.dumps(raw, sort_keys=True, default=str)
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:24]


def _moment(raw: Mapping[str, Any], received: datetime) -> tuple[datetime, bool]:
    """When it happened, and whether the message says so.

    A vendor's server has set the visitor's clock right where it gives `originalTimestamp` beside `timestamp`. Else the difference
    of `sentAt` from when it was received tells how wrong that clock is. Nothing happens after it was received.
    """
    stamp, original = _seconds(raw.get("timestamp")), _seconds(raw.get("originalTimestamp"))
    if stamp is not None and original is not None:
        found: float | None = stamp
    else:
        found = stamp if stamp is not None else original
        sent, taken = _seconds(raw.get("sentAt")), _seconds(raw.get("receivedAt"))
        if found is not None and sent is not None:
            found += (taken if taken is not None else received.timestamp()) - sent
    if found is None:
        return received, False
    try:
        return min(datetime.fromtimestamp(found, UTC), received), True
    except (ValueError, OverflowError, OSError):
        return received, False


def _seconds(value: object) -> float | None:
    """Since the epoch, of ISO 8601 (UTC where it names no zone, as the libraries write it) or of a number in any unit."""
    if isinstance(value, str) and value[:40].strip():
        try:
            moment = datetime.fromisoformat(value[:40].strip())
            return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if not 0 < value < _LATEST * 10**9:
        return None
    while value >= _LATEST:
        value /= 1000
    return float(value)
