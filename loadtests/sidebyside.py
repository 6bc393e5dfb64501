"""The pixel beside nginx: same load, same core, alternating, in one run.

Prints one line per measurement and writes them as JSON. CPU time per request is the figure that counts: throughput
and latency depend on what else the machine does, CPU time hardly.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import cputime
import servers

HERE = pathlib.Path(__file__).resolve().parent


def wrk(port, path, *, connections, seconds, seed, script="pixel.lua", **environment):
    """Runs the load on its own core; what it did."""
    process = subprocess.run(
        ["taskset", "-c", servers.LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
         "-s", HERE / "wrk" / script, f"http://127.0.0.1:{port}"],
        env=os.environ | {"PIXEL": path, "SEED": str(seed), "COOKIE": "vnd"} | environment,
        capture_output=True, text=True, check=True,
    )
    result = next((line for line in process.stdout.splitlines() if line.startswith("RESULT ")), None)
    if result is None:
        raise RuntimeError(process.stdout + process.stderr)
    requests, duration, failed, refused, p50, p90, p99, longest = map(int, result.split()[1:])
    if refused or failed:
        raise RuntimeError(f"{failed} failed and {refused} refused of {requests} requests: {process.stdout}")
    return {
        "requests": requests, "seconds": duration / 1e6,
        "latency_microseconds": {"p50": p50, "p90": p90, "p99": p99, "max": longest},
    }


def measure(name, pids, run, groups):
    """Runs a load and charges it to the threads."""
    before = cputime.read(*pids)
    result = run()
    spent = cputime.read(*pids) - before
    count = result.get("events") or result["requests"]
    result |= {
        "name": name,
        "rate": count / result["seconds"],
        "cpu_microseconds": {group: spent.sum(*prefixes) / count * 1e6 for group, prefixes in groups.items()},
        "user_microseconds": spent.user / count * 1e6,
        "system_microseconds": spent.system / count * 1e6,
        "threads": {thread: seconds / count * 1e6 for thread, seconds in spent.total.items() if seconds > 0},
    }
    return result


def line(result):
    cpu = "  ".join(f"{group} {value:6.2f}" for group, value in result["cpu_microseconds"].items())
    latency = result["latency_microseconds"]
    return (
        f"{result['name']:<28} {result['connections']:>4} connections  {result['rate']:>9,.0f}/s  CPU µs: {cpu}"
        f"  (user {result['user_microseconds']:.2f}, system {result['system_microseconds']:.2f})"
        f"  p50 {latency['p50'] / 1e3:.2f} ms  p99 {latency['p99'] / 1e3:.2f} ms"
    )


def rounds(nginx, vendange, options):
    """Alternates: every server at every width, then again."""
    whole = {"whole": ()}
    service = {"acknowledging": servers.ACKNOWLEDGING, "whole": ()}
    seed = 0
    for repeat in range(options.rounds):
        for connections in options.connections:
            for name, port, path, pids, groups in (
                ("nginx, no log", nginx.port, "/plain.gif", nginx.pids(False), whole),
                ("nginx, access log", nginx.port, "/logged.gif", nginx.pids(False), whole),
                ("nginx, Lua, Redis", nginx.port, "/scored.gif", nginx.pids(True), whole),
                ("Vendange", vendange.port, "/p.gif", vendange.pids(), service),
            ):
                seed += 1

                def run():
                    result = wrk(port, path, connections=connections, seconds=options.seconds, seed=seed)
                    if name == "Vendange":
                        vendange.settle()
                    return result

                result = measure(name, pids, run, groups) | {"connections": connections, "round": repeat}
                print(line(result), flush=True)
                yield result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 64, 256])
    parser.add_argument("--output", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vendange-load-") as directory:
        with servers.Nginx(directory) as nginx, servers.Vendange(directory) as vendange:
            results = list(rounds(nginx, vendange, options))
            received = vendange.metric("vendange_events_received_total")
            scored = vendange.metric("vendange_log_events_scored")
            print(f"{received:,.0f} events received, {scored:,.0f} scored")
    if options.output:
        options.output.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    sys.exit(main())
