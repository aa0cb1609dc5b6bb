"""What kinds of content the API speaks: an asker who takes no JSON, or sends none, is told so."""

from functools import lru_cache

import msgspec
from flask import Blueprint, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.http import parse_accept_header

from legalmap.domain.errors import BadQuery, Invalid
from legalmap.web.api import registry, retiring, sending

# An error is JSON too: who takes only that kind is answered.
SPOKEN = (sending.JSON, registry.PROBLEM)


def blueprint(name: str) -> Blueprint:
    """A part of the API: it speaks JSON, tells which of its routes will go, and is open to all origins."""
    part = Blueprint(name, __name__, url_prefix=registry.ROOT)
    part.before_request(require_json_taken)
    part.after_request(retiring.announce)
    part.after_request(sending.opened)
    return part


def require_json_taken() -> None:
    """Refuse an Accept header that leaves out JSON; no header means that anything is taken."""
    accept = request.headers.get("Accept", "")
    if request.method != "OPTIONS" and not takes_json(accept):
        raise NotAcceptable(f"This address speaks {sending.JSON} alone: accept that, or */*.")


@lru_cache(maxsize=256)
def takes_json(accept: str) -> bool:
    """Whether an Accept header allows what the API speaks (RFC 9110, 12.5.1); an empty one allows anything."""
    accepted = parse_accept_header(accept, MIMEAccept)
    return not accept.strip() or any(accepted.quality(kind) > 0 for kind in SPOKEN)


def body(kind: type[msgspec.Struct]) -> msgspec.Struct:
    """The JSON body of this request; each way in which it can be wrong has an error of its own."""
    if request.mimetype != sending.JSON:
        raise UnsupportedMediaType(f"Send the body as Content-Type: {sending.JSON}.")
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
