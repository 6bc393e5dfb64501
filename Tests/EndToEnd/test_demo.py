"""The README's first lead: a real browser walks the demonstration, once accepting and once refusing."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from receiver import verify

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("VENDANGE_BINARY", str(ROOT / ".build/debug/vendange"))
WAIT_SECONDS = 60
CONTACT = "claire.martin@usines-martin.example"
# Headless Chromium says so in its user agent, and is rightly taken for a robot.
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"


def four_free_ports():
    for first in range(18080, 19080, 4):
        sockets = []
        try:
            for port in range(first, first + 4):
                taken = socket.socket()
                sockets.append(taken)
                taken.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for taken in sockets:
                taken.close()
    raise RuntimeError("no four free ports in a row")


class Demo:
    """A running `vendange demo`, and its private port."""

    def __init__(self, directory):
        self.directory = directory
        self.port = four_free_ports()
        self.lines = []
        self.process = subprocess.Popen(
            [BINARY, "demo", "--port", str(self.port), "--data", str(directory / "data")],
            cwd=directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self.read, daemon=True).start()
        self.until(lambda: (directory / "data" / "admin.key").exists() and any("Ctrl-C" in line for line in self.lines))
        self.key = (directory / "data" / "admin.key").read_text().strip()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def until(self, condition):
        deadline = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert self.process.poll() is None, "the demonstration ended:\n" + "\n".join(self.lines)
            assert time.monotonic() < deadline, "waited in vain; the demonstration said:\n" + "\n".join(self.lines)
            time.sleep(0.05)

    def api(self, path):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port + 1}/api/v1{path}", headers={"Authorization": "Bearer " + self.key}
        )
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def page(self, path):
        return f"http://localhost:{self.port + 2}{path}"

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=WAIT_SECONDS)


@pytest.fixture
def demo(tmp_path):
    demo = Demo(tmp_path)
    yield demo
    assert demo.stop() == 0


@pytest.fixture
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for argument in ("--headless=new", "--disable-dev-shm-usage", "--window-size=1200,900", "--user-agent=" + PERSON):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"intl.accept_languages": "fr-FR,fr"})
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    driver = webdriver.Chrome(options=options, service=Driver(shutil.which("chromedriver")))
    driver.set_page_load_timeout(WAIT_SECONDS)
    yield driver
    driver.quit()


def choose(browser, demo, number):
    browser.get(demo.page("/"))
    buttons = WebDriverWait(browser, WAIT_SECONDS).until(
        lambda driver: [b for b in driver.find_elements(By.CSS_SELECTOR, "#banner button") if b.is_displayed()]
    )
    buttons[number].click()


def received(demo):
    return demo.api("/status")["outcomes"]["received"]


def link(browser, demo, part):
    """The inbox's first link with this in its address."""
    browser.get(demo.page("/inbox"))
    hrefs = [a.get_attribute("href") or "" for a in browser.find_elements(By.TAG_NAME, "a")]
    return next(href for href in hrefs if part in href)


def read(browser, demo, path):
    """Opens a page and waits until its view has arrived."""
    before = received(demo)
    browser.get(demo.page(path))
    demo.until(lambda: received(demo) > before)


def test_acceptingReadingAndOpeningAQuoteMakesALeadWithItsReasons(demo, browser):
    choose(browser, demo, 0)
    demo.until(lambda: demo.api("/status")["store"]["visitors"] == 1)
    for path in ("/produits/maintenance", "/produits/energie", "/tarifs"):
        read(browser, demo, path)

    browser.get(link(browser, demo, "/q/"))
    demo.until(lambda: any("quote" in row["kind"] for row in demo.api(f"/contacts/{CONTACT}/timeline")["items"]))
    browser.find_element(By.TAG_NAME, "a").click()

    demo.until(lambda: any("lead.qualified" in line and "verified" in line for line in demo.lines))
    lead = next(i for i, line in enumerate(demo.lines) if "lead.qualified" in line)
    demo.until(lambda: any("+40.0" in line and "devis" in line for line in demo.lines[lead:]))
    browser.get(demo.page("/leads"))
    assert "Claire Martin" in browser.find_element(By.TAG_NAME, "body").text

    explanation = demo.api(f"/contacts/{CONTACT}/explain")
    worth = [entry["worth"] for entry in explanation["entries"] if entry["state"] == "settled"]
    size = sum(abs(entry["granted"]) for entry in explanation["entries"])
    assert abs(sum(worth) - explanation["balance"]) <= 1e-9 * size
    before = [entry for entry in explanation["entries"] if entry["origin"] == "before_identification"]
    assert before and all("Tarifs" in entry["object_name"] for entry in before)

    timeline = demo.api(f"/contacts/{CONTACT}/timeline")["items"]
    pages = {row["url"].split(f":{demo.port + 2}")[-1]: row for row in timeline if row["kind"] == "page_view"}
    assert {"/produits/maintenance", "/produits/energie", "/tarifs"} <= set(pages)
    assert all(row["count"] >= 1 and row["first_date"] <= row["last_date"] for row in pages.values())


def test_aClickInTheInboxTiesTheBrowserAndAPageReadTwiceCountsTwice(demo, browser):
    choose(browser, demo, 0)
    demo.until(lambda: demo.api("/status")["store"]["visitors"] == 1)
    browser.get(demo.page("/inbox"))
    clicked = next(a for a in browser.find_elements(By.TAG_NAME, "a") if "/c/" in (a.get_attribute("href") or ""))
    clicked.click()

    def click():
        entries = demo.api(f"/contacts/{CONTACT}/explain")["entries"]
        return next((entry for entry in entries if entry["rule"] == "e-mail cliqué"), None)

    # The page behind the link confirms the click with the one-use id it was handed, and is the contact's from then on.
    demo.until(lambda: click() and click()["state"] == "settled")
    for _ in range(2):
        read(browser, demo, "/tarifs")

    def row(kind, path=""):
        rows = demo.api(f"/contacts/{CONTACT}/timeline")["items"]
        return next((row for row in rows if row["kind"] == kind and row["url"].endswith(path)), None)

    demo.until(lambda: row("page_view", "/tarifs") and row("page_view", "/tarifs")["count"] == 2)
    assert row("email_click")["count"] == 1
    # Without the landing page, a click nobody confirmed is held, and then worth a third.
    assert click()["granted"] == click()["points"]


def test_aLeadsLinkLeadsToAPageThatShowsWhy(demo, browser, tmp_path):
    choose(browser, demo, 0)
    demo.until(lambda: demo.api("/status")["store"]["visitors"] == 1)
    for path in ("/produits/maintenance", "/tarifs"):
        read(browser, demo, path)
    browser.get(link(browser, demo, "/q/"))
    demo.until(lambda: any("quote" in row["kind"] for row in demo.api(f"/contacts/{CONTACT}/timeline")["items"]))
    delivery = demo.api("/deliveries?limit=1")["items"][0]
    with contextlib.closing(sqlite3.connect(demo.directory / "data" / "catalog.sqlite")) as catalog:
        (body,) = catalog.execute("SELECT body FROM deliveries WHERE id = ?", (delivery["id"],)).fetchone()
    browser.get(json.loads(body)["data"]["links"]["contact"])

    wait = WebDriverWait(browser, WAIT_SECONDS)
    wait.until(lambda driver: driver.find_element(By.CSS_SELECTOR, "input")).send_keys("vdg_wrong")
    browser.find_element(By.CSS_SELECTOR, "form button").click()
    wait.until(lambda driver: "pas valable" in driver.find_element(By.CSS_SELECTOR, "[role=alert]").text)
    browser.find_element(By.CSS_SELECTOR, "input").send_keys(demo.key)
    browser.find_element(By.CSS_SELECTOR, "form button").click()
    wait.until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "tfoot"))

    explanation = demo.api(f"/contacts/{CONTACT}/explain")
    assert browser.find_element(By.TAG_NAME, "h1").text == "Claire Martin"
    ledger, timeline = browser.find_elements(By.CSS_SELECTOR, "table")
    assert len(ledger.find_elements(By.CSS_SELECTOR, "tbody tr")) == len(explanation["entries"])
    total = ledger.find_element(By.CSS_SELECTOR, "tfoot .number").text
    assert abs(float(total.replace(",", ".")) - explanation["sum"]) < 0.1
    worth = [cells.find_elements(By.TAG_NAME, "td")[5].text for cells in ledger.find_elements(By.CSS_SELECTOR, "tbody tr")]
    assert abs(sum(float(text.replace(",", ".").replace("\u2212", "-")) for text in worth if text != "–")
               - explanation["sum"]) < 0.1 * len(worth)
    shown = len(demo.api(f"/contacts/{CONTACT}/timeline?limit=50")["items"])
    assert len(timeline.find_elements(By.CSS_SELECTOR, "tbody tr")) == shown
    refused = [entry for entry in browser.get_log("browser") if "Content Security Policy" in entry["message"]]
    assert refused == [], "the page keeps to its own policy"
    (tmp_path / "contact.png").write_bytes(browser.get_screenshot_as_png())
    # The key is the tab's: it is still there after a reload, and gone when it is forgotten.
    browser.refresh()
    wait.until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "tfoot"))
    browser.find_elements(By.CSS_SELECTOR, "button.plain")[-1].click()
    wait.until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "input"))


def test_whatTheReceiverGotIsGenuineToIndependentLibraries(demo, browser):
    choose(browser, demo, 0)
    demo.until(lambda: demo.api("/status")["store"]["visitors"] == 1)
    for path in ("/produits/maintenance", "/produits/energie", "/tarifs"):
        read(browser, demo, path)
    browser.get(link(browser, demo, "/q/"))
    demo.until(lambda: any("quote" in row["kind"] for row in demo.api(f"/contacts/{CONTACT}/timeline")["items"]))
    browser.find_element(By.TAG_NAME, "a").click()
    demo.until(lambda: any("lead.qualified" in line and "verified" in line for line in demo.lines))
    secret = (demo.directory / "data" / "demo-secret").read_text().strip()
    with urllib.request.urlopen(f"http://127.0.0.1:{demo.port + 3}/received") as response:
        received = json.load(response)
    kinds = set()
    for request in received:
        # Raises when anything about it is not as it should be.
        event = verify(secret, request["headers"], base64.b64decode(request["body"]))
        kinds.add(event.get_type())
    assert "lead.qualified" in kinds


def test_refusingLeavesNoProfileAndThePageSaysWhy(demo, browser):
    choose(browser, demo, 1)
    for path in ("/produits/maintenance", "/tarifs"):
        read(browser, demo, path)
    text = browser.find_element(By.TAG_NAME, "footer").text
    assert "Il n'y a pas de profil" in text
    assert not [cookie for cookie in browser.get_cookies() if cookie["name"] == "vnd"]
    status = demo.api("/status")
    assert status["store"]["visitors"] == 0
    assert status["outcomes"]["declined"]["refused"] >= 2
    assert not any("lead.qualified" in line for line in demo.lines)


def test_aWorkingDayOfTrafficAddsUp(demo):
    day = subprocess.run(
        [
            BINARY, "demo", "traffic", "--seed", "7", "--visitors", "40",
            "--url", f"http://localhost:{demo.port}", "--api", f"http://localhost:{demo.port + 1}", "--key", demo.key,
        ],
        cwd=demo.directory,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert day.returncode == 0, day.stdout + day.stderr
    outcomes = demo.api("/status")["outcomes"]
    assert outcomes["received"] == outcomes["accepted"] + sum(outcomes["rejected"].values()) + sum(
        outcomes["declined"].values()
    )
    assert outcomes["accepted_total"] == outcomes["scored"] + outcomes["counted"] + sum(
        outcomes["filtered"].values()
    ) + outcomes["pending"]


def test_theReceiverTakesNothingUnsigned(demo):
    body = b'{"specversion":"1.0","id":"x","source":"x","type":"lead.qualified","data":{}}'
    stamp = str(int(time.time()))
    forged = base64.b64encode(hmac.new(b"guess", f"x.{stamp}.".encode() + body, hashlib.sha256).digest()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{demo.port + 3}/hook",
        data=body,
        headers={
            "content-type": "application/cloudevents+json",
            "webhook-id": "x",
            "webhook-timestamp": stamp,
            "webhook-signature": "v1," + forged,
        },
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert 400 <= refused.value.code < 500
