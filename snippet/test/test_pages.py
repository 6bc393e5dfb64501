"""Page views: what they carry, and when there is one."""

import re
import time

from selenium.webdriver.common.by import By


def test_a_page_view_says_where_what_and_when(browser):
    browser.page("/prices", title="Our prices")
    browser.open("/prices?a=1#top")
    (view,) = browser.wait(1)
    assert view["type"] == "page_view"
    assert view["site"] == browser.site
    assert view["url"] == browser.web.base + "/prices?a=1"
    assert view["title"] == "Our prices"
    assert re.fullmatch(r"[A-Za-z0-9_-]{16}\.0", view["id"])
    assert abs(view["time"] - time.time() * 1000) < 60_000
    assert view["sent"] >= view["time"]
    assert {"consent", "click", "upgrade", "referrer"}.isdisjoint(view)


def test_the_request_needs_no_preflight_and_goes_to_e(browser):
    browser.page("/plain")
    browser.open("/plain")
    browser.wait(1)
    (request,) = [r for r in browser.collector.requests if any(e["site"] == browser.site for e in r["events"])]
    assert request["path"] == "/e"
    assert request["headers"]["Content-Type"].startswith("text/plain")
    assert not [r for r in browser.collector.requests if "Preflight" in r["headers"]]


def test_the_script_address_alone_is_configuration_enough(browser):
    address = f"{browser.collector.base}/some/t.js?site={browser.site}"
    browser.web.pages["/bare"] = f"<!doctype html><title>Bare</title><script defer src='{address}'></script>"
    browser.open("/bare")
    browser.wait(1)
    (request,) = [r for r in browser.collector.requests if any(e["site"] == browser.site for e in r["events"])]
    assert request["path"] == "/some/e"


def test_attributes_configure_too(browser):
    browser.web.pages["/attributes"] = (
        "<!doctype html><title>Attributes</title><script defer src='/x/t.js' "
        f"data-site='{browser.site}' data-url='{browser.collector.base}/'></script>"
    )
    browser.open("/attributes")
    browser.wait(1)


def test_calls_before_the_script_are_made_up_for(browser):
    browser.web.pages["/queue"] = (
        "<!doctype html><title>Queue</title><script>"
        "window.vendange = window.vendange || function () { (vendange.q = vendange.q || []).push(arguments) };"
        f"vendange.url = '{browser.collector.base}'; vendange('event', 'early')"
        f"</script><script async src='/x/t.js?site={browser.site}'></script>"
    )
    browser.open("/queue")
    view, event = browser.wait(2)
    assert view["type"] == "page_view"
    assert (event["type"], event["name"]) == ("custom", "early")


def test_a_script_embedded_twice_counts_once(browser):
    browser.page("/twice")
    browser.web.pages["/twice"] += "<script src='/x/t.js'></script>"
    browser.open("/twice")
    browser.settle()
    browser.wait(1)


def test_the_referrer_is_of_the_arrival_only(browser):
    browser.page("/second")
    browser.web.pages["/first"] = "<!doctype html><title>First</title><a href='/second'>on</a>"
    browser.open("/first")
    browser.find("a").click()
    (view,) = browser.wait(1)
    assert view["referrer"] == browser.web.base + "/first"
    browser.run("history.pushState(null, '', '/third')")
    assert "referrer" not in browser.wait(2)[1]


def spa(browser):
    browser.run("history.pushState(null, '', '/app/one?x=1'); document.title = 'Too early'")
    browser.run("document.title = 'One'")
    first, second = browser.wait(2, "page_view")
    assert second["url"] == browser.web.base + "/app/one?x=1"
    assert second["title"] == "One"
    assert second["id"].split(".")[0] == first["id"].split(".")[0]
    assert int(second["id"].split(".")[1]) > int(first["id"].split(".")[1])

    # Neither the same address nor another fragment is a page.
    browser.run("history.replaceState({a: 1}, '', location.href); location.hash = 'part'")
    done = browser.run("return performance.now()")
    browser.until(f"performance.now() > {done} + 400")
    browser.settle()
    browser.wait(2, "page_view")
    browser.run("history.replaceState(null, '', '/app/two')")
    assert browser.wait(3, "page_view")[2]["url"].endswith("/app/two")
    browser.run("history.back()")
    browser.until("location.pathname == '/app/one'")
    assert browser.wait(4, "page_view")[3]["url"].endswith("/app/one?x=1")


def test_navigations_within_a_page_count_by_the_navigation_api(browser):
    browser.page("/app")
    browser.open("/app")
    browser.wait(1)
    assert browser.run("return !!window.navigation && /native/.test(history.pushState)")
    spa(browser)


def test_navigations_within_a_page_count_without_the_navigation_api(browser):
    browser.page("/app", before="Object.defineProperty(window, 'navigation', {value: document.createElement('nav')})")
    browser.open("/app")
    browser.wait(1)
    spa(browser)


def test_a_redirect_of_the_router_counts_once(browser):
    browser.page("/app")
    browser.open("/app")
    browser.wait(1)
    browser.run("history.pushState(null, '', '/login'); history.replaceState(null, '', '/home')")
    assert browser.wait(2, "page_view")[1]["url"].endswith("/home")


def test_pages_by_hand(browser):
    browser.page("/manual", config="auto: false")
    browser.open("/manual")
    browser.run("history.pushState(null, '', '/manual/two')")
    browser.settle()
    assert browser.events() == []
    browser.call("page")
    (view,) = browser.wait(1, "page_view")
    assert view["url"].endswith("/manual/two")


def test_a_page_that_comes_back_from_the_cache_is_a_new_view(browser):
    browser.page("/cached", after="window.kept = Math.random()")
    browser.open("/cached")
    browser.wait(1, "page_view")
    kept = browser.run("return window.kept")
    browser.visible_for_a_while()
    browser.run("location.href = '/nothing'")
    browser.until("location.pathname == '/nothing'")
    browser.wait(1, "engagement")
    browser.driver.back()
    browser.until("location.pathname == '/cached'")
    assert browser.run("return window.kept") == kept, "Chromium did not use its back/forward cache"
    first, second = browser.wait(2, "page_view")
    assert second["url"] == first["url"]
    assert second["id"] != first["id"]
    assert "referrer" not in second


def test_a_prerendered_page_counts_when_it_is_shown(browser):
    browser.page("/next", after="fetch('/next-ran-' + document.prerendering)")
    browser.web.pages["/start"] = (
        "<!doctype html><title>Start</title><a href='/next'>next</a><script type='speculationrules'>"
        '{"prerender": [{"urls": ["/next"], "eagerness": "immediate"}]}</script>'
    )
    browser.open("/start")
    browser.web.wait_asked("/next-ran-true")
    browser.settle()
    assert browser.events() == []
    browser.driver.find_element(By.TAG_NAME, "a").click()
    (view,) = browser.wait(1, "page_view")
    assert view["url"].endswith("/next")


def test_requests_follow_one_another_in_order_with_what_gathered_meanwhile(browser):
    browser.page("/burst", after="for (let number = 0; number < 20; number++) vendange('event', 'number' + number)")
    browser.open("/burst")
    browser.wait(20, "custom")
    requests = [r["events"] for r in browser.collector.requests if any(e["site"] == browser.site for e in r["events"])]
    counters = [int(event["id"].split(".")[1]) for events in requests for event in events]
    assert counters == list(range(21))
    assert max(len(events) for events in requests) == 8
    assert len(requests) <= 6
