"""Every error of the API in one shape, RFC 9457 problem details, with nothing about the inside."""

import msgspec
from flask import Response, request
from werkzeug.exceptions import HTTPException

from legalmap.domain.errors import (
    AlreadyDecided,
    BadQuery,
    Forbidden,
    Invalid,
    LegalmapError,
    Missing,
    NothingChanged,
    NotNow,
    NotSignedIn,
    OwnWork,
    Problem,
    Stale,
    Unusable,
)
from legalmap.web.api import sending

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "10"
LONGEST_ECHO = 500


class Kind(msgspec.Struct, frozen=True):
    """A kind of problem; ``name`` stays the same whatever the words say."""

    status: int
    name: str
    title: str


# The first class an error is an instance of counts.
KINDS: list[tuple[type[Exception], Kind]] = [
    (Missing, Kind(404, "missing", "There is no such thing")),
    (BadQuery, Kind(400, "bad-query", "The address cannot be read")),
    (Invalid, Kind(422, "invalid", "Something needs mending")),
    (NotSignedIn, Kind(401, "not-signed-in", "Sign in first")),
    (OwnWork, Kind(403, "own-work", "Somebody else has to review this")),
    (Forbidden, Kind(403, "forbidden", "Not allowed")),
    (AlreadyDecided, Kind(409, "already-decided", "Already decided")),
    (Stale, Kind(409, "stale", "The record has moved on")),
    (NotNow, Kind(409, "not-now", "Not possible now")),
    (NothingChanged, Kind(409, "nothing-changed", "Nothing changed")),
    (Unusable, Kind(503, "unusable", "Out of order for a moment")),
]
UNFORESEEN = Kind(500, "unforeseen", "Our mistake")
OUT_OF_ORDER = "The database cannot be used at the moment. Ask again in a little while."
OUR_MISTAKE = "Something went wrong on our side. Ask again in a moment."


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """The problem. ``errors`` name the fields at fault, ``near`` what may have been meant."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: tuple[Problem, ...] = ()
    near: tuple[str, ...] = ()


def response(error: Exception) -> Response:
    """The answer to any error under /api/ and /export/."""
    if isinstance(error, HTTPException):
        return _of_http(error)
    kind = next((kind for known, kind in KINDS if isinstance(error, known)), UNFORESEEN)
    problems = error.problems if isinstance(error, Invalid) else ()
    answer = _answer(kind, _detail(error), problems, getattr(error, "near", ()))
    if isinstance(error, Unusable):
        answer.headers["Retry-After"] = RETRY_AFTER
    return answer


def _detail(error: Exception) -> str:
    if isinstance(error, Unusable):
        return OUT_OF_ORDER
    return str(error) if isinstance(error, LegalmapError) else OUR_MISTAKE


def _of_http(error: HTTPException) -> Response:
    status = error.code or UNFORESEEN.status
    answer = _answer(_kind_of_http(error, status), _detail_of_http(error, status))
    for name, value in error.get_headers():
        # Allow of 405, Retry-After of 429, Content-Range of 416: what the status demands.
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer


def _kind_of_http(error: HTTPException, status: int) -> Kind:
    if status == UNFORESEEN.status:
        return UNFORESEEN
    if status == 404:
        return KINDS[0][1]
    return Kind(status, error.name.lower().replace(" ", "-"), error.name)


def _detail_of_http(error: HTTPException, status: int) -> str:
    if status == 404:
        return f"There is nothing at {request.path[:LONGEST_ECHO]}."
    if status == 405:
        allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        return f"{request.method} is not possible here. Use: {allowed}."
    return OUR_MISTAKE if status >= 500 else error.description or error.name


def _answer(
    kind: Kind, detail: str, problems: tuple[Problem, ...] = (), near: tuple[str, ...] = ()
) -> Response:
    details = Details(
        type=f"urn:legalmap:problem:{kind.name}",
        title=kind.title,
        status=kind.status,
        detail=detail[:LONGEST_ECHO],
        # Never the query: what somebody looked up is nobody's business.
        instance=request.path[:LONGEST_ECHO],
        errors=problems,
        near=tuple(near),
    )
    answer = Response(msgspec.json.encode(details), kind.status, content_type=MEDIA_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    return sending.opened(answer)
