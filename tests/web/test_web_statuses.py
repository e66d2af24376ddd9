"""What the caller gets for each answer, and what is tried again (daemon.md row 14; plugins.md, decision 6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
import respx

from capteur.clock import from_micros, micros
from capteur.errors import AuthError, CapteurError, NotFound, RateLimited, SourceChanged, TransientError
from capteur.web import ForgetfulMemory

URL = "https://rounds.example/v1"
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "error", "asked"),
    [
        (400, SourceChanged, 1),
        (401, AuthError, 1),
        (403, AuthError, 1),
        (404, NotFound, 1),
        (405, SourceChanged, 1),
        (408, TransientError, 3),
        (410, NotFound, 1),
        (418, SourceChanged, 1),
        (429, RateLimited, 3),
        (451, SourceChanged, 1),
        (500, TransientError, 3),
        (501, TransientError, 1),
        (502, TransientError, 3),
        (503, TransientError, 3),
        (504, TransientError, 3),
        (304, SourceChanged, 1),
        (300, SourceChanged, 1),
    ],
)
async def test_a_status_has_one_meaning(status, error, asked, session, respx_mock):
    route = respx_mock.get(URL).respond(status)
    with pytest.raises(CapteurError) as caught:
        await session.ahttp.get(URL)
    assert type(caught.value) is error
    assert route.call_count == asked
    assert "rounds.example" in str(caught.value)
    assert [seen.status for seen in session.requests] == [status] * asked


@pytest.mark.parametrize("status", [200, 201, 204, 206])
async def test_a_good_status_is_answered(status, session, respx_mock):
    respx_mock.get(URL).respond(status, text="" if status == 204 else "fine")
    answer = await session.ahttp.get(URL)
    assert (answer.status, answer.url, answer.unchanged) == (status, URL, False)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
async def test_an_accepted_status_is_answered_with_its_body_and_not_tried_again(status, session, respx_mock):
    route = respx_mock.get(URL).respond(status, json={"ok": False})
    answer = await session.ahttp.get(URL, accept={status})
    assert (answer.status, answer.json(), route.call_count) == (status, {"ok": False}, 1)


@pytest.mark.parametrize(
    ("secrets", "sent", "fix"),
    [
        ({"api_key": "s3cret-value"}, {"token": "s3cret-value"}, "check api_key, then capteur resume rounds"),
        (
            {"api_key": "s3cret-value"},
            {"headers": {"X-Api-Key": "s3cret-value"}},
            "check api_key, then capteur resume rounds",
        ),
        ({"api_key": "s3cret-value"}, {"params": {"k": "s3cret-value"}}, "check api_key, then capteur resume rounds"),
        ((), {"token": "s3cret-value"}, "check the credential in [sensors.rounds], then capteur resume rounds"),
        ((), {}, "the source wants a credential now; see capteur sensors show rounds"),
    ],
)
async def test_a_refused_credential_names_host_and_option(secrets, sent, fix, make_web, open_unit, respx_mock):
    respx_mock.get(url__startswith=URL).respond(401)
    session = open_unit(await make_web(), secrets=secrets)
    with pytest.raises(AuthError, match=r"401 from rounds\.example") as caught:
        await session.ahttp.get(URL, **sent)
    assert caught.value.fix == fix


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError, httpx.ReadError, httpx.ReadTimeout, httpx.ConnectTimeout, httpx.RemoteProtocolError]
)
async def test_a_network_failure_is_tried_again(failure, session, respx_mock):
    route = respx_mock.get(URL).mock(side_effect=[failure("boom"), httpx.Response(200, json=[])])
    assert await session.ahttp.get_json(URL) == []
    assert route.call_count == 2
    assert [seen.status for seen in session.requests] == [None, 200]


async def test_a_lasting_network_failure_is_transient(session, respx_mock):
    respx_mock.get(URL).mock(side_effect=httpx.ConnectError("boom"))
    with pytest.raises(TransientError, match=r"the exchange with rounds\.example failed \(it cannot be reached\)"):
        await session.ahttp.get(URL)


async def test_a_post_that_may_have_arrived_is_not_sent_twice(session, respx_mock):
    route = respx_mock.post(URL).mock(side_effect=httpx.ReadError("reset"))
    with pytest.raises(TransientError):
        await session.ahttp.post_json(URL, {"q": 1})
    assert route.call_count == 1


async def test_a_post_that_never_left_is_sent_again(session, respx_mock):
    route = respx_mock.post(URL).mock(side_effect=[httpx.ConnectError("refused"), httpx.Response(200, json={"ok": 1})])
    assert await session.ahttp.post_json(URL, {"day": NOW, "n": 1}) == {"ok": 1}
    assert route.calls.last.request.content == b'{"day":"2026-11-20T08:00:00+00:00","n":1}'


RETRY_AFTER = {
    "seconds": ("5", 5.0),
    "none left": ("0", 0.0),
    "a date": (format_datetime(NOW + timedelta(seconds=20), usegmt=True), 20.0),
    "a past date": (format_datetime(NOW - timedelta(hours=1), usegmt=True), 0.0),
    "negative": ("-7", 0.0),
    "a fraction": ("2.5", 2.5),
}


@pytest.mark.parametrize(("header", "waited"), RETRY_AFTER.values(), ids=RETRY_AFTER)
@pytest.mark.parametrize("status", [429, 503])
async def test_a_short_retry_after_is_waited_for_in_place(status, header, waited, session, waits, respx_mock):
    respx_mock.get(URL).mock(
        side_effect=[httpx.Response(status, headers={"Retry-After": header}), httpx.Response(200, text="ok")]
    )
    assert await session.ahttp.get_text(URL) == "ok"
    assert sum(waits) == pytest.approx(waited)


async def test_a_date_is_read_against_the_servers_own_clock(session, waits, respx_mock):
    """A server whose clock is an hour late still asks for ten seconds."""
    late = NOW - timedelta(hours=1)
    headers = {
        "Date": format_datetime(late, usegmt=True),
        "Retry-After": format_datetime(late + timedelta(seconds=10), usegmt=True),
    }
    respx_mock.get(URL).mock(side_effect=[httpx.Response(429, headers=headers), httpx.Response(200)])
    await session.ahttp.get(URL)
    assert sum(waits) == pytest.approx(10)


LONG = {
    "31 seconds": ("31", 31.0),
    "an hour": ("3600", 3600.0),
    "a date": (format_datetime(NOW + timedelta(minutes=10), usegmt=True), 600.0),
    "capped at a day": ("99999999", 86_400.0),
    "a far date": ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
    "endless": ("inf", 86_400.0),
}


@pytest.mark.parametrize(("header", "seconds"), LONG.values(), ids=LONG)
@pytest.mark.parametrize("status", [429, 503])
async def test_a_long_retry_after_ends_the_call(status, header, seconds, session, waits, respx_mock):
    route = respx_mock.get(URL).respond(status, headers={"Retry-After": header})
    with pytest.raises(RateLimited) as caught:
        await session.ahttp.get(URL)
    assert caught.value.retry_after == pytest.approx(seconds)
    assert (route.call_count, waits) == (1, [])


@pytest.mark.parametrize("header", ["soon", "", "nan", "Mon, 99 Foo 2026"])
async def test_a_retry_after_that_says_nothing_is_not_heeded(header, session, waits, respx_mock):
    respx_mock.get(URL).mock(side_effect=[httpx.Response(429, headers={"Retry-After": header}), httpx.Response(200)])
    await session.ahttp.get(URL)
    assert waits == []


async def test_a_host_that_asked_to_wait_is_left_alone_by_everybody(make_web, open_unit, clock, respx_mock):
    """The wait is remembered per host, also by the next run, which does not even ask."""
    memory = ForgetfulMemory()
    route = respx_mock.get(URL).respond(429, headers={"Retry-After": "3600"})
    other = respx_mock.get("https://other.example/").respond(200)
    with pytest.raises(RateLimited):
        await open_unit(await make_web(hosts=memory)).ahttp.get(URL)
    assert from_micros(memory.get("rounds.example") or 0) == NOW + timedelta(hours=1)
    clock.advance(timedelta(minutes=30))
    later = open_unit(await make_web(hosts=memory))
    with pytest.raises(RateLimited) as caught:
        await later.ahttp.get(URL)
    assert caught.value.retry_after == pytest.approx(1800)
    await later.ahttp.get("https://other.example/")
    assert (route.call_count, other.call_count) == (1, 1)


async def test_a_remembered_wait_of_more_than_a_day_is_a_clock_that_jumped(make_web, open_unit, respx_mock):
    """It must not silence a host for ten years."""
    memory = ForgetfulMemory()
    memory.set("rounds.example", micros(NOW + timedelta(days=3650)))
    respx_mock.get(URL).respond(200)
    assert (await open_unit(await make_web(hosts=memory)).ahttp.get(URL)).status == 200


async def test_a_host_that_did_not_say_how_long_is_left_alone_for_a_minute(session, clock, respx_mock):
    route = respx_mock.get(URL).respond(429)
    with pytest.raises(RateLimited) as caught:
        await session.ahttp.get(URL)
    assert caught.value.retry_after is None
    with pytest.raises(RateLimited) as caught:
        await session.ahttp.get(URL)
    assert caught.value.retry_after == pytest.approx(60)
    assert route.call_count == 3
    clock.advance(timedelta(seconds=61))
    route.respond(200)
    assert (await session.ahttp.get(URL)).status == 200


async def test_respx_sees_the_client_and_what_it_says_of_itself(session, respx_mock):
    route = respx_mock.get(URL).respond(json={})
    await session.ahttp.get_json(URL)
    sent = route.calls.last.request.headers
    assert sent["user-agent"].startswith("capteur/")
    assert sent["user-agent"].endswith("(+me@company.example)")
    assert (sent["accept"], sent["accept-encoding"]) == ("application/json", "gzip, deflate")


async def test_params_are_written_as_sources_expect_them(session, respx_mock):
    """Dates in ISO, true and false in small letters, lists repeated, None left out; the query of the URL stays."""
    route = respx_mock.get(url__startswith=URL).respond(200)
    params = {"since": NOW.date(), "at": NOW, "closed": False, "ids": [1, 2], "none": None, "q": "a&b"}
    await session.ahttp.get(f"{URL}?mode=json#top", params=params)
    expected = "mode=json&since=2026-11-20&at=2026-11-20T08%3A00%3A00%2B00%3A00&closed=false&ids=1&ids=2&q=a%26b"
    assert str(route.calls.last.request.url) == f"{URL}?{expected}"


async def test_the_plain_mocker_of_respx_works_as_a_transport(make_web, open_unit):
    router = respx.MockRouter()
    router.get(URL).respond(json=[1])
    web = await make_web(transport=httpx.MockTransport(router.async_handler))
    assert await open_unit(web).ahttp.get_json(URL) == [1]
