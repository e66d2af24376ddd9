"""The two sensors that follow a recipe: one asks, one is sent. Which it is, is a matter of the class; all else is in the file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from capteur import (
    ConfigError,
    Context,
    Delivery,
    Detected,
    FeedSensor,
    InputError,
    PushSensor,
    Sensor,
    SourceChanged,
)
from capteur.kinds import CATALOGUE
from capteur_sensors.recipes.asking import Asker, check_key
from capteur_sensors.recipes.book import Book
from capteur_sensors.recipes.loading import file_of, is_template, load
from capteur_sensors.recipes.making import Maker, Task
from capteur_sensors.recipes.reading import Row, inner_rows, rows_of, wanted

__all__ = ["Recipe", "RecipeHook"]

_SHOWN = 20


class _Follows(Sensor):
    """What both have in common: the recipe, and what the user fills into it."""

    asks: ClassVar[bool]

    recipe: str = Field(
        min_length=1, description="A recipe that comes with capteur, or a file (mine.toml) beside capteur.toml."
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="What the recipe lets you fill in: { name = value }."
    )
    adjust: dict[str, Any] = Field(
        default_factory=dict, description="Tables laid over the recipe's own, to change a path or a kind."
    )
    source: str | None = Field(
        default=None,
        pattern=r"^[^\s:]+$",
        description="How keys begin, instead of the recipe's own; set it when two instances must not share their facts.",
    )

    @model_validator(mode="after")
    def _shipped_recipes_are_checked_now(self) -> Self:
        # A file of the project is checked at its first run: only then is it known where the project is.
        if is_template(self.recipe):
            try:
                self.book(".")
            except ConfigError as error:
                if "jmespath" in error.what:
                    raise
                # `enum` is a type of error that never quotes what was given; our messages do not either.
                text = f"{error.what}  fix: {error.fix}" if error.fix else error.what
                raise PydanticCustomError("enum", "{text}", {"text": text}) from None
        return self

    def config_files(self) -> Collection[Path]:
        """The recipe's file: to correct it is to configure anew."""
        return (file_of(self.recipe),)

    def book(self, base: str | Path) -> Book:
        """The recipe, read and checked. Raises ConfigError listing all that is wrong with it."""
        book = load(self.recipe, base=base, options=self.options, adjust=self.adjust, kinds=self.kind_names())
        label = Path(self.recipe).name.removesuffix(".toml")
        if self.asks and book.request is None:
            raise ConfigError(f"the recipe {label} reads deliveries and asks nothing", fix='use = "recipe-hook"')
        if not self.asks and book.request is not None:
            raise ConfigError(f"the recipe {label} asks, and reads no deliveries", fix='use = "recipe"')
        problem = check_key(book.request, getattr(self, "key", None)) if self.asks else None
        if problem:
            raise ConfigError(f"the recipe {label}: {problem}", fix='e.g. key = "env:NAME_OF_A_VARIABLE"')
        return book


class Recipe(_Follows, FeedSensor):
    """Signals, facts and outcomes from a JSON or CSV source that a recipe describes: no code. `mantiks` and others come with capteur."""

    name = "recipe"
    kinds = tuple(CATALOGUE)
    every = "1d"  # many of these sources are paid by the row
    asks: ClassVar[bool] = True

    key: SecretStr | None = Field(default=None, description="The source's key; the recipe says how it is sent.")

    def detect(self, ctx: Context) -> Iterator[Detected]:
        """Yield what the source says since `ctx.since`; a bad row is counted and the others go on.

        Raises ConfigError for a recipe that cannot be followed, SourceChanged for an answer without its rows, and what
        `ctx.http` raises.
        """
        book = self.book(ctx.base)
        asker = Asker(ctx, book, self.key)
        maker = Maker(
            book=book,
            source=self.source or book.recipe.source or ctx.instance,
            kinds=self.kind_names(),
            received=ctx.now,
            label=Path(self.recipe).name,
            since=ctx.since,
            until=ctx.until,
        )
        for rows in asker.pages():
            yield from ctx.each(_tasks(rows, maker, asker), maker.make)
        _tell_unread(ctx, maker)


class RecipeHook(_Follows, PushSensor):
    """Signals, facts and outcomes from webhooks that a recipe describes: no code. `albacross`, `n8n` and others come with capteur."""

    name = "recipe-hook"
    kinds = tuple(CATALOGUE)
    asks: ClassVar[bool] = False

    def receive(self, ctx: Context, delivery: Delivery) -> Iterator[Detected]:
        """Yield what the delivery says; a bad row is counted and the others go on.

        Raises ConfigError for a recipe that cannot be followed, SourceChanged for a body without its rows.
        """
        book = self.book(ctx.base)
        maker = Maker(
            book=book,
            source=self.source or book.recipe.source or ctx.instance,
            kinds=self.kind_names(),
            received=delivery.received_at,
            label=Path(self.recipe).name,
        )
        yield from ctx.each(_tasks(rows_of(delivery.json(), book.rows), maker, None), maker.make)
        _tell_unread(ctx, maker)


def _tasks(rows: Iterable[Row | InputError], maker: Maker, asker: Asker | None) -> Iterator[Task]:
    """What is to be made of the rows. A second request that brings nonsense costs its row; when all of them do, it is raised."""
    book, asked, failed = maker.book, 0, list[SourceChanged]()
    for row in rows:
        maker.rows += 1
        if isinstance(row, InputError):
            yield Task(error=row)
            continue
        try:
            if not wanted(row, book.rows, maker.received, maker.since, maker.until):
                continue
            if book.detail is not None and asker is not None:
                asked += 1
                inner: Iterable[Row] = asker.detail(row)
            else:
                inner = inner_rows(row, book)
        except InputError as error:
            yield Task(error=error)
            continue
        except SourceChanged as error:  # NotFound is one
            failed.append(error)
            yield Task(error=error)
            continue
        for each in inner:
            yield from maker.tasks(each)
    if failed and len(failed) == asked:
        raise failed[0]


def _tell_unread(ctx: Context, maker: Maker) -> None:
    """Tell the operator what the source says and the recipe does not read: names only, never values."""
    if maker.unread:
        names = sorted(maker.unread)
        ctx.log.info("fields that no path reads", fields=names[:_SHOWN], count=len(names))
