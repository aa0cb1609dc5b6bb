"""The links that admins make, each for one use: to an account of one's own, or to a new password."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from legalmap.domain.people.roles import Permission
from legalmap.services.people import one_time_links
from legalmap.web.forms.base import HouseForm, form_page, refusals_shown_on
from legalmap.web.forms.people import ROLES, JoinForm, RecoverForm
from legalmap.web.http import known_browsers, sign_in_limits
from legalmap.web.http.permissions import needs, tracker
from legalmap.web.people import sign_in

blueprint = Blueprint("one_time_links", __name__)


@blueprint.get("/join/<token>")
@needs(Permission.SIGN_IN)
def show_invitation(token: str) -> Response:
    """What the invitation is for."""
    return _page("join", token, JoinForm(formdata=None))


@blueprint.post("/join/<token>")
@needs(Permission.SIGN_IN)
def join(token: str) -> Response:
    """Make the account; a second factor comes next if the role needs one."""
    form = JoinForm()
    name, password = form.handle.data or "", form.password.data or ""
    return _entered(
        "join",
        token,
        form,
        lambda: one_time_links.join(tracker(), token, name, password, known_browsers.label()),
    )


@blueprint.get("/recover/<token>")
@needs(Permission.SIGN_IN)
def show_recovery(token: str) -> Response:
    """Whose password it is, and a field for the new one."""
    return _page("recover", token, RecoverForm(formdata=None))


@blueprint.post("/recover/<token>")
@needs(Permission.SIGN_IN)
def recover(token: str) -> Response:
    """Set the password, and go on as after any sign-in with it."""
    form = RecoverForm()
    password = form.password.data or ""
    return _entered(
        "recover",
        token,
        form,
        lambda: one_time_links.recover(tracker(), token, password, known_browsers.label()),
    )


def _entered(kind: str, token: str, form: HouseForm, use: Callable[[], str]) -> Response:
    """Use the link and go on in the session that it opens; show the form once more if that is refused."""
    # Failures are counted, each link by itself: a room full of people who join at once is no attack.
    with (
        refusals_shown_on(partial(_page, kind, token, form)),
        sign_in_limits.failures(sign_in_limits.CONFIRMING, f"{kind} {token}", f"/{kind}/{token}"),
    ):
        session_token = use()
    return sign_in.enter(session_token, "/desk")


def _page(kind: str, token: str, form: HouseForm, status: int = 200, **more: Any) -> Response:
    """The form behind a link; raises Missing or NotNow if the link cannot be used."""
    look_up = one_time_links.invitation if kind == "join" else one_time_links.recovery
    return form_page(
        f"people/{kind}.html",
        status,
        token=token,
        opened=look_up(tracker(), token),
        roles=ROLES,
        form=form,
        **more,
    )
