"""Errors and yielded things on their way between two processes: told as words here, made again there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from capteur import errors
from capteur.errors import CapteurError, HostDown, PluginError, RateLimited, Stopped
from capteur.sensing.drive import Elsewhere, error_place, owned, said
from capteur.sensing.frames import as_stranger, pack, stranger, unpack
from capteur.signals import AccountFact, Checkpoint, Detected, Outcome, Revoke, SameAs, Signal, clean

THINGS: Final[Mapping[str, type[Detected]]] = {
    cls.__name__: cls for cls in (Signal, AccountFact, Outcome, Checkpoint, Revoke, SameAs)
}
_OURS: Final[Mapping[str, type[CapteurError]]] = {
    name: value for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, CapteurError)
}
_FAMILIES: Final = (LookupError, TypeError, AttributeError, ValueError)
"""Python's own errors that a verdict tells from the rest."""


class Died(Elsewhere, PluginError):  # noqa: N818  it is named for what happened, like all of capteur.errors
    """Its process ended, or is no longer to be understood. `place` is the line it last yielded from."""


def tell_thing(thing: object, at: str) -> dict[str, Any]:
    """A yielded thing as a message, raw: it is checked where it arrives. Raises RecursionError for one that holds itself."""
    name = next((n for n, cls in THINGS.items() if isinstance(thing, cls)), None)
    if name is None:
        return {"t": "thing", "is": type(thing).__name__, "at": at}
    fields = {field: pack(getattr(thing, field), as_stranger) for field in THINGS[name].__dataclass_fields__}
    return {"t": "thing", "is": name, "fields": fields, "at": at}


def make_thing(message: Mapping[str, Any]) -> object:
    """The thing a message tells of. Raises TypeError, ValueError, KeyError or RecursionError for one that `tell_thing` never makes."""
    cls = THINGS.get(message["is"])
    return stranger(message["is"]) if cls is None else cls(**unpack(message["fields"]))


def tell_error(error: BaseException) -> dict[str, Any]:
    """An error in words: its class where it is one of ours, its name, its text, the author's line."""
    error = owned(error)
    told: dict[str, Any] = {"name": said(type(error).__name__), "text": said(error), "place": error_place(error)}
    if isinstance(error, Stopped):
        told["ours"] = "Stopped"
    elif isinstance(error, CapteurError):
        told["ours"] = next(c.__name__ for c in type(error).__mro__ if _OURS.get(c.__name__) is c)
        told |= {"what": said(error.what), "why": said(error.why), "fix": said(error.fix)}
        if isinstance(error, RateLimited) and isinstance(error.retry_after, int | float):
            told["retry_after"] = float(error.retry_after)
        if isinstance(error, HostDown):
            told |= {"host": said(error.host), "retry_after": float(error.retry_after)}
    else:
        told["family"] = next((c.__name__ for c in _FAMILIES if isinstance(error, c)), "Exception")
    return told


def make_error(told: Mapping[str, Any], *, elsewhere: bool = False) -> BaseException:
    """The error again: ours as they are, others as a class of the same name and family that says the same.

    With `elsewhere` it also carries the author's line, which its traceback here has not.
    """
    ours = told.get("ours")
    if ours == "Stopped":
        return Stopped(str(told["text"]))
    base: type[Exception]
    space: dict[str, Any] = {"place": clean(str(told["place"]), 120)}
    words: dict[str, Any] = {}
    if ours is not None:
        base, args = _OURS[ours], (clean(str(told["what"]), 500),)
        words = {"why": clean(str(told["why"]), 500), "fix": clean(str(told["fix"]), 500)}
        if issubclass(base, RateLimited) and told.get("retry_after") is not None:
            words["retry_after"] = float(told["retry_after"])
        if issubclass(base, HostDown):
            words |= {"host": clean(str(told["host"]), 255), "retry_after": float(told["retry_after"])}
        name = ours
    else:
        base = next((c for c in _FAMILIES if c.__name__ == told.get("family")), Exception)
        args, name = (clean(str(told["text"]), 500),), clean(str(told["name"]), 80) or "Exception"
        space["__str__"] = lambda self: self.args[0]
    if elsewhere:
        made: BaseException = type(name, (Elsewhere, base), space)(*args, **words)
        return made
    return base(*args, **words) if ours is not None else type(name, (base,), space)(*args)
