"""Conditional GET: asked for, learnt by the session, stored by nobody here."""

from __future__ import annotations

import httpx
import pytest

from capteur.errors import SourceChanged, TransientError
from capteur.store.shapes import Validator as StoredValidator
from capteur.web import Validator

URL = "https://boards.example/jobs"
ETAG, SINCE = '"v1"', "Fri, 20 Nov 2026 08:00:00 GMT"
STORED = {URL: StoredValidator(URL, ETAG, SINCE)}


async def test_what_a_page_says_of_its_version_is_learnt(session, respx_mock):
    respx_mock.get(URL).respond(text="x", headers={"ETag": ETAG, "Last-Modified": SINCE})
    answer = await session.ahttp.get(URL, conditional=True)
    assert not answer.unchanged
    assert session.learnt == {URL: Validator(URL, ETAG, SINCE)}


async def test_stored_validators_are_sent_and_a_304_is_unchanged(make_web, open_unit, respx_mock):
    session = open_unit(await make_web(), validators=STORED)
    route = respx_mock.get(URL).respond(304)
    answer = await session.ahttp.get(URL, conditional=True)
    assert (answer.status, answer.unchanged, answer.content) == (304, True, b"")
    sent = route.calls.last.request.headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == (ETAG, SINCE)
    assert session.learnt == {URL: Validator(URL, ETAG, SINCE)}


async def test_a_304_may_renew_a_validator(make_web, open_unit, respx_mock):
    session = open_unit(await make_web(), validators=STORED)
    respx_mock.get(URL).respond(304, headers={"ETag": '"v2"'})
    await session.ahttp.get(URL, conditional=True)
    assert session.learnt[URL] == Validator(URL, '"v2"', SINCE)


async def test_a_page_that_says_nothing_any_more_is_learnt_as_such(make_web, open_unit, respx_mock):
    session = open_unit(await make_web(), validators=STORED)
    respx_mock.get(URL).respond(200)
    await session.ahttp.get(URL, conditional=True)
    assert session.learnt == {URL: Validator(URL, None, None)}


async def test_a_plain_get_neither_sends_nor_learns(make_web, open_unit, respx_mock):
    session = open_unit(await make_web(), validators=STORED)
    route = respx_mock.get(URL).respond(200, headers={"ETag": '"v2"'})
    await session.ahttp.get(URL)
    assert "if-none-match" not in route.calls.last.request.headers
    assert session.learnt == {}


async def test_a_304_that_nobody_asked_for_is_a_changed_source(session, respx_mock):
    respx_mock.get(URL).respond(304)
    for conditional in (False, True):
        with pytest.raises(SourceChanged, match="unexpected status 304"):
            await session.ahttp.get(URL, conditional=conditional)


@pytest.mark.parametrize("failure", [httpx.Response(500, headers={"ETag": '"bad"'}), httpx.ReadError("cut")])
async def test_a_failed_read_teaches_nothing(failure, session, respx_mock):
    respx_mock.get(URL).mock(side_effect=[failure] * 3)
    with pytest.raises(TransientError):
        await session.ahttp.get(URL, conditional=True)
    assert session.learnt == {}


async def test_an_accepted_error_page_teaches_nothing(session, respx_mock):
    respx_mock.get(URL).respond(404, headers={"ETag": '"error page"'})
    await session.ahttp.get(URL, conditional=True, accept={404})
    assert session.learnt == {}


async def test_a_redirect_hands_on_no_validator_of_another_page(make_web, open_unit, respx_mock):
    """Each hop gets its own: else the new target would be called unchanged though nobody ever read it."""
    session = open_unit(
        await make_web(),
        validators=STORED | {"https://old.example/": StoredValidator("https://old.example/", '"o"', None)},
    )
    respx_mock.get(URL).respond(301, headers={"Location": "https://new.example/"})
    there = respx_mock.get("https://new.example/").respond(200, headers={"ETag": '"n"'})
    await session.ahttp.get(URL, conditional=True)
    assert "if-none-match" not in there.calls.last.request.headers
    assert session.learnt == {"https://new.example/": Validator("https://new.example/", '"n"', None)}
    await session.ahttp.get(URL, conditional=True)
    assert there.calls.last.request.headers["if-none-match"] == '"n"'


async def test_a_secret_in_the_url_is_not_learnt_and_pages_stay_apart(make_web, open_unit, respx_mock):
    session = open_unit(await make_web(), secrets={"api_key": "s3cret-value"})
    respx_mock.get(url__startswith=URL).respond(200, headers={"ETag": ETAG})
    for page in ("alpha-value", "beta-value"):
        await session.ahttp.get(URL, params={"api_key": "s3cret-value", "access_token": page}, conditional=True)
    assert len(session.learnt) == 2
    assert "s3cret-value" not in repr(session.learnt)
    assert "alpha-value" not in repr(session.learnt)
