"""`capteur new`: a sensor, an estimator or a notifier that works, to be changed into yours."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, Entry, Hall, pass_call
from capteur.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from capteur.cli.making import Name, Plan, What
    from capteur.cli.making.plans import Shape
    from capteur.registry.shapes import Group

_HERE = "capteur.cli.commands.new"
_GROUP: dict[What, Group] = {"sensor": "sensors", "estimator": "estimators", "notifier": "notifiers"}
_package = click.option("--package", is_flag=True, help="A distribution of its own, in ./capteur-NAME, to share.")
_from = click.option(
    "--from", "start", metavar="FILE", help="With --package: begin with this plugin file and its test."
)


@click.group(
    cls=Hall,
    name="new",
    entries={
        "sensor": Entry(f"{_HERE}:sensor", "Detects signals: from a feed, account by account, by webhook."),
        "estimator": Entry(f"{_HERE}:estimator", "Turns an account's signals into a number."),
        "notifier": Entry(f"{_HERE}:notifier", "Tells somebody what changed."),
    },
)
def new() -> None:
    """A plugin of your own: a file in the project's plugin folder with its test, or a package to share."""


@click.command(cls=Door, name="sensor")
@click.argument("name")
@click.option(
    "--shape",
    type=click.Choice(["feed", "account", "push"]),
    default="feed",
    show_default=True,
    help="feed: one request tells of many accounts; account: one is asked about each; push: webhooks.",
)
@_package
@_from
@pass_call
def sensor(call: Call, *, name: str, shape: Shape, package: bool, start: str | None) -> None:
    """Make a sensor that works, with its conformance test.

    It goes into the project's plugin folder, where a file is installed by being there. With --package it becomes a
    distribution: pyproject.toml with an entry point, README, tests, a CI workflow. Nothing that is there is overwritten.
    """
    _make(call, "sensor", name, shape, package=package, start=start)


@click.command(cls=Door, name="estimator")
@click.argument("name")
@_package
@_from
@pass_call
def estimator(call: Call, *, name: str, package: bool, start: str | None) -> None:
    """Make an estimator that works, with its conformance test.

    Its name carries the version of its formula: `momentum` becomes `momentum@1`. It runs beside the default one as a second
    model, so that the two can be compared: capteur rank --model NAME.
    """
    _make(call, "estimator", name, "feed", package=package, start=start)


@click.command(cls=Door, name="notifier")
@click.argument("name")
@_package
@_from
@pass_call
def notifier(call: Call, *, name: str, package: bool, start: str | None) -> None:
    """Make a notifier that works, with its conformance test: it posts each notice to a webhook."""
    _make(call, "notifier", name, "feed", package=package, start=start)


def _make(call: Call, what: What, text: str, shape: Shape, *, package: bool, start: str | None) -> None:
    from capteur.cli.making import package_plan, plugin_plan, read_name, write

    call.present(f"new {what}")
    name = read_name(what, text, package=package)
    if start is not None and not package:
        raise UsageError("--from goes with --package", fix=f"capteur new {what} {text} --package --from {start}")
    folder = Path.cwd() / name.distribution if package else _plugin_folder(call)
    _check_free(name, None if package else folder)
    if package:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"there is a {folder} already", why="new never overwrites a file", fix="use another name")
        plan = package_plan(name, shape, folder, Path(start).expanduser() if start is not None else None)
    else:
        plan = plugin_plan(name, shape, folder)
    write(plan.folder, plan.files, fix=f"use another name, or remove {name.stem}.py and its test")
    _show(call, name, shape, plan, package=package)


def _plugin_folder(call: Call) -> Path:
    """The project's. Raises ConfigError where there is no project, or where capteur would not load what is made."""
    from capteur.registry.finding import is_own_source
    from capteur.settings import load
    from capteur.settings.reading import find

    path = Path(call.config) if call.config is not None else None
    file = find(path, os.environ)
    if not file.exists():
        raise ConfigError(
            f"there is no {file}",
            why="a plugin file goes into a project's plugin folder",
            fix="capteur init makes a project; --package needs none",
        )
    folder = load(path, os.environ).plugins_path
    if is_own_source(folder):
        raise ConfigError(
            f"the plugin folder {folder} lies inside capteur's own source tree: its files are not loaded",
            fix="move capteur.toml, or set [plugins] path",
        )
    return folder


def _check_free(name: Name, folder: Path | None) -> None:
    """Two plugins of one name are both refused when they are loaded; say it before."""
    from capteur.registry import Registry

    taken = Registry(plugin_folder=folder).names(_GROUP[name.what]).get(name.plugin)
    if taken is None:
        return
    owner = f"{taken} ({taken.where})" if taken.distribution else taken.where
    second = f'; a second instance of it is [sensors.my-{name.text}] use = "{name.plugin}"'
    raise UsageError(
        f"there is {_a(name.what)} called {name.plugin!r} already: {owner}",
        why="of two plugins with one name neither is loaded",
        fix=f"use another name{second if name.what == 'sensor' and taken.distribution else ''}",
    )


def _show(call: Call, name: Name, shape: Shape, plan: Plan, *, package: bool) -> None:
    from capteur.cli.making.made import Made
    from capteur.clock import SystemClock, micros

    folder = Path(os.path.relpath(plan.folder))
    beside = [(str(folder / path), what) for path, what in plan.made]
    steps = [(f"pytest {folder / plan.made[1][0]}", "its conformance test, offline"), *_last(name, shape)]
    if package:
        steps = [
            (f"cd {folder}", ""),
            ('pip install -e ".[dev]"', "it, and what its checks need"),
            ("pytest", "its conformance test, offline"),
            ("capteur plugins", "it is found by its entry point"),
        ]
    call.show(Made(name.plugin, beside, plan.settings, steps, micros(SystemClock().now())))


def _last(name: Name, shape: Shape) -> list[tuple[str, str]]:
    if name.what == "estimator":
        return [(f"capteur rank --model {name.text}", "the list as it sees it")]
    if name.what == "notifier" or shape == "push":
        return [("capteur check", "is it found, are its options right")]
    return [(f"capteur try {name.text}", "run it once, store nothing")]


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
