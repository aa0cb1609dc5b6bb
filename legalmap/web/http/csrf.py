"""One check for every form (CSRF): one of our pages sent it, in the session that it was made for."""

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import Flask, current_app, make_response, render_template, request
from itsdangerous import BadData, URLSafeTimedSerializer
from markupsafe import Markup
from werkzeug.wrappers import Response

from legalmap.domain.people.sessions import SESSION_LIFE
from legalmap.web.http import posted_data, session

NAME = "csrf_token"
# No form outlives the session that it was made for.
LIFE = SESSION_LIFE
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def register(app: Flask) -> None:
    """Check every form before any view sees it, except those of the API, which reads no cookies."""
    app.before_request(_check)


def field() -> Markup:
    """The hidden input with the token; empty for readers, who have no session to protect."""
    token = session.token()
    if token is None:
        return Markup()
    value = _serializer().dumps(_fingerprint(token))
    return Markup('<input type="hidden" name="{}" value="{}">').format(NAME, value)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="legalmap-form")


def _fingerprint(token: str) -> str:
    return hashlib.sha256(f"form {token}".encode()).hexdigest()


def _check() -> Response | None:
    if request.method in _SAFE or request.path.startswith("/api/"):
        return None
    if not _is_from_here():
        return _refused(kept="")
    # Before sign-in there is no session to bind a form to, and after it the token is a new one.
    if request.path == "/sign-in" or session.token() is None or _is_signed():
        return None
    # With an expired token what was typed is shown again, if the browser vouches for where it comes from:
    # else another site could fill in a form here.
    kept = _sent_by_a_page_of_ours() and posted_data.is_written(request.path)
    return _refused(kept=posted_data.to_json(posted_data.sent()) if kept else "")


def _is_from_here() -> bool:
    """Whether the browser says that a page of ours sent this. No page can set either header.

    Neither header is there where no browser sent it; then only the token decides.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _sent_by_a_page_of_ours() -> bool:
    headers = request.headers
    return headers.get("Sec-Fetch-Site") == "same-origin" or headers.get("Origin") is not None


def _is_signed() -> bool:
    try:
        bound = _serializer().loads(request.form.get(NAME, ""), max_age=int(LIFE.total_seconds()))
    except BadData:
        return False
    return isinstance(bound, str) and hmac.compare_digest(
        bound, _fingerprint(session.token() or "")
    )


def _refused(kept: str) -> Response:
    page = render_template("people/sign_in/forged.html", kept=kept, path=request.path)
    return make_response(page, 403)
