"""Form D documents as they were captured, trimmed and odd ones among them, and what they are signals of."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from capteur import Answer, SourceChanged
from capteur_sensors.funding.indexes import Filing
from capteur_sensors.funding.notice import Notice, read_notice
from capteur_sensors.funding.telling import is_a_raise, money, signal

URL = "https://www.sec.gov/Archives/edgar/data/1544190/000154419023000001/primary_doc.xml"
FILED = date(2023, 1, 31)


def read(content: bytes) -> Notice:
    return read_notice(Answer(200, URL, {}, content))


@pytest.fixture(scope="module")
def captured(shared_data):
    """A captured document by the beginning of its name; of a full submission, the XML inside."""

    def document(name: str) -> bytes:
        [path] = (shared_data / "edgar/formd").glob(f"{name}*")
        content = path.read_bytes()
        return content if path.suffix == ".xml" else content.partition(b"<XML>\n")[2].partition(b"</XML>")[0]

    return document


@pytest.fixture
def shepherd(captured):
    """An amendment by an operating company: 5,725,051 of 8,000,000 dollars sold since 2017."""
    return captured("D_Shepards")


def edit(document: bytes, **parts: str) -> bytes:
    """The document with the text of the named elements replaced."""
    text = document.decode()
    for tag, new in parts.items():
        text, count = re.subn(rf"(<{tag}>)[^<]*(</{tag}>)", rf"\g<1>{new}\g<2>", text, count=1)
        assert count == 1, tag
    return text.encode()


def drop(document: bytes, tag: str) -> bytes:
    """The document without an element."""
    text, count = re.subn(rf"<{tag}>.*?</{tag}>", "", document.decode(), flags=re.DOTALL)
    assert count, tag
    return text.encode()


def test_an_amendment_by_an_operating_company_is_read_whole(shepherd):
    assert shepherd.startswith(b"\n<?xml")
    assert read(shepherd) == Notice(
        cik="1544190",
        name="Shepherd's Finance, LLC",
        live=True,
        fund=False,
        combination=False,
        amendment=True,
        previous="0001544190-19-000002",
        sold=5_725_051,
        offered=8_000_000,
        securities=("equity",),
        first_sale=date(2017, 3, 16),
        industry="Other Banking and Financial Services",
        address={
            "street": "13241 BARTRAM PARK BLVD.", "street2": "SUITE 2401", "city": "JACKSONVILLE", "state": "FL",
            "state_name": "FLORIDA", "zip": "32258",
        },
        former_names=("84 RE Partners, LLC",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "who", "sold", "offered", "industry"),
    [
        ("DA_Investure", "INVESTURE OPPORTUNITY FUND, LP", 561_224_695, None, "Pooled Investment Fund"),
        (
            "D_APFund",
            "AP Fund IV, a series of Inference Technology Partners, LP",
            659_752,
            659_752,
            "Pooled Investment Fund",
        ),
        ("D_VEPF", "VEPF VIII Co-Invest 4-A, L.P.", 0, None, "Pooled Investment Fund"),
        ("D_1685REIT", "1685 38th REIT, L.L.C.", 125_000, 125_000, "REITS and Finance"),
    ],
)
def test_funds_are_read_and_dropped(captured, name, who, sold, offered, industry):
    """The REIT is none by its industry: it sells interests in a pooled fund, and is exempt under section 3(c)(7)."""
    notice = read(captured(name))
    assert (notice.name, notice.sold, notice.offered, notice.industry) == (who, sold, offered, industry)
    assert notice.fund
    assert not is_a_raise(notice)


def test_indefinite_is_no_amount_and_the_first_sale_may_be_twenty_years_old(captured):
    notice = read(captured("DA_Investure"))
    assert b"<totalOfferingAmount>Indefinite<" in captured("DA_Investure")
    assert (notice.offered, notice.first_sale) == (None, date(2004, 4, 1))
    assert notice.previous == "0001398344-18-000523"


def test_none_is_no_former_name(captured):
    assert b"<previousName>None</previousName>" in captured("D_APFund")
    assert read(captured("D_APFund")).former_names == ()
    assert read(captured("D_1685REIT")).former_names == ()
    assert read(captured("DA_Investure")).former_names == ("INVESTURE OPPORTUNITY FUND LP",)


@pytest.mark.parametrize("nothing", ["0000000000", "None", "N/A", ""])
def test_zeros_and_words_for_nothing_are_no_cik(shepherd, nothing):
    notice = read(edit(shepherd, cik=nothing))
    assert notice.cik is None
    made = signal(Filing("D/A", "1544190", "0001544190-23-000001", FILED), notice, None)
    assert made is not None
    assert made.account.ids == {"cik": "1544190"}


@pytest.mark.parametrize("nothing", ["N/A", "none", "021-12345", "../../etc", "0001544190-19"])
def test_what_is_no_accession_number_amends_nothing_we_could_ask_for(shepherd, nothing):
    assert read(edit(shepherd, previousAccessionNumber=nothing)).previous is None


@pytest.mark.parametrize(
    ("text", "dollars"),
    [("5725051", 5_725_051), ("5,725,051", 5_725_051), ("5725051.90", 5_725_051), ("$12", 12), ("Indefinite", None), ("N/A", None),
     ("-5", None), ("1e9", None), ("\u0665", None)],
)  # fmt: skip
def test_amounts_are_whole_dollars_or_nothing(shepherd, text, dollars):
    assert read(edit(shepherd, totalAmountSold=text)).sold == dollars


@pytest.mark.parametrize(
    "part", ["primaryIssuer", "offeringData", "offeringSalesAmounts", "totalAmountSold", "entityName"]
)
def test_a_trimmed_document_is_refused(shepherd, part):
    with pytest.raises(SourceChanged):
        read(drop(shepherd, part))


@pytest.mark.parametrize("part", ["issuerAddress", "industryGroup", "typeOfFiling", "typesOfSecuritiesOffered", "yearOfInc",
                                  "federalExemptionsExclusions", "businessCombinationTransaction", "relatedPersonsList",
                                  "issuerPreviousNameList", "testOrLive"])  # fmt: skip
def test_what_only_adds_detail_may_be_missing(shepherd, part):
    notice = read(drop(shepherd, part))
    assert (notice.name, notice.sold, notice.live, notice.amendment) == (
        "Shepherd's Finance, LLC",
        5_725_051,
        True,
        True,
    )


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><body>xslFormDX01 renders it so</body></html>",
        b"<html><head><meta charset='utf-8'><title>FORM D</title></head></html>",
        b'<?xml version="1.0"?><ownershipDocument><documentType>4</documentType></ownershipDocument>',
        b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY c "&a;&a;">]><edgarSubmission>&c;</edgarSubmission>',
        b"<edgarSubmission>" * 300,
        b"",
        b"\x00\xff",
    ],
)
def test_anything_but_the_document_is_refused(content):
    with pytest.raises(SourceChanged):
        read(content)


def test_half_a_document_is_refused(shepherd):
    with pytest.raises(SourceChanged):
        read(shepherd[: len(shepherd) // 2])


def test_other_forms_in_the_same_shape_are_refused(shepherd):
    with pytest.raises(SourceChanged, match="'C', not D"):
        read(edit(shepherd, submissionType="C"))


def test_a_namespace_changes_nothing(shepherd):
    content = shepherd.replace(b"<edgarSubmission>", b'<edgarSubmission xmlns="http://www.sec.gov/edgar/formd">')
    assert read(content) == read(shepherd)


def test_tests_and_mergers_are_no_raise(shepherd):
    assert is_a_raise(read(shepherd))
    assert not is_a_raise(read(edit(shepherd, testOrLive="TEST")))
    assert not is_a_raise(read(edit(shepherd, isBusinessCombinationTransaction="true")))


FILING = Filing("D/A", "1544190", "0001544190-23-000001", FILED)


def test_an_amendment_tells_what_is_new_since_the_filing_it_amends(shepherd):
    before = read(edit(shepherd, totalAmountSold="4000000", submissionType="D"))
    made = signal(FILING, read(shepherd), before)
    assert made is not None
    assert (made.strength, made.data["amount"], made.data["sold"]) == (1.0, 1_725_051, 5_725_051)
    assert made.summary == "raised $1.7M (Form D/A, equity)"


@pytest.mark.parametrize("sold", ["5725051", "6000000"])
def test_an_amendment_that_adds_nothing_is_no_raise(shepherd, sold):
    assert signal(FILING, read(shepherd), read(edit(shepherd, totalAmountSold=sold))) is None


@pytest.mark.parametrize("before", [None, "Indefinite"])
def test_an_amendment_of_something_unknown_is_weak_and_has_no_amount(shepherd, before):
    earlier = before and read(edit(shepherd, totalAmountSold=before))
    made = signal(FILING, read(shepherd), earlier)
    assert made is not None
    assert (made.strength, made.data["amount"], made.data["sold"]) == (0.3, None, 5_725_051)
    assert "$" not in (made.summary or "")


def test_a_first_notice_tells_what_was_sold_on_the_day_of_filing(shepherd):
    """The first sale is a detail; it does not date the signal."""
    document = edit(shepherd, submissionType="D", isAmendment="false").replace(b"2017-03-16", b"2023-01-17")
    made = signal(Filing("D", "1544190", "0001544190-23-000001", FILED), read(document), None)
    assert made is not None
    assert (made.occurred_at, made.key, made.event) == (FILED, "sec:0001544190-23-000001", None)
    assert (made.strength, made.data["amount"], made.data["first_sale"]) == (1.0, 5_725_051, "2023-01-17")
    assert made.evidence_url == (
        "https://www.sec.gov/Archives/edgar/data/1544190/000154419023000001/0001544190-23-000001-index.htm"
    )
    assert (made.account.name, dict(made.account.ids), made.account.domain) == (
        "Shepherd's Finance, LLC",
        {"cik": "1544190"},
        None,
    )


def test_a_first_notice_years_after_the_first_sale_does_not_say_when_the_money_came(shepherd):
    document = edit(shepherd, submissionType="D", isAmendment="false")
    made = signal(Filing("D", "1544190", "0001544190-23-000001", FILED), read(document), None)
    assert made is not None
    assert (made.strength, made.data["amount"], made.occurred_at) == (0.3, None, FILED)


@pytest.mark.parametrize("amended", [True, False])
def test_an_offering_of_which_nothing_is_sold_yet_is_no_raise(shepherd, amended):
    document = edit(
        shepherd, totalAmountSold="0", isAmendment=str(amended).lower(), submissionType="D/A" if amended else "D"
    )
    assert signal(FILING, read(document), None) is None


def test_amendments_of_one_day_are_one_event(shepherd):
    other = Filing("D/A", "1544190", "0001544190-23-000002", FILED)
    first, second = (signal(f, read(shepherd), None) for f in (FILING, other))
    assert first is not None
    assert second is not None
    assert first.event == second.event == "sec:1544190:amended:2023-01-31"
    assert first.key != second.key


def test_no_person_is_kept(captured, shepherd):
    """Officers, signers and brokers stand in the document; none of them in the signal."""
    document = shepherd.replace(b"</primaryIssuer>", b"</primaryIssuer>" + captured("D_1685REIT").partition(b"</primaryIssuer>")[2].partition(b"<offeringData>")[0])  # fmt: skip
    assert b"<lastName>Belldegrun</lastName>" in document
    made = signal(FILING, read(document), None)
    told = json.dumps([made.summary, made.account.name, dict(made.data or {}), made.person])
    assert not any(name in told for name in ("Belldegrun", "Galiano", "Wallach", "424-313", "752-2688"))


@pytest.mark.parametrize(
    ("dollars", "shown"),
    [
        (950, "$950"),
        (12_500, "$12.5K"),
        (999_999, "$999.9K"),
        (1_000_000, "$1M"),
        (5_725_051, "$5.7M"),
        (1_250_000_000, "$1.2B"),
    ],
)
def test_money_is_cut_and_not_rounded_up(dollars, shown):
    assert money(dollars) == shown
