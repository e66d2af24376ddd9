"""A plugin's options: a frozen pydantic model whose fields are its configuration."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    """Base of every plugin class: immutable, refuses unknown options, never prints a given value (it may be the secret).

    `api` is the version of the plugin contract the class was written for; it is checked at load.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)

    api: ClassVar[int] = 1
    name: ClassVar[str]
