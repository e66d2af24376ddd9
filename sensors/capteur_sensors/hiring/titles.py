"""What a posting's title says: is it an opening at all, and is it a role the user asked for?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Inclusive spellings, which would hide the word before them: "Développeur(se)", "Chargé·e", "Manager*in", "Berater:innen".
_INCLUSIVE = re.compile(r"(?<=\w)(?:\([^\W\d_]{1,5}\)|·\w{1,5}|[*:_]in(?:nen)?\b)")
_NOT_WORDS = re.compile(r"[^\w+#*]+|_")
_CJK = 0x2E80
"""From here on scripts put no spaces between words."""


def plain(text: str) -> str:
    """`text` in lower case, without accents and punctuation, words parted by one space (`+` and `#` belong to words)."""
    spread = unicodedata.normalize("NFKD", _INCLUSIVE.sub("", text).replace("ß", "ss").replace("ø", "o"))
    bare = unicodedata.normalize("NFC", "".join(c for c in spread if not unicodedata.combining(c)))
    return " ".join(_NOT_WORDS.sub(" ", bare.casefold()).split())


class Roles:
    """The roles a user asked for.

    A pattern is one or more words that must stand in the title next to each other, whole, in this order; case, accents and
    punctuation do not count; a star stands for the rest of a word. `"sales op*"` is in "Sales & Operations Lead", "revops"
    is not in "DevOps". A pattern in a script without spaces may stand anywhere.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._anywhere: list[str] = []
        forms: list[str] = []
        for pattern in patterns:
            text = plain(pattern)
            if any(ord(c) >= _CJK for c in text):
                self._anywhere.append(text)
            elif text.strip("* "):
                forms.append(re.escape(text).replace(r"\*", r"\S*"))
        self._words = re.compile(rf"(?<!\S)(?:{'|'.join(forms)})(?!\S)") if forms else None

    def wants(self, title: str) -> bool:
        """True when the title names one of the roles."""
        text = plain(title).replace("*", "")
        return bool(self._words and self._words.search(text)) or any(part in text for part in self._anywhere)


# A posting that stands for no vacancy. Written over `plain` titles, hence without accents.
_ALWAYS = (
    r"(?:spontaneous|speculative|unsolicited|initiative|prospective) (?:job )?(?:application|applicant|candidate)s?",
    r"(?:general|open) (?:job )?applications?",
    r"general (?:expression of )?interest",
    r"expressions? of interest", r"register (?:your )?interest", r"join (?:our|the) talent \w+",
    r"talent (?:pool|community|network|pipeline|bench|bank)s?", r"talentpool",
    r"(?:future|upcoming) (?:opportunit(?:y|ies)|openings?|roles?|positions?|vacanc(?:y|ies))",
    r"(?:don t|do not|didn t|did not|can t|cannot) (?:see|find) (?:a|the|your|what|any|an)\b.*",
    r"no (?:suitable|matching) (?:role|position|job|vacancy)", r"create your own (?:job|role)",
    r"candidatures? (?:spontanees?|libres?)", r"vivier(?: de)? (?:talents?|candidat\w*)", r"reserve de candidatures?",
    r"(?:initiativ|blind|spontan)bewerbung(?:en)?",
    r"(?:candidatura|solicitud|aplicacion|postulacion) espontanea", r"autocandidatura", r"bolsa de (?:trabajo|empleo|talentos?)",
    r"banco de (?:talentos?|curriculos?|candidatos?)", r"candidatura spontanea",
    r"open sollicitaties?", r"(?:spontan|oppen|apen|aben) ?(?:ansokan|ansokning|soknad|ansogning)", r"uopfordret ansogning",
    r"avoin hakemus", r"aplikacja spontaniczna", r"baza kandydatow",
)  # fmt: skip
# The same words inside a real job: "Talent Community Manager", "Open Application Security Engineer", "Head of Talent Pools".
_JOB_WORD = (
    r"(?:manager|lead|leader|head|director|specialist|partner|coordinator|officer|associate|analyst|engineer\w*|developer|"
    r"development|architect|designer|owner|consultant|recruiter|administrator|representative|executive|scientist|security|"
    r"platform|programming|support|operations|ops)"
)
_EVERGREEN = re.compile(rf"\b(?:{'|'.join(_ALWAYS)})\b(?! {_JOB_WORD}\b)")
_HELD_BY = re.compile(rf"\b{_JOB_WORD} (?:of |for )?(?:the |our )?(?:talent|future)\b")
# Words of other trades ("Data Pipeline Engineer", "Evergreen Content Manager") mark a pool only as a title's own section.
_SECTION = re.compile(r"\s[-\u2013\u2014]\s|[:()\[\]|]")
_ALONE = re.compile(
    r"(?:(?:talent|candidate|hiring) )?(?:pipeline|evergreen)(?: (?:req\w*|post\w*|role|position|job))?"
)
_CJK_POOLS = ("オープンポジション", "カジュアル面談", "人才库", "人才庫", "인재풀", "인재 풀", "상시채용", "상시 채용")


def is_evergreen(title: str) -> bool:
    """True for an open application, a talent pool or another post that stands for no vacancy, in about fifteen languages."""
    for section in map(plain, _SECTION.split(title)):
        if _ALONE.fullmatch(section) or (_EVERGREEN.search(section) and not _HELD_BY.search(section)):
            return True
    return any(pool in title for pool in _CJK_POOLS)


_LEGAL_FORMS = (
    "inc incorporated llc llp ltd limited plc corp corporation company co gmbh mbh ag se kg kgaa ug ohg ev sa sas sasu sarl sprl "
    "srl spa bv nv ab as asa aps oy oyj kk pty pte sro zoo the holding holdings group"
)
_LEGAL = frozenset(_LEGAL_FORMS.split())


def same_company(one: str, two: str) -> bool:
    """True when two company names differ only by case, accents, punctuation and legal form."""
    return bool(company(one)) and company(one) == company(two)


def company_words(name: str) -> list[str]:
    """The words of a company's name, its legal form left out unless nothing else is left."""
    every = plain(name).replace("*", "").split()
    return [word for word in every if word not in _LEGAL] or every


def company(name: str) -> str:
    """A company's name for comparison and for guessing, in one word."""
    return "".join(company_words(name))
