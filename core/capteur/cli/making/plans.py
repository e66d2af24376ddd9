"""Which files make up a plugin: one with its test in the project's folder, or a distribution of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from capteur import __version__
from capteur.cli.making.names import Name
from capteur.cli.making.templates import render
from capteur.errors import InputError, UsageError

Shape = Literal["feed", "account", "push"]
_KIT = {"sensor": "SensorConformance", "estimator": "EstimatorConformance", "notifier": "NotifierConformance"}


class _About(NamedTuple):
    """What a template says of itself in a package's metadata and README."""

    words: str
    sort: str
    kind: str = ""


_ABOUT = {
    "sensor/feed": _About("Companies that announced a funding round.", "A sensor", "funding.raised"),
    "sensor/account": _About("Tools that a company started to use.", "A sensor", "tool.adopted"),
    "sensor/push": _About("Downloads that our website reports.", "A sensor", "content.downloaded"),
    "estimator/estimator": _About("Points by kind, halved with age, on a scale of 0 to 10.", "An estimator"),
    "notifier/notifier": _About("Posts each notice to a webhook.", "A notifier"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Files to write: texts by path below `folder`. `made` says what each is, `settings` is the table for capteur.toml."""

    folder: Path
    files: dict[str, str]
    made: tuple[tuple[str, str], ...]
    settings: str


def plugin_plan(name: Name, shape: Shape, folder: Path) -> Plan:
    """A file in the plugin folder, and its test beside it: the folder's scan leaves out `test_*.py`, pytest looks for it."""
    template = _template(name, shape)
    values = _values(name)
    code, test = f"{name.stem}.py", f"test_{name.stem}.py"
    files = {
        code: render(template, values),
        test: render(f"{template}_test", {**values, "imports": _imports(name, shape)}),
    }
    made = ((code, f"the {name.what}"), (test, "its conformance test"))
    return Plan(folder, files, made, render(f"{template}_toml", values))


def package_plan(name: Name, shape: Shape, folder: Path, start: Path | None = None) -> Plan:
    """A distribution in a folder of its own. `start` is a plugin file to begin with, taken with the test beside it."""
    template = _template(name, shape)
    values = _values(name)
    code, test = f"src/{name.package}/__init__.py", f"tests/test_{name.package}.py"
    settings = render(f"{template}_toml", values)
    about = _ABOUT[template]
    values |= {"settings": settings.rstrip("\n"), "description": about.words, "sort": about.sort}
    values |= {"about": render("sensor/about", {"kind": about.kind}) if about.kind else ""}
    begun = _started(name, start, code, test) if start is not None else {}
    files = {
        "pyproject.toml": render("package/pyproject.toml", values),
        "README.md": render("package/README.md", values),
        ".gitignore": render("package/gitignore", {}),
        ".github/workflows/ci.yml": render("package/ci.yml", {}),
        code: render(template, values),
        f"src/{name.package}/py.typed": "",
        test: render(f"{template}_test", {**values, "imports": _imports(name, shape, package=True)}),
        **begun,
    }
    made = (
        ("pyproject.toml", "what it is called, what it needs, its entry point"),
        ("README.md", "what it detects" if name.what == "sensor" else "what it is for"),
        (code, f"the {name.what}"),
        (test, "its conformance test"),
        (".github/workflows/ci.yml", "the checks, on every push"),
    )
    return Plan(folder, files, made, settings)


def _template(name: Name, shape: Shape) -> str:
    return f"sensor/{shape}" if name.what == "sensor" else f"{name.what}/{name.what}"


def _values(name: Name) -> dict[str, str]:
    low, high = _range(__version__)
    return {
        "name": name.plugin,
        "text": name.text,
        "cls": name.cls,
        "package": name.package,
        "distribution": name.distribution,
        "variable": name.variable,
        "what": name.what,
        "capteur": f"capteur>={low},<{high}",
        "testing": f"capteur[testing]>={low},<{high}",
    }


def _range(version: str) -> tuple[str, str]:
    """The versions a plugin written today runs on: from this minor release to the next major one."""
    major, minor = version.split(".")[:2]
    return f"{major}.{minor}", str(int(major) + 1)


def _imports(name: Name, shape: Shape, *, package: bool = False) -> str:
    """The imports of a test, in the order that isort and ruff keep: a package's own module stands apart."""
    fixture = name.what == "sensor" and shape != "push"
    asks = fixture or name.what == "notifier"
    standard = ["from pathlib import Path"] if fixture else []
    standard += ["from typing import ClassVar"] if asks else []
    standard += [""] if standard else []
    upstream = ["import respx"] if asks else []
    kit = f"from capteur.testing import {_KIT[name.what]}{', replay' if fixture else ''}"
    if package:
        return "\n".join([*standard, *upstream, kit, "", f"from {name.package} import {name.cls}"])
    return "\n".join([*standard, *upstream, *sorted([kit, f"from {name.stem} import {name.cls}"])])


def _started(name: Name, start: Path, code: str, test: str) -> dict[str, str]:
    """A plugin file, its test (now importing the package) and its recorded answers, by their new paths.

    Raises InputError for a file that is missing or unreadable, UsageError for one that cannot become this package.
    """
    source, checks = _read(start), _read(start.with_name(f"test_{start.name}"))
    if f'name = "{name.plugin}"' not in source:
        raise UsageError(
            f"{start} has no {name.what} that is called {name.plugin!r}",
            why="a plugin keeps its name when it becomes a package",
            fix=f'give its class name = "{name.plugin}"',
        )
    if re.search(r"^\s*from \.", source, re.MULTILINE):
        raise UsageError(
            f"{start} imports another file beside it",
            why="a package has its own modules",
            fix="move what it imports into it first",
        )
    own = re.compile(rf"^(from|import) {re.escape(start.stem)}(?= )", re.MULTILINE)
    begun = {code: source, test: own.sub(rf"\1 {name.package}", checks)}
    recorded = start.parent / "fixtures" / f"{name.plugin}.json"
    return {**begun, f"tests/fixtures/{recorded.name}": _read(recorded)} if recorded.is_file() else begun


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"there is no {path}", fix="--from names a plugin file that has its test beside it") from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"{path} cannot be read", why=why or "") from error
