"""What must not be left behind in objects, classes and modules, and what another process would see differently."""

from __future__ import annotations

import builtins
import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType, ModuleType
from typing import Any

from pydantic import BaseModel

from capteur.options import Options

DEEP = 6
"""So far a value is looked into."""
SALT = 0x5CA1AB1E
_PLAIN = (str, bytes, int, float, bool, type(None))


def _frozen(value: Any, depth: int = 0) -> Any:
    """A value that is equal to itself later exactly when nothing in it changed."""
    if isinstance(value, _PLAIN):
        return value
    if depth >= DEEP:
        return type(value), id(value)
    if isinstance(value, dict):
        return tuple((repr(key), _frozen(item, depth + 1)) for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        return tuple(_frozen(item, depth + 1) for item in items)
    inner = getattr(value, "__dict__", None)
    if inner and not isinstance(value, type | FunctionType | ModuleType):
        return type(value), id(value), _frozen(dict(inner), depth + 1)
    return type(value), id(value), len(value) if hasattr(value, "__len__") and not isinstance(value, type) else 0


def state_of(plugin: Options) -> dict[str, Any]:
    """What the object and its class hold, by a name for people. Cached properties are derived from options, not state."""
    cls = type(plugin)
    derived = {
        name
        for base in cls.__mro__
        for name, value in vars(base).items()
        if isinstance(value, functools.cached_property)
    }
    private = getattr(plugin, "__pydantic_private__", None) or {}
    found = {
        f"self.{name}": _frozen(value) for name, value in {**vars(plugin), **private}.items() if name not in derived
    }
    for base in cls.__mro__:
        if issubclass(base, Options) and not base.__module__.startswith("capteur."):
            for name, value in vars(base).items():
                if not name.startswith(("__", "_abc_", "model_")) and not callable(value):
                    found[f"{base.__name__}.{name}"] = _frozen(value)
    return found


def modules_of(plugin: type) -> dict[str, Any]:
    """The plain values in the globals of the plugin's own modules, by `module.NAME`."""
    home = sys.modules.get(plugin.__module__)
    package = getattr(home, "__package__", "") or plugin.__module__
    found = {}
    for name, module in list(sys.modules.items()):
        if name == plugin.__module__ or name.startswith(package + "."):
            for word, value in list(getattr(module, "__dict__", {}).items()):
                if not word.startswith("__") and isinstance(value, (*_PLAIN, dict, list, set)):
                    found[f"{name}.{word}"] = _frozen(value)
    return found


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The names whose values are not what they were."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


@contextmanager
def another_process(plugin: type[BaseModel]) -> Iterator[None]:
    """Let hash() in the plugin's own module answer as another process would: Python salts it anew in each."""
    module = sys.modules.get(plugin.__module__)
    space = getattr(module, "__dict__", {})
    if "hash" in space or not any("hash" in _names(value) for value in list(space.values())):
        yield
        return
    space["hash"] = lambda value: builtins.hash(value) ^ SALT
    try:
        yield
    finally:
        del space["hash"]


def _names(value: Any) -> Iterator[str]:
    """The globals that a function, or the methods of a class, look up."""
    functions = [value] if isinstance(value, FunctionType) else vars(value).values() if isinstance(value, type) else ()
    for function in functions:
        code = getattr(function, "__code__", None)
        waiting = [code] if isinstance(code, CodeType) else []
        while waiting:
            code = waiting.pop()
            yield from code.co_names
            waiting += [inner for inner in code.co_consts if isinstance(inner, CodeType)]
