"""Visible time, depth, downloads, links out, and events of the site's own."""

import pytest

TALL = "<div style='height: 4000px'>tall</div>"
CALM = "document.addEventListener('click', event => event.preventDefault())"


def test_time_and_depth_are_sent_once_when_the_page_ends(browser):
    browser.page("/long", TALL)
    browser.open("/long")
    browser.wait(1)
    browser.visible_for_a_while()
    browser.run("scrollTo(0, document.documentElement.scrollHeight / 2)")
    browser.until("scrollY > 1000")
    browser.run("scrollTo(0, 0)")
    browser.until("scrollY == 0")
    shown = browser.run("return performance.now()")
    browser.leave()
    (engagement,) = browser.wait(1, "engagement")
    assert engagement["url"].endswith("/long")
    assert 100 <= engagement["engaged"] <= shown + 5_000
    assert isinstance(engagement["engaged"], int)
    assert 50 <= engagement["scroll"] < 90


def test_a_short_page_is_seen_whole(browser):
    browser.page("/short", "short")
    browser.open("/short")
    browser.visible_for_a_while()
    browser.leave()
    assert browser.wait(1, "engagement")[0]["scroll"] == 100


def hide(browser, hidden):
    state = "hidden" if hidden else "visible"
    browser.run(
        f"Object.defineProperty(document, 'hidden', {{value: {str(hidden).lower()}, configurable: true}});"
        f"Object.defineProperty(document, 'visibilityState', {{value: '{state}', configurable: true}});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )


def test_a_page_shown_again_sends_only_what_came_on_top(browser):
    browser.page("/tab")
    browser.open("/tab")
    browser.visible_for_a_while()
    hide(browser, True)
    (first,) = browser.wait(1, "engagement")
    hidden_at = browser.run("return performance.now()")
    browser.until(f"performance.now() > {hidden_at} + 400")
    hide(browser, False)
    shown_at = browser.run("return performance.now()")
    browser.until(f"performance.now() > {shown_at} + 200")
    hide(browser, True)
    second = browser.wait(2, "engagement")[1]
    end = browser.run("return performance.now()")
    assert second["id"] != first["id"]
    assert second["engaged"] >= 150
    # Everything but the time in the background, with room for the calls between.
    assert first["engaged"] + second["engaged"] <= end - 400
    browser.leave()
    browser.settle()
    assert len(browser.events("engagement")) == 2


def test_a_navigation_within_the_page_ends_the_page_before(browser):
    browser.page("/app")
    browser.open("/app")
    browser.visible_for_a_while()
    browser.run("history.pushState(null, '', '/app/next')")
    (engagement,) = browser.wait(1, "engagement")
    assert engagement["url"].endswith("/app")
    # Left before it settled: the view must not be lost.
    browser.leave()
    assert browser.wait(2, "page_view")[1]["url"].endswith("/app/next")


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("<a href='/files/plan.PDF?v=2'>x</a>", "file"),
        ("<a href='/files/drawing.dwg'><b>x</b></a>", "file"),
        ("<a href='/files/anything' download>x</a>", "file"),
        ("<a href='http://elsewhere.example/files/plan.pdf'>x</a>", "file"),
        ("<a href='http://elsewhere.example/page'>x</a>", "outbound"),
    ],
)
def test_files_and_links_out_are_downloads(browser, link, name):
    browser.page("/links", link, after=CALM)
    browser.open("/links")
    browser.run("(document.querySelector('a b') || document.querySelector('a')).click()")
    (event,) = browser.wait(1, "download")
    assert event["name"] == name
    assert event["target"] == browser.run("return document.querySelector('a').href")
    assert event["url"].endswith("/links")


@pytest.mark.parametrize(
    "link",
    [
        "<a href='/page'>x</a>",
        "<a href='#part'>x</a>",
        "<a href='mailto:a@example.org'>x</a>",
        "<a href='data:text/plain,secret' download>x</a>",
        "<a>x</a>",
        "<svg><a href='http://elsewhere.example/'><text>x</text></a></svg>",
    ],
)
def test_other_links_are_not(browser, link):
    browser.page("/links", link, after=CALM)
    browser.open("/links")
    browser.wait(1)
    browser.run(
        "document.querySelector('a').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))"
    )
    browser.settle()
    assert browser.events("download") == []


def test_events_of_the_site(browser):
    browser.page("/own")
    browser.open("/own")
    browser.call("event", "configurator")
    browser.call("event", 7)
    browser.call("unknown", 1)
    events = browser.wait(2, "custom")
    assert [event["name"] for event in events] == ["configurator", "7"]


def test_links_inside_a_component_count_and_odd_clicks_do_no_harm(browser):
    browser.page("/component", "<div id=host></div>", after=CALM)
    browser.open("/component")
    browser.run(
        "window.failures = []; addEventListener('error', event => failures.push(event.message));"
        "const root = document.getElementById('host').attachShadow({mode: 'open'});"
        "root.innerHTML = '<a href=/files/plan.pdf><i>x</i></a>';"
        "root.querySelector('i').click();"
        "document.dispatchEvent(new MouseEvent('click'))"
    )
    assert browser.wait(1, "download")[0]["target"].endswith("/files/plan.pdf")
    assert browser.run("return failures") == []
