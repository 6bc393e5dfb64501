"""Data of earlier versions is taken over, and data of a newer version is refused by name.

A fixture is a backup and what has to be found in it. `python Tests/EndToEnd/test_upgrade.py VERSION` makes the one of the
present version. Until that version is released, a change of a form on disk may remove the fixture and make it anew; from
then on it stays as it is, and a change has to read what it holds.
"""

import json
import pathlib
import sqlite3
import sys
import tarfile
import tempfile

import pytest

from service import ROOT, Browser, Service
from test_kill import MODEL

FIXTURES = ROOT / "Tests/Fixtures/upgrade"


def crc32c(data):
    """The Castagnoli checksum, as segment headers have it."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


@pytest.mark.parametrize("fixture", sorted(FIXTURES.glob("*.tar.xz")), ids=lambda path: path.name.removesuffix(".tar.xz"))
def test_data_of_a_released_version_goes_on(services, tmp_path, fixture):
    with tarfile.open(fixture) as archive:
        archive.extractall(tmp_path / "backup")
    expected = json.loads(fixture.with_name(fixture.name.removesuffix(".tar.xz") + ".json").read_text())
    service = services(model=MODEL)
    restored = service.command("restore", tmp_path / "backup")
    assert restored.returncode == 0, restored.stderr
    service.start()
    outcomes = service.settled()["outcomes"]
    for name in ("accepted_total", "scored", "counted"):
        assert outcomes[name] == expected["outcomes"][name], name
    contact = service.api("GET", "/contacts/crm:1")
    assert contact["email"] == "contact1@firma.test"
    told = service.explain("crm:1")
    assert {entry["id"]: entry["points"] for entry in told["entries"]} == expected["entries"]
    paths = sorted(row["url"].split("/", 1)[1] for row in service.pages("/contacts/crm:1/timeline") if row["url"])
    assert paths == expected["paths"]

    # It goes on: links that were sent lead on, what is new counts, and the next start is a usual one.
    service.api("PATCH", "/sites/demo", {"origins": [service.origin]})
    browser = Browser(service)
    browser.view("/new", click=browser.click(expected["click"]))
    browser.view_quote(expected["quote"])
    assert service.settled()["outcomes"]["accepted_total"] > expected["outcomes"]["accepted_total"]
    browser.close()
    service.restart()
    assert len(service.pages("/contacts/crm:1/timeline")) > len(expected["paths"])
    service.terminate()
    assert service.command("doctor").returncode == 0


def refused(service, what):
    """A start that is refused because of a newer version, and leaves everything as it is."""
    service.spawn()
    assert service.process.wait(timeout=60) == 65
    assert f"{what} was written by a newer version of Vendange" in service.tail(3)


def test_data_of_a_newer_version_is_refused(services):
    service = services(model=MODEL)
    service.start()
    service.contact(1)
    service.terminate()
    with sqlite3.connect(service.data / "catalog.sqlite") as catalog:
        catalog.execute("INSERT INTO grdb_migrations VALUES ('2099-01-01 something new')")
    refused(service, "catalog.sqlite")
    assert "a newer version" in service.command("doctor").stdout
    with sqlite3.connect(service.data / "catalog.sqlite") as catalog:
        catalog.execute("DELETE FROM grdb_migrations WHERE identifier LIKE '2099%'")

    segment = next((service.data / "log").glob("*.seg"))
    kept = segment.read_bytes()
    header = bytearray(kept[:4_092])
    header[8] = 3
    segment.write_bytes(bytes(header) + crc32c(header).to_bytes(4, "little") + kept[4_096:])
    refused(service, f"log/{segment.name}")
    segment.write_bytes(kept)

    checkpoint = next((service.data / "checkpoints").glob("*.ckpt"))
    kept = checkpoint.read_bytes()
    checkpoint.write_bytes(kept.replace(b"VNDCKPT1", b"VNDCKPT2", 1))
    refused(service, f"checkpoints/{checkpoint.name}")
    checkpoint.write_bytes(kept)
    service.start()
    assert service.api("GET", "/contacts/crm:1")


def make(version):
    target = FIXTURES / f"{version}.tar.xz"
    assert not target.exists(), "what was released is not made again; remove it first if it was not"
    with tempfile.TemporaryDirectory() as place:
        service = Service(pathlib.Path(place) / "service", model=MODEL)
        service.start()
        person = service.contact(1)
        message, links = service.message("mail")
        click = service.click_path(person, message, links[0])
        quote = service.quote_path(person)
        browser = Browser(service)
        browser.view("/landing", click=browser.click(click))
        for number in range(20):
            browser.view(f"/energy/{number}")
        browser.view_quote(quote)
        Browser(service).view("/anonymous")
        status = service.settled()
        service.restart()
        told = service.explain(person)
        rows = service.pages(f"/contacts/{person}/timeline")
        expected = {
            "outcomes": status["outcomes"],
            "entries": {entry["id"]: entry["points"] for entry in told["entries"]},
            "paths": sorted(row["url"].split("/", 1)[1] for row in rows if row["url"]),
            "click": click,
            "quote": quote,
        }
        service.terminate()
        backup = pathlib.Path(place) / "backup"
        assert service.command("backup", backup).returncode == 0
        FIXTURES.mkdir(parents=True, exist_ok=True)
        (FIXTURES / f"{version}.json").write_text(json.dumps(expected, indent=2, sort_keys=True) + "\n")
        with tarfile.open(target, "w:xz") as archive:
            archive.add(backup, arcname=".")


if __name__ == "__main__":
    make(sys.argv[1])
