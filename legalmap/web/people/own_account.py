"""One's own account: sessions, password, second factors, and leaving."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap.domain.errors import Missing
from legalmap.domain.people.roles import Permission
from legalmap.domain.people.second_factor import Passkey, is_needed
from legalmap.services.people import own_account, passkeys, recovery_codes, totp
from legalmap.web.forms.base import form_page, refusals_shown_on
from legalmap.web.forms.people import (
    ConfirmForm,
    EmailForm,
    InterestForm,
    LeaveForm,
    PasswordForm,
)
from legalmap.web.http import session, sign_in_limits
from legalmap.web.http.permissions import needs, tracker
from legalmap.web.people.second_factor import codes_page

blueprint = Blueprint("own_account", __name__)
HOME = "/desk/account"
Act = Callable[..., Response]


@blueprint.get(HOME)
@needs(Permission.OWN_ACCOUNT)
def index() -> Response:
    """Everything about one's account."""
    return _index(InterestForm(formdata=None, obj=session.required().account))


def _index(form: InterestForm, status: int = 200, **more: Any) -> Response:
    mine = session.required()
    return form_page(
        "people/own_account/index.html",
        status,
        mine=mine,
        overview=own_account.overview(tracker(), mine),
        is_needed=is_needed(mine.account),
        form=form,
        **more,
    )


@blueprint.post(f"{HOME}/interest")
@needs(Permission.OWN_ACCOUNT)
def disclose() -> Response:
    """Say what one has to do with the trade or the cause."""
    form = InterestForm()
    with refusals_shown_on(partial(_index, form)):
        own_account.disclose(tracker(), session.required(), form.interest.data or "")
    return _done("Your interest is shown beside your reviews.")


def _done(words: str) -> Response:
    flash(words)
    return redirect(HOME, code=303)


@blueprint.post(f"{HOME}/sessions/end")
@needs(Permission.OWN_ACCOUNT)
def end_session() -> Response:
    """Sign out one other browser."""
    own_account.end_session(tracker(), session.required(), request.form.get("session", ""))
    return _done("That browser is signed out.")


@blueprint.post(f"{HOME}/sessions/end-others")
@needs(Permission.OWN_ACCOUNT)
def end_other_sessions() -> Response:
    """Sign out every other browser."""
    ended = own_account.end_other_sessions(tracker(), session.required())
    return _done(f"Signed out elsewhere: {ended}.")


def _confirming(
    path: str,
    template: str,
    form_class: type[ConfirmForm] = ConfirmForm,
    look_up: Callable[..., dict[str, Any]] = dict,
) -> Callable[[Act], Act]:
    """Make two views of an act: one asks for the password, the other acts if it is right.

    ``look_up`` gives, for the numbers in the path, what the template and the act get besides the form.
    """

    def register(act: Act) -> Act:
        def show(**numbers: int) -> Response:
            form = form_class(formdata=None, obj=session.required().account)
            return form_page(template, form=form, **look_up(**numbers))

        def confirm(**numbers: int) -> Response:
            form, shown = form_class(), look_up(**numbers)
            handle = session.required().account.handle
            sign_in_limits.count(sign_in_limits.CONFIRMING, handle, request.path)
            with refusals_shown_on(partial(form_page, template, form=form, **shown)):
                response = act(form, **shown)
            sign_in_limits.forgive(handle)
            return response

        for method, name, view in (("GET", "show", show), ("POST", "confirm", confirm)):
            guarded = needs(Permission.OWN_ACCOUNT)(view)
            endpoint = f"{name}_{act.__name__}"
            blueprint.add_url_rule(f"{HOME}/{path}", endpoint, guarded, methods=[method])
        return act

    return register


@_confirming("password", "people/own_account/password.html", PasswordForm)
def change_password(form: PasswordForm) -> Response:
    """Take another password; every other browser is signed out."""
    token = own_account.change_password(
        tracker(),
        session.required(),
        session.token() or "",
        form.password.data or "",
        form.new_password.data or "",
    )
    session.adopt(token)
    return session.open_with(_done("Your password is changed."), token)


@_confirming("email", "people/own_account/email.html", EmailForm)
def change_email(form: EmailForm) -> Response:
    """Send notices there from now on."""
    typed, password = form.email.data or "", form.password.data or ""
    own_account.change_email(tracker(), session.required(), typed, password)
    return _done("Your address is changed.")


@_confirming("recovery-codes", "people/own_account/codes.html")
def renew_codes(form: ConfirmForm) -> Response:
    """Show ten new codes, this once."""
    codes = recovery_codes.renew(tracker(), session.required(), form.password.data or "")
    return codes_page(codes, HOME)


@_confirming("authenticator", "people/own_account/authenticator.html")
def turn_off_authenticator(form: ConfirmForm) -> Response:
    """Turn the authenticator app off."""
    totp.turn_off(tracker(), session.required(), form.password.data or "")
    return _done("The authenticator app is turned off.")


def _passkey(passkey_id: int) -> dict[str, Passkey]:
    """A passkey of one's own; raise Missing if there is none of that number."""
    for passkey in passkeys.owned(tracker(), session.required()):
        if passkey.id == passkey_id:
            return {"passkey": passkey}
    raise Missing("passkey", str(passkey_id))


@_confirming("passkeys/<int:passkey_id>", "people/own_account/passkey.html", look_up=_passkey)
def remove_passkey(form: ConfirmForm, passkey: Passkey) -> Response:
    """Forget a passkey."""
    passkeys.remove(tracker(), session.required(), passkey.id, form.password.data or "")
    return _done(f"The passkey “{passkey.name}” is removed.")


@_confirming("leave", "people/own_account/leave.html", LeaveForm)
def leave(form: LeaveForm) -> Response:
    """Make the account nobody's."""
    sure, password = bool(form.sure.data), form.password.data or ""
    own_account.leave(tracker(), session.required(), password, sure=sure)
    left = make_response(render_template("people/own_account/left.html", account=None))
    return session.close_with(left)
