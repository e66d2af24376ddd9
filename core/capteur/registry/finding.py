"""Find plugins by name, without importing any: entry points of distributions, class statements in the project's folder."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution
from importlib.metadata import distributions as installed
from pathlib import Path

from capteur.errors import PluginError
from capteur.registry.shapes import GROUPS, Broken, Found, Group, Origin
from capteur.signals import clean

PREFIX = "capteur."
_BASES: dict[str, Group] = {"Sensor": "sensors", "Estimator": "estimators", "Notifier": "notifiers"}
_OWN_FOLDERS = ("core", "sensors", "plugins", "tests", "benchmarks")


def in_distributions(distributions: Iterable[Distribution] | None) -> Iterator[Found | Broken]:
    """Every entry point of our groups. A distribution found twice on the path counts once, the first time."""
    seen: set[str] = set()
    for distribution in installed() if distributions is None else distributions:
        source = "a distribution"
        try:
            if PREFIX not in (distribution.read_text("entry_points.txt") or ""):
                continue  # reading every METADATA would be the slowest part of start-up
            source = str(distribution.metadata["Name"])
            name = source.lower().replace("-", "_").replace(".", "_")
            if name in seen:
                continue
            seen.add(name)
            yield from _entry_points(distribution, source)
        except Exception as error:  # noqa: BLE001  a damaged installation of one must not hide the others
            problem = PluginError(f"its metadata cannot be read: {type(error).__name__}", fix="install it again")
            yield Broken.of(problem, group="sensors", name=source, origin=Origin(source, "", ""))


def _entry_points(distribution: Distribution, source: str) -> Iterator[Found]:
    version = clean(distribution.version, 40)
    for entry in distribution.entry_points:
        for group in GROUPS:
            if entry.group == PREFIX + group:
                module, _, attribute = entry.value.partition("[")[0].partition(":")
                origin = Origin(clean(source, 80), version, clean(entry.value, 200))
                yield Found(group, clean(entry.name, 80), origin, module.strip(), attribute.strip())


def is_own_source(folder: Path) -> bool:
    """True inside capteur's own source tree, where a file would be imported a second time under another name."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parents[1]
    folder = folder.resolve()
    if (checkout / "core" / "capteur").is_dir() and (checkout / "pyproject.toml").is_file():
        return folder == checkout or any(folder.is_relative_to(checkout / own) for own in _OWN_FOLDERS)
    return folder == package.parent or any(
        folder.is_relative_to(package.parent / own) for own in ("capteur", "capteur_sensors")
    )


def in_folder(folder: Path) -> Iterator[Found | Broken]:
    """Every plugin class in the folder's .py files; `_private.py`, `test_*.py` and `conftest.py` are none."""
    try:
        files = sorted(
            f for f in folder.glob("*.py") if f.is_file() and not f.name.startswith(("_", ".", "test_", "conftest."))
        )
    except OSError as error:
        problem = PluginError(f"the plugin folder {folder} cannot be read: {error.strerror}")
        yield Broken.of(problem, group="sensors", name=folder.name)
        return
    if files and is_own_source(folder):
        problem = PluginError(
            f"the plugin folder {folder} lies inside capteur's own source tree: its files are not loaded",
            fix="move capteur.toml, or set [plugins] path",
        )
        yield Broken.of(problem, group="sensors", name=folder.name)
        return
    for file in files:
        try:
            yield from _in_file(file)
        except SyntaxError as error:
            problem = PluginError(f"{file.name}:{error.lineno or 1}: SyntaxError: {clean(error.msg, 120)}")
            yield Broken.of(problem, group="sensors", name=file.stem, origin=_origin(file))
        except Exception as error:  # noqa: BLE001  NUL bytes, no permission, nesting: one file must not hide the others
            reason = error.strerror if isinstance(error, OSError) else clean(str(error), 120)
            problem = PluginError(f"{file.name}: cannot be read: {reason}")
            yield Broken.of(problem, group="sensors", name=file.stem, origin=_origin(file))


def _origin(file: Path) -> Origin:
    return Origin("", "", f"{file.parent.name}/{file.name}")


def _in_file(file: Path) -> Iterator[Found | Broken]:
    tree = ast.parse(file.read_bytes(), filename=file.name)
    origin = _origin(file)
    groups: dict[str, Group] = {}
    names: dict[str, tuple[int, str | None]] = {}
    parents: set[str] = set()
    for statement in _statements(tree.body):
        if isinstance(statement, ast.ClassDef):
            bases = [base for base in map(_last_name, statement.bases) if base]
            group = next((groups[b] for b in bases if b in groups), None) or _group_of(bases)
            if group is not None:
                groups[statement.name] = group
                names[statement.name] = (statement.lineno, _name_of(statement))
                parents.update(bases)
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and _is_hook(statement):
            groups.setdefault("", "hooks")
    for cls, (line, name) in names.items():
        if name is not None:
            yield Found(groups[cls], clean(name, 80), origin, file.stem, cls, file)
        elif cls not in parents and not cls.startswith("_"):
            problem = PluginError(f"{file.name}:{line}: {cls} has no 'name'; add e.g. name = \"{file.stem}\"")
            yield Broken.of(problem, group=groups[cls], name=file.stem, origin=origin)
    if groups.get("") == "hooks":
        yield Found("hooks", file.stem, origin, file.stem, "", file)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, those under `if` and `try` included."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If):
            yield from _statements([*statement.body, *statement.orelse])
        elif isinstance(statement, ast.Try):
            yield from _statements(
                [*statement.body, *(s for h in statement.handlers for s in h.body), *statement.orelse]
            )


def _last_name(base: ast.expr) -> str | None:
    if isinstance(base, ast.Subscript):
        return _last_name(base.value)
    return base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else None


def _group_of(bases: list[str]) -> Group | None:
    return next((group for base in bases for ending, group in _BASES.items() if base.endswith(ending)), None)


def _name_of(cls: ast.ClassDef) -> str | None:
    for statement in cls.body:
        targets = (
            statement.targets
            if isinstance(statement, ast.Assign)
            else [statement.target]
            if isinstance(statement, ast.AnnAssign)
            else []
        )
        if any(isinstance(t, ast.Name) and t.id == "name" for t in targets):
            value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                return value.value
    return None


def _is_hook(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(_last_name(d.func if isinstance(d, ast.Call) else d) == "hookimpl" for d in function.decorator_list)
