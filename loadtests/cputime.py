"""What the kernel charged to each thread of a process: the main figure of every comparison here.

`/proc/PID/task/TID/schedstat` counts nanoseconds on a core; `stat` splits them into user and system in ticks of
10 ms. Both are the kernel's own accounting, so that they say the same on a busy machine and on an idle one.
"""

import dataclasses
import os
import pathlib

TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass(frozen=True)
class Reading:
    """Seconds on a core by thread name."""

    total: dict
    user: float
    system: float

    def __sub__(self, other):
        names = {name: self.total[name] - other.total.get(name, 0) for name in self.total}
        return Reading(names, self.user - other.user, self.system - other.system)

    def sum(self, *prefixes):
        """Seconds of the threads whose names begin with one of these; of all threads if none is given."""
        return sum(
            seconds for name, seconds in self.total.items() if not prefixes or name.startswith(prefixes)
        )


def read(*pids):
    """The reading of several processes together. Threads of one name are added up."""
    total, user, system = {}, 0.0, 0.0
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            try:
                name = (task / "comm").read_text().strip()
                nanoseconds = int((task / "schedstat").read_text().split()[0])
                fields = (task / "stat").read_text().rpartition(")")[2].split()
            except FileNotFoundError:
                continue
            total[name] = total.get(name, 0.0) + nanoseconds / 1e9
            user += int(fields[11]) * TICK
            system += int(fields[12]) * TICK
    return Reading(total, user, system)
