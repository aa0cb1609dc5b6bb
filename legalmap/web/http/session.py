"""The session cookie: a random token whose hash is a row in the database. No cookie before sign-in."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import flask
from flask import Flask, current_app, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.http import parse_cookie
from werkzeug.wrappers import Response

from legalmap.domain.errors import LegalmapError, NotSignedIn
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.sessions import SESSION_LIFE, Session
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import authentication

NAME = "legalmap-session"
# The prefix makes browsers refuse the cookie unless it is Secure and belongs to this very host.
SECURE_NAME = f"__Host-{NAME}"


def register(app: Flask) -> None:
    """Let templates ask who is signed in; what Flask calls a session is opened where a cookie holds one."""
    app.session_interface = _Notes()
    app.context_processor(lambda: {"account": account()})


class _Notes(SecureCookieSessionInterface):
    """To make the signer of a session that is not there costs as much as to find the view."""

    def open_session(self, app: Flask, request: flask.Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) in request.environ.get("HTTP_COOKIE", ""):
            return super().open_session(app, request)
        return self.session_class()


def current() -> Session | None:
    """The session, looked up once a request; None for readers, without touching the database."""
    if "session" not in g:
        presented = token()
        # If the look-up fails, the page that says so must not fail with it.
        g.session = None
        g.session = _of(current_app, presented)
        if g.session is not None:
            # Nobody is shown less than they themselves have published.
            _tracker(current_app).heading.now(exact=True)
    known: Session | None = g.session
    return known


def is_open(app: Flask, environ: Mapping[str, Any]) -> bool:
    """Whether a request that Flask has not seen yet comes with a session that stands in the database."""
    try:
        return _of(app, parse_cookie(environ.get("HTTP_COOKIE")).get(_name(app))) is not None
    except LegalmapError:
        # Nobody is known while the database is away.
        return False


def _of(app: Flask, presented: str | None) -> Session | None:
    """The people of a demo show no second factor: they are let in by a demo alone."""
    session = authentication.signed_in(_tracker(app), presented) if presented else None
    if session and session.account.is_demo and not app.config["DEMO"]:
        return None
    return session


def required() -> Session:
    """The session, whatever is still to be shown in it; raise NotSignedIn if there is none."""
    session = current()
    if session is None:
        raise NotSignedIn("Sign in to go on. Nothing you typed is lost.")
    return session


def account() -> Account | None:
    """Who has given a password here. What they may do, ``guard`` says."""
    session = current()
    return session.account if session else None


def token() -> str | None:
    """The session token this request came with, or was given just now."""
    presented: str | None = g.get("session_token") or request.cookies.get(_name(current_app))
    return presented


def adopt(fresh: str) -> None:
    """Go on in this very request as the person who has just signed in."""
    g.session_token = fresh
    g.pop("session", None)


def _tracker(app: Flask) -> Tracker:
    tracker: Tracker = app.extensions["reader"].tracker
    return tracker


def _name(app: Flask) -> str:
    return SECURE_NAME if app.config["SESSION_COOKIE_SECURE"] else NAME


def open_with(response: Response, token: str) -> Response:
    """Give the browser its token."""
    set_cookie(response, _name(current_app), token, SESSION_LIFE)
    return response


def set_cookie(response: Response, name: str, value: str, life: timedelta, path: str = "/") -> None:
    """Set a cookie that no script reads and that no other site sends along with a form."""
    response.set_cookie(
        name,
        value,
        max_age=int(life.total_seconds()),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path=path,
    )


def close_with(response: Response) -> Response:
    """End the session here and in the browser."""
    presented = token()
    if presented:
        authentication.sign_out(_tracker(current_app), presented)
    # What no page has told yet was meant for nobody else.
    flask.session.clear()
    response.delete_cookie(
        _name(current_app), path="/", secure=current_app.config["SESSION_COOKIE_SECURE"]
    )
    return response
