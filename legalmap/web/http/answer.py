"""A finished answer, and what of it a request is given: whole, a part, or only that it has it already."""

import re
from typing import NamedTuple

from legalmap.web.http.content_coding import plain_etags

Headers = list[tuple[str, str]]
# What a 304 leaves out (RFC 9110, 15.4.5): what stands with the content that the client has.
_OF_THE_BODY = frozenset(
    (
        *("content-length", "content-type", "content-encoding", "content-disposition"),
        *("accept-ranges", "content-security-policy", "permissions-policy", "referrer-policy"),
        *("cross-origin-opener-policy", "x-content-type-options", "last-modified"),
    )
)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_ETAG = re.compile(r'(?:W/)?("[^"]*")')


class Answer(NamedTuple):
    """Status, headers (names in lower case) and body: bytes, or ``start`` to ``stop`` of a file."""

    status: int
    headers: Headers
    body: bytes = b""
    file: str | None = None
    start: int = 0
    stop: int = 0

    @property
    def length(self) -> int:
        """The number of bytes of the body."""
        return self.stop - self.start if self.file else len(self.body)

    def header(self, name: str) -> str | None:
        """The value of a header by its name in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    def with_headers(self, **values: str) -> "Answer":
        """The same with some headers replaced or added; ``_`` stands for ``-``."""
        new = {name.replace("_", "-"): value for name, value in values.items()}
        return self._replace(
            headers=[pair for pair in self.headers if pair[0] not in new] + list(new.items())
        )


class Condition(NamedTuple):
    """The headers by which a client asks for less than the whole answer."""

    if_none_match: str | None = None
    range: str | None = None
    if_range: str | None = None


def given(answer: Answer, condition: Condition) -> Answer:
    """What a GET or HEAD gets: 200 becomes 304, 206 or 416 where its condition says so."""
    if answer.status != 200:
        return answer
    etag = answer.header("etag")
    if condition.if_none_match is not None and etag is not None:
        held = _held(condition.if_none_match, etag)
        return _not_modified(answer, etag, held) if held else answer
    if condition.range is not None and answer.header("accept-ranges") == "bytes":
        return _part(answer, etag, condition.range, condition.if_range)
    return answer


def _held(if_none_match: str, etag: str) -> str | None:
    """The ETag by which the client holds the same content, in whatever coding; None if it does not."""
    if if_none_match in (etag, "*"):
        return etag
    plain = plain_etags(etag)
    return next((held for held in _ETAG.findall(if_none_match) if plain_etags(held) == plain), None)


def _not_modified(answer: Answer, etag: str, held: str) -> Answer:
    unchanged = Answer(304, [pair for pair in answer.headers if pair[0] not in _OF_THE_BODY])
    return unchanged if held == etag else unchanged.with_headers(etag=held)


def _part(answer: Answer, etag: str | None, asked: str, if_range: str | None) -> Answer:
    """The one range asked for (RFC 9110, 14.2); several, or one of another content, get the whole.

    A date in If-Range is no proof that the client holds part of these very bytes: two publications
    may share a second.
    """
    match = _RANGE.fullmatch(asked.strip())
    if match is None or match[1] == match[2] == "" or if_range not in (None, etag):
        return answer
    length = answer.length
    if match[1] == "":
        start, stop = max(length - int(match[2]), 0), length
    else:
        start, stop = int(match[1]), min(int(match[2]) + 1, length) if match[2] else length
        if match[2] and int(match[2]) < start:
            return answer
    if start >= min(stop, length):
        return Answer(416, [("content-range", f"bytes */{length}"), ("content-length", "0")])
    part = answer.with_headers(
        content_range=f"bytes {start}-{stop - 1}/{length}", content_length=str(stop - start)
    )
    if answer.file:
        return part._replace(status=206, start=answer.start + start, stop=answer.start + stop)
    return part._replace(status=206, body=answer.body[start:stop])
