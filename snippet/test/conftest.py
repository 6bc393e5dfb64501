"""One Chromium for all tests; each test has its own site key, so that nothing late of another can be mistaken."""

import itertools
import os
import shutil

import pytest
from collector import WAIT_SECONDS, Collector, Site
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

keys = itertools.count(1)


@pytest.fixture(scope="session")
def collector():
    return Collector()


@pytest.fixture(scope="session")
def web():
    return Site()


@pytest.fixture(scope="session")
def chromium():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    options.add_argument("--headless=new")
    options.add_argument("--disable-dev-shm-usage")
    options.add_argument("--window-size=1000,800")
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_page_load_timeout(WAIT_SECONDS)
    driver.set_script_timeout(WAIT_SECONDS)
    yield driver
    driver.quit()


class Browser:
    """What a test does and sees: pages with the tracker in them, and the events of its own site key."""

    def __init__(self, driver, web, collector):
        self.driver, self.web, self.collector = driver, web, collector
        self.site = f"site{next(keys)}"

    def page(self, path, body="", config="", title="A title", before="", after="", forms=False):
        """Publishes a page that embeds the tracker. `config` is put into its configuration object."""
        script = '<script src="/x/t.js"></script>'
        if forms:
            script += '<script src="/x/forms.js"></script>'
        self.web.pages[path] = (
            f"<!doctype html><html><head><title>{title}</title>"
            f"<script>{before}; window.vendange = {{site: '{self.site}', url: '{self.collector.base}', {config}}}"
            f"</script>{script}<script>{after}</script></head><body>{body}</body></html>"
        )
        return path

    def open(self, path):
        self.driver.get(self.web.base + path)

    def leave(self):
        """To a page without the tracker, of the same origin, so that its storage can still be read."""
        self.open("/nothing")

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def call(self, *arguments):
        self.run("vendange(...arguments[0])", list(arguments))

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def until(self, script):
        WebDriverWait(self.driver, WAIT_SECONDS, poll_frequency=0.02).until(lambda driver: self.run("return " + script))

    def stored(self, key):
        return self.run("return localStorage.getItem(arguments[0])", key)

    def events(self, kind=None, accepted=True):
        events = self.collector.events(self.site, accepted)
        return [event for event in events if kind in (None, event["type"])]

    def wait(self, count, kind=None, accepted=True):
        """Waits until that many events came, and returns them: more than that is a failure too."""
        what = f"{count} events of kind {kind}"
        self.collector.wait(lambda: len(self.events(kind, accepted)) >= count, what)
        events = self.events(kind, accepted)
        assert len(events) == count, events
        return events

    def settle(self):
        """Returns when everything the page has sent so far was received: a request behind it has been answered."""
        self.driver.execute_async_script(
            "const done = arguments[1]; fetch(arguments[0] + '/e', {method: 'POST', body: '[]'}).then(done, done)",
            self.collector.base,
        )

    def visible_for_a_while(self):
        self.until("performance.now() > 250")


@pytest.fixture
def browser(chromium, web, collector):
    browser = Browser(chromium, web, collector)
    browser.leave()
    browser.run("localStorage.clear(); sessionStorage.clear()")
    yield browser
    collector.status = 204
    browser.leave()
