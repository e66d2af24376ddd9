"""What the tables of a recipe have in common, and the two that say one word or one number of a row."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from capteur import InputError
from capteur_sensors.recipes.paths import Filled, Paths, is_list, is_table, nearest

__all__ = ["Part", "Share", "ShareOption", "Word", "WordOption", "as_text", "listed"]


class Part(BaseModel):
    """One table of a recipe: immutable, refuses unknown options, never prints what was given."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True)


def listed(value: Any) -> Any:
    """One or many: a single value stands for a list of it."""
    return value if isinstance(value, list | tuple) else [value]  # pyright: ignore[reportUnknownVariableType]  Any is


def as_text(value: Any) -> str | None:
    """A scalar, or a list of scalars, as one would write it; None for anything else and for nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int | float):
        return str(value).strip() or None
    if is_list(value):
        texts = [text for item in value if not is_list(item) and (text := as_text(item))]
        return ", ".join(texts) or None
    return None


class Word(Part):
    """A word that is always the same, or that a row says and `map` translates."""

    fixed: Annotated[str | None, Filled] = Field(default=None, description="Always this.")
    path: Paths | None = Field(default=None, description="Where the row says it.")
    map: dict[str, str] = Field(default_factory=dict, description="The source's word = ours; its case does not count.")
    default: Annotated[str | None, Filled] = Field(
        default=None, description="Ours, for words that `map` does not have."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Word:
        if (self.fixed is None) == (self.path is None):
            raise ValueError("give either one word, or a table with `path`")
        return self

    @property
    def possible(self) -> frozenset[str]:
        """Every word of ours that stands in the recipe."""
        return frozenset(word for word in (self.fixed, self.default, *self.map.values()) if word is not None)

    def read(self, root: Any) -> str:
        """The word for a row. Raises InputError."""
        if self.path is None:
            return self.fixed or ""
        said = as_text(self.path.first(root))
        if said is None:
            if self.default is None:
                raise InputError("the row does not say it")
            return self.default
        if not self.map:
            return said
        plain = {theirs.casefold(): ours for theirs, ours in self.map.items()}
        ours = plain.get(said.casefold(), self.default)
        if ours is None:
            raise InputError(
                f"{said[:60]!r} is not in its map{nearest(said, list(self.map))}", fix="add it, or a default"
            )
        return ours


def _word(value: Any) -> Any:
    return {"fixed": value} if isinstance(value, str) else value


class Share(Part):
    """A strength: always the same, or out of a row: translated, scaled from the source's own range, or cut to 0-1."""

    fixed: Annotated[float | None, Filled] = Field(default=None, ge=0, le=1, description="Always this.")
    path: Paths | None = Field(default=None, description="Where the row says it.")
    map: dict[str, float] = Field(default_factory=dict, description="The source's word = a number from 0 to 1.")
    range: tuple[float, float] | None = Field(
        default=None, description="The source's numbers that mean 0 and 1; beyond them it is cut."
    )
    clamp: bool = Field(default=False, description="Cut to 0-1 instead of refusing the row.")
    default: float = Field(default=1.0, ge=0, le=1, description="Where the row says nothing.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Share:
        if (self.fixed is None) == (self.path is None):
            raise ValueError("give either a number, or a table with `path`")
        if any(not 0 <= number <= 1 for number in self.map.values()):
            raise ValueError("the numbers in `map` lie between 0 and 1")
        if self.range is not None and self.range[0] == self.range[1]:
            raise ValueError("`range` has two different ends")
        return self

    def read(self, root: Any) -> float:
        """0 to 1. Raises InputError."""
        if self.path is None:
            return self.fixed if self.fixed is not None else self.default
        value = self.path.first(root)
        if value is None:
            return self.default
        text = as_text(value) or ""
        words = {theirs.casefold(): number for theirs, number in self.map.items()}
        if text.casefold() in words:
            return words[text.casefold()]
        number = _number(value, text)
        if self.range is not None:
            low, high = self.range
            number = (number - low) / (high - low)
        if self.clamp or self.range is not None:
            return min(1.0, max(0.0, number))
        if not 0 <= number <= 1:
            raise InputError("the strength is not between 0 and 1", fix="give its `range`, or clamp = true")
        return number


def _number(value: Any, text: str) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"the strength {text[:20]!r} is no number", fix="translate words by `map`")
    return number


def _share(value: Any) -> Any:
    return value if is_table(value) else {"fixed": value}


WordOption = Annotated[Word, BeforeValidator(_word)]
"""A plain word stands for `{ fixed = ... }`."""
ShareOption = Annotated[Share, BeforeValidator(_share)]
"""A plain number stands for `{ fixed = ... }`."""
