"""Plugins from source text, with one thing in it changed: what an author's slip looks like to the kit."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Edit = tuple[str, str]


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Import a plugin's text as a module of its own, after these edits; each must apply exactly once."""
    made: list[str] = []

    def load(source: Path, cls: str, *edits: Edit) -> Any:
        text = source.read_text()
        for old, new in edits:
            assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {source.name}"
            text = text.replace(old, new)
        name = f"seeded_{source.stem}_{len(made)}_{tmp_path.name}"
        file = tmp_path / f"{source.stem}.py"
        file.write_text(text)
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        made.append(name)
        spec.loader.exec_module(module)
        return getattr(module, cls)

    yield load
    for name in made:
        sys.modules.pop(name, None)
