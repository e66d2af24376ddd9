"""The tables of a recipe that say what is asked, and how one page leads to the next."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from capteur_sensors.recipes.moments import MomentOption, Window
from capteur_sensors.recipes.paths import Filled, FilledUrl, Paths
from capteur_sensors.recipes.shapes import Part

__all__ = ["Auth", "Detail", "Pages", "Request", "Scalar"]

Scalar = str | int | float | bool | None


class Auth(Part):
    """`[request.auth]`"""

    bearer: bool = Field(default=False, description="Send `Authorization: Bearer` and the key.")
    header: str | None = Field(default=None, min_length=1, description="Send the key in this header instead.")
    prefix: str = Field(default="", description='What stands before the key in that header: `"Api-Key "`.')
    required: bool = Field(default=True, description="Whether the instance must give one.")

    @model_validator(mode="after")
    def _one_way(self) -> Auth:
        if self.bearer == (self.header is not None):
            raise ValueError('write bearer = true, or header = "..."')
        return self


Param = Annotated[Scalar | list[Scalar], Filled]


class Request(Part):
    """`[request]`"""

    url: Annotated[str | None, FilledUrl] = Field(default=None, description="The address that is asked.")
    file: Annotated[str | None, Filled] = Field(default=None, description="Instead: a file, beside capteur.toml.")
    format: Literal["json", "csv"] = Field(
        default="json", description="What answers; a row of a CSV is a table by its header."
    )
    params: dict[str, Param] = Field(
        default_factory=dict, description="Parameters; a list is repeated, what is not given is left out."
    )
    headers: dict[str, Annotated[str, Filled]] = Field(default_factory=dict, description="Headers that are no secret.")
    body: Annotated[dict[str, Any] | None, Filled] = Field(
        default=None, description="Send this as JSON by POST; page and time parameters go into it."
    )
    auth: Auth | None = Field(default=None, description="How the key of the instance is sent.")
    since: Window | None = Field(default=None, description="How the source is told from when.")
    until: Window | None = Field(default=None, description="How it is told until when; only a backfill says so.")

    @model_validator(mode="after")
    def _asks_somewhere(self) -> Request:
        if (self.url is None) == (self.file is None):
            raise ValueError("give `url` or `file`")
        if self.url is not None and not self.url.lower().startswith(("http://", "https://")):
            raise ValueError("`url` begins with https://")
        if self.body is not None and self.format != "json":
            raise ValueError("a POST is answered in JSON")
        return self


class Pages(Part):
    """`[pages]`"""

    by: Literal["page", "offset", "cursor", "next", "link"] = Field(
        description="`page` and `offset` count; `cursor` is a parameter out of the answer; `next` is an address in the answer; "
        "`link` is the one in the Link header."
    )
    param: str | None = Field(default=None, min_length=1, description="The parameter (`page`, `offset`, `cursor`).")
    path: Paths | None = Field(
        default=None, description="Where the answer has the cursor, or the next address; nothing there: the end."
    )
    first: int | None = Field(
        default=None, ge=0, description="The first page's number; 1 unless given, for `offset` 0."
    )
    last: Paths | None = Field(
        default=None, description="True when this was the last page. A page without rows always was."
    )
    most: int = Field(
        default=100, ge=1, le=1000, description="More pages than these are an error, so that nothing is lost unsaid."
    )
    oldest: MomentOption | None = Field(
        default=None,
        description="For what is sorted newest first: a time in the page; before `since` there is no need for the next page.",
    )

    @model_validator(mode="after")
    def _complete(self) -> Pages:
        if self.by in {"page", "offset", "cursor"} and self.param is None:
            raise ValueError(f'`param` is missing: by = "{self.by}" needs it')
        if self.by in {"cursor", "next"} and self.path is None:
            raise ValueError(f'`path` is missing: by = "{self.by}" needs it')
        return self


class Detail(Part):
    """`[detail]`"""

    url: Annotated[str, FilledUrl] = Field(description="Asked once for each row, with the same headers and key.")
    params: dict[str, Paths] = Field(default_factory=dict, description="Parameter = where the row has it.")
    rows: Paths | None = Field(default=None, description="Where the rows are in that answer; nothing there: none.")
