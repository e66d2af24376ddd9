"""The hooks, held by pluggy: registering hooks are asked once, observers are told one plugin at a time; one that raises stops nothing."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import pluggy

from capteur.errors import PluginError
from capteur.hooks import PROJECT, Hooks
from capteur.nearest import did_you_mean
from capteur.registry.loading import said
from capteur.registry.shapes import Found, Group, Origin
from capteur.signals import clean

HOOKS = tuple(sorted(name for name in vars(Hooks) if name.startswith("capteur_")))
"""The hooks by name."""
log = logging.getLogger("capteur.registry")
REGISTERING: dict[str, Group] = {
    "capteur_sensors": "sensors",
    "capteur_estimators": "estimators",
    "capteur_notifiers": "notifiers",
}


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    return manager


class Observers:
    """The registered hook plugins."""

    def __init__(self) -> None:
        self._manager = _manager()
        self._origins: dict[str, Origin] = {}
        self._told: set[tuple[str, str]] = set()

    def add(self, plugin: object, found: Found) -> tuple[str, ...]:
        """Register one; returns the hooks it implements.

        Raises PluginError for a misspelt or unmarked hook, a wrong argument, an async hook; then nothing of it is registered.
        """
        name = f"{found.origin}: {found.name}"
        alone = _manager()  # a refused plugin would stay half registered
        try:
            taken = alone.register(plugin, name)
            alone.check_pending()
        except pluggy.PluginValidationError as error:
            raise PluginError(f"{found.origin.where}: {_validation(error)}") from None
        except Exception as error:  # noqa: BLE001  pluggy looks at every attribute, and one may raise
            text = f"{type(error).__name__}: {said(error)}"
            raise PluginError(f"{found.origin.where}: its hooks cannot be read: {text}") from None
        if taken is None:
            raise PluginError(f"{found.origin.where}: its hooks are blocked")
        callers = alone.get_hookcallers(plugin) or []
        _refuse_unmarked(plugin, [caller.name for caller in callers], found.origin.where)
        for caller in callers:
            for implementation in caller.get_hookimpls():
                if inspect.iscoroutinefunction(implementation.function) or inspect.isasyncgenfunction(
                    implementation.function
                ):
                    raise PluginError(
                        f"{found.origin.where}: {caller.name} is async; hooks are called and not awaited: write def"
                    )
        self._manager.register(plugin, name)
        self._origins[name] = found.origin
        return tuple(sorted(caller.name for caller in callers))

    def registered(self, hook: str) -> Iterator[tuple[Origin, list[object] | PluginError]]:
        """What each plugin answers to a registering hook."""
        for name, caller in self._one_by_one(hook):
            origin = self._origins[name]
            try:
                answers = caller()
                yield origin, [item for answer in answers if isinstance(answer, Iterable) for item in answer]
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001  SystemExit too: one plugin never stops the others
                yield (
                    origin,
                    PluginError(f"{origin.where}: {hook} raised {type(error).__name__}: {clean(str(error), 200)}"),
                )

    def tell(self, hook: str, values: dict[str, Any]) -> None:
        """Tell every observer; what one raises is logged (at full length once) and goes no further."""
        for name, caller in self._one_by_one(hook):
            try:
                caller(**values)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001  SystemExit too: one plugin never stops the others
                first = (name, hook) not in self._told
                self._told.add((name, hook))
                log.log(
                    logging.WARNING if first else logging.DEBUG,
                    "%s raised %s in %s: %s",
                    name,
                    type(error).__name__,
                    hook,
                    clean(str(error), 200),
                )

    def _one_by_one(self, hook: str) -> Iterator[tuple[str, pluggy.HookCaller]]:
        """A caller per plugin: in pluggy one raising implementation ends the whole call."""
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        implementing = [i.plugin for i in caller.get_hookimpls()]
        for plugin in implementing:
            others = [p for p in implementing if p is not plugin]
            yield self._manager.get_name(plugin) or "", self._manager.subset_hook_caller(hook, others)


def _refuse_unmarked(plugin: object, marked: Collection[str], where: str) -> None:
    """A function that is called like a hook and not marked as one would never be called."""
    for name in HOOKS:
        if name not in marked and callable(inspect.getattr_static(plugin, name, None)):
            raise PluginError(
                f"{where}: {name} is not marked, so it would never be called",
                fix="write @hookimpl above it, from capteur import hookimpl",
            )
    if not marked:
        raise PluginError(f"{where}: it has no hook", fix="mark a function with @hookimpl; the hooks: docs/hooks.md")


def _validation(error: pluggy.PluginValidationError) -> str:
    """What pluggy says, on one line, with the nearest hook where one is misspelt."""
    text = clean(str(error.args[0] if error.args else error), 300)
    if "unknown hook" not in text:
        return text
    hook = text.partition("unknown hook ")[2].split(" ")[0].strip("'")
    return f"there is no hook {hook!r}{did_you_mean(hook, HOOKS)}"
