"""Sending an answer: its exact type, strong ETag, how long caches keep it, open to every origin."""

import hashlib
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from legalmap.services import contract
from legalmap.web.api import field_selection, parameters
from legalmap.web.api.parameters import Now
from legalmap.web.http.query_params import View

JSON = "application/json"
# Caches may keep it, but must ask here each time, so that a publication shows at once.
CACHE_CONTROL = "public, no-cache"
Some = TypeVar("Some", bound=AnyResponse)
# The headers that a script of another origin may read (CORS shows it few others).
EXPOSED = (
    "ETag, Last-Modified, Link, Retry-After, Accept-Ranges, Content-Range, "
    "Content-Disposition, Memento-Datetime, Content-Location, Location, RateLimit, "
    "RateLimit-Policy, Deprecation, Sunset"
)
# The request headers that such a script may send.
ASKED = "If-None-Match, If-Range, Range, Accept-Datetime, Content-Type"


def answered(about: View | Now, kind: type[contract.Answer], /, **parts: Any) -> Response:
    """Send an answer of a kind, made of what it is about and its own ``parts``."""
    return send(parameters.answer(about, kind, **parts), about.changed_at)


def send(answer: contract.Answer, changed_at: datetime | None) -> Response:
    """An answer as JSON, or 304 if the client has it; a page of a list has a Link to the next one."""
    following = getattr(answer, "next", None)
    links = [f'<{following}>; rel="next"'] if following else []
    return send_bytes(encoded(answer), JSON, changed_at, links)


def encoded(answer: contract.Answer) -> bytes:
    """An answer as JSON, narrowed to the ``fields`` that are asked for."""
    fields = request.args.get("fields")
    return contract.encode(field_selection.narrowed(answer, fields) if fields else answer)


def send_bytes(
    content: bytes,
    media_type: str,
    changed_at: datetime | None,
    links: list[str] | None = None,
) -> Response:
    """Bytes with their SHA-256 as ETag, or 304 if the client has them."""
    sha256 = hashlib.sha256(content).hexdigest()
    # Only the ETag decides: two publications in one second have the same Last-Modified.
    if request.if_none_match.contains_weak(sha256):
        response = Response(status=304)
        del response.headers["Content-Type"]
    else:
        response = Response(content, content_type=media_type)
    response.set_etag(sha256)
    describe(response, changed_at, links)
    return response


def describe(
    response: Response,
    changed_at: datetime | None,
    links: list[str] | None = None,
    cache_control: str = CACHE_CONTROL,
) -> None:
    """Set Cache-Control, Link (with the licence) and Last-Modified."""
    response.headers["Cache-Control"] = cache_control
    response.headers["Link"] = ", ".join(
        [*(links or []), f'<{contract.LICENCE_URL}>; rel="license"']
    )
    if changed_at is not None:
        response.last_modified = changed_at.astimezone(UTC).replace(microsecond=0)


def opened(response: Some) -> Some:
    """Let scripts of every origin read this (CORS): nothing here depends on who asks."""
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = EXPOSED
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = ", ".join(sorted(response.allow))
        headers["Access-Control-Allow-Headers"] = ASKED
        headers["Access-Control-Max-Age"] = "86400"
        headers["Cache-Control"] = "public, max-age=86400"
        headers.pop("Content-Type", None)
    return response


def without_page(response: Some) -> Some:
    """Drop the small HTML page of a redirect, as of // in an address, where a tool asked."""
    if response.location and request.path.startswith(("/api/", "/export/", "/timemap/")):
        response.set_data(b"")
        response.headers.pop("Content-Type", None)
    return response
