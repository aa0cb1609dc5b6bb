"""Where connections come in: a request whose very bytes were answered before is answered at once.

Nothing is parsed here that uvicorn has not parsed before: the bytes of a whole request are looked up,
or, for what holds at a place or point, those of its headers. Anything else goes the ordinary way.
"""

import re
import socket
from asyncio import Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from legalmap.serving import bodies
from legalmap.serving.bodies import LEAST, Bodies
from legalmap.serving.bridge import DOOR, Scope
from legalmap.web.answers import Environ, Headers, encoded
from legalmap.web.front import TOLD, Front

# A longer head is never learnt, and no more than so many kinds of heads are known.
MOST_HEAD = 4_096
MOST_HEADS = 1_000
# Of a head that has not ended after so many bytes more than its first piece no more is kept.
LONGEST_HEAD = 65_536
# A connection on which nothing is asked for so many seconds is closed.
IDLE_SECONDS = 30
# One whose form is not whole after so many is closed too.
WHOLE_SECONDS = 120
_RAW = "legalmap.raw"
_bodies = Bodies()
_LINE = re.compile(rb"GET (/[a-z0-9/-]+)\?([a-z0-9=&.-]+) HTTP/1\.1")


class Door(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._front: Front | None = getattr(self.app, "front", None)
        # Whether what comes next is the beginning of a request: only then are its bytes looked up.
        self._between = True
        # How much of a head has come that has not ended; None outside of heads.
        self._head: int | None = None
        self._messages = 0
        self._running: RequestResponseCycle | None = None
        self._since = self._begun = self.loop.time()
        # The transport's own, to send files by.
        self._socket: socket.socket | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Somebody has come, and has a while to ask for something."""
        super().connection_made(transport)
        own = transport.get_extra_info("socket")
        if own is not None and bodies.IS_POSSIBLE:
            self._socket = socket.socket(own.family, own.type, own.proto, own.fileno())
        self._since = self.loop.time()
        self.loop.call_later(IDLE_SECONDS, self._look_after)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever asked has left; uvicorn tells it to the last of several requests alone."""
        if self._running is not None:
            self._running.disconnected = True
        if self._socket is not None:
            # The transport closes it.
            self._socket.detach()
            self._socket = None
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _look_after(self) -> None:
        """Close a connection on which nothing whole has been asked for too long."""
        if self.transport.is_closing():
            return
        left = self._since + IDLE_SECONDS - self.loop.time()
        if not self._is_idle():
            whole_by = self._begun + WHOLE_SECONDS - self.loop.time()
            left = IDLE_SECONDS if self._between else min(whole_by, IDLE_SECONDS)
        if left <= 0:
            self.transport.close()
            return
        self.loop.call_later(left, self._look_after)

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def timeout_keep_alive_handler(self) -> None:
        """Nothing: what is answered at once does not wind this clock up again."""

    def on_response_complete(self) -> None:
        """One more was answered the ordinary way."""
        self._since = self.loop.time()
        super().on_response_complete()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._between, self._head, self._begun = False, 0, self.loop.time()
        super().on_message_begin()
        self.scope[DOOR] = self  # type: ignore[literal-required]

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._head = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The last byte of a request, its body included."""
        self._between = True
        self._messages += 1
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Answer at once, or go the ordinary way and learn from it."""
        at_begin = self._between
        # Who does not read what was answered before is made wait, which the ordinary way can.
        if at_begin and self._is_idle() and not self.flow.write_paused and self._is_answered(data):
            return
        self._messages = 0
        before = self._head
        super().data_received(data)
        if before is not None and self._head is not None:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self.send_400_response("The head of this request is too long.")
        if at_begin and self._between and self._messages == 1 and self._is_common(data):
            self.scope[_RAW] = data  # type: ignore[literal-required]

    def _is_common(self, data: bytes) -> bool:
        return (
            len(data) <= MOST_HEAD
            and data.endswith(b"\r\n\r\n")
            and self.scope["http_version"] == "1.1"
            and self.cycle is not None
            and self.cycle.keep_alive
            and not self.expect_100_continue
        )

    def _is_answered(self, data: bytes) -> bool:
        front = self._front
        if front is None or not front.stands():
            return False
        found = front.answers.told.get(data) or self._resolved(front, data)
        if found is None:
            return False
        status, headers, body = found
        parts = status, _default(self.server_state.default_headers), headers
        file = self._file_of(body) if len(body) >= LEAST else None
        if file is None or not self._is_sent(b"".join(parts), file, body):
            self.transport.writelines((*parts, body))
        self._since = self.loop.time()
        return True

    def _file_of(self, body: bytes) -> int | None:
        return _bodies.file_of(body, len(self.server_state.connections))

    def _is_sent(self, head: bytes, file: int, body: bytes) -> bool:
        """Send past the transport, which has nothing to send; it gets what does not leave at once."""
        if self._socket is None or self.transport.get_write_buffer_size():
            return False
        sent = bodies.send(self._socket, head, file, len(body))
        if sent < len(head) + len(body):
            rest = memoryview(body)[max(sent - len(head), 0) :]
            self.transport.writelines((head[sent:], rest))
        return True

    def _resolved(self, front: Front, data: bytes) -> tuple[bytes, bytes, bytes] | None:
        """What holds at a place or point, if it takes no more than to put it together."""
        line, _, rest = data.partition(b"\r\n")
        known = front.heads.get(rest)
        if known is None or (said := _LINE.fullmatch(line)) is None:
            return None
        environ = {**known, "PATH_INFO": said[1].decode(), "QUERY_STRING": said[2].decode()}
        return front.at_once(environ)

    def is_gone(self) -> bool:
        """Whether nobody listens any more."""
        return self.transport.is_closing()

    def learn(
        self, scope: Scope, environ: Environ, status: int, headers: Headers, body: bytes
    ) -> None:
        """Keep what was answered, if the front says that it stands. Called from any thread."""
        raw, told = scope.get(_RAW), environ.get(TOLD)
        front = self._front
        if raw is None or told is None or front is None:
            return
        if told is front.heads:
            _put(told, raw.partition(b"\r\n")[2], front.plain(environ))
        else:
            body = b"" if environ["REQUEST_METHOD"] == "HEAD" else body
            _put(told, raw, (STATUS_LINE[status], encoded(headers) + b"\r\n", body))


def _put(known: dict[bytes, Any], key: bytes, value: Any) -> None:
    if len(known) >= MOST_HEADS:
        known.clear()
    known[key] = value


_dated: tuple[list[tuple[bytes, bytes]], bytes] = ([], b"")


def _default(headers: list[tuple[bytes, bytes]]) -> bytes:
    """The headers of every answer, Date among them: the server makes a new list each second."""
    global _dated  # noqa: PLW0603 - one clock serves a process
    if _dated[0] is not headers:
        _dated = headers, b"".join([b"%b: %b\r\n" % pair for pair in headers])
    return _dated[1]
