"""Load as fast as the answers come (wrk), and what the kernel charged to the threads that gave them."""

import os
import resource
import subprocess

import cputime
import servers

# Requests in a file that wrk reads. Its Lua tells long strings apart by a few of their bytes; of many that are alike
# everywhere else it makes lists, and then spends more time on them than the servers do on requests.
MOST_REQUESTS = 2_000


def core_seconds():
    """What the loads so far spent on a core."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def wrk(port, *, connections, seconds, seed, script, **environment):
    """Runs the load on its own core; what it did, and how much of its core it needed."""
    before = core_seconds()
    # An answer that takes long is a slow one; wrk would call it an error after two seconds.
    process = subprocess.run(
        ["taskset", "-c", servers.LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s",
         "--latency", "-s", servers.HERE / "wrk" / script, f"http://127.0.0.1:{port}"],
        env=os.environ | {"SEED": str(seed)} | environment, capture_output=True, text=True, check=True,
    )
    result = next((line for line in process.stdout.splitlines() if line.startswith("RESULT ")), None)
    if result is None:
        raise RuntimeError(process.stdout + process.stderr)
    requests, duration, failed, refused, p50, p90, p99, longest = map(int, result.split()[1:])
    if refused or failed or not requests:
        raise RuntimeError(f"{failed} failed and {refused} refused of {requests} requests: {process.stdout}")
    return {
        "connections": connections, "requests": requests, "seconds": duration / 1e6,
        "load_core": (core_seconds() - before) / (duration / 1e6),
        "latency_microseconds": {"p50": p50, "p90": p90, "p99": p99, "max": longest},
    }


def prepared(port, file, **options):
    """The requests of a file, MOST_REQUESTS at most, in turn."""
    return wrk(port, script="prepared.lua", REQUESTS=str(file), **options)


def measure(name, pids, run, groups):
    """Runs a load and charges it to the threads."""
    before = cputime.read(*pids)
    result = run()
    spent = cputime.read(*pids) - before
    count = result["requests"]
    return result | {
        "name": name,
        "rate": count / result["seconds"],
        "cpu_microseconds": {group: spent.sum(*prefixes) / count * 1e6 for group, prefixes in groups.items()},
        "user_microseconds": spent.user / count * 1e6,
        "system_microseconds": spent.system / count * 1e6,
        "threads": {thread: seconds / count * 1e6 for thread, seconds in spent.by_name.items() if seconds > 0},
    }


def line(result):
    cpu = "  ".join(f"{group} {value:6.2f}" for group, value in result["cpu_microseconds"].items())
    latency = result["latency_microseconds"]
    return (
        f"{result['name']:<28} {result['connections']:>4} connections  {result['rate']:>9,.0f}/s  CPU µs: {cpu}"
        f"  (user {result['user_microseconds']:.2f}, system {result['system_microseconds']:.2f})"
        f"  p50 {latency['p50'] / 1e3:.2f} ms  p99 {latency['p99'] / 1e3:.2f} ms"
        f"  (load's core {result['load_core']:.0%})"
    )
