"""The sections of the page about speed: each gives its text, and its charts by name."""

import charts
import targets

COMMAND = "make loadtest"


def table(head, rows):
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def chart(name, about):
    return f"![{about}](performance/{name}.svg)\n"


def milliseconds(latencies):
    return [f"{latencies[key] / 1e3:,.2f}" for key in ("p50", "p90", "p99", "p999", "max")]


def introduction(found):
    machine = found.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return f"""# How fast, and how that was measured

Written by `{COMMAND}` (`loadtests/report`), {machine["configuration"]}, on {machine["date"]}. No figure is typed by hand.

- Machine: {machine["processor"]}, {machine["cores"]} cores, {machine["memory"]}, Linux {machine["kernel"]},
  {machine["file_system"]}; load average before the run {machine["load_before"][0]}.
- Versions: {versions}.
- Servers run on one core, the load on another. CPU time is what the kernel charged to the threads
  (`loadtests/cputime.py`), and the median of the rounds is shown. Vendange is as it is shipped: every 2xx after a sync,
  classified, logged, folded, with the model `config/model.b2b.yaml`.

## Targets

{table(["what", "target", "measured", ""], targets.rows(found))}""", {}


def beside(found):
    names = found.different("sidebyside", "name")
    groups = {}
    rows = []
    for connections in found.widths:
        bars = {name: found.pixel(name, connections) for name in names}
        bars["Vendange, loops and committer"] = found.pixel("Vendange", connections, "acknowledging")
        groups[f"{connections} connections"] = bars
        for name in names:
            rate, p99 = (
                found.median("sidebyside", read, name=name, connections=connections)
                for read in (lambda one: one["rate"], lambda one: one["latency_microseconds"]["p99"])
            )
            acknowledging, fold = (
                f"{bars['Vendange, loops and committer']:.2f}", f"{found.threads(name, connections, 'vdg-fold'):.2f}"
            ) if name == "Vendange" else ("", "")
            rows.append([connections, name, f"{bars[name]:.2f}", acknowledging, fold, f"{rate:,.0f}", f"{p99 / 1e3:.2f}"])
    head = ["connections", "server", "CPU µs a request", "of it loops and committer", "fold", "requests/s", "p99 ms"]
    return f"""## The pixel beside nginx

`loadtests/sidebyside.py`: the same requests on the same core, alternating. nginx syncs nothing; Vendange syncs every
event before it answers. "nginx, Lua, Redis" keeps scores in Redis (append-only file, synced once a second) with `HMGET`,
`HSET`, `HINCRBY`, `LPUSH` and `LTRIM` (`loadtests/nginx/pixel.lua`).

{chart("beside", "CPU time of a request")}
{table(head, rows)}""", {
        "beside": charts.bars("CPU time of a pixel request", "µs", groups)
    }


def endpoints(found):
    names = found.different("endpoints", "name")
    groups, rows = {}, []
    pixel = found.endpoint("pixel", "acknowledging")
    for name in names:
        per_request = found.endpoint(name, "acknowledging")
        per_event, whole = (
            found.endpoint(name, group, "cpu_microseconds_per_event") for group in ("acknowledging", "whole")
        )
        rate = found.median("endpoints", lambda one: one["rate"] * one["events_per_request"], name=name)
        groups[name] = {"loops and committer": per_event, "whole process": whole}
        rows.append([name, f"{per_request:.2f}", f"{per_request / pixel:.2f}", f"{per_event:.2f}", f"{whole:.2f}",
                     f"{rate:,.0f}"])
    head = ["request", "CPU µs a request, loops and committer", "× the pixel", "an event", "an event, whole process",
            "events/s"]
    return f"""## Events of page scripts, and clicks

`loadtests/endpoints.py`, 64 connections. A click's whole process includes the catalog, which writes a row for each.

{chart("endpoints", "CPU time of an event")}
{table(head, rows)}""", {
        "endpoints": charts.bars("CPU time of an event", "µs", groups)
    }


def curve(latencies):
    """Points of a latency curve: how many requests in one are slower, and how slow they are."""
    return [(100 / (100 - percentile), max(value, 1) / 1e3) for percentile, value in latencies["curve"] if percentile < 100]


def latency(found):
    results = found.results["latency"]
    series = {f"{one['name']}, {one['share']:.0%}": curve(one["answers"]) for one in results}
    rows = [
        [one["name"], f"{one['share']:.0%}", f"{one['rate']:,.0f}", *milliseconds(one["answers"]),
         f"{one['lateness']['p99'] / 1e3:.2f}", "yes" if one["is_held"] else "**no**"]
        for one in results
    ]
    head = ["server", "of the maximum", "requests/s", "p50 ms", "p90", "p99", "p99.9", "max", "generator late, p99",
            "rate held"]
    return f"""## Latency at a fixed rate

`loadtests/latency.py`: requests are sent at times fixed beforehand, whatever becomes of those before them, and latency
counts from those times (corrected for coordinated omission; HdrHistogram, three digits). Every answer of Vendange is
durable. The maximum ({results[0]["maximum"]:,.0f} requests/s) was measured in the same run with 64 connections.

{chart("latency", "Latency by percentile")}
{table(head, rows)}""", {
        "latency": charts.lines("Time to the answer", "percentile", "ms", series, log_x=True, log_y=True,
                                x_name=percentile_name)
    }


def percentile_name(slower):
    return f"{100 - 100 / slower:.6g} %"


def webhooks(found):
    results = found.results["webhooks"]
    series = {f"{one['share']:.0%} of the maximum": curve(one["notifications"]) for one in results}
    rows = [
        [f"{one['share']:.0%}", f"{one['background']['rate']:,.0f}", f"{one['rate']:.0f}",
         *milliseconds(one["notifications"]), "yes" if one["is_held"] and one["background"]["is_held"] else "**no**"]
        for one in results
    ]
    head = ["of the maximum", "pixels/s", "ripening events/s", "p50 ms", "p90", "p99", "p99.9", "max", "rate held"]
    return f"""## From an event to the webhook

`loadtests/webhooks.py`: a known decision maker looks at the prices, and the rule for that alerts at once (no `hold`; a
rule with one waits that long first). From the time the event was meant to be sent to the arrival of the notification,
while pixels arrive at a share of the maximum, one in twenty of a known contact. Nothing waits on purpose but the
committer, for two milliseconds at most: what leads to a notification is not left to gather (decision 0072).

{chart("webhooks", "Time from event to webhook")}
{table(head, rows)}""", {
        "webhooks": charts.lines("Time from event to webhook", "percentile", "ms", series, log_x=True, log_y=True,
                                 x_name=percentile_name)
    }


def fold(found):
    rows = [
        [f"{one['profiles']:,.0f}", "Zipf" if one["zipf"] else "uniform", f"{one['workers']:.0f}", f"{one['readers']:.0f}",
         f"{one['nanoseconds_per_event']:.0f}", f"{one['events_per_cpu_second']:,.0f}", f"{one['events_per_second']:,.0f}"]
        for one in found.rounds("inprocess", name="fold")
    ]
    sizes = {
        spread: [
            (one["profiles"], one["nanoseconds_per_event"])
            for one in found.rounds("inprocess", name="fold", workers=1, readers=0, zipf=zipf)
        ]
        for spread, zipf in (("uniform", 0), ("Zipf", 1))
    }
    rules = [(one["rules"], one["nanoseconds_per_event"]) for one in found.rounds("inprocess", name="rules", matching=0)]
    matching = [
        [f"{one['rules']:,.0f}", f"{one['matching']:.0f}", f"{one['nanoseconds_per_event']:,.0f}"]
        for one in found.rounds("inprocess", name="rules")
    ]
    groups = {}
    for name in ("fold", "Redis", "SQLite"):
        for one in found.rounds("inprocess", name=f"beside {name}"):
            label = "Vendange" if name == "fold" else name
            groups.setdefault(f"{one['profiles']:,.0f} visitors", {})[label] = one["nanoseconds_per_event"] / 1e3
    steps = [
        [one["name"].removeprefix("step "), f"{one['nanoseconds']:,.0f}", f"{one['bytes']:,.0f}",
         f"{one['nanoseconds'] / one['bytes']:.2f}", f"{one['allocations']:g}"]
        for one in found.results["inprocess"] if one["name"].startswith("step ")
    ]
    locks = [
        [one["name"].removeprefix("lock "), f"{one['threads']:.0f}", f"{one['cpu_nanoseconds']:.0f}",
         f"{one['wall_nanoseconds']:.0f}"]
        for one in found.results["inprocess"] if one["name"].startswith("lock ")
    ]
    log = found.bench("log")
    return f"""## In process

`loadtests/inprocess.py` (`vendange-bench`). CPU time of the threads that fold; the log is read from memory.

{table(["visitors", "spread", "workers", "readers", "CPU ns an event", "events a CPU second", "events/s"], rows)}
{chart("fold", "The fold against the number of visitors")}
The same page views kept by Redis (pipelined by 64, append-only file, server and client added up) and by SQLite (two
upserts a view, write-ahead log, transactions of 1,000, synced at checkpoints). Both do less: no limits, no topics, no
ledger, no repeated events told apart.

{chart("stores", "CPU time of a page view in three stores")}
{chart("rules", "The fold against the number of rules")}
{table(["rules", "of them match every view", "CPU ns an event"], matching)}
Steps of an event's way (`json` is a body of 50), with the allocations of each:

{table(["step", "ns", "bytes", "ns a byte", "allocations"], steps)}
Both kinds of lock around a slot's worth of work:

{table(["lock", "threads", "CPU ns", "wall ns"], locks)}
The log: {log["append_nanoseconds_per_event"]:.0f} ns of CPU time to append an event and have it synced, 50 at
once; {log["replay_nanoseconds_per_event"]:.0f} ns to read it again.
""", {
        "fold": charts.lines("The fold against the number of visitors", "visitors", "ns an event", sizes, log_x=True),
        "stores": charts.bars("CPU time of a page view", "µs", groups),
        "rules": charts.lines("The fold against the number of rules", "rules", "ns an event",
                              {"page views that match none of them": rules}, log_x=True, log_y=True),
    }


def growth(found):
    starts = found.starts
    rows = [
        [f"{one['records']:,}", f"{one['visitors']:,}", f"{one['not_in_checkpoints']:,}", f"{one['seconds_to_ready']:.2f}",
         f"{one['seconds_to_folded']:.2f}", f"{sum(one['disk'].values()) / one['records']:.0f}",
         f"{one['resident'] / 2**20:,.0f}"]
        for one in starts
    ]
    memory, log = found.bench("memory"), found.bench("log")
    sealed = [
        [name, f"{one['bytes_per_record']:.1f}", f"{one['nanoseconds_per_record']:.0f}",
         f"{one['expanding_nanoseconds_per_record']:.0f}" if name.startswith("zlib") else ""]
        for name in ("zlib-1", "zlib-3", "zlib-6", "zlib-9", "texts") for one in [found.bench(name)]
    ]
    head = ["records in the log", "visitors", "not in a checkpoint", "s to ready", "s to folded", "bytes on disk a record, all",
            "MiB resident"]
    series = {
        "ready": [(one["records"], one["seconds_to_ready"]) for one in starts],
        "everything folded": [(one["records"], one["seconds_to_folded"]) for one in starts],
    }
    return f"""## As the data grows

`loadtests/growth.py`: the process is killed, and started again. {memory["bytes_per_visitor"]:.0f} bytes of memory per
visitor with {memory["views"]:.0f} page views each (`vendange-bench memory`); {found.bytes_per_contact:,.0f} bytes per
contact of a running service, catalog and directory included. A page view takes {log["bytes_per_event"]:.0f} bytes in the
log.

{chart("starts", "Seconds of a start by size of the log")}
{table(head, rows)}
What sealed segments make of the same page views, which come {found.bench("mix")["bytes_per_record"]:.0f} bytes long
(`vendange-bench seal`; shipped is zlib 1, decision 0080; "texts" is a table of texts per segment):

{table(["way", "bytes a record", "ns", "ns to expand"], sealed)}
On disk at the last of the starts, files filled ahead included: {large_files(starts[-1]["disk"])}.
""", {
        "starts": charts.lines("A start after a crash", "records in the log", "s", series)
    }


def large_files(disk):
    return ", ".join(f"{name} {size / 2**20:,.0f} MiB" for name, size in disk.items() if size >= 2**20)


def catalog(found):
    results = found.results["catalog"]
    rows = [
        [one["name"], f"{one['offered']:,.0f}", f"{one['largest_lag']:,.0f}",
         "yes" if one.get("keeps_up") else "no", f"{one.get('seconds_behind', 0):.1f}",
         f"{one['resident'] / 2**20:,.0f}"]
        for one in results
    ]
    series = {f"{one['offered']:,.0f} events/s": [tuple(sample) for sample in one["lag"]] for one in results[1:]}
    kept = max((one["offered"] for one in results if one.get("keeps_up")), default=0)
    head = ["stream", "events/s", "largest lag, records", "kept up", "s to catch up afterwards", "MiB resident, at most"]
    return f"""## The catalog, when everybody is known

`loadtests/catalog.py`: page views of known contacts alone, each a change of rows. The catalog kept up with
**{kept:,.0f} events a second**, the fastest stream of those below whose last records were a second old at most. Faster
ones are taken by the log all the same, and what waits is in the log, not in memory; while they lasted and until it had
caught up, the catalog took {results[0]["caught_up"]:,.0f} a second.

{chart("catalog", "Lag of the catalog")}
{table(head, rows)}""", {
        "catalog": charts.lines("Records of the log that are not in the catalog", "s", "records", series)
    }


ALL = [introduction, beside, endpoints, latency, webhooks, fold, growth, catalog]
