"""Paths into what a source sends: JMESPath, compiled when the recipe is read; and `${option}`, what the user fills in.

In a path `${option}` stands for the value itself, as a literal; elsewhere for its text, or for the value where nothing else is there.
"""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple, TypeGuard
from urllib.parse import quote

from pydantic import BeforeValidator, PlainValidator, ValidationInfo

from capteur import ConfigError, InputError

__all__ = ["Filled", "FilledUrl", "Filling", "Found", "Paths", "is_list", "is_nothing", "is_table", "nearest"]

_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")


class Filling(NamedTuple):
    """What reading a recipe depends on: the option values, and the kinds this sensor may yield."""

    values: Mapping[str, Any]
    kinds: Collection[str]


def is_table(value: object) -> TypeGuard[dict[str, Any]]:
    """A JSON object or a TOML table."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """A JSON or TOML array."""
    return isinstance(value, list)


def is_nothing(value: object) -> bool:
    """Null, blank text, an empty list or object. False and 0 say something."""
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def nearest(word: str, known: Collection[str]) -> str:
    """`; did you mean 'path'?`, or what there is."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there are {', '.join(sorted(known))}" if known else ""


@dataclass(frozen=True, slots=True)
class Found:
    """One option's paths. `option` is what messages call it, `fields` every field name that is read on the way."""

    option: str
    variants: tuple[Any, ...] = field(repr=False)
    fields: frozenset[str] = frozenset()

    def all(self, root: Any) -> Iterator[Any]:
        """What each variant finds, in order, nothings left out. Raises InputError naming option and function."""
        for variant in self.variants:
            value = self._search(variant, root)
            if not is_nothing(value):
                yield value

    def first(self, root: Any) -> Any:
        """What the first variant finds that finds something, else None."""
        return next(self.all(root), None)

    def present(self, root: Any) -> Any:
        """What the first variant finds that is there at all, be it empty; else None."""
        return next((v for v in (self._search(variant, root) for variant in self.variants) if v is not None), None)

    def holds(self, root: Any) -> bool:
        """JMESPath's truth: anything but false, null and what is empty."""
        return any(value is not False for value in self.all(root))

    def _search(self, variant: Any, root: Any) -> Any:
        try:
            return variant.search(root, _engine().options)
        except InputError as error:
            raise InputError(f"{self.option}: {error.what}") from error
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            name = getattr(error, "function_name", "")
            about = f"{name}() was given a value of a type it does not take" if name else "this value cannot be read so"
            raise InputError(f"{self.option}: {about}") from error


class _Engine(NamedTuple):
    """JMESPath with our functions, once it is known to be installed."""

    compiled: Callable[[str], Any]
    options: Any
    signatures: Mapping[str, list[Mapping[str, Any]]]


@functools.cache
def _engine() -> _Engine:
    """Raises ConfigError when the extra is not installed."""
    try:
        from capteur_sensors.recipes import engine
    except ImportError as error:
        raise ConfigError(
            "recipes need the package jmespath, which is not installed", fix="pip install 'capteur[recipes]'"
        ) from error
    return _Engine(engine.compiled, engine.options(), engine.signatures())


def _compiled(text: str) -> Any:
    """Raises ValueError that says where it cannot be read, never what it is: a path may hold an option's value."""
    try:
        made = _engine().compiled(text)
    except (ValueError, RecursionError) as error:
        at = getattr(error, "lex_position", None)
        if not text.strip():
            where = "it is empty"
        elif not isinstance(at, int) or at >= len(text):
            where = "it ends too early"
        else:
            where = f"character {at + 1} does not fit"
        raise ValueError(f"not a JMESPath: {where}") from None
    for node in _nodes(made.parsed):
        if node["type"] == "function_expression":
            _check_call(node)
    return made


def _check_call(node: Mapping[str, Any]) -> None:
    known, name, given = _engine().signatures, node["value"], len(node["children"])
    if name not in known:
        raise ValueError(f"not a JMESPath: there is no function {name}(){nearest(name, list(known))}")
    signature = known[name]
    variadic = bool(signature) and bool(signature[-1].get("variadic"))
    if given < len(signature) or (given > len(signature) and not variadic):
        few = "at least " if variadic else ""
        raise ValueError(f"not a JMESPath: {name}() takes {few}{len(signature)}, not {given} arguments")


def _nodes(node: Any) -> Iterator[Mapping[str, Any]]:
    if is_table(node):
        yield node
        for child in node.get("children", ()):
            yield from _nodes(child)


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise ValueError(f"${{{name}}} is no option of this recipe{nearest(name, list(values))}")
    return values[name]


def _values(info: ValidationInfo) -> Mapping[str, Any]:
    return info.context.values if isinstance(info.context, Filling) else {}


def _paths(given: Any, info: ValidationInfo) -> Found:
    texts: list[Any] = given if is_list(given) else [given]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise ValueError("expected a path in quotes, or a list of them")
    values = _values(info)
    compiled = [_compiled(_PLACEHOLDER.sub(lambda m: _literal(_value(m[1], values)), text)) for text in texts]
    fields = {node["value"] for made in compiled for node in _nodes(made.parsed) if node["type"] == "field"}
    return Found(info.field_name or "", tuple(compiled), frozenset(fields))


def _literal(value: Any) -> str:
    """A JMESPath literal; a backtick would end it."""
    return "`" + json.dumps(value).replace("`", "\\u0060") + "`"


def _filled(given: Any, info: ValidationInfo, *, escape: bool = False) -> Any:
    values = _values(info)

    def text(match: re.Match[str]) -> str:
        value = _value(match[1], values)
        if value is None or is_list(value):
            raise ValueError(f"${{{match[1]}}} stands within a text, but is {'a list' if value else 'not given'}")
        plain = str(value).lower() if isinstance(value, bool) else str(value)
        return quote(plain, safe="") if escape and match.start() else plain  # at the start it is the place itself

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            whole = None if escape else _PLACEHOLDER.fullmatch(value)
            return _value(whole[1], values) if whole else _PLACEHOLDER.sub(text, value)
        if is_table(value):
            return {key: fill(item) for key, item in value.items()}
        return [fill(item) for item in value] if is_list(value) else value

    return fill(given)


def _filled_url(given: Any, info: ValidationInfo) -> Any:
    return _filled(given, info, escape=True)


Paths = Annotated[Found, PlainValidator(_paths)]
"""A path, or a list of them of which the first that finds something counts."""
Filled = BeforeValidator(_filled)
"""Marks a value in which `${option}` is filled in."""
FilledUrl = BeforeValidator(_filled_url)
"""The same for an address: what is filled in behind its start is escaped, so that it cannot lead to another place."""
