"""The repository itself: what is written down agrees with what is there, and nothing of one machine is in it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOM_LINES = 320
# Written in two halves, so that this file passes its own test.
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js.org", "/opt/" + "pypi"]
COPYLEFT = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)


def _files() -> list[Path]:
    """Every text file that is, or is about to be, part of the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout, so nobody can say which files belong to it")
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:4096]]


def test_no_file_names_a_place_on_this_machine_or_a_registry():
    places = [f"{place}/" for place in {str(ROOT), str(ROOT.parent), str(Path.home())} if len(place) > 1]
    found = []
    for path in _files():
        text = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in (*places, *REGISTRIES) if word in text]
    assert found == []


@pytest.mark.parametrize("folder", ["core", "sensors", "plugins"])
def test_no_room_is_longer_than_320_lines(folder):
    rooms = [
        p for p in (ROOT / folder).rglob("*.py") if p.parent.name != "versions"
    ]  # a migration is history, not a room
    sizes = {p.relative_to(ROOT): len(p.read_bytes().splitlines()) for p in rooms}
    assert {str(path): lines for path, lines in sizes.items() if lines > ROOM_LINES} == {}


def test_test_modules_have_names_of_their_own():
    """They are imported by file (importlib mode), and a report should name one file only."""
    names = [p.name for folder in ("tests", "plugins") for p in (ROOT / folder).rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


def test_every_pin_is_a_plain_version():
    """No download addresses, no paths, nothing of our own."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    bad = [line for line in lines if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*==[^\s@/]+( ; [^@/]+)?", line)]
    assert bad == []
    assert not [line for line in lines if line.startswith("capteur")]
    names = [line.partition("==")[0] for line in lines]
    assert names == sorted(names)


def test_every_dependency_is_pinned():
    pinned = {line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()}
    project = PYPROJECT["project"]
    wanted = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    for plugin in (ROOT / "plugins").glob("*/pyproject.toml"):
        wanted += tomllib.loads(plugin.read_text(encoding="utf-8"))["project"].get("dependencies", [])
    names = {canonicalize_name(Requirement(text).name) for text in wanted} - {"capteur"}
    assert names - pinned == set()


def _needs(name: str, seen: set[str]) -> set[str]:
    """A distribution and everything it needs here, by name."""
    seen.add(canonicalize_name(name))
    for text in distribution(name).requires or ():
        need = Requirement(text)
        if canonicalize_name(need.name) not in seen and (need.marker is None or need.marker.evaluate({"extra": ""})):
            _needs(need.name, seen)
    return seen


def test_nothing_we_stand_on_is_under_a_gpl():
    """The base, everything below it, and the PostgreSQL extra (psycopg is LGPL, which a program may use)."""
    found = {}
    for name in _needs("capteur", set()) | {"psycopg", "psycopg-binary"}:
        about = distribution(name).metadata
        said = [about.get("License-Expression", ""), *(about.get_all("Classifier") or ())]
        said += [] if said[0] else [about.get("License", "")[:200]]
        if any(COPYLEFT.search(text) for text in said if "LGPL" not in text and "Lesser" not in text):
            found[name] = said
    assert found == {}


def test_the_licence_is_the_whole_apache_2():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PYPROJECT["project"]["license"] == "Apache-2.0"
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_every_link_between_pages_leads_somewhere():
    pages = [p for p in _files() if p.suffix == ".md"]
    dead = []
    for page in pages:
        targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        ours = [target for target in targets if not re.match(r"[a-z]+:", target)]
        dead += [f"{page.relative_to(ROOT)} -> {target}" for target in ours if not (page.parent / target).exists()]
    assert dead == []


def test_every_page_of_the_docs_is_in_their_index():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    docs = ROOT / "docs"
    pages = {str(p.relative_to(docs)) for p in docs.rglob("*.md") if p.parent.name != "decisions"} - {"README.md"}
    assert {name for name in pages if f"({name})" not in index} == set()


def test_every_page_that_the_code_names_exists():
    """A docstring or a message that sends a reader to a page, sends them to one that is there."""
    places = [ROOT / folder for folder in ("core", "sensors", "plugins")]
    sources = [path.read_text(encoding="utf-8") for place in places for path in place.rglob("*.py")]
    named = {page for source in sources for page in re.findall(r"\bdocs/[a-z0-9_/-]+\.md", source)}
    assert {page for page in named if not (ROOT / page).is_file()} == set()


def test_decisions_are_numbered_once_each():
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert all(number.isdigit() for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_every_make_target_is_explained():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    unexplained = {t for t in phony[1].split() if f'"make {t} ' not in makefile} - {"help"}
    assert unexplained == set()


def test_the_help_loads_neither_store_nor_network():
    program = "import sys\nfrom capteur.cli.root import run\nrun(['--help'])\nprint(*sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert loaded & {"pydantic", "sqlmodel", "sqlalchemy", "httpx", "numpy", "rich"} == set()
