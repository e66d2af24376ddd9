"""Names: which spellings are one company, and which are not."""

# ruff: noqa: RUF001  names in other scripts and with typographic marks are what is tested

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur.matching import normal_name

CASES = {
    "The Coca-Cola Company": "coca cola",
    "1KOMMA5° GmbH": "1komma5",
    "Acme SE & Co. KG": "acme",
    "Müller GmbH & Co. KGaA": "muller",
    "Alestra, S. de R.L. de C.V.": "alestra",
    "Advance Agro Public Co. Ltd.": "advance agro",
    "AimGlobal Technologies Co. Inc.": "aimglobal technologies",
    "Foo UG (haftungsbeschränkt)": "foo",
    "Foo AB (publ)": "foo",
    "Kowalski Sp. z o.o.": "kowalski",
    "Novák spol. s r.o.": "novak",
    "Arçelik A.Ş.": "arcelik",
    "Petrobras Distribuidora S.A.": "petrobras distribuidora",
    "ABN Amro Holding N.V.": "abn amro holding",
    "Altana Aktiengesellschaft": "altana",
    "A/S Steamship Company Torm": "a s steamship company torm",
    "TDC A/S": "tdc",
    "PT Bank Central Asia Tbk": "bank central asia",
    "ООО «Ромашка»": "ромашка",
    "株式会社リコー": "リコー",
    "トヨタ自動車株式会社": "トヨタ自動車",
    "Macy’s, Inc.": "macys",
    "AT&T Inc.": "at and t",
    "Procter & Gamble": "procter and gamble",
    "Tiffany & Co.": "tiffany",
    "Booking.com B.V.": "booking com",
    "E*TRADE": "etrade",
    "C++ Ltd": "c++",
    "3M Company": "3m",
    "X Corp.": "x",
    "  Acme \t Inc ": "acme",
    "ＡＣＭＥ Ｉｎｃ．": "acme",
    "Østergård ApS": "ostergard",
    "Łódź S.A.": "lodz",
    "STRASSE AG": "strasse",
    "Straße AG": "strasse",
}


@pytest.mark.parametrize(("name", "normal"), CASES.items(), ids=CASES)
def test_a_name_without_its_legal_form(name, normal):
    assert normal_name(name) == normal


@pytest.mark.parametrize(
    "name",
    [
        "Limited",
        "The Limited",
        "The Company",
        "Limited, Inc.",
        "AB",
        "S.A.",
        "Inc",
        "Co.",
        "株式会社",
        "The",
        "!!!",
        "°",
        "& Co",
        "ООО",
    ],
)
def test_a_name_is_never_stripped_to_nothing(name):
    assert normal_name(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Coca-Cola", "The Coca-Cola Company"),
        ("1Komma5", "1KOMMA5° GmbH"),
        ("ACME", "Acme SE & Co. KG"),
        ("Procter and Gamble", "Procter & Gamble Co."),
        ("Nestle SA", "Nestlé S.A."),
        ("McDonald's", "McDonald’s Corporation"),
    ],
)
def test_spellings_of_one_company_are_one(one, other):
    assert normal_name(one) == normal_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ABN Amro Bank N.V.", "ABN Amro Holding N.V."),
        ("Contact Me Inc", "Contact Inc"),
        ("Acme Group", "Acme Holding"),
        ("Acme UK Ltd", "Acme Ltd"),
        ("SAS Institute", "Institute"),
        ("AB InBev", "InBev"),
        ("AS Roma", "Roma"),
        ("C++", "C"),
    ],
)
def test_other_companies_stay_others(one, other):
    assert normal_name(one) != normal_name(other)


@given(st.text(min_size=1))
def test_any_text_has_a_stable_normal_form(text):
    """Normalising twice changes nothing more, and nothing printable is lost entirely."""
    once = normal_name(text)
    assert bool(once) == bool(text.strip())
    assert normal_name(once) == once or len(normal_name(once)) <= len(once)


def test_the_captured_names_keep_apart(shared_data):
    """1,320 names of listed companies: only four pairs fall together.

    Rio Tinto and Unilever are one house each; the two Emcos and Thomsons are not: listed both, such a name matches neither.
    """
    lines = (shared_data / "identity" / "cleanco_companies.csv").read_text(encoding="utf-8").splitlines()
    names = [line.rpartition(";")[0] for line in lines]
    normal = Counter(map(normal_name, names))
    assert len(names) == 1320
    assert all(normal)
    assert {name: count for name, count in normal.items() if count > 1} == {
        "rio tinto": 2,
        "unilever": 2,
        "emco": 2,
        "thomson": 2,
    }


def test_few_captured_names_keep_a_legal_form(shared_data):
    lines = (shared_data / "identity" / "cleanco_companies.csv").read_text(encoding="utf-8").splitlines()
    last = Counter(normal_name(line.rpartition(";")[0]).split()[-1] for line in lines)
    assert not set(last) & {"inc", "ltd", "plc", "corp", "ag", "nv", "sa", "gmbh", "spa", "ab", "oyj", "as"}
