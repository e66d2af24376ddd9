"""The file a backup is: a zip with one file of JSON lines per table, and `manifest.json` that says what must be in them.

The same file comes out of SQLite and of PostgreSQL, and goes into either: cells are JSON (bytes in base64), rows stand in the
order of the primary key, so equal stores make equal tables, down to the sha256.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from capteur.errors import InputError
from capteur.store.layout import Column, Layout

FORMAT, VERSION = "capteur-backup", 1
MANIFEST = "manifest.json"
_GROUP = 2000
_MOST = 1 << 20
"""A manifest is a few kilobytes; what is larger than this is none."""
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Table:
    """What the manifest says of a table."""

    columns: tuple[tuple[str, str], ...]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the archive holds. `counters` are the largest numbers ever given, by table; `created_at` is ISO 8601."""

    schema: str
    engine: str
    capteur: str
    created_at: str
    tables: Mapping[str, Table]
    counters: Mapping[str, int]

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(table.rows for table in self.tables.values())


class Writing:
    """An archive that is being written. Use `writing`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._zip = archive
        self._tables: dict[str, Table] = {}

    def table(self, layout: Layout, rows: Iterable[Sequence[Any]]) -> None:
        """Write one table, reading `rows` as they come."""
        digest, count, left = hashlib.sha256(), 0, iter(rows)
        encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode
        prepare = _to_json(layout.columns)
        with self._zip.open(_member(layout.table), "w", force_zip64=True) as out:
            while group := list(islice(left, _GROUP)):
                lines = "".join(encode(prepare(row)) + "\n" for row in group).encode("ascii")
                digest.update(lines)
                out.write(lines)
                count += len(group)
        columns = tuple((c.name, c.type) for c in layout.columns)
        self._tables[layout.table] = Table(columns, count, digest.hexdigest())

    def finish(
        self, *, schema: str, engine: str, capteur: str, created_at: str, counters: Mapping[str, int]
    ) -> Manifest:
        """Write the manifest, after the last table."""
        manifest = Manifest(schema, engine, capteur, created_at, self._tables, counters)
        text = json.dumps({"format": FORMAT, "version": VERSION, **asdict(manifest)}, indent=1)
        self._zip.writestr(MANIFEST, text + "\n")
        return manifest


@contextmanager
def writing(file: IO[bytes]) -> Iterator[Writing]:
    """Write an archive into `file`; it is one once the block has ended, and `finish` was called in it."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        yield Writing(archive)


class Archive:
    """An archive that is read. Use `opened`."""

    def __init__(self, path: Path, file: zipfile.ZipFile, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._zip = file

    def verify(self) -> None:
        """Read everything once. Raises InputError unless every table holds what the manifest says."""
        for name, table in self.manifest.tables.items():
            digest, count = hashlib.sha256(), 0
            with _told(self.path), self._zip.open(_member(name)) as member:
                while block := member.read(1 << 20):
                    digest.update(block)
                    count += block.count(b"\n")
            if (digest.hexdigest(), count) != (table.sha256, table.rows):
                raise _damaged(self.path, f"the rows of {name} are not those that were written")

    def rows(self, table: str) -> Iterator[list[Any]]:
        """The rows of a table, cells in the order of its columns in the manifest. Raises InputError."""
        columns = self.manifest.tables[table].columns
        packed = [i for i, (_, kind) in enumerate(columns) if kind == "bytes"]
        with _told(self.path), self._zip.open(_member(table)) as member:
            for line in member:
                row = json.loads(line)
                if len(row) != len(columns):
                    raise _damaged(self.path, f"a row of {table} has {len(row)} cells instead of {len(columns)}")
                for i in packed:
                    row[i] = None if row[i] is None else base64.b64decode(row[i])
                yield row


@contextmanager
def opened(path: Path, *, given: Path | None = None) -> Iterator[Archive]:
    """Open an archive; messages call it what it was `given` as. Raises InputError for one that is damaged, cut short, not ours."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"backup {path}: it cannot be read", why=error.strerror or "") from error
    with file:
        if not file.read(4).startswith(b"PK"):
            raise InputError(f"backup {path}: it is not a backup of capteur", fix="capteur db backup makes one")
        with _told(path):
            archive = zipfile.ZipFile(file)
        with archive:
            yield Archive(given or path, archive, _manifest(path, archive))


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    names = set(archive.namelist())
    if MANIFEST not in names:
        raise InputError(f"backup {path}: it is not a backup of capteur", why=f"there is no {MANIFEST} in it")
    with _told(path):
        with archive.open(MANIFEST) as member:
            said = json.loads(member.read(_MOST))
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise InputError(f"backup {path}: it is not a backup of capteur", why=f"its {MANIFEST} says so")
        if said["version"] != VERSION:
            raise InputError(
                f"backup {path}: its format {said['version']} is unknown to this capteur",
                why=f"capteur {said.get('capteur')} has written it",
                fix="pip install --upgrade capteur",
            )
        tables = {
            name: Table(tuple((str(n), str(kind)) for n, kind in t["columns"]), int(t["rows"]), str(t["sha256"]))
            for name, t in said["tables"].items()
        }
        counters = {str(name): int(n) for name, n in said["counters"].items()}
        head = [str(said[name]) for name in ("schema", "engine", "capteur", "created_at")]
    missing = sorted({_member(name) for name in tables} - names)
    if missing:
        raise _damaged(path, f"{missing[0]} is not in it")
    return Manifest(head[0], head[1], head[2], head[3], tables, counters)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Whatever a damaged file makes the library raise, as one of our errors."""
    try:
        yield
    except _BROKEN as error:
        raise _damaged(path, str(error) or type(error).__name__) from error
    except OSError as error:
        raise InputError(f"backup {path}: it cannot be read", why=error.strerror or str(error)) from error


def _damaged(path: Path, why: str) -> InputError:
    return InputError(f"backup {path}: it is damaged or cut short", why=why, fix="take another backup")


def _member(table: str) -> str:
    return f"{table}.jsonl"


def _to_json(columns: Sequence[Column]) -> Any:
    """What makes a row of the database a row of JSON: bytes have no JSON, and SQLite knows no booleans."""
    changes = [
        (i, _packed if column.type == "bytes" else _truth)
        for i, column in enumerate(columns)
        if column.type in ("bytes", "boolean")
    ]
    if not changes:
        return list

    def prepare(row: Sequence[Any]) -> list[Any]:
        cells = list(row)
        for i, change in changes:
            if cells[i] is not None:
                cells[i] = change(cells[i])
        return cells

    return prepare


def _packed(cell: bytes) -> str:
    return base64.b64encode(cell).decode("ascii")


def _truth(cell: object) -> bool:
    return bool(cell)
