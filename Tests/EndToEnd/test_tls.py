"""TLS on the public port: handshakes, versions, and certificates that are replaced while connections are open."""

import json
import shutil
import signal
import socket
import ssl
import time

import pytest

from service import BROWSER, ROOT, wait_for

FIXTURES = ROOT / "Tests/Fixtures/tls"


def certificate(name):
    """A fixture's certificate as it goes over the wire."""
    return ssl.PEM_cert_to_DER_cert((FIXTURES / f"{name}.crt").read_text())


class Client:
    """A connection that shows which certificate it was opened with."""

    def __init__(self, service, **versions):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for name in ("one", "two"):
            context.load_verify_locations(FIXTURES / f"{name}.crt")
        context.set_alpn_protocols(["h2", "http/1.1"])
        if versions:
            # Old versions are switched off on this side too, unless asked for like this.
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
        for name, version in versions.items():
            setattr(context, f"{name}_version", version)
        raw = socket.create_connection(("127.0.0.1", service.public_port), timeout=10)
        self.socket = context.wrap_socket(raw, server_hostname="localhost")

    @property
    def certificate(self):
        return self.socket.getpeercert(binary_form=True)

    def ask(self, method, path, body="", fields=()):
        """The status and the fields of an answer, on a connection that stays open."""
        fields = ["Host: localhost", f"User-Agent: {BROWSER}", f"Content-Length: {len(body)}", *fields]
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\n{''.join(f + chr(13) + chr(10) for f in fields)}\r\n{body}".encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = self.socket.recv(65_536)
            assert part, answer
            answer += part
        head, rest = answer.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        answered = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        missing = int(answered.get("content-length", 0)) - len(rest)
        while missing > 0:
            missing -= len(self.socket.recv(missing))
        return int(lines[0].split(" ")[1]), answered

    def close(self):
        self.socket.close()


@pytest.fixture
def service(services, tmp_path):
    """A service that speaks TLS with a copy of the first certificate."""
    put(tmp_path, "one")
    files = {"certificate": str(tmp_path / "certificate.pem"), "key": str(tmp_path / "key.pem")}
    service = services(public={"tls": files, "base_url": "https://localhost"})
    return service.start()


def put(folder, name):
    """Replaces the pair as a renewal would: each file at once, one after the other."""
    for fixture, file in ((f"{name}.key", "key.pem"), (f"{name}.crt", "certificate.pem")):
        shutil.copy(FIXTURES / fixture, folder / f"{file}.new")
        (folder / f"{file}.new").rename(folder / file)


@pytest.fixture
def clients(service):
    made = []

    def make(**versions):
        made.append(Client(service, **versions))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_an_event_is_taken_over_tls(service, clients, version):
    client = clients(minimum=version, maximum=version)
    assert client.socket.selected_alpn_protocol() == "http/1.1"
    event = {"type": "page_view", "site": "demo", "url": "http://localhost/", "id": "abcdefgh.1", "consent": "granted"}
    for _ in range(3):
        status, fields = client.ask("POST", "/e", json.dumps(event))
        assert status == 204
    assert client.ask("GET", "/nowhere")[0] == 404
    assert client.ask("GET", "/t.js")[0] == 200
    # The browser's way is https, so its cookie goes no other.
    assert "; Secure" in clients().ask("POST", "/e", json.dumps(event | {"id": "bcdefghi.1"}))[1]["set-cookie"]
    assert service.settled()["outcomes"]["accepted"] == 4


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_older_versions_are_refused(service, clients):
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        # The server's alert, not this side's refusal to ask.
        with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"):
            clients(minimum=version, maximum=version)
    assert clients().ask("GET", "/t.js")[0] == 200


def test_plain_http_on_the_tls_port_is_closed(service, clients):
    with socket.create_connection(("127.0.0.1", service.public_port), timeout=10) as plain:
        plain.sendall(b"GET /t.js HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while part := plain.recv(4_096):
            received += part
    assert b"HTTP/" not in received
    assert clients().ask("GET", "/t.js")[0] == 200


def test_a_closing_answer_arrives_whole_and_is_ended_by_both_sides(service, clients):
    client = clients()
    status, _ = client.ask("GET", "/t.js", fields=["Connection: close"])
    assert status == 200
    assert client.socket.recv(1) == b""


def test_a_new_certificate_is_shown_to_new_connections_and_a_bad_one_to_none(service, clients, tmp_path):
    old = clients()
    assert old.certificate == certificate("one")
    first = service.metrics()["vendange_certificate_expiry_seconds"]

    put(tmp_path, "two")
    service.process.send_signal(signal.SIGHUP)
    wait_for("the new certificate", lambda: clients().certificate == certificate("two"))
    assert old.ask("GET", "/t.js")[0] == 200
    second = service.metrics()["vendange_certificate_expiry_seconds"]
    assert time.time() < second < first

    (tmp_path / "certificate.pem").write_text("no certificate")
    service.process.send_signal(signal.SIGHUP)
    wait_for("the complaint", lambda: "new certificate not usable" in service.tail())
    assert clients().certificate == certificate("two")
    assert service.process.poll() is None

    # Nobody says anything this time: the files are looked at every 10 s.
    put(tmp_path, "one")
    wait_for("the change to be seen", lambda: clients().certificate == certificate("one"), 60)
    assert old.ask("GET", "/t.js")[0] == 200
    assert service.metrics()["vendange_certificate_expiry_seconds"] == first


def test_a_key_of_another_certificate_is_named_at_the_start(services, tmp_path):
    files = {"certificate": str(FIXTURES / "one.crt"), "key": str(FIXTURES / "two.key")}
    ran = services(public={"tls": files}).command("serve", seconds=60)
    assert ran.returncode == 78
    assert f"{files['key']} is not the key of {files['certificate']}" in ran.stderr


def test_without_a_certificate_a_hangup_ends_nothing(services):
    service = services().start()
    service.process.send_signal(signal.SIGHUP)
    wait_for("the answer", lambda: "no certificate to load" in service.tail())
    assert service.private("GET", "/health/ready").status == 200
