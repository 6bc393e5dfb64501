"""Contacts the service knows, each with a browser that is tied to them as in life: by a click on a tracked link and
the page it led to."""

import concurrent.futures
import dataclasses
import http.client
import json
import urllib.parse

import traffic

# Contacts of one call.
BATCH = 500


@dataclasses.dataclass(frozen=True)
class Person:
    """A contact's key, the path of a tracked link with their token, and their browser's cookie once it has one."""

    key: str
    link: str
    cookie: str = ""


def put(service, prefix, numbers, **fields):
    """Imports contacts as a CRM holds them; their keys."""
    keys = [f"{prefix}{number}" for number in numbers]
    for first in range(0, len(keys), BATCH):
        contacts = [
            {"crm_id": key, "email": f"{key}@firma.example", "first_name": "Claire", "last_name": "Martin",
             "company": "Usines Martin SAS", "company_domain": "firma.example", "status": "prospect",
             "owner_email": "paul.durand@ardoine.example", "owner_name": "Paul Durand", "mail_consent": True,
             "fields": {"employees": "180", "sector": "industry"}} | fields
            for key in keys[first:first + BATCH]
        ]
        counts = service.api("POST", "/contacts/import", {"contacts": contacts})["counts"]
        if counts["new"] != len(contacts):
            raise RuntimeError(f"of {len(contacts)} new contacts: {counts}")
    return keys


def create(service, prefix, count, **fields):
    """Creates the contacts `<prefix>0`, `<prefix>1`, … who allow clicks; people with links, without browsers."""
    keys = put(service, prefix, range(count), **fields)
    message = service.api("POST", "/messages", {"name": prefix})["id"]
    url = f"{traffic.ORIGIN}/maintenance/contrats"
    link = service.api("POST", "/links", {"url": url, "message": message})["id"]

    def person(key):
        body = {"purpose": "message", "contact": f"crm:{key}", "object": message, "link": link}
        address = service.api("POST", "/tokens", body)["addresses"]["click"]
        return Person(key, urllib.parse.urlsplit(address).path)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(person, keys))


def browse(service, people):
    """The same people, each after a click and its landing page."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)

    def send(method, path, body, number):
        # Everybody comes from an address of their own, through the proxy.
        address = f"198.{18 + number // 65_536}.{number // 256 % 256}.{number % 256}"
        headers = {"User-Agent": traffic.AGENTS[number % len(traffic.AGENTS)], "X-Forwarded-For": address}
        if body:
            headers |= {"Content-Type": "text/plain", "Origin": traffic.ORIGIN}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer, text

    def tied(person, number):
        answer, text = send("GET", person.link, None, number)
        location = answer.headers.get("Location", "")
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query).get("vdg")
        if answer.status != 302 or not token:
            raise RuntimeError(f"click: {answer.status} {location} {text}")
        # Without a cookie yet, the page load's id is what tells one browser from another.
        view = traffic.page_view("maintenance/contrats", identity=traffic.visitor(person.key)[4:16], click=token[0])
        answer, text = send("POST", "/e", json.dumps(view), number)
        cookie = answer.headers.get("Set-Cookie")
        if answer.status != 204 or not cookie:
            raise RuntimeError(f"landing page: {answer.status} {text}")
        return dataclasses.replace(person, cookie=cookie.split(";")[0])

    return [tied(person, number) for number, person in enumerate(people)]
