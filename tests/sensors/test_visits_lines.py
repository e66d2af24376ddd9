"""Lines of every dialect are one and the same request; what is no line of an access log is None."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from capteur_sensors.visits.lines import Lines

MOMENT = int(datetime(2026, 3, 2, 10, 15, 30, tzinfo=UTC).timestamp())
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
STAMP = "02/Mar/2026:10:15:30 +0000"
COMMON = f'192.0.2.7 - - [{STAMP}] "GET /pricing?plan=team HTTP/1.1" 200 5123'
COMBINED = f'{COMMON} "https://search.example/?q=x" "{AGENT}"'
CADDY = {
    "level": "info",
    "ts": MOMENT + 0.25,
    "logger": "http.log.access",
    "request": {
        "remote_ip": "10.0.0.1",
        "client_ip": "192.0.2.7",
        "method": "GET",
        "host": "acme.example",
        "uri": "/pricing?plan=team",
        "headers": {"User-Agent": [AGENT]},
    },
    "status": 200,
}
TRAEFIK = {
    "ClientHost": "192.0.2.7",
    "ClientUsername": "-",
    "DownstreamStatus": 200,
    "RequestHost": "acme.example",
    "RequestMethod": "GET",
    "RequestPath": "/pricing?plan=team",
    "StartUTC": "2026-03-02T10:15:30.123456789Z",
    "request_User-Agent": AGENT,
}
CLOUDFLARE = {
    "ClientIP": "192.0.2.7",
    "ClientRequestHost": "acme.example",
    "ClientRequestMethod": "GET",
    "ClientRequestURI": "/pricing?plan=team",
    "ClientRequestUserAgent": AGENT,
    "EdgeStartTimestamp": MOMENT * 10**9,
    "EdgeResponseStatus": 200,
}
NGINX = {
    "time_local": STAMP,
    "remote_addr": "192.0.2.7",
    "remote_user": "",
    "request": "GET /pricing?plan=team HTTP/1.1",
    "status": "200",
    "http_user_agent": AGENT,
    "host": "acme.example",
}
W3C = "date time s-ip cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent) sc-status cs-host"
W3C_LINE = f"2026-03-02 10:15:30 10.0.0.1 GET /pricing plan=team - 192.0.2.7 {AGENT.replace(' ', '+')} 200 acme.example"


def _read(line: str | dict, **how):
    return Lines(**how).read((json.dumps(line) if isinstance(line, dict) else line).encode())


@pytest.mark.parametrize(
    ("line", "host"),
    [
        pytest.param(COMBINED, None, id="combined"),
        pytest.param(f'{COMBINED} "-"', None, id="combined with a field more"),
        pytest.param(f"acme.example:443 {COMBINED}", b"acme.example", id="vhost and port first"),
        pytest.param(f"acme.example {COMBINED}", b"acme.example", id="vhost first"),
        pytest.param(f"<190>Mar  2 10:15:31 web1 nginx: {COMBINED}", None, id="behind syslog's prefix"),
        pytest.param(CADDY, b"acme.example", id="caddy"),
        pytest.param("caddy  | " + json.dumps(CADDY), b"acme.example", id="behind docker's prefix"),
        pytest.param(f"web-1  | {COMBINED}", None, id="combined behind docker's prefix"),
        pytest.param(f"2026-03-02T10:15:30.5Z stdout F {COMBINED}", None, id="behind kubernetes' prefix"),
        pytest.param({"log": COMBINED + "\n", "stream": "stdout", "time": "2026-03-02T10:15:31Z"}, None, id="in docker's own log"),
        pytest.param({"log": json.dumps(CADDY) + "\n", "stream": "stdout", "time": "x"}, b"acme.example", id="caddy in docker's own log"),
        pytest.param(TRAEFIK, b"acme.example", id="traefik"),
        pytest.param(CLOUDFLARE, b"acme.example", id="cloudflare"),
        pytest.param({**CLOUDFLARE, "EdgeStartTimestamp": "2026-03-02T10:15:30Z"}, b"acme.example", id="cloudflare, RFC 3339"),
        pytest.param(NGINX, b"acme.example", id="nginx json, status as text"),
        pytest.param(
            {**NGINX, "request": None, "request_method": "GET", "request_uri": "/pricing?plan=team", "time_local": None, "msec": f"{MOMENT}.321"},
            b"acme.example",
            id="nginx json, parts of the request",
        ),
        pytest.param(
            f"Mar  2 11:15:31 lb haproxy[7]: 192.0.2.7:53332 [02/Mar/2026:10:15:30.143] front~ back/web 0/0/7/57/87 200 11394 - - ---- 2/1/0/0/0 0/0 "
            f'{{{AGENT}}} {{}} "GET /pricing?plan=team HTTP/1.1"',
            None,
            id="haproxy with a captured agent",
        ),
    ],
)  # fmt: skip
def test_every_dialect_says_the_same(line, host):
    """One request, however it was written down."""
    hit = _read(line)
    assert hit is not None
    assert (hit.address, hit.moment, hit.method, hit.target) == (b"192.0.2.7", MOMENT, b"GET", b"/pricing?plan=team")
    assert (hit.status, hit.agent, hit.host, hit.user) == (b"200", AGENT.encode(), host, b"")


def test_w3c_lines_are_read_by_their_directive():
    """IIS writes a space of an agent as +, and its times are UTC; the directive is kept for the next run."""
    parser = Lines()
    assert parser.read(W3C_LINE.encode()) is None
    parser.directive(f"#Fields: {W3C}".encode())
    for lines in (parser, Lines(fields=parser.fields.names)):
        hit = lines.read(W3C_LINE.encode())
        assert hit is not None
        assert (hit.address, hit.moment, hit.target, hit.agent) == (
            b"192.0.2.7",
            MOMENT,
            b"/pricing?plan=team",
            AGENT.encode(),
        )
        assert lines.read(W3C_LINE.encode() + b" more") is None


def test_cloudfront_is_w3c_with_percents():
    """Its words are apart by tabs, and its agents are encoded twice."""
    names = "date time c-ip cs-method cs(Host) cs-uri-stem sc-status cs(User-Agent) cs-uri-query"
    agent = AGENT.replace(" ", "%2520")
    row = f"2026-03-02\t10:15:30\t192.0.2.7\tGET\td1.example.net\t/pricing\t200\t{agent}\tplan=team"
    hit = Lines(fields=names).read(row.encode())
    assert hit is not None
    assert (hit.moment, hit.host, hit.target, hit.agent) == (
        MOMENT,
        b"d1.example.net",
        b"/pricing?plan=team",
        AGENT.encode(),
    )


def test_common_has_no_agent():
    hit = _read(COMMON)
    assert hit is not None
    assert hit.agent == b"-"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "not a line of a log",
        '192.168.202.254 [20/Jul/2009:22:59:29 +0000] "GET /a HTTP/1.0" 404 46210 "-" "gPXE/0.9.7"',
        COMMON.replace("Mar", "Mrz"),
        COMMON.replace("02/Mar", "31/Feb"),
        COMMON.replace(":15:30", ":xx:30"),
        '{"level":"info","ts":1761019822.3,"msg":"server running"}',
        '{"ClientIP": "192.0.2.7"',
        "[1, 2]",
        '{"log": "nothing", "stream": "stdout"}',
        '{"log": "{\\"log\\": \\"x\\"}", "stream": "stdout"}',
        "[" * 100_000,
        '{"remote_addr": {"a": 1}, "uri": 7, "time": []}',
        '{"remote_addr": "192.0.2.7", "uri": "/", "time": 1e400}',
        '{"remote_addr": "192.0.2.7", "uri": "/", "time": "yesterday"}',
        "\x16\x03\x01\x02\x00\x01",
    ],
)  # fmt: skip
def test_what_is_no_line_is_none(line):
    """Damaged and foreign lines raise nothing."""
    assert _read(line) is None


def test_a_quote_in_an_agent_ends_nothing():
    hit = _read(COMBINED.replace("X11", r"X11; \"quoted\""))
    assert hit is not None
    assert b'X11; "quoted"' in hit.agent


def test_bytes_that_are_no_text_are_kept_as_they_are():
    hit = Lines().read(COMBINED.encode().replace(b"/pricing", b"/pr\xffcing"))
    assert hit is not None
    assert hit.target == b"/pr\xffcing?plan=team"


def test_an_offset_is_taken_off():
    """+0330 is three and a half hours ahead of UTC; half hours are no error."""
    hit, other = _read(COMBINED.replace("+0000", "+0330")), _read(COMBINED.replace("+0000", "-0800"))
    assert hit is not None
    assert other is not None
    assert (hit.moment, other.moment) == (MOMENT - 12_600, MOMENT + 28_800)


def test_a_stamp_without_an_offset_is_in_the_zone_of_the_option():
    line = COMBINED.replace(" +0000", "")
    utc, paris = _read(line), _read(line, zone=ZoneInfo("Europe/Paris"))
    assert utc is not None
    assert paris is not None
    assert (utc.moment, paris.moment) == (MOMENT, MOMENT - 3600)


@pytest.mark.parametrize(
    "line",
    [
        {**CADDY, "request": {**CADDY["request"], "headers": {"User-Agent": [AGENT], "Sec-Gpc": ["1"]}}},
        {**CADDY, "request": {**CADDY["request"], "headers": {"User-Agent": [AGENT], "Dnt": ["1"]}}},
        {**NGINX, "http_dnt": "1"},
        {**TRAEFIK, "request_Sec-Gpc": "1"},
    ],
)
def test_who_asks_not_to_be_tracked_is_marked(line):
    hit = _read(line)
    assert hit is not None
    assert hit.declined
    assert not _read(CADDY).declined  # type: ignore[union-attr]


CAPTURES = {
    "apache_combined_10k.log": (10_000, 0),
    "lnav/logfile_bad_access_log.0": (2, 1),
    "lnav/logfile_caddy_log.0": (4, 35),
    "lnav/logfile_haproxy.0": (13, 4),
    "lnav/logfile_w3c_big.0": (210, 0),
    "lnav/logfile_shop_access_log.0": (1000, 0),
    "lnav/logfile_caddy_log.1": (4, 0),
    "lnav/logfile_cloudflare.1": (15, 0),
    "lnav/logfile_cloudflare.json": (1, 0),
    "lnav/logfile_syslog_with_access_log.0": (0, 5),
}


@pytest.mark.parametrize("name", CAPTURES)
def test_real_captures_are_read(name, shared_data):
    """How many lines of each are requests, and how many are not, counted by hand where there are few."""
    parser, seen = Lines(), Counter()
    for line in (shared_data / "accesslog" / name).read_bytes().split(b"\n"):
        if line.startswith(b"#"):
            parser.directive(line)
        elif line:
            seen[parser.read(line) is not None] += 1
    assert (seen[True], seen[False]) == CAPTURES[name]
