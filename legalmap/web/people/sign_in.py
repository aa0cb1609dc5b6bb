"""Signing in and out, and signing in again without losing what was typed."""

from functools import partial
from typing import Any
from urllib.parse import quote_plus, urlencode

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap.domain.errors import Invalid, NotProved, NotSignedIn
from legalmap.domain.people.roles import Permission
from legalmap.services.people import authentication
from legalmap.web.forms.base import form_page, refusals_shown_on
from legalmap.web.forms.people import SignInForm
from legalmap.web.http import known_browsers, next_url, posted_data, session, sign_in_limits
from legalmap.web.http.bodies import MOST_OF_ANYBODY, SIGN_IN_FIRST
from legalmap.web.http.permissions import needs, tracker
from legalmap.web.people import second_factor

blueprint = Blueprint("sign_in", __name__)
# In bytes. The rest of the body is left for name, password and where to go on.
_MOST_KEPT = MOST_OF_ANYBODY - 10_000


@blueprint.get("/sign-in")
@needs(Permission.SIGN_IN)
def show_sign_in() -> Response:
    """The sign-in page."""
    after = next_url.destination()
    opened = session.current()
    if opened is None:
        return _sign_in_page(SignInForm(formdata=None), after)
    return redirect(after, code=303) if opened.is_complete else second_factor.lead(opened, after)


@blueprint.post("/sign-in")
@needs(Permission.SIGN_IN)
def sign_in() -> Response:
    """Open a session under a fresh token, or say that name or password is wrong."""
    form = SignInForm()
    after = next_url.destination()
    handle, password = (form.handle.data or "").strip().lower(), form.password.data or ""
    with refusals_shown_on(partial(_sign_in_page, form, after)):
        form.check()
        sign_in_limits.count(sign_in_limits.PASSWORD, handle, "/sign-in")
        try:
            token = authentication.sign_in(tracker(), handle, password, known_browsers.label())
        except Invalid:
            sign_in_limits.failed(sign_in_limits.PASSWORD, handle)
            raise
    return enter(token, after)


def enter(token: str, after: str) -> Response:
    """Go on in the session of ``token``: to the desk, or to what is still to be shown."""
    # Signing in again ends the earlier session of this browser, so that none is left behind.
    earlier = session.token()
    if earlier:
        authentication.sign_out(tracker(), earlier)
    session.adopt(token)
    opened = session.required()
    if not opened.is_complete:
        return session.open_with(second_factor.lead(opened, after), token)
    return second_factor.arrived(opened, session.open_with(next_url.welcome(after), token))


def _sign_in_page(
    form: SignInForm, after: str, status: int = 200, *, kept: str = "", **more: Any
) -> Response:
    kept = kept or next_url.carried_form()
    template = "people/sign_in/sign_in.html"
    return form_page(template, status, form=form, next=after, kept=kept, **more)


@blueprint.post("/sign-out")
@needs(Permission.SIGN_IN)
def sign_out() -> Response:
    """End the session."""
    return session.close_with(redirect("/", code=303))


def ask_again(error: NotSignedIn) -> Response:
    """Ask for sign-in or the second factor first. What was typed into a form comes back afterwards."""
    if request.method == "POST" and posted_data.is_written(request.path):
        after, kept = request.path, posted_data.to_json(posted_data.sent())
    else:
        after, kept = _back(), next_url.carried_form()
    if isinstance(error, NotProved):
        return second_factor.lead(session.required(), after, kept=kept, status=403)
    if len(quote_plus(kept)) > _MOST_KEPT:
        # It would come back in the form of somebody not signed in, whose body may not be that long.
        page = render_template("errors/error.html", heading="Sign in first", message=SIGN_IN_FIRST)
        return make_response(page, 413)
    if kept:
        return _sign_in_page(SignInForm(formdata=None), after, 403, kept=kept)
    return redirect(f"/sign-in?{urlencode({'next': after})}", code=303)


def _back() -> str:
    """Where to go on after signing in: the page asked for, or the desk if it was a form."""
    if request.path.startswith("/sign-in"):
        return next_url.destination()
    return request.full_path.rstrip("?") if request.method == "GET" else "/desk"
