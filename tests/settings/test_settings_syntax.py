"""Why a file is not TOML is told by line and cure; more of it, as operators write it, in tests/cli/careless.toml."""

from __future__ import annotations

import tomllib

import pytest

from capteur.settings.syntax import explained

PAGES = {
    "a quote that is never closed": ('a = 1\nb = "c4nary', 2, "a quote is not closed"),
    "a single quote that is never closed": ("a = 1\nb = 'c4nary\nc = 2\n", 2, "a quote is not closed"),
    "three quotes that are never closed": ('a = """c4nary\n\nb = 1\n', 1, "a quote is not closed"),
    "a list at the end": ("a = [1, 2", 1, "a list is not closed"),
    "a table in braces": ("a = {b = 1\nc = 2}", 1, "a table in braces is not closed"),
    "a comma at the end of braces": ("a = {b = 1,}", 1, "a name was expected here"),
    "a value and a table": ("a.b = 1\na = 2", 2, "a name is there already"),
    "a table over one in braces": ("a = {b = 1}\n[a]\nc = 1", 2, "the table [a] is there already"),
    "one key in two tables": ("[a]\nx = 1\n[b]\nx = 1\nx = 2\n", 5, "'x' is there already in [b], in line 4"),
    "no name": ("= 5", 1, "neither a name, nor a [table], nor a # comment"),
    "JSON": ('{"a": 1}', 1, "neither a name, nor a [table], nor a # comment"),
    "a name with a space": ("a b = 1", 1, "a name is not followed by ="),
    "no name of a table": ("[]", 1, "a name was expected here"),
    "a number that begins with its point": ("a = .5", 1, "not a number"),
    "two options on a line": ("a = true b = 2", 1, "something stands behind the value"),
    "an apostrophe": ("a = 'it's'", 1, "the text ends before its line does"),
    "a comment for a value": ("a = # c4nary", 1, "nothing stands behind the ="),
}


@pytest.mark.parametrize(("text", "line", "words"), PAGES.values(), ids=PAGES)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    told = explained(text, str(caught.value))
    assert told[:2] == (line, words)
    assert told[2]
    assert "c4nary" not in str(told)


def test_what_a_later_parser_may_say_has_a_line_too() -> None:
    assert explained("a = 1\nb ~ 2\n", "Something new (at line 2, column 3)") == (
        2,
        "this is not TOML",
        "text values need quotes, tables need [brackets]",
    )
    assert explained("", "Something new (at end of document)")[0] == 1
