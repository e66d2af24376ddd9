"""From what a source calls a company to an account: exactly, by id, domain, alias or normalised name, or not at all.

Order of trust: an id the user listed (a board's token, a CIK), then the domain, then the name. A name that two accounts share
matches neither: a wrong account is worse than none, and `capteur accounts unmatched` shows what waits.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

from capteur.accounts import AccountRef
from capteur.domains import registrable

# Legal forms without dots, spaces and accents, as they end a name: (S.A. de C.V. -> sadecv). Words that names really end in
# (me, pc, ad, ev, group, holding) are not here: precision comes first. Compound forms (GmbH & Co. KG) are stripped one by one.
_FORMS_AS_WRITTEN = """
    inc incorporated corp corporation co company andco andcompany cie andcie etcie andcia ycia llc llp lllp lp pllc pbc ltd
    limited plc pty proprietary publicltd publiclimited public pvt private pte pteltd unlimited cic limitedliabilitycompany
    limitedpartnership andsubsidiaries
    gmbh ggmbh mbh ag se kg kgaa ohg ug haftungsbeschrankt ughaftungsbeschrankt eg aktiengesellschaft
    gesellschaftmitbeschrankterhaftung
    sa sas sasu sarl eurl snc sca scop societeanonyme saas sau slu sl slne sociedadanonima saic sacif
    spa srl srls sapa scarl scpa bv nv vof cv bvba sprl scrl cvba
    ab abpubl publ aktiebolag oy oyj as asa aps ivs ks ou
    spzoo spzook spj spk sro spolsro akciovaspolecnost kft zrt nyrt bt doo eood ood ooo oao zao pao
    sia uab lda ltda sgps eireli sab sapi sadecv sabdecv sapidecv srldecv sderldecv sderl decv
    kk gk coltd tbk sdn bhd sdnbhd berhad pcl fze fzco fzllc fzc dmcc jsc ojsc cjsc pjsc ltdsti anonimsirketi
    ооо оао зао пао ао тов оод еоод αε בעמ
"""  # noqa: RUF001  the last line is Cyrillic, Greek and Hebrew, as forms there are
_FORMS = frozenset(_FORMS_AS_WRITTEN.split())
_FIRST = frozenset({"pt", "ooo", "oao", "zao", "pao", "uab", "sia", "ооо", "оао", "зао", "пао", "ао", "тов"})  # noqa: RUF001  Cyrillic
"""Legal forms that may also begin a name."""
_DOTTED = re.compile(r"(?<=\w)[\s,]+(?:e\.\s?[vk]|p\.\s?[ca]|n\.\s?a)\.?\s*$", re.IGNORECASE)
"""Legal forms only with their dots (e.V., P.C., N.A.): names end in such words without them."""
_ABBREVIATED = re.compile(r"\b[^\W\d_]\.(?:[^\W\d_]\b\.?)+(?!\w)|\b[^\W\d_]\.(?:\s[^\W\d_]\.)+(?!\w)")
"""Letters with dots are one word: J.P. Morgan is JP Morgan."""
_ATTACHED = re.compile(
    r"^(?:株式会社|有限会社|合同会社|주식회사|\([株有合주유]\))"
    r"|(?:株式会社|有限会社|合同会社|股份有限公司|有限责任公司|有限責任公司|有限公司|주식회사|\([株有合주유]\))$"
)
_REGISTER = re.compile(r"\s+[/\\][A-Z]{2,3}[/\\]\s*$", re.IGNORECASE)
"""How a register tells apart companies of one name: BANK OF MONTREAL /CAN/."""
_OTHERWISE = re.compile(
    r"(?<=\w)\W+(?:(?:d[/.]?b[/.]?a|f[/.]?k[/.]?a|a[/.]?k[/.]?a)\b\.?|(?:doing\ business|trading|(?:also|formerly)\ known)\ as\b|formerly\b):?\s+(?=\w)",
    re.IGNORECASE,
)
"""What stands between a company's name and another one: its trading name, a former name."""
_STATES_AS_WRITTEN = """
    al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx
    ut vt va wa wv wi wy dc delaware nevada maryland texas california florida
"""
_STATES = frozenset(_STATES_AS_WRITTEN.split())
_OF_A_STATE = re.compile(r"(\b(?:inc|corp|llc|lp|co)\b\.?,?)\s*\(([a-z]+)\)\s*$", re.IGNORECASE)
"""Inc. (DE): incorporated in Delaware."""
_COOP = re.compile(r"\bco[-\s]op(?=\b|erati)", re.IGNORECASE)
_PLACES_AS_WRITTEN = """
    america americas usa us uk emea apac latam europe european asia australia austria osterreich belgium belgique brasil brazil
    britain british canada china czech danmark denmark deutschland deutsche england espana finland france germany greece hungary
    iceland india indonesia ireland israel italia italy japan korea mexico nederland netherlands norge norway philippines poland
    polska portugal romania russia schweiz scotland singapore spain suisse sverige sweden swiss switzerland taiwan thailand
    turkey turkiye ukraine vietnam zealand
"""
PLACES = frozenset(_PLACES_AS_WRITTEN.split())
"""Words of a name that say where: Acme Deutschland is another company than Acme France."""
_LONGEST = 7  # words of one form, "S. de R. L. de C. V."
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "\u0131": "i", "ð": "d", "þ": "th", "&": " and "}
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_JOINED = re.compile(
    "['`*!\"\u2018\u2019\u201c\u201d\u201e\u02bc\xb4\xb0\xae\u2122\xa9\xab\xbb\u05f4]"
)  # within a word: Macy's, E*TRADE, 1KOMMA5°
_SEPARATOR = re.compile(r"[^\w+#]+|_+")
_AMBIGUOUS = -1


@functools.lru_cache(maxsize=65_536)
def normal_name(text: str) -> str:
    """A company's name without case, accents, punctuation, `the` and legal forms; empty only for an empty text.

    Of a name with a trading or former name after it, the first: the legal one of today.

    >>> normal_name("The Coca-Cola Company"), normal_name("1KOMMA5° GmbH"), normal_name("Acme SE & Co. KG")
    ('coca cola', '1komma5', 'acme')
    >>> normal_name("Limited, Inc."), normal_name("People Center, Inc. d/b/a Rippling")
    ('limited', 'people center')
    """
    return _normal(_OTHERWISE.split(text, maxsplit=1)[0])


def other_names(text: str) -> list[str]:
    """The trading and former names a text has besides the first, normal: who trades as somebody is not always that company.

    >>> other_names("Acme LLC (formerly known as Zeta Inc)"), other_names("Acme LLC")
    (['zeta'], [])
    """
    return [_normal(part) for part in _OTHERWISE.split(text)[1:]]


def _normal(text: str) -> str:
    marked = _DOTTED.sub("", _REGISTER.sub("", text))
    state = _OF_A_STATE.search(marked)
    if state is not None and state[2].lower() in _STATES:
        marked = marked[: state.end(1)]
    folded = unicodedata.normalize("NFKC", _COOP.sub("coop", _JOINED.sub("", marked))).casefold()
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", folded))).translate(_LETTERS)
    whole = _ATTACHED.sub("", plain.strip()) or plain
    whole = _ABBREVIATED.sub(lambda letters: re.sub(r"\W", "", letters[0]), _JOINED.sub("", whole))
    words = _SEPARATOR.sub(" ", whole).split()
    return " ".join(_named(words)) or " ".join(plain.split()) or text.strip().casefold()


def _named(words: list[str]) -> list[str]:
    """`words` without `the` and legal forms; never empty when `words` are not."""
    if len(words) > 1 and words[-1] == "the":  # Coca-Cola Company, The
        words = words[:-1]
    where = next((n for n, word in enumerate(reversed(words)) if word not in PLACES), 0)
    head, place = words[: len(words) - where], words[len(words) - where :]
    if place and _form(head):  # Acme GmbH Deutschland
        words = head[: -_form(head)] + place
    while count := _form(words):
        words = words[:-count]
    if len(words) > 1 and words[-1] == "and":  # what "& Co." leaves behind
        words = words[:-1]
    if len(words) > 1 and words[0] in _FIRST:
        words = words[1:]
    return words[1:] if len(words) > 1 and words[0] == "the" else words


def _form(words: list[str]) -> int:
    """Of how many words the legal form at the end is; 0 for none, and where nothing of a name would be left."""
    for count in range(min(_LONGEST, len(words) - 1), 0, -1):
        ending, rest = words[-count:], words[:-count]
        letters = all(len(word) == 1 for word in ending)
        if letters and len(rest) > 1 and len(rest[-1]) == 1:  # the end of a longer abbreviation, R T E K
            continue
        if "".join(ending) in _FORMS and rest != ["the"]:
            return count
    return 0


def alias(scheme: str, value: str) -> str:
    """`scheme:value` in the one spelling that is compared: `cik:1543151`, `name:acme`, `domain:acme.com`, `greenhouse:acme`."""
    scheme, value = scheme.strip().lower(), value.strip()
    if scheme == "name":
        return f"name:{normal_name(value)}"
    if scheme == "domain":
        return f"domain:{registrable(value) or value.lower()}"
    if scheme == "cik":  # the same number, with or without its zeros
        return f"cik:{value.lstrip('0') or value}"
    return f"{scheme}:{value.casefold()}"


def reference(ref: AccountRef) -> str:
    """A stable text for a company no account answers to: its domain, else its first id, else its normalised name."""
    if ref.domain:
        return alias("domain", ref.domain)
    for scheme, value in sorted(ref.ids.items()):
        return alias(scheme, value)
    return alias("name", ref.name or "")


class Index:
    """Aliases of accounts. `rows` are (`scheme:value`, account id), as `store.accounts.index_rows` gives them."""

    def __init__(self, rows: Iterable[tuple[str, int]] = ()) -> None:
        self._ids: dict[str, int] = {}
        for text, account_id in rows:
            self.add(text, account_id)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, text: str, account_id: int) -> None:
        """Add one alias; one that belongs to another account already becomes ambiguous and matches nothing."""
        scheme, found, value = text.partition(":")
        key = alias(scheme, value) if found else alias("name", text)
        if key.endswith(":"):
            return
        self._ids[key] = account_id if self._ids.get(key, account_id) == account_id else _AMBIGUOUS

    def match(self, ref: AccountRef) -> int | None:
        """The account's id, None when no account answers, or two do."""
        ids = {self._ids.get(alias(scheme, value)) for scheme, value in ref.ids.items()} - {None}
        if ids:
            return self._one(ids.pop()) if len(ids) == 1 else None  # ids of two accounts: the source is confused
        if ref.domain and (found := self._ids.get(alias("domain", ref.domain))) is not None:
            return self._one(found)
        return self._one(self._ids.get(alias("name", ref.name))) if ref.name else None

    @staticmethod
    def _one(account_id: int | None) -> int | None:
        return None if account_id == _AMBIGUOUS else account_id
