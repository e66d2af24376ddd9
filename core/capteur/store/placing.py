"""A file that appears whole or not at all: written under another name beside its place, and renamed once it is right."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from capteur.errors import InputError, StoreError, StoreFull

ELSEWHERE = "name a file in a folder that can be written"


def refuse_existing(target: Path, *, force: bool) -> None:
    """Raises InputError where the file cannot be made, before any work is done for it."""
    if target.exists() and not force:
        raise InputError(f"{target} exists already", fix="name another file, or add --force")
    if not target.absolute().parent.is_dir():
        raise InputError(f"{target}: the folder {target.parent} does not exist", fix="make the folder first")


@contextmanager
def placed(target: Path, *, force: bool = False) -> Iterator[Path]:
    """Yield an empty file (mode 0600) beside `target` to be filled; it takes the place of `target` when the block ends well.

    An existing `target` is only replaced with `force`. Raises InputError, and StoreError or StoreFull for the system's errors in the
    block as well.
    """
    refuse_existing(target, force=force)
    with told(f"backup {target}"):
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.absolute().parent)
        os.close(descriptor)
    part = Path(name)
    try:
        with told(f"backup {target}"):
            yield part
            flush(part)
            _rename(part, target, force=force)
            flush(target.absolute().parent)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def told(what: str) -> Iterator[None]:
    """The system's errors about a file, as ours."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StoreFull(
                f"{what}: the disk is full", fix="free some space, or name a file on another disk"
            ) from error
        fix = "look at the permissions of the folder" if isinstance(error, PermissionError) else ELSEWHERE
        raise StoreError(f"{what}: it cannot be written", why=error.strerror or str(error), fix=fix) from error


def flush(path: Path) -> None:
    """Have the disk keep a file, or a folder's names, before going on; a system that cannot do that for folders goes without."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:  # Windows opens no folders
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EBADF, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _rename(part: Path, target: Path, *, force: bool) -> None:
    if not force:
        try:
            target.hardlink_to(part)  # refuses where a file has appeared meanwhile, as a rename would not
        except (OSError, NotImplementedError):  # or the file system gives a file one name only
            refuse_existing(target, force=False)
        else:
            return
    part.replace(target)
