"""Does a plugin's class keep the contract? Every problem in one message, each with the author's line and the cure."""

from __future__ import annotations

import dis
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

from capteur.clock import parse_duration
from capteur.errors import PluginError
from capteur.estimator import Estimator
from capteur.kinds import Kind, is_kind_name
from capteur.notifier import Notifier
from capteur.options import Options
from capteur.registry.shapes import ONE, Found, Group, Shape
from capteur.sensor import API, AccountSensor, FeedSensor, PushSensor, Sensor, reserved
from capteur.signals import clean

SHAPES: tuple[tuple[type[Sensor], Shape, str, tuple[str, ...]], ...] = (
    (FeedSensor, "feed", "detect", ("ctx",)),
    (AccountSensor, "account", "detect", ("ctx", "account")),
    (PushSensor, "push", "receive", ("ctx", "delivery")),
)
DURATIONS = ("every", "overlap", "first_run", "deadline", "silent_after")
_WORDS = frozenset({"name", "api"})
_SENSOR_WORDS = _WORDS | {"kinds", "present_only", "history", "keeps", "open_to", *DURATIONS}
NEVER_KEPT = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
"""Headers that no sensor gets to see."""
_BASE: dict[Group, type[Options]] = {"sensors": Sensor, "estimators": Estimator, "notifiers": Notifier}
_METHODS: dict[Group, tuple[str, ...]] = {
    "estimators": ("explain", "estimate", "fold", "read", "ceiling"),
    "notifiers": ("notify",),
}
_MUTABLE = (list, dict, set, bytearray)
_ZERO = re.compile(r"0+[smhdw]?")

Problem = tuple[int | None, str]


def check(target: object, found: Found) -> type[Options]:
    """The plugin's class when it keeps the contract. Raises PluginError listing everything that it does not."""
    base = _BASE[found.group]
    if not (isinstance(target, type) and issubclass(target, base)):
        what = target.__name__ if isinstance(target, type | FunctionType) else f"a {type(target).__name__}"
        raise PluginError(
            f"{found.origin.where}: {what} is not {_a(ONE[found.group])}",
            fix=f"derive a class from {bases(found.group)}",
        )
    problems = list(_problems(target, found))
    if problems:
        file = _file(target)
        lines = [
            f"{file}:{line}: {text}" if i == 0 or line != problems[0][0] else text
            for i, (line, text) in enumerate(problems)
        ]
        raise PluginError("; ".join(lines))
    return target


def shape_of(cls: type[Sensor]) -> Shape:
    """How a sensor's data arrives."""
    return next(shape for base, shape, _, _ in SHAPES if issubclass(cls, base))


def duration_is_zero(text: str) -> bool:
    """`0`, `0s`, `0d`: only an overlap may be nothing."""
    return _ZERO.fullmatch(text.strip()) is not None


def _problems(cls: type[Options], found: Found) -> Iterator[Problem]:
    line = _class_line(cls)
    for text in (*_api(cls), *_name(cls, found), *_fields(cls), *_state(cls)):
        yield line, text
    if issubclass(cls, Sensor):
        for text in (*_kinds(cls), *_durations(cls), *_receives(cls)):
            yield line, text
        yield from _detects(cls, line)
    for method in _METHODS.get(found.group, ()):
        if getattr(cls, method) is getattr(_BASE[found.group], method):
            yield line, f"{cls.__name__} has no {method}()"


def _api(cls: type[Options]) -> Iterator[str]:
    if "api" in cls.model_fields:
        return
    api: object = cls.api
    if type(api) is not int or api < 1:
        yield f"api is a whole number; this capteur speaks {API}"
    elif api > API:
        yield f"{cls.__name__} was written for plugin api {api}; this capteur speaks {API}: upgrade capteur"


def _name(cls: type[Options], found: Found) -> Iterator[str]:
    name = getattr(cls, "name", None)
    if "name" in cls.model_fields:
        return
    if not isinstance(name, str) or not name:
        yield f"{cls.__name__} has no 'name'; add e.g. name = \"{cls.__name__.lower()}\""
    elif name != found.name:
        yield f"{cls.__name__} is called {clean(name, 60)!r}, but its entry point {found.name!r}: make them equal"


def _fields(cls: type[Options]) -> Iterator[str]:
    names = {alias for name, f in cls.model_fields.items() for alias in (name, f.alias) if alias}
    for name in sorted(names & (_SENSOR_WORDS if issubclass(cls, Sensor) else _WORDS)):
        yield f"'{name}' has a type, so it became an option; write {name} = ... without one"
    if issubclass(cls, Sensor):
        for name in sorted((names & {*reserved(cls), "cost"}) - _SENSOR_WORDS):
            yield f"the option name '{name}' is capteur's own; call it otherwise"
    elif "use" in names:
        yield "the option name 'use' is capteur's own; call it otherwise"


def _state(cls: type[Options]) -> Iterator[str]:
    if cls.model_config.get("frozen") is not True or cls.model_config.get("extra") != "forbid":
        yield "model_config must stay frozen and forbid extra options"
    memory = "ctx.cursor and Checkpoint" if issubclass(cls, Sensor) else "the constructor's options"
    for name, private in sorted(cls.__private_attributes__.items()):
        default: object = private.default
        if isinstance(default, _MUTABLE) or private.default_factory in _MUTABLE:
            yield f"'{name}' would keep state between runs; memory lives in {memory}"
    for base in cls.__mro__:
        if issubclass(base, Options) and not base.__module__.startswith("capteur."):
            for name in sorted(base.__class_vars__):
                if name != "kinds" and isinstance(vars(base).get(name), _MUTABLE):
                    kind = type(vars(base)[name]).__name__
                    yield f"'{name}' is a {kind} that all runs would share; make it a tuple, frozenset or MappingProxyType, memory lives in {memory}"


def _kinds(cls: type[Sensor]) -> Iterator[str]:
    if "kinds" in cls.model_fields:
        return
    kinds: object = getattr(cls, "kinds", None)
    if kinds is None or kinds == ():
        yield f"{cls.__name__} has no 'kinds'; add e.g. kinds = (\"funding.raised\",)"
    elif not isinstance(kinds, tuple):
        example = f'("{clean(kinds, 60)}",)' if isinstance(kinds, str) else '("funding.raised",)'
        yield f"kinds is a {type(kinds).__name__}; write a tuple: kinds = {example}"
    else:
        for kind in kinds:
            name = kind.name if isinstance(kind, Kind) else kind
            if not is_kind_name(name):
                yield f"kinds: {clean(str(name), 60)!r} is not of the form area.fact, in lower case, e.g. 'funding.raised'"


def _durations(cls: type[Sensor]) -> Iterator[str]:
    for word in DURATIONS:
        if word in cls.model_fields:
            continue
        value: object = getattr(cls, word)
        try:
            if not (word == "overlap" and isinstance(value, str) and duration_is_zero(value)):
                parse_duration(value if isinstance(value, str) else "")
        except ValueError:
            yield f'{word} is not a duration; write e.g. {word} = "6h"'


def _receives(cls: type[Sensor]) -> Iterator[str]:
    if not issubclass(cls, PushSensor) or {"keeps", "open_to"} & {*cls.model_fields}:
        return
    keeps: object = cls.keeps
    if not isinstance(keeps, tuple) or not all(isinstance(h, str) and h and h == h.strip().lower() for h in keeps):
        yield 'keeps is a tuple of header names in lower case; write keeps = ("x-event",)'
    else:
        for header in sorted(NEVER_KEPT & {*keeps}):
            yield f"keeps: {header} is never kept; leave it out"
    if cls.open_to not in ("senders", "browsers"):
        yield "open_to is 'senders' or 'browsers'"


def _detects(cls: type[Sensor], line: int | None) -> Iterator[Problem]:
    shape = next((row for row in SHAPES if issubclass(cls, row[0])), None)
    if shape is None:
        yield line, f"{cls.__name__} has no shape; derive it from {bases('sensors')}"
        return
    base, _, method, arguments = shape
    call = f"{method}(self, {', '.join(arguments)})"
    function = inspect.getattr_static(cls, method)
    if function is inspect.getattr_static(base, method):
        yield line, f"{cls.__name__} has no {method}(); add def {call} and yield each Signal"
        return
    if not callable(function):
        yield line, f"{method} is not a method; write def {call}"
        return
    code = getattr(function, "__code__", None)
    here = code.co_firstlineno if code else line
    try:
        inspect.signature(function).bind(None, *arguments)
    except TypeError:
        yield here, f"{method} takes other arguments; write def {call}"
    except ValueError:
        pass  # a callable without a signature is called and seen
    if method == "receive" and (inspect.isasyncgenfunction(function) or inspect.iscoroutinefunction(function)):
        yield here, "receive is async; a push sensor is a plain parser: write def, and yield each Signal"
    elif (
        not inspect.isgeneratorfunction(function)
        and not inspect.isasyncgenfunction(function)
        and not _returns_something(function)
    ):
        yield here, f"{method}() never yields; yield each Signal"


def _returns_something(function: Callable[..., Any]) -> bool:
    """True for a plain function with a `return VALUE` (an iterator, we hope), and for what we cannot look into."""
    if inspect.iscoroutinefunction(function):
        return False
    if not isinstance(function, FunctionType) or hasattr(function, "__wrapped__"):
        return True
    before: dis.Instruction | None = None
    for step in dis.get_instructions(function):
        if step.opname == "RETURN_CONST" and step.argval is not None:
            return True
        if step.opname == "RETURN_VALUE" and not (
            before and before.opname.startswith("LOAD_CO") and before.argval is None
        ):
            return True
        before = step
    return False


def _class_line(cls: type) -> int | None:
    try:
        return inspect.findsource(cls)[1] + 1
    except (OSError, TypeError, IndexError):
        return None


def _file(cls: type) -> str:
    try:
        return Path(inspect.getfile(cls)).name
    except (OSError, TypeError):
        return cls.__module__


def bases(group: Group) -> str:
    """The classes a plugin of the group derives from, in words."""
    return "FeedSensor, AccountSensor or PushSensor" if group == "sensors" else _BASE[group].__name__


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
