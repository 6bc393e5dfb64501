"""What a choice changes, and how the redirect's token is handed over."""

import pytest


def test_acceptance_sends_the_page_view_again(browser):
    browser.page("/page", title="Page")
    browser.open("/page")
    first = browser.wait(1, "page_view")[0]
    assert "consent" not in first
    browser.call("consent", "granted")
    second = browser.wait(2, "page_view")[1]
    assert (second["upgrade"], second["consent"], second["title"]) == (True, "granted", "Page")
    assert second["url"] == first["url"]
    assert second["id"] != first["id"]
    assert browser.stored("vdg.c") == "granted"


def test_a_remembered_acceptance_goes_with_everything_and_is_not_repeated(browser):
    browser.run("localStorage.setItem('vdg.c', 'granted')")
    browser.page("/page")
    browser.open("/page")
    browser.call("consent", "granted")
    browser.call("event", "one")
    browser.settle()
    events = browser.wait(2)
    assert [event["type"] for event in events] == ["page_view", "custom"]
    assert {event["consent"] for event in events} == {"granted"}
    assert "upgrade" not in events[0]


def everything(browser):
    """All a visitor can do on a page that is not a page view."""
    browser.visible_for_a_while()
    browser.call("event", "own")
    browser.run("document.querySelector('a').click()")


BODY = "<a href='/plan.pdf' download>x</a>"


def test_refusal_sends_nothing_but_bare_page_views_from_then_on(browser):
    browser.page("/page", BODY, forms=True, after="document.addEventListener('click', e => e.preventDefault())")
    browser.run("localStorage.setItem('vdg.q', '[]')")
    browser.open("/page?vdg=token")
    browser.wait(1, "page_view")
    browser.call("consent", "denied")
    second = browser.wait(2, "page_view")[1]
    assert (second["upgrade"], second["consent"]) == (True, "denied")
    assert "click" not in second
    everything(browser)
    browser.run("history.pushState(null, '', '/page/two')")
    third = browser.wait(3, "page_view")[2]
    assert third["consent"] == "denied"
    assert browser.run("return Object.keys(localStorage).concat(Object.keys(sessionStorage))") == ["vdg.c"]
    browser.leave()
    browser.settle()
    assert len(browser.events()) == 3


def test_a_remembered_refusal_holds_from_the_first_event(browser):
    browser.run("localStorage.setItem('vdg.c', 'denied'); localStorage.setItem('vdg.q', '[{}]')")
    browser.page("/page", BODY, forms=True, after="document.addEventListener('click', e => e.preventDefault())")
    browser.open("/page?vdg=token")
    everything(browser)
    browser.leave()
    browser.settle()
    (view,) = browser.wait(1)
    assert (view["type"], view["consent"]) == ("page_view", "denied")
    assert "click" not in view
    assert browser.stored("vdg.q") is None


def test_a_remembered_refusal_clears_what_is_stored_before_anything_is_sent(browser):
    browser.run("localStorage.setItem('vdg.c', 'denied'); localStorage.setItem('vdg.q', '[{}]')")
    browser.page("/page", config="auto: false")
    browser.open("/page")
    assert browser.stored("vdg.q") is None


def test_refusal_drops_what_an_outage_had_kept(browser):
    browser.page("/page")
    browser.run("localStorage.setItem('vdg.c', 'granted')")
    browser.open("/page")
    browser.wait(1)
    with browser.collector.answering(503):
        browser.call("event", "secret")
        browser.until("localStorage.getItem('vdg.q')")
        browser.call("consent", "denied")
        browser.wait(2, "page_view", accepted=False)
        assert browser.stored("vdg.q") is None
    browser.run("window.dispatchEvent(new Event('online'))")
    browser.wait(2, "page_view")
    browser.settle()
    assert browser.events("custom") == []


def test_a_refusal_can_be_taken_back(browser):
    browser.page("/page")
    browser.open("/page")
    browser.call("consent", "denied")
    browser.call("consent", "granted")
    browser.call("event", "own")
    (event,) = browser.wait(1, "custom")
    assert event["consent"] == "granted"
    assert [view.get("consent") for view in browser.wait(3, "page_view")] == [None, "denied", "granted"]


@pytest.mark.parametrize("refusal", ["banner", "signal"])
def test_a_form_is_sent_after_a_refusal_too_and_says_so(browser, refusal):
    signal = "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})" if refusal == "signal" else ""
    browser.page("/page", forms=True, before=signal)
    browser.open("/page?vdg=token")
    if refusal == "banner":
        browser.call("consent", "denied")
    with browser.collector.answering(503):
        browser.call("form", "contact", {"email": "a@example.org"})
        (event,) = browser.wait(1, "form_submit", accepted=False)
        assert browser.stored("vdg.q") is None
    assert (event["consent"], event["name"], event["fields"]) == ("denied", "contact", {"email": "a@example.org"})
    assert "click" not in event
    # It comes again like any other, from memory.
    browser.run("window.dispatchEvent(new Event('online'))")
    assert browser.wait(1, "form_submit")[0]["id"] == event["id"]


@pytest.mark.parametrize("signal", ["globalPrivacyControl', {value: true", "doNotTrack', {value: '1'"])
def test_the_signal_of_the_browser_is_a_refusal_that_is_not_written_down(browser, signal):
    browser.page("/page", BODY, forms=True, before=f"Object.defineProperty(navigator, '{signal}}})")
    browser.open("/page")
    browser.call("consent", "granted")
    browser.call("event", "own")
    browser.settle()
    (view,) = browser.wait(1)
    assert (view["type"], view["consent"]) == ("page_view", "denied")
    assert browser.run("return localStorage.length") == 0


def test_only_the_two_choices_are_choices(browser):
    browser.page("/page")
    browser.open("/page")
    browser.call("consent", "maybe")
    browser.call("consent", True)
    browser.settle()
    browser.wait(1)
    assert browser.stored("vdg.c") is None


def test_without_a_choice_nothing_is_stored(browser):
    browser.page("/page")
    browser.open("/page?vdg=token")
    browser.wait(1)
    with browser.collector.answering(503):
        browser.call("event", "own")
        browser.wait(1, "custom", accepted=False)
        browser.call("event", "own")
        browser.wait(2 + 1, "custom", accepted=False)
    assert browser.run("return localStorage.length + sessionStorage.length") == 0
    assert browser.run("return document.cookie") == ""


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("/page?vdg=tok-en_1", "/page"),
        ("/page?a=%20b&vdg=tok-en_1", "/page?a=%20b"),
        ("/page?vdg=tok-en_1&flag&x=1#part", "/page?flag&x=1#part"),
        ("/page?a=1&vdg=tok-en_1#part", "/page?a=1#part"),
    ],
)
def test_the_token_leaves_the_address_bar_and_goes_with_the_first_view(browser, address, left):
    browser.page("/page", before="history.replaceState({kept: 1}, '')")
    browser.open(address)
    (view,) = browser.wait(1)
    assert view["click"] == "tok-en_1"
    assert browser.run("return location.href") == browser.web.base + left
    assert view["url"] == browser.web.base + left.split("#")[0]
    assert browser.run("return history.state.kept") == 1
    assert "tok" not in str(browser.run("return JSON.stringify([localStorage, sessionStorage, document.cookie])"))


def test_the_token_goes_again_with_the_acceptance_and_then_no_more(browser):
    browser.page("/page")
    browser.open("/page?vdg=token")
    browser.run("history.pushState(null, '', '/page/two')")
    assert "click" not in browser.wait(2, "page_view")[1]
    browser.call("consent", "granted")
    upgrade = browser.wait(3, "page_view")[2]
    assert (upgrade["click"], upgrade["upgrade"]) == ("token", True)
    browser.run("history.pushState(null, '', '/page/three')")
    assert "click" not in browser.wait(4, "page_view")[3]


def test_a_choice_made_in_another_tab_holds_here_too(browser):
    browser.run("localStorage.setItem('vdg.c', 'granted')")
    browser.page("/page")
    browser.open("/page")
    browser.wait(1)
    # What another tab, or a page visited before coming back to this one, leaves behind.
    browser.run("localStorage.setItem('vdg.c', 'denied')")
    browser.run("history.pushState(null, '', '/page/two')")
    assert browser.wait(2, "page_view")[1]["consent"] == "denied"
    browser.call("event", "own")
    browser.settle()
    assert browser.events("custom") == []
