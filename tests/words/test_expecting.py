"""What an option expects is said in our words, for every type of error that a table of TOML can meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AnyUrl, BaseModel, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core._pydantic_core import list_all_errors

from capteur.expecting import expected

OTHERWISE = {
    "missing", "extra_forbidden", "value_error", "assertion_error", "default_factory_not_called",
}  # fmt: skip
"""Told in other words: an author's own, or by the name of the option."""
NOT_OF_A_TABLE = {
    "no_such_attribute", "json_invalid", "json_type", "needs_python_object", "recursion_loop", "recursion_depth_exceeded", "frozen_field",
    "frozen_instance", "invalid_key", "get_attribute_error", "iteration_error", "ordered_dict_type", "counter_type", "set_item_not_hashable",
    "bytes_invalid_encoding", "missing_sentinel_error", "ellipsis_error", "timezone_offset", "is_instance_of", "is_subclass_of", "callable_type",
    "arguments_type", "missing_argument", "unexpected_keyword_argument", "missing_keyword_only_argument", "unexpected_positional_argument",
    "missing_positional_only_argument", "multiple_argument_values", "fraction_type", "fraction_parsing", "complex_type", "complex_str_parsing",
}  # fmt: skip
"""Out of JSON, arguments and attributes, and types that no value of TOML can be."""


class Table(BaseModel):
    a: int


TYPES: Sequence[tuple[Any, Any, str]] = (
    (int, "c4nary", "a whole number"),
    (int, 1.5, "a whole number"),
    (float, "c4nary", "a number"),
    (Decimal, "c4nary", "a number"),
    (bool, "c4nary", "true or false"),
    (str, 5, "text in quotes"),
    (tuple[str, ...], "c4nary", 'a list, e.g. ["a", "b"]'),
    (list[str], "c4nary", 'a list, e.g. ["a", "b"]'),
    (frozenset[str], "c4nary", 'a list, e.g. ["a", "b"]'),
    (dict[str, int], "c4nary", "a table, e.g. { name = value }"),
    (Table, "c4nary", "a table, e.g. { name = value }"),
    (date, "c4nary", "a day, e.g. 2026-01-31"),
    (datetime, "c4nary", "a moment, e.g. 2026-01-31T08:00:00Z"),
    (timedelta, "c4nary", 'a length of time, e.g. "06:00:00"'),
    (AnyUrl, "c4nary", 'an address, e.g. "https://company.example"'),
    (UUID, "c4nary", 'a UUID, e.g. "6fa459ea-ee8a-3ca4-894e-db77e160355e"'),
    (Literal["eu", "us"], "c4nary", "'eu' or 'us'"),
    (Annotated[int, Field(ge=2)], 1, "2 or more"),
    (Annotated[float, Field(gt=0.0)], 0.0, "more than 0"),
    (Annotated[int, Field(le=2)], 3, "2 or less"),
    (Annotated[int, Field(lt=2)], 3, "less than 2"),
    (Annotated[int, Field(multiple_of=5)], 3, "a multiple of 5"),
    (Annotated[float, Field(allow_inf_nan=False)], float("nan"), "a number"),
    (Annotated[str, StringConstraints(min_length=3)], "a", "at least 3 characters"),
    (Annotated[list[int], Field(max_length=1)], [1, 2], "at most 1 in the list"),
    (Annotated[str, StringConstraints(pattern="^[0-9]+$")], "c4nary", "text of the form ^[0-9]+$"),
)


@pytest.mark.parametrize(("kind", "given", "words"), TYPES, ids=[str(row[2]) + str(n) for n, row in enumerate(TYPES)])
def test_each_type_says_what_it_wants_and_never_what_it_got(kind: Any, given: Any, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(given)
    (error,) = caught.value.errors()
    assert expected(error) == words


def test_every_error_of_pydantic_has_words_or_a_reason() -> None:
    """A new version of pydantic brings new errors: they are to be worded too."""
    found = {
        known["type"]
        for known in list_all_errors()
        if expected(
            {"type": known["type"], "loc": (), "msg": "", "input": None, "ctx": known.get("example_context") or {}}
        )
        is None  # type: ignore[typeddict-item]
    }
    assert found == OTHERWISE | NOT_OF_A_TABLE
