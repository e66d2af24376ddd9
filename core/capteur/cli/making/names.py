"""What a plugin is called: one name, and everything that follows from it."""

from __future__ import annotations

import builtins
import keyword
import re
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.machinery import PathFinder
from typing import Literal

from capteur.errors import UsageError

What = Literal["sensor", "estimator", "notifier"]
LONGEST = 32
"""Characters of a name: a line of the templates that holds it twice still fits where formatters break lines."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_VERSION = re.compile(r"@([1-9]\d{0,3})")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_IMPORTED = frozenset({"Any", "ClassVar", "Field", "Iterator", "Mapping", "Sequence", "SecretStr"})
"""What the templates import beside the names of capteur; a class of that name would hide it."""


@dataclass(frozen=True, slots=True)
class Name:
    """A plugin's name. `text` is what the author wrote, without an estimator's version."""

    what: What
    text: str
    version: int = 1

    @property
    def plugin(self) -> str:
        """The plugin's and its entry point's name; an estimator's carries the version of its formula: `momentum@1`."""
        return f"{self.text}@{self.version}" if self.what == "estimator" else self.text

    @property
    def stem(self) -> str:
        """The module of a plugin that is one file."""
        return self.text.replace("-", "_")

    @property
    def cls(self) -> str:
        """The class: `french-jobs` is FrenchJobs."""
        return "".join(part.capitalize() for part in re.split("[-_]", self.text))

    @property
    def distribution(self) -> str:
        return "capteur-" + self.text.replace("_", "-")

    @property
    def package(self) -> str:
        return "capteur_" + self.stem

    @property
    def variable(self) -> str:
        """How variables of its secrets begin: FRENCH_JOBS."""
        return self.stem.upper()


def read_name(what: What, text: str, *, package: bool) -> Name:
    """The name, checked. Raises UsageError that says what is wrong with it, with a name that would do where there is one."""
    base, version = text, 1
    if what == "estimator" and "@" in text:
        base, _, _ = text.partition("@")
        match = _VERSION.fullmatch(text[len(base) :])
        if match is None:
            raise _refused(
                what, text, "after the @ stands the version of its formula, 1 or more", f"{_slug(base) or 'momentum'}@1"
            )
        version = int(match[1])
    name = Name(what, base, version)
    if not _NAME.fullmatch(base) or len(base) > LONGEST:
        raise _refused(what, text, _rule(base), _slug(base))
    if base in {"capteur", "conftest"} or base.startswith(("capteur-", "capteur_", "test-", "test_")):
        bare = re.sub(r"^(?:(?:capteur|test|conftest)[-_]?)+", "", base)
        why = (
            "pytest and the plugin folder take a file of that name for a test"
            if base.startswith(("test", "conftest"))
            else "a package gets `capteur-` in front by itself"
        )
        raise _refused(what, text, why, bare if _NAME.fullmatch(bare) else "")
    _check_class(name, text)
    if not package:
        _check_module(name, text)
    return name


def _check_class(name: Name, text: str) -> None:
    """Its class must hide neither a word of Python nor what the file itself imports."""
    from capteur import __all__ as public

    hidden = name.cls in public or name.cls in _IMPORTED or hasattr(builtins, name.cls)
    if hidden or keyword.iskeyword(name.cls):
        why = f"its class would be called {name.cls}, and that means something else"
        raise _refused(name.what, text, why, _longer(name))
    if name.cls.startswith("Test"):
        why = f"pytest would take its class {name.cls} for a test"
        raise _refused(name.what, text, why, _slug(f"our-{name.text}"))


def _check_module(name: Name, text: str) -> None:
    """Its file is imported by its tests under its own name: it must shadow no other module."""
    if keyword.iskeyword(name.stem):
        raise _refused(name.what, text, f"{name.stem} is a word of Python: no module can be called so", _longer(name))
    if name.stem in sys.stdlib_module_names or _is_installed(name.stem):
        why = f"{name.stem}.py would hide the module {name.stem} from its tests"
        raise _refused(name.what, text, why, _longer(name))


def _is_installed(module: str) -> bool:
    """A real module of that name; a folder that happens to be called so is none."""
    spec = PathFinder.find_spec(module, [path for path in sys.path if path])
    return spec is not None and spec.origin is not None


def _rule(base: str) -> str:
    if len(base) > LONGEST:
        return f"it has {len(base)} characters; up to {LONGEST} will do"
    return "a name begins with a lower-case letter; lower-case letters, digits and single - or _ follow"


def _refused(what: What, text: str, why: str, better: str) -> UsageError:
    shown = "".join(c if c.isprintable() else "?" for c in text[:60])
    fix = f"did you mean capteur new {what} {better}?" if better else f"capteur new {what} {_EXAMPLE[what]}"
    return UsageError(f"{what} {shown!r}: it cannot be called so", why=why, fix=fix)


_EXAMPLE: Mapping[What, str] = {"sensor": "rounds", "estimator": "momentum", "notifier": "chat"}


def _longer(name: Name) -> str:
    longer = f"{name.text}-{_SUFFIX[name.what]}"
    return longer if len(longer) <= LONGEST else ""


_SUFFIX: Mapping[What, str] = {"sensor": "signals", "estimator": "estimate", "notifier": "notices"}


def _slug(text: str) -> str:
    """The nearest name that keeps the rule, or nothing: `Série B` is serie-b."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", _CAMEL.sub("-", plain).lower())
    slug = "-".join(words).lstrip("0123456789-")
    while len(slug) > LONGEST and "-" in slug:
        slug = slug.rpartition("-")[0]
    return slug if _NAME.fullmatch(slug) and len(slug) <= LONGEST else ""
