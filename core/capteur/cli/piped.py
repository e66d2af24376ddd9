"""What is piped in, as a file: it can be read once, and a list is looked at before it is taken."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from capteur.errors import CapteurError

MAX_CHARS = 64 * 1024 * 1024
_TABLE = re.compile(r"[,;\t\"]")


@contextmanager
def at_rest(given: str | Path) -> Iterator[Path]:
    """The file that was given; of `-` (stdin) and of a pipe a copy that can be read again, for as long as the block lasts.

    Errors of ours that come out of the block name what was given, not the copy.
    """
    path = Path(given).expanduser()
    if str(given) != "-" and (path.is_file() or path.is_dir() or not path.exists()):
        yield path
        return
    shown = "stdin" if str(given) == "-" else str(given)
    with TemporaryDirectory(prefix="capteur-") as folder:
        copy = Path(folder, "list")
        copy.write_bytes(as_list(sys.stdin.read(MAX_CHARS)) if shown == "stdin" else _read(path))
        try:
            yield copy
        except CapteurError as error:
            error.what, error.fix = (text.replace(str(copy), shown) for text in (error.what, error.fix))
            raise


def _read(pipe: Path) -> bytes:
    with pipe.open("rb") as stream:
        return stream.read(MAX_CHARS)


def as_list(text: str) -> bytes:
    """What was typed or piped: a table stays as it is (the import knows its headers); words become one domain a line."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not any(_TABLE.search(line) for line in lines[:5]):
        lines = [word for line in lines for word in line.split()]
    return "".join(f"{line}\n" for line in lines).encode()
