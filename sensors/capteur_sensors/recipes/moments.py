"""When something happened, in the forms sources write it; and the same forms for what a source is asked."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator

from capteur import InputError
from capteur_sensors._zones import Zone
from capteur_sensors.recipes.paths import Paths, is_list, nearest
from capteur_sensors.recipes.shapes import Part, listed

__all__ = ["FORMATS", "RECEIVED", "Moment", "MomentOption", "Window", "day_of", "within"]

FORMATS: Final = ("iso", "date", "unix", "unix_ms", "received")
_ASKED: Final = ("iso", "date", "unix", "unix_ms", "days")
_HOURS: Final = "HIXcTsfp"
_DAY: Final = timedelta(days=1)


def _is_pattern(text: str) -> bool:
    return "%" in text


class Moment(Part):
    """A time in a row: the first format that reads it counts. A time without an offset is refused unless a zone is given."""

    path: Paths | None = Field(default=None, description="Where it is.")
    format: tuple[str, ...] = Field(
        default=("iso",),
        description="`iso` (with an offset, or a day), `date` (the day, whatever follows it), `unix`, `unix_ms`, a pattern "
        'such as `"%d/%m/%Y %H:%M"`, `received` (the time of receipt, where the paths find nothing); or a list, in order.',
    )
    timezone: Zone | None = Field(
        default=None, description="The zone of times written without an offset: `Europe/Paris`."
    )

    _one_or_many = field_validator("format", mode="before")(listed)

    @field_validator("format")
    @classmethod
    def _formats_exist(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for text in formats:
            if text not in FORMATS and not _is_pattern(text):
                raise ValueError(f"no such format{nearest(text, FORMATS)}, or a pattern such as %d/%m/%Y")
        if not formats:
            raise ValueError("it is empty")
        return formats

    @property
    def says_when(self) -> bool:
        """False when it can only be the time of receipt."""
        return self.path is not None

    def read(self, root: Any, received: datetime) -> datetime | date:
        """The moment a row tells; a date when the hour is not known. Raises InputError."""
        value = self.path.first(root) if self.path is not None else None
        if value is None:
            if "received" in self.format:
                return received
            raise InputError("no time is there", fix='add "received" to its formats to take the time of receipt')
        problem: InputError | None = None
        for form in self.format:
            if form != "received":
                try:
                    return self._read(value, form)
                except InputError as error:
                    problem = problem or error
        raise problem or InputError("there is a time, but no format for it")

    def _read(self, value: Any, form: str) -> datetime | date:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise InputError("the time is neither text nor a number")
        if form in {"unix", "unix_ms"}:
            return _from_unix(value, 1000 if form == "unix_ms" else 1)
        text = str(value).strip()
        try:
            if _is_pattern(form):
                moment = datetime.strptime(text, form)  # noqa: DTZ007  the zone is looked at below
                if not any(f"%{letter}" in form for letter in _HOURS):
                    return date(moment.year, moment.month, moment.day)
            elif form == "date" or len(text) <= len("2026-01-31"):
                return date.fromisoformat(text[: len("2026-01-31")])
            else:
                moment = datetime.fromisoformat(text)
        except (ValueError, OverflowError) as error:
            raise InputError(f"{text[:40]!r} is not a time of the format {form}") from error
        if moment.tzinfo is None:
            if self.timezone is None:
                raise InputError(
                    f"{text[:40]!r} has no timezone", fix='say which: timezone = "Europe/Paris", or format = "date"'
                )
            moment = moment.replace(tzinfo=ZoneInfo(self.timezone))
        return moment


def _moment(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) or is_list(value) else value


MomentOption = Annotated[Moment, BeforeValidator(_moment)]
"""A plain path stands for `{ path = ... }`."""
RECEIVED: Final = Moment(format=("received",))
"""The time of receipt."""


def _from_unix(value: str | float, per_second: int) -> datetime:
    try:
        return datetime.fromtimestamp(float(value) / per_second, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            f"{str(value)[:40]!r} is not a number of {'milli' if per_second > 1 else ''}seconds"
        ) from error


class Window(Part):
    """How the source is told from when, or until when."""

    param: str = Field(min_length=1, description="The parameter.")
    format: str = Field(
        default="iso",
        description="`iso`, `date`, `unix`, `unix_ms`, `days` (whole days before now), or a pattern, in UTC.",
    )
    most: int | None = Field(default=None, ge=1, description="With `days`: never more than these.")

    @field_validator("format")
    @classmethod
    def _format_exists(cls, form: str) -> str:
        if form not in _ASKED and not _is_pattern(form):
            raise ValueError(f"no such format{nearest(form, _ASKED)}, or a pattern such as %Y-%m-%d")
        return form

    def told(self, moment: datetime, now: datetime) -> str | int:
        """`moment` as the source wants it."""
        moment = moment.astimezone(UTC)
        if self.format == "days":
            days = max(1, math.ceil((now - moment) / _DAY))
            return min(days, self.most or days)
        if self.format in {"unix", "unix_ms"}:
            return int(moment.timestamp() * (1000 if self.format == "unix_ms" else 1))
        if self.format == "date":
            return moment.date().isoformat()
        return moment.isoformat() if self.format == "iso" else moment.strftime(self.format)


def day_of(moment: datetime | date) -> date:
    """The UTC day."""
    return moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment


def within(moment: datetime | date, since: datetime | None, until: datetime | None) -> bool:
    """Whether it lies in the window; what is known to the day counts when its day does."""
    if not isinstance(moment, datetime):
        start = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
        since = datetime(since.year, since.month, since.day, tzinfo=UTC) if since is not None else None
        return (since is None or start >= since) and (until is None or start < until)
    return (since is None or moment >= since) and (until is None or moment < until)
