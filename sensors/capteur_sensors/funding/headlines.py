"""What a headline says about a round, read strictly: precision before recall, unknown wording is ignored and never guessed at.

A headline counts when it begins with a name, goes on with one of a few verbs and then with an amount of money, and when a word of
the trade ("Series A", "seed", "funding", "tour de table") stands in it or in the text beneath.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_CURRENCIES: Final = {
    "us$": "USD", "$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR",
    "euros": "EUR", "£": "GBP", "gbp": "GBP", "pounds": "GBP", "chf": "CHF", "sek": "SEK", "nok": "NOK", "dkk": "DKK",
    "c$": "CAD", "ca$": "CAD", "cad": "CAD", "a$": "AUD", "au$": "AUD", "aud": "AUD", "s$": "SGD", "sgd": "SGD",
    "nz$": "NZD", "hk$": "HKD", "r$": "BRL", "¥": "JPY", "₹": "INR", "inr": "INR",
}  # fmt: skip
_SIGN: Final = r"(?:us|ca|au|nz|hk|[casr])?\$|[€£¥₹]|\b(?:usd|eur|gbp|chf|sek|nok|dkk|cad|aud|sgd|inr)\b"
_UNIT: Final = (
    r"(?:k|thousand|mn?|mm|mio\.?|mil\.?|millions?|millionen|bn?|billions?|mrd\.?|milliarden?|milliards?)\b\.?"
)
_NUMBER: Final = r"\d[\d.,]{0,13}\d|\d"
_MONEY: Final = (
    rf"(?:(?P<before>{_SIGN})\s?(?P<n1>{_NUMBER})(?:\s?-?(?P<u1>{_UNIT}))?"
    rf"|(?P<n2>{_NUMBER})\s?-?(?P<u2>{_UNIT})\s?(?:d'|de |of )?(?P<after>€|\$|euros?\b|dollars?\b|pounds\b|\b(?:eur|usd|gbp|chf)\b))"
)
_VERBS: Final = (
    r"(?:has |just |today )?(?:raises|raised|secures|secured|closes|closed|lands|landed|nabs|bags|snags|scores|"
    r"completes|completed|announces|announced|picks up|pulls in|leve|a leve|boucle|annonce|sammelt|erhalt|"
    r"sichert sich|schliesst)"
)
_BETWEEN: Final = (
    r"(?:(?:an?|its|the|another|additional|further|new|fresh|over|more than|nearly|almost|about|around|oversubscribed|first|"
    r"second|third|initial|total of|whopping|strategic|growth|equity|debt|pre-?seed|seed|bridge|extended|series [a-k]\d?|round|"
    r"funding|financing|investment|of|with|at|in|une?|son|sa|de|d'|pour|levee|fonds|tour|table|premier|nouveau|nouvelle|rund|"
    r"weitere|eine|einen|ihre|seine|finanzierungsrunde|finanzierung|uber|plus)\s+){0,8}"
)
_RAISES: Final = re.compile(
    rf"^(?P<head>.{{2,160}}?)\s+(?P<verb>{_VERBS})\s+{_BETWEEN}(?P<money>{_MONEY})(?P<tail>.*)$"
)
_TRADE: Final = re.compile(
    r"\b(?:series [a-k]\d?|serie [a-k]\d?|pre-?seed|seed|funding|financing|fundraise|fundraising|venture|growth equity|"
    r"growth investment|(?:investment|funding|financing|equity|seed|bridge|venture|angel) round|round|led by|backed by|angels|"
    r"levee de fonds|tour de table|amorcage|finanzierungsrunde|finanzierung|wachstumskapital)\b"
)
_NOT_CAPITAL: Final = re.compile(
    r"^\W{0,3}(?:[\w'-]+ ){0,3}?(?:grants?|valuation|donations?|revenues?|arr|sales|contracts?|orders?|deal to|acquisition|merger|"
    r"ipo|settlement|lawsuit|fine|awards?|prize|charity|tenders?|subvention|forderung|auftrag)\b"
)
_IS_FUND: Final = re.compile(
    r"^\W{0,3}(?:(?!from\b|by\b|with\b|led\b|to\b|pour\b)[\w'-]+\b\W{1,3}){0,5}?(?:funds?|(?<!levee de )fonds|vehicle|spac)\b"
)
"""Behind the amount: "$100M fund", "$100M for its second fund"; not "$12M from Founders Fund", "$12M to fund growth"."""
_OF_NO_COMPANY: Final = """
    startup startups start-up start-ups company companies firm firms maker makers platform platforms provider app based backed
    founder founders ceo co-founder ex former why how what who when where which exclusive breaking report reports reportedly
    could may might will would plans seeks wants hopes talks considering weighs rumor rumour update watch video podcast
    campaign charity foundation family student students couple nonprofit non-profit university council city county state school
    government police church museum hospital ministry two three four five six seven eight nine ten these this here top weekly
    daily roundup deals news fintech healthtech biotech medtech proptech edtech insurtech cleantech unicorn giant
"""
_NO_COMPANY: Final = frozenset(_OF_NO_COMPANY.split())
_LAST_OF_INVESTORS: Final = """
    ventures venture capital partners fund funds vc equity investors investments management advisors spac
"""
_INVESTORS: Final = frozenset(_LAST_OF_INVESTORS.split())
_BETWEEN_NAMES: Final = "of and & de du des la le les the for von und der die das y e + x"
_LINKING: Final = frozenset(_BETWEEN_NAMES.split())
_MOST_WORDS: Final = 6
_LEAST: Final = 10_000
_READ: Final = 400
"""Characters that are looked at: further down a text about anything speaks of a round of something."""


@dataclass(frozen=True, slots=True)
class Round:
    """Who raised how much, as a headline says it. `currency` is ISO 4217; a bare `$` is taken as US dollars."""

    name: str
    amount: int
    currency: str


def read_headline(title: str, text: str = "") -> Round | None:
    """The round that a title announces; None for everything else. `text` is what stands beneath the title."""
    title = " ".join(title.split())[:_READ]
    flat, where = _plain(title)
    found = _RAISES.match(flat)
    if found is None or not (_TRADE.search(flat) or _TRADE.search(_plain(text[:_READ])[0])):
        return None
    tail = found["tail"]
    if _NOT_CAPITAL.search(tail) or _IS_FUND.search(tail) or re.search(rf"\b{_VERBS}\b.{{0,60}}{_SIGN}", tail):
        return None
    name, amount = _company(title, where[len(found["head"])]), _amount(found)
    if name is None or amount < _LEAST:
        return None
    sign = found["before"] or found["after"] or ""
    return Round(name, amount, _CURRENCIES[sign])


def _plain(text: str) -> tuple[str, list[int]]:
    """Lower case without accents, and for each character of it the place in `text` that it came from."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        straight = "'" if letter in "\u2018\u2019" else letter
        for part in unicodedata.normalize("NFKD", straight).casefold():
            if not unicodedata.combining(part):
                letters.append(" " if part.isspace() else part)
                places.append(place)
    return "".join(letters), places


def _company(title: str, end: int) -> str | None:
    """The name that stands before the verb, as the title writes it; None when that is more, or less, than a name."""
    head = title[:end].strip()
    name, comma, aside = head.partition(",")
    if comma:  # "Acme, a maker of anvils, raises": between two commas, and beginning with an article
        if not re.fullmatch(r"\s*(?:an?|the|une?|der|die|das|le|la) .*,", aside, re.IGNORECASE):
            return None
        name = name.strip()
    words = name.split()
    if not 1 <= len(words) <= _MOST_WORDS or re.search(r"[:;|\u2013\u2014!?\"\u201c\u201d()\[\]]", name):
        return None
    low = [word.strip(".,").casefold() for word in words]
    own = low[:-1] if low[-1] == "company" and set(low[:-1]) - _LINKING else low  # "The Coca-Cola Company" is one
    if any(word in _NO_COMPANY or word.endswith(("-based", "-backed", "-listed", "-led")) for word in own):
        return None
    if low[-1] in _INVESTORS or any(word.endswith(("'s", "\u2019s")) for word in words[:-1]):
        return None
    small = [word for word in words if word[0].islower() and word.casefold() not in _LINKING]
    if small:
        # a name may be written small ("monday.com", "n8n") when it is one word
        return name if len(words) == 1 and re.search(r"[.\d]|[a-z][A-Z]", name) else None
    return name


def _amount(found: re.Match[str]) -> int:
    number, unit = found["n1"] or found["n2"], found["u1"] or found["u2"] or ""
    return round(_number(number) * _size(unit))


def _size(unit: str) -> int:
    """What a unit stands for: `k`, `mio.`, `bn`, `milliards`."""
    if unit.startswith(("b", "milliard", "mrd")):
        return 10**9
    return 10**6 if unit.startswith("m") else 10**3 if unit else 1


def _number(text: str) -> float:
    """`12.5`, `12,5`, `1,250,000` and `1.250.000` as they are meant: groups of three are thousands."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return float(text.replace(",", ""))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}", text):
        return float(text.replace(".", ""))
    plain = text.replace(",", ".")
    return float(plain) if plain.count(".") <= 1 else 0.0
