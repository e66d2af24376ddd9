"""What a unit leaves behind in words and sums: receipts added up, signals as observers see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from capteur.clock import from_micros
from capteur.registry import Instance
from capteur.signals import Accepted
from capteur.store.shapes import Receipt


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
