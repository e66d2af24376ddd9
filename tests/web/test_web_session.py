"""One unit's view: two colours, stopping, pages."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest
import respx
from pydantic import SecretStr

from capteur.errors import NotFound, PluginError, SourceChanged, Stopped
from capteur.sensor import AsyncHttp, Http

URL = "https://rounds.example/v1"


async def in_thread(work):
    """Run `work` as a sensor's daemon thread would; gives what it returned or raised, BaseExceptions included."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def body():
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001  Stopped is one, and is what is looked for
            result = error
        loop.call_soon_threadsafe(done.set_result, result)

    threading.Thread(target=body, daemon=True).start()
    return await asyncio.wait_for(done, 60)


async def silent(server, _head, _writer):
    await server.release.wait()


async def test_both_colours_keep_the_contract(session):
    http: Http = session.http
    ahttp: AsyncHttp = session.ahttp
    for name in ("get", "get_json", "get_text", "post_json", "pages"):
        assert callable(getattr(http, name))
        assert callable(getattr(ahttp, name))


async def test_a_sensors_thread_speaks_through_the_loop(session, respx_mock):
    respx_mock.get(URL, params={"a": "1"}).respond(json={"n": 1})
    respx_mock.get(f"{URL}/text").respond(text="hello")
    respx_mock.post(f"{URL}/search").respond(json=[2])

    def work():
        http = session.http
        return (
            http.get_json(URL, params={"a": 1}),
            http.get_text(f"{URL}/text"),
            http.post_json(f"{URL}/search", {"q": "x"}, token=SecretStr("t0ken-value")),
            http.get(URL, params={"a": 1}, conditional=True, robots=False, accept=[404]).status,
        )

    assert await in_thread(work) == ({"n": 1}, "hello", [2], 200)
    assert len(session.requests) == 4


async def test_an_error_reaches_the_authors_line(session, respx_mock):
    respx_mock.get(URL).respond(404)
    error = await in_thread(lambda: session.http.get(URL))
    assert isinstance(error, NotFound)
    assert __file__ in {frame.tb_frame.f_code.co_filename for frame in _frames(error)}


def _frames(error):
    trace = error.__traceback__
    while trace is not None:
        yield trace
        trace = trace.tb_next


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_stopping_cancels_the_call_in_flight(colour, serve, make_web, open_unit):
    """The author's code gets Stopped at its call, and again at every later one; the socket is let go."""
    server = await serve(silent)
    session = open_unit(await make_web())
    call = in_thread(lambda: session.http.get(server.base)) if colour == "sync" else session.ahttp.get(server.base)
    running = asyncio.ensure_future(call)
    await asyncio.wait_for(server.arrived.wait(), 60)
    session.stop()
    outcome = (await asyncio.gather(running, return_exceptions=True))[0]
    assert isinstance(outcome, Stopped)
    assert not isinstance(outcome, Exception)
    assert isinstance(await in_thread(lambda: session.http.get(server.base)), Stopped)
    with pytest.raises(Stopped, match="rounds was stopped"):
        await session.ahttp.get(server.base)
    assert len(server.seen) == 1


async def test_stopping_one_unit_leaves_the_others_alone(serve, make_web, open_unit):
    async def after_release(server, _head, writer):
        await server.release.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    server = await serve(after_release)
    web = await make_web()
    first, second = open_unit(web), open_unit(web)
    calls = [asyncio.ensure_future(s.ahttp.get_text(server.base)) for s in (first, second)]
    await asyncio.wait_for(server.arrived.wait(), 60)
    first.stop()
    server.release.set()
    stopped, text = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(stopped, Stopped)
    assert text == "ok"


async def test_a_unit_can_be_stopped_from_another_thread(serve, make_web, open_unit):
    server = await serve(silent)
    session = open_unit(await make_web())
    running = asyncio.ensure_future(in_thread(lambda: session.http.get(server.base)))
    await asyncio.wait_for(server.arrived.wait(), 60)
    await in_thread(session.stop)
    assert isinstance(await running, Stopped)


async def test_closing_the_web_stops_every_unit(serve, make_web, open_unit):
    server = await serve(silent)
    web = await make_web()
    session = open_unit(web)
    running = asyncio.ensure_future(in_thread(lambda: session.http.get(server.base)))
    await asyncio.wait_for(server.arrived.wait(), 60)
    await web.__aexit__(None, None, None)
    assert isinstance(await running, Stopped)


async def test_a_cancelled_task_is_cancelled_and_not_stopped(serve, make_web, open_unit):
    """The deadline of an async sensor cancels it from outside: that must stay a cancellation."""
    server = await serve(silent)
    session = open_unit(await make_web())
    running = asyncio.ensure_future(session.ahttp.get(server.base))
    await asyncio.wait_for(server.arrived.wait(), 60)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert session._running == set()


async def test_a_sync_call_on_the_loop_is_a_clear_error(session):
    with pytest.raises(PluginError, match=r"ctx\.http was called on the event loop") as caught:
        session.http.get(URL)
    assert "ctx.ahttp" in caught.value.fix


def test_a_sync_call_after_the_house_is_gone_is_stopped(clock):
    """A thread that outlived its loop must not hang in its next call."""
    from capteur.web import Web, WebSettings

    async def brief():
        async with Web(WebSettings(), clock) as web:
            return web.session(secrets=(), validators={}, deadline=None, instance="rounds")

    session = asyncio.run(brief())
    with pytest.raises(Stopped):
        session.http.get(URL)


def listing(request: httpx.Request) -> httpx.Response:
    page = int(request.url.params.get("page", "1"))
    return httpx.Response(
        200, json={"n": page, "next": page + 1 if page < 4 else None, "mode": request.url.params.get("mode")}
    )


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_pages_are_followed_by_params(colour, session, respx_mock):
    """The params that `following` gives are changed, the others stay."""
    respx_mock.get(url__startswith=URL).mock(side_effect=listing)
    words = {"params": {"mode": "json"}, "following": lambda page: page["next"] and {"page": page["next"]}}
    if colour == "sync":
        pages = await in_thread(lambda: list(session.http.pages(URL, **words)))
    else:
        pages = [page async for page in session.ahttp.pages(URL, **words)]
    assert [(p["n"], p["mode"]) for p in pages] == [(n, "json") for n in (1, 2, 3, 4)]


async def test_pages_are_followed_by_address_and_tokens_stay_on_their_host(session, respx_mock):
    second = respx_mock.get(URL, params={"cursor": "b"}).respond(json={"next": "https://other.example/more"})
    respx_mock.get(URL).respond(json={"next": "?cursor=b"})
    third = respx_mock.get("https://other.example/more").respond(json={"next": None})
    pages = [p async for p in session.ahttp.pages(URL, following=lambda page: page["next"], token="t0ken-value")]
    assert len(pages) == 3
    assert second.calls.last.request.headers["authorization"] == "Bearer t0ken-value"
    assert "authorization" not in third.calls.last.request.headers


async def test_pages_that_go_in_circles_end(session, respx_mock):
    respx_mock.get(url__startswith=URL).respond(json={})
    with pytest.raises(SourceChanged, match="the pages go in circles"):
        async for _ in session.ahttp.pages(URL, following=lambda _: {"page": 2}):
            pass
    assert len(session.requests) == 2


async def test_pages_without_end_are_bounded(session, respx_mock):
    respx_mock.get(url__startswith=URL).mock(
        side_effect=lambda r: httpx.Response(200, json=int(r.url.params.get("page", "0")))
    )
    with pytest.raises(SourceChanged, match="more than 1000 pages"):
        async for _ in session.ahttp.pages(URL, following=lambda page: {"page": page + 1}):
            pass
    assert len(session.requests) == 1000


async def test_an_author_who_stops_reading_stops_the_requests(session, respx_mock):
    route = respx_mock.get(url__startswith=URL).mock(side_effect=listing)

    def first_two():
        pages = session.http.pages(URL, following=lambda page: {"page": page["next"]})
        return [next(pages)["n"], next(pages)["n"]]

    assert await in_thread(first_two) == [1, 2]
    assert route.call_count == 2


async def test_what_went_over_the_wire_is_told(session, respx_mock):
    respx_mock.get(URL).mock(side_effect=[httpx.Response(500), httpx.Response(200, json={})])
    await session.ahttp.get_json(URL)
    first, second = session.requests
    assert (first.method, first.url, first.status, first.note) == ("GET", URL, 500, "")
    assert (second.status, second.note) == (200, "attempt 2")
    assert first.seconds >= 0


def test_a_test_of_a_sensor_may_use_the_decorator_of_respx(clock):
    """Respx patches the pools below, however it is started."""
    from capteur.web import Web, WebSettings

    @respx.mock
    async def work():
        respx.get(URL).respond(json={"rounds": []})
        async with Web(WebSettings(), clock) as web:
            session = web.session(secrets=(), validators={}, deadline=None, instance="rounds")
            return await in_thread(lambda: session.http.get_json(URL))

    assert asyncio.run(work()) == {"rounds": []}
