"""Signing in and out, and signing in again without losing what was typed."""

import ipaddress
import math
import time
from urllib.parse import urlencode, urlsplit

from flask import (
    Blueprint,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.blueprints import BlueprintSetupState
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.wrappers import Response

from legalmap.domain.errors import Invalid, NotSignedIn
from legalmap.domain.roles import Permission
from legalmap.services import accounts
from legalmap.web import session
from legalmap.web.forms import typed
from legalmap.web.forms.base import Problems
from legalmap.web.forms.signing import SignInForm
from legalmap.web.guard import needs, tracker

blueprint = Blueprint("signing", __name__)
# Counted by address and name together, and by address: a stranger who guesses at a name from
# elsewhere does not lock its owner out, and nobody is locked out for longer than the window.
PER_PERSON = parse("8 per 10 minutes")
PER_ADDRESS = parse("40 per 10 minutes")
_LIMITER = "sign-in limiter"


@blueprint.record
def _set_up(state: BlueprintSetupState) -> None:
    state.app.extensions[_LIMITER] = MovingWindowRateLimiter(MemoryStorage())


@blueprint.get("/sign-in")
@needs(Permission.SIGN_IN)
def show_sign_in() -> Response:
    """The sign-in page."""
    after = local_path(request.args.get("next"))
    if session.account():
        return redirect(after, code=303)
    return _sign_in_page(SignInForm(formdata=None), Problems(), after)


@blueprint.post("/sign-in")
@needs(Permission.SIGN_IN)
def sign_in() -> Response:
    """Open a session under a fresh token, or say that name or password is wrong."""
    form = SignInForm()
    after = local_path(request.form.get("next"))
    problems = form.problems()
    if problems:
        return _sign_in_page(form, problems, after, 422)
    handle = (form.handle.data or "").strip().lower()
    wait = _seconds_to_wait(handle)
    if wait:
        return _too_many(form, after, wait)
    try:
        token = accounts.sign_in(tracker(), handle, form.password.data or "")
    except Invalid as error:
        return _sign_in_page(form, Problems.of(error.problems), after, 422)
    _limiter().clear(PER_PERSON, address(), handle)
    _end_earlier_session()
    session.adopt(token)
    return session.open_with(_welcome(after), token)


def _end_earlier_session() -> None:
    earlier = session.token()
    if earlier:
        accounts.sign_out(tracker(), earlier)


def _welcome(after: str) -> Response:
    """On to where they were going; whoever was in the middle of a form gets it back."""
    kept = request.form.get(typed.KEPT)
    if not kept or not typed.is_written(after):
        return redirect(after, code=303)
    form = typed.from_json(kept)
    page = render_template("signing/resume.html", kept=typed.to_json(form), path=after)
    return make_response(page)


def _sign_in_page(
    form: SignInForm, problems: Problems, after: str, status: int = 200, *, kept: str = ""
) -> Response:
    page = render_template(
        "signing/sign_in.html",
        form=form,
        problems=problems,
        next=after,
        kept=kept or request.form.get(typed.KEPT, ""),
    )
    return make_response(page, status)


def _too_many(form: SignInForm, after: str, wait: int) -> Response:
    minutes = math.ceil(wait / 60)
    page = render_template(
        "signing/too_many.html",
        form=form,
        next=after,
        kept=request.form.get(typed.KEPT, ""),
        minutes=minutes,
    )
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(wait)
    return response


def _limiter() -> MovingWindowRateLimiter:
    found: MovingWindowRateLimiter = current_app.extensions[_LIMITER]
    return found


def _seconds_to_wait(handle: str) -> int:
    """0 if this attempt may be made; it is counted then."""
    limiter, where = _limiter(), address()
    for limit, names in ((PER_ADDRESS, (where,)), (PER_PERSON, (where, handle[:40]))):
        if not limiter.hit(limit, *names):
            left = limiter.get_window_stats(limit, *names).reset_time - time.time()
            return max(math.ceil(left), 1)
    return 0


def address() -> str:
    """Who asks. In IPv6 a household has a whole /64."""
    try:
        found = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))


@blueprint.post("/sign-out")
@needs(Permission.SIGN_IN)
def sign_out() -> Response:
    """End the session."""
    return session.close_with(redirect("/", code=303))


def local_path(text: str | None) -> str:
    """``text`` if it is a path on this very site, else the desk: nobody is sent elsewhere."""
    if not text or len(text) > 2_000 or not text.isascii() or not text.isprintable():
        return "/desk"
    # Browsers read a backslash as a slash, and two slashes as another host.
    if "\\" in text or not text.startswith("/") or text.startswith("//"):
        return "/desk"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/desk"
    return "/desk" if parts.scheme or parts.netloc else text


def ask_again(_error: NotSignedIn) -> Response:
    """Nobody is signed in. A form keeps what was typed into it, and goes on after signing in."""
    if request.method == "POST" and typed.is_written(request.path):
        kept = typed.to_json(typed.sent())
        empty = SignInForm(formdata=None)
        return _sign_in_page(empty, Problems(), request.path, 403, kept=kept)
    back = request.full_path.rstrip("?") if request.method == "GET" else "/desk"
    return redirect(f"/sign-in?{urlencode({'next': back})}", code=303)
