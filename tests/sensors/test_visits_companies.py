"""Whose network an address is in: a company's, or one in which anybody may be. All test databases of MaxMind, damaged ones too."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import maxminddb
import pytest

from capteur import ConfigError, TransientError
from capteur_sensors.visits.companies import Companies, Found
from capteur_sensors.visits.networks import load

ACME = Found("company", "acme.com")
IPV6 = "2001:4860:4860::8888"


def _judge(*records, **how):
    with Companies(**how) as companies:
        return companies.judge(records)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param([{"domain": "acme.com"}], ACME, id="MaxMind Domain"),
        pytest.param([{"domain": "ACME.com"}], ACME, id="in capitals"),
        pytest.param([{"domain": "t-ipconnect.de"}], Found("carrier"), id="Domain: a provider's"),
        pytest.param([{"domain": "smallwifi.example"}], Found("carrier"), id="Domain: a provider's by its words"),
        pytest.param([{"domain": "gmail.com"}], Found("carrier"), id="Domain: free mail"),
        pytest.param([{"domain": "in-addr.arpa"}], Found("unknown"), id="Domain: no company's"),
        pytest.param([{"domain": "acme.com"}, {"connection_type": "Corporate"}], ACME, id="with Connection-Type"),
        pytest.param([{"domain": "acme.com"}, {"connection_type": "Cable/DSL"}], Found("carrier"), id="at somebody's home"),
        pytest.param([{"domain": "acme.com"}, {"connection_type": "Cellular"}], Found("carrier"), id="on a phone"),
        pytest.param([{"domain": "acme.com"}, {"is_anonymous": True, "is_anonymous_vpn": True}], Found("anonymous"), id="with Anonymous-IP: a VPN"),
        pytest.param([{"domain": "acme.com"}, {"is_anonymous": True, "is_hosting_provider": True}], Found("anonymous"), id="with Anonymous-IP: a host"),
        pytest.param([{"domain": "acme.com"}, {}], ACME, id="with Anonymous-IP: nothing known"),
        pytest.param([{"traits": {"domain": "acme.com", "isp": "Level 3", "organization": "Acme Corp", "user_type": "business", "connection_type": "Cable/DSL"}}],
                     ACME, id="Enterprise: a company at a provider's"),
        pytest.param([{"traits": {"domain": "bredband2.com", "isp": "Bredband2 AB", "organization": "Bevtec", "user_type": "government"}}],
                     Found("carrier"), id="Enterprise: the domain is the provider's"),
        pytest.param([{"traits": {"domain": "nordisp.example", "isp": "NordIsp AB", "organization": "Bevtec", "user_type": "business"}}],
                     Found("carrier"), id="Enterprise: the domain is that of an unlisted provider"),
        pytest.param([{"traits": {"domain": "health.mil", "isp": "US Air Force", "user_type": "military"}}], Found("company", "health.mil"), id="Enterprise: an army"),
        *(pytest.param([{"traits": {"domain": "acme.com", "user_type": kind}}], Found("carrier"), id=f"Enterprise: {kind}")
          for kind in ("residential", "cellular", "hosting", "content_delivery_network", "search_engine_spider", "traveler", "cafe", "router", "consumer_privacy_network")),
        pytest.param([{"isp": "Acme Corp", "organization": "Acme Corp", "autonomous_system_number": 64500}], Found("unknown"), id="ISP: a company, no domain"),
        pytest.param([{"autonomous_system_number": 1221, "autonomous_system_organization": "Telstra Pty Ltd"}], Found("carrier"), id="ASN: a provider"),
        pytest.param([{"autonomous_system_number": 7018}], Found("carrier"), id="ASN: a provider by its number"),
        pytest.param([{"autonomous_system_number": 3209, "autonomous_system_organization": "x"}, {"domain": "acme.com"}], Found("carrier"), id="ASN and Domain"),
        pytest.param([{"asn": {"asn": "AS64500", "name": "Acme", "domain": "acme.com", "type": "business"},
                       "company": {"name": "Acme", "domain": "acme.com", "type": "business"}, "privacy": {"vpn": False, "hosting": False}}], ACME, id="IPinfo: nested"),
        pytest.param([{"asn": {"name": "Big Net", "domain": "bignet.example", "type": "isp"}, "company": {"name": "Acme", "domain": "acme.com", "type": "business"}}],
                     ACME, id="IPinfo: a company at a provider's"),
        pytest.param([{"company": {"name": "Some ISP", "domain": "some.example", "type": "isp"}}], Found("carrier"), id="IPinfo: a provider"),
        pytest.param([{"company": {"domain": "acme.com", "type": "business"}, "privacy": {"vpn": "true"}}], Found("anonymous"), id="IPinfo: a VPN, said in words"),
        pytest.param([{"name": "Acme", "domain": "acme.com", "type": "education", "asn": "AS64500", "as_name": "Acme", "as_domain": "acme.com"}], ACME, id="IPinfo: flat"),
        pytest.param([{"asn": "AS3320", "as_name": "Deutsche Telekom AG", "as_domain": "telekom.de"}], Found("carrier"), id="IPinfo Lite: a provider"),
        pytest.param([{"asn": "AS64500", "as_name": "Acme Corp", "as_domain": "acme.com"}], Found("unknown"), id="IPinfo Lite: who can tell"),
        pytest.param([{"asn": "AS64500", "as_name": "Acme Corp", "as_domain": "acme.com"}, {"domain": "acme.com"}], ACME, id="IPinfo Lite and Domain"),
        pytest.param([{"asn": "AS64500", "as_name": "Acme Corp", "as_domain": "acme.com"}, {"connection_type": "Corporate"}], ACME, id="IPinfo Lite and Connection-Type"),
        pytest.param([{"asn": "AS64500", "as_name": "Acme Corp", "as_domain": "acme.com"}, {"traits": {"user_type": "business"}}], ACME, id="IPinfo Lite and Enterprise"),
        pytest.param([{"asn": "AS64500", "as_name": "Acme Corp", "as_domain": "acme.com", "as_type": "business"}], ACME, id="IPinfo Core: a company"),
        pytest.param([{"asn": "AS64500", "as_name": "Acme Corp", "as_domain": "acme.com", "as_type": "hosting"}], Found("carrier"), id="IPinfo Core: a host"),
        pytest.param([{"asn": "AS16509", "name": "Amazon.com, Inc.", "domain": "amazon.com", "type": "hosting"}], Found("carrier"), id="IPinfo ASN: a cloud"),
        pytest.param([{"country": {"iso_code": "DE"}}], Found("unknown"), id="City"),
        pytest.param([], Found("unknown"), id="nothing"),
        pytest.param([{"domain": 7, "isp": None, "traits": {"domain": ["x"]}, "autonomous_system_number": "x"}], Found("unknown"), id="nonsense"),
    ],
)  # fmt: skip
def test_judgements(records, expected):
    assert _judge(*records) == expected


HOSTS_AND_PROVIDERS = (
    "liquidweb.com", "selectel.ru", "upcloud.com", "kamatera.com", "fly.io", "init7.net", "aa.net.uk", "hyperoptic.com", "teksavvy.com",
    "odido.nl", "altibox.no",
)  # fmt: skip


@pytest.mark.parametrize("domain", HOSTS_AND_PROVIDERS)
def test_the_owner_of_a_system_without_a_type_is_no_company(domain):
    """IPinfo Lite and the free ASN databases name hosts and providers as they name companies; no list has them all."""
    name = domain.partition(".")[0].title()
    lite = {"asn": "AS64500", "as_name": name, "as_domain": domain, "country_code": "DE"}
    assert _judge(lite).why in ("unknown", "carrier")
    assert _judge({"asn": "AS64500", "name": name, "domain": domain}).why in ("unknown", "carrier")


def test_the_users_table_says_whose_a_system_is(table):
    """By its number, or by its name as the database has it."""
    with Companies(table=table) as companies:
        lite = {"asn": "AS64500", "as_name": "Globex", "as_domain": "globex.com"}
        assert companies.judge([lite]).domain == "globex.com"
        assert companies.judge([{**lite, "asn": "AS64501", "as_name": "Soylent Corporation"}]).domain == "soylent.com"


def test_a_name_without_a_domain_is_handed_on_only_when_asked_for():
    """It is matched exactly by core; a provider's never leaves."""
    record = {"autonomous_system_number": 64500, "autonomous_system_organization": "Siemens AG"}
    assert _judge(record) == Found("unknown")
    assert _judge(record, names=True) == Found("company", name="Siemens AG")
    assert _judge({"autonomous_system_organization": "Bouygues Telecom"}, names=True) == Found("carrier")


def test_our_own_people_are_nobody():
    assert _judge({"domain": "acme.com"}, own=["acme.com"]) == Found("unknown")


@pytest.mark.parametrize(
    ("user", "domain"),
    [("jane@acme.com", "acme.com"), ("jane@mail.acme.com", "acme.com"), ("jane@gmail.com", ""), ("jane", ""), ("@", ""), ("jane@10.0.0.1", ""), ("j@own.example", "")],
)  # fmt: skip
def test_people_who_sign_in_are_of_their_mails_domain(user, domain):
    with Companies(own=["own.example"]) as companies:
        assert companies.find_person(user) == domain


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "companies.csv"
    path.write_text(
        "network,domain\n# a comment\n192.0.2.0/24,acme.com\n192.0.2.128/25,initech.com\n2001:db8:7::/48,acme.com\n198.51.100.7,hooli.com\n"
        "10.0.0.0/8,umbrella.com\nAS64500,globex.com\nSoylent Corporation,soylent.com\n",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("address", "domain"),
    [("192.0.2.1", "acme.com"), ("192.0.2.200", "initech.com"), ("2001:db8:7::1", "acme.com"), ("198.51.100.7", "hooli.com"), ("198.51.100.8", ""),
     ("10.1.2.3", "umbrella.com"), ("::ffff:192.0.2.1", "acme.com"), ("not an address", ""), ("", ""), ("127.1", "")],
)  # fmt: skip
def test_the_users_table_is_asked_first(table, address, domain):
    """The narrowest network wins; private ones work too, for a log behind a proxy of one's own."""
    with Companies(table=table) as companies:
        assert companies.find(address).domain == domain


def test_the_table_knows_numbers_and_names(table):
    """A provider's too: the user says so."""
    with Companies(table=table) as companies:
        assert (
            companies.judge(
                [{"autonomous_system_number": 64500, "autonomous_system_organization": "Some Telecom"}]
            ).domain
            == "globex.com"
        )
        assert companies.judge([{"organization": "SOYLENT  corporation"}]).domain == "soylent.com"
        assert companies.judge([{"organization": "Soylent"}]) == Found("unknown")


@pytest.mark.parametrize(
    ("text", "problem"),
    [("192.0.2.0/24", "line 1 has no domain"), ("192.0.2.1/24,acme.com", "line 1.*no network"), ("a,b\n192.0.2.0/24,gmail.com", "line 1"), ("192.0.2.0/99,acme.com", "no network")],
)  # fmt: skip
def test_a_bad_row_of_the_table_is_named(tmp_path, text, problem):
    path = tmp_path / "companies.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=problem):
        Companies(table=path)


def test_a_table_that_is_not_there_is_the_users_to_correct(tmp_path):
    with pytest.raises(ConfigError, match="there is no file"):
        Companies(table=tmp_path / "none.csv")


# the databases

OF_MAXMIND = {
    "1.2.3.4": "maxmind.com",  # Domain
    "65.115.241.1": "",  # qwest.net, a provider
    "71.160.223.1": "",  # verizon.net
    "186.30.236.9": "replaced.com",
    "78.26.70.1": "",  # popwifi.it
    "8.8.8.8": "",
}


@pytest.mark.parametrize("address", OF_MAXMIND)
def test_the_domain_database(shared_data, address):
    with Companies([shared_data / "mmdb" / "GeoIP2-Domain-Test.mmdb"]) as companies:
        assert companies.find(address).domain == OF_MAXMIND[address]


def test_a_vpns_address_is_nobodys(shared_data):
    """1.2.0.0/16 is maxmind.com by the one database and a VPN by the other."""
    names = ("GeoIP2-Domain-Test.mmdb", "GeoIP2-Anonymous-IP-Test.mmdb")
    with Companies([shared_data / "mmdb" / name for name in names]) as companies:
        assert companies.find("1.2.3.4") == Found("anonymous")
    with Companies([shared_data / "mmdb" / names[0]]) as companies:
        assert companies.find("1.2.3.4").domain == "maxmind.com"


ENTERPRISE = {
    "74.209.24.1": "carrier",  # FairPoint, residential
    "89.160.20.113": "carrier",  # a customer of Bredband2, named by Bredband2's domain
    "67.43.156.1": "carrier",  # search_engine_spider
    "214.78.0.1": "company",  # health.mil
    "2001:480:10::1": "company",  # navy.mil
    "214.78.120.1": "carrier",  # Starlink
    "149.101.100.1": "carrier",  # Verizon Wireless
    "214.214.214.220": "carrier",  # hosting
    "1.9.127.107": "unknown",  # a business without a name
}


@pytest.mark.parametrize("address", ENTERPRISE)
def test_the_enterprise_database(shared_data, address):
    with Companies([shared_data / "mmdb" / "GeoIP2-Enterprise-Test.mmdb"]) as companies:
        assert companies.find(address).why == ENTERPRISE[address]


def test_providers_of_the_isp_database_are_known(shared_data):
    """Of its organisations that call themselves a telecom, a provider or a network, none passes for a company."""
    told = json.loads((shared_data / "mmdb" / "source" / "GeoIP2-ISP-Test.json").read_text(encoding="utf-8"))
    names = {row.get("organization", "") for entry in told for row in entry.values()}
    evident = [
        n
        for n in names
        if any(
            w in n.lower()
            for w in ("telecom", "broadband", "wireless", "internet", "network", "hosting", "airtel", "gprs", "at&t")
        )
    ]
    assert len(evident) > 140
    assert [name for name in evident if not load().is_name(name)] == []
    assert not load().is_name("H & M Hennes & Mauritz AB")
    assert not load().is_name("Daimler")


DAMAGED = {"GeoIP2-City-Test-Invalid-Node-Count.mmdb"}


def test_no_database_breaks_a_look_up(shared_data):
    """Every file of the collection is opened and asked for addresses of both kinds, some in the damaged parts."""
    addresses = [
        "1.1.1.1",
        "1.1.1.16",
        "1.1.1.32",
        "2.2.3.1",
        "2.3.3.1",
        "81.2.69.160",
        "8.8.8.8",
        IPV6,
        "2001:218::",
        "::1.1.1.1",
        "2002:101:101::",
    ]
    seen = set()
    for path in sorted((shared_data / "mmdb").glob("*.mmdb")):
        if path.name in DAMAGED:
            with pytest.raises(TransientError, match=f"{path.name}.*damaged"):
                Companies([path])
            continue
        with Companies([path], names=True) as companies:
            seen |= {companies.find(address).why for address in addresses}
    assert seen <= {"company", "carrier", "anonymous", "unknown", "private"}


def test_every_address_of_a_damaged_database_is_unknown_or_right(shared_data):
    """Broken pointers are met by a look-up, counted and survived."""
    path = shared_data / "mmdb" / "MaxMind-DB-test-broken-pointers-24.mmdb"
    with Companies([path]) as companies:
        found = {companies.find(f"1.1.1.{n}").why for n in range(256)}
        assert found == {"unknown"}
        assert companies.faults > 0


def test_ipv6_asked_of_an_ipv4_database_is_unknown(shared_data):
    path = shared_data / "mmdb" / "MaxMind-DB-test-ipv4-24.mmdb"
    with maxminddb.open_database(path) as reader, pytest.raises(ValueError, match="IPv6"):
        reader.get(IPV6)
    with Companies([path]) as companies:
        assert companies.find(IPV6) == Found("unknown")
        assert companies.faults == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"not a database", b"\xab\xcd\xefMaxMind.com", gzip.compress(b"x" * 1000)],
    ids=["empty", "text", "mark alone", "packed"],
)
def test_a_file_that_is_no_database_is_tried_again(tmp_path, content):
    """Half a download, or one that was never unpacked: the next download cures it."""
    path = tmp_path / "x.mmdb"
    path.write_bytes(content)
    with pytest.raises(TransientError, match=r"x\.mmdb"):
        Companies([path])


def test_a_database_that_is_not_there_is_the_users_to_correct(tmp_path):
    with pytest.raises(ConfigError, match="there is no database"):
        Companies([tmp_path / "none.mmdb"])
