"""Form D, the notice of an exempt offering: `primary_doc.xml` read into plain values.

https://www.sec.gov/info/edgar/specifications/formdxmltechspec.htm. Persons (related persons, signers, recipients of commissions)
are not read at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element

from capteur import Answer, SourceChanged
from capteur_sensors.funding.indexes import ACCESSION

_NOTHING: Final = frozenset({"", "none", "n/a", "na", "n.a.", "null", "-", "unknown"})
"""How filers write that there is nothing, in any case."""
_FUND_INDUSTRY: Final = "pooled investment fund"
_SECURITIES: Final = {
    "isEquityType": "equity",
    "isDebtType": "debt",
    "isOptionToAcquireType": "option",
    "isSecurityToBeAcquiredType": "security to be acquired",
    "isPooledInvestmentFundType": "pooled fund",
    "isTenantInCommonType": "tenant in common",
    "isMineralPropertyType": "mineral property",
    "isOtherType": "other",
}
_ADDRESS: Final = {
    "street1": "street",
    "street2": "street2",
    "city": "city",
    "stateOrCountry": "state",
    "stateOrCountryDescription": "state_name",
    "zipCode": "zip",
}
_MOST_NAMES: Final = 10


@dataclass(frozen=True, slots=True)
class Notice:
    """One Form D. Amounts are US dollars since the offering began; None = not a number ("Indefinite").

    `fund` is a pooled investment vehicle by its industry, its securities or its exclusion under section 3(c) of the Investment
    Company Act; `previous` is the accession number an amendment amends.
    """

    cik: str | None
    name: str
    live: bool
    fund: bool
    combination: bool
    amendment: bool
    previous: str | None
    sold: int | None
    offered: int | None
    securities: tuple[str, ...]
    first_sale: date | None
    industry: str | None
    address: Mapping[str, str]
    former_names: tuple[str, ...] = ()


def read_notice(answer: Answer) -> Notice:
    """Read a document. Raises SourceChanged for anything else (the rendered HTML of `xslFormDX01/`), and for a trimmed one."""
    root = answer.xml()
    if _local(root.tag) != "edgarSubmission":
        raise SourceChanged(f"{answer.url} is no Form D: it begins with <{_local(root.tag)[:40]}>")
    form = _text(root, "submissionType")
    if form not in {"D", "D/A"}:
        raise SourceChanged(f"{answer.url} is of the form {form!r}, not D or D/A")
    issuer, offering = _part(root, "primaryIssuer", answer), _part(root, "offeringData", answer)
    amounts = _part(offering, "offeringSalesAmounts", answer)
    name = _text(issuer, "entityName")
    if name is None:
        raise SourceChanged(f"{answer.url} does not name its issuer")
    if amounts.find("{*}totalAmountSold") is None:
        raise SourceChanged(f"{answer.url} does not say how much was sold")
    industry = _text(offering, "industryGroup/{*}industryGroupType")
    securities = _securities(offering)
    exclusions = [_bare(item.text) for item in offering.findall("{*}federalExemptionsExclusions/{*}item")]
    previous = _text(offering, "typeOfFiling/{*}newOrAmendment/{*}previousAccessionNumber")
    return Notice(
        cik=_number(_text(issuer, "cik")),
        name=name,
        live=(_text(root, "testOrLive") or "LIVE").upper() != "TEST",
        fund=(industry or "").lower() == _FUND_INDUSTRY
        or "pooled fund" in securities
        or any(item.upper().startswith("3C") for item in exclusions),
        combination=_yes(offering, "businessCombinationTransaction/{*}isBusinessCombinationTransaction"),
        amendment=form == "D/A" or _yes(offering, "typeOfFiling/{*}newOrAmendment/{*}isAmendment"),
        previous=previous if ACCESSION.fullmatch(previous or "") else None,
        sold=_dollars(_text(amounts, "totalAmountSold")),
        offered=_dollars(_text(amounts, "totalOfferingAmount")),
        securities=securities,
        first_sale=_day(_text(offering, "typeOfFiling/{*}dateOfFirstSale/{*}value")),
        industry=industry,
        address=_address(issuer),
        former_names=_former_names(issuer),
    )


def _part(within: Element, name: str, answer: Answer) -> Element:
    found = within.find(f"{{*}}{name}")
    if found is None:
        raise SourceChanged(f"{answer.url} was trimmed: it has no {name}")
    return found


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _bare(text: str | None) -> str:
    return " ".join((text or "").split())


def _text(within: Element, path: str) -> str | None:
    """The text at the path, None for the many ways to write that there is nothing."""
    text = _bare(within.findtext(f"{{*}}{path}"))
    return None if text.lower() in _NOTHING else text


def _yes(within: Element, path: str) -> bool:
    return (_text(within, path) or "").lower() in {"true", "1", "yes"}


def _number(text: str | None) -> str | None:
    """An id of digits without leading zeros; None for one of zeros only, which stands for no id."""
    digits = (text or "").lstrip("0")
    return digits if digits.isdecimal() else None


def _dollars(text: str | None) -> int | None:
    """Whole dollars; None for "Indefinite" and other words."""
    plain = (text or "").replace(",", "").removeprefix("$")
    whole, _, cents = plain.partition(".")
    return int(whole) if whole.isdecimal() and whole.isascii() and (cents or "0").isdecimal() else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _securities(offering: Element) -> tuple[str, ...]:
    within = offering.find("{*}typesOfSecuritiesOffered")
    return () if within is None else tuple(word for tag, word in _SECURITIES.items() if _yes(within, tag))


def _address(issuer: Element) -> dict[str, str]:
    within = issuer.find("{*}issuerAddress")
    if within is None:
        return {}
    found = {word: _text(within, tag) for tag, word in _ADDRESS.items()}
    return {word: text for word, text in found.items() if text}


def _former_names(issuer: Element) -> tuple[str, ...]:
    """What the issuer was called before, by its own account and by EDGAR's."""
    named = [
        _bare(name.text)
        for place in ("issuerPreviousNameList", "edgarPreviousNameList")
        for name in issuer.findall(f"{{*}}{place}/{{*}}previousName")
    ]
    return tuple(dict.fromkeys(name for name in named if name.lower() not in _NOTHING))[:_MOST_NAMES]
