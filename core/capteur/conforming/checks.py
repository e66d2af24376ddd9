"""What all checks share: how one refuses, how it stands aside, and how they run without pytest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NoReturn, TypeVar

from capteur.errors import CapteurError
from capteur.registry.loading import said

T = TypeVar("T")


class Refused(Exception):  # noqa: N818  a verdict on a plugin, as capteur.errors names its own
    """A check found something: `what` names culprit and fact, `at` the place where there is one, `fix` the cure."""

    def __init__(self, what: str, at: str, fix: str) -> None:
        super().__init__("\n".join([what, *([f"  at {at}"] if at else []), f"  fix: {fix}"]))
        self.what, self.at, self.fix = what, at, fix


class Aside(Exception):  # noqa: N818  it is no error: the check does not apply
    """The check does not apply; the text says why."""


def refuse(what: str, *, at: str = "", fix: str) -> NoReturn:
    """Fail the check: culprit and fact, the place where there is one, the cure."""
    raise Refused(what, at, fix)


def stand_aside(reason: str) -> NoReturn:
    """The check does not apply to this plugin, or the test gives it too little to look at."""
    raise Aside(reason)


class Checks:
    """Base of the classes of checks; what costs time is done once per class."""

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
    """What one check came to. `text` says why it failed or stood aside; `fix` is the cure on its own, where there is one."""

    name: str
    outcome: Literal["passed", "failed", "skipped"]
    text: str = ""
    what: str = ""
    fix: str = ""


def checks(cls: type[Checks]) -> Iterator[str]:
    """The names of a class's checks, in the order they are written."""
    seen: set[str] = set()
    for base in reversed(cls.__mro__):
        for name in vars(base):
            if name.startswith("test_") and name not in seen and callable(getattr(cls, name)):
                seen.add(name)
                yield name


def verify(
    cls: type[Checks],
    only: Collection[str] | None = None,
    *,
    aside: tuple[type[BaseException], ...] = (Aside,),
    refused: tuple[type[BaseException], ...] = (Refused,),
) -> list[Checked]:
    """Run every check of a class, or those named in `only`; never raises for a check.

    `aside` and `refused` are what a check raises to say so.
    """
    return [_check(cls, name, aside, refused) for name in checks(cls) if only is None or name in only]


def _check(
    cls: type[Checks], name: str, aside: tuple[type[BaseException], ...], refused: tuple[type[BaseException], ...]
) -> Checked:
    try:
        getattr(cls(), name)()
    except aside as reason:
        return Checked(name, "skipped", str(reason))
    except refused as failure:
        what, at = getattr(failure, "what", ""), getattr(failure, "at", "")
        return Checked(name, "failed", str(failure), f"{at}: {what}" if at else what, getattr(failure, "fix", ""))
    except CapteurError as error:
        return Checked(name, "failed", str(error), error.what, error.fix)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  a plugin may raise anything, SystemExit too; that is found out here
        text = f"{type(error).__name__}: {said(error)}"
        return Checked(name, "failed", text, text)
    return Checked(name, "passed")
