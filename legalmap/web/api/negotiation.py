"""What kinds of content the API speaks: an asker who takes no JSON, or sends none, is told so."""

import msgspec
from flask import Blueprint, request
from werkzeug.exceptions import NotAcceptable, RequestEntityTooLarge, UnsupportedMediaType

from legalmap.domain.errors import BadQuery, Invalid
from legalmap.web.api import deprecation, responses, routes
from legalmap.web.http.content_coding import takes_json


def blueprint(name: str) -> Blueprint:
    """A part of the API: it speaks JSON, tells which of its routes will go, and is open to all origins."""
    part = Blueprint(name, __name__, url_prefix=routes.ROOT)
    part.before_request(require_json_taken)
    part.after_request(deprecation.announce)
    part.after_request(responses.opened)
    return part


def require_json_taken() -> None:
    """Refuse an Accept header that leaves out JSON; no header means that anything is taken."""
    accept = request.headers.get("Accept", "")
    if request.method != "OPTIONS" and not takes_json(accept):
        raise NotAcceptable(f"This address speaks {responses.JSON} alone: accept that, or */*.")


def body(kind: type[msgspec.Struct]) -> msgspec.Struct:
    """The JSON body of this request; each way in which it can be wrong has an error of its own."""
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
    """The line and column of the byte a decoder stumbled over."""
    digits = message.rpartition("byte ")[2].rstrip(")")
    if not digits.isdigit():
        digits = str(len(sent))
    before = sent[: int(digits)]
    column = len(before) - (before.rfind(b"\n") + 1) + 1
    return f": line {before.count(10) + 1}, column {column}"
