"""Names: which spellings are one company, and which are not."""

# ruff: noqa: RUF001  names in other scripts and with typographic marks are what is tested

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur.matching import normal_name, other_names

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
    "Acme, Inc.,": "acme",
    "Company & Co": "company",
    "The Company": "company",
    "Coca-Cola Company, The": "coca cola",
    "Kroger Co (The)": "kroger",
    "The Co-operative Bank p.l.c.": "cooperative bank",
    "Midcounties Co-op Ltd": "midcounties coop",
    "Acme GmbH Deutschland": "acme deutschland",
    "Acme Deutschland GmbH": "acme deutschland",
    "Acme (UK) Ltd": "acme uk",
    "Acme Ltd (UK)": "acme uk",
    "Acme Co. U.S.A.": "acme usa",
    "SAS France": "sas france",
    "Acme Inc. (DE)": "acme",
    "Acme, Inc. (Delaware)": "acme",
    "Acme GmbH (DE)": "acme gmbh de",
    "BANK OF MONTREAL /CAN/": "bank of montreal",
    "AC/DC": "ac dc",
    "Aluminum Company of America": "aluminum company of america",
    "J.P. Morgan": "jp morgan",
    "A. P. Moller - Maersk A/S": "ap moller maersk",
    "C.T.I. S.A.": "cti",
    "RoboGroup T.E.K. Ltd.": "robogroup tek",
    "ROBOGROUP T E K LTD": "robogroup t e k",
    "E.ON AG": "e on",
    "Web 2.0 Ltd": "web 2 0",
    "Turnverein Acme e.V.": "turnverein acme",
    "Acme EV": "acme ev",
    "Citibank, N.A.": "citibank",
    "Acme P.C.": "acme",
    "Acme Limited Liability Company": "acme",
    "Acme Limited Partnership": "acme",
    "Acme, Inc. and Subsidiaries": "acme",
    "Lazard Frères & Cie": "lazard freres",
    "YPF Sociedad Anonima": "ypf",
    "People Center, Inc. d/b/a Rippling": "people center",
    "Acme LLC (formerly known as Zeta Inc)": "acme",
    "Zeta, f.k.a. Acme": "zeta",
    "DBA Networks": "dba networks",
    "a.k.a. Brands Holding Corp.": "aka brands holding",
    "㈱リコー": "リコー",
    "リコー（株）": "リコー",
    "삼성전자(주)": "삼성전자",
    "上海阿克米有限公司": "上海阿克米",
    "ПАО Сбербанк": "сбербанк",
    "АО «Тинькофф Банк»": "тинькофф банк",
    "ТОВ Нова Пошта": "нова пошта",
    "Acme ООД": "acme",
    "Acme Α.Ε.": "acme",
    "Acme בע״מ": "acme",
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
        ("Acme France SAS", "Acme Deutschland GmbH"),
        ("Acme Ltd (UK)", "Acme Ltd"),
        ("Volvo Cars", "Volvo"),
        ("S.A.P. Group", "Group"),
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


ENDINGS_AS_WRITTEN = (
    "inc|ltd|corp|corporation|plc|ag|s a|n v|s p a|ab|oyj|oy|asa|a s|as|co|llc|gmbh|b v|sas|s c a|ojsc|ltda|pty ltd|co ltd|corp ltd"
    "|co inc|company ltd|corporation ltd|corp plc|corp n v|co s a|public co ltd|s a de c v|s de r l de c v|s de r l|sgps s a"
    "|aktiengesellschaft|sp z o o|spol s r o|s a i c|sacif"
)
ENDINGS = ENDINGS_AS_WRITTEN.split("|")
"""Everything that ends a captured name and is none of it, read off the file by hand."""
BY_HAND = {
    "A.O. Tatneft": "ao tatneft",
    "City Telecom (H.K.) Ltd.": "city telecom hk",
    "Corimon C.A.": "corimon ca",
    "Empresa Nacional de Electricidad S.A. - Endesa": "empresa nacional de electricidad sa endesa",
    "Espirito Santo Centrais Eletricas S.A. - Escelsa": "espirito santo centrais eletricas sa escelsa",
    "Hellenic Telecommunications Organization S.A. - OTE": "hellenic telecommunications organization sa ote",
    "I.I.S. Intelligent Information Systems Ltd.": "iis intelligent information systems",
    "Linea Aerea Nacional Chile S.A.- LanChile": "linea aerea nacional chile sa lanchile",
    "Mercury Partners & Co. Inc.": "mercury partners",
    "Mind C.T.I. Ltd.": "mind cti",
    "Mitsui & Company Ltd.": "mitsui",
    "P.T. Indonesian Satellite Corp. Tbk": "indonesian satellite",
    "P.T. Polytama Propindo Tbk": "polytama propindo",
    "P.T. Telekomunikasi Indonesia Tbk": "telekomunikasi indonesia",
    "P.T. Tri Polyta Indonesia Tbk": "tri polyta indonesia",
    "Petroleo Brasileiro S.A. - Petrobras": "petroleo brasileiro sa petrobras",
    "RoboGroup T.E.K. Ltd.": "robogroup tek",
    "T.V.G. Technologies Ltd.": "tvg technologies",
    "Telecomunicaios de Sao Paulo S.A. - Telesp": "telecomunicaios de sao paulo sa telesp",
    "W.P. Stewart & Co. Ltd.": "wp stewart",
}


def test_every_captured_name_loses_its_legal_form_and_nothing_else(shared_data):
    """1,320 names: all but twenty are what is written, lower case, without one of the endings; those twenty stand above."""
    lines = (shared_data / "identity" / "cleanco_companies.csv").read_text(encoding="utf-8").splitlines()
    names = [line.rpartition(";")[0] for line in lines]
    assert {name: normal_name(name) for name in names if name in BY_HAND} == BY_HAND
    for name in names:
        written = re.sub(r"[\'*]", "", name.lower()).replace("č", "c").replace("&", " and ")
        written = " ".join(re.sub(r"[^a-z0-9]+", " ", written).split())
        shortest = min((written.removesuffix(f" {ending}") for ending in ENDINGS), key=len)
        assert name in BY_HAND or normal_name(name) == shortest, name


def test_trading_and_former_names_are_told_apart_from_the_name():
    """Who trades as McDonald's need not be McDonald's: such a name proposes an account, and attaches to none."""
    assert other_names("People Center, Inc. d/b/a Rippling") == ["rippling"]
    assert other_names("Acme LLC (formerly known as Zeta Inc), aka Beta") == ["zeta", "beta"]
    assert other_names("Acme LLC") == []
