"""The tools a posting's description names."""

from __future__ import annotations

import html
import re

from capteur_sensors._tools import Tool, mentions

MOST_TOOLS = 5
"""Told of one job; who lists more lists an industry."""
MOST_TEXT = 40_000
"""Characters of a description that are read; the longest seen has 29,000."""

_BLOCK = re.compile(r"<(?:/?(?:p|div|li|ul|ol|h[1-6]|tr|table|section|blockquote)|br)\b[^>]{0,300}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,1000}>")


def plain_text(description: str) -> str:
    """A description without markup, a line for each block. Also when its markup was escaped, as Greenhouse does."""
    text = description[:MOST_TEXT]
    if "&lt;" in text and "<" not in text:
        text = html.unescape(text)
    return html.unescape(_TAG.sub(" ", _BLOCK.sub("\n", text))).replace("\xa0", " ")


def tools_in(description: str, *, employer: str | None = None) -> list[Tool]:
    """The first tools a description names, not those of the `employer` (a domain) itself."""
    return mentions(plain_text(description), employer=employer)[:MOST_TOOLS] if description else []
