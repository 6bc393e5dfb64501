"""Load at a fixed rate (vendange-load): latency counts from the time a request was meant to be sent."""

import json
import os
import pathlib
import subprocess
import sys

import servers

GENERATOR = pathlib.Path(os.environ.get("LOADTEST_GENERATOR") or servers.ROOT / ".build/release/vendange-load")


def begin(port, file, rate, seconds, *, seed, **options):
    """Starts a load on the load's core."""
    options = {"port": port, "requests": file, "rate": rate, "seconds": seconds, "seed": seed} | options
    arguments = [text for name, value in options.items() for text in (f"--{name.replace('_', '-')}", str(value))]
    return subprocess.Popen(
        ["taskset", "-c", servers.LOAD_CORE, GENERATOR, *arguments], stdout=subprocess.PIPE, text=True
    )


def end(process, status):
    """What a load came to. All answers must have had this status."""
    output, _ = process.communicate(timeout=600)
    if process.returncode:
        raise RuntimeError(f"vendange-load ended with {process.returncode}")
    result = json.loads(output)
    if result["unanswered"] or set(result["statuses"]) != {str(status)}:
        raise RuntimeError(f"answers {result['statuses']}, {result['unanswered']} missing")
    return result


def run(*arguments, status, **options):
    return end(begin(*arguments, **options), status)


def line(name, latencies, result):
    text = "  ".join(f"{key} {latencies[key] / 1e3:.2f}" for key in ("p50", "p90", "p99", "p999", "max"))
    held = "" if result["is_held"] else "  (the generator did not hold its rate)"
    print(f"{name:<28} {result['rate']:>9,.0f}/s  ms: {text}{held}", file=sys.stdout, flush=True)
