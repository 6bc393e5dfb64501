"""Whether the open-loop generator measures what it says: against nginx, which is stopped for a while.

Whatever the machine does otherwise, the requests that were due meanwhile have waited, and all that were sent are in the
access log. A generator that waits for answers would have seen one slow answer a connection.
"""

import os
import pathlib
import signal
import threading
import time

import openloop
import options
import servers
import traffic

RATE, SECONDS, PAUSE = 1_000, 2, 0.5


def pause(nginx):
    """Stops nginx in the middle of the load, however long the generator takes to begin."""
    servers.wait_for("the load", nginx.logged, 60)
    time.sleep(SECONDS / 4)
    pids = nginx.pids(False)
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for pid in pids:
            os.kill(pid, number)
        if number == signal.SIGSTOP:
            time.sleep(PAUSE)


def main():
    asked = options.parse(__doc__)
    with options.directory() as directory, servers.Nginx(directory) as nginx:
        file = traffic.write(
            pathlib.Path(directory) / "requests", [traffic.pixel(1, traffic.visitor(1), "/logged.gif")]
        )
        stopping = threading.Thread(target=pause, args=[nginx])
        stopping.start()
        result = openloop.run(nginx.port, file, RATE, SECONDS, seed=1, warm_up=0, status=200)
        stopping.join()
        # The log is written when a request ends.
        servers.wait_for("the access log", lambda: nginx.logged() == result["count"], 60)
    answers = result["answers"]
    openloop.line(f"nginx, stopped for {PAUSE} s", answers, result)
    if result["count"] != RATE * SECONDS or answers["count"] != result["count"]:
        raise RuntimeError(f"{result['count']} requests, {answers['count']} answers")
    # A quarter of the requests were due while it was stopped, and waited half of that time on average.
    slow = next(microseconds for percentile, microseconds in answers["curve"] if percentile == 90)
    if answers["max"] < PAUSE * 0.9e6 or slow < PAUSE * 0.5e6:
        raise RuntimeError(f"the pause is not in the latencies: {answers}")
    options.save(result, asked.output)


if __name__ == "__main__":
    main()
