"""The beacon in a real browser, on real pages, reporting to the real receiver: what it sends, what it does not, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest

GPC = "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})"
DNT = "Object.defineProperty(navigator, 'doNotTrack', {value: '1'})"
HIDE = "Object.defineProperty(document, 'hidden', {value: true, configurable: true}); document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))"
SHOW = "Object.defineProperty(document, 'hidden', {value: false, configurable: true}); document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))"


async def test_a_page_that_is_read_is_a_visit_that_grows(visit):
    """One report when it is opened and one when it is left, with the time in sight and the depth; one signal."""
    seen = await visit()
    await seen.page.clock.install()
    await seen.open("/pricing?email=jane@acme.com&utm_campaign=Autumn&gclid=canary#top")
    await seen.wait_reports(1)
    assert seen.reports[0] == {
        "v": 1, "h": f"127.0.0.1:{seen.site.port}", "p": "/pricing", "q": "&utm_campaign=Autumn&gclid", "a": 0, "s": 0, "d": 0,
    }  # fmt: skip
    (first,) = await seen.told()
    assert (first.kind, first.summary, first.strength) == ("visit.key_page", "/pricing", 0.15)
    await seen.page.evaluate("scrollTo(0, 1e6)")
    await seen.page.wait_for_function("scrollY > 1000")
    await seen.page.clock.fast_forward(120_000)
    seen.house.clock.advance(timedelta(seconds=120))
    await seen.page.goto("about:blank")
    await seen.wait_reports(2)
    last = seen.reports[1]
    assert 120 <= last["s"] <= last["a"] < 150
    assert last["d"] == 100
    (second,) = await seen.told()
    assert (second.key, second.strength) == (first.key, 0.75)
    assert second.data == {
        "site": "127.0.0.1",
        "pages": 1,
        "seconds": 120,
        "path": "/pricing",
        "group": "pricing",
        "campaign": "Autumn",
        "depth": 100,
    }
    assert second.key.startswith("127.0.0.1:")
    assert seen.said == []


async def test_only_the_time_in_sight_counts(visit):
    seen = await visit()
    await seen.page.clock.install()
    await seen.open()
    await seen.wait_reports(1)
    await seen.page.clock.fast_forward(5_000)
    await seen.page.evaluate(HIDE)
    await seen.page.clock.fast_forward(600_000)
    await seen.page.evaluate(SHOW)
    await seen.page.clock.fast_forward(7_000)
    await seen.page.evaluate(HIDE)
    await seen.wait_reports(3)
    stayed = [report["s"] for report in seen.reports]
    assert stayed[0] == 0
    assert 5 <= stayed[1] <= stayed[2] - 7 < 100, "ten minutes in the background are not among them"


async def test_a_page_opened_in_the_background_is_reported_when_somebody_looks(visit):
    seen = await visit(prepare="Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    await seen.open()
    assert seen.reports == []
    await seen.page.evaluate(SHOW)
    await seen.wait_reports(1)


async def test_a_change_of_route_is_another_page(visit):
    """A pushState and back, as sites of one page do it; a change of the query alone is the same page."""
    seen = await visit()
    await seen.open("/blog/a")
    await seen.wait_reports(1)
    await seen.page.evaluate(
        "history.pushState({}, '', '/pricing'); history.pushState({}, '', '/pricing?tab=2'); history.replaceState({}, '', '?tab=3')"
    )
    await seen.wait_reports(3)
    await seen.page.evaluate("history.go(-2)")
    await seen.wait_reports(5)
    assert [report["p"] for report in seen.reports] == ["/blog/a", "/blog/a", "/pricing", "/pricing", "/blog/a"]
    assert {signal.kind for signal in await seen.told()} == {"visit.page", "visit.key_page"}
    assert seen.said == []


async def test_a_page_that_comes_back_from_the_cache_is_seen_again(visit):
    seen = await visit()
    await seen.open("/docs")
    await seen.wait_reports(1)
    await seen.page.evaluate("location.assign('/pricing')")
    await seen.wait_reports(3)
    await seen.page.evaluate("history.back()")
    await seen.wait_reports(5)
    assert sorted(report["p"] for report in seen.reports) == ["/docs", "/docs", "/docs", "/pricing", "/pricing"]
    assert [report["s"] for report in seen.reports].count(0) >= 3, "it was opened anew"
    assert (
        next(report for report in seen.reports if report["p"] == "/pricing").get("r") == f"127.0.0.1:{seen.site.port}"
    )


@pytest.mark.parametrize(
    "prepare",
    [GPC, DNT, "Object.defineProperty(navigator, 'webdriver', {value: true})"],
    ids=["GPC", "DNT", "automated"],
)
async def test_who_said_no_sends_nothing_at_all(visit, prepare):
    seen = await visit(prepare=prepare)
    await seen.open()
    await seen.page.evaluate(
        "capteurConsent(true); capteur.identify({email: 'jane@acme.com'}); history.pushState({}, '', '/docs')"
    )
    await seen.page.goto("about:blank")
    assert seen.posted == []
    assert await seen.told() == []
    assert seen.said == []


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
async def test_a_browser_that_says_no_in_its_headers_is_heard_at_the_receiver(visit, header):
    seen = await visit(extra_http_headers={header: "1"})
    await seen.open()
    await seen.wait_reports(1)
    assert await seen.told() == []
    assert seen.house.deliveries()[0].state == "done"


async def test_with_consent_required_nothing_is_sent_before_it(visit, site):
    site.how = 'async data-consent="required"'
    seen = await visit()
    await seen.open()
    await seen.page.evaluate("scrollTo(0, 500)")
    assert seen.reports == []
    await seen.page.evaluate("capteurConsent()")
    await seen.wait_reports(1)
    await seen.page.evaluate("capteurConsent(false); history.pushState({}, '', '/docs')")
    await seen.page.goto("about:blank")
    assert [report["p"] for report in seen.reports] == ["/pricing"]


async def test_other_sites_are_refused(visit):
    seen = await visit(sites="https://www.acme.com")
    await seen.open()
    await seen.wait_answers(1)
    assert seen.answered == [403]
    assert await seen.told() == []
    assert seen.house.deliveries() == []


async def test_nothing_is_kept_in_the_browser_and_nobody_else_is_asked(visit):
    seen = await visit()
    await seen.open()
    await seen.wait_reports(1)
    await seen.page.goto(f"{seen.site.origin}/docs")
    await seen.wait_reports(3)
    assert await seen.page.context.cookies() == []
    assert await seen.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert await seen.page.evaluate("indexedDB.databases()") == []
    assert {request.url.split("?")[0] for request in seen.asked} - {"data:,"} == {
        f"{seen.site.origin}/pricing", f"{seen.site.origin}/docs", f"{seen.receiver}/hooks/beacon/beacon.js", f"{seen.receiver}/hooks/beacon",
    }  # fmt: skip
    assert not [request for request in seen.posted if "cookie" in request.headers]


async def test_it_keeps_to_a_strict_content_security_policy(visit, site):
    seen = await visit()
    site.headers["content-security-policy"] = (
        f"default-src 'none'; img-src data:; script-src {seen.receiver}; connect-src {seen.receiver}; style-src 'unsafe-inline'"
    )
    await seen.open()
    await seen.wait_answers(1)
    assert seen.answered == [204]
    assert seen.said == []


async def test_a_browser_without_fetch_keepalive_sends_a_beacon(visit):
    seen = await visit(prepare="delete Request.prototype.keepalive")
    await seen.open()
    await seen.wait_reports(1)
    assert [signal.kind for signal in await seen.told()] == ["visit.key_page"]


async def test_a_form_tells_the_company_and_nothing_of_the_person(visit):
    """Only where the option believes it; what is sent is what stands behind the @."""
    seen = await visit(toml="identify = true")
    await seen.open("/docs")
    await seen.wait_reports(1)
    await seen.page.evaluate(
        "capteur.identify({email: 'jane.canary@globex.com'}); capteur.identify(); capteur.identify({})"
    )
    await seen.wait_reports(2)
    assert "jane" not in str(seen.reports)
    await seen.told()
    accounts = {account.id: account.label for account in seen.house.accounts()}
    assert "globex.com" in {accounts[signal.account_id] for signal in await seen.told()}


async def test_the_script_has_less_than_two_kilobytes(visit):
    seen = await visit()
    answer = await seen.page.request.get(f"{seen.receiver}/hooks/beacon/beacon.js")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert len(await answer.body()) < 2000
