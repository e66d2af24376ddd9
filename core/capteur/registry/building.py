"""From a plugin's class and its raw table to its frozen options; every mistake told at once, and never with the value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError
from pydantic_core import to_jsonable_python

from capteur.clock import parse_duration
from capteur.errors import CapteurError, ConfigError
from capteur.kinds import Kind, kind_of
from capteur.options import Options
from capteur.registry import budgets, mistakes
from capteur.registry.contents import contents
from capteur.registry.contract import DURATIONS, duration_is_zero, shape_of
from capteur.registry.loading import as_plugin_error, is_authors
from capteur.registry.receptions import reception
from capteur.registry.shapes import Config, Instance, Origin
from capteur.schedules import At, Schedule, parse_at
from capteur.sensor import Sensor, reserved

P = TypeVar("P", bound=Options)
NAMELESS = "[sensors.NAME"
"""How a validator's message writes its own table: it cannot know how it is called."""


def options(
    cls: type[P], raw: Mapping[str, Any], *, who: str, table: str, config: Config | None, reserved: Collection[str]
) -> tuple[P, frozenset[str], Mapping[str, Any]]:
    """The plugin's options, the secrets among them, and what they were built from (secrets in the clear).

    Raises ConfigError with everything that is wrong; it names option and place, and quotes no value.
    """
    place = config.place(table) if config else ""

    def own(text: str) -> str:
        return text.replace(NAMELESS, f"[{table}") if table else text

    given, secrets = config.resolve(table, raw) if config else (dict(raw), frozenset[str]())
    hidden = mistakes.hidden(cls, given, secrets) if config else mistakes.texts(given)
    try:
        made, taken = _validated(cls, given, table, config)
    except ValidationError as error:
        found = mistakes.problems(error.errors(include_url=False), given, cls, reserved, hidden)
        raise _refused(who, [own(text) for text in found], place, secrets) from None
    except CapteurError as error:
        what, fix = (own(mistakes.masked(text, hidden)) for text in (error.what, error.fix))
        raise ConfigError(f"{who}: {what}", why=place, fix=fix) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  an author's validator may raise anything, SystemExit too
        problem = as_plugin_error(error, is_authors(cls), cls.__module__)
        raise ConfigError(f"{who}: {mistakes.masked(problem.what, hidden)}", why=place, fix=problem.fix) from None
    found = mistakes.unlikely(made, taken)
    if found:
        raise _refused(who, found, place, ())
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


def _refused(who: str, found: list[str], place: str, secrets: Iterable[str]) -> ConfigError:
    """The sentences as one error; the cures that stand behind them go where cures stand."""
    parts = [text.partition(mistakes.FIX) for text in found]
    what, fix = "; ".join(p[0] for p in parts), ", and ".join(dict.fromkeys(p[2] for p in parts if p[2]))
    return ConfigError(f"{who}: {mistakes.masked(what, secrets)}", why=place, fix=mistakes.masked(fix, secrets))


def instance(name: str, raw: Mapping[str, Any], cls: type[Sensor], origin: Origin, config: Config) -> Instance:
    """A sensor's class and its table `[sensors.NAME]` as an Instance. Raises ConfigError."""
    table, who = f"sensors.{name}", f"sensor {name}"
    ours = reserved(cls)
    own, _ = config.resolve(table, {key: value for key, value in raw.items() if key in ours})
    timing = _Timing(own, cls, lambda option: config.place(table, option))
    sensor, secrets, given = options(
        cls, {k: v for k, v in raw.items() if k not in ours}, who=who, table=table, config=config, reserved=ours
    )
    schedule = timing.schedule()
    budget, cost = budgets.budget(own.get("budget"), config.place(table, "budget")), budgets.cost(sensor, who)
    budgets.agree(budget, cost, who, config.place(table, "budget"))
    received = reception(cls, own, lambda option: config.place(table, option))
    found: list[str] = list(received.secrets) if received is not None else []
    canonical = _canonical(sensor, found)
    use = cls.name
    told = [use, canonical, *contents(sensor, config.folder, who)]
    return Instance(
        name=name,
        use=use,
        sensor=sensor,
        shape=shape_of(cls),
        schedule=schedule,
        at=str(schedule.at) if schedule.at else None,
        **{word: timing.duration(word) for word in DURATIONS},
        budget=budget,
        enabled=timing.flag("enabled", default=True),
        isolate=timing.flag("isolate", default=False),
        config_hash=_digest(json.dumps(told, sort_keys=True, ensure_ascii=True))[:32],
        secrets=frozenset(secret for secret in (*secrets, *found) if secret),
        origin=origin,
        kinds=_kinds(cls),
        given=given,
        cost=cost,
        reception=received,
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

    def schedule(self) -> Schedule:
        at = self._at()
        try:
            return Schedule(self.duration("every"), at)
        except ValueError as error:
            raise ConfigError(f"{self._place('every')}: {error}") from None

    def _at(self) -> At | None:
        value = self._raw.get("at")
        if value is None:
            return None
        if "every" in self._raw:
            raise ConfigError(f"{self._place('at')}: `every` or `at`, not both")
        fix = 'write e.g. at = "08:00 Europe/Paris", or at = "mon-fri 08:00 Europe/Paris"'
        if not isinstance(value, str):
            raise ConfigError(f"{self._place('at')}: expected text", fix=fix)
        try:
            return parse_at(value)
        except ValueError as error:
            raise ConfigError(f"{self._place('at')}: {error}", fix=fix) from None

    def flag(self, word: str, *, default: bool) -> bool:
        value = self._raw.get(word, default)
        if not isinstance(value, bool):
            raise ConfigError(f"{self._place(word)}: expected true or false")
        return value


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
