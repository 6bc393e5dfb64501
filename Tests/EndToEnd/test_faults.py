"""What the machine does to a service: no space, a disk that fails, a clock that steps, no descriptors, a second
service, a reader that does not let go. Each test starts the built binary and gives it the real thing."""

import contextlib
import fcntl
import http.client
import json
import os
import pathlib
import resource
import shutil
import socket
import sqlite3
import struct
import subprocess
import time

import pytest

import service as service_module
from service import BROWSER, Browser, Connection, wait_for
from test_kill import MODEL

MEBIBYTE = 1 << 20
SMALL_SEGMENTS = 'log: {"segment_bytes": 8388608}\n'


class Disk:
    """A small file system in a file. ext4 on a loop device, which can be full and can be made to fail."""

    def __init__(self, directory, megabytes=640):
        self.image = directory / "disk.img"
        self.path = directory / "disk"
        self.path.mkdir()
        with self.image.open("wb") as image:
            image.truncate(megabytes * MEBIBYTE)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=1", self.image], check=True)
        self.is_mounted = False

    def mount(self, *options):
        mounted = subprocess.run(
            ["mount", "-o", ",".join(["loop", *options]), self.image, self.path], capture_output=True, text=True
        )
        if mounted.returncode != 0:
            pytest.skip(f"this machine lets nobody mount: {mounted.stderr.strip()}")
        self.is_mounted = True
        return self

    def unmount(self):
        if self.is_mounted:
            subprocess.run(["umount", self.path], check=True)
            self.is_mounted = False

    def leave(self, free):
        """Fills the disk until only so many bytes are free."""
        status = os.statvfs(self.path)
        descriptor = os.open(self.path / "ballast", os.O_CREAT | os.O_WRONLY)
        size = status.f_bavail * status.f_frsize + os.fstat(descriptor).st_size - free
        try:
            os.posix_fallocate(descriptor, 0, size)
        finally:
            os.close(descriptor)

    def fill(self):
        """Leaves not one block."""
        with (self.path / "ballast").open("ab", buffering=0) as ballast, contextlib.suppress(OSError):
            while True:
                ballast.write(bytes(4_096))

    def make_room(self):
        (self.path / "ballast").unlink(missing_ok=True)

    def fail(self):
        """From now on every write and sync of this file system is an error, as when the device is gone."""
        shutdown, without_flushing_the_journal = 0x8004587D, 2
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, shutdown, struct.pack("I", without_flushing_the_journal))
        finally:
            os.close(descriptor)


@pytest.fixture
def disk(tmp_path):
    if os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
        pytest.skip("mounting a file system of one's own needs root and mkfs.ext4")
    made = Disk(tmp_path)
    yield made
    # Lazily: a service of a test that failed may still be there.
    subprocess.run(["umount", "-l", made.path], capture_output=True)


def on_disk(services, disk, **options):
    service = services(model=MODEL, data=disk.path / "data", **options)
    with service.config.open("a") as config:
        config.write(SMALL_SEGMENTS)
    return service


def gif(service):
    """What the pixel answers."""
    connection = Connection(service.public_port)
    try:
        return connection.send("GET", "/p.gif?site=demo&url=" + service.origin + "/pixel", None, {"User-Agent": BROWSER})
    finally:
        connection.close()


def is_refused(service, browser):
    """Events are refused as the failure rules say: 503, and when to come back; the pixel is a pixel all the same."""
    beacon = browser.send(browser.event("/refused"))
    pixel = gif(service)
    if beacon.status != 503:
        return False
    assert int(beacon.headers["Retry-After"]) > 0
    assert pixel.status == 503 and pixel.body.startswith(b"GIF89a") and len(pixel.body) == 43
    return True


def timeline(service, reference):
    return {row["url"].removeprefix(f"localhost:{service.public_port}") for row in service.pages(f"/contacts/{reference}/timeline")}


def test_full_disk(services, disk, destination):
    destination.start()
    disk.mount()
    service = on_disk(services, disk, destinations=[destination.setting])
    service.start()
    person, other = service.contact(1), service.contact(2)
    message, links = service.message("mail")
    click = service.click_path(person, message, links[0])
    browser = Browser(service)
    browser.view("/landing", click=browser.click(click))
    browser.view("/before")

    disk.leave(200 * MEBIBYTE)
    wait_for("events to be refused", lambda: is_refused(service, browser))
    ready = service.private("GET", "/health/ready")
    assert ready.status == 503 and "disk" in ready.json["reasons"][0]["message"]
    assert service.status()["log"]["state"] == "full"
    assert service.private("GET", "/health/live").status == 200
    began = time.monotonic()
    assert browser.get(click).status == 302, "a redirect redirects"
    assert time.monotonic() - began < 5
    # A withdrawal is taken, and holds at once.
    assert service.api("PUT", f"/contacts/{other}/consents", {"clicks": False})["consents"]["clicks"] is False
    notice = wait_for("the operator's notice", lambda: destination.received("operator.notice"), 60)
    assert notice[0]["data"]["notice"] == {
        "condition": "disk_filling", "state": "begun", "since": notice[0]["data"]["notice"]["since"],
    }
    assert service.command("doctor").returncode == 74

    # Not one byte is left. The service stays, and still answers what it must.
    disk.leave(20 * MEBIBYTE)
    disk.fill()
    for _ in range(20):
        assert is_refused(service, browser)
        assert browser.get(click).status == 302
    assert service.private("GET", "/health/live").status == 200

    disk.make_room()
    browser.counter = 1_000
    wait_for("events to be taken again", lambda: browser.send(browser.event("/after")).status == 204)
    service.settled()
    assert {"/before", "/after"} <= timeline(service, person)
    assert service.private("GET", "/health/ready").status == 200
    assert len(destination.received("operator.notice")) == 1
    browser.close()
    service.terminate()
    assert service.command("log", "verify").returncode == 0


def test_a_disk_that_fails(services, disk):
    """Writes and syncs are errors: what was acknowledged is there after the repair, and nothing else was promised."""
    disk.mount()
    service = on_disk(services, disk)
    service.start()
    person = service.contact(1)
    message, links = service.message("mail")
    click = service.click_path(person, message, links[0])
    browser = Browser(service)
    browser.view("/landing", click=browser.click(click))
    acknowledged = [f"/page/{number}" for number in range(50)]
    for path in acknowledged:
        browser.view(path)
    disk.fail()
    wait_for("events to be refused", lambda: is_refused(service, browser))
    assert browser.get(click).status == 302
    assert service.private("GET", "/health/live").status == 200
    ready = service.private("GET", "/health/ready")
    assert ready.status == 503 and "Restart" in ready.json["reasons"][0]["message"]
    browser.close()
    service.kill9()

    disk.unmount()
    disk.mount()
    service.start()
    service.settled()
    assert set(acknowledged) <= timeline(service, person)
    service.terminate()
    assert service.command("doctor").returncode == 0


def test_read_only_directory(services, disk):
    disk.mount()
    service = on_disk(services, disk)
    service.start()
    service.contact(1)
    service.terminate()
    disk.unmount()
    disk.mount("ro")
    service.spawn()
    assert service.process.wait(timeout=60) == 74
    assert "Read-only" in service.tail(3) or "read-only" in service.tail(3)
    # Whoever looks can still look.
    assert service.command("log", "verify").returncode == 0
    disk.unmount()
    disk.mount()
    service.start()
    assert service.api("GET", "/contacts/crm:1")


@pytest.fixture
def clock(tmp_path, monkeypatch):
    """Lets a service's wall clock be set; time goes on as it does."""
    library, file = tmp_path / "clock.so", tmp_path / "clock"
    source = pathlib.Path(__file__).with_name("clock.c")
    # Every Swift toolchain brings a clang.
    subprocess.run(["clang", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    variables = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(file)}

    def set_clock(days):
        replacement = file.with_suffix(".new")
        replacement.write_text(f"{days * 86_400}\n")
        replacement.rename(file)

    set_clock(0)
    monkeypatch.setattr(service_module, "ENVIRONMENT", service_module.ENVIRONMENT | variables)
    return set_clock


def test_clock_steps(services, clock):
    service = services(model=MODEL)
    service.start()
    person = service.contact(1)
    message, links = service.message("mail")
    browser = Browser(service)
    browser.view("/landing", click=browser.click(service.click_path(person, message, links[0])))
    started = time.time()
    for days in (365, -365, 1, -1, 0):
        clock(days)
        browser.view(f"/day/{days}")
        # A click is held for a second: what falls due falls due, whatever the wall clock says.
        browser.click(service.click_path(person, message, links[0]))
        wait_for("the held click", lambda: service.status()["store"]["provisional_entries"] == 0)
        assert service.settled()["log"]["lag_seconds"] < 10
    assert {f"/day/{days}" for days in (365, -365, 1, -1, 0)} <= timeline(service, person)
    assert service.private("GET", "/health/scoring").status == 200
    assert all(abs(at - started) < 600 for at in times(service)), "the log followed a step"

    # A restart takes the clock as it is, but the log's time never runs back.
    clock(-365)
    restart(service, browser)
    browser.view("/restarted/back")
    assert all(abs(at - started) < 600 for at in times(service))
    clock(365)
    restart(service, browser)
    browser.view("/restarted/forth")
    service.settled()
    assert times(service)[-1] - started > 364 * 86_400
    assert "/day/0" in timeline(service, person), "a clock that is wrong must not empty the log"
    clock(0)
    restart(service, browser)
    browser.view("/restarted/again")
    service.settled()
    assert {"/restarted/back", "/restarted/forth", "/restarted/again"} <= timeline(service, person)
    assert times(service) == sorted(times(service))
    browser.close()
    service.terminate()
    assert service.command("log", "verify").returncode == 0


def restart(service, browser):
    service.restart()
    browser.connection.close()  # of the process before


def times(service):
    """The times of all records of the log, in its order."""
    dumped = service.command("log", "dump", "--limit", "1000000")
    assert dumped.returncode == 0
    return [float(line.split()[1]) for line in dumped.stdout.splitlines()]


def test_descriptors_exhausted(services, monkeypatch):
    """A flood of connections takes no descriptor that the log or the catalog needs."""
    limit = 200
    popen = subprocess.Popen

    def limited(*arguments, **options):
        return popen(
            *arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)), **options
        )

    service = services(model=MODEL)
    with service.config.open("a") as config:
        config.write(SMALL_SEGMENTS)
    monkeypatch.setattr(subprocess, "Popen", limited)
    service.start()
    monkeypatch.undo()
    browser = Browser(service)
    browser.view("/before")
    flood = []
    with contextlib.suppress(OSError):
        for _ in range(2 * limit):
            flood.append(socket.create_connection(("127.0.0.1", service.public_port), timeout=5))
    assert len(flood) > limit
    # The log needs new files meanwhile: 8 MiB segments, rolled three times.
    title = "t" * 250
    segments = len(list((service.data / "log").glob("*.seg")))
    deadline = time.monotonic() + 120
    while len(list((service.data / "log").glob("*.seg"))) < segments + 3:
        assert time.monotonic() < deadline
        events = [browser.event("/" + "p" * 1_000 + str(number), title=title) for number in range(40)]
        assert browser.send(events).status == 204
    assert service.private("GET", "/health/ready").status == 200
    assert service.settled()["log"]["state"] == "open"
    for connection in flood:
        connection.close()
    late = Browser(service)
    wait_for("new visitors", lambda: is_served(late))
    late.close()
    browser.close()
    service.terminate()


def is_served(browser):
    with contextlib.suppress(OSError, http.client.HTTPException):
        return browser.send(browser.event("/late")).status == 204
    return False


def test_two_services_on_one_directory(services):
    first = services("first", model=MODEL)
    first.start()
    second = services("second", model=MODEL, data=first.data)
    second.spawn()
    assert second.process.wait(timeout=60) == 74
    assert "is used by another process" in second.tail(3)
    browser = Browser(first)
    browser.view("/undisturbed")
    browser.close()
    assert first.private("GET", "/health/ready").status == 200
    first.terminate()
    second.start()


def test_a_reader_that_does_not_let_go(services):
    """Somebody's shell holds a transaction: the service goes on, and `doctor` says why the file grows."""
    service = services(model=MODEL)
    service.start()
    quote = service.quote_path(service.contact(1))
    browser = Browser(service)
    reader = sqlite3.connect(service.data / "catalog.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    seen = reader.execute("SELECT count(*) FROM contacts").fetchone()
    for number in range(300):
        service.contact(10 + number)
    browser.view_quote(quote)
    service.settled()
    assert service.status()["store"]["contacts"] == 301
    assert reader.execute("SELECT count(*) FROM contacts").fetchone() == seen
    assert service.private("GET", "/health/scoring").status == 200

    def wal():
        return json.loads(service.command("doctor", "--json").stdout)["catalog"]["wal_bytes"]

    grown = wal()
    assert grown > 4 * MEBIBYTE, "more than SQLite keeps by itself"
    reader.execute("COMMIT")
    reader.close()
    for number in range(100):
        service.contact(1_000 + number)
    service.settled()
    assert wal() < grown + MEBIBYTE, "begun anew"
    browser.close()
    service.terminate()
    assert wal() == 0, "a stop leaves one file"
