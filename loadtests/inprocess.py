"""What one event costs in process (vendange-bench), beside Redis and SQLite."""

import json
import os
import pathlib
import subprocess

import options
import servers
import steps

BENCH = pathlib.Path(os.environ.get("LOADTEST_BENCH") or servers.ROOT / ".build/release/vendange-bench")


def plan(directory, redis, asked):
    """The commands."""
    events, profiles = (10_000, [2_000]) if asked.quick else (1_000_000, [10_000, 1_000_000])
    if asked.large:
        profiles.append(5_000_000)
    for count in profiles:
        for spread in ("uniform", "zipf"):
            for workers in (1, 2):
                yield ["fold", "--profiles", count, "--events", events, "--spread", spread, "--workers", workers]
        for workers in (1, 2):
            yield ["fold", "--profiles", count, "--events", events, "--workers", workers, "--readers", 1]
    for count in profiles[:1] if asked.quick else profiles[:2]:
        yield ["beside", "--profiles", count, "--events", events // 5, "--redis", redis.socket,
               "--sqlite", directory / f"{count}.sqlite"]
    yield ["rules", "--events", events // 10]
    yield ["locks", "--rounds", events]
    yield ["log", "--directory", directory / "log", "--events", events // 2]
    yield ["seal", "--events", events // 2]
    yield ["memory", "--profiles", events // 5 if asked.quick else events]


def main():
    asked = options.parse(__doc__)
    steps.build()
    results = [steps.measure(step) for step in steps.ALL]
    with options.directory() as name, servers.Redis(name) as redis:
        for command in plan(pathlib.Path(name), redis, asked):
            process = subprocess.run(
                [BENCH, *map(str, command)], stdout=subprocess.PIPE, text=True, check=True
            )
            print(process.stdout, end="", flush=True)
            results += [json.loads(line) for line in process.stdout.splitlines()]
    options.save(results, asked.output)


if __name__ == "__main__":
    main()
