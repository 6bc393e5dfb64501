"""What is measured on, and with what."""

import datetime
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import options
import servers
import vendange


def first_line(*command):
    try:
        process = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "not installed"
    return next(iter((process.stdout + process.stderr).strip().splitlines()), "")


def version(*command):
    return re.search(r"\d+\.\d+(\.\d+)?", first_line(*command))[0]


def field(file, name):
    lines = pathlib.Path(file).read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "unknown")


def describe(is_quick):
    return {
        "date": datetime.date.today().isoformat(),
        "configuration": "debug, short: these figures mean nothing" if is_quick else "release",
        "processor": field("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory": field("/proc/meminfo", "MemTotal"),
        "kernel": os.uname().release,
        "file_system": first_line("findmnt", "--noheadings", "--output", "FSTYPE,SOURCE", "--target", tempfile.gettempdir()),
        "load_before": [round(value, 2) for value in os.getloadavg()],
        "versions": {
            "vendange": version(vendange.BINARY, "--version"),
            "commit": first_line("git", "-C", servers.ROOT, "describe", "--always", "--dirty"),
            "swift": version("swift", "--version"),
            "nginx": version("nginx", "-v"),
            "redis": version("redis-server", "--version"),
            "wrk": version("wrk", "-v"),
            "sqlite": version("sqlite3", "--version"),
        },
    }


def main():
    asked = options.parse(__doc__)
    results = describe(asked.quick)
    if not asked.quick and results["file_system"].startswith(("tmpfs", "ramfs")):
        sys.exit("A sync costs nothing in memory: set TMPDIR to a directory on a disk.")
    print(f"{results['processor']}, {results['cores']} cores, load before: {results['load_before'][0]}", flush=True)
    options.save(results, asked.output)


if __name__ == "__main__":
    main()
