"""One's own account: where one is signed in, how one proves it, and how one leaves."""

from collections.abc import Callable

from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap.domain import factors as rules
from legalmap.domain.errors import Invalid, Missing
from legalmap.domain.roles import Permission
from legalmap.services import factors, own_account, passkeys
from legalmap.web import session, throttling
from legalmap.web.factors import codes_page
from legalmap.web.forms.accounts import (
    ConfirmForm,
    EmailForm,
    InterestForm,
    LeaveForm,
    PasswordForm,
)
from legalmap.web.forms.base import Problems
from legalmap.web.guard import needs, tracker

blueprint = Blueprint("own_account", __name__)
HOME = "/desk/account"


@blueprint.get(HOME)
@needs(Permission.OWN_ACCOUNT)
def index() -> Response:
    """Everything about one's account."""
    form = InterestForm(formdata=None)
    form.interest.data = session.required().account.interest
    return _index(form)


def _index(form: InterestForm, problems: Problems | None = None, status: int = 200) -> Response:
    mine = session.required()
    page = render_template(
        "own_account/index.html",
        mine=mine,
        found=own_account.overview(tracker(), mine),
        is_needed=rules.is_needed(mine.account),
        form=form,
        problems=problems or Problems(),
    )
    return make_response(page, status)


@blueprint.post(f"{HOME}/interest")
@needs(Permission.OWN_ACCOUNT)
def disclose() -> Response:
    """Say what one has to do with the trade or the cause."""
    form = InterestForm()
    try:
        own_account.disclose(tracker(), session.required(), form.interest.data or "")
    except Invalid as error:
        return _index(form, Problems.of(error.problems), 422)
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


def _confirmed(
    template: str, form: ConfirmForm, act: Callable[[], Response], **shown: object
) -> Response:
    """Do what the form asks for, once the password is right; else show the form again."""
    handle = session.required().account.handle
    wait = throttling.wait_for(throttling.CONFIRMING, handle)
    if wait:
        return throttling.too_many(wait, request.path)
    try:
        response = act()
    except Invalid as error:
        problems = Problems.of(error.problems)
        page = render_template(template, form=form, problems=problems, **shown)
        return make_response(page, 422)
    throttling.forgive(handle)
    return response


def _asked(template: str, form: ConfirmForm, **shown: object) -> str:
    return render_template(template, form=form, problems=Problems(), **shown)


@blueprint.get(f"{HOME}/password")
@needs(Permission.OWN_ACCOUNT)
def show_password() -> str:
    """Ask for another password."""
    return _asked("own_account/password.html", PasswordForm(formdata=None))


@blueprint.post(f"{HOME}/password")
@needs(Permission.OWN_ACCOUNT)
def change_password() -> Response:
    """Take another password; every other browser is signed out."""
    form = PasswordForm()

    def act() -> Response:
        token = own_account.change_password(
            tracker(),
            session.required(),
            session.token() or "",
            form.password.data or "",
            form.new_password.data or "",
        )
        session.adopt(token)
        return session.open_with(_done("Your password is changed."), token)

    return _confirmed("own_account/password.html", form, act)


@blueprint.get(f"{HOME}/email")
@needs(Permission.OWN_ACCOUNT)
def show_email() -> str:
    """Ask where notices go."""
    form = EmailForm(formdata=None)
    form.email.data = session.required().account.email or ""
    return _asked("own_account/email.html", form)


@blueprint.post(f"{HOME}/email")
@needs(Permission.OWN_ACCOUNT)
def change_email() -> Response:
    """Send notices there from now on."""
    form = EmailForm()

    def act() -> Response:
        mine, typed = session.required(), form.email.data or ""
        own_account.change_email(tracker(), mine, typed, form.password.data or "")
        return _done("Your address is changed.")

    return _confirmed("own_account/email.html", form, act)


@blueprint.get(f"{HOME}/recovery-codes")
@needs(Permission.OWN_ACCOUNT)
def show_codes() -> str:
    """Ask whether new codes are wanted."""
    return _asked("own_account/codes.html", ConfirmForm(formdata=None))


@blueprint.post(f"{HOME}/recovery-codes")
@needs(Permission.OWN_ACCOUNT)
def renew_codes() -> Response:
    """Show ten new codes, this once."""
    form = ConfirmForm()

    def act() -> Response:
        codes = factors.renew_codes(tracker(), session.required(), form.password.data or "")
        return codes_page(codes, HOME)

    return _confirmed("own_account/codes.html", form, act)


@blueprint.get(f"{HOME}/authenticator")
@needs(Permission.OWN_ACCOUNT)
def show_authenticator() -> str:
    """Ask whether the app is to be turned off."""
    return _asked("own_account/authenticator.html", ConfirmForm(formdata=None))


@blueprint.post(f"{HOME}/authenticator")
@needs(Permission.OWN_ACCOUNT)
def turn_off_authenticator() -> Response:
    """Do without the app."""
    form = ConfirmForm()

    def act() -> Response:
        factors.turn_off(tracker(), session.required(), form.password.data or "")
        return _done("The authenticator app is turned off.")

    return _confirmed("own_account/authenticator.html", form, act)


@blueprint.get(f"{HOME}/passkeys/<int:passkey_id>")
@needs(Permission.OWN_ACCOUNT)
def show_passkey(passkey_id: int) -> str:
    """Ask whether a passkey is to be removed."""
    form = ConfirmForm(formdata=None)
    return _asked("own_account/passkey.html", form, passkey=_passkey(passkey_id))


def _passkey(passkey_id: int) -> rules.Passkey:
    owned = passkeys.owned(tracker(), session.required())
    found = next((each for each in owned if each.id == passkey_id), None)
    if found is None:
        raise Missing("passkey", str(passkey_id))
    return found


@blueprint.post(f"{HOME}/passkeys/<int:passkey_id>")
@needs(Permission.OWN_ACCOUNT)
def remove_passkey(passkey_id: int) -> Response:
    """Forget a passkey."""
    form, found = ConfirmForm(), _passkey(passkey_id)

    def act() -> Response:
        passkeys.remove(tracker(), session.required(), passkey_id, form.password.data or "")
        return _done(f"The passkey “{found.name}” is removed.")

    return _confirmed("own_account/passkey.html", form, act, passkey=found)


@blueprint.get(f"{HOME}/leave")
@needs(Permission.OWN_ACCOUNT)
def show_leave() -> str:
    """Say what leaving means."""
    return _asked("own_account/leave.html", LeaveForm(formdata=None))


@blueprint.post(f"{HOME}/leave")
@needs(Permission.OWN_ACCOUNT)
def leave() -> Response:
    """Make the account nobody's."""
    form = LeaveForm()

    def act() -> Response:
        own_account.leave(
            tracker(),
            session.required(),
            form.password.data or "",
            sure=bool(form.sure.data),
        )
        response = make_response(render_template("own_account/left.html", account=None))
        return session.close_with(response)

    return _confirmed("own_account/leave.html", form, act)
