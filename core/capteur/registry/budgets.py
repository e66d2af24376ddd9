"""`budget = {requests = 5000, per = "1d"}` of an instance, and what its sensor says a unit costs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from capteur.clock import parse_duration
from capteur.errors import ConfigError
from capteur.nearest import did_you_mean
from capteur.registry.loading import as_plugin_error, is_authors
from capteur.registry.shapes import Budget
from capteur.sensor import Sensor

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=366)
"""What was spent is counted in 24 pieces of `per` at least, and remembered a little longer than a year."""
EXAMPLE = 'write e.g. budget = {requests = 5000, per = "1d"}'
_AMOUNTS = ("requests", "credits")
_WORDS = (*_AMOUNTS, "per")


def budget(value: Any, place: str) -> Budget | None:
    """The option as it was written; None without one. Raises ConfigError.

    A bare number is refused: it does not say in how long, and a daemon has no runs to count by.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise ConfigError(f"{place}: expected a table of requests, credits and per", fix=EXAMPLE)
    unknown = next((word for word in value if word not in _WORDS), None)
    if unknown is not None:
        hint = did_you_mean(str(unknown), _WORDS) or f"; it knows {', '.join(_WORDS)}"
        raise ConfigError(f"{place}: unknown word {str(unknown)!r}{hint}", fix=EXAMPLE)
    for word in _AMOUNTS:
        amount = value.get(word, 1)
        if not isinstance(amount, int) or isinstance(amount, bool) or amount < 1:
            raise ConfigError(f"{place}.{word}: expected a whole number, 1 or more", fix=EXAMPLE)
    if not any(word in value for word in _AMOUNTS):
        raise ConfigError(f"{place}: it limits nothing without requests or credits", fix=EXAMPLE)
    if "per" not in value:
        raise ConfigError(f"{place}: 'per' is missing: in how long may that be spent?", fix=EXAMPLE)
    try:
        per = parse_duration(value["per"].strip() if isinstance(value["per"], str) else "")
    except (ValueError, OverflowError):
        raise ConfigError(f"{place}.per: expected a duration: 90s, 30m, 6h, 7d or 2w", fix=EXAMPLE) from None
    if not SHORTEST <= per <= LONGEST:
        raise ConfigError(f"{place}.per: expected a duration between 1m and 366d", fix=EXAMPLE)
    return Budget(value.get("requests"), value.get("credits"), per)


def cost(sensor: Sensor, who: str) -> int:
    """What a sensor says one unit costs. Raises ConfigError when it says nothing that can be counted."""
    try:
        found: object = sensor.cost()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  an author's code may raise anything, SystemExit too
        problem = as_plugin_error(error, is_authors(type(sensor)), type(sensor).__module__)
        raise ConfigError(f"{who}: cost() cannot be used: {problem.what}", fix=problem.fix) from None
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise ConfigError(
            f"{who}: cost() gives {found if isinstance(found, int) else type(found).__name__}",
            fix="give a whole number of credits, 0 or more",
        )
    return found


def agree(limits: Budget | None, credits_each: int, who: str, place: str) -> None:
    """Raises ConfigError for a budget that counts what the sensor does not, or that no unit could ever be paid from."""
    if limits is None or limits.credits is None:
        return
    if credits_each == 0:
        raise ConfigError(
            f"{place}: {who} does not say what a look costs, so credits cannot be counted",
            fix="leave credits out, or ask its author for a cost()",
        )
    if credits_each > limits.credits:
        raise ConfigError(
            f"{place}: {who} costs {credits_each} credits a look, the budget has {limits.credits}",
            fix=f"credits = {credits_each}, or more",
        )


__all__ = ["agree", "budget", "cost"]
