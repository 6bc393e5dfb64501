"""The receiver accepts what the libraries sign and rejects everything else."""

import base64
import http.client
import json
import pathlib
import socket
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from standardwebhooks.webhooks import Webhook

RECEIVER = pathlib.Path(__file__).with_name("receiver.py")
SECRET = "whsec_" + base64.b64encode(b"thirty-two bytes for the signer!").decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"thirty-two bytes of another one!").decode()
EVENT = {
    "specversion": "1.0",
    "id": "00000000000000aa-1-2-0",
    "source": "https://leads.test/",
    "type": "lead.qualified",
    "time": "2026-11-23T15:00:00Z",
    "subject": "contact/7",
    "datacontenttype": "application/json",
    "data": {"score": {"total": 82.5}, "contact": {"first_name": "Zoë"}},
}


class Running:
    """A receiver process and the lines it prints."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, RECEIVER, "--secret", SECRET, *arguments], stdout=subprocess.PIPE, text=True
        )
        self.port = self.line()["port"]

    def line(self):
        return json.loads(self.process.stdout.readline())

    def post(self, headers, body):
        """The answer's status and headers, and the receiver's line."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("POST", "/hook", body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.headers, self.line()


@pytest.fixture
def receiver():
    started = []

    def start(*arguments):
        started.append(Running(*arguments))
        return started[-1]

    yield start
    for running in started:
        running.process.terminate()
        running.process.wait(timeout=10)
        running.process.stdout.close()


def signed(event=EVENT, secret=SECRET, age=timedelta(0), **changes):
    """Headers and body of a notification, signed by the library; changes replace headers, None removes one."""
    body = json.dumps(event)
    when = datetime.now(tz=timezone.utc) - age
    headers = {
        "content-type": "application/cloudevents+json",
        "webhook-id": event.get("id", "none"),
        "webhook-timestamp": str(int(when.timestamp())),
        "webhook-signature": Webhook(secret).sign(event.get("id", "none"), when, body),
    }
    for name, value in changes.items():
        headers[name.replace("_", "-")] = value
    return {name: value for name, value in headers.items() if value is not None}, body.encode()


def test_a_signed_event_is_accepted_with_its_data(receiver):
    status, _, line = receiver().post(*signed())
    assert status == 204
    assert line["outcome"] == "accepted"
    assert line["repeat"] is False
    assert line["id"] == EVENT["id"]
    assert line["type"] == "lead.qualified"
    assert line["cloudevent"]["source"] == EVENT["source"]
    assert line["cloudevent"]["subject"] == "contact/7"
    assert line["data"] == EVENT["data"]


def test_the_same_id_is_a_repeat(receiver):
    running = receiver()
    running.post(*signed())
    status, _, line = running.post(*signed())
    assert status == 204
    assert line["repeat"] is True


def test_who_dies_within_a_request_has_sent_none(receiver):
    running = receiver()
    headers, body = signed()
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as sender:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
        sender.sendall(head.encode() + body[:-1])
        sender.shutdown(socket.SHUT_WR)
        assert sender.recv(1) == b""
    assert running.post(headers, body)[2]["outcome"] == "accepted"


def test_a_signature_of_another_secret_is_rejected(receiver):
    status, _, line = receiver().post(*signed(secret=OTHER_SECRET))
    assert status == 400
    assert line["outcome"] == "rejected"
    assert "signature" in line["reason"]


def test_a_changed_body_is_rejected(receiver):
    headers, body = signed()
    status, _, line = receiver().post(headers, body.replace(b"82.5", b"99.5"))
    assert (status, line["outcome"]) == (400, "rejected")


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_timestamp_too_far_away_is_rejected(receiver, age):
    status, _, line = receiver().post(*signed(age=age))
    assert (status, line["outcome"]) == (400, "rejected")
    assert "timestamp" in line["reason"]


@pytest.mark.parametrize("header", ["webhook_id", "webhook_timestamp", "webhook_signature", "content_type"])
def test_a_missing_header_is_rejected(receiver, header):
    status, _, line = receiver().post(*signed(**{header: None}))
    assert (status, line["outcome"]) == (400, "rejected")


def test_a_signature_that_is_no_signature_is_rejected(receiver):
    status, _, line = receiver().post(*signed(webhook_signature="nonsense"))
    assert (status, line["outcome"]) == (400, "rejected")


@pytest.mark.parametrize("attribute", ["id", "source", "type", "specversion", "time"])
def test_an_event_without_a_required_attribute_is_rejected(receiver, attribute):
    event = {name: value for name, value in EVENT.items() if name != attribute}
    status, _, line = receiver().post(*signed(event))
    assert (status, line["outcome"]) == (400, "rejected")
    assert "event" in line["reason"]


def test_an_event_under_another_id_is_rejected(receiver):
    body = json.dumps(EVENT | {"id": "another"})
    when = datetime.now(tz=timezone.utc)
    headers, _ = signed(webhook_signature=Webhook(SECRET).sign(EVENT["id"], when, body))
    headers["webhook-timestamp"] = str(int(when.timestamp()))
    status, _, line = receiver().post(headers, body.encode())
    assert (status, line["outcome"]) == (400, "rejected")


def test_it_fails_as_told_and_then_accepts(receiver):
    running = receiver("--fail", "503:2,429", "--retry-after", "7")
    for expected in (503, 503, 429):
        status, headers, line = running.post(*signed())
        assert (status, line["outcome"]) == (expected, "told to fail")
        assert headers["retry-after"] == "7"
    status, _, line = running.post(*signed())
    assert (status, line["outcome"], line["repeat"]) == (204, "accepted", False)


def test_it_ends_after_the_count(receiver):
    running = receiver("--count", "2")
    running.post(*signed())
    running.post(*signed(secret=OTHER_SECRET))
    assert running.process.poll() is None
    running.post(*signed())
    assert running.process.wait(timeout=10) == 0


def test_it_ends_on_sigterm(receiver):
    running = receiver()
    running.process.terminate()
    assert running.process.wait(timeout=10) == 0
