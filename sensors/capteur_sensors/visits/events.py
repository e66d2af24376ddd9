"""What a `track` call means: by its name, by the user's table. An ask is taken for one only with its exact words, place and time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from capteur import AccountRef, Signal
from capteur_sensors.visits.message import Message
from capteur_sensors.visits.pages import MASK, masked, path_of

QUESTION: Final = "question.asked"
ASK: Final = "ask.contact"
LEFT_OUT: Final = "ignored"
"""In the user's table: an event of a default that means nothing here."""
KINDS: Final = (
    QUESTION, ASK, "cart.abandoned", "content.downloaded", "engagement.campaign", "engagement.unsubscribed", "event.attended",
    "social.engaged",
)  # fmt: skip
DEFAULTS: Final[Mapping[str, str]] = {
    "Form Submitted": QUESTION,
    "Question Asked": QUESTION,
    "Contact Requested": ASK,
    "Demo Requested": ASK,
    "Cart Abandoned": "cart.abandoned",
    "Checkout Abandoned": "cart.abandoned",
    "File Downloaded": "content.downloaded",
    "Content Downloaded": "content.downloaded",
    "Webinar Attended": "event.attended",
    "Event Attended": "event.attended",
    "Email Link Clicked": "engagement.campaign",
    "Unsubscribed": "engagement.unsubscribed",
    "Email Unsubscribed": "engagement.unsubscribed",
}
"""The names of Segment's own specifications where there is one (`Email Link Clicked`, `Unsubscribed`), else the usual ones."""
LONGEST: Final = 4000
_SUMMARY: Final = 300
_E_MAIL: Final = re.compile(
    r"[^\s@<>(),;:\"']{1,64}(?:@|%(?:25){0,3}40)[^\s@<>(),;:\"']{1,190}\.[^\s@<>(),;:\"'.]{2,24}"
)
_NUMBER: Final = re.compile(r"(?<![\w.])\+?\d(?:[\s()./-]{0,2}\d){7,14}(?![\w])")
_SQUASHED: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Words:
    """Paths of the fields that hold what somebody wrote."""

    question: tuple[str, ...]
    statement: tuple[str, ...]
    place: tuple[str, ...]


class Events:
    """The user's table over the defaults. Names are compared without case, spaces and separators."""

    def __init__(self, own: Mapping[str, str], words: Words) -> None:
        self._kinds = {squashed(name): kind for name, kind in {**DEFAULTS, **own}.items()}
        self._own = {squashed(name): kind for name, kind in own.items()}
        self._kinds |= self._own
        self._words = words

    def kind(self, message: Message) -> str | None:
        """Which kind an event is of, as far as its name says; None for one that means nothing here."""
        found = self._kinds.get(squashed(message.event))
        return None if found == LEFT_OUT else found

    def signal(
        self, message: Message, account: AccountRef, site: str, address: str | None, person: str | None
    ) -> tuple[Signal | None, str]:
        """What an event says, and what is to be noted about it. `address` is that of its page, without query."""
        kind = self.kind(message)
        if kind is None:
            return None, ""
        data: dict[str, Any] = {"site": site, "event": unaddressed(message.event)[:100]}
        note, question = "", self._text(message, self._words.question)
        statement = self._text(message, self._words.statement)
        place = next((p for path in self._words.place if (p := _place(message.at(path)))), "") or address or ""
        if kind == ASK and not (statement and place and message.timed):
            missing = "statement" if not statement else "place" if not place else "time"
            kind, note = QUESTION, f"an event that asks for contact lacks its {missing}"
        if kind == ASK:
            data |= {"statement": statement, "place": place}
        elif kind == QUESTION:
            if not question and not statement:
                return None, note or "an event that asks a question lacks its words"
            question = question or statement
            data["text"] = question
        said = {ASK: statement, QUESTION: question}.get(kind) or _subject(message)
        made = Signal(
            kind=kind,
            account=account,
            key=f"{site}:{message.id}",
            occurred_at=message.moment,
            summary=said[:_SUMMARY],
            evidence_url=address,
            person=person,
            data=data,
        )
        return made, note

    @staticmethod
    def _text(message: Message, paths: tuple[str, ...]) -> str:
        found = next((f for path in paths if (f := message.at(path))), "")
        return " ".join(unaddressed(found).split())[:LONGEST]


def squashed(name: str) -> str:
    """A name as it is compared: `File Downloaded` is `file_downloaded`."""
    return _SQUASHED.sub("", name.casefold())


def unaddressed(text: str) -> str:
    """A text without the e-mail addresses and telephone numbers in it."""
    return _NUMBER.sub(MASK, _E_MAIL.sub(MASK, text))


def _place(text: str) -> str:
    """Where something was said: host and path of an address, up to what is masked in it, or what the field says.

    What stands behind an e-mail address in a link is mostly the key that goes with it.
    """
    site = ""
    if text.lower().startswith(("http://", "https://")):
        try:
            parts = urlsplit(text)
        except ValueError:  # brackets that do not close
            return ""
        site = f"{parts.scheme}://{parts.hostname or ''}"
        text = parts.path or "/"
    if not site and not text.startswith("/"):
        return unaddressed(" ".join(text.split()))[:_SUMMARY]
    before, mask, _ = masked(path_of(text.encode("utf-8", "replace")) or "/").partition(MASK)
    return unaddressed(f"{site}{before}{mask}")[:_SUMMARY]


def _subject(message: Message) -> str:
    """`File Downloaded: Price list`: the event and what it is about."""
    about = message.first("properties.title", "properties.file_name", "properties.fileName", "properties.name")
    told = f"{message.event}: {about}" if about else message.event
    return unaddressed(" ".join(told.split()))
