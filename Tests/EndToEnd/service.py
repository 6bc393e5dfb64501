"""A running service with a data directory of its own, and a destination for its notifications."""

import base64
import contextlib
import http.client
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("VENDANGE_BINARY") or ROOT / ".build/debug/vendange")
RECEIVER = pathlib.Path(__file__).with_name("receiver.py")
SECRET = "whsec_" + base64.b64encode(b"thirty-two bytes for the signer!").decode()
# Settings come from the tests' files alone; the binary refuses variables that it does not know, such as ours.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("VENDANGE_")}
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

# Below the range from which the system gives ports to clients: a port must still be free after a restart.
PORTS = range(18_000, 32_000)
_given = set()


def free_port():
    """A loopback port that nobody listens on, and that was not given before."""
    while True:
        port = random.choice(PORTS)
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port


def wait_for(what, condition, seconds=20):
    """The condition's first true value; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.02)


def end(process, seconds=10):
    """Ends a process that was started here, and takes it away."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait(timeout=seconds)


class Response:
    """What the public or the private port answered."""

    def __init__(self, answer):
        self.status = answer.status
        self.headers = answer.headers
        self.body = answer.read()

    @property
    def json(self):
        return json.loads(self.body)


class Connection:
    """A kept-alive connection to one of the ports."""

    def __init__(self, port):
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def send(self, method, path, body=None, headers=None):
        """The response. Raises OSError or http.client.HTTPException when there is none, and starts afresh then."""
        try:
            self._http.request(method, path, body, headers or {})
            return Response(self._http.getresponse())
        except (OSError, http.client.HTTPException):
            self._http.close()
            raise

    def close(self):
        self._http.close()


class Service:
    """`vendange serve` with its settings, in a directory."""

    def __init__(self, directory, *, model=None, destinations=(), site=None, data=None, public=None, proxies=None):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.data = pathlib.Path(data or self.directory / "data")
        self.public_port = free_port()
        self.private_port = free_port()
        self.origin = f"http://localhost:{self.public_port}"
        self.model = self.directory / "model.yaml"
        self.model.write_text(model or (ROOT / "config/model.demo.yaml").read_text())
        self.config = self.directory / "vendange.yaml"
        self.output = self.directory / "output.log"
        self.process = None
        site = {
            "key": "demo",
            "name": "Demo",
            "hostnames": ["localhost"],
            "origins": [self.origin],
            "mode": "full",
            "before_choice": "exempt",
        } | (site or {})
        # JSON is YAML.
        settings = {
            "data_directory": str(self.data),
            "model_file": str(self.model),
            "log_level": "notice",
            "workers": 2,
            "public": {"host": "127.0.0.1", "port": self.public_port, "base_url": self.origin} | (public or {}),
            "private": {"host": "127.0.0.1", "port": self.private_port},
            "sites": [site],
            "destinations": list(destinations),
        } | ({"proxies": proxies} if proxies else {})
        self.config.write_text(
            "\n".join(f"{name}: {json.dumps(value)}" for name, value in settings.items()) + "\n"
        )

    # Life

    def spawn(self):
        """Starts the process and does not wait for it."""
        assert self.process is None or self.process.poll() is not None
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--config", self.config],
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def start(self, seconds=30):
        """Starts the process and waits until it takes events."""
        self.spawn()

        def is_ready():
            assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.tail()}"
            with contextlib.suppress(OSError, http.client.HTTPException):
                return self.private("GET", "/health/ready").status == 200
            return False

        wait_for("the service to be ready", is_ready, seconds)
        return self

    def kill9(self):
        self.process.send_signal(signal.SIGKILL)
        assert self.process.wait(timeout=60) == -signal.SIGKILL

    def terminate(self, seconds=60):
        """Ends the process in good order. Returns how many seconds it took."""
        began = time.monotonic()
        self.process.terminate()
        status = self.process.wait(timeout=seconds)
        assert status == 0, f"ended with {status}:\n{self.tail()}"
        return time.monotonic() - began

    def restart(self):
        """Ends the process in good order and starts it again."""
        self.terminate()
        return self.start()

    def close(self):
        """Ends the process however it is."""
        if self.process is not None:
            end(self.process)

    def tail(self, lines=30):
        """What the process wrote last."""
        if not self.output.exists():
            return ""
        return "\n".join(self.output.read_text(errors="replace").splitlines()[-lines:])

    def command(self, *arguments, seconds=120):
        """The finished process of a command of the command line with these settings."""
        return subprocess.run(
            [BINARY, *map(str, arguments), "--config", self.config],
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
        )

    def memory(self, figure="VmRSS"):
        """Bytes of the process that are in memory; the most there ever were as VmHWM."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(f"{figure}:"))

    def cpu_seconds(self):
        """The processor time the process has taken since its start, in user space and in the system."""
        # Behind the name, which may hold anything: proc(5) counts utime as field 14 and stime as field 15.
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    # The private port

    def metrics(self):
        """The samples without labels, by name."""
        lines = self.private("GET", "/metrics").body.decode().splitlines()
        pairs = [line.split(" ") for line in lines if not line.startswith("#") and "{" not in line]
        return {name: float(value) for name, value in pairs}

    @property
    def key(self):
        return (self.data / "admin.key").read_text().strip()

    def private(self, method, path, body=None, headers=None):
        connection = Connection(self.private_port)
        try:
            return connection.send(method, path, body, headers)
        finally:
            connection.close()

    def api(self, method, path, body=None, *, content_type="application/json", expect=(200, 201, 204)):
        """The JSON of an answer of the API; None without a body."""
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        headers = {"Authorization": f"Bearer {self.key}"}
        if body is not None:
            headers["Content-Type"] = content_type
        response = self.private(method, "/api/v1" + path, body, headers)
        assert response.status in expect, f"{method} {path}: {response.status} {response.body[:2000]!r}"
        return response.json if response.body else None

    def pages(self, path):
        """All items of a list in pages."""
        items = []
        after = ""
        while True:
            separator = "&" if "?" in path else "?"
            page = self.api("GET", f"{path}{separator}limit=500{after}")
            items += page["items"]
            if page.get("next") is None:
                return items
            after = "&after=" + urllib.parse.quote(page["next"])

    def status(self):
        return self.api("GET", "/status")

    def settled(self, seconds=30):
        """The status once everything in the log is folded and in the catalog."""

        def look():
            status = self.status()
            log = status["log"]
            return log["folded"] == log["applied"] == log["end"] and status["outcomes"]["pending"] == 0 and status

        return wait_for("the fold to catch up", look, seconds)

    def explain(self, contact):
        """The explanation of a contact, whose sums are looked at."""
        told = self.api("GET", f"/contacts/{contact}/explain")
        magnitude = sum(abs(entry["points"]) for entry in told["entries"])
        assert abs(told["sum"] - told["balance"]) <= 1e-9 * magnitude, f"{contact}: {told['sum']} {told['balance']}"
        # A long ledger is listed in part; the rest is one line.
        earlier = (told.get("earlier") or {"worth": 0})["worth"]
        worth = earlier + sum(entry["worth"] for entry in told["entries"])
        assert abs(told["sum"] - worth) <= 1e-9 * (magnitude + abs(earlier))
        return told

    def contact(self, number, **more):
        """Creates a contact whose clicks may be recorded; the answer is its reference."""
        self.api(
            "POST",
            "/contacts",
            {"crm_id": str(number), "email": f"contact{number}@firma.test", "consents": {"clicks": True}} | more,
        )
        return f"crm:{number}"

    def message(self, name, links=1):
        """Creates a message with tracked links; their numbers."""
        message = self.api("POST", "/messages", {"name": name})["id"]
        urls = [f"{self.origin}/landing/{message}/{index}" for index in range(links)]
        return message, [self.api("POST", "/links", {"url": url, "message": message})["id"] for url in urls]

    def click_path(self, contact, message, link):
        """The signed path of a tracked link for a contact."""
        token = self.api(
            "POST", "/tokens", {"purpose": "message", "contact": contact, "object": message, "link": link}
        )
        return urllib.parse.urlsplit(token["addresses"]["click"]).path

    def quote_path(self, contact, title="Quote"):
        """Creates a quote; its signed path."""
        quote = self.api("POST", "/quotes", {"title": title, "url": f"{self.origin}/quote.pdf", "contact": contact})
        token = self.api("POST", "/tokens", {"purpose": "quote", "contact": contact, "object": quote["id"]})
        return urllib.parse.urlsplit(token["addresses"]["quote"]).path


class Browser:
    """A person's browser on the site: a cookie, and events with ids."""

    def __init__(self, service, nonce=None):
        self.service = service
        self.nonce = nonce or os.urandom(8).hex()
        self.counter = 0
        self.cookie = None
        self.connection = Connection(service.public_port)

    def event(self, path="/", *, kind="page_view", consent="granted", **more):
        """A new event of this browser, as the page script would send it."""
        self.counter += 1
        return {
            "type": kind,
            "site": "demo",
            "url": self.service.origin + path,
            "id": f"{self.nonce}.{self.counter}",
            "consent": consent,
        } | more

    def send(self, events, headers=None):
        """Posts one event, or a list of them."""
        headers = {
            "Content-Type": "text/plain;charset=UTF-8",
            "Origin": self.service.origin,
            "User-Agent": BROWSER,
        } | (headers or {})
        if self.cookie:
            headers.setdefault("Cookie", self.cookie)
        response = self.connection.send("POST", "/e", json.dumps(events), headers)
        given = response.headers.get("Set-Cookie")
        if given:
            self.cookie = given.split(";")[0]
        return response

    def view(self, path="/", **more):
        """Looks at a page; what matters is that the answer says it is kept."""
        response = self.send(self.event(path, **more))
        assert response.status == 204, response.body
        return response

    def get(self, path, headers=None):
        return self.connection.send("GET", path, None, {"User-Agent": BROWSER} | (headers or {}))

    def click(self, path):
        """Follows a tracked link; the click token the redirect hands over, None without one."""
        response = self.get(path)
        assert response.status == 302, response.status
        query = urllib.parse.urlsplit(response.headers["Location"]).query
        return urllib.parse.parse_qs(query).get("vdg", [None])[0]

    def burst(self, paths):
        """Follows tracked links as a scanner does. Sent in one piece, they are close together on a slow machine too."""
        fields = f"Host: localhost\r\nUser-Agent: {BROWSER}\r\n"
        *requests, last = [f"GET {path} HTTP/1.1\r\n{fields}" for path in paths]
        text = "\r\n".join([*requests, f"{last}Connection: close\r\n", ""])
        with socket.create_connection(("127.0.0.1", self.service.public_port), timeout=60) as connection:
            connection.sendall(text.encode())
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        assert answer.count(b"HTTP/1.1 302") == len(paths), answer

    def view_quote(self, path):
        response = self.connection.send("POST", path, None, {"User-Agent": BROWSER, "Content-Length": "0"})
        assert response.status == 204, response.status

    def close(self):
        self.connection.close()


class Destination:
    """The receiver that checks every notification with independent libraries, and what it got."""

    def __init__(self, port=None):
        self.port = port or free_port()
        self.process = None
        self.lines = []
        self._lock = threading.Lock()

    @property
    def setting(self):
        return {
            "name": "crm",
            "kind": "webhook",
            "url": f"http://127.0.0.1:{self.port}/hook",
            "secret": SECRET,
            "allow_private_address": True,
        }

    def start(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, RECEIVER, "--secret", SECRET, "--port", str(self.port), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert json.loads(self.process.stdout.readline())["event"] == "listening"
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def _read(self):
        with self.process.stdout as lines:
            for line in lines:
                with self._lock:
                    self.lines.append(json.loads(line))

    def received(self, kind=None, outcome="accepted"):
        """The requests so far, of one type if it is given."""
        with self._lock:
            lines = list(self.lines)
        return [line for line in lines if line["outcome"] == outcome and kind in (None, line.get("type"))]

    def close(self):
        if self.process is not None:
            end(self.process)


def entries(service, contact, rule=None):
    return [entry for entry in service.explain(contact)["entries"] if rule in (None, entry["rule"])]


def linked(service, browser, contact, path="/"):
    """Has a browser become a contact's, by a click and the page it leads to."""
    message, (link,) = service.message("Mailing")
    click = browser.click(service.click_path(contact, message, link))
    assert click is not None
    browser.view(path, click=click)
