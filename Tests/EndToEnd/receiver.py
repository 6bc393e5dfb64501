#!/usr/bin/env python3
"""A destination for webhooks that trusts nobody: it checks every notification with the libraries of Standard
Webhooks and CloudEvents, which share no code with the service.

Prints one JSON line when it listens and one per request:

    {"event": "listening", "port": 40123}
    {"event": "request", "outcome": "accepted", "status": 204, "id": "…", "type": "lead.qualified", "repeat": false,
     "cloudevent": {"id": …, "source": …, "type": …, "time": …, "subject": …}, "data": {…}, "received": 1764000000.123}

`outcome` is `accepted`, `told to fail` (verified, but answered as --fail says) or `rejected` with a `reason`; a
rejected notification is answered with 400. `repeat` says whether a notification with this id was accepted before.
Ends after --count accepted ones, or on SIGTERM.
"""

import argparse
import json
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cloudevents.core.bindings.http import HTTPMessage, from_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

LARGEST_BODY = 1_048_576


class Rejected(Exception):
    """Why a notification is not what it should be."""


def verify(secret, headers, body):
    """The CloudEvent in a request. Raises Rejected."""
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError) as error:
        raise Rejected(f"signature: {error}") from error
    lowered = {name.lower(): value for name, value in headers.items()}
    media_type = lowered.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/cloudevents+json":
        raise Rejected(f"content type: {media_type or 'none'}")
    try:
        # The library fills in what is missing of these; a receiver in the field does not.
        missing = {"specversion", "id", "time"} - json.loads(body).keys()
        if missing:
            raise Rejected(f"event: without {', '.join(sorted(missing))}")
        event = from_structured(HTTPMessage(headers=lowered, body=body), JSONFormat(), CloudEvent)
    except Rejected:
        raise
    except Exception as error:  # the library's errors have no common type
        raise Rejected(f"event: {error}") from error
    if event.get_id() != lowered["webhook-id"]:
        raise Rejected("event: its id is not the webhook-id")
    return event


class State:
    """What the requests share."""

    def __init__(self, secret, count=None, fail=(), fail_every=None, retry_after=None):
        self.secret = secret
        self.count = count
        self.fail = list(fail)
        self.fail_every = fail_every
        self.judged = 0
        self.retry_after = retry_after
        self.accepted = set()
        self.accepted_requests = 0
        self.lock = threading.Lock()
        self.done = threading.Event()

    def judge(self, headers, body):
        """The status to answer with and the line to print."""
        line = {"event": "request", "id": headers.get("webhook-id"), "received": time.time()}
        try:
            event = verify(self.secret, headers, body)
        except Rejected as rejection:
            return 400, line | {"outcome": "rejected", "status": 400, "reason": str(rejection)}
        when = event.get_time()
        line |= {
            "type": event.get_type(),
            "cloudevent": {
                "id": event.get_id(),
                "source": event.get_source(),
                "type": event.get_type(),
                "subject": event.get_subject(),
                "time": when.isoformat() if when else None,
            },
            "data": event.get_data(),
        }
        with self.lock:
            line["repeat"] = event.get_id() in self.accepted
            self.judged += 1
            if self.fail_every and self.judged % self.fail_every == 0:
                self.fail.append(503)
            if self.fail:
                status = self.fail.pop(0)
                return status, line | {"outcome": "told to fail", "status": status}
            self.accepted.add(event.get_id())
            self.accepted_requests += 1
        return 204, line | {"outcome": "accepted", "status": 204}

    def note_answer(self, line):
        """Prints the line of an answered request, and says when there were enough."""
        with self.lock:
            print(json.dumps(line, default=str), flush=True)
            if self.count is not None and self.accepted_requests >= self.count:
                self.done.set()


class Handler(BaseHTTPRequestHandler):
    """Answers POST on every path."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self):
        length = int(self.headers.get("content-length") or 0)
        if length > LARGEST_BODY:
            self.send_error(413)
            return
        body = self.rfile.read(length)
        if len(body) < length:
            # Whoever sent it was killed meanwhile: there is nothing to judge, and nobody to answer.
            self.close_connection = True
            return
        status, line = self.server.state.judge(self.headers, body)
        self.send_response(status)
        if status != 204:
            self.send_header("content-length", "0")
        if line["outcome"] == "told to fail" and self.server.state.retry_after is not None:
            self.send_header("retry-after", str(self.server.state.retry_after))
        self.end_headers()
        self.wfile.flush()
        self.server.state.note_answer(line)

    def log_message(self, format, *arguments):
        """The JSON lines say it all."""


def failures(text):
    """`503:2,429` as [503, 503, 429]."""
    statuses = []
    for part in text.split(","):
        status, _, times = part.partition(":")
        statuses += [int(status)] * (int(times) if times else 1)
    return statuses


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--secret", required=True, help="whsec_ and base64")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--count", type=int, help="end after so many accepted notifications")
    parser.add_argument("--fail", type=failures, default=[], help="answers before the first good one: 503:2,429")
    parser.add_argument("--fail-every", type=int, help="answer each so many-th notification with 503")
    parser.add_argument("--retry-after", type=int, help="seconds to ask for with every failure")
    options = parser.parse_args()

    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.daemon_threads = True
    server.state = State(options.secret, options.count, options.fail, options.fail_every, options.retry_after)
    signal.signal(signal.SIGTERM, lambda *_: server.state.done.set())
    signal.signal(signal.SIGINT, lambda *_: server.state.done.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"event": "listening", "port": server.server_address[1]}), flush=True)
    server.state.done.wait()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
