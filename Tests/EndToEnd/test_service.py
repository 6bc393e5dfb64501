"""The service as its surroundings see it: people's browsers, the CRM, whoever operates it."""

import json
import re
import urllib.parse

import pytest

from service import BROWSER, Connection, Destination, wait_for

PATIENT_MODEL = """
version: 1
groups:
  mail:  { half_life: 14d, max: 1000 }
  sales: { half_life: 60d, max: 1000 }
  web:   { half_life: 30d, max: 1000 }
pages:
  /**: 5
rules:
  - { name: mail clicked, when: { event: email_click }, points: 100, group: mail, hold: 1s, alert: true }
unconfirmed: 1.0
stages:
  warm: { enter: 20, leave: 12 }
  hot:  { enter: 60, leave: 45, cooldown: 24h }
"""


@pytest.fixture
def service(services):
    return services().start()


def entries(service, contact, rule=None):
    return [entry for entry in service.explain(contact)["entries"] if rule in (None, entry["rule"])]


def linked(service, browser, contact, path="/"):
    """Has a browser become a contact's, by a click and the page it leads to."""
    message, (link,) = service.message("Mailing")
    click = browser.click(service.click_path(contact, message, link))
    assert click is not None
    browser.view(path, click=click)


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


# Mail


def test_a_click_its_landing_page_and_the_ledger(service, browsers):
    contact = service.contact(1, first_name="Anna")
    browser = browsers(service)
    linked(service, browser, contact, "/tarifs")
    browser.view("/produits/energie", title="Énergie")
    service.settled()
    told = service.explain(contact)
    points = {entry["rule"]: entry["granted"] for entry in told["entries"]}
    # The landing page confirmed the click, which counts in full at once.
    assert points == {"e-mail cliqué": 10, "/tarifs": 15, "/produits/energie": 8}
    assert {entry["verdict"] for entry in told["entries"] if entry["rule"] != "e-mail cliqué"} == {"confirmed"}
    assert told["sum"] == pytest.approx(33, abs=0.01)
    assert told["stage"]["stage"] == "warm"
    kinds = sorted(row["kind"] for row in service.pages(f"/contacts/{contact}/timeline"))
    assert kinds == ["email_click", "page_view", "page_view"]
    assert service.status()["store"]["visitors"] == 1


def test_what_a_browser_did_before_it_is_known_counts_once_it_is(service, browsers):
    contact = service.contact(1)
    browser = browsers(service)
    browser.view("/produits/maintenance")
    browser.view("/tarifs")
    linked(service, browser, contact)
    service.settled()
    before = [entry for entry in entries(service, contact) if entry["origin"] == "before_identification"]
    assert sum(entry["granted"] for entry in before) == pytest.approx(23, abs=0.01)
    urls = {row["url"] for row in service.pages(f"/contacts/{contact}/timeline") if row["is_from_before"]}
    assert {url.partition("/")[2] for url in urls} == {"produits/maintenance", "tarifs"}


def ties(service, contact):
    """How a contact's browsers are tied, oldest first."""
    service.settled()
    return [visitor["trust"] for visitor in service.api("GET", f"/contacts/{contact}/visitors")["items"]]


def test_a_second_browser_on_one_mail_is_forwarded_and_not_merged(service, browsers):
    contact = service.contact(1)
    message, links = service.message("Mailing", links=2)
    paths = [service.click_path(contact, message, link) for link in links]
    reader, colleague, third = browsers(service), browsers(service), browsers(service)
    colleague.view("/tarifs")
    reader.view("/landing", click=reader.click(paths[0]))
    assert ties(service, contact) == ["token"]
    # The same address, opened by somebody else; then another link of the same message.
    colleague.view("/landing", click=colleague.click(paths[0]))
    third.view("/landing", click=third.click(paths[1]))
    assert ties(service, contact) == ["token", "forwarded", "forwarded"]
    told = service.explain(contact)
    assert "before_identification" not in {entry["origin"] for entry in told["entries"]}
    limited = [entry for entry in told["entries"] if entry["trust"] == "forwarded"]
    assert limited and all(entry["rule"].startswith("/") for entry in limited)


def test_a_landing_address_that_is_passed_on_ties_one_browser(service, browsers):
    contact = service.contact(1)
    reader, colleague = browsers(service), browsers(service)
    link = service.api("POST", "/links", {"url": f"{service.origin}/offer"})["id"]
    token = service.api("POST", "/tokens", {"purpose": "contact", "contact": contact, "link": link})["token"]
    click = reader.click(f"/c/{link}/{token}")
    reader.view("/offer", click=click)
    colleague.view("/offer", click=click)
    assert ties(service, contact) == ["token", "forwarded"]


@pytest.mark.parametrize("forgery", ["changed", "other contact", "nonsense"])
def test_a_forged_token_earns_nothing_and_learns_nothing(service, browsers, forgery):
    contact = service.contact(1)
    other = service.contact(2)
    message, (link,) = service.message("Mailing")
    path = service.click_path(contact, message, link)
    base, _, token = path.rpartition("/")
    parts = token.split(".")
    if forgery == "changed":
        parts[-1] = parts[-1][::-1]
    elif forgery == "other contact":
        parts[2] = service.click_path(other, message, link).split(".")[-2]
    else:
        parts = ["nonsense"]
    browser = browsers(service)
    forged = browser.get(f"{base}/{'.'.join(parts)}")
    assert (forged.status, forged.headers["Location"]) == (404, None)
    browser.view("/landing", click=f"{'.'.join(parts)}")
    status = service.settled()
    assert status["outcomes"]["accepted_total"] == 1  # the page view, of nobody
    for reference in (contact, other):
        assert service.explain(reference)["entries"] == []
        assert service.pages(f"/contacts/{reference}/timeline") == []


def test_an_unknown_link_is_a_neutral_page(service, browsers):
    contact = service.contact(1)
    message, (link,) = service.message("Mailing")
    path = service.click_path(contact, message, link)
    assert browsers(service).get(path.replace(f"/c/{link}/", f"/c/{link + 1}/")).status == 404


def test_redirects_lead_on_whatever_else_happens(service, browsers):
    contact = service.contact(1)
    message, (link,) = service.message("Mailing")
    path = service.click_path(contact, message, link)
    goal = f"{service.origin}/landing/{message}/0"
    browser = browsers(service)
    refusals = [{}, {"DNT": "1"}, {"Sec-GPC": "1"}, {"User-Agent": "curl/8"}, {"Purpose": "prefetch"}]
    for headers in refusals:
        response = browser.get(path, headers)
        assert response.status == 302
        assert response.headers["Location"].split("?")[0] == goal
        assert response.headers["Set-Cookie"] is None
    service.api("PATCH", f"/contacts/{contact}", {"consents": {"objected": True}})
    response = browser.get(path)
    assert (response.status, response.headers["Location"]) == (302, goal)
    browser.close()
    service.restart()
    assert browser.get(path).headers["Location"] == goal


def test_a_scanner_that_follows_all_links_earns_nothing_and_explain_says_why(service, browsers):
    contact = service.contact(1)
    message, links = service.message("Mailing", links=3)
    paths = [service.click_path(contact, message, link) for link in links]
    browsers(service).burst(paths)
    service.settled()
    told = service.explain(contact)
    assert told["sum"] == 0
    clicks = [entry for entry in told["entries"] if entry["rule"] == "e-mail cliqué"]
    assert clicks, "the clicks before the burst was known stay visible"
    assert {(entry["state"], entry.get("reason")) for entry in clicks} == {("dropped", "scanner_burst")}
    assert {row["kind"] for row in service.pages(f"/contacts/{contact}/timeline")} == {"email_click"}


def test_clicks_alone_make_no_lead_and_no_alert(services, destination, browsers):
    destination.start()
    service = services(model=PATIENT_MODEL, destinations=[destination.setting]).start()
    contact = service.contact(1)
    message, (link,) = service.message("Mailing")
    path = service.click_path(contact, message, link)
    browser = browsers(service)
    token = [browser.click(path) for _ in range(2)][-1]
    stage = wait_for(
        "the clicks to count", lambda: service.explain(contact)["stage"]["stage"] == "hot" and service.explain(contact)
    )["stage"]
    assert stage["awaits_confirmation"]
    assert {line["type"] for line in destination.received()} <= {"consent.changed", "contact.nurture"}
    assert service.api("GET", "/leads")["items"] == []

    # The page behind the last click was shown: a person.
    browser.view("/landing", click=token)
    wait_for("the lead", lambda: destination.received("lead.qualified"))
    assert not service.explain(contact)["stage"]["awaits_confirmation"]
    assert len(service.api("GET", "/leads")["items"]) == 1


# What people refuse


def test_refusals_leave_no_visitor_and_are_counted(service, browsers):
    browser = browsers(service)
    before = service.status()
    for headers, event in [
        ({}, {"consent": "denied"}),
        ({"DNT": "1"}, {}),
        ({"Sec-GPC": "1"}, {}),
        ({"Cookie": "vnd_optout=1"}, {}),
    ]:
        response = browser.send(browser.event("/tarifs", **event), headers)
        assert response.json["events"][0]["outcome"] == "declined"
        assert response.headers["Set-Cookie"] is None
    # No choice yet: a day total, and nobody.
    assert browser.view("/tarifs", consent="undecided").headers["Set-Cookie"] is None
    status = service.settled()
    assert status["store"]["visitors"] == before["store"]["visitors"] == 0
    outcomes = status["outcomes"]
    assert {reason: count for reason, count in outcomes["declined"].items() if count} == {
        "refused": 1,
        "dnt": 1,
        "gpc": 1,
        "opt_out": 1,
    }
    assert (outcomes["received"], outcomes["accepted"], outcomes["counted"]) == (5, 1, 1)


def test_who_accepts_and_refuses_later_is_forgotten(service, browsers):
    contact = service.contact(1)
    browser = browsers(service)
    linked(service, browser, contact, "/tarifs")
    assert service.settled()["store"]["visitors"] == 1
    assert browser.cookie
    assert any("/tarifs" in row.get("url", "") for row in service.pages(f"/contacts/{contact}/timeline"))
    response = browser.send(browser.event("/", consent="denied"))
    assert "Max-Age=0" in response.headers["Set-Cookie"]
    assert service.settled()["store"]["visitors"] == 0
    told = service.explain(contact)
    # Where they went is nowhere any more: not in the timeline, and not beside the points.
    assert not any(row.get("url") for row in service.pages(f"/contacts/{contact}/timeline"))
    assert not any(entry.get("url") for entry in told["entries"])
    # The click was the contact's own; what the browser brought is taken back, visibly.
    assert told["sum"] == pytest.approx(10, abs=0.01)
    assert "reversal" in {entry["origin"] for entry in told["entries"]}


def post(browser, path, body):
    headers = {"User-Agent": BROWSER, "Content-Type": "application/x-www-form-urlencoded"}
    response = browser.connection.send("POST", path, body, headers)
    assert response.status == 200, response.status
    return response


def signed_path(service, purpose, contact):
    token = service.api("POST", "/tokens", {"purpose": purpose, "contact": contact})
    return urllib.parse.urlsplit(token["addresses"][purpose]).path


def test_one_click_in_an_old_mail_ends_it_all(services, destination, browsers):
    destination.start()
    service = services(destinations=[destination.setting]).start()
    contact = service.contact(1, consents={"clicks": True, "opens": True})
    message, (link,) = service.message("Mailing")
    click, path = service.click_path(contact, message, link), signed_path(service, "preferences", contact)
    browser = browsers(service)
    assert b"<form" in browser.get(path).body
    assert service.api("GET", f"/contacts/{contact}")["consents"]["objected"] is False
    post(browser, path, "choice=opens")
    assert browser.click(click) is not None
    post(browser, path, "List-Unsubscribe=One-Click")
    assert browser.click(click) is None
    service.settled()
    told = service.api("GET", f"/contacts/{contact}")
    assert told["consents"] == {"clicks": True, "opens": False, "last_open_day": False, "objected": True}
    assert told["email"] == "contact1@firma.test"
    wait_for("the objection", lambda: destination.received("contact.objected"))
    assert len(destination.received("consent.changed")) >= 2
    browser.close()
    service.restart()
    assert service.api("GET", f"/contacts/{contact}")["consents"]["objected"] is True
    assert browser.click(click) is None


def test_a_salesperson_answers_a_lead_without_a_password(services, destination, browsers):
    destination.start()
    service = services(destinations=[destination.setting]).start()
    contact = service.contact(1)
    browser = browsers(service)
    linked(service, browser, contact, "/tarifs")
    browser.view_quote(service.quote_path(contact))
    wait_for("the lead", lambda: destination.received("lead.qualified"))
    path = signed_path(service, "answer", contact)
    browser.get(path)
    post(browser, path, "answer=not_now")
    wait_for("the answer", lambda: destination.received("lead.answered"))
    (answered,) = destination.received("lead.answered")
    assert "not_now" in json.dumps(answered["data"])


# Notifications


def test_a_lead_reaches_the_crm_and_is_what_the_libraries_take_for_genuine(services, destination, browsers):
    destination.start()
    service = services(destinations=[destination.setting]).start()
    contact = service.contact(1, first_name="Zoë", last_name="Müller")
    browser = browsers(service)
    quote = service.quote_path(contact, title="Devis « Énergie »")
    linked(service, browser, contact, "/tarifs")
    browser.view_quote(quote)
    wait_for("the lead", lambda: destination.received("lead.qualified"))
    assert destination.received(outcome="rejected") == []
    (lead,) = destination.received("lead.qualified")
    assert lead["cloudevent"]["source"].rstrip("/") == service.origin
    assert lead["data"]["contact"]["first_name"] == "Zoë"
    assert "Devis « Énergie »" in {entry.get("name") for entry in lead["data"]["entries"]}
    ids = [line["id"] for line in destination.received()]
    assert len(ids) == len(set(ids))


def test_a_salespersons_answer_is_kept_and_told_with_its_author(services, destination, browsers):
    destination.start()
    service = services(destinations=[destination.setting]).start()
    contact = service.contact(1)
    refused = service.api("POST", f"/contacts/{contact}/answer", {"answer": "good"}, expect=(409,))
    assert "never handed over" in refused["detail"]
    browser = browsers(service)
    linked(service, browser, contact, "/tarifs")
    browser.view_quote(service.quote_path(contact))
    wait_for("the lead", lambda: destination.received("lead.qualified"))
    service.api("POST", f"/contacts/{contact}/answer", {"answer": "good", "author": "Olga"})
    (lead,) = service.api("GET", "/leads")["items"]
    assert (lead["answer"], lead["answered_by"]) == ("good", "Olga")
    wait_for("the answer", lambda: destination.received("lead.answered"))
    (answer,) = destination.received("lead.answered")
    assert (answer["data"]["detail"], answer["data"]["author"]) == ("good", "Olga")


def test_a_reply_that_another_tool_reports_counts_and_is_accounted_for(service):
    contact = service.contact(1)
    for name in ("mail-1", "mail-1"):
        answer = service.api("POST", f"/contacts/{contact}/events", {"kind": "reply", "id": name})
        assert answer == {"outcome": "accepted"}
    outcomes = service.settled()["outcomes"]
    assert (outcomes["received"], outcomes["accepted"], outcomes["accepted_total"]) == (2, 2, 2)
    assert (outcomes["scored"], outcomes["filtered"]["duplicate"]) == (1, 1)
    assert [row["kind"] for row in service.pages(f"/contacts/{contact}/timeline")] == ["reply"]
    assert [row["kind"] for row in service.api("GET", f"/contacts/{contact}/export")["timeline"]] == ["reply"]
    (account,) = service.api("GET", "/accounts")["items"]
    assert (account["key"], account["contact_count"]) == ("domain:firma.test", 1)


def test_opens_and_clicks_that_a_mail_tool_reports_are_judged_like_our_own(services):
    service = services()
    # Held until the end of the test, however long that takes.
    service.model.write_text(service.model.read_text().replace("hold: 10s", "hold: 1h"))
    service.start()
    contact = service.contact(1, consents={"clicks": True, "opens": True})
    message, (link, *_) = service.message("Newsletter", links=2)

    def report(code=(201,), **event):
        return service.api("POST", f"/contacts/{contact}/events", event, expect=code)

    click = {"kind": "email_click", "link": link, "address": "192.0.2.7", "user_agent": "Mozilla/5.0 Firefox/128.0"}
    for name in ("c-1", "c-1"):
        assert report(id=name, **click) == {"outcome": "accepted"}
    report(id="c-2", **click | {"user_agent": "curl/8.1"})
    report(id="o-1", kind="email_open", message=message)
    outcomes = service.settled()["outcomes"]
    assert (outcomes["scored"], outcomes["filtered"]["duplicate"], outcomes["filtered"]["bot"]) == (2, 1, 1)
    (entry,) = service.explain(contact)["entries"]
    assert (entry["rule"], entry["state"], entry["verdict"]) == ("e-mail cliqué", "provisional", "likely")
    kinds = [row["kind"] for row in service.pages(f"/contacts/{contact}/timeline")]
    assert sorted(kinds) == ["email_click", "email_open"]
    problem = report(code=(422,), kind="email_click", id="c-3", address="here")
    assert [item["field"] for item in problem["problems"]] == ["link"]


def test_a_dead_destination_is_visible_and_gets_everything_when_it_is_back(services, browsers):
    dead, alive = Destination(), Destination()
    try:
        alive.start()
        service = services(destinations=[dead.setting, alive.setting | {"name": "mirror"}]).start()
        contact = service.contact(1)
        browsers(service).view_quote(service.quote_path(contact))
        wait_for("the other destination", lambda: alive.received("alert"))
        wait_for("its answers", lambda: not service.pages("/deliveries?state=pending&destination=mirror"))
        waiting = service.pages("/deliveries?state=pending&destination=crm")
        assert {"alert"} <= {item["kind"] for item in waiting}
        tried = wait_for(
            "an attempt",
            lambda: [item for item in service.pages("/deliveries?destination=crm") if item["attempts"]],
        )
        assert tried[-1]["last_attempt"]["verdict"] == "retry"
        backlog = {item["destination"]: item for item in service.api("GET", "/destinations")["items"]}
        assert backlog["crm"]["pending"] == len(waiting) > 0
        assert backlog["mirror"]["pending"] == 0

        dead.start()
        wait_for("the backlog", lambda: not service.pages("/deliveries?state=pending"), 120)
        # A receiver tells of a notification once it is answered, which may be later than the service knows.
        ids = lambda receiver: {line["id"] for line in receiver.received()}
        wait_for("both to tell the same", lambda: ids(dead) == ids(alive))
        assert dead.received(outcome="rejected") == []
    finally:
        dead.close()
        alive.close()


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
