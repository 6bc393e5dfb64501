"""The README's commands, as it prints them: only ports and the data directory are others."""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import urllib.request

import pytest

from service import ENVIRONMENT, ROOT, wait_for
from test_demo import four_free_ports

README = (ROOT / "README.md").read_text()


def code_blocks():
    return re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def made(tmp_path):
    """`make run`, as the README begins."""
    assert any(block.startswith("make run ") for block in code_blocks())
    port = four_free_ports()
    output = tmp_path / "output.log"
    with output.open("wb") as file:
        process = subprocess.Popen(
            ["make", "run", f"OPTIONS=--port {port} --data {tmp_path / 'data'}"],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def is_open():
        assert process.poll() is None, output.read_text()
        return "Ctrl-C" in output.read_text()

    try:
        wait_for("`make run` to say what to open", is_open, 600)
        yield port, tmp_path / "data", output
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)


def test_make_run_serves_the_pages_the_readme_names(made):
    port, data, output = made
    pages = set(re.findall(r"<(http://localhost:\d+[^>]*)>", README))
    assert {page.rpartition(":")[2].partition("/")[2] for page in pages} == {"", "inbox", "leads"}
    for page in pages:
        number = int(re.search(r":(\d+)", page)[1])
        assert str(port + number - 8_080) in output.read_text()
        with urllib.request.urlopen(page.replace(f":{number}", f":{port + number - 8_080}")) as response:
            assert response.status == 200
            assert b"</html>" in response.read()

    # The commands below "Where do the points come from?".
    block = next(block for block in code_blocks() if "who_is_hot_and_why" in block)
    explain, query = block.splitlines()
    ran = subprocess.run(
        [*explain.split(), "--data", data, "--api", f"http://localhost:{port + 1}"],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("Claire Martin")
    ran = subprocess.run(
        query.replace("data/catalog.sqlite", str(data / "catalog.sqlite")), shell=True, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    with contextlib.closing(sqlite3.connect(data / "catalog.sqlite")) as catalog:
        assert catalog.execute("SELECT count(*) FROM contacts").fetchone()[0] >= 1


def test_the_setup_installs_the_tools_the_readme_calls():
    setup = (ROOT / "scripts/setup").read_text()
    packages = re.search(r"^packages=\((.*)\)$", setup, re.MULTILINE)[1].split()
    assert "sqlite3" in packages


@pytest.mark.parametrize("command", ["check", "--help"])
def test_the_commands_for_real_use_run(command):
    assert any(f"vendange {command}" in block for block in code_blocks())
    ran = subprocess.run(
        [ROOT / ".build/debug/vendange", command], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
