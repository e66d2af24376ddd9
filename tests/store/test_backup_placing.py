"""A file appears whole, or not at all: never half, never in another's place unasked."""

from __future__ import annotations

import stat

import pytest

from capteur.errors import InputError, StoreError
from capteur.store.placing import placed


def test_the_file_appears_at_the_end_and_only_its_owner_may_read_it(tmp_path):
    target = tmp_path / "new.zip"
    with placed(target) as part:
        part.write_bytes(b"whole")
        assert not target.exists()
        assert part.parent == tmp_path
    assert target.read_bytes() == b"whole"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["new.zip"]


def test_a_failure_leaves_nothing(tmp_path):
    def half():
        with placed(tmp_path / "new.zip") as part:
            part.write_bytes(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path):
    target = tmp_path / "new.zip"

    def late():
        with placed(target) as part:
            part.write_bytes(b"late")
            target.write_bytes(b"first")

    with pytest.raises(InputError, match="exists already"):
        late()
    assert target.read_bytes() == b"first"
    assert [p.name for p in tmp_path.iterdir()] == ["new.zip"]


def test_force_replaces_it_at_once(tmp_path):
    target = tmp_path / "new.zip"
    target.write_bytes(b"old")
    with placed(target, force=True) as part:
        part.write_bytes(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"


def test_what_the_system_says_is_told_with_the_name_that_was_asked_for(tmp_path):
    def nowhere():
        with placed(tmp_path / "new.zip") as part:
            (part / "x").write_bytes(b"")

    with pytest.raises(StoreError, match=r"backup .*new\.zip: it cannot be written \(Not a directory\)"):
        nowhere()
    with pytest.raises(InputError, match=r"the folder .* does not exist"), placed(tmp_path / "no" / "new.zip"):
        pass
