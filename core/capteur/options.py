"""A plugin's options: a frozen pydantic model whose fields are its configuration; and which names carry a secret."""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

_TELLING = re.compile(
    r"token|secret|passw|passphrase|apikey|credential|signature|authorization|cookie|key\Z|auth\Z|sig\Z|pwd\Z|jwt\Z"
)
_HARMLESS = re.compile(
    r"page|next|prev|cursor|continu|sync|sort|order|group|partition|primary|foreign|key(?:word|s\Z)|monkey|turkey"
)


def names_a_secret(name: str) -> bool:
    """Whether a header, an option or a query parameter of this name carries a credential (`page_token` does not)."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    return _TELLING.search(plain) is not None and _HARMLESS.search(plain) is None


class Options(BaseModel):
    """Base of every plugin class: immutable, refuses unknown options, never prints a given value (it may be the secret).

    `api` is the version of the plugin contract the class was written for; it is checked at load.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)

    api: ClassVar[int] = 1
    name: ClassVar[str]
