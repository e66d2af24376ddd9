"""The tables of a recipe file. Their descriptions are the reference in docs/recipes.md; a test compares the two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from capteur.kinds import is_kind_name
from capteur_sensors.recipes.asked import Detail, Pages, Request, Scalar
from capteur_sensors.recipes.moments import RECEIVED, MomentOption
from capteur_sensors.recipes.paths import Filled, Filling, Found, Paths, is_table, nearest
from capteur_sensors.recipes.shapes import Part, ShareOption, Word, WordOption, listed

__all__ = [
    "OUTCOMES",
    "About",
    "Book",
    "FactPart",
    "Given",
    "OutcomePart",
    "Rows",
    "SignalPart",
    "Who",
]

OUTCOMES = ("meeting", "opened", "won", "lost")


class About(Part):
    """`[recipe]`"""

    version: Literal[1] = Field(default=1, description="Version of this file's shape.")
    title: str = Field(default="", description="What it detects, for people.")
    source: str = Field(
        default="",
        pattern=r"^[^\s:]*$",
        description="How keys begin; the instance's name unless given. Never change it.",
    )


class Given(Part):
    """`[options.NAME]`"""

    type: Literal["text", "integer", "number", "boolean"] = Field(default="text", description="What it is.")
    many: bool = Field(default=False, description="A list of them; a parameter is then repeated.")
    required: bool = Field(default=False, description="Whether the user must give it.")
    default: Scalar | list[Scalar] = Field(default=None, description="Its value when it is not given.")
    about: str = Field(default="", description="What it is for; shown when it is missing.")


class Rows(Part):
    """`[rows]`"""

    envelope: Paths | None = Field(
        default=None, description="What the body may be wrapped in; where it is not, it is taken as it is."
    )
    path: Paths | None = Field(
        default=None, description="Where the rows are: a list, or one object. A bare list is always taken."
    )
    when: Paths | None = Field(default=None, description="Only rows for which this is true.")
    time: MomentOption | None = Field(
        default=None, description="The row's time; older rows than were asked for are left out."
    )
    inner: Paths | None = Field(default=None, description="Rows within each row; their own row is then `_outer`.")


class Who(Part):
    """`[account]`"""

    domain: Paths | None = Field(
        default=None, description="A domain, a URL or an e-mail address; the first that is a company's own counts."
    )
    name: Paths | None = Field(default=None, description="The company's name; decides only where there is no domain.")
    ids: dict[str, Paths] = Field(
        default_factory=dict, description='Other ids by their scheme: `{ linkedin = "company.linkedin" }`.'
    )

    @property
    def says_who(self) -> bool:
        """Whether it names anything at all."""
        return bool(self.domain or self.name or self.ids)


KeyPaths = Annotated[tuple[Paths, ...], BeforeValidator(listed)]
"""A list of parts that are joined; a part that is a list itself is the first of several paths."""


class _Dated(Part):
    """What signals and outcomes share."""

    when: Paths | None = Field(default=None, description="Only rows for which this is true.")
    account: Who | None = Field(default=None, description="Whose it is, when it is not `[account]`.")
    key: KeyPaths = Field(
        default=(), description="What makes the fact this one: the parts, joined. If one is missing: `hash`."
    )
    hash: KeyPaths = Field(
        default=(), description="Else these, hashed with company and kind; the whole row unless given."
    )
    occurred_at: MomentOption = Field(description="When it happened.")
    data: dict[str, Paths] = Field(default_factory=dict, description="Details that are kept with it.")


class SignalPart(_Dated):
    """`[signals.NAME]`"""

    kind: WordOption = Field(description="Which kind of signal.")
    summary: Paths | None = Field(default=None, description="One plain sentence or title.")
    evidence_url: Paths | None = Field(
        default=None, description="Where a person can see it; the first that is an address."
    )
    strength: ShareOption | None = Field(default=None, description="0 to 1: size or certainty; 1 unless given.")
    person: Paths | None = Field(default=None, description="Who; kept as a keyed hash only.")
    topic: Paths | None = Field(default=None, description="Product or theme.")
    event: Paths | None = Field(default=None, description="Id of one real event that several sources see.")

    @field_validator("kind")
    @classmethod
    def _kinds_are_known(cls, kind: Word, info: ValidationInfo) -> Word:
        kinds = info.context.kinds if isinstance(info.context, Filling) else ()
        for name in sorted(kind.possible):
            if not is_kind_name(name):
                raise ValueError("a kind is of the form area.fact, in lower case")
            if name not in kinds:
                raise ValueError(f"no such kind{_near(name, kinds)}")
        return kind


def _near(name: str, kinds: Any) -> str:
    near = nearest(name, list(kinds))
    return near if near.startswith("; did") else "; a kind of your own: docs/recipes.md"


class FactPart(Part):
    """`[facts.NAME]`"""

    name: WordOption = Field(description="The fact: `industry`, `owner`, `size`, `country`...")
    value: Paths = Field(description="Its value: text, a number, true or false; a row without one says nothing.")
    as_of: MomentOption = Field(default=RECEIVED, description="Since when it is so; the time of receipt unless given.")
    when: Paths | None = Field(default=None, description="Only rows for which this is true.")
    account: Who | None = Field(default=None, description="Whose it is, when it is not `[account]`.")


class OutcomePart(_Dated):
    """`[outcomes.NAME]`"""

    kind: WordOption = Field(description="`meeting`, `opened`, `won` or `lost`.")
    value: Paths | None = Field(default=None, description="What it was worth, a number.")
    model: Annotated[str, Filled] = Field(default="main", description="Which model learns from it.")

    @field_validator("kind")
    @classmethod
    def _is_an_outcome(cls, kind: Word) -> Word:
        for name in sorted(kind.possible):
            if name not in OUTCOMES:
                raise ValueError(f"no such outcome{nearest(name, OUTCOMES)}")
        return kind


class Book(Part):
    """A whole recipe."""

    recipe: About = Field(default=About(), description="What the file is.")
    options: dict[str, Given] = Field(default_factory=dict, description="What the user fills in, as `${NAME}`.")
    request: Request | None = Field(default=None, description="What is asked; without it, the recipe reads deliveries.")
    pages: Pages | None = Field(default=None, description="How one page leads to the next.")
    rows: Rows = Field(default=Rows(), description="Where the rows are.")
    detail: Detail | None = Field(default=None, description="A second request for each row, which brings the rows.")
    account: Who = Field(default=Who(), description="Whose a row is.")
    signals: dict[str, SignalPart] = Field(default_factory=dict, description="What becomes a signal.")
    facts: dict[str, FactPart] = Field(default_factory=dict, description="What becomes a fact about an account.")
    outcomes: dict[str, OutcomePart] = Field(default_factory=dict, description="What becomes an outcome.")

    @model_validator(mode="after")
    def _whole(self) -> Book:
        if not self.parts:
            raise ValueError("it detects nothing; add [signals.NAME], [facts.NAME] or [outcomes.NAME]")
        if self.request is None and (self.pages or self.detail):
            raise ValueError("[pages] and [detail] need a [request]")
        if self.request is not None and self.request.url is None and (self.pages or self.detail):
            raise ValueError("[pages] and [detail] need a url in [request]")
        if self.detail is not None and self.rows.inner is not None:
            raise ValueError("[rows] inner and [detail] do not go together; use [detail] rows")
        for name, part in self.parts.items():
            if not (part.account or self.account).says_who:
                raise ValueError(f"[{name}] names no company; add [account] domain, name or ids")
        return self

    @property
    def parts(self) -> dict[str, SignalPart | FactPart | OutcomePart]:
        """What is made of a row, by table."""
        return {
            **{f"signals.{name}": part for name, part in self.signals.items()},
            **{f"outcomes.{name}": part for name, part in self.outcomes.items()},
            **{f"facts.{name}": part for name, part in self.facts.items()},
        }

    def fields(self) -> frozenset[str]:
        """Every field name some path reads: what else a row has is told to the operator."""
        return frozenset(name for found in _found(self) for name in found.fields)


def _found(value: Any) -> Iterator[Found]:
    if isinstance(value, Found):
        yield value
    elif isinstance(value, Part):
        for name in type(value).model_fields:
            yield from _found(getattr(value, name))
    elif is_table(value):
        for item in value.values():
            yield from _found(item)
    elif isinstance(value, tuple):
        for item in value:  # pyright: ignore[reportUnknownVariableType]  of what, it cannot know
            yield from _found(item)
