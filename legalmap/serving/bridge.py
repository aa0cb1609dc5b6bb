"""A WSGI application under an ASGI server: each request in a thread, its answer sent by the event loop."""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from legalmap.threads import Threads
from legalmap.web.answers import Application, Environ, Headers, named
from legalmap.web.front import Front

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# An answer of at most this many bytes leaves as one piece.
AT_ONCE = 1_000_000
# So much of what a client sends is waited for before a thread is; no form may be longer.
MOST_GATHERED = 4_100_000
# Where the server puts itself: it tells whether somebody still listens, and learns what was answered.
DOOR = "legalmap.door"
_BASIC: Environ = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


class Given(NamedTuple):
    """What the application answered."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Bridge:
    """The ASGI side of a WSGI application."""

    def __init__(
        self, application: Application, threads: Threads, front: Front | None = None
    ) -> None:
        """``front``: what answers in the event loop what is made already."""
        self._application = application
        self.front = front
        self._threads = threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        loop = asyncio.get_running_loop()
        body = Body(loop, receive)
        # Threads are few: none of them waits for who sends slowly, or begins and never ends.
        if _is_form(scope) and not await body.gather():
            return
        done: asyncio.Future[Given | None] = loop.create_future()
        environ = environ_of(scope, body)
        call = _Call(self._application, environ, scope, lambda message: _sent(loop, send, message))
        self._threads.run(lambda: _settle(loop, done, call))
        given = await done
        if given is None:
            return
        await send(_start(given.status, given.headers))
        await send({"type": "http.response.body", "body": given.body})


def _is_form(scope: Scope) -> bool:
    """Whether the application may read what is sent; what nobody reads is not waited for."""
    return scope["method"] == "POST" or any(name == b"content-type" for name, _ in scope["headers"])


def _settle(
    loop: asyncio.AbstractEventLoop, done: "asyncio.Future[Given | None]", call: "_Call"
) -> None:
    """Answer in this thread and let the event loop know. Raises nothing."""

    def tell(given: Given | None, error: BaseException | None) -> None:
        # Cancelled when the server stops and does not wait any longer.
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(given)

    given: Given | None = None
    error: BaseException | None = None
    try:
        given = call.answer()
    except BaseException as raised:  # noqa: BLE001 - the server answers 500 and logs it
        error = raised
    if not loop.is_closed():
        loop.call_soon_threadsafe(tell, given, error)


def _sent(loop: asyncio.AbstractEventLoop, send: Send, message: Message) -> None:
    """Send from a thread; returns when there is room for more."""

    async def sending() -> None:
        await send(message)

    asyncio.run_coroutine_threadsafe(sending(), loop).result()


def _start(status: int, headers: list[tuple[bytes, bytes]]) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}


class _Call:
    """One request on its way through the application, in a thread of its own."""

    def __init__(
        self,
        application: Application,
        environ: Environ,
        scope: Scope,
        send: Callable[[Message], None],
    ) -> None:
        self._application, self._environ, self._send = application, environ, send
        self._scope = scope
        self._door = scope.get(DOOR)
        self._status, self._headers = 500, Headers()
        self._written: list[bytes] = []

    def answer(self) -> Given | None:
        """The whole answer; None if it was sent piece by piece."""
        found = self._application(self._environ, self._start_response)
        try:
            if isinstance(found, (list, tuple)):
                return self._whole(found)
            length = named(self._headers, "content-length")
            # HTTP/1.0 knows no pieces: who speaks it is told the length.
            if self._environ["SERVER_PROTOCOL"] == "HTTP/1.0" or int(length or AT_ONCE) < AT_ONCE:
                return self._whole(found)
            self._in_pieces(iter(found))
            return None
        finally:
            close = getattr(found, "close", None)
            if close is not None:
                close()

    def _start_response(
        self, status: str, headers: Headers, _exc_info: Any = None
    ) -> Callable[[bytes], object]:
        self._status, self._headers = int(status[:3]), headers
        return self._written.append

    def _whole(self, pieces: Iterable[bytes]) -> Given:
        body = b"".join([*self._written, *pieces])
        headers = self._headers
        if named(headers, "content-length") is None and self._has_body():
            headers = [*headers, ("Content-Length", str(len(body)))]
        if self._door is not None:
            self._door.learn(self._scope, self._environ, self._status, headers, body)
        return Given(self._status, encoded(headers), body)

    def _has_body(self) -> bool:
        return self._environ["REQUEST_METHOD"] != "HEAD" and self._status not in (204, 304)

    def _in_pieces(self, pieces: Iterator[bytes]) -> None:
        # What is raised before the first piece is an error that can still be told.
        first = next(pieces, b"")
        self._send(_start(self._status, encoded(self._headers)))
        for piece in (*self._written, first):
            self._send({"type": "http.response.body", "body": piece, "more_body": True})
        for piece in pieces:
            if self._door is not None and self._door.is_gone():
                return
            self._send({"type": "http.response.body", "body": piece, "more_body": True})
        self._send({"type": "http.response.body", "body": b""})


def encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    """As they leave: names in lower case."""
    return [
        (name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers
    ]


def environ_of(scope: Scope, body: "Body") -> Environ:
    """What PEP 3333 wants to know of a request."""
    host, port = scope.get("server") or ("localhost", 80)
    environ: Environ = {
        **_BASIC,
        "REQUEST_METHOD": scope["method"],
        # The bytes of the path, not what some coding makes of them.
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 0),
        "wsgi.url_scheme": scope["scheme"],
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = scope["client"][0], str(scope["client"][1])
    for name, value in scope["headers"]:
        _add(environ, name.decode("latin-1"), value.decode("latin-1"))
    has_body = "HTTP_TRANSFER_ENCODING" in environ or environ.get("CONTENT_LENGTH", "0") != "0"
    environ["wsgi.input"] = io.BufferedReader(body) if has_body else io.BytesIO()
    return environ


def _add(environ: Environ, name: str, value: str) -> None:
    # X_Forwarded_For would pass for X-Forwarded-For.
    if "_" in name:
        return
    key = name.upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    if key in environ:
        value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    environ[key] = value


class Body(io.RawIOBase):
    """What a client sends, fetched from the event loop when the application reads it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, receive: Receive) -> None:
        super().__init__()
        self._loop, self._receive = loop, receive
        self._left = b""
        self._has_more = True

    async def gather(self) -> bool:
        """Wait for all of it, within bounds; False if the client has left."""
        found, size = [], 0
        while self._has_more and size < MOST_GATHERED:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return False
            found.append(message.get("body", b""))
            size += len(found[-1])
            self._has_more = message.get("more_body", False)
        self._left = b"".join(found)
        return True

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a part of the buffer; 0 at the end, also where the client has left."""
        while not self._left and self._has_more:
            self._fetch()
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size

    def _fetch(self) -> None:
        async def receiving() -> Message:
            return await self._receive()

        message = asyncio.run_coroutine_threadsafe(receiving(), self._loop).result()
        self._left = message.get("body", b"")
        self._has_more = message.get("more_body", False)
