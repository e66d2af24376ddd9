"""Domains: what a text says, and which domain is the company's."""

# ruff: noqa: RUF001  digits and dots of other scripts are what is tested

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur.domains import account_domain, host_of, is_academic, is_free_mail, is_hosted, registrable
from capteur.errors import InputError

SAME = [
    "acme.com", "ACME.COM", " acme.com ", "acme.com.", "www.acme.com", "https://acme.com", "HTTP://WWW.ACME.COM:8443/a?b#c", "//acme.com/x",
    "acme.com/jobs?mail=a@b.com", "acme.com:8080", "joe@acme.com", "<joe@acme.com>", "mailto:joe@acme.com?subject=x", "@acme.com", "*.acme.com", ".acme.com",
    "https://user:p@ss@acme.com/x", "'acme.com'", "a.b.c.acme.com", "my_shop.acme.com", "ftp://acme.com", "acme。com",
]  # fmt: skip


@pytest.mark.parametrize("text", SAME)
def test_one_domain_in_many_spellings(text):
    assert registrable(text) == "acme.com"


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("jobs.acme.co.uk", "acme.co.uk"),
        ("acme.com.au", "acme.com.au"),
        ("www.acme.gouv.fr", "acme.gouv.fr"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("straße.de", "xn--strae-oqa.de"),
        ("www.例え.jp", "xn--r8jz45g.jp"),
        ("shop.fictional.example", "fictional.example"),
        ("acme.github.io", "github.io"),
    ],
)
def test_the_key_is_the_registrable_domain_in_ascii(text, domain):
    assert registrable(text) == domain


ADDRESSES = [
    "192.168.1.7", "http://10.0.0.1:80/x", "127.1", "0x7f000001", "0x7f.1", "2130706433", "017700000001", "1.2.3.4.", "[::1]", "::1", "http://[2001:db8::1]:80/",
    "fe80::1%eth0", "::ffff:10.0.0.1", "①.0.0.1", "１２７.0.0.1", "127。0。0。1",
]  # fmt: skip


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_ip_address_in_any_notation_is_no_domain(text):
    assert registrable(text) is None
    with pytest.raises(InputError, match="is an IP address"):
        account_domain(text)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "acme", "localhost", "acme.local", "acme.internal", "co.uk", "com", "example", "acme..com", "acme.com..", "-acme.com", "acme-.com",
        "acme .com", "acme\n.com", "a\x00cme.com", "\u200bacme.com", "ac_me.com", "https://", "https:///x", "http://[::1", "https://evil.com\\@acme.com",
        "☃.net", "a" * 64 + ".com", ".".join(["a" * 60] * 5) + ".com", "x" * 5000 + ".com", "Acme, Inc.", "acme.com,", "n/a", "-", "#", "@", "*.",
    ],
)  # fmt: skip
def test_what_is_no_domain_is_none(text):
    assert registrable(text) is None
    with pytest.raises(InputError, match="is not a domain"):
        account_domain(text)


@given(st.text(max_size=300))
def test_no_text_breaks_it(text):
    domain = registrable(text)
    assert domain is None or (domain.isascii() and registrable(domain) == domain)
    assert isinstance(is_hosted(text), bool)
    assert isinstance(is_free_mail(text), bool)


def test_the_host_is_kept_whole():
    assert host_of("https://user:pw@Jobs.Acme.com:444/x") == "jobs.acme.com"
    assert host_of("[2001:DB8::1]") == "2001:db8::1"


@pytest.mark.parametrize(
    "text", ["https://user:c4nary@nowhere/", "user:c4nary@nowhere", "https://c4nary@[::1", "http://u:c4nary@10.0.0.1/"]
)
def test_a_message_shows_no_credentials(text):
    with pytest.raises(InputError) as caught:
        account_domain(text)
    assert "c4nary" not in str(caught.value)


@pytest.mark.parametrize("text", ["gmail.com", "joe@gmail.com", "https://www.hotmail.co.uk", "GMX.DE"])
def test_a_free_mail_host_is_no_account(text):
    assert is_free_mail(text)
    with pytest.raises(InputError, match="free-mail"):
        account_domain(text)


HOSTED = [
    "acme.greenhouse.io", "https://boards.greenhouse.io/acme", "greenhouse.io", "jobs.lever.co/acme", "acme.jobs.personio.de", "acme.myshopify.com",
    "acme.github.io", "acme.wordpress.com", "https://www.linkedin.com/company/acme", "fr.linkedin.com/company/acme", "github.com/acme", "acme.zendesk.com",
    "ats.rippling.com/acme/jobs", "https://x.com/acme", "google.com/maps?q=acme", "medium.com/@acme", "https://bit.ly/abc",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTED)
def test_a_lodger_is_not_its_platform(text):
    assert is_hosted(text)
    with pytest.raises(InputError, match="platform"):
        account_domain(text)


@pytest.mark.parametrize(
    "text",
    [
        "acme.com",
        "gitlab.com",
        "https://www.gitlab.com/",
        "hubspot.com",
        "https://www.hubspot.com/company",
        "careers.zendesk.com",
        "about.gitlab.com",
        "LinkedIn.com",
        "rippling.com",
        "mygreenhouse.io",
        "",
        "10.0.0.1",
    ],
)
def test_a_company_that_lodges_others_is_itself(text):
    """GitLab and HubSpot are accounts like any other: only what lies beneath them is somebody else."""
    assert not is_hosted(text)


@pytest.mark.parametrize(
    "text",
    [
        "mit.edu",
        "cs.ox.ac.uk",
        "uni-bonn.de",
        "www.tu-berlin.de",
        "univ-lyon1.fr",
        "u-bordeaux.fr",
        "sydney.edu.au",
        "universitas.ch",
    ],
)
def test_universities_are_academic(text):
    assert is_academic(text)


@pytest.mark.parametrize(
    "text", ["u-blox.com", "education.com", "hs-sites.com", "uni-president.com.tw", "acme.com", "academy.com"]
)
def test_companies_are_not_academic(text):
    assert not is_academic(text)
