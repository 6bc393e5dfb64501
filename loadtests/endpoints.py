"""Page scripts' events and clicks on tracked links beside the pixel: CPU time per request and per event."""

import pathlib

import closedloop
import options
import people
import traffic
import vendange

CONNECTIONS = 64
GROUPS = {"acknowledging": vendange.ACKNOWLEDGING, "whole": ()}


def kinds(directory, service, visitors):
    """Name, events in a request, and the file of requests of each kind: of as many visitors, or contacts, each."""
    known = people.create(service, "reader-", visitors)
    clicks = [traffic.click(number, person.link) for number, person in enumerate(known)]
    return [
        (name, count, traffic.write(directory / f"{number}.requests", requests))
        for number, (name, count, requests) in enumerate((
            ("pixel", 1, traffic.anonymous(visitors)),
            ("POST /e, 1 event", 1, traffic.anonymous(visitors, 1)),
            ("POST /e, 10 events", 10, traffic.anonymous(visitors, 10)),
            ("POST /e, 50 events", 50, traffic.anonymous(visitors, 50)),
            ("click", 1, clicks),
        ))
    ]


def run(service, kinds, seconds, rounds):
    seed = 0
    for repeat in range(rounds):
        for name, count, file in kinds:
            seed += 1

            def load():
                result = closedloop.prepared(
                    service.port, file, connections=CONNECTIONS, seconds=seconds, seed=seed
                )
                service.settle()
                return result

            before = service.received()
            result = closedloop.measure(name, service.pids(), load, GROUPS)
            check(service.received() - before, result, count)
            result |= {
                "round": repeat, "events_per_request": count,
                "cpu_microseconds_per_event": {
                    group: value / count for group, value in result["cpu_microseconds"].items()
                },
            }
            per_event = result["cpu_microseconds_per_event"]
            print(f"{closedloop.line(result)}  per event {per_event['acknowledging']:.2f}, {per_event['whole']:.2f}",
                  flush=True)
            yield result


def check(received, result, count):
    """What was answered was received; requests that were under way at the end may have been, too."""
    answered = result["requests"] * count
    if not answered <= received <= answered + CONNECTIONS * count:
        raise RuntimeError(f"{received} events received for {answered} answered")


def main():
    asked = options.parse(__doc__)
    seconds, rounds, visitors = (1, 1, 20) if asked.quick else (8, 3, closedloop.MOST_REQUESTS)
    with options.directory() as directory, vendange.Vendange(directory, behind_proxy=True) as service:
        files = kinds(pathlib.Path(directory), service, visitors)
        results = list(run(service, files, seconds, rounds))
    options.save(results, asked.output)


if __name__ == "__main__":
    main()
