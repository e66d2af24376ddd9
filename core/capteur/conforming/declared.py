"""Checks on what a plugin's class declares; the same for sensors, estimators and notifiers."""

from __future__ import annotations

import inspect
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError

from capteur.conforming.checks import Checks, refuse, stand_aside
from capteur.errors import CapteurError, ConfigError
from capteur.options import Options, names_a_secret
from capteur.registry import building
from capteur.registry.contract import check
from capteur.registry.shapes import Found, Group, Origin
from capteur.sensor import Sensor
from capteur.sensor import reserved as reserved_by
from capteur.settings import Settings
from capteur.settings.values import AccountsSection, WebSection

CANARY = "canary-4f1c-value"
"""Given as a value that no message may repeat."""
UNKNOWN = "no_such_option"


def settings_in(folder: Path) -> Settings:
    """The settings of a project in `folder` that says nothing."""
    return Settings(
        path=folder / "capteur.toml",
        folder=folder,
        store_url=f"sqlite:///{folder / 'capteur.db'}",
        web=WebSection(),
        accounts=AccountsSection(folder / "accounts.csv"),
        capacity=None,
        plugins_path=folder / "plugins",
        models={},
        sensors={},
        notifiers={},
    )


class DeclaredChecks(Checks):
    """Needs `_plugin()`: the class, its group and its configuration."""

    def _plugin(self) -> tuple[type[Options], Group, Mapping[str, Any]]:
        raise NotImplementedError

    def _options(self, **more: Any) -> Options:
        """The configured plugin, by the registry's own way."""
        cls, group, config = self._plugin()
        given = {**config, **more}
        ours = reserved_by(cls) if issubclass(cls, Sensor) else frozenset[str]()
        raw = {key: value for key, value in given.items() if key not in ours}
        reserved: Collection[str] = ours or ("use",)
        table = f"{group}.{cls.name}"
        return building.options(
            cls, raw, who=f"{group[:-1]} {cls.name}", table=table, config=settings_in(Path()), reserved=reserved
        )[0]

    def test_it_keeps_the_plugin_contract(self) -> None:
        """Name, api, methods, kinds and durations are as capteur loads them."""
        cls, group, _ = self._plugin()
        if not isinstance(cls, type):
            refuse(f"{type(self).__name__}: {cls!r} is not a class", fix=f"write {group[:-1]} = YourClass")
        try:
            check(cls, Found(group, getattr(cls, "name", cls.__name__), Origin("", "", _file(cls)), ready=cls))
        except CapteurError as error:
            refuse(error.what, fix=error.fix or "correct the class")

    def test_its_configuration_is_accepted(self) -> None:
        """The options of the test are options of the plugin."""
        try:
            self._options()
        except ConfigError as error:
            refuse(error.what, at=f"config of {type(self).__name__}", fix=error.fix or "correct config")

    def test_it_says_what_it_is(self) -> None:
        """The class has a docstring: `capteur sensors` shows its first line."""
        cls, group, _ = self._plugin()
        text = vars(cls).get("__doc__")
        if not isinstance(text, str) or not text.strip():
            refuse(
                f"{cls.__name__} has no docstring",
                at=_file(cls),
                fix=f"say in one sentence what the {group[:-1]} is for",
            )

    def test_its_secrets_are_typed_as_secrets(self) -> None:
        """An option that holds a credential is a SecretStr without a default: any other text ends up in a log one day."""
        cls, _, _ = self._plugin()
        for path, annotation, default in _options_of(cls):
            name = path.rpartition(".")[2]
            if names_a_secret(name) and _has(annotation, str) and not _has(annotation, SecretStr, SecretBytes):
                refuse(f"{cls.__name__}: the option {path!r} is plain text", at=_file(cls), fix=f"{name}: SecretStr")
            if isinstance(default, SecretStr | SecretBytes) and default.get_secret_value():
                refuse(
                    f"{cls.__name__}: the option {path!r} has a secret in its code",
                    at=_file(cls),
                    fix=f"{name}: SecretStr, without a default",
                )

    def test_an_unknown_option_is_refused_without_its_value(self) -> None:
        """A misspelt option is an error that names it; its value, which may be the secret, is not repeated."""
        cls, _, _ = self._plugin()
        try:
            self._options(**{UNKNOWN: CANARY})
        except ConfigError as error:
            told = f"{error} {error.__cause__ or ''}"
            if CANARY in told:
                refuse(
                    f"{cls.__name__} repeats the value of an unknown option", at=_file(cls), fix="name the option only"
                )
            if UNKNOWN not in told:
                self._or_is_refused_anyway()
                refuse(
                    f"{cls.__name__} refuses an unknown option without naming it: {error.what}",
                    at=_file(cls),
                    fix="let the model refuse it: no validator of your own for unknown options",
                )
            return
        refuse(
            f"{cls.__name__} takes an option it does not know",
            at=_file(cls),
            fix='leave model_config alone (extra = "forbid"), and let no validator drop what it does not know',
        )

    def _or_is_refused_anyway(self) -> None:
        """Stand aside when the configuration is refused as it is: a validator of the author's then spoke before."""
        try:
            self._options()
        except ConfigError as error:
            stand_aside(f"its configuration is refused already: {error.what}")

    def test_its_defaults_are_accepted(self) -> None:
        """A default of another type than the option's own refuses everybody who does not write the option."""
        cls, _, _ = self._plugin()
        optional = {
            alias: name for name, f in cls.model_fields.items() if not f.is_required() for alias in (name, f.alias)
        }
        try:
            cls.model_validate({})
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_context=False, include_input=False):
                name = optional.get(str(problem["loc"][0])) if problem["loc"] else None
                if name is not None:
                    refuse(
                        f"{cls.__name__}: the default of the option {name!r} is refused by its own type",
                        at=_file(cls),
                        fix=f"give {name} another default, or another type",
                    )
        except Exception as error:  # noqa: BLE001  a validator of the author's wants what only a configuration gives
            stand_aside(f"without a configuration its validator raises {type(error).__name__}")

    def test_its_options_have_a_json_schema(self) -> None:
        """`capteur sensors show` and editors read it."""
        cls, _, _ = self._plugin()
        try:
            json.dumps(cls.model_json_schema())
        except Exception as error:  # noqa: BLE001  pydantic raises several kinds, and an author's type may raise any
            refuse(
                f"the options of {cls.__name__} have no JSON schema: {str(error).partition(chr(10))[0]}",
                at=_file(cls),
                fix="use plain types, SecretStr, tuples, dicts and pydantic models as options",
            )


def _file(cls: type) -> str:
    """`rounds.py:8`; the file alone for a class that is made by a program, the module where there is no file."""
    try:
        file = Path(inspect.getfile(cls)).name
    except (OSError, TypeError):
        return cls.__module__
    try:
        return f"{file}:{inspect.findsource(cls)[1] + 1}"
    except (OSError, TypeError, IndexError):
        return file


def _options_of(model: type[BaseModel], path: str = "", depth: int = 0) -> Iterator[tuple[str, Any, Any]]:
    """Every option as (path, annotation, default), those of nested models too."""
    for name, info in model.model_fields.items():
        yield path + name, info.annotation, info.default
        for inner in _parts(info.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel) and depth < 3:  # noqa: PLR2004  deeper is a tree
                yield from _options_of(inner, f"{path}{name}.", depth + 1)


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _has(annotation: Any, *types: type) -> bool:
    return any(isinstance(part, type) and issubclass(part, types) for part in _parts(annotation))
