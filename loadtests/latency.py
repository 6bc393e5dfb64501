"""How long the pixel's answer takes at a fixed rate, everything durable, beside nginx at the same rates.

The rates are 25, 50 and 75 % of what the service answered as fast as it could, in the same run.
"""

import os
import pathlib

import closedloop
import openloop
import options
import servers
import traffic
import vendange


def maximum(service, requests, directory, seconds):
    """Requests a second, as fast as they are answered."""
    file = traffic.write(directory / "maximum.requests", requests[:closedloop.MOST_REQUESTS])
    result = closedloop.prepared(service.port, file, connections=64, seconds=seconds, seed=1)
    service.settle()
    return result["requests"] / result["seconds"]


def run(nginx, service, directory, seconds, visitors, shares):
    pixels = traffic.anonymous(visitors)
    ours = traffic.write(directory / "ours.requests", pixels)
    theirs = traffic.write(
        directory / "theirs.requests",
        [traffic.pixel(number, traffic.visitor(number), "/logged.gif") for number in range(visitors)],
    )
    fastest = maximum(service, pixels, directory, seconds)
    print(f"Vendange answers {fastest:,.0f} requests a second at most", flush=True)
    for number, share in enumerate(shares):
        for name, port, file, counted in (
            ("nginx, access log", nginx.port, theirs, nginx.logged),
            ("Vendange", service.port, ours, service.received),
        ):
            # What one left to the kernel to write would keep the disk busy in the other's turn: nginx syncs nothing.
            os.sync()
            before = counted()
            result = openloop.run(port, file, fastest * share, seconds, seed=10 + number, status=200)
            service.settle()
            if counted() - before != sum(result["statuses"].values()):
                raise RuntimeError(f"{name} counts {counted() - before}, {result['statuses']} were answered")
            openloop.line(f"{name}, {share:.0%}", result["answers"], result)
            yield {"name": name, "share": share, "maximum": fastest} | result


def main():
    asked = options.parse(__doc__)
    seconds, visitors, shares = (1, 200, (0.5,)) if asked.quick else (30, 20_000, (0.25, 0.5, 0.75))
    with options.directory() as directory, servers.Nginx(directory) as nginx, vendange.Vendange(directory) as service:
        results = list(run(nginx, service, pathlib.Path(directory), seconds, visitors, shares))
    options.save(results, asked.output)


if __name__ == "__main__":
    main()
