"""What is already made leaves from here, before Flask is asked: bytes for an address, a coding and a day.

It knows nothing but the head of the feed and the day. An answer is kept if its view said that it
follows from these and the address alone (``@needs(…, ready=True)``), and dropped when either moves on.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from threading import Event, Lock
from time import monotonic, time
from typing import Any, Protocol

from werkzeug.http import parse_accept_header, parse_etags

from legalmap import clock
from legalmap.services.heading import Head
from legalmap.web import session

# What a view that is ready leaves in the environment of its request.
READY = "legalmap.ready"
# Where the server may keep what was answered to these very bytes; it is thrown away with the answers.
TOLD = "legalmap.told"
# All answers that are kept together, and the largest one, in bytes.
MOST_BYTES = 24_000_000
MOST_OF_ONE = 6_000_000
# How long a request waits for another that is making the same answer, in seconds.
PATIENCE = 15
CODINGS = ("br", "zstd", "gzip")
# Any of these may make the answer another one than what is kept.
_PARTICULAR = (
    "HTTP_RANGE",
    "HTTP_ACCEPT_DATETIME",
    "HTTP_IF_MATCH",
    "HTTP_IF_UNMODIFIED_SINCE",
    "HTTP_TRANSFER_ENCODING",
)
Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Callable[[bytes], object]]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, ...]


class Quick(Protocol):
    """Answers some addresses without Flask, the same bytes and headers."""

    def answer(self, environ: Environ) -> tuple[str, Headers, bytes] | None:
        """Status, headers and body; None where Flask is to be asked."""

    def at_once(self, environ: Environ, head: int, day: date) -> tuple[bytes, bytes, bytes] | None:
        """The same as it leaves (status line, headers, body); None where anything has to be made."""


class Kept:
    """One address in one coding: what Flask answered, and what it answers to who has it already."""

    __slots__ = ("body", "etag", "full", "unmodified", "used")

    def __init__(self) -> None:
        self.etag = ""
        self.full: tuple[str, Headers] | None = None
        self.unmodified: tuple[str, Headers] | None = None
        self.body = b""
        self.used = True


class Front:
    """The layer around Flask's own ``wsgi_app``. Safe between threads."""

    def __init__(
        self,
        inner: Application,
        heading: Head,
        is_ready: Callable[[str], bool],
        quick: Quick | None = None,
        pause: float = 0,
        shared: bool = False,
    ) -> None:
        """``is_ready`` tells whether the view of a path says so: what is no such is passed on.

        ``pause``: for how many seconds a look at the head of the feed serves everybody. Who publishes
        looks anew, and what one request has seen all others of this process see. ``shared``: a proxy in
        front keeps answers; it is told until the end of which second.
        """
        self._inner = inner
        self._heading = heading
        self._is_ready = is_ready
        self._quick = quick
        self._pause = pause
        self._shared = shared
        self._next_look = 0.0
        self._stamp: tuple[int, date] | None = None
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        # By the bytes of a whole request: status line, headers and body, as long as they stand.
        self.told: dict[bytes, tuple[bytes, bytes, bytes]] = {}
        # By the bytes of the headers of a request that was answered the quick way: what they say.
        self.heads: dict[bytes, Environ] = {}
        self._bytes = 0
        self._making: dict[Key, Event] = {}
        self._lock = Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer what is made; else let Flask answer, and keep that if it may be kept."""
        if not self._is_plain(environ):
            return self._inner(environ, start_response)
        if (moment := monotonic()) >= self._next_look:
            self._heading.now()
            self._next_look = moment + self._pause
        stamp = (self._heading.number, clock.today())
        if stamp != self._stamp:
            self._turn_over(stamp)
        if self._quick is not None and (found := self._quick.answer(environ)) is not None:
            status, headers, body = found
            if "HTTP_IF_NONE_MATCH" not in environ:
                environ[TOLD] = self.heads
            start_response(status, headers)
            return (body,)
        if self._shared:
            start_response = _dated(environ, start_response)
        key = _key(environ)
        # Before the answer: what is thrown away meanwhile learns what nobody asks for any more.
        told = self.told
        kept = self._kept.get(key)
        if kept is not None:
            given = _given(kept, environ)
            if given is not None:
                kept.used = True
                environ[READY], environ[TOLD] = True, told
                (status, headers), body = given
                start_response(status, headers)
                return (body,)
        return self._asked(key, stamp, environ, start_response)

    def stands(self) -> bool:
        """Whether what is made may leave without asking anybody who could make one wait."""
        if (moment := monotonic()) >= self._next_look:
            if not self._heading.still() or self._stamp is None or self._stamp[1] != clock.today():
                return False
            self._next_look = moment + self._pause
        return self._stamp is not None and self._stamp[0] == self._heading.number

    def plain(self, environ: Environ) -> Environ:
        """What the headers of a request say that the quick way looks at."""
        return {
            name: environ[name]
            for name in ("wsgi.url_scheme", "HTTP_ACCEPT_ENCODING")
            if name in environ
        }

    def at_once(self, environ: Environ) -> tuple[bytes, bytes, bytes] | None:
        """Status line, headers and body from the quick way, if nothing has to be made."""
        stamp = self._stamp
        if self._quick is None or stamp is None:
            return None
        return self._quick.at_once(environ, *stamp)

    def _is_plain(self, environ: Environ) -> bool:
        """Whether nothing but the address, the coding and the ETag can decide the answer."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return False
        for name in _PARTICULAR:
            if name in environ:
                return False
        if session.NAME in environ.get("HTTP_COOKIE", ""):
            return False
        if environ.get("CONTENT_LENGTH") not in (None, "", "0"):
            return False
        if "HTTP_IF_MODIFIED_SINCE" in environ and "HTTP_IF_NONE_MATCH" not in environ:
            return False
        return "*/*" in environ.get("HTTP_ACCEPT", "*/*")

    def _turn_over(self, stamp: tuple[int, date]) -> None:
        """Somebody published, or midnight has passed: nothing that was made holds any more."""
        with self._lock:
            if stamp != self._stamp:
                self._stamp, self._bytes = stamp, 0
                self._kept = OrderedDict()
                self.told = {}

    def _asked(
        self, key: Key, stamp: tuple[int, date], environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        if not self._is_ready(environ.get("PATH_INFO", "")):
            return self._inner(environ, start_response)
        made, first = self._turn(key)
        if not first and made.wait(PATIENCE):
            kept = self._kept.get(key)
            given = _given(kept, environ) if kept is not None else None
            if given is not None:
                environ[READY] = True
                (status, headers), body = given
                start_response(status, headers)
                return (body,)
        try:
            return self._from_flask(key, stamp, environ, start_response)
        finally:
            if first:
                with self._lock:
                    self._making.pop(key, None)
                made.set()

    def _turn(self, key: Key) -> tuple[Event, bool]:
        """Of requests for the same that come at once the first one makes it, the others wait."""
        with self._lock:
            known = self._making.get(key)
            if known is not None:
                return known, False
            self._making[key] = made = Event()
            return made, True

    def _from_flask(
        self, key: Key, stamp: tuple[int, date], environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        said: list[tuple[str, Headers]] = []

        def listen(
            status: str, headers: Headers, exc_info: Any = None
        ) -> Callable[[bytes], object]:
            said.append((status, headers))
            return start_response(status, headers, exc_info)

        answer = self._inner(environ, listen)
        if not environ.get(READY) or not said or not _may_be_kept(*said[-1]):
            return answer
        try:
            body = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        # The body of an answer to HEAD is not what GET would be given.
        if environ["REQUEST_METHOD"] == "GET" or said[-1][0].startswith("304"):
            self._keep(key, stamp, said[-1], body)
        return (body,)

    def _keep(
        self, key: Key, stamp: tuple[int, date], answered: tuple[str, Headers], body: bytes
    ) -> None:
        etag = named(answered[1], "etag") or ""
        with self._lock:
            if stamp != self._stamp:
                return
            kept = self._kept.setdefault(key, Kept())
            if kept.etag != etag:
                kept.etag, kept.full, kept.unmodified = etag, None, None
            if answered[0].startswith("304"):
                kept.unmodified = answered
            else:
                self._bytes += len(body) - len(kept.body)
                kept.full, kept.body = answered, body
            self._shrink()

    def _shrink(self) -> None:
        """Drop the oldest that were not asked for again, until the rest fits."""
        while self._bytes > MOST_BYTES:
            key, kept = self._kept.popitem(last=False)
            if kept.used:
                kept.used = False
                self._kept[key] = kept
            else:
                self._bytes -= len(kept.body)
                self.told = {}


def _dated(environ: Environ, start_response: StartResponse) -> StartResponse:
    """Let nginx keep an answer until the second is over in which it left: no answer is older than one.

    A number of seconds would be kept for up to one more (it counts whole ones).
    """

    def start(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
        if environ.get(READY):
            headers = [*headers, ("X-Accel-Expires", f"@{int(time())}")]
        return start_response(status, headers, exc_info)

    return start


def _key(environ: Environ) -> Key:
    return (
        environ["wsgi.url_scheme"],
        environ.get("HTTP_HOST", ""),
        environ.get("PATH_INFO", ""),
        environ.get("QUERY_STRING", ""),
        codings(environ.get("HTTP_ACCEPT_ENCODING", "")),
    )


@lru_cache(maxsize=256)
def codings(accepted: str) -> str:
    """The codings somebody takes; which of them is sent depends on the kind of answer."""
    found = parse_accept_header(accepted)
    return " ".join(
        coding for coding in CODINGS if dict(found).get(coding, dict(found).get("*", 0))
    )


def _given(kept: Kept, environ: Environ) -> tuple[tuple[str, Headers], bytes] | None:
    """What is answered from what is kept; None if that was not asked of Flask yet."""
    condition = environ.get("HTTP_IF_NONE_MATCH")
    if condition is not None and (condition == kept.etag or _matches(condition, kept.etag)):
        return (kept.unmodified, b"") if kept.unmodified is not None else None
    if kept.full is None:
        return None
    return kept.full, b"" if environ["REQUEST_METHOD"] == "HEAD" else kept.body


def _matches(condition: str, etag: str) -> bool:
    """As Flask compares: an ETag of another coding of the same content is the same (RFC 9110, 13.1.2)."""
    plain = etag.strip('"')
    for coding in CODINGS:
        condition = condition.replace(f'-{coding}"', '"')
        plain = plain.removesuffix(f"-{coding}")
    return parse_etags(condition).contains_weak(plain)


def _may_be_kept(status: str, headers: Headers) -> bool:
    if status[:3] not in ("200", "304") or named(headers, "etag") is None:
        return False
    if named(headers, "set-cookie") is not None:
        return False
    return int(named(headers, "content-length") or 0) <= MOST_OF_ONE


def named(headers: Headers, name: str) -> str | None:
    """The value of a header, by its name in lower case."""
    return next((value for key, value in headers if key.lower() == name), None)


def encoded(headers: Headers) -> bytes:
    """Headers as the server writes them."""
    return b"".join(
        f"{name.lower()}: {value.strip()}\r\n".encode("latin-1") for name, value in headers
    )
