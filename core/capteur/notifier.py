"""The notifier contract: tells somebody about what changed. Delivered from the outbox, at least once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from capteur.asking import Http
from capteur.errors import PluginError
from capteur.options import Options


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing worth telling. `id` is stable over repeated deliveries; `items` are items of `--json` (architecture.md)."""

    id: str
    kind: str
    created_at: datetime
    text: str
    model: str = "main"
    items: tuple[Mapping[str, Any], ...] = field(default_factory=tuple)


class Notifier(Options):
    """Base of every notifier; its fields are its options (`[notifiers.NAME]`)."""

    def notify(self, notice: Notice, http: Http) -> None:
        """Deliver the notice. Raises the errors of `capteur.errors`; a TryLater is delivered again."""
        raise PluginError(f"notifier {self.name} has no notify()")
