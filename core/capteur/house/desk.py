"""What people tell the house and ask of it about people: touches, questions, what is held of whom."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from capteur.house.erasing import Export, PersonForgotten, backups, export_account, export_person, forget_person
from capteur.house.privacy import PrivacyReport, privacy_report
from capteur.house.questions import Questions, questions
from capteur.house.touching import Touch, Touched, touch, untouch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from capteur.house.core import House


class Desk:
    """The part of `House` that people speak to themselves."""

    def touch(
        self,
        account: str,
        kind: str,
        text: str | None = None,
        *,
        at: datetime | date | None = None,
        person: str | None = None,
        topic: str | None = None,
        place: str | None = None,
    ) -> Touched:
        """Write down a call, meeting, booth, reply, question or ask; `at` is a moment or a day, now by default.

        Raises InputError for an unknown account, UsageError for what is missing, ConfigError where persons are not kept.
        """
        return touch(cast("House", self), Touch(account, kind, text, at, person, topic, place))

    def untouch(self, account: str, kind: str | None = None) -> Touched:
        """Take back the last of them. Raises InputError when there is none."""
        return untouch(cast("House", self), account, kind)

    def questions(self, *, since: datetime | None = None, account: str | None = None) -> Questions:
        """What accounts asked, newest first."""
        return questions(cast("House", self), since=since, account=account)

    def forget_person(self, names: Sequence[str]) -> PersonForgotten:
        """Take a person out of everything, by all names and e-mail addresses given, without a trace in the file."""
        return forget_person(cast("House", self), names)

    def export_account(self, label: str) -> Export:
        """All that is held of an account. Raises InputError for an unknown one."""
        return export_account(cast("House", self), label)

    def export_person(self, names: Sequence[str]) -> Export:
        """All that is held of a person."""
        return export_person(cast("House", self), names)

    def backups(self) -> list[Path]:
        """Backups beside the project, which still hold what was forgotten since."""
        return backups(cast("House", self))

    def privacy_report(self) -> PrivacyReport:
        """What is held of people, where it came from, how long it stays, and what leaves this machine."""
        return privacy_report(cast("House", self))
