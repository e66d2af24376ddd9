"""What pytest loads at its start, in every project where capteur is installed: so little that nobody notices.

It marks the checks of the kit, so that `pytest -m conformance` runs them alone. Nothing is imported here.
"""

from __future__ import annotations

from typing import Any


def pytest_configure(config: Any) -> None:
    """Announce the mark, for projects with --strict-markers."""
    config.addinivalue_line("markers", "conformance: a check of capteur.testing")


def pytest_itemcollected(item: Any) -> None:
    """Mark the kit's own checks; a test that the author added to the class stays his."""
    if getattr(getattr(item, "function", None), "__module__", "").startswith(
        ("capteur.testing.", "capteur.conforming.")
    ):
        item.add_marker("conformance")
