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
    inc incorporated corp corporation co company andco andcompany llc llp lllp lp pllc pbc ltd limited plc pty proprietary
    publicltd publiclimited public pvt private pte pteltd unlimited cic
    gmbh ggmbh mbh ag se kg kgaa ohg ug haftungsbeschrankt ughaftungsbeschrankt eg aktiengesellschaft
    gesellschaftmitbeschrankterhaftung
    sa sas sasu sarl eurl snc sca scop societeanonyme saas sau slu sl slne
    spa srl srls sapa scarl scpa bv nv vof cv bvba sprl scrl cvba
    ab abpubl publ aktiebolag oy oyj as asa aps ivs ks ou
    spzoo spzook spj spk sro spolsro akciovaspolecnost kft zrt nyrt bt doo eood ood ooo oao zao pao
    sia uab lda ltda sgps eireli sab sapi sadecv sabdecv sapidecv srldecv sderldecv sderl decv
    kk gk coltd tbk sdn bhd sdnbhd berhad pcl fze fzco fzllc fzc jsc ojsc cjsc pjsc ltdsti anonimsirketi
    ооо оао зао пао ао
"""  # noqa: RUF001  the last line is Cyrillic, as Russian forms are
_FORMS = frozenset(_FORMS_AS_WRITTEN.split())
_FIRST = frozenset({"pt", "ooo", "oao", "zao", "pao", "uab", "sia", "ооо", "оао", "зао", "пао", "ао"})  # noqa: RUF001  Cyrillic
"""Legal forms that may also begin a name."""
_ATTACHED = re.compile(
    "^(?:株式会社|有限会社|合同会社|주식회사)|(?:株式会社|有限会社|合同会社|股份有限公司|有限责任公司|有限公司|주식회사)$"
)
_LONGEST = 7  # words of one form, "S. de R. L. de C. V."
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "\u0131": "i", "ð": "d", "þ": "th", "&": " and "}
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_JOINED = re.compile(
    "['`*!\"\u2018\u2019\u201c\u201d\u201e\u02bc\xb4\xb0\xae\u2122\xa9\xab\xbb]"
)  # within a word: Macy's, E*TRADE, 1KOMMA5°
_SEPARATOR = re.compile(r"[^\w+#]+|_+")
_AMBIGUOUS = -1


@functools.lru_cache(maxsize=65_536)
def normal_name(text: str) -> str:
    """A company's name without case, accents, punctuation, `the` and legal forms; empty only for an empty text.

    >>> normal_name("The Coca-Cola Company"), normal_name("1KOMMA5° GmbH"), normal_name("Acme SE & Co. KG")
    ('coca cola', '1komma5', 'acme')
    >>> normal_name("Limited, Inc.")
    'limited'
    """
    folded = unicodedata.normalize("NFKC", _JOINED.sub("", text)).casefold()
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", folded))).translate(_LETTERS)
    whole = _ATTACHED.sub("", plain.strip()) or plain
    words = _SEPARATOR.sub(" ", _JOINED.sub("", whole)).split()
    return " ".join(_named(words)) or " ".join(plain.split()) or text.strip().casefold()


def _named(words: list[str]) -> list[str]:
    """`words` without `the` and legal forms; never empty when `words` are not."""
    stripped = True
    while stripped:
        stripped = False
        for count in range(min(_LONGEST, len(words) - 1), 0, -1):
            if "".join(words[-count:]) in _FORMS and words[:-count] != ["the"]:
                words, stripped = words[:-count], True
                break
    if len(words) > 1 and words[-1] == "and":  # what "& Co." leaves behind
        words = words[:-1]
    if len(words) > 1 and words[0] in _FIRST:
        words = words[1:]
    return words[1:] if len(words) > 1 and words[0] == "the" else words


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
