"""A real “legalmap run” and raw connections to it."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.conftest import free_port, legalmap

STARTS = 60


@contextmanager
def running(database: Path, *arguments: str, **settings: str) -> Iterator[int]:
    """The port of “legalmap run” on a database, while it runs."""
    port = free_port()
    environment = {**os.environ, "LEGALMAP_DATABASE_URL": f"sqlite:///{database}", **settings}
    command = legalmap("run", "--port", str(port), *arguments)
    log = database.with_suffix(".log")
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
    try:
        wait_for(port, process, log)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen, log: Path) -> None:
    """Return once the server answers; fail with its log if it does not."""
    deadline = time.monotonic() + STARTS
    while True:
        try:
            if ask(port, get("/kratom/codebook")).startswith(b"HTTP/1.1 200"):
                return
        except OSError:
            pass
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def connect(port: int) -> socket.socket:
    """A connection that waits for some seconds at most."""
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def get(target: str, *headers: str, version: str = "1.1") -> bytes:
    """A request in bytes."""
    lines = [f"GET {target} HTTP/{version}", "Host: localhost", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def ask(port: int, request: bytes) -> bytes:
    """All that is answered to some bytes until the server has nothing more to say."""
    with connect(port) as connection:
        connection.sendall(request)
        return receive(connection)


def receive(connection: socket.socket) -> bytes:
    """One whole answer, or what comes until the connection ends."""
    answer = b""
    while True:
        head, end, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        is_empty = head[9:12] in (b"304", b"204", b"100")
        if end and (is_empty or (length and len(body) >= int(length[1]))):
            return answer
        try:
            part = connection.recv(65_536)
        except ConnectionResetError:
            return answer
        if not part:
            return answer
        answer += part


def status_of(answer: bytes) -> int:
    """The status of an answer; 0 if there is none."""
    return int(answer[9:12]) if answer[:5] == b"HTTP/" else 0
