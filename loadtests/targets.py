"""The targets, what was measured, and whether that is enough."""


def at_most(value, limit, form):
    return form.format(value), "met" if value <= limit else "**missed**"


def at_least(value, limit, form):
    return form.format(value), "met" if value >= limit else "**missed**"


def rows(found):
    """What, target, measured, verdict."""
    return [[what, target, *verdict(found)] for what, target, verdict in TARGETS if is_measured(found, verdict)]


def is_measured(found, verdict):
    """The short form measures less than everything."""
    try:
        verdict(found)
    except (IndexError, ValueError):
        return False
    return True


def pixel_beside_log(connections, limit):
    def verdict(found):
        if connections not in found.widths:
            raise ValueError(connections)
        ours = found.pixel("Vendange", connections, "acknowledging")
        return at_most(ours / found.pixel("nginx, access log", connections), limit, "{:.2f} ×")

    return verdict


def pixel_beside_redis(found):
    widest = max(found.widths)
    return at_most(found.pixel("Vendange", widest) / found.pixel("nginx, Lua, Redis", widest), 0.5, "{:.2f} ×")


def clicks(found):
    ratio = found.endpoint("click", "acknowledging") / found.endpoint("pixel", "acknowledging")
    return at_most(ratio, 1.3, "{:.2f} ×")


def bodies(group, limit):
    def verdict(found):
        cost = found.endpoint("POST /e, 50 events", group, "cpu_microseconds_per_event")
        return at_least(1e6 / cost, limit, "{:,.0f}")

    return verdict


def answers(percentile, limit):
    def verdict(found):
        half = found.rounds("latency", name="Vendange", share=0.5)[0]
        return at_most(half["answers"][percentile] / 1e3, limit, "{:.2f} ms")

    return verdict


def webhook(found):
    half = found.rounds("webhooks", share=0.5)[0]
    return at_most(half["notifications"]["p99"] / 1e3, 300, "{:.0f} ms")


def fold_rate(found):
    one = found.rounds("inprocess", name="fold", profiles=1_000_000, workers=1, readers=0, zipf=0)[0]
    return at_least(one["events_per_cpu_second"], 1e6, "{:,.0f}")


def two_workers(found):
    one, two = (
        found.rounds("inprocess", name="fold", profiles=1_000_000, workers=workers, readers=0, zipf=0)[0]
        for workers in (1, 2)
    )
    return at_least(two["events_per_second"] / one["events_per_second"], 1.7, "{:.2f} ×")


def visitor(found):
    return at_most(found.bench("memory")["bytes_per_visitor"], 280, "{:.0f} B")


def contact(found):
    return at_most(found.bytes_per_contact, 1_536, "{:,.0f} B")


def recovery(found):
    """Between starts that read all of their log: what a start takes once does not count."""
    whole = [one for one in found.starts if one["not_in_checkpoints"] == one["records"]]
    first, last = whole[0], whole[-1]
    if first is last:
        raise ValueError(whole)
    records = last["records"] - first["records"]
    return at_least(records / (last["seconds_to_folded"] - first["seconds_to_folded"]), 1e6, "{:,.0f}")


def start(found):
    last = found.starts[-1]
    if last["visitors"] < 1_000_000:
        raise ValueError(last["visitors"])
    return at_most(last["seconds_to_folded"], 10, "{:.1f} s")


def sealed(found):
    return at_most(found.bench("zlib-1")["bytes_per_record"], 60, "{:.1f} B")


TARGETS = [
    ("pixel, loops and committer, 256 connections", "≤ 1.0 × nginx with access log", pixel_beside_log(256, 1.0)),
    ("pixel, loops and committer, 64 connections", "≤ 1.2 × nginx with access log", pixel_beside_log(64, 1.2)),
    ("pixel, whole process", "≤ 0.5 × nginx, Lua, Redis", pixel_beside_redis),
    ("click, loops and committer", "≤ 1.3 × the pixel", clicks),
    ("`POST /e`, 50 events, loops and committer", "≥ 400,000 events a CPU second", bodies("acknowledging", 400_000)),
    ("`POST /e`, 50 events, whole process", "≥ 200,000 events a CPU second", bodies("whole", 200_000)),
    ("durable answer at half of the maximum, p50", "≤ 3 ms", answers("p50", 3)),
    ("durable answer at half of the maximum, p99", "≤ 15 ms", answers("p99", 15)),
    ("fold, 1 M visitors, a worker", "≥ 1,000,000 events a CPU second", fold_rate),
    ("fold, 1 M visitors, two workers", "≥ 1.7 × one", two_workers),
    ("memory of a visitor", "≤ 280 B", visitor),
    ("memory of a contact", "≤ 1.5 KiB", contact),
    ("page view in a sealed segment", "≤ 60 B", sealed),
    ("start after a crash, records read and folded", "≥ 1,000,000 a second", recovery),
    ("start after a crash, 1 M visitors", "≤ 10 s", start),
    ("event to webhook at half of the maximum, p99", "≤ 300 ms", webhook),
]
