"""The servers that are compared, each on the core SERVER_CORE alone."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import string
import subprocess
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
SERVER_CORE, LOAD_CORE = "0", "1"
BINARY = pathlib.Path(os.environ.get("LOADTEST_BINARY") or ROOT / ".build/release/vendange")
NGINX_MODULES = "/usr/lib/nginx/modules"
# The threads of the service that acknowledge: event loops and the committer. The rest folds, and may lag behind.
ACKNOWLEDGING = ("NIO-", "vdg-commit")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, seconds=30):
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing listens on port {port}")
        time.sleep(0.05)


def start(arguments, directory, name):
    output = (directory / f"{name}.out").open("ab")
    return subprocess.Popen(
        ["taskset", "-c", SERVER_CORE, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=output, stderr=output
    )


def stop(process, seconds=60):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.wait(seconds)


class Nginx:
    """nginx with one worker, and Redis for the location that keeps scores."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory) / "nginx"
        self.directory.mkdir(parents=True)
        self.port = free_port()

    def __enter__(self):
        redis = self.directory / "redis"
        redis.mkdir()
        self.redis = start(
            ["redis-server", "--port", 0, "--unixsocket", redis / "socket", "--dir", redis, "--save", "",
             "--appendonly", "yes", "--appendfsync", "everysec"],
            self.directory, "redis",
        )
        script = (HERE / "nginx/pixel.lua").read_text()
        (self.directory / "pixel.lua").write_text(f'SOCKET = "{redis / "socket"}"\n{script}')
        template = string.Template((HERE / "nginx/nginx.conf").read_text())
        (self.directory / "nginx.conf").write_text(
            template.safe_substitute(
                directory=self.directory, port=self.port, modules=NGINX_MODULES, scripts=self.directory
            )
        )
        self.nginx = start(["nginx", "-c", self.directory / "nginx.conf"], self.directory, "nginx")
        wait_for_port(self.port)
        return self

    def __exit__(self, *error):
        stop(self.nginx)
        stop(self.redis)

    def pids(self, scored):
        """The workers; with Redis where it takes part."""
        children = pathlib.Path(f"/proc/{self.nginx.pid}/task/{self.nginx.pid}/children").read_text().split()
        return [int(pid) for pid in children] + ([self.redis.pid] if scored else [])


class Vendange:
    """The service as it is shipped: durable, classified, logged, folded, with a model and a site."""

    def __init__(self, directory, *, model=None, destinations=(), loops=1, workers=1, pinned=True):
        self.directory = pathlib.Path(directory) / "vendange"
        self.directory.mkdir(parents=True)
        self.pinned = pinned
        self.port, self.private_port = free_port(), free_port()
        origin = f"http://127.0.0.1:{self.port}"
        settings = {
            "data_directory": str(self.directory / "data"),
            "model_file": str(model or ROOT / "config/model.b2b.yaml"),
            "log_level": "notice",
            "workers": workers,
            "public": {"host": "127.0.0.1", "port": self.port, "base_url": origin, "loops": loops},
            "private": {"host": "127.0.0.1", "port": self.private_port},
            "sites": [
                {"key": "www", "name": "Load", "hostnames": ["www.example.com", "127.0.0.1"], "origins": [origin]}
            ],
            "destinations": list(destinations),
        }
        (self.directory / "vendange.yaml").write_text(
            "\n".join(f"{name}: {json.dumps(value)}" for name, value in settings.items()) + "\n"
        )

    def __enter__(self):
        arguments = [BINARY, "serve", "--config", self.directory / "vendange.yaml"]
        if self.pinned:
            self.process = start(arguments, self.directory, "vendange")
        else:
            output = (self.directory / "vendange.out").open("ab")
            self.process = subprocess.Popen(list(map(str, arguments)), stdout=output, stderr=output)
        wait_for_port(self.port)
        return self

    def __exit__(self, *error):
        stop(self.process)

    def pids(self):
        return [self.process.pid]

    def key(self):
        return (self.directory / "data/admin.key").read_text().strip()

    def get(self, path):
        """What the private port answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.private_port}{path}", headers={"Authorization": f"Bearer {self.key()}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()

    def metric(self, name):
        """The sum of a metric's series."""
        lines = [line for line in self.get("/metrics").splitlines() if line.split("{")[0].split(" ")[0] == name]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def settle(self, seconds=120):
        """Waits until everything acknowledged is folded."""
        deadline = time.monotonic() + seconds
        while self.metric("vendange_log_events_pending") > 0:
            if time.monotonic() > deadline:
                raise RuntimeError("the fold did not catch up")
            time.sleep(0.1)


def remove(directory):
    shutil.rmtree(directory, ignore_errors=True)
