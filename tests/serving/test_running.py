"""“legalmap run” with one worker and with several: it serves, and a signal ends it in peace."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.browser.conftest import free_port, legalmap

STARTS, STOPS = 60, 20


def ask(port: int, path: str) -> bytes:
    """The body of a page, as soon as somebody answers."""
    deadline = time.monotonic() + STARTS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=STARTS) as answer:
                return bytes(answer.read())
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals.")
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("said", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(
    shipped_template: Path, tmp_path: Path, workers: int, said: signal.Signals
) -> None:
    database, log = tmp_path / "map.sqlite", tmp_path / "log"
    database.write_bytes(shipped_template.read_bytes())
    told = {**os.environ, "LEGALMAP_DATABASE_URL": f"sqlite:///{database}"}
    port = free_port()
    command = legalmap("run", "--port", str(port), "--workers", str(workers))
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=told, stdout=out, stderr=out)
    try:
        for _ in range(4):
            assert b"Alabama" in ask(port, "/kratom/us-al")
        process.send_signal(said)
        assert process.wait(STOPS) == 0
    finally:
        process.kill()
        process.wait()
    assert log.read_text().splitlines() == [f"Open http://127.0.0.1:{port}  (stop with Ctrl-C)"]
    # Nobody is left to answer.
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)


def test_a_port_that_is_taken_is_told(shipped_template: Path, tmp_path: Path) -> None:
    import socket

    told = {**os.environ, "LEGALMAP_DATABASE_URL": f"sqlite:///{shipped_template}"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = legalmap("run", "--port", str(taken.getsockname()[1]))
        ended = subprocess.run(
            command, env=told, capture_output=True, text=True, timeout=STARTS, check=False
        )
    assert ended.returncode != 0
    assert "address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr
