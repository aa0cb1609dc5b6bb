"""Answers that are kept: whole ones and those for who has them already, by address, coding and day."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import date
from threading import Lock
from typing import Any, NamedTuple

from werkzeug.http import parse_etags

from legalmap.web import codings

# All answers that are kept together, and the largest one, in bytes.
MOST_BYTES = 24_000_000
MOST_OF_ONE = 6_000_000
Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Callable[[bytes], object]]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, ...]
# The head of the feed, and the day.
Stamp = tuple[int, date]


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


class Answers:
    """Those of one edition and day, a bounded number of bytes. Safe between threads."""

    def __init__(self) -> None:
        self.stamp: Stamp | None = None
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        # By the bytes of a whole request: status line, headers and body, as long as they stand.
        self.told: dict[bytes, tuple[bytes, bytes, bytes]] = {}
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Key) -> Kept | None:
        """What is kept for an address."""
        return self._kept.get(key)

    def turn_over(self, stamp: Stamp) -> None:
        """Somebody published, or midnight has passed: nothing that was made holds any more."""
        with self._lock:
            if stamp != self.stamp:
                self.stamp, self._bytes = stamp, 0
                self._kept = OrderedDict()
                self.told = {}

    def keep(self, key: Key, stamp: Stamp, answered: Full) -> None:
        """Keep one more, unless it is of an edition or day that is gone."""
        etag = named(answered.headers, "etag") or ""
        with self._lock:
            if stamp != self.stamp:
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

    def replace(self, key: Key, stamp: Stamp, etag: str, body: bytes) -> None:
        """Put better bytes in the place of a whole answer, under an ETag of their own."""
        with self._lock:
            before = self._kept.get(key)
            if stamp != self.stamp or before is None or before.full is None:
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


def given(kept: Kept, environ: Environ) -> Full | None:
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


def may_be_kept(status: str, headers: Headers) -> bool:
    """Whether an answer is of a kind and size that is kept."""
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
