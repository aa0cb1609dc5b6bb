"""A server of ours in a thread, and a client that sends and reads bytes."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, Self

import uvicorn

from legalmap.serving.bridge import Bridge
from legalmap.serving.running import settings
from legalmap.threads import Threads
from legalmap.web.answers import Application
from legalmap.web.front import Front

PATIENCE = 20


class Answer(NamedTuple):
    """One answer: status, headers but Date, body."""

    status: int
    headers: list[str]
    body: bytes

    @property
    def names(self) -> set[str]:
        """The names of its headers."""
        return {header.partition(":")[0] for header in self.headers}


@contextmanager
def served(application: Application, front: Front | None = None) -> Iterator[int]:
    """The port at which an application is served until the end of the block."""
    bridge = Bridge(application, Threads(4, "flask"), front)
    server = uvicorn.Server(uvicorn.Config(bridge, host="127.0.0.1", port=0, **settings()))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive()


class Client:
    """One connection. What is sent goes out as one piece."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._held = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send these bytes."""
        self._socket.sendall(data)

    def read(self, *, without_body: bool = False) -> Answer:
        """The next answer; EOFError if the server closes instead."""
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(head[0].split()[1])
        headers = [line for line in head[1:] if line and not line.startswith("date:")]
        said = dict(line.split(": ", 1) for line in headers)
        if without_body or status == 304:
            body = b""
        elif said.get("transfer-encoding") == "chunked":
            body = self._chunks()
        else:
            body = self._exactly(int(said.get("content-length", 0)))
        return Answer(status, sorted(headers), body)

    def ask(self, data: bytes) -> Answer:
        """Send, and read one answer."""
        self.send(data)
        return self.read(without_body=data.startswith(b"HEAD"))

    def is_closed(self) -> bool:
        """Whether nothing more comes: waits for the server to close."""
        return not self._held and self._socket.recv(1) == b""

    def is_refused(self) -> bool:
        """Whether the server says 400, or has closed before it was heard out."""
        try:
            return self.read().status == 400
        except (ConnectionError, EOFError):
            return True

    def is_silent(self, seconds: float = 0.3) -> bool:
        """Whether nothing comes for a moment."""
        self._socket.settimeout(seconds)
        try:
            self._held += self._socket.recv(65_536)
        except TimeoutError:
            return not self._held
        finally:
            self._socket.settimeout(PATIENCE)
        return False

    def _more(self) -> None:
        found = self._socket.recv(65_536)
        if not found:
            raise EOFError
        self._held += found

    def _until(self, end: bytes) -> bytes:
        while end not in self._held:
            self._more()
        found, _, self._held = self._held.partition(end)
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self._held) < size:
            self._more()
        found, self._held = self._held[:size], self._held[size:]
        return found

    def _chunks(self) -> bytes:
        found = b""
        while size := int(self._until(b"\r\n"), 16):
            found += self._exactly(size)
            assert self._exactly(2) == b"\r\n"
        assert self._exactly(2) == b"\r\n"
        return found


def request(path: str, *more: str, method: str = "GET", version: str = "1.1") -> bytes:
    """The bytes of a request without a body."""
    lines = [f"{method} {path} HTTP/{version}", "Host: localhost", *more]
    return re.sub("\n", "\r\n", "\n".join([*lines, "", ""])).encode("latin-1")
