"""Import one plugin so that whatever its code does ends in a PluginError that names the author's line."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import warnings
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from pydantic import PydanticUserError

from capteur.errors import CapteurError, PluginError
from capteur.registry.patience import named
from capteur.registry.shapes import Found
from capteur.signals import clean

_PACKAGE = "_capteur_plugins_"


def load(found: Found, modules: dict[Path, ModuleType]) -> object:
    """The object a plugin's name stands for. `modules` remembers the files that are imported already.

    Raises PluginError for everything its code raises at import, SystemExit included; only KeyboardInterrupt passes.
    """
    if found.ready is not None:
        return found.ready
    mine = author_of(found)
    try:
        with named(), warnings.catch_warnings():
            # the contract's own check says it better: 'every' has a type, so it became an option
            warnings.filterwarnings(
                "ignore", message=r"Field name .* shadows an attribute in parent", category=UserWarning
            )
            target: object = _from_file(found.file, modules) if found.file else importlib.import_module(found.module)
        for part in found.attribute.split(".") if found.attribute else ():
            target = getattr(target, part)
        if found.group == "hooks" and isinstance(target, type):
            target = target()  # pluggy would call a class's methods without self
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise as_plugin_error(error, mine, found.origin.where) from error
    return target


def as_plugin_error(error: BaseException, mine: Callable[[str, str], bool], fallback: str) -> PluginError:
    """What the author's code raised, as `rounds.py:1: ModuleNotFoundError: No module named 'requsts'`."""
    place = authors_line(error, mine) or fallback
    fix = ""
    if isinstance(error, CapteurError):
        text, fix = error.what, error.fix
    elif isinstance(error, PydanticUserError):
        text = f"{clean(error.message.partition('. ')[0], 200)}"
        fix = (
            "give every option a type (limit: int = 5), and every constant ClassVar"
            if error.code == "model-field-missing-annotation"
            else ""
        )
    elif isinstance(error, SyntaxError):
        text = f"{type(error).__name__}: {clean(error.msg, 200)}"
    elif isinstance(error, SystemExit):
        text, fix = "SystemExit: it left the process while it was imported", "raise an error instead"
    else:
        text = f"{type(error).__name__}: {said(error)}"
        if isinstance(error, ModuleNotFoundError) and error.name:
            fix = f"correct the name, or install it: pip install {clean(error.name.partition('.')[0], 60)}"
    return PluginError(f"{place}: {text}", fix=fix)


def said(error: BaseException) -> str:
    """An error's own text, fit for one line; a hostile one has none."""
    try:
        return clean(str(error), 300)
    except Exception:  # noqa: BLE001  a hostile __str__
        return "(no message)"


def authors_line(error: BaseException, mine: Callable[[str, str], bool]) -> str | None:
    """`file.py:line` of the innermost frame that is the author's, None when there is none."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}:{error.lineno or 1}"
    line, frame = None, error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        if mine(str(frame.tb_frame.f_globals.get("__name__", "")), code.co_filename):
            line = f"{Path(code.co_filename).name}:{frame.tb_lineno}"
        frame = frame.tb_next
    return line


def author_of(found: Found) -> Callable[[str, str], bool]:
    """Whether a frame, by module and file, belongs to the plugin that was found."""
    return _is_in_folder(found.file) if found.file else _is_in_package(found.module)


def _is_in_package(module: str) -> Callable[[str, str], bool]:
    top = module.partition(".")[0]
    return lambda name, _: name.partition(".")[0] == top


def _is_in_folder(file: Path) -> Callable[[str, str], bool]:
    return lambda _, path: Path(path).parent == file.parent


def is_authors(target: type) -> Callable[[str, str], bool]:
    """Whether a frame belongs to the package that a class comes from."""
    return _is_in_package(target.__module__)


class _FreshLoader(SourceFileLoader):
    """Compiles what the file says now: no `__pycache__` in the user's folder, no stale code after a quick edit."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def file_of(target: type) -> str | None:
    """The project's own file that a class comes from, None when its module is imported by name."""
    if not target.__module__.startswith(_PACKAGE):
        return None
    return sys.modules[target.__module__].__file__


def _from_file(file: Path, modules: dict[Path, ModuleType]) -> ModuleType:
    """Import a file of the project under a private name, so that it shadows nothing and `from ._shared import x` works."""
    if file in modules:
        return modules[file]
    package = _PACKAGE + hashlib.sha256(str(file.parent).encode()).hexdigest()[:12]
    if package not in sys.modules:
        parent = ModuleType(package)
        parent.__path__ = [str(file.parent)]
        sys.modules[package] = parent
    name = f"{package}.{file.stem.replace('.', '_')}"
    spec = importlib.util.spec_from_file_location(name, file, loader=_FreshLoader(name, str(file)))
    if spec is None or spec.loader is None:
        raise PluginError(f"{file.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # pydantic looks up annotations there
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    modules[file] = module
    return module
