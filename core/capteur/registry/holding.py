"""The registry: what is there, what of it is used, what of it is broken."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from capteur.errors import CapteurError, ConfigError, PluginError
from capteur.estimator import Estimator
from capteur.nearest import did_you_mean
from capteur.notifier import Notifier
from capteur.options import Options
from capteur.registry import building
from capteur.registry.contract import bases, check
from capteur.registry.finding import in_distributions, in_folder
from capteur.registry.loading import as_plugin_error, author_of, load
from capteur.registry.observing import REGISTERING, Observers
from capteur.registry.patience import Endless, within
from capteur.registry.shapes import GROUPS, ONE, Broken, Config, Found, Group, Instance, Origin, PluginInfo
from capteur.sensor import Sensor


class Registry:
    """The plugins of installed distributions and of the project's folder.

    Args:
        plugin_folder: the project's own plugins, None for none; it need not exist.
        distributions: where to look for entry points; all installed ones by default.
    """

    def __init__(self, *, plugin_folder: Path | None, distributions: Iterable[Distribution] | None = None) -> None:
        self._folder = plugin_folder
        self._distributions = distributions
        self._loaded: dict[tuple[Group, str], object] = {}
        self._failed: dict[tuple[Group, str], Broken] = {}
        self._used: set[tuple[Group, str]] = set()
        self._hooks: dict[tuple[str, Origin], tuple[str, ...]] = {}
        self._modules: dict[Path, ModuleType] = {}

    # --- what is there ------------------------------------------------------------------------------------------------------

    @functools.cached_property
    def _scan(self) -> tuple[dict[tuple[Group, str], list[Found]], list[Broken]]:
        """Names only: nothing of a plugin is imported here."""
        found: dict[tuple[Group, str], list[Found]] = {}
        broken: list[Broken] = []
        for item in (*in_distributions(self._distributions), *(in_folder(self._folder) if self._folder else ())):
            if isinstance(item, Broken):
                broken.append(item)
            else:
                found.setdefault((item.group, item.name), []).append(item)
        return found, broken

    @functools.cached_property
    def _observers(self) -> Observers:
        """Hook plugins are in use by being installed; they are imported when somebody first needs a hook."""
        observers = Observers()
        for (group, name), same in sorted(self._scan[0].items()):
            if group == "hooks":
                for found in same:  # names of hook plugins select nothing, so equal ones do no harm
                    try:
                        self._hooks[name, found.origin] = observers.add(load(found, self._modules), found)
                        self._used.add((group, name))
                    except CapteurError as error:
                        self._failed[group, name] = Broken.of(error, group=group, name=name, origin=found.origin)
        return observers

    @functools.cached_property
    def _registered(self) -> dict[tuple[Group, str], list[Found]]:
        """Classes that hook plugins made programmatically."""
        found: dict[tuple[Group, str], list[Found]] = {}
        for hook, group in REGISTERING.items():
            for origin, answer in self._observers.registered(hook):
                if isinstance(answer, PluginError):
                    self._failed[group, f"{origin}"] = Broken.of(answer, group=group, name=str(origin), origin=origin)
                    continue
                for item in answer:
                    name = getattr(item, "name", None) or getattr(item, "__name__", type(item).__name__)
                    found.setdefault((group, str(name)), []).append(
                        Found(group, str(name), origin, ready=item, hook=hook)
                    )
        return found

    def _all(self) -> dict[tuple[Group, str], list[Found]]:
        merged = {key: list(same) for key, same in self._scan[0].items()}
        for key, same in self._registered.items():
            merged.setdefault(key, []).extend(same)
        return merged

    def names(self, group: Group) -> dict[str, Origin]:
        """The plugins of a group by name; of a name taken twice, the first."""
        return {name: same[0].origin for (g, name), same in sorted(self._all().items()) if g == group}

    def sensor_names(self) -> dict[str, Origin]:
        """The sensors by name."""
        return self.names("sensors")

    def broken(self) -> list[Broken]:
        """Every plugin known to be broken by now: unreadable, ambiguous, failed when it was loaded."""
        ambiguous = [
            _ambiguous(group, name, same)
            for (group, name), same in self._all().items()
            if group != "hooks" and len(same) > 1
        ]
        return [
            *self._scan[1],
            *ambiguous,
            *(b for key, b in self._failed.items() if len(self._all().get(key, ())) <= 1),
        ]

    def plugins(self) -> list[PluginInfo]:
        """Every plugin with its state; hook plugins are loaded for it, nothing else is (see `load_all`)."""
        everything = self._all()
        twice = {(b.group, b.name): b for b in self.broken()}
        lines = [
            PluginInfo(
                name, group, found.origin.distribution, found.origin.version, found.origin.where,
                "broken" if (group, name) in twice else "ok" if (group, name) in self._used else "not used",
                twice[group, name].message if (group, name) in twice else "",
                (found.hook,) if found.hook else self._hooks.get((name, found.origin), ()),
                fix=twice[group, name].fix if (group, name) in twice else "",
            )
            for (group, name), same in everything.items() for found in same
        ]  # fmt: skip
        nameless = [b for b in self.broken() if (b.group, b.name) not in everything]
        lines += [
            PluginInfo(b.name, b.group, b.distribution, b.version, b.where or b.name, "broken", b.message, fix=b.fix)
            for b in nameless
        ]
        return sorted(lines, key=lambda line: (GROUPS.index(line.group), line.name, line.distribution))

    def load_all(self, seconds: float) -> dict[tuple[Group, str], type[Options]]:
        """Import every plugin, used or not, none for longer than `seconds`; returns the classes that keep their contract.

        Only for those who ask about plugins: a run imports what enabled instances use, and nothing else.
        """
        for (group, name), same in self._all().items():
            if len(same) == 1 and group != "hooks" and (group, name) not in self._failed:
                try:
                    within(seconds, functools.partial(self._load_alone, same[0]), author_of(same[0]))
                except Endless as endless:
                    error = PluginError(f"{endless.at or same[0].origin.where}: {endless}")
                    self._failed[group, name] = Broken.of(error, group=group, name=name, origin=same[0].origin)
                except CapteurError as error:
                    self._failed.setdefault(
                        (group, name), Broken.of(error, group=group, name=name, origin=same[0].origin)
                    )
        return {key: kind for key, kind in self._loaded.items() if isinstance(kind, type) and issubclass(kind, Options)}

    def _load_alone(self, found: Found) -> None:
        """Load a plugin in a thread where Ctrl-C is nobody's but its own."""
        try:
            if found.group == "runners":  # nothing of capteur builds one yet, and they share no base class
                load(found, self._modules)
            else:
                self._load(found)
        except KeyboardInterrupt as error:
            raise as_plugin_error(error, author_of(found), found.origin.where) from None

    # --- what is used -------------------------------------------------------------------------------------------------------

    def _pick(self, group: Group, name: str, who: str, place: str) -> Found:
        same = self._scan[0].get((group, name)) or self._registered.get((group, name), [])
        if len(same) > 1:
            raise _ambiguous(group, name, same).error
        if same:
            return same[0]
        unread = next((b for b in self._scan[1] if b.name == name), None)
        if unread is not None:
            raise unread.error
        known = self.names(group)
        own = self._folder / f"{name}.py" if self._folder else None
        if own is not None and own.parent == self._folder and own.is_file():
            raise PluginError(
                f"{own.name}: no {ONE[group]} in it is called {name!r}{did_you_mean(name, known)}",
                fix=f'derive a class from {bases(group)}, with name = "{name}"',
            )
        raise ConfigError(
            f"{who}: there is no {ONE[group]} called {name!r}{did_you_mean(name, known)}",
            why=place,
            fix=f"install its plugin{f', or set use = to one of: {others}' if (others := ', '.join(known)) else ''}",
        )

    def _load(self, found: Found) -> type[Options]:
        key = (found.group, found.name)
        if key in self._failed:
            raise self._failed[key].error
        if key not in self._loaded:
            try:
                self._loaded[key] = check(load(found, self._modules), found)
            except CapteurError as error:
                self._failed[key] = Broken.of(error, group=found.group, name=found.name, origin=found.origin)
                raise
        return cast("type[Options]", self._loaded[key])

    def _use(self, found: Found) -> type[Options]:
        """Load what an instance, a model or a notifier uses."""
        cls = self._load(found)
        self._used.add((found.group, found.name))
        return cls

    def sensor_class(self, name: str) -> tuple[type[Sensor], Origin]:
        """A sensor's class by its name. Raises ConfigError (unknown), PluginError (broken)."""
        found = self._pick("sensors", name, f"sensor {name}", "")
        return cast("type[Sensor]", self._load(found)), found.origin

    def instance(self, name: str, raw: Mapping[str, Any], settings: Config) -> Instance:
        """Build `[sensors.NAME]`. Raises ConfigError (unknown sensor, wrong options, missing secret), PluginError (broken)."""
        found = self._pick(
            "sensors", _use_of(name, raw, settings, "sensors"), f"sensor {name}", settings.place(f"sensors.{name}")
        )
        return building.instance(name, raw, cast("type[Sensor]", self._use(found)), found.origin, settings)

    def sensor_instances(self, settings: Config) -> tuple[list[Instance], list[Broken]]:
        """Every enabled instance that can be built, in the file's order, and why the others cannot."""
        built: list[Instance] = []
        broken: list[Broken] = []
        for name, raw in settings.sensors.items():
            try:
                if building.is_enabled(name, raw, settings):
                    built.append(self.instance(name, raw, settings))
            except CapteurError as error:
                broken.append(self._broken_use("sensors", name, raw, error))
        return built, broken

    def _broken_use(self, group: Group, name: str, raw: Mapping[str, Any], error: CapteurError) -> Broken:
        use = raw.get("use", name)
        same = self._scan[0].get((group, use), []) if isinstance(use, str) else []
        blamed = same[0].origin if len(same) == 1 and isinstance(error, PluginError) else None
        return Broken.of(error, group=group, name=str(use), origin=blamed, instance=name)

    def estimator(self, model: str, raw: Mapping[str, Any], settings: Config | None = None) -> Estimator:
        """Build `[models.NAME]`. Raises ConfigError, PluginError."""
        table, who = f"models.{model}", f"model {model}"
        found = self._pick(
            "estimators", _use_of(model, raw, settings, "models"), who, settings.place(table) if settings else ""
        )
        cls = cast("type[Estimator]", self._use(found))
        given = {key: value for key, value in raw.items() if key != "use"}
        return building.options(cls, given, who=who, table=table, config=settings, reserved=("use",))[0]

    def notifiers(self, settings: Config) -> tuple[dict[str, Notifier], list[Broken]]:
        """Every enabled notifier by its table's name, and why the others cannot be built."""
        built: dict[str, Notifier] = {}
        broken: list[Broken] = []
        for name, raw in settings.notifiers.items():
            table, who = f"notifiers.{name}", f"notifier {name}"
            try:
                if not building.is_enabled(name, raw, settings, "notifiers"):
                    continue
                found = self._pick("notifiers", _use_of(name, raw, settings, "notifiers"), who, settings.place(table))
                cls = cast("type[Notifier]", self._use(found))
                given = {key: value for key, value in raw.items() if key not in {"use", "enabled"}}
                built[name] = building.options(
                    cls, given, who=who, table=table, config=settings, reserved=("use", "enabled")
                )[0]
            except CapteurError as error:
                broken.append(self._broken_use("notifiers", name, raw, error))
        return built, broken

    def observe(self, hook_name: str, **values: Any) -> None:
        """Tell the observers, after the commit: one at a time, each isolated, failures logged. Raises nothing of theirs."""
        self._observers.tell(hook_name, values)


def _use_of(name: str, raw: Mapping[str, Any], settings: Config | None, group: str) -> str:
    use = raw.get("use", name)
    if not isinstance(use, str) or not use:
        place = settings.place(f"{group}.{name}", "use") if settings else f"[{group}.{name}] use"
        raise ConfigError(f"{place}: expected a plugin's name in quotes")
    return use


def _ambiguous(group: Group, name: str, same: list[Found]) -> Broken:
    owners = " and ".join(
        f"{found.origin} ({found.origin.where})" if found.origin.distribution else found.origin.where for found in same
    )
    error = PluginError(f"two plugins are called {name!r}: {owners}", fix="uninstall or rename one of them")
    return Broken.of(error, group=group, name=name)
