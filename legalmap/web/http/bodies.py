"""How much a request may send. What is too long or too many is refused before it is read or parsed.

Sizes are in bytes. A view can take more by saying so: ``@needs(…, most_bytes=…)``.
"""

from collections.abc import Mapping
from typing import Any

import flask
from flask import Flask, current_app
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge
from werkzeug.routing import RoutingException

from legalmap.web.http import session

MOST_OF_ANYBODY, MOST_SIGNED_IN = 65_536, 4_000_000
MOST_PARAMETERS = 100
MOST_FIELDS_OF_ANYBODY, MOST_FIELDS_SIGNED_IN = 1_000, 20_000
SIGN_IN_FIRST = (
    "This form holds more than 64 KB: shorten it and send it again. Only who is signed in may send more. "
    "If you were, sign in in another window, go back to this form and send it again."
)
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class Request(flask.Request):
    """A request whose fields are counted before they are parsed."""

    def get_data(self, *args: Any, **kwargs: Any) -> Any:
        """The body; raise RequestEntityTooLarge rather than cut off one that came without a length."""
        content = super().get_data(*args, **kwargs)
        if self.content_length is None:
            # Of a stream that is read up to its limit this asks for more than there may be.
            self.stream.read(1)
        return content

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        try:
            if self.mimetype == _URLENCODED:
                self._refuse_many(self.get_data().count(b"&") + 1)
            elif self.mimetype == _MULTIPART:
                self.max_form_parts = _most_fields()
            super()._load_form_data()
        except RequestEntityTooLarge:
            length = self.content_length
            is_long = length is None or length > (self.max_content_length or 0)
            raise _too_large() if is_long else _too_many() from None

    def _refuse_many(self, count: int) -> None:
        if count > MOST_FIELDS_OF_ANYBODY and count > _most_fields():
            raise _too_many()


def register(app: Flask) -> None:
    """Look at every request before anything else does."""
    app.request_class = Request
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_OF_ANYBODY,
        MAX_FORM_MEMORY_SIZE=MOST_SIGNED_IN,
        MAX_FORM_PARTS=MOST_FIELDS_OF_ANYBODY,
    )
    app.before_request(_refuse_too_much)


def most_bytes(app: Flask, environ: Mapping[str, Any]) -> int:
    """How much a request that nobody has read yet may send; 0 where there is no view to read it.

    For servers that read a body before they call the application. May ask the database, and so takes its
    time: only who shows a session that stands there may send more than anybody.
    """
    path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "GET")
    try:
        endpoint, _ = app.url_map.bind("").match(path, method=method)
    except (HTTPException, RoutingException):
        return 0
    declared = _declared(app, endpoint)
    if declared:
        return declared
    return MOST_SIGNED_IN if session.is_open(app, environ) else MOST_OF_ANYBODY


def _declared(app: Flask, endpoint: str | None) -> int:
    most: int = getattr(app.view_functions.get(endpoint or ""), "most_bytes", 0)
    return most


def _refuse_too_much() -> None:
    request = flask.request
    if request.routing_exception is not None:
        # Nothing is looked for in a body that no view waits for.
        current_app.raise_routing_exception(request)
    if request.query_string.count(b"&") >= MOST_PARAMETERS:
        raise BadRequest(f"An address may have at most {MOST_PARAMETERS} parameters.")
    length = request.content_length
    is_chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    if is_chunked or (length or 0) > MOST_OF_ANYBODY:
        request.max_content_length = _most_here()
        if (length or 0) > request.max_content_length:
            raise _too_large()


def _most_here() -> int:
    """How much this request may send."""
    declared = _declared(current_app, flask.request.endpoint)
    return declared or (MOST_SIGNED_IN if session.current() else MOST_OF_ANYBODY)


def _most_fields() -> int:
    return MOST_FIELDS_SIGNED_IN if session.current() else MOST_FIELDS_OF_ANYBODY


def _too_large() -> RequestEntityTooLarge:
    if flask.request.path.startswith("/api/"):
        return RequestEntityTooLarge("The body holds too many bytes: send it in parts.")
    if session.current() is None:
        return RequestEntityTooLarge(SIGN_IN_FIRST)
    most = MOST_SIGNED_IN // 1_000_000
    return RequestEntityTooLarge(
        f"This form holds more than {most} MB. Go back, shorten it and send it again."
    )


def _too_many() -> RequestEntityTooLarge:
    return RequestEntityTooLarge(
        f"This form has more than {_most_fields():,} fields: send it in parts."
    )
