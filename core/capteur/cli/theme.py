"""Colours by their meaning, and the console. Only the terminal's own sixteen colours, so that light and dark both read well.

Colour never carries meaning alone: a sign, a word or a shape says the same.
"""

from __future__ import annotations

import codecs
from typing import Final, TextIO

from rich.console import Console
from rich.style import Style
from rich.text import Text
from rich.theme import Theme

from capteur.wording import safe

THEME: Final = Theme(
    {
        "title": "bold",
        "head": "dim",
        "strong": "bold",
        "quiet": "dim",
        "plain": "none",
        "bar": "cyan",
        "rail": "dim",
        "up": "green",
        "down": "red",
        "ok": "green",
        "warn": "yellow",
        "bad": "red",
        "command": "cyan",
    },
    inherit=False,
)
# For a terminal that cannot show them (an 8-bit or ASCII locale): one narrow character each, so that columns still stand.
_PLAIN: Final = str.maketrans(
    "\u2501\u2500\u25cf\u2502\u253c\u253f\u2026\u2192\u2713\u2717\u00b7\u2013\u2212\u202f\u201c\u201d\u2019\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588",
    '=-o|++~>+x--- ""\'__--==##',
)
MINUS: Final = "\u2212"
DASH: Final = "\u2013"


def _plain_instead(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    part = error.object[error.start : error.end].translate(_PLAIN)
    return "".join(c if c.isascii() else "?" for c in part), error.end


codecs.register_error("capteur-plain", _plain_instead)


def console(stream: TextIO, *, colored: bool, terminal: bool) -> Console:
    """A console that prints Text only: nothing is read as markup, emoji code or a thing to highlight."""
    return Console(
        file=stream,
        theme=THEME,
        force_terminal=terminal,
        no_color=not colored,
        color_system="standard" if colored else None,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=True,
        legacy_windows=False,
    )


def text(value: object, style: str = "", limit: int = 400) -> Text:
    """Anything from anywhere as a Text: controls stripped, brackets left as they are."""
    return Text(safe(str(value), limit), style=style, no_wrap=True, end="")


def text_line(content: str, style: str = "") -> Text:
    """Words of our own with their leading spaces kept."""
    return Text(content, style=style, no_wrap=True, end="")


def linked(value: str, url: str | None, style: str = "") -> Text:
    """A text that leads to `url` in terminals that know links (OSC 8); others show the text alone."""
    shown = text(value, style)
    if url is not None and url.lower().startswith(("http://", "https://")):
        shown.stylize(Style(link=safe(url, 2000)))
    return shown


def join(*parts: Text | str, gap: str = "") -> Text:
    """Texts behind one another, with `gap` between them; empty ones are left out."""
    line = Text(no_wrap=True, end="")
    for part in parts:
        if not len(part):
            continue
        if gap and len(line):
            line.append(gap)
        line.append_text(part if isinstance(part, Text) else Text(part))
    return line
