"""A service manager (systemd) hears when the service is open, that it is alive, and that it stops."""

import contextlib
import socket

import service as service_module


def test_the_manager_is_told(services, tmp_path, monkeypatch):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(tmp_path / "notify"))
    listener.settimeout(30)
    variables = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1500000"}
    monkeypatch.setattr(service_module, "ENVIRONMENT", service_module.ENVIRONMENT | variables)
    service = services()
    service.spawn()
    first = listener.recv(1_000).decode()
    assert first == f"READY=1\nSTATUS=public port {service.public_port}, private port {service.private_port}"
    assert service.private("GET", "/health/ready").status == 200, "ready means ready"
    assert [listener.recv(1_000) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    service.terminate()
    listener.setblocking(False)
    rest = []
    with contextlib.suppress(BlockingIOError):
        while True:
            rest.append(listener.recv(1_000))
    # A ping may be under way when the stop is told.
    assert rest.count(b"STOPPING=1") == 1 and set(rest) <= {b"STOPPING=1", b"WATCHDOG=1"}
    listener.close()
