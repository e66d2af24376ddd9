"""JMESPath as recipes speak it. The one module that imports jmespath (the extra `recipes`), so it is imported only on use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import jmespath  # type: ignore[import-untyped]  # it ships no types
import jmespath.functions  # type: ignore[import-untyped]  # as above

from capteur_sensors.recipes.functions import canonical_url, from_json, mentions, own_domain

__all__ = ["compiled", "options", "signatures"]

F = TypeVar("F", bound=Callable[..., Any])


def _takes(count: int) -> Callable[[F], F]:
    """The library's signature for so many arguments of any type."""
    signature: Any = jmespath.functions.signature
    made: Callable[[F], F] = signature(*({"types": []} for _ in range(count)))
    return made


class Functions(jmespath.functions.Functions):  # type: ignore[misc]  # see the import
    """JMESPath's functions and ours; the library finds them by their names."""

    FUNCTION_TABLE: Mapping[str, Mapping[str, Any]]

    @_takes(1)
    def _func_domain(self, value: Any) -> str | None:
        return own_domain(value)

    @_takes(1)
    def _func_canonical_url(self, value: Any) -> str | None:
        return canonical_url(value)

    @_takes(1)
    def _func_from_json(self, value: Any) -> Any:
        return from_json(value)

    @_takes(1)
    def _func_lower(self, value: Any) -> str | None:
        return value.casefold() if isinstance(value, str) else None

    @_takes(1)
    def _func_trim(self, value: Any) -> str | None:
        return " ".join(value.split()) if isinstance(value, str) else None

    @_takes(2)
    def _func_mentions(self, value: Any, phrases: Any) -> bool:
        return mentions(value, phrases)


_functions: Any = Functions()


def compiled(text: str) -> Any:
    """The expression. Raises ValueError with `lex_position`."""
    made: Any = jmespath
    return made.compile(text)


def options() -> Any:
    """What `search` needs to know our functions."""
    made: Any = jmespath
    return made.Options(custom_functions=_functions)


def signatures() -> Mapping[str, list[Mapping[str, Any]]]:
    """Every function and the arguments it takes."""
    return {name: list(known["signature"]) for name, known in _functions.FUNCTION_TABLE.items()}
