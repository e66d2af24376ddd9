"""robots.txt, on request (RFC 9309)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from capteur.errors import RateLimited, SkipAccount, TransientError

HOST = "https://acme.example"
RULES = "User-agent: *\nDisallow: /private\nAllow: /private/jobs\n\nUser-agent: capteur\nDisallow: /careers\n"


@pytest.fixture
def robots(respx_mock):
    respx_mock.get(url__regex=rf"{HOST}/(?!robots).*").respond(text="page")
    return respx_mock.get(f"{HOST}/robots.txt").respond(text=RULES)


async def test_a_closed_path_skips_the_account_by_name(robots, session):
    with pytest.raises(SkipAccount, match=r"robots\.txt of acme\.example closes /careers to capteur"):
        await session.ahttp.get(f"{HOST}/careers?q=1", robots=True)
    assert [seen.url for seen in session.requests] == [f"{HOST}/robots.txt"]


@pytest.mark.parametrize("path", ["/", "/jobs", "/private"])
async def test_our_own_group_counts_before_everybodys(path, robots, session):
    assert await session.ahttp.get(f"{HOST}{path}", robots=True)


async def test_nothing_is_asked_without_the_request(robots, session):
    await session.ahttp.get(f"{HOST}/careers")
    assert robots.call_count == 0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
async def test_no_robots_txt_allows_everything(status, robots, session):
    robots.respond(status)
    assert (await session.ahttp.get(f"{HOST}/careers", robots=True)).status == 200


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_failing_server_closes_everything_for_a_while(status, robots, session, clock):
    robots.respond(status)
    for _ in range(2):
        with pytest.raises(
            SkipAccount,
            match=rf"acme\.example does not say whether /jobs may be read \(its robots\.txt answers {status}\)",
        ):
            await session.ahttp.get(f"{HOST}/jobs", robots=True)
    assert robots.call_count == 1
    robots.respond(text="")
    clock.advance(timedelta(minutes=11))
    assert (await session.ahttp.get(f"{HOST}/jobs", robots=True)).status == 200


async def test_a_host_that_cannot_be_reached_is_transient(robots, session):
    robots.mock(side_effect=httpx.ConnectError("down"))
    with pytest.raises(TransientError):
        await session.ahttp.get(f"{HOST}/jobs", robots=True)


async def test_a_host_that_is_asked_too_often_says_so_by_its_robots_txt_too(robots, session):
    robots.respond(429, headers={"Retry-After": "600"})
    with pytest.raises(RateLimited):
        await session.ahttp.get(f"{HOST}/jobs", robots=True)


async def test_it_is_read_once_a_day_and_host(robots, session, make_web, open_unit, clock, respx_mock):
    other = respx_mock.get("https://other.example/robots.txt").respond(404)
    respx_mock.get("https://other.example/").respond(200)
    await asyncio.gather(*(session.ahttp.get(f"{HOST}/{n}", robots=True) for n in range(5)))
    await session.ahttp.get("https://other.example/", robots=True)
    assert (robots.call_count, other.call_count) == (1, 1)
    clock.advance(timedelta(hours=25))
    robots.respond(text="User-agent: *\nDisallow: /\n")
    with pytest.raises(SkipAccount):
        await session.ahttp.get(f"{HOST}/1", robots=True)
    assert robots.call_count == 2


async def test_it_is_followed_over_redirects_without_credentials(respx_mock, session):
    respx_mock.get(f"{HOST}/robots.txt").respond(301, headers={"Location": "https://www.acme.example/robots.txt"})
    there = respx_mock.get("https://www.acme.example/robots.txt").respond(text="User-agent: *\nDisallow: /\n")
    with pytest.raises(SkipAccount):
        await session.ahttp.get(f"{HOST}/jobs", robots=True, token="t0ken-value", headers={"X-Api-Key": "k3y-value"})
    assert "authorization" not in there.calls.last.request.headers
    assert not any("authorization" in call.request.headers for call in respx_mock.calls)


async def test_a_redirect_to_another_host_asks_that_hosts_robots_txt(respx_mock, session):
    respx_mock.get(f"{HOST}/robots.txt").respond(404)
    respx_mock.get(f"{HOST}/go").respond(302, headers={"Location": "https://closed.example/jobs"})
    respx_mock.get("https://closed.example/robots.txt").respond(text="User-agent: *\nDisallow: /\n")
    with pytest.raises(SkipAccount, match=r"closed\.example"):
        await session.ahttp.get(f"{HOST}/go", robots=True)


@pytest.mark.parametrize(
    "text", ["\xff\x00\x01", "<html>no rules</html>", "Disallow: /jobs", "User-agent: *\nDisallow:", "\n" * 2_000_000]
)
async def test_a_robots_txt_that_is_none_closes_nothing(text, robots, session):
    robots.respond(text=text)
    assert (await session.ahttp.get(f"{HOST}/jobs", robots=True)).status == 200
