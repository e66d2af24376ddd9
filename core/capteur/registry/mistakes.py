"""What is wrong with a plugin's options, in our words: every mistake at once, by option, and never with a value.

A validator's own sentence is its author's: it may quote what was given, unless that is a secret, or might be one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pydantic import SecretBytes, SecretStr
from pydantic_core import ErrorDetails

from capteur.expecting import expected
from capteur.nearest import did_you_mean
from capteur.options import Options, names_a_secret

FIX = "  fix: "
"""What a validator's own message may have behind it: the cure."""
_LONG = 4
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_OF_A_SHELL = re.compile(r"\$\{?[A-Z][A-Z0-9_]+\}?")
_AUTHORS = frozenset({"value_error", "assertion_error"})
"""What pydantic calls an error that a validator of the plugin raised."""
_KEY = "[key]"
"""What pydantic calls the place of a wrong key: its name is no value, and no secret."""


def problems(
    errors: list[ErrorDetails],
    given: Mapping[str, Any],
    cls: type[Options],
    reserved: Collection[str],
    hidden: Collection[str],
) -> list[str]:
    """One sentence an option, unknown options first: a misspelt one is why another is missing. `hidden` is not quoted by any."""
    known = {f.alias or field for field, f in cls.model_fields.items()}
    unknown = [str(e["loc"][0]) for e in errors if e["type"] == "extra_forbidden" and len(e["loc"]) == 1]
    hints = [did_you_mean(name, [*known, *reserved]) for name in unknown]
    found = [f"unknown option {name!r}{hint or _knows(known)}" for name, hint in zip(unknown, hints, strict=True)]
    told: dict[str, list[str]] = {}
    for error in errors:
        if error["type"] == "default_factory_not_called":  # the mistake it waits for is told
            continue
        if error["type"] == "extra_forbidden" and len(error["loc"]) == 1:
            continue
        if error["type"] == "missing" and any(repr(str(error["loc"][-1])) in hint for hint in hints):
            continue
        told.setdefault(place(error, given), []).append(_words(error, hidden))
    return found + [f"{where}{_together(texts)}" for where, texts in told.items()]


def unlikely(made: Options, given: Mapping[str, Any]) -> list[str]:
    """Secrets that cannot be any: an empty one, and the name of a variable as a shell writes it."""
    found = []
    for name, field in type(made).model_fields.items():
        value, text = getattr(made, name), given.get(field.alias or name, given.get(name))
        if isinstance(value, SecretStr | SecretBytes) and isinstance(text, str):
            variable = f"{type(made).name}_{name}".upper().replace("-", "_")
            write = f'write {name} = "env:{variable}"'
            if not text.strip():
                found.append(f"option {name!r} is empty{FIX}{write}, or remove the line")
            elif _OF_A_SHELL.fullmatch(text.strip()):
                found.append(f"option {name!r}: a variable is not written as in a shell{FIX}{write}")
    return found


def place(error: ErrorDetails, given: Mapping[str, Any]) -> str:
    """`option 'names', item 2: `, as far as it was written; nothing for a mistake of the whole.

    What pydantic adds to a place (the branch of a union) is not in what was given, and says nothing to a person.
    """
    here: Any = given
    loc, names, told = error["loc"], list[str](), list[str]()

    def tell() -> None:
        if names:
            told.append(f"option '{'.'.join(names)}'" if not told else f"'{'.'.join(names)}'")
            names.clear()

    for at, part in enumerate(loc):
        if isinstance(here, Mapping) and (
            part in here or (error["type"] in {"missing", "extra_forbidden"} and at == len(loc) - 1)
        ):
            names.append(str(part) if _BARE.fullmatch(str(part)) else f'"{part}"')
            here = here.get(part)
        elif isinstance(here, list | tuple) and isinstance(part, int) and part < len(here):
            tell()
            told.append(f"item {part + 1}")
            here = here[part]
        else:
            if not names and not told:  # a default of the author's own, which nobody has written
                names.append(str(part))
            break
    tell()
    return ", ".join(told) + ("" if not told else " " if error["type"] == "missing" else ": ")


def _words(error: ErrorDetails, hidden: Collection[str]) -> str:
    kind = error["type"]
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return "it is not known there"
    words = expected(error)
    if words is not None:
        return f"expected {words}"
    text = error["msg"]
    for start in ("Value error, ", "Assertion failed, "):
        text = text.removeprefix(start)
    text = text.replace("Input should be", "expected", 1)
    of_a_key = bool(error["loc"]) and error["loc"][-1] == _KEY
    if kind == "enum" or of_a_key:
        return text
    return masked(text, hidden if kind in _AUTHORS else texts(error["input"]))


def _together(found: list[str]) -> str:
    """What the branches of a union expect, as one sentence."""
    once = list(dict.fromkeys(found))
    if len(once) > 1 and all(text.startswith("expected ") for text in once):
        return " or ".join([once[0], *(text.removeprefix("expected ") for text in once[1:])])
    return "; ".join(once)


def _knows(known: Collection[str]) -> str:
    return f"; it knows {', '.join(sorted(known))}" if known else "; it has none of its own"


def masked(text: str, values: Iterable[str]) -> str:
    """`text` without any of `values`: an author's own message may quote what it was given. Short ones only as whole words."""
    for value in sorted((v for v in values if v.strip()), key=len, reverse=True):
        found = re.escape(value)
        text = re.sub(found if len(value) >= _LONG else rf"(?<!\w){found}(?!\w)", "***", text)
    return text


def hidden(cls: type[Options], given: Mapping[str, Any], secrets: Iterable[str]) -> set[str]:
    """Given values that no message shows: `secrets` (out of the environment), what a secret option or one of such a name was
    given at any depth, and what an option was given that nobody knows, for it may be a misspelt one.
    """
    found, plain = {*secrets}, set[str]()
    for field, info in cls.model_fields.items():
        if "Secret" not in repr(info.annotation):
            plain |= {field, info.alias or field}
    for option, value in given.items():
        found |= _suspect(value) if option in plain and not names_a_secret(option) else texts(value)
    return found


def _suspect(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return {
            text
            for name, item in value.items()
            for text in (texts(item) if names_a_secret(str(name)) else _suspect(item))
        }
    if isinstance(value, list | tuple | set | frozenset):
        return {text for item in value for text in _suspect(item)}
    return set()


def texts(value: Any) -> set[str]:
    """Every scalar in a given value, as a message would spell it."""
    if isinstance(value, Mapping):
        return {text for item in value.values() for text in texts(item)}
    if isinstance(value, list | tuple | set | frozenset):
        return {text for item in value for text in texts(item)}
    if value is None or isinstance(value, bool):
        return set()
    return {str(value)}
