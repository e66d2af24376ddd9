"""docs/deploy.md: every command on it is understood, every file on it is there, every number on it is the code's."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from capteur.daemon.serving import DRAIN_S
from capteur.daemon.watchdog import FROZEN
from capteur.house.pulse import STALE_S

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
# What stands in front of capteur's own words on the page, and is not capteur's.
BEFORE = (
    r"(?:^|sudo -u capteur /opt/capteur/bin/|/opt/capteur/bin/|docker compose exec capteur |docker compose run --rm )"
)
CALL = re.compile(rf"(?m){BEFORE}capteur (?!\[)([^\n#&`]*)")


def calls():
    """The command lines of the blocks, and those in the text."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)).replace("\\\n", " ")
    spoken = re.findall(r"`(?:docker compose run --rm )?capteur ([a-z][^`]*)`", PAGE)
    found = [*(m[1] for m in CALL.finditer(blocks)), *spoken]
    return sorted({line.strip() for line in found if line.strip()})


@pytest.mark.parametrize("line", calls())
def test_every_command_is_understood(line, understood):
    argv = shlex.split(line)
    while argv and argv[0].startswith("-"):  # shared options stand in front as well
        argv = argv[2:] if argv[0] == "--config" else argv[1:]
    understood(argv)


def test_the_page_has_commands_to_understand():
    """Else the test above would say nothing."""
    found = calls()
    assert len(found) > 15
    assert "db backup /mnt/backups" in found
    assert any(line.endswith("daemon --once") for line in found)


def test_every_file_of_the_folder_is_on_the_page():
    files = {p.relative_to(ROOT).as_posix() for p in (ROOT / "deploy").rglob("*") if p.is_file()}
    told = {name for name in files if name in PAGE}
    assert files - told == {"deploy/systemd/capteur-backup.timer"}
    assert "`deploy/systemd/capteur-backup.service`, `.timer`" in PAGE
    assert {name for name in re.findall(r"deploy/[\w./-]+\w", PAGE) if not list(ROOT.glob(name + "*"))} == set()


def test_its_numbers_are_those_of_the_code():
    assert f"(exit code {FROZEN})" in PAGE
    assert f"What runs has {DRAIN_S:.0f} seconds" in PAGE
    assert f"stands still for {STALE_S:.0f} seconds" in PAGE
