"""A recorded fixture answers a test: the right page for each request, whatever day it is."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from capteur.errors import InputError
from capteur.testing import replay
from capteur.testing.upstream import Upstream, new_router

URL = "https://rounds.example/v1"


def answer(url: str, body: object, status: int = 200) -> dict[str, object]:
    return {
        "method": "GET",
        "url": url,
        "status": status,
        "headers": {"content-type": "application/json"},
        "body": body,
    }


@pytest.fixture
def replayed(tmp_path):
    def make(*answers):
        (tmp_path / "rounds.json").write_text(json.dumps(answers))
        router = new_router()
        replay(router, tmp_path / "rounds.json")
        upstream = Upstream(router)

        def get(url: str) -> httpx.Response:
            return asyncio.run(upstream.answer(httpx.Request("GET", url)))

        return get

    return make


def test_a_page_is_found_by_what_its_query_has_in_common(replayed):
    """The recording asked since another day, and its key was masked."""
    get = replayed(
        answer(f"{URL}?since=2026-01-01&key=[secret]", {"page": 1}),
        answer(f"{URL}?since=2026-01-01&key=[secret]&page=2", {"page": 2}),
    )

    assert get(f"{URL}?since=2020-05-05&key=abc").json() == {"page": 1}
    assert get(f"{URL}?since=2020-05-05&key=abc&page=2").json() == {"page": 2}


def test_what_was_recorded_twice_comes_in_its_order_and_its_last_stays(replayed):
    get = replayed(answer(URL, {"n": 1}), answer(URL, {"n": 2}, 503))

    assert [get(URL).status_code for _ in range(3)] == [200, 503, 503]


def test_an_address_that_was_not_recorded_is_a_404(replayed):
    assert replayed(answer(URL, {"n": 1}))("https://rounds.example/v2").status_code == 404


def test_a_file_that_is_no_fixture_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        replay(new_router(), tmp_path / "nothing.json")
