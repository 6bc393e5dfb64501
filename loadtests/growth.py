"""What grows with the data: the time of a start after a crash, bytes on disk per event, memory per contact."""

import pathlib
import time

import closedloop
import options
import people
import servers
import traffic
import vendange

# Page views of each visitor, in one body.
VIEWS = 4


def newcomers():
    """A body of page views; each time it is sent, of another visitor."""
    cookie = f"vnd={traffic.MARK}AAAAAAAAAA"
    return [
        traffic.events(number, cookie, [traffic.page_view(traffic.PAGES[(number + n) % 10], n + 1) for n in range(VIEWS)])
        for number in range(10)
    ]


def fill(service, file, events, seed):
    """Sends page views until so many events were received."""
    while service.received() < events:
        seed += 1
        closedloop.prepared(service.port, file, connections=64, seconds=1, seed=seed)
    service.settle()
    return seed


def on_disk(service):
    """Bytes of files by the directory they lie in, as the disk counts them."""
    sizes = {}
    for file in service.data.rglob("*"):
        if file.is_file():
            place = file.relative_to(service.data)
            name = place.parts[0] if len(place.parts) > 1 else place.name.split("-")[0]
            sizes[name] = sizes.get(name, 0) + file.stat().st_blocks * 512
    return sizes


def starts(service, file, sizes):
    """Starts after a crash at each size of the log."""
    seed, before = 0, 0
    for events in sizes:
        # The process counts events from its start on.
        seed = fill(service, file, events - before, seed)
        status = service.api("GET", "/status")
        log, before = status["log"], status["log"]["end"]
        disk = on_disk(service)
        service.kill()
        ready = service.start()
        begin = time.monotonic()
        servers.wait_for("the fold", lambda: service.metrics()["vendange_log_events_pending"] == 0)
        folded = ready + time.monotonic() - begin
        yield {
            "name": "start after a crash", "records": log["end"], "visitors": status["store"]["visitors"],
            "not_in_checkpoints": log["end"] - log["checkpointed"],
            "seconds_to_ready": ready, "seconds_to_folded": folded, "disk": disk, "resident": service.resident(),
        }


def contacts(service, sizes):
    """Memory after so many contacts."""
    count = 0
    for size in sizes:
        people.put(service, "person-", range(count, size))
        count = size
        service.settle()
        yield {"name": "contacts", "contacts": count, "resident": service.resident()}


def main():
    asked = options.parse(__doc__)
    records, persons = ([1, 50_000], [200, 400]) if asked.quick else (
        [250_000, 750_000, 1_500_000, 4_000_000], [20_000, 60_000, 100_000]
    )
    results = []
    with options.directory() as directory:
        with vendange.Vendange(directory) as service:
            file = traffic.write(pathlib.Path(directory) / "views.requests", newcomers())
            for result in starts(service, file, records):
                print(f"start with {result['records']:>9,} records: {result['seconds_to_ready']:.2f} s to ready, "
                      f"{result['seconds_to_folded']:.2f} s to folded", flush=True)
                results.append(result)
    with options.directory() as directory, vendange.Vendange(directory) as service:
        for result in contacts(service, persons):
            print(f"{result['contacts']:>9,} contacts: {result['resident'] / 2**20:,.0f} MiB", flush=True)
            results.append(result)
    options.save(results, asked.output)


if __name__ == "__main__":
    main()
