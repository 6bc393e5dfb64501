"""The servers that Vendange is compared with, and how all of them are started: on the core SERVER_CORE alone."""

import contextlib
import pathlib
import random
import signal
import socket
import string
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
SERVER_CORE, LOAD_CORE = "0", "1"
NGINX_MODULES = "/usr/lib/nginx/modules"
# Each once, from below the range from which the system gives ports to clients.
PORTS = iter(random.sample(range(18_000, 32_000), 14_000))


def free_port():
    """A loopback port that nobody listens on, and that nobody is given before its server starts."""
    for port in PORTS:
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


def wait_for(what, condition, seconds=120):
    """The condition's first true value. Asked the less often the longer it takes: asking costs the servers time."""
    begin = time.monotonic()
    while True:
        value = condition()
        if value:
            return value
        waited = time.monotonic() - begin
        if waited > seconds:
            raise RuntimeError(f"waited {seconds} s in vain for {what}")
        time.sleep(max(0.05, waited / 50))


def wait_for_port(port):
    def listens():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    wait_for(f"port {port}", listens)


def start(arguments, directory, name):
    output = (directory / f"{name}.out").open("ab")
    return subprocess.Popen(
        ["taskset", "-c", SERVER_CORE, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=output, stderr=output
    )


def stop(process, seconds=60):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.wait(seconds)


class Redis:
    """Redis with its append-only file, behind a Unix socket."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory) / "redis"
        self.directory.mkdir(parents=True)
        self.socket = self.directory / "socket"

    def __enter__(self):
        self.process = start(
            ["redis-server", "--port", 0, "--unixsocket", self.socket, "--dir", self.directory, "--save", "",
             "--appendonly", "yes", "--appendfsync", "everysec"],
            self.directory, "redis",
        )
        wait_for("Redis", self.socket.exists)
        return self

    def __exit__(self, *error):
        stop(self.process)


class Nginx:
    """nginx with one worker, and Redis for the location that keeps scores."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory) / "nginx"
        self.directory.mkdir(parents=True)
        self.port = free_port()
        self.redis = Redis(self.directory)

    def __enter__(self):
        self.redis.__enter__()
        script = (HERE / "nginx/pixel.lua").read_text()
        (self.directory / "pixel.lua").write_text(f'SOCKET = "{self.redis.socket}"\n{script}')
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
        self.redis.__exit__(*error)

    def pids(self, scored):
        """The workers; with Redis where it takes part."""
        children = pathlib.Path(f"/proc/{self.nginx.pid}/task/{self.nginx.pid}/children").read_text().split()
        return [int(pid) for pid in children] + ([self.redis.process.pid] if scored else [])

    def logged(self):
        """Requests in the access log."""
        return (self.directory / "access.log").read_bytes().count(b"\n")
