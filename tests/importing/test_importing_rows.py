"""A list of accounts: what each row becomes, and which rows are left out with their line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from capteur.errors import InputError
from capteur.importing import ImportFile, read_accounts, read_domains
from capteur.importing.columns import recognise
from capteur_sensors.hiring.vendors import VENDORS

Read = Callable[..., ImportFile]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def of(content: str | bytes, mapping: Mapping[str, str] | None = None, name: str = "accounts.csv") -> ImportFile:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_accounts(file, mapping)

    return of


HUBSPOT = """\
Record ID,Company name,Company Domain Name,Company owner,Lifecycle Stage,Country/Region,Industry,Number of Employees,Website URL,Create Date
"101","Acme, Inc.","acme.com","Ann Lee","opportunity","France","COMPUTER_SOFTWARE","1,200","https://www.acme.com","2026-01-02 10:00"
"102","Bee GmbH","","","lead","","","51-200","http://bee.example/de",""
"103","No Site","","","","","","","",""
"""
SALESFORCE = """\
"Account ID"\t"Account Name"\t"Website"\t"Account Owner"\t"Type"\t"Billing Country"\t"Industry"\t"Employees"
"0015g00000XyZ"\t"Acme, Inc."\t"www.acme.com"\t"Ann Lee"\t"Customer - Direct"\t"USA"\t"Technology"\t"1200"
"0015g00000XyA"\t"Cee"\t"http://cee.example/"\t"Bob"\t"Prospect"\t""\t""\t"0"
"""


def test_a_hubspot_export_is_recognised(read):
    file = read(HUBSPOT)
    acme, bee = file.rows
    assert (acme.line, acme.domain, acme.name, acme.standing) == (2, "acme.com", "Acme, Inc.", None)
    assert acme.aliases == ("crm:101",)
    assert acme.facts == {
        "owner": '"Ann Lee"',
        "lifecycle": '"opportunity"',
        "country": '"France"',
        "industry": '"COMPUTER_SOFTWARE"',
        "employees": "1200",
    }
    assert (bee.domain, bee.facts) == ("bee.example", {"lifecycle": '"lead"', "employees": '"51-200"'})
    assert [(b.line, b.reason) for b in file.bad] == [(4, "no domain for 'No Site'")]
    assert file.ignored == ("Create Date",)
    assert file.columns["Company Domain Name"] == file.columns["Website URL"] == "domain"


def test_a_salesforce_report_is_recognised(read):
    acme, cee = read(SALESFORCE).rows
    assert (acme.domain, acme.name, acme.aliases) == ("acme.com", "Acme, Inc.", ("crm:0015g00000XyZ",))
    assert acme.facts == {
        "owner": '"Ann Lee"',
        "type": '"Customer - Direct"',
        "country": '"USA"',
        "industry": '"Technology"',
        "employees": "1200",
    }
    assert acme.standing is None, "only a column called standing writes vetoes"
    assert cee.facts["employees"] == "0"


def test_one_domain_a_line_needs_no_header(read):
    file = read("acme.com\n\n# our own\nhttps://www.bee.example/x\n  CEE.example  \nd.example")
    assert [(r.line, r.domain) for r in file.rows] == [
        (1, "acme.com"),
        (4, "bee.example"),
        (5, "cee.example"),
        (6, "d.example"),
    ]
    assert not file.bad


def test_two_columns_without_a_header_are_domain_and_name(read):
    assert [(r.domain, r.name) for r in read("Acme,acme.com\nBee,bee.example\n").rows] == [
        ("acme.com", "Acme"),
        ("bee.example", "Bee"),
    ]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Account.Name,Account.Website", "Acme"),
        ("Account.Owner.Name,Account.Website", None),
        ("Contact.Name,Account.Website", None),
        ("crm.name,crm.website", "Acme"),
    ],
)
def test_a_header_that_could_be_a_domain_is_a_header(read, header, name):
    (row,) = read(f"{header}\nAcme,acme.com\n").rows
    assert (row.domain, row.name) == ("acme.com", name)


def test_known_headers_without_a_domain_are_no_list_of_domains(read):
    with pytest.raises(InputError, match="no column holds the domains"):
        read("Account.Name,Account.Site\nAcme,acme.com\n")


@pytest.mark.parametrize(
    "first", ["acme.website", "acme.company", "acme.name", "acme.company,Lever", "lever.example,Lever"]
)
def test_a_domain_that_ends_like_a_header_is_a_domain(read, first):
    assert [row.domain for row in read(f"{first}\nbee.example\n").rows] == [first.partition(",")[0], "bee.example"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_reads(read, delimiter):
    file = read(
        delimiter.join(["domain", "name"]) + "\r\n" + delimiter.join(["acme.com", '"Acme, Inc.; \t|"']) + "\r\n"
    )
    assert file.rows[0].name == "Acme, Inc.; |"


def test_excels_hint_is_understood(read):
    assert read("sep=;\r\ndomain;name\r\nacme.com;A,B\r\n").rows[0].name == "A,B"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_any_usual_encoding_reads(read, codec):
    file = read("domain,name\nacme.com,Société Générale\n".encode(codec))
    assert [(r.domain, r.name) for r in file.rows] == [("acme.com", "Société Générale")]


def test_one_line_in_another_encoding_garbles_no_other(read):
    file = read(
        "domain,name\na.example,Zürich\n".encode() + "b.example,Köln\n".encode("cp1252") + "c.example,東京\n".encode()
    )
    assert [r.name for r in file.rows] == ["Zürich", "Köln", "東京"]


STANDINGS = {
    "competitor": "competitor", "Competitor": "competitor", "customers": "customer", "customer:main": "customer:main", "Customer : Main": "customer:main",
    "Customer - Direct": "customer", " blocked ": "blocked", "partner": "partner", "": "", "-": "", "Prospect": "",
}  # fmt: skip


@pytest.mark.parametrize(("text", "standing"), STANDINGS.items(), ids=[s or "(empty)" for s in STANDINGS])
def test_the_standing_column_says_who_is_not_to_be_called(read, text, standing):
    assert read(f"domain,standing\nacme.com,{text}\n").rows[0].standing == standing


def test_an_unknown_standing_is_told_and_not_guessed(read):
    """A competitor nobody recognised would be called."""
    file = read("domain,standing\nacme.com,foe\nbee.example,former customer\ncee.example,\n")
    assert [(b.line, b.reason.partition(" is none")[0]) for b in file.bad] == [
        (2, "standing 'foe'"),
        (3, "standing 'former customer'"),
    ]
    assert [r.domain for r in file.rows] == ["cee.example"]


def test_other_names_domains_and_ids_become_aliases(read):
    file = read(
        'domain,aliases,id:greenhouse,legal name\nacme.com,"acme.io; greenhouse:other|ACME Ltd;https://www.acme.de/x; acme.com",acmeboard,"People Center, Inc."\n'
    )
    assert set(file.rows[0].aliases) == {
        "domain:acme.io",
        "greenhouse:other",
        "name:ACME Ltd",
        "domain:acme.de",
        "greenhouse:acmeboard",
        "name:People Center, Inc.",
    }


def test_legal_names_are_names_even_when_they_look_like_domains(read):
    row = read("domain,legal_name,trading names\nbooking.com,Booking.com B.V.,Booking.com | Agoda; \n").rows[0]
    assert row.aliases == ("name:Booking.com B.V.", "name:Booking.com", "name:Agoda")


def test_ids_have_columns_of_their_own(read):
    file = read(
        "domain,CIK,greenhouse,Lever site,Lever,id:duns\nacme.com,0001543151,acmeboard,x,Acme,12\nbee.example,,yes,,No,-\n"
    )
    assert [row.aliases for row in file.rows] == [
        ("cik:0001543151", "greenhouse:acmeboard", "lever:Acme", "duns:12"),
        (),
    ]
    assert file.ignored == ("Lever site",)


def test_every_job_board_that_is_read_has_a_column():
    assert {f"id:{name}" for name in VENDORS} <= set(recognise(["domain", *VENDORS], None, "x").found)


def test_an_alias_that_is_everybodys_is_left_out_with_a_note(read):
    """Who writes gmail.com beside a company would give it everybody's signals."""
    file = read("domain,aliases\nacme.com,gmail.com; acme.greenhouse.io; acme.io; domain:10.0.0.1\n")
    assert file.rows[0].aliases == ("domain:acme.io",)
    assert [(note.line, note.reason) for note in file.notes] == [
        (2, "alias left out: gmail.com is a free-mail host: anybody has an address there"),
        (2, "alias left out: acme.greenhouse.io is on a platform where many companies lodge"),
        (2, "alias left out: '10.0.0.1' is an IP address, not a company's domain"),
    ]


def test_a_list_of_nothing_but_comments_is_meant_to_be_empty(tmp_path):
    file = tmp_path / "rivals.txt"
    file.write_text("# nobody; at the moment\n\n")
    assert read_domains(file).rows == ()
    file.write_text("# nobody; at the moment\nrival.com\n")
    assert [(row.line, row.domain) for row in read_domains(file).rows] == [(2, "rival.com")]
    file.write_text("# ours; by hand\ndomain,name\nrival.com,Rival\n")
    assert [(row.line, row.name) for row in read_domains(file).rows] == [(3, "Rival")]
    file.write_text("\n")
    with pytest.raises(InputError, match="is empty"):
        read_domains(file)


def test_columns_can_be_mapped(read):
    file = read(
        "Site,Firm,Token,Type\nacme.com,Acme,t1,Competitor\n",
        {"domain": "site", "name": "FIRM", "id:lever": "Token", "standing": "Type"},
    )
    row = file.rows[0]
    assert (row.domain, row.name, row.aliases, row.standing, row.facts) == (
        "acme.com",
        "Acme",
        ("lever:t1",),
        "competitor",
        {},
    )
    assert file.columns == {"Site": "domain", "Firm": "name", "Token": "id:lever", "Type": "standing"}


def test_a_mapped_column_goes_before_a_recognised_one(read):
    assert read("domain,site\nwrong.example,acme.com\n", {"domain": "site"}).rows[0].domain == "acme.com"


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"domain": "Sitee"}, "there is no column 'Sitee'; did you mean 'Site'?"),
        ({"domian": "Site"}, "--map: unknown name 'domian'; did you mean 'domain'?"),
        ({"name": "Firm"}, "no column holds the domains"),
    ],
)
def test_a_wrong_mapping_names_what_there_is(read, mapping, message):
    with pytest.raises(InputError) as caught:
        read("Site,Firm\nacme.com,Acme\n", mapping)
    assert message in str(caught.value)


def test_the_same_domain_again_is_merged_with_a_note(read):
    file = read(
        "domain,name,owner,standing\nacme.com,Acme,,\nbee.example,Bee,,\nwww.acme.com,ACME Corp,Ann,customer\nacme.com,Acme,Bob,partner\n"
    )
    acme = file.rows[0]
    assert (acme.line, acme.name, acme.standing, acme.facts, acme.aliases) == (
        2,
        "Acme",
        "customer",
        {"owner": '"Ann"'},
        ("name:ACME Corp",),
    )
    assert [n.line for n in file.notes] == [4, 5]
    assert file.notes[0].reason == "acme.com again, merged with line 2"
    assert "partner is left out, customer stays" in file.notes[1].reason


def test_hosts_that_are_no_company_are_told_by_line(read):
    file = read("domain\nacme.com\n10.0.0.1\ngmail.com\nacme.greenhouse.io\nnot a domain\n")
    assert [r.domain for r in file.rows] == ["acme.com"]
    assert [b.line for b in file.bad] == [3, 4, 5, 6]
    for bad, word in zip(file.bad, ("IP address", "free-mail", "platform", "not a domain"), strict=True):
        assert word in bad.reason


def test_the_second_column_of_domains_helps_out(read):
    assert read("domain,website\ngmail.com,https://acme.com\n,bee.example\n").rows[0].domain == "acme.com"


def test_a_header_without_rows_is_no_account_and_no_error(read):
    file = read("domain,name\n")
    assert (file.rows, file.bad) == ((), ())


def test_terminal_codes_do_not_get_in(read):
    row = read("domain,name,owner\nacme.com,A\x1b[2Jb\u202e,O\x07x\n").rows[0]
    assert (row.name, row.facts["owner"]) == ("A [2Jb", '"O x"')
