"""The link of an invitation: who follows it chooses a name and a password, and is in."""

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from legalmap.domain.errors import Invalid
from legalmap.domain.invitations import Invitation
from legalmap.domain.roles import Permission
from legalmap.services import joining
from legalmap.web import browsers, signing, throttling
from legalmap.web.forms.accounts import JoinForm
from legalmap.web.forms.base import Problems
from legalmap.web.forms.people import ROLES
from legalmap.web.guard import needs, tracker

blueprint = Blueprint("joining", __name__)


@blueprint.get("/join/<token>")
@needs(Permission.SIGN_IN)
def show(token: str) -> Response:
    """What the invitation is for."""
    return _page(token, joining.opened(tracker(), token), JoinForm(formdata=None))


@blueprint.post("/join/<token>")
@needs(Permission.SIGN_IN)
def join(token: str) -> Response:
    """Make the account; a second factor comes next if the role needs one."""
    form = JoinForm()
    wait = throttling.wait_for(throttling.CONFIRMING, "join")
    if wait:
        return throttling.too_many(wait, f"/join/{token}")
    invitation = joining.opened(tracker(), token)
    try:
        made = joining.join(
            tracker(),
            token,
            form.handle.data or "",
            form.password.data or "",
            browsers.label(),
        )
    except Invalid as error:
        return _page(token, invitation, form, Problems.of(error.problems), 422)
    return signing.enter(made, "/desk")


def _page(
    token: str,
    invitation: Invitation,
    form: JoinForm,
    problems: Problems | None = None,
    status: int = 200,
) -> Response:
    page = render_template(
        "joining/join.html",
        token=token,
        invitation=invitation,
        role=ROLES[invitation.role],
        form=form,
        problems=problems or Problems(),
    )
    return make_response(page, status)
