"""A collector and a web site on loopback, for the tests of the tracker."""

import contextlib
import json
import pathlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DIST = pathlib.Path(__file__).resolve().parent.parent / "dist"
WAIT_SECONDS = 20


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        """Browsers drop connections at will; that is no failure of a test."""


class Collector:
    """Takes `POST /e` like the real one and keeps what came, in the order it came."""

    def __init__(self):
        self.status = 204
        self.readable = True
        self.requests = []
        self._answers = threading.Event()
        self._answers.set()
        self._changed = threading.Condition()
        self._server = None
        self.port = 0
        self.start()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status = collector.status
                collector._take(self.path, dict(self.headers), json.loads(body), status)
                collector._answers.wait(WAIT_SECONDS)
                self.send_response(status)
                if collector.readable:
                    self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", "*"))
                    self.send_header("Access-Control-Allow-Credentials", "true")
                self.send_header("Content-Length", "0")
                self.send_header("Connection", "close")
                self.end_headers()

            def do_GET(self):
                name = self.path.split("?")[0].rsplit("/", 1)[-1]
                body = (DIST / name).read_bytes() if name in ("t.js", "forms.js") else b""
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "text/javascript")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)

            def do_OPTIONS(self):
                # A preflight means that the request is not the simple one it must be.
                collector._take(self.path, {"Preflight": "yes"}, [], 403)
                self.send_response(403)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        """Nobody listens any more, on the same port, until `start`."""
        self._server.shutdown()
        self._server.server_close()

    @contextlib.contextmanager
    def down(self):
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextlib.contextmanager
    def answering(self, status):
        self.status = status
        try:
            yield
        finally:
            self.status = 204

    @contextlib.contextmanager
    def unreadable(self, status):
        """Requests are taken and answered without leave for a page of another origin to read it."""
        self.readable = False
        try:
            with self.answering(status):
                yield
        finally:
            self.readable = True

    @contextlib.contextmanager
    def silent(self):
        """Requests are taken, but answered only at the end."""
        self._answers.clear()
        try:
            yield
        finally:
            self._answers.set()

    def _take(self, path, headers, events, status):
        with self._changed:
            self.requests.append({"path": path, "headers": headers, "events": events, "status": status})
            self._changed.notify_all()

    def events(self, site, accepted=True):
        """The events of one site that were accepted, or all that came, also those answered with an error.

        In the order they happened: the requests at the end of a page may overtake each other.
        """
        events = [
            event
            for request in list(self.requests)
            for event in request["events"]
            if event.get("site") == site and (not accepted or request["status"] == 204)
        ]
        return sorted(events, key=lambda event: (event["time"], int(event["id"].split(".")[1])))

    def wait(self, condition, what):
        with self._changed:
            if not self._changed.wait_for(condition, WAIT_SECONDS):
                seen = json.dumps([request["events"] for request in self.requests[-5:]], indent=1)
                raise AssertionError(f"waited in vain for {what}; the last requests: {seen}")


class Site:
    """Serves the pages a test gives it, without the browser's cache, and knows which were asked for."""

    def __init__(self):
        self.pages = {}
        self.asked = []
        self._changed = threading.Condition()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                path = self.path.split("?")[0]
                name = path.rsplit("/", 1)[-1]
                if name in ("t.js", "forms.js"):
                    body, kind = (DIST / name).read_bytes(), "text/javascript"
                else:
                    body, kind = site.pages.get(path, "<!doctype html><title>empty</title>").encode(), "text/html"
                with site._changed:
                    site.asked.append(self.path)
                    site._changed.notify_all()
                self.send_response(200)
                self.send_header("Content-Type", kind + "; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                # Not `no-store`, which would keep a page out of the back/forward cache.
                self.send_header("Cache-Control", "no-cache")
                self.end_headers()
                self.wfile.write(body)

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def wait_asked(self, path):
        with self._changed:
            if not self._changed.wait_for(lambda: path in self.asked, WAIT_SECONDS):
                raise AssertionError(f"waited in vain for a request of {path}")
