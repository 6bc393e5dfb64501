"""Clients that mean harm, or behave as if they did: what they cost stays bounded, and others are served meanwhile.

The bounds are those of docs/limits.md, "Memory".
"""

import collections
import concurrent.futures
import contextlib
import json
import os
import resource
import select
import socket
import threading
import time

import pytest

from service import BROWSER, wait_for

MIB = 1024 * 1024
IDLE = 10_000
# docs/limits.md: what an idle connection, and a visitor who came once, may cost.
IDLE_BYTES = 8 * 1024
STRANGER_BYTES = 512
# Recent blocks kept for readers, pending records, effects under way, answers nobody reads.
BUFFERS = 64 * MIB
# All of it together, with what the process needs by itself: the most it ever had.
PEAK = 384 * MIB


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One service for all of them: it has to survive one after the other."""
    from service import Service

    made = Service(tmp_path_factory.mktemp("hostile")).start()
    yield made
    peak = made.memory("VmHWM")
    made.close()
    print(f"peak: {peak / MIB:.0f} MiB")
    assert peak < PEAK


@pytest.fixture(autouse=True)
def alive(service):
    yield
    assert service.process.poll() is None, service.tail()
    outcomes = service.settled(60)["outcomes"]
    refused = sum(outcomes["rejected"].values()) + sum(outcomes["declined"].values())
    assert outcomes["received"] == outcomes["accepted"] + refused


class Deaf:
    """Clients that ask for megabytes and read none."""

    def __init__(self):
        self.connections = []

    def begin(self, service):
        pipeline = b"GET /t.js HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200
        for _ in range(50):
            connection = connect(service)
            self.connections.append(connection)
            # Until nothing more can be sent.
            connection.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                for _ in range(200):
                    connection.send(pipeline)

    def open_ones(self):
        """Those whose other end is still there."""
        poll = select.poll()
        for connection in self.connections:
            poll.register(connection, 0)
        # Without being asked for, these alone are told: the connection was reset, or both of its halves are closed.
        return len(self.connections) - len(poll.poll(0))

    def close(self):
        for connection in self.connections:
            connection.close()


@pytest.fixture(scope="module")
def deaf():
    made = Deaf()
    yield made
    made.close()


@contextlib.contextmanager
def bystander(service):
    """Another visitor, who looks at a page every now and then: all of it is taken, none of it takes long.

    They look at three pages at least, however soon what they stand beside is over.
    """
    stop = threading.Event()

    def browse():
        waits = []
        while len(waits) < 3 or not stop.is_set():
            began = time.monotonic()
            status = ask(service, event_request([event()]))
            waits.append((time.monotonic() - began, status))
            stop.wait(0.1)
        return waits

    with concurrent.futures.ThreadPoolExecutor() as executor:
        browsing = executor.submit(browse)
        try:
            yield
        finally:
            stop.set()
    waits = browsing.result()
    assert all(status == 204 for _, status in waits), [status for _, status in waits]
    assert max(wait for wait, _ in waits) < 10


def event(path="/", **more):
    url = f"http://localhost{path}"
    return {"type": "page_view", "site": "demo", "url": url, "id": f"{os.urandom(8).hex()}.1", "consent": "granted"} | more


def event_request(events, agent=BROWSER, fields=""):
    body = json.dumps(events)
    return (
        f"POST /e HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {agent}\r\n{fields}"
        f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
    ).encode()


def connect(service):
    return socket.create_connection(("127.0.0.1", service.public_port), timeout=20)


def statuses_of(connection, count):
    """The statuses of the next answers; the rest of each is read over. Fewer if the connection ends before."""
    statuses, text = [], b""
    while len(statuses) < count:
        while b"\r\n\r\n" not in text:
            part = connection.recv(65_536)
            if not part:
                return statuses
            text += part
        head, text = text.split(b"\r\n\r\n", 1)
        fields = head.lower().split(b"\r\n")[1:]
        length = next((int(line[15:]) for line in fields if line.startswith(b"content-length:")), 0)
        while len(text) < length and (part := connection.recv(65_536)):
            text += part
        text = text[length:]
        statuses.append(int(head.split(b" ", 2)[1]))
    return statuses


def status_of(connection):
    """The status of the next answer; None if there is none."""
    return next(iter(statuses_of(connection, 1)), None)


def ask(service, request):
    with connect(service) as connection:
        connection.sendall(request)
        return status_of(connection)


def flood(service, seconds, request, at_once=1):
    """Sends requests for a while over two connections; the statuses by how often they came."""
    counts = collections.Counter()
    end = time.monotonic() + seconds

    def send():
        mine = collections.Counter()
        with connect(service) as connection:
            while time.monotonic() < end:
                connection.sendall(b"".join(request() for _ in range(at_once)))
                mine.update(statuses_of(connection, at_once))
        return mine

    with concurrent.futures.ThreadPoolExecutor() as executor:
        for sending in [executor.submit(send) for _ in range(2)]:
            counts += sending.result()
    return counts


def test_ten_thousand_idle_connections(service):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard >= IDLE + 500, "raise the hard limit of open files to run this"
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    before = service.memory()
    with contextlib.ExitStack() as stack:
        with bystander(service):
            for _ in range(IDLE):
                stack.enter_context(connect(service))
            # The last one is served, so all before it were accepted.
            assert ask(service, event_request([event()])) == 204
            assert len(os.listdir(f"/proc/{service.process.pid}/fd")) > IDLE
        grown = service.memory() - before
        assert grown < IDLE * IDLE_BYTES + 32 * MIB, f"{grown / IDLE:.0f} bytes for each"
        print(f"idle connection: {grown / IDLE:.0f} bytes")
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    gone = lambda: len(os.listdir(f"/proc/{service.process.pid}/fd")) < 500
    wait_for("the connections to be forgotten", gone, 30)


def test_slow_clients_are_cut_off_and_hold_nobody_up(service, deaf):
    before = service.memory()
    deaf.begin(service)
    starts = {
        "head": b"GET /t.js HTTP/1.1\r\nHost: localhost\r\n",
        "body": b"POST /e HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n[",
        "chunks": b"POST /e HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
    }
    drips = {"head": b"X: y\r\n", "body": b" ", "chunks": b"1\r\n \r\n"}
    with contextlib.ExitStack() as stack, bystander(service):
        began = time.monotonic()
        slow = [(kind, stack.enter_context(connect(service))) for kind in starts for _ in range(100)]
        for kind, connection in slow:
            connection.sendall(starts[kind])
        open_ones = list(slow)
        while open_ones and time.monotonic() - began < 120:
            kept = []
            for kind, connection in open_ones:
                with contextlib.suppress(OSError):
                    connection.sendall(drips[kind])
                    kept.append((kind, connection))
            open_ones = kept
            time.sleep(0.5)
        assert not open_ones
        assert time.monotonic() - began > 15
        assert service.memory() - before < BUFFERS


@pytest.mark.parametrize("kind", ["visitors", "urls", "campaigns", "agents"])
def test_a_flood_of_new_names(service, kind):
    """Every request is another visitor's, and brings a name nobody had before."""

    def request():
        name = os.urandom(8).hex()
        path = {"urls": f"/{name}", "campaigns": f"/?utm_campaign={name}&utm_source={name}"}.get(kind, "/")
        return event_request([event(path)], agent=f"Mozilla/5.0 {name}" if kind == "agents" else BROWSER)

    before, status = service.memory(), service.status()
    with bystander(service):
        counts = flood(service, 5, request, at_once=50)
    assert set(counts) <= {204, 503} and counts[204] > 1_000, counts
    after = service.settled(60)
    visitors = after["store"]["visitors"] - status["store"]["visitors"]
    grown = service.memory() - before
    print(f"{kind}: {visitors} visitors, {grown / MIB:.1f} MiB")
    assert visitors >= counts[204]
    assert grown < visitors * STRANGER_BYTES + BUFFERS


def test_one_hot_contact(service):
    contact = service.contact(1)
    message, links = service.message("spring")
    path = service.click_path(contact, message, links[0])
    before = service.memory()
    with bystander(service):
        counts = flood(
            service, 5, lambda: f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {BROWSER}\r\n\r\n".encode()
        )
    assert set(counts) == {302}, counts
    service.settled(60)
    assert service.memory() - before < BUFFERS
    # Nobody clicks like that: a burst is a machine's, and nothing of it makes a lead.
    service.explain(contact)
    assert service.api("GET", "/leads")["items"] == []


def test_oversize_everything(service):
    big = "a" * 100_000
    head = "GET /{} HTTP/1.1\r\nHost: localhost\r\n{}\r\n"
    deep = "[" * 60_000
    requests = {
        "target": (head.format(big, ""), 431),
        "field": (head.format("t.js", f"X: {big}\r\n"), 431),
        "name": (head.format("t.js", f"{big}: x\r\n"), 431),
        "fields": (head.format("t.js", "".join(f"X{n}: y\r\n" for n in range(20_000))), 431),
        "long fields": (head.format("t.js", "".join(f"X{n}: {big[:9_000]}\r\n" for n in range(5))), 431),
        "cookie": (head.format("t.js", f"Cookie: {big[:15_000]}\r\n"), 200),
        "token": (head.format(f"c/1/v1.1.{big[:10_000]}", ""), 404),
        "query": (head.format(f"p.gif?site=demo&url=http://localhost/{big[:15_000]}", ""), 400),
        "body": (f"POST /e HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(big)}\r\n\r\n{big}", 413),
        "nesting": (f"POST /e HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(deep)}\r\n\r\n{deep}", 400),
        "chunk": (f"POST /e HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n{big}", 413),
    }
    before = service.memory()
    with bystander(service):
        for _ in range(20):
            for name, (request, expected) in requests.items():
                assert sent(service, request.encode()) == expected, name
            assert ask(service, event_request([event(title=big[:30_000])])) == 204
            assert ask(service, event_request([event(f"/{big[:30_000]}")])) == 400
            assert ask(service, event_request([event() for _ in range(101)])) == 413
            fields = {f"k{n}": "v" * 1_000 for n in range(40)}
            form = event(type="form_submit", name="contact", fields=fields)
            assert ask(service, event_request([form])) == 200
    assert service.memory() - before < BUFFERS


def sent(service, request):
    """The status of what may be answered and closed before all of it is sent."""
    with connect(service) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request)
        return status_of(connection)


def test_who_never_reads_was_cut_off(service, deaf):
    """The last one here: they had all the time of the tests since they began, and little is left to wait for."""
    assert deaf.connections, "it goes on from where the slow ones were cut off"
    wait_for("the deaf to be cut off", lambda: not deaf.open_ones(), 120)
