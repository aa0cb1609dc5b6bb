"""Content codings (RFC 9110, 8.4): which one a client is sent, how it is made, which ETag it has."""

import gzip
import re
import sys
from collections.abc import Callable
from functools import lru_cache

import brotli
from werkzeug.http import parse_accept_header

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

IDENTITY = "identity"
# In the order in which we prefer them, where a client takes several equally.
CODINGS = ("br", "zstd", "gzip")
# In bytes. Below this a coding saves no packet.
LEAST_BYTES = 600
# In characters. No browser sends a longer header.
MOST_HEADER = 300
Compress = Callable[[bytes], bytes]
# For what is sent once. Each takes 40 to 60 µs for an answer of 7 KB, a fifth of the time to make it.
FAST: dict[str, Compress] = {
    "br": lambda content: brotli.compress(content, quality=1),
    "zstd": lambda content: zstd.compress(content, 1),
    "gzip": lambda content: gzip.compress(content, 1, mtime=0),
}
# For what is kept. A page of 140 KB takes 5 ms, about as long as making it; the best level of brotli
# would take 300 ms for a tenth less.
KEPT: dict[str, Compress] = {
    "br": lambda content: brotli.compress(content, quality=5),
    "zstd": lambda content: zstd.compress(content, 9),
    "gzip": lambda content: gzip.compress(content, 6, mtime=0),
}
_UNDO: dict[str, Compress] = {
    "br": brotli.decompress,
    "zstd": zstd.decompress,
    "gzip": gzip.decompress,
}
_TYPES = re.compile(
    r"text/|image/svg|application/(?:[a-z.-]+\+)?(?:json|xml)|application/(?:javascript|x-ndjson)"
)
_CODING_OF_ETAG = re.compile(rf'-(?:{"|".join(CODINGS)})"')


@lru_cache(maxsize=256)
def _negotiate(accept_encoding: str) -> str:
    quality = dict(parse_accept_header(accept_encoding))
    best = max(CODINGS, key=lambda coding: quality.get(coding, quality.get("*", 0)))
    best_quality = quality.get(best, quality.get("*", 0))
    return best if best_quality and best_quality >= quality.get(IDENTITY, 0) else IDENTITY


def negotiate(accept_encoding: str | None) -> str:
    """The coding to send to a client with this ``Accept-Encoding`` (RFC 9110, 12.5.3)."""
    if not accept_encoding or len(accept_encoding) > MOST_HEADER:
        return IDENTITY
    return _negotiate(accept_encoding)


def gains(media_type: str, length: int) -> bool:
    """Whether content of this type and length is worth a coding."""
    return length >= LEAST_BYTES and _TYPES.match(media_type) is not None


def compress(content: bytes, coding: str, *, kept: bool) -> bytes:
    """The content in one of ``CODINGS``; what is ``kept`` for many readers is worth more time."""
    return (KEPT if kept else FAST)[coding](content)


def decompress(content: bytes, coding: str) -> bytes:
    """The content without its coding."""
    return content if coding == IDENTITY else _UNDO[coding](content)


def coded_etag(etag: str, coding: str) -> str:
    """The ETag of the coded form: ``"abc"`` becomes ``"abc-br"``. A strong ETag stands for exact bytes."""
    return f'{etag[:-1]}-{coding}"'


def plain_etags(etags: str) -> str:
    """The ETags in an ``If-None-Match`` without their codings: any form proves that the client has it."""
    return _CODING_OF_ETAG.sub('"', etags)
