"""Every error as a page for people or a problem document for tools, without a word about the inside."""

import logging
from typing import Any

from flask import Flask, make_response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from legalmap.domain.errors import LegalmapError, Missing, NotSignedIn, Unusable
from legalmap.services.places import search
from legalmap.web.api import problems
from legalmap.web.http import error_status, permissions, posted_data
from legalmap.web.people import sign_in

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Answer every error in the form that the client reads: HTML, or JSON for the API and its files."""
    app.register_error_handler(LegalmapError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def _wants_json() -> bool:
    return request.path.startswith(("/api/", "/export/", "/suggest", "/timemap/"))


def _domain_error(error: LegalmapError) -> Response:
    if _wants_json():
        return problems.response(error)
    if isinstance(error, NotSignedIn):
        return sign_in.ask_again(error)
    kind = error_status.of(error)
    if isinstance(error, Unusable):
        return _out_of_order(error, kind)
    return _page(kind.status, kind.title, error=error, near=_near(error))


def _out_of_order(error: Unusable, kind: error_status.Kind) -> Response:
    """The database cannot be used: the log says why, and what was typed into a form is given back."""
    log.error("database: %s", error)
    response = _page(kind.status, kind.title, message=error_status.OUT_OF_ORDER, kept=_typed())
    response.headers["Retry-After"] = error_status.RETRY_AFTER
    return response


def _typed() -> str:
    """The posted form as JSON for the page to carry along; empty if it is none that people write."""
    if request.method != "POST" or not posted_data.is_written(request.path):
        return ""
    try:
        return posted_data.to_json(posted_data.sent())
    except HTTPException:
        # A body above the limit was refused before; it cannot be shown again either.
        return ""


def _near(error: LegalmapError) -> list[dict[str, str]]:
    """Links to topics or places that may have been meant."""
    if not isinstance(error, Missing):
        return []
    if error.kind == "topic":
        return [{"href": f"/{code}", "name": code} for code in error.near]
    if error.kind == "jurisdiction":
        topic = (request.view_args or {}).get("topic") or next(iter(permissions.tracker().topics))
        places = permissions.tracker().places(list(error.near))
        return [{"href": f"/{topic}/{p.code}", "name": p.name} for p in places.values()]
    return []


def _http_error(error: HTTPException) -> Response:
    if _wants_json():
        return problems.response(error)
    if error.code is not None and 300 <= error.code < 400:
        return error.get_response()
    response = _page(error.code or 500, error.name, message=error.description)
    for name, value in problems.demanded(error):
        response.headers[name] = value
    return response


def _unforeseen(error: Exception) -> Response:
    # The rule, not the path: a path may hold a token, or a place somebody looked up.
    rule = request.url_rule.rule if request.url_rule else "no route"
    log.error("unforeseen error at %s", rule, exc_info=error)
    if _wants_json():
        return problems.response(error)
    message = "Something went wrong on our side. Nothing you did was lost; try again in a moment."
    return _page(500, "Our mistake", message=message)


def _page(status: int, title: str, **context: Any) -> Response:
    if status == 404 and not context.get("near"):
        context["near"] = _near_path()
    return make_response(render_template("errors/error.html", heading=title, **context), status)


def _near_path() -> list[dict[str, str]]:
    """For an unknown address: links to places whose name resembles its last part."""
    word = request.path.rstrip("/").rpartition("/")[2].replace("-", " ")
    topic = next(iter(permissions.tracker().topics))
    try:
        places = search.near(permissions.tracker(), word)
    except LegalmapError:
        return []
    return [{"href": f"/{topic}/{place.code}", "name": place.name} for place in places]
