"""The command line as its users call it: what it prints, as text and as JSON, and its exit codes."""

import contextlib
import json
import os
import sqlite3
import subprocess
import threading

import pytest

from service import BINARY, ENVIRONMENT, ROOT, Destination, wait_for

USAGE, BAD_DATA, NO_INPUT, UNAVAILABLE, NOT_ALLOWED = 64, 65, 66, 69, 77

COMMANDS = [
    "demo", "demo run", "demo traffic", "serve", "check", "explain", "model", "model check", "model publish",
    "model list", "model show", "contacts", "contacts list", "contacts show", "contacts import", "contacts timeline",
    "contacts confirm", "contacts erase", "sites", "sites list", "sites add", "sites update", "sites remove", "links",
    "links list",
    "links add", "links sign", "keys", "keys create", "keys list", "keys revoke", "deliveries", "deliveries list",
    "deliveries retry", "status", "tail", "log", "log verify", "log dump", "log stats", "backup", "restore", "doctor",
]


def vendange(*arguments, seconds=60, **more):
    """The finished process of a command that needs no service of ours."""
    return subprocess.run(
        [BINARY, *map(str, arguments)],
        env=ENVIRONMENT | more.pop("environment", {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        **more,
    )


@pytest.fixture
def service(services):
    return services().start()


def said(service, *arguments, code=0):
    """What a command prints, as text."""
    ran = service.command(*arguments)
    assert ran.returncode == code, (arguments, ran.returncode, ran.stdout, ran.stderr)
    return ran.stdout


def told(service, *arguments, code=0):
    """What a command prints as JSON."""
    return json.loads(said(service, *arguments, "--json", code=code))


def rows(text):
    """The cells of a table, by line, without its headings."""
    return [line.split() for line in text.splitlines()[1:]]


# Help and codes


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    ran = vendange(*command.split(), "--help")
    assert ran.returncode == 0
    assert ran.stdout.startswith("OVERVIEW: ")
    assert "USAGE: vendange " + command in ran.stdout
    assert "-h, --help" in ran.stdout


def test_every_command_is_looked_at():
    """The list above is all there is."""

    def below(path):
        text = vendange(*path, "--help").stdout
        if "\nSUBCOMMANDS:\n" not in text:
            return
        block = text.split("\nSUBCOMMANDS:\n")[1].split("\n\n")[0]
        for line in block.splitlines():
            if line.startswith("  ") and not line.startswith("   "):
                name = line.split()[0]
                yield " ".join([*path, name])
                yield from below([*path, name])

    assert sorted(below([])) == sorted(COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["explain"], ["model", "show", "three"], ["keys", "revoke"], ["log", "dump", "--limit", "x"]],
)
def test_wrong_usage_is_64(arguments):
    ran = vendange(*arguments)
    assert ran.returncode == USAGE
    assert "Usage: vendange" in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"], ["tail"], ["explain", "crm:1"], ["contacts", "list"], ["sites", "list"], ["links", "list"],
        ["contacts", "confirm", "crm:1"], ["keys", "list"], ["deliveries", "list"], ["deliveries", "retry"],
        ["model", "list"], ["model", "show"],
    ],
)
def test_a_service_that_is_not_there_is_69(arguments):
    ran = vendange(*arguments, "--api", "http://127.0.0.1:1", "--key", "vdg_x")
    assert ran.returncode == UNAVAILABLE, ran.stderr
    assert "does not answer" in ran.stderr
    assert ran.stdout == ""


def test_a_key_that_is_none_is_77(service):
    for arguments in (["status"], ["tail"], ["keys", "list"]):
        assert service.command(*arguments, "--key", "vdg_wrong").returncode == NOT_ALLOWED
    secret = said(service, "keys", "create", "reader").strip()
    assert service.command("status", "--key", secret).returncode == 0
    assert service.command("keys", "list", "--key", secret).returncode == NOT_ALLOWED


def test_without_a_key_the_command_says_where_it_comes_from(tmp_path):
    ran = vendange("status", "--data", tmp_path, cwd=tmp_path)
    assert ran.returncode == NOT_ALLOWED
    assert "VENDANGE_API_KEY" in ran.stderr


def test_the_key_may_come_from_the_environment(service):
    ran = vendange(
        "status", "--api", f"http://127.0.0.1:{service.private_port}", environment={"VENDANGE_API_KEY": service.key}
    )
    assert ran.returncode == 0, ran.stderr


# Contacts


def test_contacts_are_listed_in_pages_shown_explained_and_erased(service, browsers):
    for number in range(3):
        service.contact(number, first_name="Anna", last_name=f"N{number}")
    first = said(service, "contacts", "list", "--limit", 2)
    assert len(first.splitlines()) == 4
    more = first.splitlines()[-1]
    assert more.startswith("more: --after ")
    second = said(service, "contacts", "list", "--limit", 2, "--after", more.split()[-1])
    assert len(second.splitlines()) == 2
    assert {row[1] for row in rows(first)[:2] + rows(second)} == {f"contact{number}@firma.test" for number in range(3)}

    browsers(service).view_quote(service.quote_path("crm:1"))
    service.settled()
    shown = said(service, "contacts", "show", "crm:1")
    assert "email: contact1@firma.test" in shown.splitlines()
    assert told(service, "contacts", "show", "contact1@firma.test")["last_name"] == "N1"
    assert rows(said(service, "contacts", "timeline", "crm:1"))[0][2] == "quote_view"
    assert [item["kind"] for item in told(service, "contacts", "timeline", "crm:1")["items"]] == ["quote_view"]

    explained = said(service, "explain", "crm:1")
    assert explained.startswith("Anna N1  contact1@firma.test")
    assert "devis" in explained
    answer = told(service, "explain", "crm:1")
    worth = sum(entry["worth"] for entry in answer["entries"])
    assert abs(worth - answer["sum"]) < 1e-9
    assert f"sum {answer['sum']:.2f}   score " in explained
    assert f"stage {answer['stage']['stage']}, grade {answer['stage']['grade']}" in explained

    assert service.command("contacts", "erase", "crm:1").returncode == NOT_ALLOWED, "nobody confirmed"
    assert said(service, "contacts", "erase", "crm:1", "--yes") == "erased, with 0 browsers\n"
    assert service.command("explain", "crm:1").returncode == NO_INPUT
    assert service.command("contacts", "show", "no reference").returncode == BAD_DATA


def test_a_person_says_that_a_burst_was_a_human(service, browsers):
    service.contact(1)
    message, links = service.message("Newsletter", links=3)
    scanner = browsers(service)
    assert service.command("contacts", "confirm", "crm:1").returncode == BAD_DATA, "there is nothing to confirm"
    scanner.burst([service.click_path("crm:1", message, link) for link in links])
    service.settled()

    def verdicts():
        return {row["verdict"] for row in told(service, "contacts", "timeline", "crm:1")["items"]}

    assert verdicts() == {"machine"}
    assert service.explain("crm:1")["sum"] == 0
    text = said(service, "contacts", "confirm", "crm:1", "--author", "Anne")
    answer = service.explain("crm:1")
    given = [entry for entry in answer["entries"] if entry["origin"] == "confirmation"]
    assert given and {entry["author"] for entry in given} == {"Anne"}
    assert text == f"confirmed: score {answer['contact']['standing']['score']:.2f}, stage cold\n"
    assert verdicts() == {"confirmed"}
    again = service.command("contacts", "confirm", "crm:1")
    assert again.returncode == BAD_DATA
    assert "taken for a machine's" in again.stderr
    assert service.command("contacts", "confirm", "crm:2").returncode == NO_INPUT
    # As JSON, the contact as it is now; without an author it is the key's name.
    service.contact(3)
    scanner.burst([service.click_path("crm:3", message, link) for link in links])
    service.settled()
    assert told(service, "contacts", "confirm", "crm:3")["email"] == "contact3@firma.test"
    authors = {entry["author"] for entry in service.explain("crm:3")["entries"] if entry["origin"] == "confirmation"}
    assert authors == {"operator of this machine"}


# Sites, links, keys


def test_sites_are_added_changed_and_removed(service):
    snippet = said(service, "sites", "add", "shop", "--host", "shop.example.com", "--mode", "exempt")
    assert "t.js?site=shop" in snippet
    assert said(service, "sites", "update", "shop", "--name", "Boutique") == "changed shop\n"
    sites = {site["key"]: site for site in told(service, "sites", "list")["items"]}
    assert (sites["shop"]["name"], sites["shop"]["before_choice"]) == ("Boutique", "exempt")
    assert {row[0] for row in rows(said(service, "sites", "list"))} == {"demo", "shop"}
    wrong = service.command("sites", "add", "bad", "--host", "no host")
    assert wrong.returncode == BAD_DATA
    assert "hostnames[0]" in wrong.stderr
    assert said(service, "sites", "remove", "shop") == "removed shop\n"
    assert service.command("sites", "remove", "shop").returncode == NO_INPUT


def test_check_speaks_of_the_sites_that_the_catalog_has(service):
    said(service, "sites", "add", "shop", "--host", "shop.example.com", "--mode", "none")
    lines = said(service, "check").splitlines()
    assert "site shop: one counter; no page, no person" in lines
    assert any(line.startswith("site demo: day totals per page before a choice; ") for line in lines)
    assert any(line.endswith(": 1, number 1 signs") for line in lines)
    answer = told(service, "check")
    assert {site["key"]: site["is_in_catalog"] for site in answer["sites"]} == {"demo": True, "shop": True}
    assert answer["keys"] == {"count": 1, "current": 1}
    (service.data / "keys.yaml").write_text("1: short\n")
    ran = service.command("check")
    assert ran.returncode == 78
    assert "keys.yaml:1: " in ran.stderr


def test_check_of_an_empty_directory_makes_nothing(services):
    service = services()
    answer = told(service, "check")
    assert answer["keys"] is None
    assert [(site["key"], site["is_in_catalog"]) for site in answer["sites"]] == [("demo", False)]
    assert not service.data.exists()


def test_links_are_added_listed_and_signed(service, browsers):
    service.contact(1)
    for number in range(3):
        assert said(service, "links", "add", f"{service.origin}/landing/{number}") == f"link {number + 1}\n"
    first = said(service, "links", "list", "--limit", 2)
    assert [row[0] for row in rows(first)[:2]] == ["3", "2"]
    assert first.splitlines()[-1] == "more: --after 2"
    assert rows(said(service, "links", "list", "--after", 2))[0][0] == "1"
    lines = said(service, "links", "sign", "crm:1", "--link", 1).splitlines()
    assert lines[0].startswith("v1.")
    address = dict(line.split(": ", 1) for line in lines[1:])["click"]
    assert address == f"{service.origin}/c/1/{lines[0]}"
    assert browsers(service).click(address.removeprefix(service.origin)) is not None


def test_keys_are_created_listed_and_revoked(service):
    secret = said(service, "keys", "create", "crm", "--scope", "read", "--scope", "write").strip()
    assert secret.startswith("vdg_")
    listed = told(service, "keys", "list")["items"]
    assert [key["name"] for key in listed] == ["operator of this machine", "crm"]
    assert secret not in said(service, "keys", "list")
    assert service.command("status", "--key", secret).returncode == 0
    number = listed[1]["id"]
    assert said(service, "keys", "revoke", number) == f"revoked key {number}\n"
    assert service.command("status", "--key", secret).returncode == NOT_ALLOWED


# Deliveries


def test_dead_letters_are_listed_and_retried(services, browsers):
    destination = Destination()  # nobody listens yet
    service = services(destinations=[destination.setting]).start()
    service.contact(1)
    browsers(service).view_quote(service.quote_path("crm:1"))
    wait_for("an attempt", lambda: any(row["attempts"] for row in service.pages("/deliveries")))
    service.terminate()
    with contextlib.closing(sqlite3.connect(service.data / "catalog.sqlite")) as catalog, catalog:
        assert catalog.execute("UPDATE deliveries SET state = 'dead', finished = 1").rowcount >= 1
    service.start()
    dead = told(service, "deliveries", "list", "--state", "dead")["items"]
    assert {item["destination"] for item in dead} == {"crm"}
    assert len(rows(said(service, "deliveries", "list", "--state", "dead"))) == len(dead)
    number = dead[-1]["id"]
    assert service.command("deliveries", "retry", number + 1_000).returncode == NO_INPUT
    try:
        destination.start()
        assert said(service, "deliveries", "retry", number) == "will be tried again: 1\n"
        wait_for("the first", lambda: destination.received())
        assert told(service, "deliveries", "retry") == {"retried": len(dead) - 1}
        wait_for("the rest", lambda: len(destination.received()) == len(dead))
        wait_for(
            "their records", lambda: not told(service, "deliveries", "list", "--state", "pending")["items"]
        )
        again = service.command("deliveries", "retry", number)
        assert again.returncode == BAD_DATA
        assert "delivered, not dead" in again.stderr
    finally:
        destination.close()


# Operation


def test_status_shows_the_figures(service, browsers):
    browsers(service).view("/")
    service.settled()
    text = said(service, "status")
    assert [line for line in text.splitlines() if not line.startswith(" ")] == ["log", "outcomes", "store"]
    assert "  accepted: 1" in text.splitlines()
    assert told(service, "status")["outcomes"]["accepted"] == 1


class Tail:
    """`vendange tail` beside the test."""

    def __init__(self, service, *arguments):
        self.lines = []
        self.process = subprocess.Popen(
            [BINARY, "tail", *arguments, "--config", service.config],
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())


@pytest.mark.parametrize("form", ["text", "json"])
def test_tail_shows_events_and_fails_when_the_service_stops(service, browsers, form):
    tail = Tail(service, *(["--json"] if form == "json" else []))
    browser = browsers(service)

    def seen():
        # Whoever watches sees what comes after they began: sent until the first is seen.
        browser.view("/tarifs")
        return tail.lines

    try:
        wait_for("a line", seen)
        browser.send(browser.event("/x"), {"User-Agent": "SomeBot/1.0"})
        wait_for("the robot's", lambda: any("filtered" in line for line in tail.lines))
        if form == "json":
            events = [json.loads(line) for line in tail.lines]
            assert {event["outcome"] for event in events} == {"accepted", "filtered"}
            assert {event.get("reason") for event in events if event["outcome"] == "filtered"} == {"bot"}
        else:
            assert any("page_view" in line and "/tarifs" in line and "accepted" in line for line in tail.lines)
        browser.close()
        service.terminate()
        assert tail.process.wait(timeout=60) == UNAVAILABLE
        assert "stopped" in tail.process.stderr.read()
    finally:
        if tail.process.poll() is None:
            tail.process.kill()
        tail.process.wait()


@pytest.mark.parametrize("form", ["text", "json"])
def test_tail_says_what_was_scored(service, browsers, form):
    reference = service.contact(1)
    contact = service.api("GET", f"/contacts/{reference}")["id"]
    tail = Tail(service, *(["--json"] if form == "json" else []))
    browser = browsers(service)
    path = service.quote_path(reference)

    def seen(words):
        return lambda: [line for line in tail.lines if all(word in line for word in words)]

    try:
        # Whoever watches sees what comes after they began.
        wait_for("a line", lambda: browser.view("/tarifs") and tail.lines)
        browser.view_quote(path)
        (line,) = wait_for("the entry", seen(["scored", "devis"]))
        if form == "json":
            event = json.loads(line)
            assert (event["kind"], event["outcome"], event["points"]) == ("entry", "scored", 40)
            assert (event["rule"], event["contact"]) == ("devis consulté", contact)
            assert event["entry"] in {entry["id"] for entry in service.explain(reference)["entries"]}
        else:
            assert line.split("  ")[1:] == ["entry", "scored", "+40", "rule devis consulté", f"-> {contact}"]
        # The event itself came first.
        assert tail.lines.index(seen(["quote_view", "accepted"])()[0]) < tail.lines.index(line)
    finally:
        tail.process.kill()
        tail.process.wait()


def test_the_log_is_counted_dumped_and_verified(service, browsers):
    browser = browsers(service)
    for number in range(5):
        browser.view(f"/{number}")
    service.settled()
    text = said(service, "log", "stats")
    assert text.startswith("stream    ")
    counts = told(service, "log", "stats")
    assert counts["kinds"]["event"] == 5
    assert counts["stream"] == service.status()["log"]["stream"]
    lines = said(service, "log", "dump", "--limit", 3).splitlines()
    assert [line.split()[0] for line in lines] == ["0", "1", "2"]
    records = [json.loads(line) for line in said(service, "log", "dump", "--from", 1, "--json").splitlines()]
    assert records[0]["offset"] == 1
    assert sum(record["kind"] == "event" for record in records) == 5
    assert said(service, "log", "verify").splitlines()[-1] == "the log is whole"
    assert told(service, "log", "verify")["is_whole"]
    browser.close()
    service.terminate()
    segment = sorted((service.data / "log").glob("*.seg"))[0]
    with segment.open("r+b") as file:
        file.seek(200)
        byte = file.read(1)[0]
        file.seek(200)
        file.write(bytes([byte ^ 1]))
    assert service.command("log", "verify").returncode == BAD_DATA
    assert not told(service, "log", "verify", code=BAD_DATA)["is_whole"]


def test_a_log_that_is_not_there_is_66(tmp_path):
    for command in ("stats", "dump", "verify"):
        ran = vendange("log", command, "--data", tmp_path / "nothing", cwd=tmp_path)
        assert ran.returncode == NO_INPUT, ran.stderr
    assert not (tmp_path / "nothing").exists()


# The model


def test_models_are_checked_listed_and_shown(service):
    source = service.model.read_text()
    assert said(service, "model", "show") == source
    assert told(service, "model", "show", 1) == {"version": 1, "source": source}
    assert service.command("model", "show", 9).returncode == NO_INPUT
    next_model = service.directory / "next.yaml"
    next_model.write_text(source.replace("version: 1", "version: 2"))
    assert said(service, "model", "publish", next_model) == "published version 2\n"
    first = said(service, "model", "list", "--limit", 1).splitlines()
    assert first[1].split()[0] == "2"
    assert first[-1].startswith("more: --after ")
    assert [model["version"] for model in told(service, "model", "list")["items"]] == [2, 1]


def test_a_model_is_checked_without_a_service(tmp_path):
    good = tmp_path / "good.yaml"
    good.write_text((ROOT / "config/model.demo.yaml").read_text().replace("version: 1", "version: 4"))
    line = next(n for n, text in enumerate(good.read_text().splitlines(), 1) if "half_life: 30d" in text)
    assert vendange("model", "check", good).stdout == f"{good}: valid, version 4\n"
    assert json.loads(vendange("model", "check", good, "--json").stdout) == {"is_valid": True, "version": 4}
    bad = tmp_path / "bad.yaml"
    bad.write_text(good.read_text().replace("half_life: 30d", "half_life: thirty"))
    ran = vendange("model", "check", bad, "--json")
    assert ran.returncode == BAD_DATA
    (problem,) = json.loads(ran.stdout)["problems"]
    assert problem["line"] == line
    assert problem["field"].endswith(".half_life")
    assert vendange("model", "check", tmp_path / "missing.yaml").returncode == NO_INPUT
    assert set(os.listdir(tmp_path)) == {"good.yaml", "bad.yaml"}
