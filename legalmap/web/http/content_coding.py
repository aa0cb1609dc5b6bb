"""Content codings (RFC 9110, 8.4): which one a client is sent, and which ETag it has;
and who takes JSON.
"""

import re
from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from legalmap.services.exporting import compression
from legalmap.services.exporting.compression import CODINGS

IDENTITY = "identity"
# In characters. No browser sends a longer header.
MOST_HEADER = 300
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


@lru_cache(maxsize=256)
def takes_json(accept: str) -> bool:
    """Whether an Accept header allows what the API speaks (RFC 9110, 12.5.1); an empty one allows anything."""
    accepted = parse_accept_header(accept, MIMEAccept)
    # An error is JSON too.
    spoken = ("application/json", "application/problem+json")
    return not accept.strip() or any(accepted.quality(kind) > 0 for kind in spoken)


def gains(media_type: str, length: int) -> bool:
    """Whether content of this type and length is worth a coding."""
    return length >= compression.LEAST_BYTES and _TYPES.match(media_type) is not None


def compress(content: bytes, coding: str, *, kept: bool) -> bytes:
    """The content in one of ``CODINGS``; what is ``kept`` for many readers is worth more time."""
    return b"".join(
        compression.packed([content], coding, compression.USUAL if kept else compression.FAST)
    )


def coded_etag(etag: str, coding: str) -> str:
    """The ETag of the coded form: ``"abc"`` becomes ``"abc-br"``. A strong ETag stands for exact bytes."""
    return f'{etag[:-1]}-{coding}"'


def plain_etags(etags: str) -> str:
    """The ETags in an ``If-None-Match`` without their codings: any form proves that the client has it."""
    return _CODING_OF_ETAG.sub('"', etags)
