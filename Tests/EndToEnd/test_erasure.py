"""Who is erased leaves the data directory: the log too, once its segments are sealed. What sealed files hold is read
here by the book (docs/log-format.md) and with Python's zlib, not by the service's own code."""

import base64
import pathlib
import struct
import time
import zlib

from service import Browser, wait_for
from test_faults import SMALL_SEGMENTS
from test_kill import MODEL

HEADER = 4_096


def is_sealed(data):
    return data[:8] == b"vendange" and struct.unpack_from("<I", data, 8)[0] == 2


def expanded(data):
    """The content of a sealed segment's chunks, one behind the other."""
    end, size = struct.unpack_from("<QQ", data, 72)
    assert size == len(data)
    (offset,) = struct.unpack_from("<Q", data, 56)
    position = HEADER
    parts = []
    while position < size:
        stored, length, first, _, records, _ = struct.unpack_from("<IIQqII", data, position)
        assert first == offset
        content = zlib.decompress(data[position + 32 : position + 32 + stored])
        assert len(content) == length
        parts.append(content)
        offset += records
        position += 32 + stored
    assert offset == end
    return b"".join(parts)


def everything(directory):
    """Name and bytes of every file below a directory; of a sealed segment what it holds."""
    for path in sorted(pathlib.Path(directory).rglob("*")):
        if not path.is_file():
            continue
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            continue
        yield path.name, expanded(data) if is_sealed(data) else data


def traces(directory, marks):
    """Where one of the marks stands."""
    return [f"{mark!r} in {name}" for name, data in everything(directory) for mark in marks if mark in data]


def fill(service, browser, segments):
    """Sends events until the log has so many more segments."""
    files = service.data / "log"
    target = len(list(files.glob("*.seg"))) + segments
    deadline = time.monotonic() + 240
    while len(list(files.glob("*.seg"))) < target:
        assert time.monotonic() < deadline
        events = [browser.event("/" + "p" * 1_900 + str(number), title="t" * 250) for number in range(25)]
        # While the log makes room, events are refused and sent again.
        if browser.send(events).status != 204:
            time.sleep(0.05)


def test_an_erased_person_is_in_no_file_any_more(services):
    service = services(model=MODEL)
    with service.config.open("a") as config:
        config.write(SMALL_SEGMENTS)
    service.start()
    contact = service.contact(1, email="jeanne.private@firma.test", first_name="Jeanne-Private")
    number = int(service.api("GET", f"/contacts/{contact}")["id"], 16)
    message, (link,) = service.message("Mailing")
    browser = Browser(service)
    click = browser.click(service.click_path(contact, message, link))
    browser.view("/only-she-saw-this", click=click)
    cookie = browser.cookie.split("=", 1)[1]
    visitor = base64.urlsafe_b64decode(cookie + "==")
    other = Browser(service)
    other.view("/what-another-saw")
    # A colleague, whose browser is tied to him, fills a form in for her.
    colleague = Browser(service)
    colleague.view("/", click=colleague.click(service.click_path(service.contact(2), message, link)))
    form = colleague.event(
        "/what-he-filled-in", type="form_submit", name="demo", fields={"email": "jeanne.private@firma.test"}
    )
    assert colleague.send(form).status == 204
    service.settled()
    marks = [
        b"jeanne.private@firma.test", b"Jeanne-Private", cookie.encode(), visitor,
        # In the log, ids are words with their low byte first.
        visitor[:8][::-1] + visitor[8:][::-1], struct.pack("<Q", number), visitor.hex().encode(),
    ]
    # That there is such a page, the catalog goes on to know: pages are the site's.
    page = b"only-she-saw-this"
    assert traces(service.data, marks) and traces(service.data / "log", [page])

    assert service.api("DELETE", f"/contacts/{contact}")["visitors"] == 1
    fill(service, other, 3)
    service.settled()
    # Two stops leave two generations of checkpoints.
    for _ in range(2):
        other.connection.close()
        service.restart()
        other.view("/again")
        service.settled()
    service.restart()
    segments = sorted((service.data / "log").glob("*.seg"))

    def is_forgotten():
        left = traces(service.data, marks) + traces(service.data / "log", [page])
        return all(is_sealed(path.read_bytes()) for path in segments[:-1]) and not left

    wait_for("the log to forget", is_forgotten, 120)
    for page in (b"what-another-saw", b"what-he-filled-in"):
        assert traces(service.data / "log", [page])
    assert service.command("log", "verify").returncode == 0
    statistics = service.command("log", "stats").stdout
    assert "erased" in statistics and f"({len(segments) - 1} sealed)" in statistics
    service.terminate()
    assert not traces(service.data, marks)
    # From the log alone: everybody else is there again, she is not.
    for path in (service.data / "checkpoints").glob("*.ckpt"):
        path.unlink()
    service.start(120)
    assert service.private("GET", "/health/ready").status == 200
    assert service.status()["store"]["contacts"] == 1
    assert service.status()["store"]["visitors"] == 2
