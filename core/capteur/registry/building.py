"""From a plugin's class and its raw table to its frozen options; every mistake told at once, and never with the value."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError
from pydantic_core import ErrorDetails, to_jsonable_python

from capteur.clock import parse_duration
from capteur.errors import CapteurError, ConfigError
from capteur.kinds import Kind, kind_of
from capteur.options import Options
from capteur.registry.contract import DURATIONS, duration_is_zero, shape_of
from capteur.registry.loading import as_plugin_error, is_authors
from capteur.registry.shapes import Config, Instance, Origin
from capteur.sensor import RESERVED, Sensor

P = TypeVar("P", bound=Options)
_AT = re.compile(r"([01]\d|2[0-3]):[0-5]\d ([A-Za-z0-9_+/-]+)")
_LONG = 4
_PLAIN = frozenset({"literal_error", "enum", "string_pattern_mismatch", "missing", "extra_forbidden"})
"""Types of error whose text never has the given value in it, though it may look like it."""


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'api_key'?`, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def options(
    cls: type[P], raw: Mapping[str, Any], *, who: str, table: str, config: Config | None, reserved: Collection[str]
) -> tuple[P, frozenset[str], Mapping[str, Any]]:
    """The plugin's options, the secrets among them, and what they were built from (secrets in the clear).

    Raises ConfigError with everything that is wrong; it names option and place, and quotes no value.
    """
    place = config.place(table) if config else ""
    given, secrets = config.resolve(table, raw) if config else (dict(raw), frozenset[str]())
    try:
        made, taken = _validated(cls, given, table, config)
    except ValidationError as error:
        found = _problems(error.errors(include_url=False, include_context=False), cls, reserved)
        raise ConfigError(f"{who}: {_masked('; '.join(found), secrets)}", why=place) from None
    except CapteurError as error:
        raise ConfigError(
            f"{who}: {_masked(error.what, _texts(given))}", why=place, fix=_masked(error.fix, _texts(given))
        ) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  an author's validator may raise anything, SystemExit too
        problem = as_plugin_error(error, is_authors(cls), cls.__module__)
        raise ConfigError(f"{who}: {_masked(problem.what, _texts(given))}", why=place, fix=problem.fix) from None
    return made, secrets, taken


def _validated(
    cls: type[P], given: Mapping[str, Any], table: str, config: Config | None
) -> tuple[P, Mapping[str, Any]]:
    try:
        return cls.model_validate(given), given
    except ValidationError as error:
        spelled = {
            option: text
            for e in error.errors(include_url=False, include_context=False)
            if config and e["type"] == "string_type" and len(e["loc"]) == 1
            for option in (str(e["loc"][0]),)
            if (text := config.spelled(table, option)) is not None
        }
        if not spelled:
            raise
        taken = {**given, **spelled}  # a key of digits only came out of a variable as a number
        return cls.model_validate(taken), taken


def _problems(errors: list[ErrorDetails], cls: type[Options], reserved: Collection[str]) -> list[str]:
    """The errors of pydantic in our words, unknown options first: a misspelt one is why another is missing."""
    known = {f.alias or field for field, f in cls.model_fields.items()}
    unknown = [str(e["loc"][0]) for e in errors if e["type"] == "extra_forbidden" and len(e["loc"]) == 1]
    hints = [nearest(name, [*known, *reserved]) for name in unknown]
    found = [f"unknown option {name!r}{hint or _knows(known)}" for name, hint in zip(unknown, hints, strict=True)]
    for error in errors:
        name = ".".join(str(part) for part in error["loc"])
        if error["type"] == "missing":
            if not any(repr(name) in hint for hint in hints):
                found.append(f"option {name!r} is missing")
        elif name not in unknown:
            found.append(_problem(error, name))
    return list(dict.fromkeys(found))


def _problem(error: ErrorDetails, name: str) -> str:
    if error["type"] == "extra_forbidden":
        return f"unknown option {name!r}"
    text = error["msg"]
    for start in ("Value error, ", "Assertion failed, "):
        text = text.removeprefix(start)
    if error["type"] not in _PLAIN:
        text = _masked(text, _texts(error["input"]))
    text = text.replace("Input should be", "it should be", 1)
    return f"option {name!r}: {text}" if name else text


def _knows(known: Collection[str]) -> str:
    return f"; it knows {', '.join(sorted(known))}" if known else "; it has none of its own"


def _masked(text: str, values: Iterable[str]) -> str:
    """`text` without any of `values`: an author's own message may quote what it was given. Short ones only as whole words."""
    for value in sorted((v for v in values if v.strip()), key=len, reverse=True):
        found = re.escape(value)
        text = re.sub(found if len(value) >= _LONG else rf"(?<!\w){found}(?!\w)", "***", text)
    return text


def _texts(value: Any) -> set[str]:
    """Every scalar in a given value, as a message would spell it."""
    if isinstance(value, Mapping):
        return {text for item in value.values() for text in _texts(item)}
    if isinstance(value, list | tuple | set | frozenset):
        return {text for item in value for text in _texts(item)}
    if value is None or isinstance(value, bool):
        return set()
    return {str(value)}


def instance(name: str, raw: Mapping[str, Any], cls: type[Sensor], origin: Origin, config: Config) -> Instance:
    """A sensor's class and its table `[sensors.NAME]` as an Instance. Raises ConfigError."""
    table, who = f"sensors.{name}", f"sensor {name}"
    own, _ = config.resolve(table, {key: value for key, value in raw.items() if key in RESERVED})
    timing = _Timing(own, cls, lambda option: config.place(table, option))
    sensor, secrets, given = options(
        cls, {k: v for k, v in raw.items() if k not in RESERVED}, who=who, table=table, config=config, reserved=RESERVED
    )
    found: list[str] = []
    canonical = _canonical(sensor, found)
    use = cls.name
    return Instance(
        name=name,
        use=use,
        sensor=sensor,
        shape=shape_of(cls),
        at=timing.at(),
        **{word: timing.duration(word) for word in DURATIONS},
        budget=timing.budget(),
        enabled=timing.flag("enabled", default=True),
        isolate=timing.flag("isolate", default=False),
        config_hash=_digest(json.dumps([use, canonical], sort_keys=True, ensure_ascii=True))[:32],
        secrets=frozenset(secret for secret in (*secrets, *found) if secret),
        origin=origin,
        kinds=_kinds(cls),
        given=given,
    )


def is_enabled(name: str, raw: Mapping[str, Any], config: Config, group: str = "sensors") -> bool:
    """Whether an instance takes part; looked at before anything is imported."""
    return _Timing(raw, Sensor, lambda option: config.place(f"{group}.{name}", option)).flag("enabled", default=True)


class _Timing:
    """The reserved options of a table, over the class's own words."""

    def __init__(self, raw: Mapping[str, Any], cls: type[Sensor], place: Callable[[str], str]) -> None:
        self._raw, self._cls, self._place = raw, cls, place

    def duration(self, word: str) -> timedelta:
        value: Any = self._raw.get(word, getattr(self._cls, word))
        text = value.strip() if isinstance(value, str) else ""
        if word == "overlap" and duration_is_zero(text):
            return timedelta(0)
        try:
            return parse_duration(text)
        except (ValueError, OverflowError):
            raise ConfigError(f"{self._place(word)}: expected a duration: 90s, 30m, 6h, 7d or 2w") from None

    def at(self) -> str | None:
        value = self._raw.get("at")
        if value is None:
            return None
        if "every" in self._raw:
            raise ConfigError(f"{self._place('at')}: `every` or `at`, not both")
        match = _AT.fullmatch(" ".join(value.split())) if isinstance(value, str) else None
        if match is None or not _is_zone(match[2]):
            raise ConfigError(
                f"{self._place('at')}: expected an hour and a place", fix='write e.g. at = "08:00 Europe/Paris"'
            )
        return match[0]

    def flag(self, word: str, *, default: bool) -> bool:
        value = self._raw.get(word, default)
        if not isinstance(value, bool):
            raise ConfigError(f"{self._place(word)}: expected true or false")
        return value

    def budget(self) -> int | None:
        value = self._raw.get("budget")
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
            return value
        raise ConfigError(f"{self._place('budget')}: expected a whole number of requests a run, 1 or more")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        try:
            ZoneInfo("Europe/Paris")
        except ZoneInfoNotFoundError:
            return True  # this machine has no zone data at all: not the configuration's fault
        return False
    return True


def _kinds(cls: type[Sensor]) -> dict[str, Kind]:
    return {kind.name: kind for kind in (k if isinstance(k, Kind) else kind_of(k) for k in cls.kinds)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(value: Any, secrets: list[str]) -> Any:
    """JSON that is equal for equal options in every process; secrets become digests and are appended to `secrets`."""
    if isinstance(value, SecretStr | SecretBytes):
        hidden: str | bytes = value.get_secret_value()
        text = hidden.decode("utf-8", "replace") if isinstance(hidden, bytes) else hidden
        secrets.append(text)
        return {"sha256": _digest("capteur:" + text)}
    if isinstance(value, BaseModel):
        return {name: _canonical(getattr(value, name), secrets) for name in sorted(type(value).model_fields)}
    if isinstance(value, Mapping):
        return {json.dumps(_canonical(key, secrets)): _canonical(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [_canonical(item, secrets) for item in value]
        return (
            items
            if isinstance(value, list | tuple)
            else sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
        )
    return to_jsonable_python(
        value, fallback=lambda other: type(other).__qualname__, inf_nan_mode="strings", bytes_mode="hex"
    )


def secrets_of(model: Options) -> Iterator[str]:
    """The values of every SecretStr among the options."""
    found: list[str] = []
    _canonical(model, found)
    yield from found
