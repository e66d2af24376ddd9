"""Who it was, as the store keeps it: a keyed hash, which tells two people apart and names neither."""

from __future__ import annotations

import hmac
import unicodedata

from sqlalchemy import Connection

from capteur.store import sql

LENGTH = 16
"""Hexadecimal digits of a hash."""


def key_of(conn: Connection) -> bytes:
    """The key of this store's hashes; it never leaves the database."""
    return bytes.fromhex(sql.value(conn, "SELECT value FROM meta WHERE name = 'person_key'"))


def hashed(key: bytes, person: str) -> str:
    """The hash of a person as a source calls them. Case, spaces at the ends and Unicode's spellings make no difference."""
    return raw_hash(key, plain(person))


def raw_hash(key: bytes, text: str) -> str:
    """The hash of exactly this text."""
    return hmac.digest(key, text.encode(), "sha256").hex()[:LENGTH]


def plain(text: str) -> str:
    """A text without what people spell differently."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
