"""How fast one address may send: an office is never held back, one sender of rubbish is, and they alone."""

import json
import os

import pytest

from service import BROWSER, Connection, Service, wait_for

OFFICE = "203.0.113.7"
SENDER = "198.51.100.9"
# docs/limits.md: so many people behind one address may follow a campaign in the same minute.
PEOPLE = 500


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Behind a proxy on this machine, so that a client may be at any address."""
    made = Service(tmp_path_factory.mktemp("rates"), proxies={"trusted": ["127.0.0.0/8"]}).start()
    yield made
    made.close()


class Client:
    """Browsers behind one address, over one connection of the proxy's."""

    def __init__(self, service, address):
        self.origin = service.origin
        self.connection = Connection(service.public_port)
        self.fields = {"X-Forwarded-For": address, "User-Agent": BROWSER}

    def send(self, count):
        """A new browser sends so many events."""
        nonce = os.urandom(8).hex()
        kinds = ["page_view"] + ["engagement"] * (count - 1)
        events = [
            {"type": kind, "site": "demo", "url": f"{self.origin}/", "id": f"{nonce}.{n}", "consent": "granted"}
            for n, kind in enumerate(kinds, 1)
        ]
        return self.connection.send("POST", "/e", json.dumps(events), self.fields)

    def get(self, path):
        return self.connection.send("GET", path, None, self.fields)


def test_an_office_behind_one_address_is_not_held_back(service):
    office = Client(service, OFFICE)
    before = service.settled()["outcomes"]["accepted"]
    # All of them at once: a page, and what was read of it.
    assert {office.send(4).status for _ in range(PEOPLE)} == {204}
    assert service.settled()["outcomes"]["accepted"] - before == 4 * PEOPLE


def test_one_sender_is_held_back_and_nobody_else(service):
    contact = service.contact(1)
    message, links = service.message("spring")
    sender = Client(service, SENDER)
    answers = iter(lambda: sender.send(100), None)
    refusal = next(answer for answer, _ in zip(answers, range(1_000)) if answer.status != 204)
    assert refusal.status == 429
    assert 1 <= int(refusal.headers["Retry-After"]) <= 60
    # Who cannot send again is answered all the same.
    assert sender.get(f"/p.gif?site=demo&url={service.origin}/").headers["Content-Type"] == "image/gif"
    assert sender.get(service.click_path(contact, message, links[0])).status == 302
    assert Client(service, OFFICE).send(4).status == 204
    # And what was refused is taken once it was waited for.
    wait_for("the sender to be heard again", lambda: sender.send(1).status == 204, 60)
