"""The program `steps`, built as a release without NIO, GRDB and the rest: what each step allocates and executes."""

import json
import os
import re
import subprocess
import tempfile

import servers

ALL = ("request", "query", "json", "record", "append", "fold")
COUNT = 1_000
SCRATCH = servers.ROOT / ".build-steps"
PACKAGE = ["--package-path", servers.ROOT / "Tests/Core", "--scratch-path", SCRATCH, "-c", "release"]
# Without it dictionaries have another order in every process, and their instructions differ.
ENVIRONMENT = os.environ | {"VENDANGE_CORE": "steps", "SWIFT_DETERMINISTIC_HASHING": "1"}


def build():
    """Builds the program and the counter of allocations."""
    subprocess.run(["swift", "build", *PACKAGE, "--product", "steps"], env=ENVIRONMENT, check=True)
    counter = SCRATCH / "allocations.so"
    source = servers.HERE / "allocations.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", counter, source], check=True)


def run(step, *prefix, **environment):
    with tempfile.TemporaryDirectory(prefix="vendange-steps-") as directory:
        return subprocess.run(
            [*prefix, SCRATCH / "release/steps", step, str(COUNT), directory],
            env=ENVIRONMENT | environment, capture_output=True, text=True, check=True,
        )


def measure(step):
    """Nanoseconds and allocations of one repetition."""
    return json.loads(run(step, LD_PRELOAD=str(SCRATCH / "allocations.so")).stdout)


def instructions(step):
    """Instructions of one repetition."""
    callgrind = run(
        step, "valgrind", "--tool=callgrind", "--toggle-collect=*vendange_measured*", "--callgrind-out-file=/dev/null"
    )
    collected = int(re.search(r"Collected : (\d+)", callgrind.stderr)[1])
    if collected < COUNT:
        raise RuntimeError(f"callgrind did not see vendange_measured: {callgrind.stderr}")
    return collected / COUNT
