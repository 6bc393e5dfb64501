"""`kill -9` in the middle of traffic, again and again on one data directory: nothing acknowledged is lost, nothing
has effect twice, and the log alone leads to the same scores."""

import collections
import contextlib
import http.client
import os
import random
import shutil
import sqlite3
import threading
import time

from service import Browser, wait_for

# More of them in a soak (`make soak-kill`).
ROUNDS = int(os.environ.get("VENDANGE_KILL_ROUNDS", "10"))
# Seconds a start may take, which folds again what no checkpoint holds: in many rounds that becomes much.
PATIENCE = 30 + ROUNDS
THREADS = 4
SEED = 20_261_123
# What a person sees at once, and what makes them hot: two quotes.
MODEL = """
version: 1
groups:
  web:   { half_life: 30d, max: 1000000 }
  mail:  { half_life: 14d, max: 1000000 }
  sales: { half_life: 60d, max: 1000000 }
pages:
  /energy/**: { points: 1, topic: energy }
  /minus/**:  -0.25
  /**:        0.1
rules:
  - { name: quote viewed, when: { event: quote_view }, points: 35, group: sales, alert: true }
  - { name: mail clicked, when: { event: email_click }, points: 2, group: mail, hold: 1s, limit: 5 per day }
unconfirmed: 0.3
stages:
  warm: { enter: 20, leave: 12 }
  hot:  { enter: 60, leave: 45, cooldown: 24h }
"""


class Tally:
    """What the clients did, and what they know became of it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged = 0
        self.attempts = 0
        self.enough = threading.Event()
        self.goal = 0

    def tried(self, count=1):
        with self.lock:
            self.attempts += count

    def acknowledge(self, count=1):
        with self.lock:
            self.acknowledged += count
            if self.acknowledged >= self.goal:
                self.enough.set()


class Person:
    """A contact with one browser. Every page view has an address of its own, so that the contact's timeline shows
    which events are there, and how often."""

    def __init__(self, service, tally, reference, links):
        self.service = service
        self.tally = tally
        self.reference = reference
        self.browser = Browser(service)
        self.links = links
        self.quote = service.quote_path(reference) if reference else None
        self.landed = reference is None
        self.known = {}  # address → event, acknowledged
        self.unknown = {}  # address → event, sent without an answer
        self.clicks_tried = 0
        self.quotes = 0
        self.quotes_tried = 0

    def event(self, prefix, **more):
        path = f"/{prefix}/{self.browser.nonce}/{self.browser.counter + 1}"
        return path, self.browser.event(path, **more)

    def page(self, chance):
        return self.event(chance.choice(["energy", "minus", "page"]))

    def post(self, events):
        """Sends events and notes whether they were acknowledged."""
        self.unknown |= events
        self.tally.tried(len(events))
        response = self.browser.send(list(events.values()) if len(events) > 1 else next(iter(events.values())))
        assert response.status == 204, response.body
        for address in events:
            self.known[address] = self.unknown.pop(address)
        self.tally.acknowledge(len(events))

    def resend(self):
        """What a page script does with what it got no answer to."""
        if self.unknown:
            self.post(dict(self.unknown))

    def click(self, chance):
        self.clicks_tried += 1
        self.tally.tried()
        return self.browser.click(chance.choice(self.links))

    def land(self, chance):
        """Follows a tracked link and accepts on the landing page: from here on the browser is the contact's."""
        path, event = self.event("landing", click=self.click(chance))
        self.post({path: event})
        self.landed = True

    def look_at_quote(self):
        self.quotes_tried += 1
        self.tally.tried()
        self.browser.view_quote(self.quote)
        self.quotes += 1
        self.tally.acknowledge()

    def act(self, chance):
        if not self.landed:
            # The landing page was sent without an answer: sending it again is all that is left to do.
            if self.unknown:
                self.resend()
                self.landed = True
            else:
                self.land(chance)
            return
        self.resend()
        kind = chance.random()
        if self.reference and kind < 0.04:
            self.click(chance)
        elif self.reference and kind < 0.14:
            self.look_at_quote()
        elif kind < 0.35:
            self.post(dict(self.page(chance) for _ in range(chance.randint(2, 20))))
        else:
            self.post(dict([self.page(chance)]))


class Traffic:
    """Client threads that go on until the service is gone."""

    def __init__(self, teams, seed):
        self.ends = []
        self.failures = []
        self.threads = [
            threading.Thread(target=self._run, args=(team, random.Random(f"{seed}/{index}")), daemon=True)
            for index, team in enumerate(teams)
        ]
        for thread in self.threads:
            thread.start()

    def _run(self, team, chance):
        try:
            while True:
                chance.choice(team).act(chance)
        except (OSError, http.client.HTTPException) as end:
            self.ends.append(end)  # killed
        except BaseException as failure:
            self.failures.append(failure)

    def is_whole(self):
        """Whether every client still runs."""
        return all(thread.is_alive() for thread in self.threads)

    def join(self):
        for thread in self.threads:
            thread.join(timeout=30)
            assert not thread.is_alive()
        if self.failures:
            raise self.failures[0]


def test_nothing_acknowledged_is_lost_and_nothing_has_effect_twice(services, destination):
    chance = random.Random(SEED)
    # It fails now and then, so that kills also meet deliveries that wait to be tried again.
    destination.start("--fail-every", "30")
    service = services("origin", model=MODEL, destinations=[destination.setting]).start()
    message, links = service.message("November", links=2)
    tally = Tally()
    people = []

    def person(known=True):
        reference = service.contact(len(people)) if known else None
        paths = [service.click_path(reference, message, link) for link in links] if known else []
        people.append(Person(service, tally, reference, paths))
        return people[-1]

    teams = [[person(known=index < 3)] for index in range(THREADS)]
    for number in range(ROUNDS):
        newcomers = [person() for _ in teams]
        for team in teams:
            for member in team:
                member.browser.nonce = f"{chance.getrandbits(64):016x}"
                member.browser.counter = 0
                member.browser.connection.close()  # of the process before
        tally.goal = tally.acknowledged + chance.randint(60, 500)
        tally.enough.clear()
        traffic = Traffic([team + [new] for team, new in zip(teams, newcomers)], seed=number)
        wait_for("enough answers", lambda: tally.enough.is_set() or not traffic.is_whole(), 60)
        assert traffic.is_whole(), traffic.failures + traffic.ends
        time.sleep(chance.uniform(0, 0.01))  # the moment within a commit
        service.kill9()
        traffic.join()
        if number % 3 == 1:
            # Killed again while it recovers.
            service.spawn()
            time.sleep(chance.uniform(0, 0.4))
            service.kill9()
        service.start(seconds=PATIENCE)
        check(service, people, tally)
        finish_requests(service, people)
        if number == ROUNDS // 2:
            # From here on the way back begins at a checkpoint.
            service.restart()
    status = check(service, people, tally)
    check_notifications(service, destination, people)
    wait_for("held clicks to be settled", lambda: service.status()["store"]["provisional_entries"] == 0)
    before = {person.reference: service.explain(person.reference) for person in people if person.reference}
    service.terminate()
    assert service.command("log", "verify").returncode == 0
    check_rebuilt(services, service, destination, before, status)
    check_rebuilt_without_catalog(services, service, destination, before, status)


def check(service, people, tally):
    """Everything acknowledged is there once, and the sums are right. Returns the status."""
    status = service.settled()
    outcomes = status["outcomes"]
    filtered = sum(outcomes["filtered"].values())
    assert outcomes["accepted_total"] == outcomes["scored"] + outcomes["counted"] + filtered + outcomes["pending"]
    assert tally.acknowledged <= outcomes["accepted_total"] <= tally.attempts
    for person in people:
        if not person.reference:
            continue
        rows = service.pages(f"/contacts/{person.reference}/timeline")
        views = {row["url"].removeprefix(f"localhost:{service.public_port}"): row for row in rows if row["url"]}
        missing = person.known.keys() - views.keys()
        assert not missing, f"{person.reference}: {len(missing)} acknowledged events are lost: {sorted(missing)[:5]}"
        extra = views.keys() - person.known.keys() - person.unknown.keys()
        assert not extra, f"{person.reference}: nobody sent {sorted(extra)[:5]}"
        twice = {address: row["count"] for address, row in views.items() if row["count"] != 1}
        assert not twice, f"{person.reference}: counted again: {twice}"

        told = service.explain(person.reference)
        standing = told["contact"]["standing"]
        assert standing["page_views"] == len(views)
        assert person.quotes <= standing["quote_views"] <= person.quotes_tried
        assert standing["clicks"] <= person.clicks_tried
        # An explanation lists the newest alone.
        ledger = service.pages(f"/contacts/{person.reference}/ledger")
        entries = [entry for entry in ledger if entry["origin"] == "page"]
        assert len(entries) == len(views)
        assert len({entry["url"] for entry in entries}) == len(entries)
        quotes = [entry for entry in ledger if entry["rule"] == "quote viewed"]
        assert len(quotes) == standing["quote_views"]
    return status


def finish_requests(service, people):
    """The clients send again what they got no answer to, and some of what they did: the latter changes nothing."""
    for person in people:
        person.browser.connection.close()  # of the process before
        person.resend()
    before = service.settled()["outcomes"]
    again = 0
    for person in people:
        last = [event for event in person.known.values() if event["id"].startswith(person.browser.nonce)][-40:]
        if not last:
            continue
        person.tally.tried(len(last))
        assert person.browser.send(last).status == 204
        person.tally.acknowledge(len(last))
        again += len(last)
    after = service.settled()["outcomes"]
    assert after["filtered"]["duplicate"] - before["filtered"]["duplicate"] == again
    assert after["scored"] == before["scored"]


def deliveries_of(service):
    """Kind, key and state of every delivery, as they stand in the catalog."""
    with contextlib.closing(sqlite3.connect(service.data / "catalog.sqlite")) as catalog:
        return catalog.execute("SELECT kind, key, state FROM deliveries ORDER BY id").fetchall()


def check_notifications(service, destination, people):
    """No notification was missed, and none came twice under two names."""
    wait_for("all deliveries", lambda: {state for _, _, state in deliveries_of(service)} == {"delivered"}, 180)
    keys = collections.defaultdict(set)
    for kind, key, _ in deliveries_of(service):
        keys[kind].add(key)
    assert destination.received(outcome="rejected") == []
    assert destination.received(outcome="told to fail"), "the destination never failed"
    # A receiver tells of a notification once it is answered, which may be later than the service knows.
    sent = set().union(*keys.values())
    wait_for("the receiver to tell the same", lambda: {line["id"] for line in destination.received()} == sent)
    ids = collections.defaultdict(set)
    for line in destination.received():
        ids[line["type"], line["cloudevent"]["subject"]].add(line["id"])
    hot = 0
    for person in people:
        if not person.reference:
            continue
        contact = service.api("GET", f"/contacts/{person.reference}")
        views = contact["standing"]["quote_views"]
        subject = contact["id"]
        hot += contact["standing"]["stage"] == "hot"
        assert len(ids["lead.qualified", subject]) == (contact["standing"]["stage"] == "hot"), person.reference
        assert len(ids["alert", subject]) == views, person.reference
        assert len(ids["contact.nurture", subject]) <= 1, person.reference
    assert hot == len(keys["lead.qualified"])
    assert hot >= ROUNDS // 2, "too few leads to prove anything"
    assert len(service.pages("/leads")) == hot


def facts(told):
    """What of an explanation does not change with time."""
    entries = [{name: value for name, value in entry.items() if name != "worth"} for entry in told["entries"]]
    standing = told["contact"]["standing"]
    counts = [standing[name] for name in ("page_views", "clicks", "quote_views", "visits")]
    return entries, counts, told["stage"]["stage"]


def copy_without(services, service, destination, name, *patterns):
    """A service on a copy of the data, without some of it."""
    data = service.directory.parent / f"{name}-data"
    shutil.copytree(service.data, data, ignore=shutil.ignore_patterns(*patterns))
    return services(name, model=MODEL, destinations=[destination.setting], data=data)


def check_rebuilt_without_catalog(services, service, destination, before, status):
    """A copy without catalog and checkpoints makes both anew from the log; of the past nothing is sent again."""
    copy = copy_without(services, service, destination, "bare", "checkpoints", "catalog.sqlite*")
    received = len(destination.received())
    # Killed in the middle of the rebuild, it goes on as one.
    copy.spawn()
    wait_for("a catalog", lambda: (copy.data / "catalog.sqlite").exists())
    time.sleep(0.3)
    copy.kill9()
    copy.start(seconds=PATIENCE)
    now = copy.settled()
    for name in ("accepted_total", "scored", "counted", "filtered"):
        assert now["outcomes"][name] == status["outcomes"][name], name
    for reference, told in before.items():
        again = copy.explain(reference)
        assert without_names(facts(again)) == without_names(facts(told)), reference
    states = {key: state for _, key, state in deliveries_of(copy)}
    assert states.keys() == {key for _, key, _ in deliveries_of(service)}
    assert set(states.values()) == {"historic"}, "a rebuild notifies nobody"
    assert "are rebuilt from the log" in copy.output.read_text()
    assert len(copy.pages("/leads")) == sum(kind == "lead.qualified" for kind, _, _ in deliveries_of(copy))
    # What is decided from here on is news.
    reference = next(iter(before))
    copy.api("PUT", f"/contacts/{reference}/consents", {"objected": True})
    wait_for("the news", lambda: len(destination.received()) > received)
    assert {line["id"] for line in destination.received()[received:]}.isdisjoint(states)
    copy.terminate()


def without_names(known):
    """Facts without what only the catalog knew: what quotes and messages are called."""
    entries, *rest = known
    return [{name: value for name, value in entry.items() if name != "object_name"} for entry in entries], *rest


def check_rebuilt(services, service, destination, before, status):
    """A copy without checkpoints folds the whole log anew, with another number of workers, and comes to the same."""
    copy = copy_without(services, service, destination, "copy", "checkpoints")
    copy.config.write_text(copy.config.read_text().replace("workers: 2", "workers: 1"))
    received = len(destination.received())
    deliveries = deliveries_of(service)
    copy.start(seconds=PATIENCE)
    now = copy.settled()
    for name in ("accepted_total", "scored", "counted", "filtered"):
        assert now["outcomes"][name] == status["outcomes"][name], name
    assert now["store"]["visitors"] == status["store"]["visitors"]
    assert now["store"]["contacts"] == status["store"]["contacts"]
    for reference, told in before.items():
        again = copy.explain(reference)
        assert facts(again) == facts(told), reference
        magnitude = sum(abs(entry["points"]) for entry in copy.pages(f"/contacts/{reference}/ledger"))
        # In the minutes in between a score decays by less than a thousandth.
        assert abs(again["balance"] - told["sum"]) <= 1e-3 * magnitude
        # The rebuilt profile writes its own figures into the catalog with the next change, too small for a stage.
        entry = {"points": 1e-7, "group": "web", "reason": "looked at"}
        copy.api("POST", f"/contacts/{reference}/entries", entry)
        changed = copy.explain(reference)
        assert facts(changed)[1:] == facts(told)[1:], reference
    copy.settled()
    assert deliveries_of(copy) == deliveries, "a rebuild notifies nobody"
    assert len(destination.received()) == received
    copy.terminate()
