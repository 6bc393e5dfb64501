"""The figures that the page shows, taken from the results."""

import statistics


class Findings:
    """The results of a run by the name of the part that found them. Repeated rounds are told by their median."""

    def __init__(self, results):
        self.results = results
        self.machine = results["machine"]

    def rounds(self, part, **wanted):
        """The results of a part that are such."""
        return [
            result for result in self.results[part] if all(result.get(name) == value for name, value in wanted.items())
        ]

    def median(self, part, read, **wanted):
        return statistics.median(read(result) for result in self.rounds(part, **wanted))

    def different(self, part, name, **wanted):
        """The values of a field, in the order they came."""
        return list(dict.fromkeys(result[name] for result in self.rounds(part, **wanted)))

    # The figures that more than one section needs

    @property
    def widths(self):
        return self.different("sidebyside", "connections")

    def pixel(self, name, connections, group="whole"):
        """CPU microseconds of a request."""
        return self.median(
            "sidebyside", lambda result: result["cpu_microseconds"][group], name=name, connections=connections
        )

    def threads(self, name, connections, prefix):
        """CPU microseconds of a request in the threads whose names begin so."""
        return self.median(
            "sidebyside",
            lambda result: sum(time for thread, time in result["threads"].items() if thread.startswith(prefix)),
            name=name, connections=connections,
        )

    def endpoint(self, name, group, per="cpu_microseconds"):
        return self.median("endpoints", lambda result: result[per][group], name=name)

    def bench(self, name, **wanted):
        """A result of vendange-bench."""
        return self.rounds("inprocess", name=name, **wanted)[-1]

    @property
    def starts(self):
        return self.rounds("growth", name="start after a crash")

    @property
    def bytes_per_contact(self):
        """From the second size on: what is there once is paid by then."""
        sizes = self.rounds("growth", name="contacts")
        first, last = sizes[0], sizes[-1]
        return (last["resident"] - first["resident"]) / (last["contacts"] - first["contacts"])
