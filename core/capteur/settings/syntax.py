"""Why a file is not TOML: the parser's words as a person would put them, with the line and the cure, and never with a value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*([A-Za-z0-9_-]+|"[^"]*"|'[^']*')\s*=""")
_DECLARED = re.compile(r"Cannot declare \((.*)\) twice")
_BOOLEANS = frozenset({"true", "false", "yes", "no", "on", "off", "none", "null"})
_WRONG_QUOTES = "\u201c\u201d\u201e\u2018\u2019\xab\xbb`"

Told = tuple[str, str]
"""What is wrong, and the cure."""
QUOTES: Told = ("text without quotes", 'write name = "value"')
_SAID: Sequence[tuple[str, Told]] = (
    ("Unterminated string", ("a quote is not closed", 'text ends with the quote it began with: "value"')),
    ("Illegal character '\\n'", ("a quote is not closed", 'text ends with the quote it began with: "value"')),
    ('Expected "\'"', ("a quote is not closed", "text ends with the quote it began with: 'value'")),
    ("Illegal character", ("a control character stands in it", "remove it, or write it as \\u0001")),
    ("Unclosed array", ("a list is not closed", 'write e.g. ["a", "b"], with commas between')),
    (
        "Unclosed inline table",
        ("a table in braces is not closed", "it stands on one line: { a = 1, b = 2 }, without a comma at its end"),
    ),
    (
        "Invalid initial character for a key part",
        (
            "a name was expected here",
            "names have letters, digits, - and _, all others go into quotes; { a = 1 } stands on one line",
        ),
    ),
    ("Expected '=' after a key", ("a name is not followed by =", 'write name = "value"')),
    (
        "Expected ']",
        ("a table's name is not closed", 'write [sensors.rounds]; names with spaces or dots go into "quotes"'),
    ),
    (
        "Unescaped '\\' in a string",
        ('a backslash in "quotes" begins a special character', "use 'single quotes', or / in paths"),
    ),
    ("Invalid hex value", ('a backslash in "quotes" begins a special character', "use 'single quotes', or / in paths")),
    (
        "Invalid statement",
        (
            "neither a name, nor a [table], nor a # comment",
            'write name = "value"; other letters than a-z go into "quotes"',
        ),
    ),
)


def explained(text: str, said: str) -> tuple[int, str, str]:
    """The line, what is wrong in it, and the cure; `said` is what the parser says of `text`."""
    lines = text.rstrip().splitlines() or [""]
    found = _PLACE.search(said)
    number = min(int(found[1]), len(lines)) if found else _open_quote(lines, said)
    line = lines[number - 1]
    declared = _DECLARED.match(said)
    if declared:
        return number, *_table_twice(lines, declared[1], number)
    if said.startswith("Cannot "):
        return number, *_option_twice(lines)
    if said.startswith("Invalid value"):
        if found and "=" in line[int(found[2]) - 1 :]:  # the parser has not come to the = of this line
            return number, "a list before it is not closed", 'write e.g. ["a", "b"], with commas between'
        return number, *_no_value(line.partition("=")[2].partition("#")[0].strip())
    if said.startswith("Expected newline"):
        return number, *_too_much(line.partition("=")[2].strip())
    words = next((told for start, told in _SAID if said.startswith(start)), None)
    return number, *(words or ("this is not TOML", "text values need quotes, tables need [brackets]"))


def _open_quote(lines: Sequence[str], said: str) -> int:
    """The line of a quote that is open at the end of the file; without one, the last line."""
    quote = "'" if said.startswith('Expected "\'"') else '"""'
    opened = [number for number, line in enumerate(lines, 1) if line.count(quote) % 2]
    return opened[-1] if len(opened) % 2 else len(lines)


def _no_value(rest: str) -> Told:
    if not rest:
        return "nothing stands behind the =", 'write name = "value", or remove the line'
    if rest.lower() in _BOOLEANS:
        return "not a value of TOML", "write true or false, in lower case and without quotes"
    if rest[0] in _WRONG_QUOTES:
        return "these are no quotes", 'use straight ones: name = "value"'
    if rest[0] in ".+-" or rest[0].isdigit():
        return "not a number", "write e.g. 0.5, with a digit before the point"
    return QUOTES


def _too_much(rest: str) -> Told:
    if rest.startswith(('"', "'")):
        return "the text ends before its line does", "put text with quotes in it into the other ones: 'say \"hi\"'"
    if rest[:1].isdigit():
        return (
            "something stands behind a number",
            'numbers have no leading zeros, days are 2026-01-31, durations are text: "6h"',
        )
    return "something stands behind the value", "one option a line"


def _entries(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Every line that names an option: its number, its table, its name."""
    table = ""
    for number, line in enumerate(lines, 1):
        header, key = _HEADER.fullmatch(line), _KEY.match(line)
        if header:
            table = header[1]
        elif key:
            yield number, table, key[1].strip("\"'")


def _option_twice(lines: Sequence[str]) -> Told:
    first: dict[tuple[str, str], int] = {}
    for number, table, name in _entries(lines):
        before = first.setdefault((table, name), number)
        if before != number:
            where = f" in [{table}]" if table else ""
            return f"{name!r} is there already{where}, in line {before}", "keep one of the two"
    return "a name is there already", "keep one of the two; one name is either a value or a table"


def _table_twice(lines: Sequence[str], parts: str, number: int) -> Told:
    names: Mapping[int, str] = {
        n: re.sub(r"[\"'\s]", "", header[1]) for n, line in enumerate(lines, 1) if (header := _HEADER.fullmatch(line))
    }
    name = ".".join(part.strip().strip("\"'") for part in parts.split(",") if part.strip())
    before = next((n for n, other in names.items() if other == name and n != number), None)
    where = f", in line {before}" if before else ""
    return f"the table [{name}] is there already{where}", "put the options of both into one"
