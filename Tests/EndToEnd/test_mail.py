"""Mail and what people refuse: clicks, forwarded mail, forged tokens, scanners, withdrawals."""

import json
import urllib.parse

import pytest

from service import BROWSER, entries, linked, wait_for

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
