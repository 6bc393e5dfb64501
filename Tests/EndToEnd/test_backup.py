"""Back up a service under traffic, restore elsewhere: the same scores, and nobody hears anything twice."""

import collections
import json
import random
import shutil
import sqlite3
import threading

from service import Browser, wait_for
from test_kill import MODEL


def doctor(service, *arguments, expect=0):
    """What `vendange doctor` says about a service's data directory."""
    ended = service.command("doctor", "--json", *arguments)
    assert ended.returncode == expect, ended.stdout + ended.stderr
    return json.loads(ended.stdout)


class Visitors:
    """People who look at quotes and pages until they are told to stop."""

    def __init__(self, service, people):
        self.stopping = threading.Event()
        self.failures = []
        self.count = 0
        self.threads = [
            threading.Thread(target=self._run, args=(Browser(service), quote, seed), daemon=True)
            for seed, quote in enumerate(people)
        ]
        for thread in self.threads:
            thread.start()

    def _run(self, browser, quote, seed):
        chance = random.Random(seed)
        try:
            while not self.stopping.is_set():
                browser.view(f"/energy/{chance.randint(1, 50)}")
                if chance.random() < 0.1:
                    browser.view_quote(quote)
                self.count += 1
        except BaseException as failure:
            self.failures.append(failure)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=30)
        assert self.failures == []


def test_backup_under_traffic_and_restore(services, destination, tmp_path):
    destination.start()
    old = services("old", model=MODEL, destinations=[destination.setting])
    old.start()
    people = [old.quote_path(old.contact(number)) for number in range(4)]
    visitors = Visitors(old, people)
    wait_for("some traffic", lambda: visitors.count > 100, 60)
    backup = tmp_path / "backup"
    made = old.command("backup", backup, "--json")
    assert made.returncode == 0, made.stderr
    end = json.loads(made.stdout)["end"]
    wait_for("traffic to go on", lambda: old.status()["log"]["end"] > end + 50, 60)
    visitors.stop()
    old.settled()
    delivered = lambda service: all(row["pending"] == 0 for row in service.api("GET", "/destinations")["items"])
    wait_for("all deliveries", lambda: delivered(old), 120)

    # A second backup of the stopped service needs no service.
    old.terminate()
    stopped = tmp_path / "stopped"
    assert old.command("backup", stopped).returncode == 0
    assert old.command("backup", stopped).returncode == 77, "nothing is overwritten"

    new = services("new", model=MODEL, destinations=[destination.setting])
    restored = new.command("restore", backup)
    assert restored.returncode == 0, restored.stderr
    assert new.command("restore", backup).returncode == 77, "nothing is overwritten"
    before, after = doctor(old, "--scores", "--at", end), doctor(new, "--scores")
    assert after["scores"] == before["scores"]
    assert after["scores"]["position"] == end
    assert after["log"]["stream"] != before["log"]["stream"]
    assert doctor(old, "--scores")["scores"] != before["scores"], "later events would show"

    accepted = len(destination.received())
    new.start()
    # The key of the old catalog is in the new one; the file that opens it is no part of a backup.
    new.settled()
    wait_for("what was waiting", lambda: delivered(new), 120)
    repeats = destination.received()[accepted:]
    assert all(line["repeat"] for line in repeats), "what the restored service sends of the past has its old key"
    with sqlite3.connect(new.data / "catalog.sqlite") as catalog:
        states = collections.Counter(state for (state,) in catalog.execute("SELECT state FROM deliveries"))
    assert set(states) <= {"delivered", "historic"}

    # It is alive: tokens that were sent still work, and new notifications have new keys.
    browser = Browser(new)
    browser.view_quote(people[0])
    stream = after["log"]["stream"]
    (alert,) = wait_for(
        "a new alert", lambda: [line for line in destination.received("alert") if line["id"].startswith(stream)]
    )
    assert not alert["repeat"]
    assert destination.received(outcome="rejected") == []
    browser.close()
    new.terminate()
    assert doctor(new)["findings"] == []


def test_a_damaged_backup_is_refused_by_name(services, tmp_path):
    service = services()
    service.start()
    service.contact(1)
    backup = tmp_path / "backup"
    assert service.command("backup", backup).returncode == 0
    service.terminate()
    other = services("other")
    segment = next((backup / "log").glob("*.seg"))
    content = bytearray(segment.read_bytes())
    content[5000] ^= 1
    segment.write_bytes(content)
    refused = other.command("restore", backup)
    assert refused.returncode == 65
    assert f"log/{segment.name}" in refused.stderr
    assert not other.data.exists()
    (backup / "manifest.json").unlink()
    assert other.command("restore", backup).returncode == 66


def test_doctor_explains_what_a_start_refuses(services):
    service = services()
    service.start()
    service.contact(1)
    running = doctor(service)
    assert running["is_running"] and running["findings"] == []
    service.terminate()
    assert doctor(service)["checkpoints"]

    # No catalog, and nothing else lost: the log has it all, but not what only the catalog held.
    kept = service.directory / "kept"
    shutil.copytree(service.data, kept)
    (service.data / "catalog.sqlite").unlink()
    found = doctor(service, expect=66)
    assert [finding["part"] for finding in found["findings"]] == ["catalog"]
    assert "tracked links" in found["findings"][0]["text"]
    service.start()
    assert "is rebuilt from the log" in service.output.read_text() or "are rebuilt from the log" in service.output.read_text()
    assert service.api("GET", "/contacts/crm:1")
    service.terminate()
    assert [finding["kind"] for finding in doctor(service)["findings"]] == ["note"]

    # A catalog of another log.
    shutil.rmtree(service.data / "log")
    shutil.copytree(kept / "log", service.data / "log")
    with sqlite3.connect(service.data / "catalog.sqlite") as catalog:
        catalog.execute("UPDATE applied SET stream = '00000000000000ff'")
    catalog.close()
    assert doctor(service, expect=65)["findings"][-1]["part"] == "catalog"
    service.spawn()
    assert service.process.wait(timeout=60) == 65
    assert "vendange restore" in service.tail(3)
    said = service.command("doctor").stdout
    assert "PROBLEM (catalog)" in said and "vendange restore" in said
