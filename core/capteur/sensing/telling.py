"""What a unit leaves behind in words and sums: receipts added up, signals as observers see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from capteur.clock import from_micros
from capteur.registry import Instance
from capteur.signals import Accepted
from capteur.store.shapes import Batch, Receipt
from capteur.web import Seen


class Sink(Protocol):
    """Where a unit's batches go that shall not be stored: they are checked and matched, and nothing moves."""

    def take(self, batch: Batch) -> Receipt:
        """Take what one transaction would have taken; the receipt goes into the unit's counts."""
        ...

    def told(self, notes: Sequence[str], requests: Sequence[Seen]) -> None:
        """What was wrong with things that were yielded, one sentence each, and the unit's requests; without secrets."""
        ...


def named_secrets(instance: Instance) -> dict[str, str]:
    """The instance's secrets by the option they stand in, so that a message can say which one to check."""
    named: dict[str, str] = {}
    for option in type(instance.sensor).model_fields:
        value: object = getattr(instance.sensor, option)
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if isinstance(text, str) and text in instance.secrets:
            named[option] = text
    rest = sorted(instance.secrets.difference(named.values()))
    return named | {f"secret {i} of [sensors.{instance.name}]": value for i, value in enumerate(rest, start=1)}


def home_of(instance: Instance) -> str:
    """`file.py:12` where the author's method begins; for errors that come from no line of his."""
    cls = type(instance.sensor)
    code = getattr(getattr(cls, "receive" if instance.shape == "push" else "detect", None), "__code__", None)
    return f"{Path(code.co_filename).name}:{code.co_firstlineno}" if code is not None else ""


def validator_scope(instance: Instance) -> str:
    """Validators are good only for the same code reading with the same options."""
    return f"{instance.name}|{instance.origin.version}|{instance.config_hash}"


def add(one: Receipt, two: Receipt) -> Receipt:
    """Both receipts in one; keys are not kept (observers have had them)."""
    return Receipt(
        one.new + two.new,
        one.updated + two.updated,
        one.unchanged + two.unchanged,
        one.revoked + two.revoked,
        one.unmatched + two.unmatched,
        (),
        one.accounts | two.accounts,
    )


def describe(signal: Accepted) -> Mapping[str, Any]:
    """A new signal as an observer sees it: plain JSON values."""
    return {
        "kind": signal.kind,
        "account": signal.ref.domain or signal.ref.name,
        "key": signal.key,
        "occurred_at": from_micros(signal.occurred_at).isoformat(),
        "strength": signal.strength,
        "summary": signal.summary,
        "evidence_url": signal.evidence_url,
    }
