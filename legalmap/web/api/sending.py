"""How an answer leaves: exact type, strong ETag, how long it may be kept, open to every origin."""

import hashlib
from datetime import UTC, datetime
from typing import TypeVar

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from legalmap.services import wire

JSON = "application/json"
# May be kept, but must be checked with us each time, so that a publication shows at once.
CACHE_CONTROL = "public, no-cache"
Some = TypeVar("Some", bound=AnyResponse)


def send(answer: wire.Answer, changed_at: datetime | None, next_url: str | None = None) -> Response:
    """An answer as JSON, or 304 if the asker has it."""
    content = wire.encode(answer)
    links = [f'<{next_url}>; rel="next"'] if next_url else []
    return send_bytes(content, hashlib.sha256(content).hexdigest(), JSON, changed_at, links)


def send_bytes(
    content: bytes,
    sha256: str,
    media_type: str,
    changed_at: datetime | None,
    links: list[str] | None = None,
) -> Response:
    """Bytes whose hash is known, or 304 if the asker has them."""
    # Only the ETag decides: two publications in one second have the same Last-Modified.
    if request.if_none_match.contains_weak(sha256):
        response = Response(status=304)
        del response.headers["Content-Type"]
    else:
        response = Response(content, content_type=media_type)
    response.set_etag(sha256)
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.headers["Link"] = ", ".join([*(links or []), f'<{wire.LICENCE_URL}>; rel="license"'])
    if changed_at is not None:
        response.last_modified = changed_at.astimezone(UTC).replace(microsecond=0)
    return response


def opened(response: Some) -> Some:
    """Let every page of every origin read this; nothing here depends on who asks."""
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link, Retry-After"
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        headers["Access-Control-Allow-Headers"] = "If-None-Match"
        headers["Access-Control-Max-Age"] = "86400"
        headers["Cache-Control"] = "public, max-age=86400"
        headers.pop("Content-Type", None)
    return response


def without_page(response: Some) -> Some:
    """A redirect of a mistyped address, such as //, brings a small HTML page: never to a tool."""
    if response.location and request.path.startswith(("/api/", "/export/")):
        response.set_data(b"")
        response.headers.pop("Content-Type", None)
    return response
