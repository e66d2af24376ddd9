"""The base of the conformance classes: what a check says, as pytest tells it, and how the checks run without its runner."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from typing import Any

import pytest

from capteur.conforming import Aside, Checked, Checks, Refused, checks, refuse, stand_aside
from capteur.conforming import verify as verify_with

__all__ = ["Checked", "Conformance", "checks", "refuse", "stand_aside", "verify"]


def _as_pytest_tells_it(check: Callable[..., None]) -> Callable[..., None]:
    """Our own frames would tell an author nothing, so that only the message is shown."""

    @functools.wraps(check)
    def told(self: Checks) -> None:
        try:
            check(self)
        except Refused as found:
            pytest.fail(str(found), pytrace=False)
        except Aside as reason:
            pytest.skip(str(reason))

    return told


class Conformance(Checks):
    """Base of the conformance classes."""

    def __init_subclass__(cls, **words: Any) -> None:
        super().__init_subclass__(**words)
        for name in checks(cls):
            check = getattr(cls, name)
            if check.__module__.startswith("capteur.") and not hasattr(check, "__wrapped__"):
                setattr(cls, name, _as_pytest_tells_it(check))


def verify(cls: type[Checks], only: Collection[str] | None = None) -> list[Checked]:
    """Run every check of a conformance class without pytest's runner, or those named in `only`; never raises for a check."""
    return verify_with(cls, only, aside=(pytest.skip.Exception,), refused=(pytest.fail.Exception,))
