"""Signing in and out, and signing in again without losing what was typed."""

from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap.domain.errors import Invalid, NotProved, NotSignedIn
from legalmap.domain.roles import Permission
from legalmap.services import signing
from legalmap.web import browsers, factors, leading, session, throttling
from legalmap.web.forms import typed
from legalmap.web.forms.base import Problems
from legalmap.web.forms.signing import SignInForm
from legalmap.web.guard import needs, tracker
from legalmap.web.leading import local_path

__all__ = ["ask_again", "blueprint", "local_path"]

blueprint = Blueprint("signing", __name__)


@blueprint.get("/sign-in")
@needs(Permission.SIGN_IN)
def show_sign_in() -> Response:
    """The sign-in page."""
    after = leading.asked()
    found = session.current()
    if found is None:
        return _sign_in_page(SignInForm(formdata=None), Problems(), after)
    return redirect(after, code=303) if found.is_complete else factors.lead(found, after)


@blueprint.post("/sign-in")
@needs(Permission.SIGN_IN)
def sign_in() -> Response:
    """Open a session under a fresh token, or say that name or password is wrong."""
    form = SignInForm()
    after = leading.asked()
    problems = form.problems()
    if problems:
        return _sign_in_page(form, problems, after, 422)
    handle = (form.handle.data or "").strip().lower()
    wait = throttling.wait_for_password(handle)
    if wait:
        return throttling.too_many(wait, "/sign-in")
    try:
        token = signing.sign_in(tracker(), handle, form.password.data or "", browsers.label())
    except Invalid as error:
        return _sign_in_page(form, Problems.of(error.problems), after, 422)
    _end_earlier_session()
    session.adopt(token)
    return session.open_with(_onward(after), token)


def _end_earlier_session() -> None:
    earlier = session.token()
    if earlier:
        signing.sign_out(tracker(), earlier)


def _onward(after: str) -> Response:
    """To the desk, or to what is still to be shown."""
    opened = session.required()
    if not opened.is_complete:
        return factors.lead(opened, after)
    throttling.forgive(opened.account.handle)
    return leading.welcome(after)


def _sign_in_page(
    form: SignInForm, problems: Problems, after: str, status: int = 200, *, kept: str = ""
) -> Response:
    page = render_template(
        "signing/sign_in.html",
        form=form,
        problems=problems,
        next=after,
        kept=kept or leading.kept(),
    )
    return make_response(page, status)


@blueprint.post("/sign-out")
@needs(Permission.SIGN_IN)
def sign_out() -> Response:
    """End the session."""
    return session.close_with(redirect("/", code=303))


def ask_again(error: NotSignedIn) -> Response:
    """Something is to be shown first. A form keeps what was typed into it, and goes on afterwards."""
    if request.method == "POST" and typed.is_written(request.path):
        after, kept = request.path, typed.to_json(typed.sent())
    else:
        after, kept = _back(), leading.kept()
    if isinstance(error, NotProved):
        return factors.lead(session.required(), after, kept=kept, status=403)
    if kept:
        empty = SignInForm(formdata=None)
        return _sign_in_page(empty, Problems(), after, 403, kept=kept)
    return redirect(f"/sign-in?{urlencode({'next': after})}", code=303)


def _back() -> str:
    """Where somebody goes on who has to sign in first."""
    if request.path.startswith("/sign-in"):
        return leading.asked()
    return request.full_path.rstrip("?") if request.method == "GET" else "/desk"
