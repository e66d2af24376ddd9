"""From a recipe's name and the options of its instance to a `Book`; every mistake at once, by file, table and option.

No message quotes a value: it may be the secret somebody wrote into the wrong line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from capteur import ConfigError
from capteur.expecting import expected
from capteur_sensors.recipes.book import Book, Given
from capteur_sensors.recipes.paths import Filling, is_list, is_table, nearest
from capteur_sensors.recipes.shapes import Part

__all__ = ["TEMPLATES", "file_of", "is_template", "load", "templates"]

TEMPLATES = "capteur_sensors.recipes"
MAX_BYTES = 256 * 1024
_SHIPPED = re.compile(r"[A-Za-z0-9_-]+")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NAMED = frozenset({"signals", "facts", "outcomes", "options"})
_TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (str, int),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_WORDS = {"text": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}


@dataclass(frozen=True, slots=True)
class Source:
    """A recipe as it was read: what messages call it, the file's tables, and the user's changes to them."""

    label: str
    document: Mapping[str, Any]
    adjust: Mapping[str, Any]

    def place(self, loc: Iterable[str | int], also: str = "") -> str:
        """`mantiks.toml, [signals.opening] occurred_at`, as far as it is written out; `also` may be an option below it."""
        here: Any = self.merged
        written: list[str] = []
        for part in map(str, loc):
            if not is_table(here) or part not in here:
                break
            here = here[part]
            written.append(part)
        size = 2 if written and written[0] in _NAMED else 1
        table, option = ".".join(written[:size]), ".".join(written[size:])
        label = "adjust" if _has(self.adjust, [*written, *([also] if also else [])]) else self.label
        return (f"{label}, [{table}]" if table else label) + (f" {option}" if option else "")

    @property
    def merged(self) -> dict[str, Any]:
        """The file with the user's changes."""
        return _merged(self.document, self.adjust)


def templates() -> list[str]:
    """The names of the recipes that come with capteur."""
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in (files(TEMPLATES) / "templates").iterdir()
        if entry.name.endswith(".toml")
    )


def is_template(name: str) -> bool:
    """Whether this means a shipped recipe, not a file of the project."""
    return _SHIPPED.fullmatch(name) is not None


def file_of(name: str) -> Path:
    """The file behind a recipe's name; that of a project's own is relative to the project."""
    return Path(str(files(TEMPLATES) / "templates" / f"{name}.toml")) if is_template(name) else Path(name)


def load(
    name: str,
    *,
    base: str | Path,
    options: Mapping[str, Any],
    adjust: Mapping[str, Any],
    kinds: Collection[str],
) -> Book:
    """The recipe `name`: a shipped one, or a file relative to `base`, with `adjust` laid over it and `options` filled in.

    Raises ConfigError listing everything that is wrong, by file, table and option.
    """
    label, text = _text(name, base)
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        where = re.search(r"at (?:line \d+, column \d+|end of document)", str(error))
        raise ConfigError(
            f"{label}: not TOML, {where[0] if where else 'nested too deeply'}",
            fix="text values need quotes, tables need [brackets]; a path with \"quotes\" in it goes into 'single' ones",
        ) from None
    source = Source(label, document, adjust)
    merged = source.merged
    declared = _declared(source, merged)
    filling = Filling(_given(label, declared, options), kinds)
    try:
        return Book.model_validate(merged, context=filling)
    except ValidationError as error:
        found = _all_told(error.errors(include_url=False), source)
        raise ConfigError("; ".join(dict.fromkeys(found)), fix="the options: docs/recipes.md") from None


def _text(name: str, base: str | Path) -> tuple[str, str]:
    if is_template(name):
        if name not in templates():
            raise ConfigError(
                f"no recipe of that name comes with capteur{nearest(name, templates())}",
                fix='a file of your own is named with its ending: recipe = "mine.toml"',
            )
        file = files(TEMPLATES) / "templates" / f"{name}.toml"
        return f"{name}.toml", file.read_text(encoding="utf-8")
    path = Path(base, name).expanduser()
    fix = "correct `recipe` (relative paths start beside capteur.toml), or take a shipped one: " + ", ".join(
        templates()
    )
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ConfigError(f"{path.name} is larger than {MAX_BYTES // 1024} KB; is it a recipe?", fix=fix)
        return path.name, content.decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"there is no recipe {path}", fix=fix) from None
    except IsADirectoryError:
        raise ConfigError(f"{path} is a folder, not a recipe", fix=fix) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path.name} is not UTF-8 text", fix="save the file as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read", why=error.strerror or type(error).__name__) from None


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are laid over tables; anything else replaces what was there."""
    made = dict(below)
    for key, value in above.items():
        under = made.get(key)
        made[key] = _merged(under, value) if is_table(under) and is_table(value) else value
    return made


def _declared(source: Source, merged: Mapping[str, Any]) -> dict[str, Given]:
    raw = merged.get("options", {})
    declared: dict[str, Given] = {}
    problems: list[str] = []
    for name, table in raw.items() if is_table(raw) else ():
        if not _NAME.fullmatch(name):
            problems.append(f"{source.label}, [options]: a name has lower-case letters, digits and _ only")
            continue
        try:
            declared[name] = Given.model_validate(table)
        except ValidationError as error:
            problems += [
                _told({**e, "loc": ("options", name, *e["loc"])}, source) for e in error.errors(include_url=False)
            ]
    if problems:
        raise ConfigError("; ".join(problems), fix="the options: docs/recipes.md")
    return declared


def _given(label: str, declared: Mapping[str, Given], options: Mapping[str, Any]) -> dict[str, Any]:
    """The option values. Raises ConfigError for unknown, missing and wrong ones."""
    unknown = {name: nearest(name, list(declared)) or "; it has none" for name in options if name not in declared}
    problems = [f"options: {label} has no option {name!r}{near}" for name, near in unknown.items()]
    values: dict[str, Any] = {}
    for name, option in declared.items():
        value = options.get(name, option.default)
        values[name] = None
        if value is None:
            if option.required and not any(f"mean {name!r}" in near for near in unknown.values()):
                about = f": {option.about}" if option.about else ""
                problems.append(f"options: {label} needs the option {name!r}{about}")
            continue
        items: list[Any] = value if is_list(value) else [value]
        if is_list(value) and not option.many:
            problems.append(f"options: {name!r} is one value, not a list")
        elif not all(_fits(item, option.type) for item in items):
            each = "a list of " if option.many else ""
            problems.append(f"options: {name!r}: expected {each}{_WORDS[option.type]}")
        else:
            items = [str(item) if option.type == "text" else item for item in items]
            values[name] = items if option.many else items[0]
    if problems:
        raise ConfigError("; ".join(problems), fix='write e.g. options = { name = "value" } in the table of the sensor')
    return values


def _fits(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _has(table: Any, path: list[str]) -> bool:
    for part in path:
        if not is_table(table) or part not in table:
            return False
        table = table[part]
    return bool(path)


def _all_told(errors: list[ErrorDetails], source: Source) -> list[str]:
    """Every error in our words; a misspelt option is why another one is missing, so that one goes unsaid."""
    told = [_told(error, source) for error in errors]
    hints = [text for text, error in zip(told, errors, strict=True) if error["type"] == "extra_forbidden"]
    return [
        text
        for text, error in zip(told, errors, strict=True)
        if error["type"] != "missing"
        or not any(hint.endswith(f"did you mean {str(error['loc'][-1])!r}?") for hint in hints)
    ]


def _told(error: ErrorDetails, source: Source) -> str:
    """One error of pydantic in our words."""
    loc, last = error["loc"], str(error["loc"][-1]) if error["loc"] else ""
    what = "table" if len(loc) == 1 else "option"
    if error["type"] == "missing":
        return f"{source.place(loc[:-1])}: the {what} {last!r} is missing"
    if error["type"] == "extra_forbidden":
        return f"{source.place(loc[:-1], last)}: unknown {what} {last[:60]!r}{nearest(last, _known(loc[:-1]))}"
    words = expected(error)
    return f"{source.place(loc)}: {f'expected {words}' if words else error['msg'].removeprefix('Value error, ')}"


def _known(loc: Iterable[str | int]) -> list[str]:
    """The options of the table at `loc`."""
    here: type[Part] | None = Book
    named = False
    for part in loc:
        if named:  # the name of one table among several of its kind: [signals.NAME]
            named = False
        elif here is not None:
            field = here.model_fields.get(str(part))
            here = _part_of(field.annotation) if field else None
            named = field is not None and get_origin(field.annotation) is dict
    return list(here.model_fields) if here is not None else []


def _part_of(annotation: Any) -> type[Part] | None:
    """The table's class inside `X | None`, `dict[str, X]`, `Annotated[X, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    if get_origin(annotation) in {Union, UnionType, dict, Annotated}:
        return next((made for inner in get_args(annotation) if (made := _part_of(inner)) is not None), None)
    return None
