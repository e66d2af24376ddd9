"""What pytest loads in every project: so little that nobody notices, and it marks the kit's checks."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from importlib.metadata import entry_points

HEAVY = {"pydantic", "httpx", "httpcore", "sqlalchemy", "sqlmodel", "numpy", "respx", "pluggy", "structlog", "click"}


def test_the_plugin_imports_nothing_heavy():
    """A test run starts everywhere, also where nobody has heard of capteur."""
    code = "import sys, capteur.testing.plugin; print(*{name.partition('.')[0] for name in sys.modules})"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert HEAVY & set(shown.split()) == set()


def test_the_plugin_is_what_pytest_finds():
    found = {entry.name: entry.value for entry in entry_points(group="pytest11")}

    assert found.get("capteur") == "capteur.testing.plugin"


def test_the_mark_runs_the_kits_checks_alone(tmp_path):
    """An author's own test in the class is his, and unmarked."""
    (tmp_path / "test_runner.py").write_text(
        textwrap.dedent(
            """
            from capteur.house import LocalRunner
            from capteur.testing import RunnerConformance

            class TestLocal(RunnerConformance):
                def runner(self, run_unit, width):
                    return LocalRunner(run_unit, width)

                def test_of_mine(self):
                    raise AssertionError
            """
        )
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-m",
        "conformance",
        "--strict-markers",
        "-p",
        "no:cacheprovider",
        str(tmp_path),
    ]

    shown = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path).stdout

    assert "7 passed, 1 deselected" in shown


def test_a_missing_respx_is_said_with_the_cure(tmp_path):
    """Whoever installs capteur without the extra reads what to install."""
    code = """
    import sys
    sys.modules["respx"] = None
    from capteur.errors import PluginError
    from capteur.testing.upstream import new_router
    try:
        new_router()
    except PluginError as error:
        print(error)
    """
    shown = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    ).stdout

    assert (
        shown.strip() == "the conformance kit needs respx, which is not installed  fix: pip install 'capteur[testing]'"
    )
