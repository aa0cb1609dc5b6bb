"""Content codings (RFC 9110, 8.4): which somebody takes, and the ETag that each has of one content.

A strong ETag names the very bytes. Those of a coding are that of the plain content with the coding
behind it, and before it whether the bytes were packed quickly, until smaller ones are made.
"""

import re
from functools import lru_cache

from werkzeug.http import parse_accept_header

CODINGS = ("br", "zstd", "gzip")
_QUICK = "quick"
_ENDING = re.compile(rf'(?:-{_QUICK})?-(?:{"|".join(CODINGS)})"')
_QUOTED = re.compile(r'"[^"]*"')


@lru_cache(maxsize=256)
def taken(accepted: str) -> str:
    """The codings somebody takes; which of them is sent depends on the kind of answer."""
    found = dict(parse_accept_header(accepted))
    return " ".join(coding for coding in CODINGS if found.get(coding, found.get("*", 0)))


def etag_of(plain: str, coding: str | None, *, quick: bool = False) -> str:
    """The ETag, without quotes, of a content in a coding from that of the plain content."""
    if coding is None:
        return plain
    return f"{plain}-{_QUICK}-{coding}" if quick else f"{plain}-{coding}"


def plain_etags(etags: str) -> str:
    """ETags, in quotes, of the same contents without any coding."""
    return _ENDING.sub('"', etags)


def held(condition: str, etag: str) -> str:
    """Which ETag of a content ``If-None-Match`` names first, all with quotes; the plain one for ``*``."""
    plain = plain_etags(etag)
    named = (each for each in _QUOTED.findall(condition) if plain_etags(each) == plain)
    return next(named, plain)
