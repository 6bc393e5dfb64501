"""The service as whoever operates it sees it: its life, its model, its events' accounting."""

import json
import re

import pytest

from service import BROWSER, Connection, Destination, entries, linked, wait_for


# Life


def test_sigterm_leaves_a_checkpoint_and_the_next_start_reads_nothing_again(service, browsers):
    browser = browsers(service)
    for number in range(200):
        browser.view(f"/page/{number}")
    before = service.settled()
    browser.close()
    assert service.terminate() < 10
    assert (service.data / "log/clean").exists()
    service.start()
    after = service.status()
    assert after["log"]["checkpointed"] >= before["log"]["end"]
    assert after["log"]["stream"] == before["log"]["stream"]
    assert after["outcomes"]["scored"] == before["outcomes"]["scored"] == 200
    assert after["store"] == before["store"]


def test_sigterm_answers_what_it_has_and_ends_with_open_connections(service, browsers):
    idle = [browsers(service) for _ in range(20)]
    for browser in idle:
        browser.view("/")
    half = Connection(service.public_port)
    half._http.connect()
    half._http.sock.sendall(b"POST /e HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
    assert service.terminate() < 10
    half.close()
    service.start()
    assert service.settled()["outcomes"]["scored"] == 20


def test_a_second_process_on_the_same_data_is_refused(services, service, browsers):
    second = services("second", data=service.data)
    second.spawn()
    assert second.process.wait(timeout=60) == 74
    assert "used by another process" in second.tail()
    browsers(service).view("/")
    assert service.settled()["outcomes"]["scored"] == 1


def test_a_port_that_is_taken_is_named(services, service):
    second = services("second")
    second.config.write_text(second.config.read_text().replace(str(second.public_port), str(service.public_port)))
    second.spawn()
    assert second.process.wait(timeout=60) == 74
    assert str(service.public_port) in second.tail()


# The model


@pytest.mark.parametrize("way", ["api", "command"])
def test_a_published_model_holds_for_the_next_events(service, browsers, way):
    contact = service.contact(1)
    browser = browsers(service)
    linked(service, browser, contact, "/before")
    service.settled()
    model = service.model.read_text().replace("version: 1", "version: 2").replace("/**:                    3", "/**: 7")
    if way == "api":
        assert service.api("POST", "/models", model, content_type="application/yaml")["version"] == 2
    else:
        file = service.directory / "next.yaml"
        file.write_text(model)
        ran = service.command("model", "publish", file)
        assert ran.returncode == 0, ran.stderr
    browser.view("/behind")
    service.settled()
    pages = {
        entry["url"].partition("/")[2]: (entry["granted"], entry["model_version"])
        for entry in entries(service, contact)
        if entry["origin"] == "page"
    }
    assert pages == {"before": (3, 1), "behind": (7, 2)}
    browser.close()
    current = service.api("GET", "/models/current")
    assert (current["version"], current["is_current"]) == (2, True)
    service.restart()
    assert service.api("GET", "/models/current")["version"] == 2
    service.explain(contact)


def test_a_wrong_model_is_refused_with_line_and_field_and_changes_nothing(service):
    model = service.model.read_text().replace("version: 1", "version: 2").replace("2 per day", "twice", 1)
    problem = service.api("POST", "/models", model, content_type="application/yaml", expect=(400, 422))
    assert "twice" in json.dumps(problem)
    assert service.api("GET", "/models/current")["version"] == 1
    file = service.directory / "wrong.yaml"
    file.write_text(model)
    ran = service.command("model", "publish", file)
    assert ran.returncode == 65
    line = next(number for number, text in enumerate(model.splitlines(), 1) if "twice" in text)
    assert f"wrong.yaml:{line}: " in ran.stderr


# Events


def test_a_bad_event_in_a_batch_is_named_and_the_rest_is_kept(service, browsers):
    browser = browsers(service)
    events = [
        browser.event("/one"),
        browser.event("/two", kind="purchase"),
        browser.event("/three") | {"url": "https://elsewhere.test/"},
        browser.event("/four") | {"site": "unknown"},
        browser.event("/five"),
    ]
    response = browser.send(events)
    assert response.status == 200
    told = [(item["outcome"], item.get("reason"), item.get("field")) for item in response.json["events"]]
    assert told == [
        ("accepted", None, None),
        ("rejected", "unknown_type", "type"),
        ("rejected", "foreign_host", "url"),
        ("rejected", "unknown_site", "site"),
        ("accepted", None, None),
    ]
    assert all(item["expected"] for item in response.json["events"][1:4])
    assert service.settled()["outcomes"]["scored"] == 2


def test_hostile_bodies_are_refused_and_the_service_goes_on(service, browsers):
    browser = browsers(service)
    deep = "[" * 100_000
    for body, status in [
        ("{", 400),
        (deep[:60_000], 400),
        ("[" + ",".join(["{}"] * 101) + "]", 413),
        ('{"type":"page_view","site":"demo","url":"http://localhost/' + "a" * 70_000 + '"}', 413),
        ("null", 400),
        ("\x00\xff", 400),
    ]:
        connection = Connection(service.public_port)
        answer = connection.send("POST", "/e", body.encode(), {"Content-Type": "text/plain", "User-Agent": BROWSER})
        assert answer.status == status, (body[:40], answer.status, answer.body[:200])
        connection.close()
    foreign = browser.send(browser.event("/"), {"Origin": "https://elsewhere.test"})
    assert foreign.status == 403
    assert foreign.headers["Access-Control-Allow-Origin"] is None
    browser.view("/")
    assert service.settled()["outcomes"]["scored"] == 1


def test_the_accounting_lines_add_up_after_mixed_traffic(service, browsers):
    contact = service.contact(1)
    message, links = service.message("Mailing", links=3)
    paths = [service.click_path(contact, message, link) for link in links]
    quote = service.quote_path(contact)
    person = browsers(service)
    linked(service, person, contact, "/tarifs")
    scanner, robot, shy = browsers(service), browsers(service), browsers(service)
    repeated = person.event("/contact")
    for _ in range(3):
        person.send(repeated)
    for number in range(20):
        person.view(f"/page/{number % 7}")
        person.send([person.event("/a"), {"type": "nothing"}, person.event("/b", consent="undecided")])
        person.send(person.event("/c"), {"Purpose": "prefetch"})
        robot.send(robot.event("/"), {"User-Agent": "SomeBot/1.0"})
        shy.send(shy.event("/", consent="denied"))
        shy.send(shy.event("/", consent="undecided"))
        shy.send(shy.event("/"), {"DNT": "1"})
    scanner.burst(paths)
    person.view_quote(quote)
    person.connection.send("POST", "/e", "no json", {"User-Agent": BROWSER})
    for browser in (person, scanner, robot, shy):
        browser.close()

    for settled in (service.settled(), service.restart().settled()):  # the second from the checkpoint
        outcomes = settled["outcomes"]
        filtered = outcomes["filtered"]
        assert outcomes["received"] == (
            outcomes["accepted"] + sum(outcomes["rejected"].values()) + sum(outcomes["declined"].values())
        )
        assert outcomes["accepted_total"] == (
            outcomes["scored"] + outcomes["counted"] + sum(filtered.values()) + outcomes["pending"]
        )
        assert outcomes["pending"] == 0
        assert (filtered["duplicate"], filtered["bot"], filtered["prefetch"]) == (2, 20, 20)
        assert filtered["machine_fetch"] >= 1
        # 1 landing, 1 + 20 + 20 pages, 1 quote, and the clicks that were not yet known for a scanner's.
        assert 43 <= outcomes["scored"] <= 47
        assert outcomes["counted"] == 40


# Operation


def test_check_says_what_the_settings_mean(services):
    service = services(destinations=[Destination().setting])
    ran = service.command("check")
    assert ran.returncode == 0, ran.stderr
    assert "settings: valid" in ran.stdout
    assert "site demo: " in ran.stdout
    assert "destination crm (webhook): lead.qualified" in ran.stdout
    assert not service.data.exists()


@pytest.mark.parametrize("command", ["serve", "check"])
def test_a_wrong_setting_is_named_with_file_and_line(services, command):
    service = services()
    text = service.config.read_text().replace('log_level: "notice"', "log_levle: notice")
    service.config.write_text(text)
    line = text.splitlines().index("log_levle: notice") + 1
    ran = service.command(command, seconds=60)
    assert ran.returncode == 78
    assert f"{service.config}:{line}: log_levle" in ran.stderr
    assert "log_level" in ran.stderr.replace("log_levle", "")
    assert not service.data.exists()


SAMPLE = re.compile(r'^([a-z_:][a-z0-9_:]*)(\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})? (-?[0-9.e+-]+|NaN|[+-]Inf)$')


def test_metrics_are_prometheus_text(service, browsers):
    browsers(service).view("/")
    service.settled()
    response = service.private("GET", "/metrics")
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    types, values = {}, {}
    for line in response.body.decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in types
            types[name] = kind
        elif not line.startswith("# HELP "):
            match = SAMPLE.match(line)
            assert match, line
            name, labels, value = match.groups()
            family = name if name in types else re.sub(r"_(bucket|sum|count)$", "", name)
            assert family in types, line
            assert (name, labels) not in values
            values[name, labels] = float(value)
    assert values["vendange_events_accepted_total", None] == 1
    assert values["vendange_log_events_scored", None] == 1


def test_health_answers_while_canaries_come_back(service):
    assert service.private("GET", "/health/live").json == {"status": "ok", "reasons": []}

    def age():
        text = service.private("GET", "/metrics").body.decode()
        return float(re.search(r"^vendange_canary_age_seconds (\S+)$", text, re.MULTILINE)[1])

    # Counted from the start until the first one is back: younger than a moment ago means that one is.
    last = age()

    def is_younger():
        nonlocal last
        last, before = age(), last
        return last < before

    wait_for("a canary", is_younger, 90)
    answer = service.private("GET", "/health/scoring")
    assert (answer.status, answer.json) == (200, {"status": "ok", "reasons": []})


def test_metrics_may_need_a_key(services):
    service = services()
    service.config.write_text(service.config.read_text().replace('"port": %d}' % service.private_port,
                                                                  '"port": %d, "metrics_need_key": true}' % service.private_port))
    service.start()
    assert service.private("GET", "/metrics").status == 401
    reader = service.command("keys", "create", "prometheus").stdout.strip()
    assert service.private("GET", "/metrics", headers={"Authorization": f"Bearer {reader}"}).status == 200
