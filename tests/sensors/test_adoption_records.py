"""DNS records as traces: the real records of a large company by hand, and what a naive parser gets wrong."""

from __future__ import annotations

import json

import pytest

from capteur import SkipAccount, TransientError
from capteur_sensors._tools import Trace
from capteur_sensors.adoption import records
from capteur_sensors.adoption.book import Book
from capteur_sensors.adoption.names import MOST_INCLUDES, NameReader
from capteur_sensors.adoption.reading import MOST_TRACES, Read
from capteur_sensors.adoption.resolver import Reply

TOKENS = {
    "Adobe Admin Console", "Apple Business Manager", "Atlassian", "Cursor", "Dell Technologies", "DocuSign", "Dropbox", "Gamma",
    "Google Search Console", "Jamf", "Klaviyo", "LucidLink", "MASV", "Microsoft 365", "Miro", "Notion", "OneTrust", "Parallels",
    "Segment", "Serval", "Shade", "Wiz", "Wrike", "Zoom",
}  # fmt: skip


class Script:
    """A resolver that answers from a dict, and remembers what it was asked."""

    def __init__(self, **told: Reply) -> None:
        self.told: dict[tuple[str, str], Reply] = {}
        self.asked: list[str] = []

    def put(self, name: str, kind: str, *values: str) -> Script:
        self.told[name, kind] = Reply(values)
        return self

    def __call__(self, name: str, kind: str, _seconds: float) -> Reply:
        self.asked.append(f"{name} {kind}")
        return self.told.get((name, kind), Reply())


def texts(read: Read) -> list[str]:
    return [trace.text for trace in read.traces]


@pytest.fixture
def capture(shared_data):
    return json.loads((shared_data / "dns" / "real_dns_records.json").read_text())["nytimes.com"]


def test_the_records_of_nytimes_show_the_tools_that_were_found_by_hand(capture):
    """36 TXT records, 5 mail servers, an SPF record with a macro and one kept by Valimail, a DMARC record."""
    ask = Script().put("nytimes.com", "TXT", *capture["txt"]).put("nytimes.com", "MX", *capture["mx"])
    ask.put("_dmarc.nytimes.com", "TXT", *capture["dmarc"])
    part = NameReader(ask, "nytimes.com").read([])
    sources = {source: read.traces for source, read in part.reads.items()}
    seen = Book().seen(sources, "nytimes.com")
    assert {name for name, sights in seen.items() if any(s.source == "txt" for s in sights)} == TOKENS
    assert {name for name, sights in seen.items() if any(s.source == "spf" for s in sights)} == {
        "Valimail",
        "SparkPost",
        "Amazon SES",
    }
    assert {name for name, sights in seen.items() if any(s.source == "dmarc" for s in sights)} == {"Valimail"}
    assert {name for name, sights in seen.items() if any(s.source == "mx" for s in sights)} == {"Google Workspace"}
    assert len(seen) == len(TOKENS) + 4


def test_of_the_real_tokens_only_the_names_are_kept(capture):
    kept = texts(records.tokens(capture["txt"]))
    assert "docusign=" in kept
    assert "cursor-domain-verification-cbqk6b=" in kept
    assert "ZOOM_verify_ClSSgAI2bqqZQA66rT4Z1x" in kept  # bare: nobody can tell its name from its value
    assert not [text for text in kept if "6a4f88fd" in text or "DdvvVJNHM" in text]
    assert kept.count("docusign=") == 1
    assert len(kept) == 29  # 36, less the SPF record and six repetitions


def test_the_macro_of_the_real_spf_record_is_skipped_and_its_own_include_followed(capture):
    ask = Script().put("nytimes.com", "TXT", *capture["txt"])
    NameReader(ask, "nytimes.com").read([])
    assert [name for name in ask.asked if "vali.email" in name] == ["nytimes.com._nspf.vali.email TXT"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("docusign=6a4f", "docusign="),
        ("Sendinblue-code:faab", "Sendinblue-code:"),
        ("zoom-domain-verification = afd6", "zoom-domain-verification"),
        ("  MS=ms22827202 ", "MS="),
        ("253961548-4297453", "253961548-4297453"),
        ("ann.lee@acme.com owns this", None),  # a person
        ("", None),
        ("=x", "="),
        ("\x1b[31mred", None),
        ("x" * 300, "x" * 64),
    ],
)
def test_a_token_is_cut_where_its_value_begins(text, kept):
    assert records.token(text) == kept


def test_an_spf_record_is_no_token_but_its_lookalike_is():
    assert texts(records.tokens(["v=spf1 -all", "V=SPF1", "v=spf10 x", "v=spf1"])) == ["v="]


@pytest.mark.parametrize(
    ("record", "names"),
    [
        ("v=spf1 include:a.example -all", ["a.example"]),
        ("v=spf1 +include:A.Example. ?include:b.example ~include:c.example", ["a.example", "b.example", "c.example"]),
        ("v=spf1 INCLUDE:a.example redirect=b.example", ["a.example", "b.example"]),
        ("v=spf1 include:%{i}._ip.%{h}.vali.email include:a.example", ["a.example"]),
        ("v=spf1 a mx ip4:192.0.2.1/24 ip6:2001:db8::1 exists:x.example ptr all", []),
        ("v=spf1 include: include:not_a_host include:..x include:-", []),
        ("v=spf1", []),
    ],
)
def test_includes_are_read_whatever_their_qualifier_and_macros_are_skipped(record, names):
    assert list(records.included(record)) == names


def test_what_a_vendors_own_record_includes_is_the_vendors_not_the_accounts():
    """Freshdesk sends by SendGrid; its customer does not."""
    ask = Script().put("acme.com", "TXT", "v=spf1 include:email.freshdesk.com ~all")
    ask.put("email.freshdesk.com", "TXT", "v=spf1 include:sendgrid.net ~all")
    read = NameReader(ask, "acme.com").read([]).reads["spf"]
    assert texts(read) == ["email.freshdesk.com"]
    assert read.whole


def test_the_accounts_own_records_are_followed_wherever_they_are_kept():
    ask = Script().put("acme.com", "TXT", "v=spf1 include:_spf.acme.com redirect=acme.com._nspf.vali.email")
    ask.put("_spf.acme.com", "TXT", "v=spf1 include:_spf2.acme.com include:sendgrid.net")
    ask.put("_spf2.acme.com", "TXT", "other", "v=spf1 include:mailgun.org include:_spf.acme.com")  # a loop
    ask.put("acme.com._nspf.vali.email", "TXT", "v=spf1 include:mail.zendesk.com")
    read = NameReader(ask, "acme.com").read([]).reads["spf"]
    assert texts(read) == ["acme.com._nspf.vali.email", "mail.zendesk.com", "mailgun.org", "sendgrid.net"]
    assert read.whole
    assert sum("_spf" in name and "TXT" in name for name in ask.asked) == 2


def test_a_chain_stops_after_ten_look_ups_and_is_then_not_the_whole_truth():
    ask = Script().put("acme.com", "TXT", "v=spf1 include:s0.acme.com include:sendgrid.net")
    for number in range(20):
        ask.put(f"s{number}.acme.com", "TXT", f"v=spf1 include:s{number + 1}.acme.com")
    read = NameReader(ask, "acme.com").read([]).reads["spf"]
    assert len([name for name in ask.asked if name.startswith("s")]) == MOST_INCLUDES
    assert texts(read) == ["sendgrid.net"]
    assert not read.whole


@pytest.mark.parametrize("broken", [Reply(failure="SERVFAIL"), Reply(missing=True)])
def test_a_link_of_the_chain_without_an_answer_proves_no_absence(broken):
    ask = Script().put("acme.com", "TXT", "v=spf1 include:_spf.acme.com include:sendgrid.net")
    ask.told["_spf.acme.com", "TXT"] = broken
    assert not NameReader(ask, "acme.com").read([]).reads["spf"].whole


def test_reports_go_to_hosts_and_the_person_before_the_at_is_dropped():
    record = (
        "v=DMARC1; p=none; rua=mailto:ann.lee@ag.dmarcian.com!10m, mailto:me@acme.com;ruf=mailto:x@inbox.ondmarc.com"
    )
    assert texts(records.reporters([record, "v=DMARC2; rua=mailto:a@b.example", "spam"], "acme.com")) == [
        "ag.dmarcian.com",
        "inbox.ondmarc.com",
    ]


def test_the_companys_own_hosts_and_the_null_mx_are_no_tools():
    assert texts(records.receivers(["mx.acme.com.", ".", "ASPMX.L.GOOGLE.COM."], "acme.com")) == ["aspmx.l.google.com"]
    assert texts(records.leads_to(["www.acme.com."], "acme.com")) == []


def test_thousands_of_records_are_cut_and_prove_no_absence():
    read = records.tokens([f"t{n}=x" for n in range(5_000)])
    assert len(read.traces) == MOST_TRACES
    assert not read.whole


def test_a_domain_that_does_not_exist_is_asked_about_once():
    ask = Script()
    ask.told["acme.com", "TXT"] = Reply(missing=True)
    part = NameReader(ask, "acme.com").read(["www"])
    assert (part.reads, ask.asked) == ({}, ["acme.com TXT"])
    assert isinstance(part.failure, SkipAccount)


def test_a_silent_resolver_is_given_up_after_two_questions():
    silent = Reply(failure="192.0.2.1 did not answer in time", silent=True)
    asked = []
    part = NameReader(lambda name, kind, _: asked.append(name) or silent, "acme.com").read(["www", "help"])
    assert len(asked) == 2
    assert part.reads == {}
    assert isinstance(part.failure, TransientError)


def test_a_refused_question_leaves_the_others_answered():
    ask = Script().put("acme.com", "MX", "aspmx.l.google.com.")
    ask.told["acme.com", "TXT"] = Reply(failure="SERVFAIL")
    part = NameReader(ask, "acme.com").read(["www"])
    assert set(part.reads) == {"mx", "dmarc", "cname:www"}
    assert "acme.com TXT: SERVFAIL" in str(part.failure)


def test_an_account_takes_no_longer_than_its_time():
    clock = iter([0, 20, 20, 40])  # before and after each question
    asked = []
    part = NameReader(
        lambda name, kind, left: asked.append(left) or Reply(), "acme.com", monotonic=lambda: next(clock)
    ).read(["www"])
    assert asked == [30.0, 10.0]
    assert "took longer" in str(part.failure)


def test_waiting_for_a_turn_does_not_count():
    """With a list of thousands, turns are rare; the account's own time is for its own answers."""
    now = [0.0]

    def turn() -> None:
        now[0] += 60.0

    reader = NameReader(lambda name, kind, _: Reply(), "acme.com", turn=turn, monotonic=lambda: now[0])
    part = reader.read(["www", "help"])
    assert part.failure is None
    assert len(part.reads) == 6


def test_a_trace_is_a_place_and_a_text():
    assert records.tokens(["miro-verification=ee"]).traces == (Trace("txt", "miro-verification="),)
