"""What all conformance classes share: how a check refuses, how it stands aside, and how the checks run without pytest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NoReturn, TypeVar

import pytest

from capteur.errors import CapteurError

T = TypeVar("T")


def refuse(what: str, *, at: str = "", fix: str) -> NoReturn:
    """Fail the check: culprit and fact, the place where there is one, the cure. Our own frames would tell an author nothing."""
    lines = [what, *([f"  at {at}"] if at else []), f"  fix: {fix}"]
    pytest.fail("\n".join(lines), pytrace=False)


def stand_aside(reason: str) -> NoReturn:
    """The check does not apply to this plugin, or the test gives it too little to look at."""
    pytest.skip(reason)


class Conformance:
    """Base of the conformance classes; what costs time is done once per class."""

    made: ClassVar[dict[Any, Any]]
    """What was made for this class already, by name."""

    def __init_subclass__(cls, **words: Any) -> None:
        super().__init_subclass__(**words)
        cls.made = {}

    def _once(self, name: object, make: Callable[[], T]) -> T:
        """What `make` makes, made once per class; when it raises, the next one tries again."""
        made = type(self).made
        if name not in made:
            made[name] = make()
        found: T = made[name]
        return found


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check came to. `text` says why it failed or stood aside."""

    name: str
    outcome: Literal["passed", "failed", "skipped"]
    text: str = ""


def checks(cls: type[Conformance]) -> Iterator[str]:
    """The names of a class's checks, in the order they are written."""
    seen: set[str] = set()
    for base in reversed(cls.__mro__):
        for name in vars(base):
            if name.startswith("test_") and name not in seen and callable(getattr(cls, name)):
                seen.add(name)
                yield name


def verify(cls: type[Conformance], only: Collection[str] | None = None) -> list[Checked]:
    """Run every check of a conformance class without pytest's runner, or those named in `only`; never raises for a check."""
    return [_check(cls, name) for name in checks(cls) if only is None or name in only]


def _check(cls: type[Conformance], name: str) -> Checked:
    try:
        getattr(cls(), name)()
    except pytest.skip.Exception as aside:
        return Checked(name, "skipped", str(aside))
    except pytest.fail.Exception as failure:
        return Checked(name, "failed", str(failure))
    except CapteurError as error:
        return Checked(name, "failed", str(error))
    except Exception as error:  # noqa: BLE001  a plugin may raise anything; that is what is found out here
        return Checked(name, "failed", f"{type(error).__name__}: {error}")
    return Checked(name, "passed")
