"""Put a plan's files on the disk: all of them or none, and none over another."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from capteur.errors import InputError, UsageError


def write(folder: Path, files: Mapping[str, str], *, fix: str) -> list[Path]:
    """Write texts by their paths below `folder`; returns the files.

    Raises UsageError when one of them is there already (nothing is written then), InputError when one cannot be written
    (those written before it are removed again).
    """
    there = [path for path in files if (folder / path).exists() or (folder / path).is_symlink()]
    if there:
        raise UsageError(f"there is a {folder / there[0]} already", why="new never overwrites a file", fix=fix)
    written: list[Path] = []
    made: list[Path] = []
    try:
        for path, text in files.items():
            made += _make_folder((folder / path).parent)
            with (folder / path).open("x", encoding="utf-8", newline="\n") as stream:
                written.append(folder / path)
                stream.write(text)
    except OSError as error:
        _take_back(written, made)
        raise InputError(
            f"{error.filename or folder}: cannot be written", why=error.strerror or type(error).__name__
        ) from error
    return written


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder with its parents; returns those that were not there."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _take_back(written: list[Path], made: list[Path]) -> None:
    for file in written:
        file.unlink(missing_ok=True)
    for folder in reversed(made):
        if not any(folder.iterdir()):
            folder.rmdir()
