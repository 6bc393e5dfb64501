"""Requests as browsers send them: a cookie, a referrer, a real user agent.

A file of requests holds each after a line with its number of bytes. wrk (wrk/prepared.lua) and vendange-load send
them in turn, and put an id of its own wherever MARK stands, so that no event is a repetition.
"""

import base64
import hashlib
import json
import os

import vendange

MARK = "@" * 12
PAGES = [
    "", "tarifs", "maintenance/contrats", "energie/audit", "actualites/2026/11/salon", "contact",
    "references/industrie", "carrieres", "maintenance/urgence", "energie/solaire",
]
AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1",
]
ORIGIN = f"https://{vendange.HOST}"


def visitor(number):
    """A cookie: 128 bits that are the same for the same number."""
    digest = hashlib.blake2b(str(number).encode(), digest_size=16).digest()
    return "vnd=" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def request(line, number, *fields, body=""):
    head = [
        f"{line} HTTP/1.1", "Host: 127.0.0.1", "Connection: keep-alive", f"User-Agent: {AGENTS[number % len(AGENTS)]}",
        "Accept-Encoding: gzip, deflate, br", "Accept-Language: fr-FR,fr;q=0.9,en;q=0.8", *fields,
    ]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


def pixel(number, cookie, path="/p.gif"):
    """A page view as a browser's image asks for it."""
    page = PAGES[number % len(PAGES)]
    query = (
        f"site={vendange.SITE}&url=https%3A%2F%2F{vendange.HOST}%2F{page.replace('/', '%2F')}"
        "%3Futm_source%3Dnewsletter%26utm_campaign%3Dnovembre"
        f"&title=Maintenance%20industrielle%20-%20Ardoine&consent=granted&id={MARK}.1"
    )
    return request(
        f"GET {path}?{query}", number,
        "Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
        "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image",
        f"Referer: {ORIGIN}/{page}", f"Cookie: _ga=GA1.1.1234567890.1700000000; theme=light; {cookie}",
    )


def page_view(page, counter=1, identity=MARK, **more):
    """A page view as the page script describes it: about 300 bytes."""
    return {
        "type": "page_view", "site": vendange.SITE,
        "url": f"{ORIGIN}/{page}?utm_source=newsletter&utm_campaign=novembre",
        "id": f"{identity}.{counter}", "consent": "granted",
        "title": "Maintenance industrielle - Ardoine", "referrer": "https://www.google.com/",
    } | more


def events(number, cookie, views):
    """Page views as the page script sends them."""
    body = json.dumps(views if len(views) > 1 else views[0], separators=(",", ":"))
    fields = [f"Cookie: {cookie}"] if cookie else []
    return request(
        "POST /e", number, "Accept: */*", "Content-Type: text/plain;charset=UTF-8", f"Content-Length: {len(body)}",
        f"Origin: {ORIGIN}", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty", *fields,
        body=body,
    )


def click(number, path):
    """A tracked link that is followed."""
    return request(
        f"GET {path}", number, "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", "Upgrade-Insecure-Requests: 1",
    )


def anonymous(count, per_body=None):
    """Requests of so many visitors nobody knows: pixels, or bodies of some page views each."""
    if per_body is None:
        return [pixel(number, visitor(number)) for number in range(count)]
    return [
        events(number, visitor(number), [page_view(PAGES[(number + n) % len(PAGES)], n + 1) for n in range(per_body)])
        for number in range(count)
    ]


def write(file, requests):
    """Puts requests into a file for the generators. Synced: or the kernel writes it back, half a minute later, to the
    disk that is being measured."""
    with file.open("wb") as output:
        output.write(b"".join(b"%d\n%s" % (len(request), request) for request in requests))
        output.flush()
        os.fsync(output.fileno())
    return file
