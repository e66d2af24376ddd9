"""From a notice to a signal: what was raised by this filing, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from capteur import AccountFact, AccountRef, Signal
from capteur_sensors.funding.indexes import Filing
from capteur_sensors.funding.notice import Notice

RAISED: Final = "funding.raised"
UNKNOWN_AMOUNT: Final = 0.3
"""The strength of a filing that says money came in, but not how much of it is new."""
_FRESH: Final = timedelta(days=366)
"""A first notice is due 15 days after the first sale. So much later, nobody can say when the money came."""
_MOST_SHOWN: Final = 3
_STATES_AS_WRITTEN: Final = """
    AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD
    TN TX UT VT VA WA WV WI WY AS GU MP PR VI UM
"""
_STATES: Final = frozenset(_STATES_AS_WRITTEN.split())
"""The United States and their territories (https://www.sec.gov/submit-filings/filer-support-resources/edgar-state-country-codes)."""


def is_a_raise(notice: Notice) -> bool:
    """Whether the notice is about a company that raises money: no fund, no test, no merger paid with shares."""
    return notice.live and not notice.fund and not notice.combination


def signal(filing: Filing, notice: Notice, before: Notice | None) -> Signal | None:
    """What the filing adds, None when that is nothing.

    Args:
        filing: as the list names it; its day is when it happened.
        notice: its document.
        before: the document that it amends; None for a first notice, and where that document cannot be read.
    """
    amount, sure = _new_money(filing, notice, before)
    if amount is not None and amount <= 0:
        return None
    return Signal(
        kind=RAISED,
        account=AccountRef(name=notice.name, ids={"cik": notice.cik or filing.cik}),
        key=f"sec:{filing.accession}",
        occurred_at=filing.filed,
        summary=_summary(filing, notice, amount if sure else None),
        evidence_url=f"{filing.folder}/{filing.accession}-index.htm",
        strength=1.0 if sure else UNKNOWN_AMOUNT,
        # Amendments of one day correct one another, each against an older filing: they are one event.
        event=f"sec:{notice.cik or filing.cik}:amended:{filing.filed.isoformat()}" if notice.amendment else None,
        data={
            "form": filing.form,
            "accession": filing.accession,
            "amends": notice.previous,
            "amount": amount if sure else None,
            "currency": "USD",
            "sold": notice.sold,
            "offered": notice.offered,
            "securities": list(notice.securities),
            "first_sale": _iso(notice.first_sale),
            "industry": notice.industry,
            "address": dict(notice.address),
            "former_names": list(notice.former_names),
        },
    )


def facts(filing: Filing, notice: Notice) -> Iterator[AccountFact]:
    """What the filing says of its issuer, under names of its own: what the user's list says of an account stays as it is.

    `sec.country` is `US`, or the country or province by EDGAR's name for it; `sec.state` is there for the US only.
    """
    state = notice.address.get("state", "").upper()
    told = {
        "sec.industry": notice.industry,
        "sec.country": "US" if state in _STATES else notice.address.get("state_name", "").title() or None,
        "sec.state": state if state in _STATES else None,
    }
    account = AccountRef(name=notice.name, ids={"cik": notice.cik or filing.cik})
    for name, value in told.items():
        if value is not None:
            yield AccountFact(account, name, value, filing.filed)


def _new_money(filing: Filing, notice: Notice, before: Notice | None) -> tuple[int | None, bool]:
    """How many dollars this filing adds (None = it does not say), and whether that is sure."""
    if notice.sold is None:
        return None, False
    if not notice.amendment:
        late = notice.first_sale is not None and filing.filed - notice.first_sale > _FRESH
        return notice.sold, not late
    if before is None or before.sold is None:
        return None if notice.sold else 0, False
    return notice.sold - before.sold, True


def _summary(filing: Filing, notice: Notice, amount: int | None) -> str:
    kinds = ", ".join(notice.securities[:_MOST_SHOWN])
    what = f"raised {money(amount)}" if amount is not None else "raised money, how much of it now is not known"
    return f"{what} (Form {filing.form}{', ' + kinds if kinds else ''})"


def money(dollars: int) -> str:
    """`$950`, `$12.5K`, `$5.7M`, `$1.2B`: cut, not rounded up."""
    for unit, size in (("B", 10**9), ("M", 10**6), ("K", 10**3)):
        if dollars >= size:
            tenths = dollars * 10 // size
            return f"${tenths // 10}{f'.{tenths % 10}' if tenths % 10 else ''}{unit}"
    return f"${dollars}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
