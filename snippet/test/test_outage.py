"""Nothing that was worth sending is lost while the collector is away, and nothing is sent for ever."""

import json
import time

import pytest


def accepted_page(browser, **options):
    browser.run("localStorage.setItem('vdg.c', 'granted')")
    browser.page("/page", **options)
    browser.open("/page")
    browser.wait(1, "page_view")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_refused_event_comes_again_under_its_id_with_the_next_one(browser, status):
    accepted_page(browser)
    with browser.collector.answering(status):
        browser.call("event", "kept")
        (refused,) = browser.wait(1, "custom", accepted=False)
        browser.until("localStorage.getItem('vdg.q')")
    browser.call("event", "next")
    kept, following = browser.wait(2, "custom")
    assert (kept["name"], following["name"]) == ("kept", "next")
    assert (kept["id"], kept["time"]) == (refused["id"], refused["time"])
    assert kept["sent"] >= refused["sent"]
    browser.until("!localStorage.getItem('vdg.q')")


def test_it_comes_again_by_itself_after_a_while(browser):
    accepted_page(browser)
    with browser.collector.answering(503):
        browser.call("event", "kept")
        (refused,) = browser.wait(1, "custom", accepted=False)
    assert browser.wait(1, "custom")[0]["id"] == refused["id"]


def test_it_comes_again_when_the_network_is_back(browser):
    accepted_page(browser)
    with browser.collector.down():
        for number in range(3):
            browser.call("event", f"kept{number}")
        browser.until("JSON.parse(localStorage.getItem('vdg.q') || '[]').length == 3")
    browser.run("window.dispatchEvent(new Event('online'))")
    events = browser.wait(3, "custom")
    assert sorted(event["name"] for event in events) == ["kept0", "kept1", "kept2"]
    assert len({event["id"] for event in events}) == 3


@pytest.mark.parametrize("status", [400, 403, 404, 413])
def test_an_event_the_collector_will_never_take_is_dropped(browser, status):
    accepted_page(browser)
    with browser.collector.answering(status):
        browser.call("event", "bad")
        browser.wait(1, "custom", accepted=False)
    browser.call("event", "good")
    browser.settle()
    (event,) = browser.wait(1, "custom")
    assert event["name"] == "good"
    assert browser.stored("vdg.q") is None


def test_what_was_kept_survives_the_page(browser):
    accepted_page(browser)
    with browser.collector.answering(503):
        browser.call("event", "kept")
        (refused,) = browser.wait(1, "custom", accepted=False)
        browser.until("localStorage.getItem('vdg.q')")
        browser.visible_for_a_while()
        with browser.collector.silent():
            # The answer comes when there is no page any more to hear it.
            browser.leave()
            browser.wait(1, "engagement", accepted=False)
    assert browser.events("custom") == []
    browser.open("/page")
    assert browser.wait(1, "custom")[0]["id"] == refused["id"]
    # The end of that page, sent while it was known that nobody listens.
    browser.wait(1, "engagement")
    browser.until("!localStorage.getItem('vdg.q')")


def test_what_was_kept_is_bounded_and_the_newest_stays(browser):
    accepted_page(browser)
    with browser.collector.down():
        for number in range(40):
            browser.call("event", f"event{number}")
        browser.until("(localStorage.getItem('vdg.q') || '').includes('event39')")
        browser.until("JSON.parse(localStorage.getItem('vdg.q')).length == 32")
        assert "event39" in browser.stored("vdg.q")
        browser.leave()
    browser.open("/page")
    browser.wait(2, "page_view")
    browser.until("!localStorage.getItem('vdg.q')")
    assert len({event["id"] for event in browser.events("custom")}) <= 32
    requests = [r for r in browser.collector.requests if any(e["site"] == browser.site for e in r["events"])]
    assert max(len(request["events"]) for request in requests) <= 8


def test_what_is_older_than_two_days_is_not_sent_any_more(browser):
    now = int(time.time() * 1000)
    day = 24 * 3600 * 1000
    kept = [
        {"type": "custom", "site": browser.site, "url": "http://a.example/", "id": f"n.{age}", "time": now - age * day}
        for age in (1, 3)
    ]
    browser.run("localStorage.setItem('vdg.q', arguments[0])", json.dumps(kept))
    accepted_page(browser)
    browser.settle()
    assert [event["id"] for event in browser.events("custom")] == ["n.1"]


@pytest.mark.parametrize("text", ["nonsense", "null", "{}"])
def test_a_damaged_store_does_no_harm(browser, text):
    browser.run("localStorage.setItem('vdg.q', arguments[0])", text)
    accepted_page(browser)


def test_forbidden_storage_does_no_harm(browser):
    forbid = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
    browser.page("/page", before=forbid)
    browser.open("/page")
    browser.call("consent", "granted")
    assert browser.wait(2, "page_view")[1]["consent"] == "granted"


def test_without_keepalive_the_end_of_the_page_is_a_beacon(browser):
    browser.page("/old", before="delete Request.prototype.keepalive")
    browser.open("/old")
    browser.wait(1)
    browser.visible_for_a_while()
    browser.run("window.fetch = () => Promise.reject(new Error('a fetch would end with its page'))")
    browser.leave()
    browser.wait(1, "engagement")
    (request,) = [
        r
        for r in browser.collector.requests
        if any(e["site"] == browser.site and e["type"] == "engagement" for e in r["events"])
    ]
    assert request["headers"]["Content-Type"].startswith("text/plain")


def test_a_long_name_is_cut_before_it_makes_a_request_too_large(browser):
    accepted_page(browser)
    browser.call("event", "x" * 70_000)
    assert browser.wait(1, "custom")[0]["name"] == "x" * 128


def test_a_big_request_still_gets_through(browser):
    accepted_page(browser, forms=True)
    # Eight of them are above what keepalive requests may carry together.
    with browser.collector.silent():
        browser.call("event", "first")
        browser.wait(1, "custom")
        for _ in range(8):
            browser.call("form", "big", {f"field{number}": "é" * 256 for number in range(16)})
    assert len(browser.wait(8, "form_submit")) == 8


def test_an_answer_nobody_may_read_does_not_hold_up_what_comes_behind_it(browser):
    accepted_page(browser)
    with browser.collector.unreadable(413):
        browser.call("event", "poison")
        for number in range(1, 6):
            browser.until(f"(JSON.parse(localStorage.getItem('vdg.q') || '[{{}}]')[0].n || 0) >= {number}")
            browser.run("window.dispatchEvent(new Event('online'))")
        browser.until("!localStorage.getItem('vdg.q')")
    sent = browser.events("custom", accepted=False)
    assert len(sent) >= 6 and not any("n" in event for event in sent)
    browser.call("event", "fresh")
    assert [event["name"] for event in browser.wait(1, "custom")] == ["fresh"]


def test_a_dead_network_is_no_unreadable_answer(browser):
    accepted_page(browser)
    with browser.collector.down():
        browser.call("event", "kept")
        for number in range(1, 9):
            browser.until(f"(JSON.parse(localStorage.getItem('vdg.q') || '[{{}}]')[0].n || 0) >= {number}")
            browser.run("window.dispatchEvent(new Event('online'))")
    browser.run("window.dispatchEvent(new Event('online'))")
    assert browser.wait(1, "custom")[0]["name"] == "kept"


def test_what_waits_behind_a_hanging_request_is_stored_up_to_the_limit(browser):
    accepted_page(browser)
    with browser.collector.answering(503):
        browser.call("event", "first")
        browser.until("localStorage.getItem('vdg.q')")
    with browser.collector.silent():
        for number in range(60):
            browser.call("event", f"event{number}")
        assert browser.run("return JSON.parse(localStorage.getItem('vdg.q')).length") == 32
        assert "event59" in browser.stored("vdg.q")


def test_two_tabs_keep_their_events_beside_each_other(browser):
    accepted_page(browser)
    first = browser.driver.current_window_handle
    with browser.collector.answering(503):
        browser.call("event", "of the first tab")
        browser.until("localStorage.getItem('vdg.q')")
        browser.driver.switch_to.new_window("tab")
        second = browser.driver.current_window_handle
        try:
            browser.open("/nothing")
            browser.page("/page")
            # What the first tab keeps from now on is not what the second one found.
            browser.open("/page")
            browser.call("event", "of the second tab")
            browser.until("localStorage.getItem('vdg.q').includes('of the second tab')")
            assert "of the first tab" in browser.stored("vdg.q")
            browser.driver.switch_to.window(first)
            browser.call("event", "later in the first tab")
            browser.until("localStorage.getItem('vdg.q').includes('later in the first tab')")
            assert "of the second tab" in browser.stored("vdg.q")
        finally:
            browser.driver.switch_to.window(second)
            browser.driver.close()
            browser.driver.switch_to.window(first)


def test_the_end_of_a_page_does_not_wait_for_an_answer(browser):
    accepted_page(browser)
    browser.visible_for_a_while()
    with browser.collector.silent():
        browser.call("event", "first")
        browser.wait(1, "custom")
        browser.call("event", "second")
        browser.leave()
        browser.wait(1, "engagement")
        browser.wait(2, "custom")
