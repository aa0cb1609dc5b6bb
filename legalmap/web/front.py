"""What is already made leaves from here, before Flask is asked: bytes for an address, a coding and a day.

It knows nothing but the head of the feed and the day. An answer is kept if its view said that it
follows from these and the address alone (``@needs(…, ready=True)``), and dropped when either moves on.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import date
from threading import Event, Lock
from time import monotonic, time
from typing import Any, NamedTuple, Protocol

from werkzeug.http import parse_etags

from legalmap import clock
from legalmap.services.heading import Head
from legalmap.threads import Threads
from legalmap.web import codings, session

log = logging.getLogger(__name__)
# What a view that is ready leaves in the environment of its request.
READY = "legalmap.ready"
# Where the server may keep what was answered to these very bytes; it is thrown away with the answers.
TOLD = "legalmap.told"
# Set where an answer may be packed quickly because better bytes can be put in its place afterwards.
LATER = "legalmap.later"
# What a view leaves that packed quickly: makes the better bytes and their ETag, with its quotes.
BETTER = "legalmap.better"
# All answers that are kept together, and the largest one, in bytes.
MOST_BYTES = 24_000_000
MOST_OF_ONE = 6_000_000
# How long a request waits for another that is making the same answer, in seconds.
PATIENCE = 15
# How many answers wait at most to be packed better; others stay as they are until the next edition.
MOST_BETTERED = 64
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


class Full(NamedTuple):
    """A whole answer."""

    status: str
    headers: Headers
    body: bytes


class Kept:
    """One address in one coding: what Flask answered, and what it answers to who has it already."""

    __slots__ = ("etag", "full", "unmodified", "used")

    def __init__(self, etag: str) -> None:
        self.etag = etag
        self.full: Full | None = None
        self.unmodified: Full | None = None
        self.used = True

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return len(self.full.body) if self.full else 0


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
        threads: Threads | None = None,
    ) -> None:
        """``is_ready`` tells whether the view of a path says so: what is no such is passed on.

        ``pause``: for how many seconds a look at the head of the feed serves everybody. Who publishes
        looks anew, and what one request has seen all others of this process see. ``shared``: a proxy in
        front keeps answers; it is told until the end of which second. ``threads``: where answers that were
        packed quickly are packed better afterwards; without, each is packed as well as can be at once.
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
        self._threads = threads
        self._bettered: set[Key] = set()
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
                start_response(given.status, given.headers)
                return (given.body,)
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
                start_response(given.status, given.headers)
                return (given.body,)
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

        environ[LATER] = self._threads is not None
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
            self._keep(key, stamp, Full(*said[-1], body))
            self._better(key, stamp, environ.get(BETTER))
        return (body,)

    def _keep(self, key: Key, stamp: tuple[int, date], answered: Full) -> None:
        etag = named(answered.headers, "etag") or ""
        with self._lock:
            if stamp != self._stamp:
                return
            kept = self._kept.get(key)
            if kept is None or not _is_same(kept.etag, etag):
                kept = self._put(key, Kept(etag))
            if answered.status.startswith("304"):
                kept.unmodified = _with_etag(answered, kept.etag)
            else:
                self._bytes += len(answered.body) - kept.size
                kept.etag, kept.full = etag, answered
            self._shrink()

    def _put(self, key: Key, kept: Kept) -> Kept:
        before = self._kept.get(key)
        if before is not None:
            self._bytes -= before.size
        self._kept[key] = kept
        return kept

    def _better(
        self, key: Key, stamp: tuple[int, date], make: Callable[[], tuple[str, bytes]] | None
    ) -> None:
        """Have an answer that was packed quickly packed better, while it is given to everybody."""
        if make is None or self._threads is None:
            return
        with self._lock:
            if key in self._bettered or len(self._bettered) >= MOST_BETTERED:
                return
            self._bettered.add(key)

        def work() -> None:
            try:
                if stamp == self._stamp:
                    self._replace(key, stamp, *make())
            except Exception:
                # Nobody waits for it, and what is there is as good, only larger.
                log.exception("front: %s could not be packed better.", key[2])
            finally:
                with self._lock:
                    self._bettered.discard(key)

        self._threads.run(work)

    def _replace(self, key: Key, stamp: tuple[int, date], etag: str, body: bytes) -> None:
        with self._lock:
            before = self._kept.get(key)
            if stamp != self._stamp or before is None or before.full is None:
                return
            length = str(len(body))
            headers = [
                (name, length if name.lower() == "content-length" else value)
                for name, value in before.full.headers
            ]
            full = _with_etag(Full(before.full.status, headers, body), etag)
            kept = self._put(key, Kept(etag))
            kept.full = full
            if before.unmodified is not None:
                kept.unmodified = _with_etag(before.unmodified, etag)
            self._bytes += len(body)
            # By their bytes some requests are still answered with what was there before.
            self.told = {}
            self._shrink()

    def _shrink(self) -> None:
        """Drop the oldest that were not asked for again, until the rest fits."""
        while self._bytes > MOST_BYTES:
            key, kept = self._kept.popitem(last=False)
            if kept.used:
                kept.used = False
                self._kept[key] = kept
            else:
                self._bytes -= kept.size
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
        codings.taken(environ.get("HTTP_ACCEPT_ENCODING", "")),
    )


def _given(kept: Kept, environ: Environ) -> Full | None:
    """What is answered from what is kept; None if that was not asked of Flask yet."""
    condition = environ.get("HTTP_IF_NONE_MATCH")
    if condition is not None:
        if condition == kept.etag:
            return kept.unmodified
        if _matches(condition, kept.etag):
            return kept.unmodified and _with_etag(
                kept.unmodified, codings.held(condition, kept.etag)
            )
    if kept.full is None:
        return None
    return kept.full._replace(body=b"") if environ["REQUEST_METHOD"] == "HEAD" else kept.full


def _is_same(one: str, other: str) -> bool:
    """Whether two ETags are of the same content, in whatever coding."""
    return codings.plain_etags(one) == codings.plain_etags(other)


def _matches(condition: str, etag: str) -> bool:
    """As Flask compares: an ETag of another coding of the same content is the same (RFC 9110, 13.1.2)."""
    plain = codings.plain_etags(etag).strip('"')
    return parse_etags(codings.plain_etags(condition)).contains_weak(plain)


def _with_etag(answer: Full, etag: str) -> Full:
    headers = [(name, etag if name.lower() == "etag" else value) for name, value in answer.headers]
    return answer._replace(headers=headers)


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
