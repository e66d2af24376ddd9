"""What an option expects, in words: the types of error of pydantic and what a person has to write instead.

pydantic's own sentences name Python's types and may quote what was given, which may be a secret; these never do. What stands in
an error's context (a least, a pattern, the words to choose from) was written by the author of the option.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

_PLAIN: Mapping[str, str] = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number", "decimal_type", "decimal_parsing"), "a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("string_type", "string_sub_type", "string_unicode", "bytes_type", "path_type"), "text in quotes"),
    "string_not_ascii": "plain letters, a to z",
    "none_required": "nothing",
    "timezone_aware": "a moment with its offset, e.g. 2026-01-31T08:00:00Z",
    "timezone_naive": "a moment without an offset, e.g. 2026-01-31T08:00:00",
    **dict.fromkeys(
        ("tuple_type", "list_type", "set_type", "frozen_set_type", "deque_type", "named_tuple_type", "iterable_type"),
        'a list, e.g. ["a", "b"]',
    ),
    **dict.fromkeys(
        (
            "dict_type",
            "frozen_dict_type",
            "mapping_type",
            "model_type",
            "model_attributes_type",
            "dataclass_type",
            "dataclass_exact_type",
        ),
        "a table, e.g. { name = value }",
    ),
}
_WITH: Mapping[str, str] = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "less_than_equal": "{le} or less",
    "multiple_of": "a multiple of {multiple_of}",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least {min_length} in the list",
    "too_long": "at most {max_length} in the list",
    "string_pattern_mismatch": "text of the form {pattern}",
    "bytes_too_short": "at least {min_length} characters",
    "bytes_too_long": "at most {max_length} characters",
    "union_tag_invalid": "{discriminator} as one of {expected_tags}",
    "union_tag_not_found": "a table that has {discriminator}",
    "literal_error": "{expected}",
    "enum": "{expected}",
}
_BEGINNING: Sequence[tuple[str, str]] = (
    ("datetime_", "a moment, e.g. 2026-01-31T08:00:00Z"),
    ("date_", "a day, e.g. 2026-01-31"),
    ("time_delta_", 'a length of time, e.g. "06:00:00"'),
    ("time_", "a time of day, e.g. 08:00:00"),
    ("url_", 'an address, e.g. "https://company.example"'),
    ("decimal_", "a number"),
    ("uuid_", 'a UUID, e.g. "6fa459ea-ee8a-3ca4-894e-db77e160355e"'),
)


def expected(error: ErrorDetails) -> str | None:
    """What should stand there, such as `a whole number`; None for an error that its author worded himself."""
    kind, context = error["type"], dict(error.get("ctx") or {})
    if kind in _WITH and _fits(_WITH[kind], context):
        return _WITH[kind].format(**{name: _told(value) for name, value in context.items()})
    return _PLAIN.get(kind) or next((words for start, words in _BEGINNING if kind.startswith(start)), None)


def _told(value: object) -> object:
    return f"{value:g}" if isinstance(value, float) else value


def _fits(form: str, context: Mapping[str, Any]) -> bool:
    return any(f"{{{name}}}" in form for name in context)
