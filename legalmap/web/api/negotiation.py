"""The parts of the API as Flask knows them, and the JSON that they take and answer with."""

import re
from collections.abc import Callable
from typing import Any

import msgspec
from flask import Blueprint, Flask, request
from werkzeug.exceptions import NotAcceptable, RequestEntityTooLarge, UnsupportedMediaType

from legalmap.domain.errors import BadQuery, Invalid
from legalmap.web.api import deprecation, responses, routes
from legalmap.web.api.routes import Parameter, Route, Schema
from legalmap.web.http.content_coding import takes_json
from legalmap.web.http.permissions import ViewFunction


def register(app: Flask) -> None:
    """Keep the HTML page of a redirect away from tools, whichever view or rule redirects them."""
    app.after_request(responses.without_page)


class ApiPart(Blueprint):
    """A part of the API: it speaks JSON, tells which of its routes will go, and is open to all origins.

    ``group``: the heading under which the reference page lists its routes.
    """

    def __init__(self, name: str, group: str) -> None:
        super().__init__(name, __name__, url_prefix=routes.ROOT)
        self.group = group
        self.before_request(require_json_taken)
        self.after_request(deprecation.announce)
        self.after_request(responses.opened)

    def answers(
        self,
        rule: str,
        answer: type[msgspec.Struct] | None,
        query: tuple[Parameter, ...],
        examples: dict[str, str],
        *,
        group: str = "",
        body: Schema | None = None,
        sample: Any = None,
    ) -> Callable[[ViewFunction], ViewFunction]:
        """Declare a route, and let a view answer it; the view's docstring is what the reference says of it.

        ``rule`` and the addresses of ``examples`` are given behind the root of the API. What takes a
        ``body`` is a POST, and ``sample`` a body to try.
        """

        def declare(view: ViewFunction) -> ViewFunction:
            route = Route(
                name=view.__name__,
                group=group or self.group,
                path=routes.ROOT + re.sub(r"<(\w+)>", r"{\1}", rule),
                about=" ".join((view.__doc__ or "").split()),
                answer=answer,
                query=query,
                examples={about: routes.ROOT + address for about, address in examples.items()},
                body=body,
                sample=sample,
            )
            routes.BY_NAME[route.name] = route
            self.add_url_rule(rule, view_func=view, methods=[route.method.upper()])
            return view

        return declare


def require_json_taken() -> None:
    """Refuse an Accept header that leaves out JSON; none at all accepts anything (RFC 9110, 12.5.1)."""
    accept = request.headers.get("Accept", "")
    if request.method != "OPTIONS" and not takes_json(accept):
        raise NotAcceptable(f"This address speaks {responses.JSON} alone: accept that, or */*.")


def body(kind: type[msgspec.Struct]) -> msgspec.Struct:
    """The JSON body of this request.

    Raise UnsupportedMediaType (415), RequestEntityTooLarge (413), BadQuery (400) for what is no JSON,
    and Invalid (422) for JSON of another shape.
    """
    if request.mimetype != responses.JSON:
        raise UnsupportedMediaType(f"Send the body as Content-Type: {responses.JSON}.")
    try:
        sent = request.get_data()
    except RequestEntityTooLarge:
        raise RequestEntityTooLarge("The body holds too many bytes: send it in parts.") from None
    try:
        sent.decode()
    except UnicodeDecodeError as error:
        where = _place(sent, f"byte {error.start}")
        raise BadQuery.at("body", f"JSON has to be UTF-8{where}.") from None
    try:
        return msgspec.json.decode(sent, type=kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        raise Invalid.at(path.strip("`") or "$", f"{message}.") from None
    except msgspec.DecodeError as error:
        raise BadQuery.at("body", f"{error}{_place(sent, str(error))}.") from None


def _place(sent: bytes, message: str) -> str:
    """Line and column, from 1, of the byte at which a decoder gave up; ``message`` ends with its number."""
    digits = message.rpartition("byte ")[2].rstrip(")")
    if not digits.isdigit():
        digits = str(len(sent))
    before = sent[: int(digits)]
    column = len(before) - (before.rfind(b"\n") + 1) + 1
    return f": line {before.count(10) + 1}, column {column}"
