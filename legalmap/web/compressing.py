"""Answers leave as brotli or gzip where the asker takes it; the bytes are made once for each ETag."""

import gzip
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

import brotli
from flask import Flask, Response, g, request

from legalmap.web import codings, session
from legalmap.web.front import BETTER, LATER, READY

LEAST_BYTES = 600
KEPT = 256
# Quality 10 is a sixth smaller than 4; for a large map it takes seventy times as long.
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, quality=10),
    "gzip": lambda content: gzip.compress(content, 9, mtime=0),
}
# For who asks first, until that is done; and for what is asked for by few, such as one of thousands of places.
QUICK: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, quality=4),
    "gzip": lambda content: gzip.compress(content, 6, mtime=0),
}
_TYPES = ("text/", "application/json", "application/geo+json", "application/x-ndjson", "image/svg")
_FEEDS = ("application/atom+xml", "application/feed+json")
_MORE_TYPES = ("application/javascript", "application/problem+json", *_FEEDS)


class _Made:
    """The compressed forms of what was sent lately, a bounded number of them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._lock = Lock()

    def of(self, etag: str | None, coding: str, content: bytes) -> bytes:
        if etag is None:
            return QUICK[coding](content)
        key = (etag, coding)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = QUICK[coding](content)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made


def register(app: Flask) -> None:
    """Compress every answer that gains by it. Registered first, so that it runs last."""
    made = _Made()

    @app.before_request
    def _plain_etags() -> None:
        """A strong ETag names one coding; ours is the plain one's with the coding behind it."""
        given = request.environ.get("HTTP_IF_NONE_MATCH")
        if given:
            g.asked = given
            request.environ["HTTP_IF_NONE_MATCH"] = codings.plain_etags(given)

    @app.after_request
    def _compress(response: Response) -> Response:
        response.vary.add("Accept-Encoding")
        coding = None if g.get("packed") else _coding()
        if coding is None or not _gains(response):
            return response
        etag, _ = response.get_etag()
        if response.status_code == 304:
            if etag:
                name_held(response, codings.etag_of(etag, coding))
            return response
        _pack(response, coding, made)
        return response


def _pack(response: Response, coding: str, made: _Made) -> None:
    """Put the packed form in the place of the plain one, under an ETag of its own."""
    response.direct_passthrough = False
    response.headers["Content-Encoding"] = coding
    etag, _ = response.get_etag()
    content, is_ready = response.get_data(), request.environ.get(READY)
    quick = bool(etag and is_ready and request.environ.get(LATER))
    # What is made once for all readers is kept, as it is sent, in front of us.
    if quick:
        response.set_data(QUICK[coding](content))
        best = f'"{codings.etag_of(str(etag), coding)}"'
        request.environ[BETTER] = lambda: (best, CODINGS[coding](content))
    elif is_ready:
        response.set_data(CODINGS[coding](content))
    else:
        response.set_data(made.of(etag, coding, content))
    if etag:
        response.set_etag(codings.etag_of(etag, coding, quick=quick))


def name_held(response: Response, etag: str) -> None:
    """Let an answer without a body name what the asker holds, which may be in another coding."""
    response.set_etag(codings.held(g.get("asked", ""), f'"{etag}"').strip('"'))


def _coding() -> str | None:
    accepted = request.accept_encodings
    return next((coding for coding in CODINGS if accepted[coding] > 0), None)


def _gains(response: Response) -> bool:
    # A page with somebody's form token must not share a compressed stream with what they typed.
    if session.account() is not None or "Content-Encoding" in response.headers:
        return False
    if response.status_code == 304:
        return True
    length = response.content_length or 0
    kind = response.mimetype or ""
    return (
        response.status_code in (200, 400, 404)
        and length >= LEAST_BYTES
        and kind.startswith((*_TYPES, *_MORE_TYPES))
    )
