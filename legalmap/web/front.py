"""What is already made leaves from here, before Flask is asked: bytes for an address, a coding and a day.

It knows nothing but the head of the feed and the day. An answer is kept if its view said that it
follows from these and the address alone (``@needs(…, ready=True)``), and dropped when either moves on.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import date
from threading import Event, Lock
from time import monotonic, sleep, time
from typing import Any, Protocol

from legalmap import clock
from legalmap.services.heading import Head
from legalmap.threads import Threads
from legalmap.web import codings, session
from legalmap.web.answers import (
    Answers,
    Application,
    Environ,
    Full,
    Headers,
    Key,
    Stamp,
    StartResponse,
    given,
    may_be_kept,
)

log = logging.getLogger(__name__)
# What a view that is ready leaves in the environment of its request.
READY = "legalmap.ready"
# Where the server may keep what was answered to these very bytes; it is thrown away with the answers.
TOLD = "legalmap.told"
# Set where an answer may be packed quickly because better bytes can be put in its place afterwards.
LATER = "legalmap.later"
# What a view leaves that packed quickly: makes the better bytes and their ETag, with its quotes.
BETTER = "legalmap.better"
# How long a request waits for another that is making the same answer, in seconds.
PATIENCE = 15
# How many answers wait at most to be packed better; others stay as they are until the next edition.
MOST_BETTERED = 64
# For so long an answer has stood before it is packed better: another publication may follow, and the
# first moments after one belong to those who wait for their pages.
STANDING_SECONDS = 5.0
# Any of these may make the answer another one than what is kept.
_PARTICULAR = (
    "HTTP_RANGE",
    "HTTP_ACCEPT_DATETIME",
    "HTTP_IF_MATCH",
    "HTTP_IF_UNMODIFIED_SINCE",
    "HTTP_TRANSFER_ENCODING",
)


class Quick(Protocol):
    """Answers some addresses without Flask, the same bytes and headers."""

    def answer(self, environ: Environ) -> tuple[str, Headers, bytes] | None:
        """Status, headers and body; None where Flask is to be asked."""

    def at_once(self, environ: Environ, head: int, day: date) -> tuple[bytes, bytes, bytes] | None:
        """The same as it leaves (status line, headers, body); None where anything has to be made."""


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
        self.answers = Answers()
        # By the bytes of the headers of a request that was answered the quick way: what they say.
        self.heads: dict[bytes, Environ] = {}
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
        if stamp != self.answers.stamp:
            self.answers.turn_over(stamp)
        if self._quick is not None and (quick := self._quick.answer(environ)) is not None:
            status, headers, body = quick
            if "HTTP_IF_NONE_MATCH" not in environ:
                environ[TOLD] = self.heads
            start_response(status, headers)
            return (body,)
        if self._shared:
            start_response = _dated(environ, start_response)
        key = _key(environ)
        # Before the answer: what is thrown away meanwhile learns what nobody asks for any more.
        told = self.answers.told
        kept = self.answers.get(key)
        if kept is not None:
            found = given(kept, environ)
            if found is not None:
                kept.used = True
                environ[READY], environ[TOLD] = True, told
                start_response(found.status, found.headers)
                return (found.body,)
        return self._asked(key, stamp, environ, start_response)

    def stands(self) -> bool:
        """Whether what is made may leave without asking anybody who could make one wait."""
        if (moment := monotonic()) >= self._next_look:
            stamp = self.answers.stamp
            if not self._heading.still() or stamp is None or stamp[1] != clock.today():
                return False
            self._next_look = moment + self._pause
        stamp = self.answers.stamp
        return stamp is not None and stamp[0] == self._heading.number

    def plain(self, environ: Environ) -> Environ:
        """What the headers of a request say that the quick way looks at."""
        return {
            name: environ[name]
            for name in ("wsgi.url_scheme", "HTTP_ACCEPT_ENCODING")
            if name in environ
        }

    def at_once(self, environ: Environ) -> tuple[bytes, bytes, bytes] | None:
        """Status line, headers and body from the quick way, if nothing has to be made."""
        stamp = self.answers.stamp
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

    def _asked(
        self, key: Key, stamp: Stamp, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        if not self._is_ready(environ.get("PATH_INFO", "")):
            return self._inner(environ, start_response)
        made, first = self._turn(key)
        if not first and made.wait(PATIENCE):
            kept = self.answers.get(key)
            found = given(kept, environ) if kept is not None else None
            if found is not None:
                environ[READY] = True
                start_response(found.status, found.headers)
                return (found.body,)
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
        self, key: Key, stamp: Stamp, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        said: list[tuple[str, Headers]] = []

        def listen(
            status: str, headers: Headers, exc_info: Any = None
        ) -> Callable[[bytes], object]:
            said.append((status, headers))
            return start_response(status, headers, exc_info)

        environ[LATER] = self._threads is not None
        answer = self._inner(environ, listen)
        if not environ.get(READY) or not said or not may_be_kept(*said[-1]):
            return answer
        try:
            body = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        # The body of an answer to HEAD is not what GET would be given.
        if environ["REQUEST_METHOD"] == "GET" or said[-1][0].startswith("304"):
            self.answers.keep(key, stamp, Full(*said[-1], body))
            self._better(key, stamp, environ.get(BETTER))
        return (body,)

    def _better(self, key: Key, stamp: Stamp, make: Callable[[], tuple[str, bytes]] | None) -> None:
        """Have an answer that was packed quickly packed better, while it is given to everybody."""
        if make is None or self._threads is None:
            return
        with self._lock:
            if key in self._bettered or len(self._bettered) >= MOST_BETTERED:
                return
            self._bettered.add(key)
        since = monotonic()

        def work() -> None:
            sleep(max(since + STANDING_SECONDS - monotonic(), 0))
            try:
                if stamp == self.answers.stamp:
                    self.answers.replace(key, stamp, *make())
            except Exception:
                # Nobody waits for it, and what is there is as good, only larger.
                log.exception("front: %s could not be packed better.", key[2])
            finally:
                with self._lock:
                    self._bettered.discard(key)

        self._threads.run(work)


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
