"""How fast the catalog takes what known contacts do, how far it lags behind a faster stream, and what that costs."""

import pathlib
import threading
import time

import closedloop
import openloop
import options
import people
import traffic
import vendange

PER_BODY = 50


def requests(known):
    """Bodies of fifty page views each, of pages nobody looked at before as often as of others."""
    return [
        traffic.events(number, person.cookie, [
            traffic.page_view(f"produits/{number}-{n}" if n % 2 else traffic.PAGES[(number + n) % 10], n + 1)
            for n in range(PER_BODY)
        ])
        for number, person in enumerate(known)
    ]


class Lag:
    """Looks now and then how many records of the log are not in the catalog: not folded, or not committed.

    Not more often: with much to fold, an exact answer reads 64 MiB of the log.
    """

    PERIOD = 2

    def __init__(self, service):
        self.service = service
        self.samples = []
        self.begin = time.monotonic()
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self):
        while not self.is_over.wait(self.PERIOD):
            self._look()

    def _look(self):
        metrics = self.service.metrics()
        lag = metrics["vendange_log_end_records"] - metrics["vendange_log_applied_records"]
        self.samples.append([time.monotonic() - self.begin, lag])

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.is_over.set()
        self.thread.join()
        self._look()

    @property
    def largest(self):
        return max(lag for _, lag in self.samples)


def run(service, file, seconds, shares):
    before = service.received()
    begin = time.monotonic()
    with Lag(service) as lag:
        closedloop.prepared(service.port, file, connections=64, seconds=seconds, seed=1)
        sent = time.monotonic() - begin
        # What is acknowledged in 20 s takes the catalog minutes.
        service.settle(900)
    events = service.received() - before
    rate = events / (time.monotonic() - begin)
    yield {
        "name": "as fast as the log takes them", "offered": events / sent, "caught_up": rate, "lag": lag.samples,
        "largest_lag": lag.largest, "resident": service.resident("VmHWM"),
    }
    for number, share in enumerate(shares):
        with Lag(service) as lag:
            result = openloop.run(
                service.port, file, rate * share / PER_BODY, seconds, seed=10 + number, connections=16, status=204
            )
        begin = time.monotonic()
        service.settle()
        behind = time.monotonic() - begin
        yield {
            "name": f"{share:.0%} of what it caught up with", "offered": rate * share, "share": share,
            "lag": lag.samples, "largest_lag": lag.largest,
            # A second's worth is what waits for the next transactions.
            "keeps_up": lag.samples[-1][1] < rate * share,
            "seconds_behind": behind, "resident": service.resident("VmHWM"), "is_held": result["is_held"],
        }


def main():
    asked = options.parse(__doc__)
    seconds, contacts, shares = (1, 20, (0.5,)) if asked.quick else (
        20, closedloop.MOST_REQUESTS, (0.5, 1, 1.5, 2, 3)
    )
    with options.directory() as directory, vendange.Vendange(directory, behind_proxy=True) as service:
        known = people.browse(service, people.create(service, "known-", contacts))
        service.settle()
        file = traffic.write(pathlib.Path(directory) / "known.requests", requests(known))
        results = []
        for result in run(service, file, seconds, shares):
            print(f"{result['name']:<34} {result['offered']:>9,.0f} events/s  lag {result['largest_lag']:>9,.0f} records"
                  f"  resident {result['resident'] / 2**20:,.0f} MiB", flush=True)
            results.append(result)
    options.save(results, asked.output)


if __name__ == "__main__":
    main()
