"""Asking the front without a server: requests as granian gives them (RSGI), answers as it takes them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask

from legalmap.web.http.front import Front


class Headers:
    """The headers of a request; a name may stand there more than once."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = [(name.lower(), value) for name, value in pairs]

    def get(self, name: str, default: Any = None) -> Any:
        """The first of that name."""
        return next((value for key, value in self._pairs if key == name), default)

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self._pairs)

    def get_all(self, name: str) -> list[str]:
        """All of that name."""
        return [value for key, value in self._pairs if key == name]

    def items(self) -> list[tuple[str, str]]:
        """All, in their order."""
        return self._pairs


class Scope:
    """A request."""

    proto, server, client, scheme = "http", "127.0.0.1:8000", "127.0.0.1:50000", "http"
    authority = None

    def __init__(self, method: str, target: str, headers: Headers, version: str = "1.1") -> None:
        self.method, self.headers, self.http_version = method, headers, version
        self.path, _, self.query_string = target.partition("?")


class Protocol:
    """The other side of a request: what it sends and what it is answered."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts
        self.status, self.headers, self.body = 0, Headers([]), b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Take an answer without a body."""
        self.status, self.headers = status, Headers(headers)

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Take an answer whole."""
        self.response_empty(status, headers)
        self.body = body

    def response_file_range(
        self, status: int, headers: list[tuple[str, str]], file: str, start: int, end: int
    ) -> None:
        """Take a part of a file."""
        self.response_empty(status, headers)
        with Path(file).open("rb") as content:
            content.seek(start)
            self.body = content.read(end - start)


class Answer(NamedTuple):
    """What a client gets."""

    status: int
    headers: Headers
    body: bytes


class Client:
    """Asks one front, one request after the other or several at once."""

    def __init__(self, app: Flask) -> None:
        self.front = Front(app)
        self._loop = asyncio.new_event_loop()
        # In a thread of its own: the browser of other tests has a loop in this one.
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something in the event loop of the front."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def get(self, target: str, /, **headers: str) -> Answer:
        """Ask for an address; ``_`` in the name of a header stands for ``-``."""
        return self.ask("GET", target, headers)

    def ask(self, method: str, target: str, headers: dict[str, str], *parts: bytes) -> Answer:
        """Ask with a method and a body in parts."""
        found: Answer = self.run(self.asking(method, target, headers, *parts))
        return found

    async def asking(
        self, method: str, target: str, headers: dict[str, str], *parts: bytes
    ) -> Answer:
        """The same, for several at once."""
        pairs = {"host": "localhost"} | {n.replace("_", "-").lower(): v for n, v in headers.items()}
        if parts and "content-length" not in pairs:
            pairs["content-length"] = str(sum(map(len, parts)))
        protocol = Protocol(list(parts))
        await self.front.__rsgi__(Scope(method, target, Headers(pairs.items())), protocol)
        return Answer(protocol.status, protocol.headers, protocol.body)

    def close(self) -> None:
        """Let go of threads and loop."""
        self.front.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
