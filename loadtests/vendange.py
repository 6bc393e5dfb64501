"""The service as it is shipped: durable, classified, logged, folded, with a model and a site."""

import contextlib
import http.client
import json
import os
import pathlib
import time

import servers

BINARY = pathlib.Path(os.environ.get("LOADTEST_BINARY") or servers.ROOT / ".build/release/vendange")
# The threads of the service that acknowledge: event loops and the committer. The rest folds, and may lag behind.
ACKNOWLEDGING = ("vdg-loop", "vdg-commit")
SITE, HOST = "www", "www.example.com"


class Vendange:
    """`vendange serve` on the servers' core, with one loop and one worker, and its data in a directory."""

    def __init__(self, directory, *, destinations=(), behind_proxy=False):
        self.directory = pathlib.Path(directory) / "vendange"
        self.directory.mkdir(parents=True)
        self.data = self.directory / "data"
        self.port, self.private_port = servers.free_port(), servers.free_port()
        origin = f"http://127.0.0.1:{self.port}"
        settings = {
            "data_directory": str(self.data),
            "model_file": str(servers.ROOT / "config/model.b2b.yaml"),
            "log_level": "notice",
            "workers": 1,
            "public": {"host": "127.0.0.1", "port": self.port, "base_url": origin, "loops": 1},
            "private": {"host": "127.0.0.1", "port": self.private_port},
            "proxies": {"trusted": ["127.0.0.1/32"] if behind_proxy else []},
            "sites": [{"key": SITE, "name": "Load", "hostnames": [HOST, "127.0.0.1"], "origins": [origin]}],
            "destinations": list(destinations),
        }
        (self.directory / "vendange.yaml").write_text(
            "\n".join(f"{name}: {json.dumps(value)}" for name, value in settings.items()) + "\n"
        )

    # Life

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        servers.stop(self.process)

    def start(self):
        """Starts the process; returns after how many seconds it took events."""
        begin = time.monotonic()
        arguments = [BINARY, "serve", "--config", self.directory / "vendange.yaml"]
        self.process = servers.start(arguments, self.directory, "vendange")
        servers.wait_for("the service", self.is_ready)
        return time.monotonic() - begin

    def kill(self):
        self.process.kill()
        self.process.wait()

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError((self.directory / "vendange.out").read_text()[-2000:])
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.send("GET", "/health/ready")[0] == 200
        return False

    def pids(self):
        return [self.process.pid]

    def resident(self, figure="VmRSS"):
        """Bytes in memory; the most there ever were as VmHWM."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(f"{figure}:"))

    # The private port

    def send(self, method, path, body=None):
        """Status and body of an answer."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        with contextlib.suppress(FileNotFoundError):
            headers["Authorization"] = f"Bearer {(self.data / 'admin.key').read_text().strip()}"
        connection = http.client.HTTPConnection("127.0.0.1", self.private_port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def api(self, method, path, body=None):
        """The JSON of an answer."""
        status, text = self.send(method, "/api/v1" + path, body)
        if status not in (200, 201, 204):
            raise RuntimeError(f"{method} {path}: {status} {text[:500]}")
        return json.loads(text) if text else None

    def metrics(self):
        """The samples by name, the series of one name added up."""
        sums = {}
        for line in self.send("GET", "/metrics")[1].splitlines():
            if line and not line.startswith("#"):
                name = line.split("{")[0].split(" ")[0]
                sums[name] = sums.get(name, 0) + float(line.rsplit(" ", 1)[1])
        return sums

    def received(self):
        """Events that came in, all of which must have been accepted."""
        metrics = self.metrics()
        received, accepted = metrics["vendange_events_received_total"], metrics["vendange_events_accepted_total"]
        if received != accepted or metrics["vendange_collector_refused_total"]:
            raise RuntimeError(f"{received} events received, {accepted} accepted")
        return received

    def settle(self, seconds=300):
        """Waits until no more requests come out of connections that were closed, and everything acknowledged is folded
        and in the catalog."""
        seen = []

        def is_done():
            metrics = self.metrics()
            seen.append(metrics["vendange_collector_requests_total"])
            waiting = metrics["vendange_log_events_pending"] + metrics["vendange_effects_backlog_records"]
            return waiting == 0 and seen[-3:] == [seen[-1]] * 3

        servers.wait_for("fold and catalog to catch up", is_done, seconds)
