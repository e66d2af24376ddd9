"""What `capteur new` makes passes lint, format, strict types and its own conformance test, untouched."""

from __future__ import annotations

import shutil
import sys
import tomllib
from pathlib import Path
from string import Template

import pytest

from capteur.cli import root
from capteur.cli.making.names import LONGEST
from capteur.cli.making.templates import ENDING, source

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FILES = ROOT / "core" / "capteur" / "cli" / "making" / "files"
KINDS = {
    "feed": ("sensor", "--shape", "feed"),
    "account": ("sensor", "--shape", "account"),
    "push": ("sensor", "--shape", "push"),
    "estimator": ("estimator",),
    "notifier": ("notifier",),
}
LONG = {kind: f"{kind[:4]}h-jklmnopqr_tuvwxyz-0123456789xyz"[:LONGEST] for kind in KINDS}
"""The longest names: formatters break lines where these make them too long."""
SHORT = {kind: f"{kind[0]}{kind[-1]}9" for kind in KINDS}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with every kind of plugin, under a long and a short name, as files and as packages."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("CAPTEUR_CONFIG", raising=False)
        assert root.run(["init", "--no-input", "--quiet"]) == 0
        for kind, (what, *shape) in KINDS.items():
            for names in (LONG, SHORT):
                assert root.run(["new", what, names[kind], *shape, "--quiet"]) == 0
                assert root.run(["new", what, names[kind], *shape, "--quiet", "--package"]) == 0
    return folder


def _package(folder: Path, kind: str) -> Path:
    return folder / f"capteur-{LONG[kind].replace('_', '-')}"


def test_files_pass_the_linter_and_the_formatter(made, run_python):
    """With the linter's own defaults, and with nearly all there is."""
    formatted = run_python("ruff", "format", "--check", "--isolated", "plugins", cwd=made)
    assert formatted.returncode == 0, formatted.stdout
    for rules in ([], ["--select", "A,ANN,B,C4,DTZ,E,F,I,N,PERF,PT,RET,RUF,S,SIM,T20,UP,W", "--ignore", "ANN401,S105"]):
        checked = run_python("ruff", "check", "--isolated", "--no-cache", *rules, "plugins", cwd=made)
        assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_package_passes_the_checks_of_its_own_workflow(made, kind, run_python):
    """Those that read: format and lint, by its own configuration."""
    folder = _package(made, kind)
    workflow = (folder / ".github/workflows/ci.yml").read_text()
    for command in ("ruff format --check .", "ruff check ."):
        assert f"run: {command}\n" in workflow
        done = run_python(*command.split(), "--no-cache", cwd=folder)
        assert done.returncode == 0, done.stdout


def test_files_and_packages_pass_strict_types(made, run_python, tmp_path):
    """All at once: the sources of every package and every file, with the settings that a package brings."""
    settings = tmp_path / "pyproject.toml"
    shutil.copy(_package(made, "feed") / "pyproject.toml", settings)
    packages = [str(_package(made, kind) / part) for kind in KINDS for part in ("src", "tests")]
    command = ["--config-file", str(settings), f"--cache-dir={ROOT / '.mypy_cache' / 'new'}", "plugins", *packages]
    path = ":".join([str(ROOT / "core"), *(str(_package(made, kind) / "src") for kind in KINDS)])
    done = run_python("mypy", *command, cwd=made, MYPYPATH=path)
    assert done.returncode == 0, done.stdout


def test_files_pass_their_own_tests(made, run_python):
    tests = [f"plugins/test_{SHORT[kind]}.py" for kind in KINDS]
    done = run_python("pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", *tests, cwd=made)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert " failed" not in done.stdout


@pytest.mark.parametrize("kind", ["feed", "estimator"])
def test_a_package_passes_its_own_tests(made, kind, run_python):
    """In its own folder, by its own configuration, without being installed."""
    done = run_python("pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", cwd=_package(made, kind))
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_package_says_what_it_is(made, kind):
    project = tomllib.loads((_package(made, kind) / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11"
    assert project["name"] == _package(made, kind).name
    group = f"capteur.{KINDS[kind][0]}s"
    name = LONG[kind] + ("@1" if kind == "estimator" else "")
    assert list(project["entry-points"]) == [group]
    module, _, cls = project["entry-points"][group][name].partition(":")
    code = (_package(made, kind) / "src" / module / "__init__.py").read_text()
    assert f"\nclass {cls}(" in code
    assert f'\n    name = "{name}"\n' in code
    readme = (_package(made, kind) / "README.md").read_text()
    assert "$" not in readme.replace('"$', "")
    assert "\n\n\n" not in readme


@pytest.mark.parametrize("kind", KINDS)
def test_a_plugin_and_its_test_are_short(made, kind):
    """Something a person reads before changing it."""
    code, test = ((made / "plugins" / f"{start}{SHORT[kind]}.py").read_text() for start in ("", "test_"))
    assert len(code.splitlines()) <= (150 if kind == "estimator" else 45)
    assert len(test.splitlines()) <= 45


def test_no_template_is_left_over_and_every_value_is_asked_for(made):
    """What is filled in above is all there is: a template or a value that nobody needs would be found here."""
    templates = [path.relative_to(FILES).as_posix().removesuffix(ENDING) for path in FILES.rglob(f"*{ENDING}")]
    asked = {name for template in templates for name in Template(source(template)).get_identifiers()}
    given = {"name", "text", "cls", "package", "distribution", "variable", "what", "capteur", "testing"}
    assert asked == given | {"imports", "settings", "description", "sort", "about", "kind", "version"}
    shapes = {*KINDS} - {"estimator", "notifier"}
    sorts = {*(f"sensor/{shape}" for shape in shapes), "estimator/estimator", "notifier/notifier"}
    plugins = {f"{sort}{part}" for sort in sorts for part in ("", "_test", "_toml")} | {"sensor/about"}
    package = {f"package/{name}" for name in ("pyproject.toml", "README.md", "gitignore", "ci.yml")}
    project = {f"project/{name}" for name in ("env.example", "requirements.txt", "gitignore")}
    assert set(templates) == plugins | package | project


def test_files_pass_the_strictest_type_checker_as_well(made, run_python):
    settings = made / "plugins" / "pyrightconfig.json"
    settings.write_text('{"typeCheckingMode": "strict"}')
    done = run_python("pyright", "--pythonpath", sys.executable, "--project", str(settings.parent), cwd=made)
    settings.unlink()
    assert done.returncode == 0, done.stdout
