"""What one client, however rude, slow or large, can take: room for work, and the bytes it may send."""

import asyncio
import re
from types import TracebackType
from typing import Any

from legalmap.web.http.bodies import MOST_OF_ANYBODY

# A body has to be whole after so many seconds, and a byte of it has to come this often.
WHOLE_SECONDS, SILENT_SECONDS = 120, 30
RETRY_SECONDS = 2
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# RFC 9110, 7.2 and RFC 3986, 3.2.2: a name, or an address of version 6 in brackets, and perhaps a port.
_HOST = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+;=%-]+|\[[0-9A-Fa-f:.]+\])(?::\d*)?", re.ASCII)


class Refused(Exception):
    """The front answers by itself: status, title and one sentence that says what to do."""

    def __init__(self, status: int, title: str, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail, self.headers = status, title, detail, headers


def busy() -> Refused:
    """Everybody who could do the work is at it, and enough others wait."""
    detail = f"Too much of this kind of work is under way: ask again in {RETRY_SECONDS} seconds."
    return Refused(503, "Busy", detail, retry_after=str(RETRY_SECONDS))


class Slots:
    """So much work of one kind at once, and so much that waits for it without holding a thread."""

    def __init__(self, most: int, most_waiting: int) -> None:
        self._free = asyncio.Semaphore(most)
        self._most_waiting = most_waiting
        self._waiting = 0

    async def __aenter__(self) -> None:
        """Wait for a place; raise Refused if too many wait."""
        if self._free.locked() and self._waiting >= self._most_waiting:
            raise busy()
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the place to the next."""
        self._free.release()


def require_plain(method: str, path: str, site: str) -> None:
    """Raise Refused for what no client of ours sends (RFC 9110, 9.1 and RFC 9112, 3.2)."""
    if method not in METHODS:
        raise Refused(501, "Not implemented", f"Use one of: {', '.join(METHODS)}.")
    if not path.startswith("/") and (method, path) != ("OPTIONS", "*"):
        raise Refused(400, "Bad request", "An address begins with a slash.", connection="close")
    host = site.partition("://")[2]
    if host and _HOST.fullmatch(host) is None:
        raise Refused(400, "Bad request", "This is no host.", connection="close")


def is_chunked(transfer_encoding: list[str]) -> bool:
    """Whether a body comes in chunks; raise Refused for any other coding (RFC 9112, 6.1)."""
    if not transfer_encoding:
        return False
    if ",".join(transfer_encoding).strip().lower() != "chunked":
        raise Refused(
            501, "Not implemented", "Send the body as it is, or in chunks.", connection="close"
        )
    return True


def declared_length(content_length: str | None) -> int:
    """The number of bytes a client says it will send; 0 if it says none."""
    if not content_length:
        return 0
    # Longer than any number of bytes that is taken.
    return int(content_length) if content_length.isdigit() and len(content_length) < 12 else 10**12


async def read_body(protocol: Any, allowed: int) -> bytes:
    """What a client sends, up to ``allowed`` bytes; raise Refused if it is more, or does not come."""
    parts: list[bytes] = []
    size = 0
    stream = protocol.__aiter__()
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            while True:
                try:
                    async with asyncio.timeout(SILENT_SECONDS):
                        part = await anext(stream)
                except StopAsyncIteration:
                    return b"".join(parts)
                parts.append(part)
                size += len(part)
                if size > allowed:
                    raise too_large(allowed)
    except TimeoutError:
        raise Refused(
            408,
            "Request timeout",
            "What you send has to come without such pauses.",
            connection="close",
        ) from None


def too_large(allowed: int) -> Refused:
    """More bytes than this client may send."""
    detail = f"At most {allowed:,} bytes may be sent here. Send less, or in parts."
    if allowed <= MOST_OF_ANYBODY:
        detail += " Who is signed in may send more."
    return Refused(413, "Content too large", detail, connection="close")
