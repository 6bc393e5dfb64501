"""The pixel beside nginx: same load, same core, alternating, in one run.

CPU time per request is the figure that counts: throughput and latency depend on what else the machine does, CPU time
hardly.
"""

import closedloop
import options
import servers
import vendange


def run(nginx, service, seconds, rounds, widths):
    """Alternates: every server at every width, then again."""
    whole = {"whole": ()}
    ours = {"acknowledging": vendange.ACKNOWLEDGING, "whole": ()}
    seed = 0
    for repeat in range(rounds):
        for connections in widths:
            for name, port, path, pids, groups in (
                ("nginx, no log", nginx.port, "/plain.gif", nginx.pids(False), whole),
                ("nginx, access log", nginx.port, "/logged.gif", nginx.pids(False), whole),
                ("nginx, Lua, Redis", nginx.port, "/scored.gif", nginx.pids(True), whole),
                ("Vendange", service.port, "/p.gif", service.pids(), ours),
            ):
                seed += 1

                def load():
                    result = closedloop.wrk(
                        port, connections=connections, seconds=seconds, seed=seed, script="pixel.lua",
                        PIXEL=path, COOKIE="vnd",
                    )
                    if port == service.port:
                        service.settle()
                    return result

                result = closedloop.measure(name, pids, load, groups) | {"round": repeat}
                print(closedloop.line(result), flush=True)
                yield result


def main():
    asked = options.parse(__doc__)
    seconds, rounds, widths = (1, 1, [16]) if asked.quick else (8, 3, [16, 64, 256])
    with options.directory() as directory, servers.Nginx(directory) as nginx, vendange.Vendange(directory) as service:
        results = list(run(nginx, service, seconds, rounds, widths))
        print(f"{service.received():,.0f} events received, {service.metrics()['vendange_log_events_scored']:,.0f} scored")
    options.save(results, asked.output)


if __name__ == "__main__":
    main()
