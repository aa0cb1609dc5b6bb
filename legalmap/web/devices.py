"""Browsers in which somebody signed in before: a stranger's guesses elsewhere do not stop them there.

These are the “device cookies” of OWASP. The cookie opens nothing, names nobody, and is sent back to the
pages of the sign-in only.
"""

import hashlib
import secrets
from datetime import timedelta

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

NAME = "legalmap-device"
# As the page is not the root, this prefix is the strictest there is.
SECURE_NAME = f"__Secure-{NAME}"
PATH = "/sign-in"
LIFE = timedelta(days=180)


def remember(response: Response, handle: str) -> None:
    """Let this browser be known by the account that has signed in with all that was asked for."""
    device = known(handle) or secrets.token_hex(16)
    response.set_cookie(
        _name(),
        _serializer().dumps([_blinded(handle, device), device]),
        max_age=int(LIFE.total_seconds()),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path=PATH,
    )


def known(handle: str) -> str:
    """The name of this browser if that very account has signed in here; else empty."""
    try:
        read = _serializer().loads(
            request.cookies.get(_name(), ""), max_age=int(LIFE.total_seconds())
        )
    except BadData:
        return ""
    is_pair = isinstance(read, list) and len(read) == 2 and isinstance(read[1], str)
    return read[1] if is_pair and read[0] == _blinded(handle, read[1]) else ""


def _blinded(handle: str, device: str) -> str:
    """Who reads the cookie does not learn the name."""
    return hashlib.sha256(f"{device} {handle}".encode()).hexdigest()[:32]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="legalmap-device")


def _name() -> str:
    return SECURE_NAME if current_app.config["SESSION_COOKIE_SECURE"] else NAME
