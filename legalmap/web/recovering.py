"""The link for who has forgotten their password: they choose another, then prove that it is them."""

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from legalmap.domain.errors import Invalid
from legalmap.domain.roles import Permission
from legalmap.services import recovering
from legalmap.services.recovering import Opened
from legalmap.web import browsers, signing, throttling
from legalmap.web.forms.accounts import RecoverForm
from legalmap.web.forms.base import Problems
from legalmap.web.guard import needs, tracker

blueprint = Blueprint("recovering", __name__)


@blueprint.get("/recover/<token>")
@needs(Permission.SIGN_IN)
def show(token: str) -> Response:
    """Whose password it is, and a field for another."""
    return _page(token, recovering.opened(tracker(), token), RecoverForm(formdata=None))


@blueprint.post("/recover/<token>")
@needs(Permission.SIGN_IN)
def recover(token: str) -> Response:
    """Set it, and go on as after any password."""
    form = RecoverForm()
    wait = throttling.wait_for(throttling.CONFIRMING, "recover")
    if wait:
        return throttling.too_many(wait, f"/recover/{token}")
    found = recovering.opened(tracker(), token)
    try:
        made = recovering.recover(tracker(), token, form.password.data or "", browsers.label())
    except Invalid as error:
        return _page(token, found, form, Problems.of(error.problems), 422)
    return signing.enter(made, "/desk")


def _page(
    token: str,
    opened: Opened,
    form: RecoverForm,
    problems: Problems | None = None,
    status: int = 200,
) -> Response:
    page = render_template(
        "recovering/recover.html",
        token=token,
        opened=opened,
        form=form,
        problems=problems or Problems(),
    )
    return make_response(page, status)
