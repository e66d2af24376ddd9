"""What a title says: pure functions, many languages."""

from __future__ import annotations

import pytest

from capteur_sensors.hiring.titles import Roles, company, is_evergreen, plain, same_company

POOLS = """
Open Application | Open Applications | General Application | General Application - Paris | Spontaneous application (all teams)
Speculative Application | Unsolicited Application | Expression of Interest - Engineering | Expressions of Interest | Talent Pool
Talent Community | Join our Talent Community! | Join Our Talent Network | Future Opportunities | Future Opportunities at Acme
Future Openings: Sales | Evergreen - Account Executive | Account Executive (Evergreen) | Pipeline: Account Executive
Account Executive - Pipeline | Account Executive (Pipeline) | [Pipeline] Solutions Engineer | Talent Pipeline
Don't see your role? Apply here | Don\u2019t see what you\u2019re looking for? | Can't find a role for you? | Create your own job
Register your interest | Candidature spontanée | CANDIDATURE SPONTANÉE - Tous métiers | Candidatures libres | Vivier de talents
Initiativbewerbung (m/w/d) | Blindbewerbung | Spontanbewerbung | Talentpool Vertrieb | Talent-Pool: Engineering
Candidatura espontánea | Solicitud espontánea | Autocandidatura | Bolsa de trabajo | Banco de Talentos | Candidatura espontânea
Candidatura spontanea | Open sollicitatie | Spontanansökan | Öppen ansökan | Åpen søknad | Uopfordret ansøgning | Avoin hakemus
Aplikacja spontaniczna | オープンポジション | カジュアル面談 | 인재풀 등록 | 人才库
"""
JOBS = """
Application Engineer | Application Security Engineer | Open Source Program Manager | Talent Community Manager
Manager, Talent Community | Head of Talent Pools | Pipeline Engineer | Data Pipeline Engineer | Sales Pipeline Manager
Director of Pipeline Generation | Gas Pipeline Inspector | General Manager | General Counsel | Future Leaders Programme Lead
Community Manager | Talent Acquisition Partner | Vice President, Future of Work | Open Application Security Engineer
Talent Pool Coordinator | Anthropic Fellows Program | Chargé de recrutement | Bewerbungsmanager | Interest Rate Trader
Software Engineer, Product (all levels) | Forward Deployed Engineer | Applications Developer | Open Interest Analyst | Evergreen Content Manager
"""


def titles(block):
    return [title.strip() for line in block.strip().splitlines() for title in line.split(" | ")]


@pytest.mark.parametrize("title", titles(POOLS))
def test_a_pool_or_an_open_application_is_no_opening(title):
    assert is_evergreen(title)


@pytest.mark.parametrize("title", titles(JOBS))
def test_a_real_job_with_such_words_in_it_is_an_opening(title):
    assert not is_evergreen(title)


@pytest.mark.parametrize(
    ("pattern", "title"),
    [
        ("revops", "Head of RevOps"),
        ("revops", "REVOPS, EMEA"),
        ("sales operations", "Senior Manager, Sales Operations (EMEA)"),
        ("sales operations", "Sales-Operations Lead"),
        ("sales op*", "Sales Ops Analyst"),
        ("chargé de développement", "CHARGE DE DEVELOPPEMENT H/F"),
        ("chargé de développement", "Chargé(e) de développement"),
        ("chargé de développement", "Chargé·e de développement"),
        ("vertriebsmanager", "Vertriebsmanager*in DACH"),
        ("vertriebsmanager", "Vertriebsmanager:innen"),
        ("c++", "C++ Developer"),
        ("c#", "Senior C# Engineer"),
        ("r&d", "Head of R & D"),
        ("営業", "法人営業マネージャー"),
        ("größe", "Grösse"),
    ],
)
def test_a_role_is_found_whatever_case_accents_and_punctuation(pattern, title):
    assert Roles((pattern,)).wants(title)


@pytest.mark.parametrize(
    ("pattern", "title"),
    [
        ("revops", "DevOps Engineer"),
        ("sales operations", "Operations, Sales"),
        ("sales operations", "Sales Engineer, Operations"),
        ("sales op", "Sales Ops Analyst"),
        ("vp", "MVP Program Lead"),
        ("c++", "C Developer"),
        ("a.c", "abc"),
    ],
)
def test_a_role_matches_whole_words_in_their_order_only(pattern, title):
    assert not Roles((pattern,)).wants(title)


def test_no_roles_want_nothing():
    assert not Roles(()).wants("Head of RevOps")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Acme", "ACME, Inc."),
        ("The Coca-Cola Company", "Coca Cola"),
        ("1KOMMA5° GmbH", "1Komma5°"),
        ("Acme SE & Co. KG", "Acme"),
        ("Société Générale SA", "SOCIETE GENERALE"),
        ("Honeycomb.io", "honeycombio"),
    ],
)
def test_company_names_are_the_same_but_for_case_accents_and_legal_form(one, two):
    assert same_company(one, two)


@pytest.mark.parametrize(("one", "two"), [("Acme", "Acme Robotics"), ("", ""), ("!!!", "???"), ("Acme", "Acmeo")])
def test_different_companies_stay_different_and_nothing_is_not_a_name(one, two):
    assert not same_company(one, two)


def test_a_company_made_of_legal_words_keeps_them():
    assert company("The Company, Inc.") == "thecompanyinc"


def test_plain_keeps_what_belongs_to_a_word():
    assert plain("  C++ / C#, Größe & Co. (m/w/d) ") == "c++ c# grosse co m w d"
