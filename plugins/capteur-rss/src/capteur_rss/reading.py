"""What a headline says, read strictly: precision before recall, an unknown wording is a plain mention and never guessed at.

A company's own blog also tells of customers, of competitors and of how to do things. So a headline counts only when its subject
is the company itself (its name, or "we"), its verb is one of a few, and the hard fact (an amount, a title, a number) is in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Headline:
    """A title, and the names its company goes by (lower case, without accents)."""

    title: str
    names: Collection[str]


@dataclass(frozen=True, slots=True)
class Fact:
    """What a reader found: details for `data`."""

    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


def plain(text: str) -> str:
    """Lower case, without accents, one space between words; what prices, percents and abbreviations need is kept."""
    spread = unicodedata.normalize("NFKD", text.replace("\u2019", "'"))
    return " ".join("".join(c for c in spread if not unicodedata.combining(c)).casefold().split())


_WORD = re.compile(r"[\w+#%]+")
_PATTERN_WORD = re.compile(r"[\w+#%*]+")


def matches(text: str, phrases: Collection[str]) -> bool:
    """True when one of the phrases stands in the text: whole words next to each other, a star for the rest of a word."""
    bare = " ".join(_WORD.findall(plain(text)))
    for phrase in phrases:
        form = " ".join(
            re.escape(word).replace(r"\*", r"\S*") for word in _PATTERN_WORD.findall(plain(phrase)) if word.strip("*")
        )
        if form and re.search(rf"(?<!\S){form}(?!\S)", bare):
            return True
    return False


_WE = r"we(?:'ve| have)?"
_NOT_ITSELF = re.compile(
    r"\b(?:customers?|clients?|partners?|portfolio|alum\w*|investors?|backed|funded|competitors?|rivals?|startups?)\b"
)
_LEAD_IN = re.compile(r"^(?:[\w ]{1,24}: |\[[^\]]{1,24}\] )?(?:today,? )?")
_APPOSITION = re.compile(r",[^,]*,")


def _about_itself(subject: str, names: Collection[str]) -> bool:
    """True when a headline's subject is the company: it begins with its name, or with "we"."""
    bare = _APPOSITION.sub(" ", f"{subject.strip()} ")  # "Acme, the platform for startups, raises" is about Acme
    if _NOT_ITSELF.search(bare):
        return False
    own = "|".join([*(re.escape(name) for name in sorted(names, key=len, reverse=True) if name), _WE])
    return any(re.match(rf"(?:{own})(?!\w)", text) for text in (_LEAD_IN.sub("", bare, count=1), bare))


_MONEY = re.compile(
    r"(?P<before>us\$|c\$|a\$|s\$|[$€£]|\b(?:usd|eur|gbp|chf|sek|nok|dkk)\b)?\s?"
    r"(?P<number>\d{1,3}(?:[., ]\d{3})+(?!\d)|\d+(?:[.,]\d{1,2})?)\s?"
    r"(?P<unit>milliarden|milliards?|billions?|bn|mrd|millionen|millions?|mio|mn|thousand|[mkb](?![\w]))?\.?\s?"
    r"(?P<after>€|\$|£|d'euros|euros?|us dollars?|dollars?|usd|eur|gbp|chf|sek|nok|dkk)?"
)
_UNITS = {"b": 10**9, "m": 10**6, "k": 10**3, "t": 10**3}
_CURRENCIES = {
    "$": "USD", "us$": "USD", "c$": "CAD", "a$": "AUD", "s$": "SGD", "€": "EUR", "£": "GBP", "euro": "EUR", "euros": "EUR", "d'euros": "EUR",
    "dollar": "USD", "dollars": "USD", "us dollar": "USD", "us dollars": "USD",
}  # fmt: skip
_LEAST = 10_000
_ROUND = r"(?:series [a-k]\b|serie [a-k]\b|pre-?seed|seed|funding|financing|investment|round|growth equity|tour de table|levee de fonds|fundraise|finanzierung\w*|kapital\w*)"
_RAISE = re.compile(r"\b(?:raises?|raised|has raised|leve|a leve|sammelt)\b")
_GET = re.compile(
    r"\b(?:secures?|secured|closes?|closed|lands?|landed|bags?|bagged|nabs?|nabbed|completes?|completed|announces?|announced|boucle|annonce|erhalt|sichert sich)\b"
)
_ANNOUNCING = re.compile(
    rf"^(?:announcing|we(?:'re| are) (?:thrilled|excited|proud|happy|pleased) to announce)\b.*\bour\b.*\b{_ROUND}"
)
_NOT_YET = re.compile(
    r"\b(?:how to|why|lessons|webinar|podcast|rumou?r\w*|reportedly|could|may|might|plans? to|seeks?|looking to|aims? to)\b"
)
_NOT_CAPITAL = re.compile(
    r"\b(?:grants?|donat\w*|charit\w*|lawsuits?|settle\w*|revenue|arr|sales|acqui\w*|merger|ipo|prices?|pricing|awareness|bar|targets?|"
    r"forecasts?|guidance|contracts?|orders?)\b"
)
_FUND = r"\b(?:(?<!to )funds?|(?<!levee de )fonds)\b"
_IS_FUND = re.compile(rf"^(?:\s*(?!from\b|by\b|with\b|via\b|led\b)[\w-]+\b){{0,4}}?\s*{_FUND}")
"""Behind the amount: "$100M fund", "$100M for its second fund"; not "$12M from Founders Fund", "$12M to fund growth"."""
_IS_VALUE = re.compile(r"^\s*(?:(?:pre|post)-money |company |market )?valuation\b")
_BEFORE = re.compile(rf"{_FUND}|\b(?:valuation|valued)\b")
"""Between the verb and the amount: the amount is that of a fund, or what the company is worth."""
_AFTER = 25
"""Characters behind the amount that may still say what it is: "$2M grant", "$2 million in revenue"."""


def raised(headline: Headline) -> Fact | None:
    """A funding round of the company itself: verb plus amount (plus the word of a round unless the verb is "raise")."""
    text = plain(headline.title)
    if _NOT_YET.search(text):
        return None
    if _ANNOUNCING.search(text):
        return _amount(text, 0)
    for verb, needs_round in ((_RAISE, False), (_GET, True)):
        found = verb.search(text)
        if (
            found
            and _about_itself(text[: found.start()], headline.names)
            and (not needs_round or re.search(rf"\b{_ROUND}", text))
        ):
            return _amount(text, found.end())
    return None


def _amount(text: str, start: int) -> Fact | None:
    """The first amount from `start` on that has a currency and is capital: `{"amount": 12000000, "currency": "USD"}`."""
    for found in _MONEY.finditer(text, start):
        sign = found["before"] or found["after"]
        amount = _number(found["number"]) * _UNITS.get(_unit(found["unit"]), 1)
        if sign is not None and amount >= _LEAST:
            if _NOT_CAPITAL.search(text[start : found.end() + _AFTER]):
                return None
            behind = text[found.end() :]
            if _BEFORE.search(text[start : found.start()]) or _IS_FUND.match(behind) or _IS_VALUE.match(behind):
                return None
            return Fact({"amount": round(amount), "currency": _CURRENCIES.get(sign, sign.upper())})
    return None


def _unit(word: str | None) -> str:
    if not word:
        return ""
    return "b" if word.startswith(("milliard", "mrd")) else word[0]


def _number(text: str) -> float:
    """`12.5`, `12,5` and `1,250,000` as they are meant: groups of three are thousands."""
    if re.fullmatch(r"\d{1,3}(?:[., ]\d{3})+", text):
        return float(re.sub(r"[., ]", "", text))
    return float(text.replace(",", "."))


_TITLE = (
    r"(?:chief [\w&-]+(?: [\w&-]+){0,2} officer|c[efotmirp]o\b|ciso|chro|cdo|cso|[se]?vp\b|(?:senior |executive )?vice president|head of|"
    r"(?:managing |general |sales |marketing |finance |it )?director\b|president|general manager|country manager|directeur|directrice|pdg|dg\b|drh|daf|dsi)"
)
_APPOINTS = re.compile(
    rf"\b(?:appoints?|appointed|names?|named|hires?|hired|welcomes?|taps|nomme|accueille)\b.{{2,80}}?\b(?:as|to|comme|au poste de|en tant que)\b.{{0,40}}?\b{_TITLE}"
)
_WELCOMING = re.compile(rf"^(?:welcoming|welcome|introducing|meet)\b.{{2,80}}?\bour new\b.{{0,40}}?\b{_TITLE}")
_JOINS = re.compile(r"\b(?:joins|has joined|rejoint)\s+(?P<whom>.+?)\s+(?:as|comme|en tant que)\b.{0,40}?\b" + _TITLE)
_US = frozenset({"us", "the team", "our team", "the company", "l'equipe"})
_NO_LEADER = re.compile(
    r"\b(?:board|advis\w+|fellow\w*|ambassador|customers?|interview|webinar|podcast|award\w*|of the year|how to|why|leaves?|steps? down|departs?)\b"
)


def leader(headline: Headline) -> Fact | None:
    """A new leader of the company itself. Who it is stays in the headline; nothing personal is taken out of it."""
    text = plain(headline.title)
    if _NO_LEADER.search(text):
        return None
    if _WELCOMING.search(text):
        return Fact()
    appoints = _APPOINTS.search(text)
    if appoints and _about_itself(text[: appoints.start()], headline.names):
        return Fact()
    joins = _JOINS.search(text)
    if joins and (joins["whom"] in _US or _about_itself(joins["whom"], headline.names)):
        return Fact()
    return None


_CUTS = re.compile(
    r"\b(?:lays? off|laying off|laid off|cuts?|cutting|reduc\w+|eliminat\w+|supprime\w*|licencie\w*)\b.*?"
    r"(?:\d+ ?%|\b\d[\d.,]* (?:jobs|employees|people|roles|staff|workers|positions|postes|emplois|salaries)\b|\b(?:our|its) (?:workforce|team|staff|headcount)\b)"
)
_NO_CUTS = re.compile(
    r"\b(?:cost|costs|time|churn|emissions|spend|carbon|waste|errors?|how to|helps?|customers?|why)\b"
)


def layoffs(headline: Headline) -> Fact | None:
    """The company itself lets people go, in numbers or in as many words."""
    text = plain(headline.title)
    cuts = _CUTS.search(text)
    if cuts is None or _NO_CUTS.search(text) or not _about_itself(text[: cuts.start()], headline.names):
        return None
    return Fact()


READERS = {"raise": raised, "leader": leader, "layoffs": layoffs}
