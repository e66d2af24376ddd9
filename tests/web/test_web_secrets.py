"""A canary secret travels through every failure and is found nowhere but on the wire (daemon.md row 21)."""

from __future__ import annotations

import json
import logging
import traceback
from urllib.parse import quote, quote_plus

import httpx
import pytest
from pydantic import SecretStr

from capteur.errors import CapteurError, ConfigError
from capteur.web import Redactor, clean, redact

CANARY = "cAnary/+7&9=x y"
URL = "https://rounds.example/v1"
FORMS = (CANARY, quote(CANARY, safe=""), quote_plus(CANARY), quote(CANARY), "cAnary")
WAYS = {
    "token": {"token": SecretStr(CANARY)},
    "plain token": {"token": CANARY},
    "header": {"headers": {"X-Api-Key": SecretStr(CANARY)}},
    "plain header": {"headers": {"X-Api-Key": CANARY}},
    "parameter": {"params": {"api_key": CANARY, "q": 1}},
    "secret parameter": {"params": {"k": SecretStr(CANARY)}},
}


def everything_of(error: BaseException) -> str:
    """All that can be printed of an error, its causes and contexts included."""
    parts, todo, done = [], [error], set()
    while todo:
        one = todo.pop()
        if id(one) in done:
            continue
        done.add(id(one))
        parts += [str(one), repr(one), repr(one.args), repr(vars(one)), *traceback.format_exception(one)]
        todo += [
            e for e in (one.__cause__, one.__context__, getattr(one, "error", None)) if isinstance(e, BaseException)
        ]
    return "\n".join(parts)


def reflecting(request: httpx.Request) -> httpx.Response:
    """An unfriendly source: quotes what it was sent in its body, its headers and its redirects."""
    seen = str(request.url) + request.headers.get("authorization", "") + request.headers.get("x-api-key", "")
    return httpx.Response(
        302,
        headers={
            "Location": f"ftp://x.example/?{request.url.query.decode()}",
            "X-Echo": seen.encode("ascii", "ignore").decode(),
        },
    )


FAILURES = {
    "status 401": httpx.Response(401, text=CANARY),
    "status 404": httpx.Response(404, text=CANARY),
    "status 429": httpx.Response(429),
    "status 500": httpx.Response(500, text=CANARY),
    "status 400": httpx.Response(400, text=CANARY),
    "a reflecting redirect": reflecting,
    "a page": httpx.Response(200, text=f"<html>{CANARY}"),
    "half a document": httpx.Response(200, text='{"token": "' + CANARY),
    "a bad encoding": httpx.Response(200, headers={"Content-Encoding": "x" * 10}, content=CANARY.encode()),
    "no connection": httpx.ConnectError(f"cannot connect to {URL}?api_key={quote(CANARY)}"),
    "a protocol error": httpx.RemoteProtocolError(f"illegal header line: {CANARY}"),
    "an illegal header": httpx.LocalProtocolError(f"Illegal header value b'{CANARY}'"),
    "a timeout": httpx.ReadTimeout(CANARY),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("words", WAYS.values(), ids=WAYS)
async def test_no_error_log_or_record_shows_a_secret(words, failure, make_web, open_unit, respx_mock, caplog):
    """Also a secret nobody declared: it was passed as one, which is enough."""
    caplog.set_level(logging.DEBUG)
    route = respx_mock.get(url__startswith=URL)
    if isinstance(failure, httpx.Response):
        route.mock(return_value=failure)
    else:
        route.mock(side_effect=failure)
    session = open_unit(await make_web())
    with pytest.raises(CapteurError) as caught:
        await session.ahttp.get_json(URL, **words)
    sent = route.calls[0].request if route.calls else None
    assert sent is None or any(form in str(sent.url) + str(sent.headers.raw) for form in FORMS)
    seen = (
        everything_of(caught.value)
        + repr(session.requests)
        + repr(session.learnt)
        + caplog.text
        + repr([vars(r) for r in caplog.records])
    )
    for form in FORMS:
        assert form not in seen


async def test_a_good_answer_shows_no_secret_in_its_url(session, respx_mock):
    respx_mock.get(url__startswith=URL).respond(200, headers={"ETag": '"1"'})
    answer = await session.ahttp.get(URL, params={"api_key": CANARY, "page": 2}, conditional=True)
    assert answer.url == f"{URL}?api_key=[secret]&page=2"
    assert "cAnary" not in repr(answer) + repr(session.requests) + repr(session.learnt)


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO])
async def test_the_libraries_below_log_no_url(level, serve, make_web, open_unit, caplog):
    """Httpx prints whole URLs at INFO, httpcore whole headers at DEBUG: over a real socket, nothing of it appears."""

    async def handler(_server, _head, writer):
        writer.write(f"HTTP/1.1 200 OK\r\nSet-Cookie: sid={CANARY}\r\nContent-Length: 2\r\n\r\n{{}}".encode())

    caplog.set_level(level)
    server = await serve(handler)
    await open_unit(await make_web()).ahttp.get_json(server.base, params={"api_key": CANARY}, token=quote(CANARY))
    assert not [r for r in caplog.records if r.name.startswith(("httpx", "httpcore"))]
    assert "cAnary" not in caplog.text


@pytest.mark.parametrize("token", ["", "   ", "line\nbreak", "ümlaut", "nul\0"])
@pytest.mark.parametrize("how", ["token", "header"])
async def test_a_secret_that_cannot_be_sent_is_a_config_error_without_it(token, how, session):
    words = {"token": SecretStr(token)} if how == "token" else {"headers": {"X-Api-Key": SecretStr(token)}}
    if how == "header" and not token.strip():
        return
    with pytest.raises(ConfigError) as caught:
        await session.ahttp.get(URL, **words)
    assert not token.strip() or token not in everything_of(caught.value)


async def test_a_token_may_end_with_the_newline_of_its_file(session, respx_mock):
    route = respx_mock.get(URL).respond(200)
    await session.ahttp.get(URL, token=SecretStr("t0ken-value\n"))
    assert route.calls.last.request.headers["authorization"] == "Bearer t0ken-value"


@pytest.mark.parametrize("name", ["Host", "Content-Length", "transfer-encoding", "Accept-Encoding"])
async def test_headers_of_the_connection_are_ours(name, session):
    with pytest.raises(ConfigError, match="is set by capteur alone"):
        await session.ahttp.get(URL, headers={name: "x"})


REDACTED = [
    (
        "GET https://u:pw@h.example/x?a=1&api_key=abc&page_token=n2&sort_key=d",
        "GET https://[secret]@h.example/x?a=1&api_key=[secret]&page_token=n2&sort_key=d",
    ),
    ("https://h.example/?access_token=abc#x", "https://h.example/?access_token=[secret]#x"),
    (
        "https://h.example/?key=1&sig=2&keyword=3&monkey=4",
        "https://h.example/?key=[secret]&sig=[secret]&keyword=3&monkey=4",
    ),
    ("Authorization: Bearer abc.def", "Authorization: Bearer [secret]"),
    ("{'authorization': 'Basic dXNlcg=='}", "{'authorization': 'Basic [secret]'}"),
    ("(b'Set-Cookie', b'sid=1')", "(b'Set-Cookie', b'[secret]')"),
    ("sent Bearer abcdefgh.ijk", "sent Bearer [secret]"),
    ("api_key='hunter2'", "api_key='[secret]'"),
    ('{"client_secret": "abcdef"}', '{"client_secret": "[secret]"}'),
    ("my s3cret and s3cret%2Fmore", "my [secret] and [secret]"),
]
UNTOUCHED = [
    "check api_key, then capteur resume rounds",
    "KeyError 'rounds'",
    "unknown option 'apikey'; did you mean 'api_key'?  (capteur.toml, [sensors.rounds])",
    "https://boards.example/v1/boards/acme/jobs?content=true&page=2",
    "dropped signal key greenhouse:acme:123",
    "the token is empty",
]


@pytest.mark.parametrize(("text", "shown"), REDACTED)
def test_what_looks_like_a_credential_is_masked(text, shown):
    assert redact(text, ["s3cret", "s3cret/more"]) == shown


@pytest.mark.parametrize("text", UNTOUCHED)
def test_ordinary_messages_stay_as_they_are(text):
    assert redact(text, ["s3cret"]) == text


@pytest.mark.parametrize("value", ["", "  ", "a", "ab"])
def test_a_value_too_short_to_be_a_secret_does_not_eat_messages(value):
    assert redact("a message about a table", [value]) == "a message about a table"


def test_a_secret_is_found_in_every_form_it_travels_in():
    value = 'quo"te/sl ash\\back'
    for form in (
        value,
        quote(value),
        quote(value, safe=""),
        quote_plus(value),
        repr(value),
        '{"x": "quo\\"te/sl ash\\\\back"}',
    ):
        assert "ash" not in redact(f"<{form}>", [value])


def test_a_structured_event_is_redacted_within():
    event = {
        "event": "s3cret",
        "n": 3,
        "ok": True,
        "none": None,
        "headers": {"Cookie": "sid=1", "x": "y"},
        "urls": ["https://h/?token=abc"],
        "error": ValueError("s3cret"),
    }
    assert Redactor(["s3cret"]).processor(None, "info", event) == {
        "event": "[secret]", "n": 3, "ok": True, "none": None, "headers": {"Cookie": "[secret]", "x": "y"},
        "urls": ["https://h/?token=[secret]"], "error": "[secret]",
    }  # fmt: skip


def test_of_very_many_secrets_the_newest_are_kept():
    redactor = Redactor()
    for n in range(5000):
        redactor.add(f"rotating-secret-{n:05}")
    assert redactor("rotating-secret-04999") == "[secret]"
    assert len(redactor._longest_first) <= 512


def test_a_configured_secret_outlives_whatever_is_met_at_run_time():
    """Given at construction or by the house: a source that hands out a token a page cannot push it out."""
    redactor = Redactor(["the-configured-secret"])
    redactor.add("the-other-secret")
    redactor.add("the-other-secret", configured=True)
    for n in range(600):
        redactor.add(f"rotating-secret-{n:05}")
    assert redactor("the-configured-secret the-other-secret") == "[secret] [secret]"
    assert redactor.certain("the-configured-secret the-other-secret") == "[secret] [secret]"
    assert redactor("rotating-secret-00599 rotating-secret-00000") == "[secret] rotating-secret-00000"


async def test_the_secrets_of_an_instance_outlive_its_tokens_in_the_log_of_the_process(make_web, open_unit):
    web = await make_web()
    session = open_unit(web, secrets={"key": CANARY})
    for n in range(600):
        session.redactor.add(f"rotating-secret-{n:05}")
    assert web.redactor(CANARY) == session.redactor(CANARY) == "[secret]"


def test_control_characters_are_removed():
    """Row 18: a source cannot repaint the terminal or turn text around."""
    assert clean("Acme\x1b[31m \x9b0m\u202eevil\u2066 [/bad]\r\0 Ltd\tfine\n") == "Acme[31m 0mevil [/bad] Ltd\tfine\n"


def test_only_what_is_a_secret_for_certain_leaves_what_is_stored():
    """A guess (a parameter that sounds like one) is masked where it is shown; a short value stays, and so does what looks like one."""
    redactor = Redactor([CANARY])
    redactor.add("acme-corporation", guessed=True)
    redactor.add("emea")
    text = f"acme-corporation emea token=abcdefgh {CANARY} {quote(CANARY)}"
    assert redactor.certain(text) == "acme-corporation emea token=abcdefgh [secret] [secret]"
    assert redactor(text) == "[secret] [secret] token=[secret] [secret] [secret]"
    redactor.add("acme-corporation")
    assert redactor.certain("acme-corporation") == "[secret]", "it was told for certain later"


@pytest.mark.parametrize("secret", [CANARY, 'with "quotes" \\ and slashes', "clé-à-molette", "two\nlines of it"])
def test_a_secret_leaves_json_in_json_too(secret):
    text = json.dumps({"body": json.dumps({"key": secret}), "key": secret})
    assert "[secret]" in (hidden := Redactor([secret]).certain(text))
    assert json.loads(json.loads(hidden)["body"]) == {"key": "[secret]"}


def test_a_text_without_a_secret_is_the_same_text():
    text = "an evidence of nothing"
    assert Redactor([CANARY]).certain(text) is text
    assert not Redactor(["ab", "emea"]).is_certain


def test_of_very_many_secrets_the_guessed_ones_are_dropped_first():
    """Declared ones are the oldest, and must outlive a feed that pages by tokens."""
    redactor = Redactor([CANARY])
    for i in range(2000):
        redactor.add(f"page-token-{i:06}", guessed=True)
    assert redactor(f"{CANARY} page-token-001999") == "[secret] [secret]"
    assert redactor("page-token-000000") == "page-token-000000"
