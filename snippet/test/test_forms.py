"""What of a form leaves the page, and what never does."""

import pytest

CARD = "4242 4242 4242 4242"
FORM = """
<form class=contact action=/nothing method=get>
  <input name=courriel value='a@example.org'>
  <input name=prenom value=' Ada '>
  <input name=unmapped value=unmapped-secret>
  <input name=secret type=password value=password-secret>
  <input name=token type=hidden value=hidden-secret>
  <input name=attachment type=file>
  <input name=card1 autocomplete='billing cc-number' value=cc-secret>
  <input name=card2 value='4242 4242 4242 4242'>
  <textarea name=message>Call me, my card is 4242-4242-4242-4242, thanks</textarea>
  <input name=phone value='+33 6 12 34 56 78'>
  <input name=long>
  <input name=topic type=radio value=lease><input name=topic type=radio value=buy checked>
  <input name=option type=hidden value=0><input name=option type=checkbox value=yes checked>
  <select name=size><option>small<option selected>large</select>
  <button>Send</button>
</form>
<form class=other><input name=courriel value=other@example.org><button>Send</button></form>
"""
NAMES = "secret token attachment card1 card2 message phone long topic option size".split()
MAP = {"email": "courriel", "firstname": "prenom", **{name: name for name in NAMES}}


def contact(browser, path="/form", after="", **entry):
    browser.page(path, FORM, forms=True, after=after)
    browser.open(path)
    browser.run("document.querySelector('[name=long]').value = 'é'.repeat(300)")
    browser.call("forms", {"selector": "form.contact", "name": "contact", "map": MAP, **entry})


def expect_only_what_may_leave(event):
    assert (event["type"], event["name"]) == ("form_submit", "contact")
    assert event["fields"] == {
        "email": "a@example.org",
        "firstname": "Ada",
        "phone": "+33 6 12 34 56 78",
        "long": "é" * 256,
        "topic": "buy",
        "option": "yes",
        "size": "large",
    }


def test_a_submitted_form_sends_its_mapped_fields_and_no_secret(browser):
    contact(browser)
    browser.find(".contact button").click()
    (event,) = browser.wait(1, "form_submit")
    expect_only_what_may_leave(event)
    assert event["url"].endswith("/form")
    assert "secret" not in str(browser.events())
    assert "4242" not in str(browser.events())


def test_a_form_nobody_configured_is_not_read(browser):
    contact(browser)
    browser.find(".other button").click()
    browser.until("location.search != ''")
    browser.settle()
    assert browser.events("form_submit") == []


def test_a_form_the_page_took_over_is_left_to_the_page(browser):
    contact(browser, after="document.addEventListener('submit', event => event.preventDefault())")
    browser.find(".contact button").click()
    browser.settle()
    assert browser.events("form_submit") == []
    browser.call("form", "contact", {"email": "b@example.org", "card": CARD, "empty": "", "nothing": None, "count": 3})
    (event,) = browser.wait(1, "form_submit")
    assert event["fields"] == {"email": "b@example.org", "count": "3"}


def test_a_form_sent_by_script_can_be_read_when_submitted(browser):
    contact(
        browser,
        ajax=True,
        after="addEventListener('submit', e => { e.preventDefault(); e.stopPropagation(); e.target.reset() }, true)",
    )
    browser.find(".contact button").click()
    (event,) = browser.wait(1, "form_submit")
    expect_only_what_may_leave(event)


def test_contact_form_7_is_read_when_its_mail_is_sent(browser):
    contact(browser, after="document.addEventListener('submit', event => event.preventDefault())")
    browser.find(".contact button").click()
    browser.run(
        "const form = document.querySelector('.contact');"
        "const inputs = Array.from(new FormData(form), ([name, value]) => ({name, value: String(value)}));"
        "form.reset(); form.elements.courriel.value = '';"
        "form.dispatchEvent(new CustomEvent('wpcf7mailsent', {bubbles: true, detail: {contactFormId: 7, inputs}}))"
    )
    (event,) = browser.wait(1, "form_submit")
    assert event["fields"]["email"] == "a@example.org"
    assert not {"secret", "token", "card1", "card2", "message", "attachment"} & set(event["fields"])


HUBSPOT = """
<div class=hs-form-html data-form-id=abc><form>
  <input name=0-1/email><input name=0-1/notes><input type=hidden name=0-1/segment>
  <input name=0-1/key type=password>
</form></div>
<form><input name=0-1/elsewhere></form>
"""


def submit_to_hubspot(browser, body):
    browser.page("/hubspot", body, forms=True)
    browser.open("/hubspot")
    browser.run(
        "const names = ['email', 'notes', 'segment', 'key', 'elsewhere'];"
        "const values = names.map(name => ({name: '0-1/' + name, value: name + '@example.org'}));"
        "window.HubspotFormsV4 = {getFormFromEvent: () => ({getFormFieldValues: () => Promise.resolve(values)})};"
        "const map = {email: '0-1/email', segment: '0-1/segment', key: '0-1/key', elsewhere: '0-1/elsewhere'};"
        "vendange('forms', {hubspot: 'abc', name: 'demo', map});"
        "for (const formId of ['other', 'abc'])"
        "  dispatchEvent(new CustomEvent('hs-form-event:on-submission:success', {detail: {formId}}))"
    )


def test_hubspot_forms_are_known_by_their_id_and_read_like_others(browser):
    submit_to_hubspot(browser, HUBSPOT)
    (event,) = browser.wait(1, "form_submit")
    assert (event["name"], event["fields"]) == ("demo", {"email": "email@example.org"})


def test_a_hubspot_form_out_of_reach_is_not_read(browser):
    submit_to_hubspot(browser, "<div class=hs-form-frame data-form-id=abc><iframe></iframe></div>")
    browser.settle()
    assert browser.events("form_submit") == []


@pytest.mark.parametrize("order", ["before", "after", "queue"])
def test_the_order_of_the_scripts_does_not_matter(browser, order):
    core, forms = '<script src="/x/t.js"></script>', '<script src="/x/forms.js"></script>'
    if order == "queue":
        config = "vendange = function () { (vendange.q = vendange.q || []).push(arguments) };"
        config += f"vendange.site = '{browser.site}'; vendange.url = '{browser.collector.base}';"
        config += "vendange('form', 'early', {email: 'q@example.org'});"
    else:
        config = f"vendange = {{site: '{browser.site}', url: '{browser.collector.base}'}};"
        config += "vendangeForms = [{selector: 'form', name: 'listed', map: {email: 'courriel'}}];"
    scripts = forms + core if order == "before" else core + forms
    browser.web.pages["/order"] = f"<!doctype html><title>Order</title><script>{config}</script>{scripts}{FORM}"
    browser.open("/order")
    if order != "queue":
        browser.find(".contact button").click()
    (event,) = browser.wait(1, "form_submit")
    assert event["name"] == ("early" if order == "queue" else "listed")


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("4242424242424242", False),
        ("378282246310005", False),
        ("6304 0000 0000 0000 000", False),
        ("12 4242 4242 4242 4242", False),
        ("4242424242424241", True),
        ("+33 (0)6 12 34 56 78", True),
        ("2026-11-23 10:00", True),
        ("732 829 320", True),
    ],
)
def test_card_numbers_are_told_by_their_check_digit(browser, text, leaves):
    browser.page("/card", forms=True)
    browser.open("/card")
    browser.call("form", "contact", {"marker": "x", "text": text})
    (event,) = browser.wait(1, "form_submit")
    assert ("text" in event["fields"]) == leaves


def test_at_most_sixteen_fields_leave(browser):
    browser.page("/many", forms=True)
    browser.open("/many")
    browser.call("form", "contact", {f"field{number}": "x" for number in range(30)})
    assert len(browser.wait(1, "form_submit")[0]["fields"]) == 16
