"""Every error of the API as problem details (RFC 9457), without a word about the inside."""

import msgspec
from flask import Response, request
from werkzeug.exceptions import HTTPException

from legalmap.domain.errors import Invalid, LegalmapError, NotYet, Problem, Unmade, Unusable
from legalmap.services import contract
from legalmap.web.api import responses
from legalmap.web.http import error_status

MEDIA_TYPE = "application/problem+json"
# Of what was asked, at most so many characters are repeated.
LONGEST_ECHO = 500
OUR_MISTAKE = "Something went wrong on our side. Ask again in a moment."


def response(error: Exception) -> Response:
    """The answer to an error of any kind, for clients that read JSON."""
    if isinstance(error, HTTPException):
        return _of_http(error)
    kind = error_status.of(error)
    problems = error.problems if isinstance(error, Invalid) else ()
    answer = _answer(kind, _detail(error), problems, getattr(error, "near", ()))
    if isinstance(error, (NotYet, Unusable)):
        answer.headers["Retry-After"] = error_status.RETRY_AFTER
    return answer


def _detail(error: Exception) -> str:
    if isinstance(error, Unmade):
        return error_status.NO_FILE
    if isinstance(error, Unusable):
        return error_status.OUT_OF_ORDER
    return str(error) if isinstance(error, LegalmapError) else OUR_MISTAKE


def _of_http(error: HTTPException) -> Response:
    status = error.code or error_status.UNFORESEEN.status
    answer = _answer(_kind_of_http(error, status), _detail_of_http(error, status))
    for name, value in demanded(error):
        answer.headers[name] = value
    return answer


def demanded(error: HTTPException) -> list[tuple[str, str]]:
    """The headers that a status requires (RFC 9110): Allow of 405, Retry-After of 429, Content-Range of 416."""
    fields = dict(error.get_headers())
    if "Allow" in fields:
        fields["Allow"] = ", ".join(sorted(fields["Allow"].split(", ")))
    return [item for item in fields.items() if item[0] not in ("Content-Type", "Content-Length")]


def _kind_of_http(error: HTTPException, status: int) -> error_status.Kind:
    if status == error_status.UNFORESEEN.status:
        return error_status.UNFORESEEN
    if status == 404:
        return error_status.KINDS[0][1]
    return error_status.Kind(status, error.name.lower().replace(" ", "-"), error.name)


def _detail_of_http(error: HTTPException, status: int) -> str:
    if status == 404:
        return f"There is nothing at {request.path[:LONGEST_ECHO]}."
    if status == 405:
        allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        return f"{request.method} is not possible here. Use: {allowed}."
    return OUR_MISTAKE if status >= 500 else error.description or error.name


def _answer(
    kind: error_status.Kind,
    detail: str,
    problems: tuple[Problem, ...] = (),
    near: tuple[str, ...] = (),
) -> Response:
    details = contract.Details(
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
    return responses.opened(answer)
