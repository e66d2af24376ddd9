"""Redirects are followed hop by hop, and credentials stay where they belong (daemon.md row 17)."""

from __future__ import annotations

import json

import httpx
import pytest
from pydantic import SecretStr

from capteur.errors import SourceChanged

START = "https://api.rounds.example/v1"


def to(location: str, status: int = 302) -> httpx.Response:
    return httpx.Response(status, headers={"Location": location})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed(status, session, respx_mock):
    respx_mock.get(START).mock(return_value=to("/v2?a=1#part", status))
    respx_mock.get("https://api.rounds.example/v2?a=1").respond(text="moved")
    answer = await session.ahttp.get(START)
    assert (answer.text, answer.url) == ("moved", "https://api.rounds.example/v2?a=1")
    assert [seen.status for seen in session.requests] == [status, 200]


async def test_five_redirects_are_followed_and_six_are_not(session, respx_mock):
    for n in range(7):
        respx_mock.get(f"https://hop.example/{n}").mock(
            return_value=to(f"/{n + 1}") if n < 6 else httpx.Response(200, text="end")
        )
    assert await session.ahttp.get_text("https://hop.example/1") == "end"
    with pytest.raises(SourceChanged, match=r"https://hop\.example/0 redirects more than 5 times"):
        await session.ahttp.get("https://hop.example/0")


async def test_a_redirect_in_circles_ends(session, respx_mock):
    route = respx_mock.get(START).mock(return_value=to(START))
    with pytest.raises(SourceChanged, match="redirects more than 5 times"):
        await session.ahttp.get(START)
    assert route.call_count == 6


CREDENTIALS = {
    "token": SecretStr("t0ken-value"),
    "headers": {"X-Api-Key": SecretStr("k3y-value"), "X-Tenant": "acme", "Cookie": "sid=1", "Accept": "text/plain"},
}
ELSEWHERE = [
    "https://evil.example/", "http://api.rounds.example/v2", "https://rounds.example/", "https://api.rounds.example:8443/",
    "https://api.rounds.example.evil.example/", "//evil.example/x", "https://user:pass@evil.example/",
]  # fmt: skip


@pytest.mark.parametrize("location", ELSEWHERE)
async def test_no_credential_follows_to_another_place(location, session, respx_mock):
    """Another host, another port, or the step from https down to http: only harmless headers go on."""
    respx_mock.get(START).mock(return_value=to(location))
    there = respx_mock.get(url__regex=r".*").respond(text="there")
    await session.ahttp.get(START, **CREDENTIALS)
    sent = there.calls.last.request.headers
    assert "t0ken" not in str(sent.raw) + str(there.calls.last.request.url)
    assert not {"authorization", "x-api-key", "x-tenant", "cookie"} & set(sent)
    assert sent["accept"] == "text/plain"


@pytest.mark.parametrize("location", ["/v2", "https://api.rounds.example/v2", "https://API.rounds.example:443/v2"])
async def test_credentials_follow_within_one_place(location, session, respx_mock):
    respx_mock.get(START).mock(return_value=to(location))
    there = respx_mock.get("https://api.rounds.example/v2").respond(text="there")
    await session.ahttp.get(START, **CREDENTIALS)
    sent = there.calls.last.request.headers
    assert (sent["authorization"], sent["x-api-key"], sent["x-tenant"]) == ("Bearer t0ken-value", "k3y-value", "acme")


async def test_credentials_follow_the_step_up_to_https(session, respx_mock):
    respx_mock.get("http://api.rounds.example/v1").mock(return_value=to(START))
    there = respx_mock.get(START).respond(text="there")
    await session.ahttp.get("http://api.rounds.example/v1", **CREDENTIALS)
    assert there.calls.last.request.headers["authorization"] == "Bearer t0ken-value"


async def test_credentials_that_were_left_behind_do_not_come_back(session, respx_mock):
    respx_mock.get(START).mock(side_effect=[to("https://evil.example/"), httpx.Response(200)])
    respx_mock.get("https://evil.example/").mock(return_value=to(START))
    await session.ahttp.get(START, **CREDENTIALS)
    assert "authorization" not in respx_mock.calls.last.request.headers


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(301, "GET", None), (302, "GET", None), (303, "GET", None), (307, "POST", {"q": 1}), (308, "POST", {"q": 1})],
)
async def test_a_redirected_post_goes_on_as_browsers_do_it(status, method, body, session, respx_mock):
    respx_mock.post(START).mock(return_value=to("/v2", status))
    there = respx_mock.request(method, "https://api.rounds.example/v2").respond(json={"ok": True})
    assert await session.ahttp.post_json(START, {"q": 1}) == {"ok": True}
    content = there.calls.last.request.content
    assert (json.loads(content) if content else None) == body
    assert ("content-type" in there.calls.last.request.headers) == (body is not None)


async def test_the_body_of_a_post_is_not_handed_to_another_host(session, respx_mock):
    respx_mock.post(START).mock(return_value=to("https://evil.example/", 307))
    with pytest.raises(SourceChanged, match=r"redirects a POST to evil\.example"):
        await session.ahttp.post_json(START, {"q": 1})


@pytest.mark.parametrize(
    "location", ["ftp://x.example/", "file:///etc/passwd", "http://[bad", "javascript:alert(1)", "http://"]
)
async def test_a_redirect_to_something_else_is_refused(location, session, respx_mock):
    respx_mock.get(START).mock(return_value=to(location))
    with pytest.raises(SourceChanged):
        await session.ahttp.get(START)


async def test_a_redirect_that_leads_nowhere_is_a_changed_source(session, respx_mock):
    respx_mock.get(START).respond(302)
    with pytest.raises(SourceChanged, match="unexpected status 302"):
        await session.ahttp.get(START)


async def test_a_user_in_the_url_becomes_a_header_and_disappears_from_sight(session, respx_mock):
    route = respx_mock.get("https://feeds.example/x").respond(text="fine")
    answer = await session.ahttp.get("https://me:hunter2-long@feeds.example/x")
    assert route.calls.last.request.headers["authorization"] == "Basic bWU6aHVudGVyMi1sb25n"
    assert "hunter2" not in repr(answer) + repr(session.requests)
