"""The templates: package data in `files/`, filled in by `string.Template`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from string import Template

ENDING = ".tmpl"
_HERE = "capteur.cli.making"


def render(template: str, values: Mapping[str, str]) -> str:
    """The text of `files/TEMPLATE.tmpl` with `$name` replaced; `$$` is a dollar. Raises KeyError for a value that is missing."""
    return Template(source(template)).substitute(values)


def source(template: str) -> str:
    """A template as it stands."""
    return files(_HERE).joinpath("files", *f"{template}{ENDING}".split("/")).read_text(encoding="utf-8")
