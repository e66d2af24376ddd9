"""The name of a time zone as an option."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator

__all__ = ["Zone"]


def _exists(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("no such time zone; write e.g. Europe/Paris or UTC") from error
    return name


Zone = Annotated[str, AfterValidator(_exists)]
"""A zone of the IANA database, `Europe/Paris`."""
