"""How long it takes from an event to the webhook it leads to, at a fixed rate.

A decision maker's browser, tied to its contact by a click, looks at the prices; the shipped model's rule for that sends
an alert at once (no hold). The event goes the longest way there is: the visitor's slot, a derived record in the log,
the contact's slot, a transaction of the catalog, the dispatcher. Meanwhile pixels arrive at a share of the maximum,
one in twenty of a known contact. Time counts from when the event was meant to be sent.
"""

import base64
import pathlib

import latency
import openloop
import options
import people
import servers
import traffic
import vendange

KNOWN_SHARE = 20
WARM_UP = 1


def background(visitors, known):
    """Pixels, every twentieth of a known contact."""
    requests = traffic.anonymous(visitors)
    for number in range(0, visitors, KNOWN_SHARE):
        requests[number] = traffic.pixel(number // KNOWN_SHARE, known[number // KNOWN_SHARE % len(known)].cookie)
    return requests


def run(service, port, directory, seconds, rate, visitors, contacts, shares):
    known = people.browse(service, people.create(service, "known-", contacts))
    requests = background(visitors, known)
    pixels = traffic.write(directory / "pixels.requests", requests)
    service.settle()
    fastest = latency.maximum(service, requests, directory, seconds)
    print(f"Vendange answers {fastest:,.0f} such pixels a second at most", flush=True)
    for number, share in enumerate(shares):
        prefix = f"decision-{number}-"
        deciding = people.create(service, prefix, int(rate * (seconds + WARM_UP)), role="decision")
        deciding = people.browse(service, deciding)
        views = traffic.write(
            directory / f"{number}.requests",
            [traffic.events(index, person.cookie, [traffic.page_view("tarifs")])
             for index, person in enumerate(deciding)],
        )
        service.settle()
        others = openloop.begin(service.port, pixels, fastest * share, seconds + 2 * WARM_UP, seed=20 + number)
        result = openloop.run(
            service.port, views, rate, seconds, seed=30 + number, warm_up=WARM_UP, connections=16,
            receive=port, contacts=prefix, status=204,
        )
        others = openloop.end(others, 200)
        missing = result["count"] - result["notifications"]["count"]
        openloop.line(f"webhook, {share:.0%}", result["notifications"], result)
        if missing:
            raise RuntimeError(f"{missing} notifications did not come")
        yield {"share": share, "maximum": fastest, "background": others} | result


def main():
    asked = options.parse(__doc__)
    seconds, rate, visitors, contacts, shares = (
        (1, 20, 200, 10, (0.5,)) if asked.quick else (30, 40, 20_000, 1_000, (0.25, 0.5, 0.75))
    )
    port = servers.free_port()
    destination = {
        "name": "crm", "kind": "webhook", "url": f"http://127.0.0.1:{port}/", "allow_private_address": True,
        "secret": "whsec_" + base64.b64encode(b"thirty-two bytes for the signer!").decode(),
        "notifications": ["alert"],
    }
    with options.directory() as directory:
        with vendange.Vendange(directory, destinations=[destination], behind_proxy=True) as service:
            results = list(run(service, port, pathlib.Path(directory), seconds, rate, visitors, contacts, shares))
    options.save(results, asked.output)


if __name__ == "__main__":
    main()
