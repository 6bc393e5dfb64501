"""What the service tells others: leads, answers, what mail tools report, and destinations that are away."""

from service import Destination, linked, wait_for


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
