"""UK Companies House: allotments of shares (form SH01) of the companies the user names. Needs a key.

https://developer-specs.company-information.service.gov.uk/companies-house-public-data-api/reference/filing-history. An SH01 says
how many shares there are now, not what was paid for them: the interface has the statement of capital only, in nominal value.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pydantic import SecretStr

from capteur import Context, Signal, SourceChanged
from capteur_sensors.funding.telling import RAISED, UNKNOWN_AMOUNT

HOST: Final = "api.company-information.service.gov.uk"
PACE: Final = 2.0
"""Requests a second: the register allows 600 in five minutes."""
NUMBER: Final = re.compile(r"[A-Z]{2}\d{6}|\d{1,8}")
_SHOWN: Final = "https://find-and-update.company-information.service.gov.uk/company"
_PAGE: Final = 100
LEAST_GROWTH, MOST_GROWTH = Decimal("0.05"), Decimal(1)
"""What a round adds to the capital: less are options that somebody exercised, more are founders' shares or a bonus issue."""


@dataclass(frozen=True, slots=True)
class Statement:
    """The capital after an allotment, by currency; `allotted` is when the shares were, `filed` when the register was told."""

    id: str
    filed: date
    allotted: str | None
    capital: Mapping[str, Decimal]


def plain_number(text: str) -> str | None:
    """A company's number as the register writes it, `01234567` or `SC123456`; None when it is none."""
    number = text.strip().upper()
    if not NUMBER.fullmatch(number):
        return None
    return number.zfill(8) if number.isdecimal() else number


class Register:
    """What a run asks the register for."""

    def __init__(self, ctx: Context, key: SecretStr) -> None:
        self._ctx = ctx
        # Basic authentication with the key as the name and no password.
        pair = base64.b64encode(f"{key.get_secret_value().strip()}:".encode()).decode("ascii")
        self._headers = {"authorization": SecretStr(f"Basic {pair}")}

    def statements(self, number: str) -> list[Statement]:
        """The statements of capital among the newest 100 filings about it, the oldest first.

        Raises NotFound for a number nobody has, AuthError for a key that is refused, SourceChanged for an answer in another form.
        """
        url = f"https://{HOST}/company/{number}/filing-history"
        answer = self._ctx.http.get_json(
            url, params={"category": "capital", "items_per_page": _PAGE}, headers=self._headers
        )
        if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
            raise SourceChanged(f"{url} has no list of items")
        return [row for row in map(_statement, answer["items"]) if row is not None][::-1]


def raises(domain: str, number: str, statements: list[Statement]) -> Iterator[Signal]:
    """The allotments that look like a round: 5 to 100 % more capital than the statement before, in the same currency."""
    before: Mapping[str, Decimal] = {}
    for statement in statements:
        for currency, figure in statement.capital.items():
            old = before.get(currency)
            growth = (figure - old) / old if old else None
            if growth is not None and LEAST_GROWTH <= growth <= MOST_GROWTH:
                yield Signal(
                    kind=RAISED,
                    account=domain,
                    key=f"uk:{number}:{statement.id}",
                    occurred_at=statement.filed,
                    summary=f"allotted shares, {growth * 100:.0f} % more capital; what was paid is not in the register (SH01)",
                    evidence_url=f"{_SHOWN}/{number}/filing-history",
                    strength=UNKNOWN_AMOUNT,
                    data={
                        "form": "SH01",
                        "company_number": number,
                        "amount": None,
                        "allotted": statement.allotted,
                        "currency": currency,
                        "nominal_capital": str(figure),
                        "nominal_capital_before": str(old),
                    },
                )
                break
        before = {**before, **statement.capital}


def _statement(item: Any) -> Statement | None:
    """An item of the filing history as a statement of capital; None for other forms, and for one without figure, date or id."""
    if not isinstance(item, Mapping) or item.get("type") != "SH01":
        return None
    values = item.get("description_values")
    figures = values.get("capital") if isinstance(values, Mapping) else None
    capital: dict[str, Decimal] = {}
    for row in figures if isinstance(figures, list) else ():
        figure = _figure(row.get("figure")) if isinstance(row, Mapping) else None
        if figure:
            capital[str(row.get("currency") or "GBP")] = figure
    try:
        filed, number = date.fromisoformat(str(item["date"])), str(item["transaction_id"])
    except (KeyError, ValueError):
        return None
    allotted = values.get("date") if isinstance(values, Mapping) else None
    return Statement(number, filed, str(allotted) if allotted else None, capital) if capital else None


def _figure(text: Any) -> Decimal | None:
    try:
        figure = Decimal(str(text).replace(",", ""))
    except InvalidOperation:
        return None
    return figure if figure.is_finite() else None
