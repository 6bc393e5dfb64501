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
    """Seconds on a core by thread, and of the processes as a whole, with what their threads of the past spent."""

    threads: dict
    user: float
    system: float

    def __sub__(self, other):
        """What was spent since another reading. A thread that has ended since then is in no group."""
        spent = {key: seconds - other.threads.get(key, 0) for key, seconds in self.threads.items()}
        return Reading(spent, self.user - other.user, self.system - other.system)

    @property
    def by_name(self):
        total = {}
        for (_, name), seconds in self.threads.items():
            total[name] = total.get(name, 0.0) + seconds
        return total

    def sum(self, *prefixes):
        """Seconds of the threads whose names begin with one of these; of all threads if none is given."""
        return sum(seconds for (_, name), seconds in self.threads.items() if not prefixes or name.startswith(prefixes))


def times(stat):
    """User and system seconds of a stat file."""
    fields = stat.read_text().rpartition(")")[2].split()
    return int(fields[11]) * TICK, int(fields[12]) * TICK


def read(*pids):
    """The reading of several processes together."""
    threads, user, system = {}, 0.0, 0.0
    for pid in pids:
        process = pathlib.Path(f"/proc/{pid}")
        spent = times(process / "stat")
        user, system = user + spent[0], system + spent[1]
        for task in (process / "task").iterdir():
            try:
                name = (task / "comm").read_text().strip()
                threads[int(task.name), name] = int((task / "schedstat").read_text().split()[0]) / 1e9
            except FileNotFoundError:
                continue
    return Reading(threads, user, system)
