"""The second factor: asked for after the password, and set up by people who need or want one."""

import ipaddress
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

import segno
from flask import Blueprint, flash, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from legalmap.domain.errors import Invalid
from legalmap.domain.people.roles import Permission
from legalmap.domain.people.second_factor import Standing
from legalmap.domain.people.sessions import Session
from legalmap.services.people import passkeys, totp
from legalmap.services.people.passkeys import Site
from legalmap.services.people.second_factor import Enrolled, Proved
from legalmap.web.forms.base import form_page, refusals_shown_on
from legalmap.web.forms.people import AuthenticatorForm, CodeForm, PasskeyForm
from legalmap.web.http import known_browsers, next_url, session, sign_in_limits
from legalmap.web.http.hosts import site_url
from legalmap.web.http.permissions import needs, tracker

blueprint = Blueprint("second_factor", __name__)
PROVE = "/sign-in/second-factor"
AUTHENTICATOR = "/sign-in/set-up/authenticator"
PASSKEY = "/sign-in/set-up/passkey"
_ENROLLED = "Your second factor is set up."


def lead(opened: Session, after: str, *, kept: str = "", status: int = 200) -> Response:
    """Lead to the factor that is still to be shown or set up. A form that was typed is carried along."""
    proving = opened.standing is Standing.TO_PROVE
    kept = kept or next_url.carried_form()
    if not kept:
        path = PROVE if proving else AUTHENTICATOR
        return redirect(f"{path}?{urlencode({'next': after})}", code=303)
    if proving:
        return _proving_page(opened, after=after, kept=kept, status=status)
    return _authenticator_page(opened, after=after, kept=kept, status=status)


def _elsewhere(opened: Session) -> Response:
    """Lead on a session that has no factor to show on this page."""
    if opened.is_complete:
        return next_url.welcome(next_url.destination())
    return lead(opened, next_url.destination())


@blueprint.get(PROVE)
@needs(Permission.PROVE)
def show_proving() -> Response:
    """Ask for a code or a passkey."""
    opened = session.required()
    if opened.standing is not Standing.TO_PROVE:
        return _elsewhere(opened)
    return _proving_page(opened)


@blueprint.post(PROVE)
@needs(Permission.PROVE)
def prove() -> Response:
    """Take a code of the app or a recovery code, and go on in a fresh session."""
    opened = session.required()
    if opened.standing is not Standing.TO_PROVE:
        return _elsewhere(opened)
    # After too many attempts the page leads back here with what is carried along, and without a code.
    if "code" not in request.form:
        return _proving_page(opened)
    sign_in_limits.count(sign_in_limits.CODE, opened.account.handle, PROVE)
    with refusals_shown_on(partial(_proving_page, opened)):
        try:
            proved = totp.prove(tracker(), opened, _token(), request.form["code"])
        except Invalid:
            sign_in_limits.failed(sign_in_limits.CODE, opened.account.handle)
            raise
    return _proved(opened, proved)


@blueprint.post(f"{PROVE}/passkey")
@needs(Permission.PROVE)
def prove_by_passkey() -> Response:
    """Take the browser's answer to a challenge, and go on in a fresh session."""
    opened, here = session.required(), site()
    if opened.standing is not Standing.TO_PROVE:
        return _elsewhere(opened)
    if here is None:
        return _proving_page(opened)
    sign_in_limits.count(sign_in_limits.PASSKEY, opened.account.handle, PROVE)
    form = PasskeyForm()
    with refusals_shown_on(partial(_proving_page, opened)):
        proved = passkeys.prove(
            tracker(),
            opened,
            _token(),
            here,
            challenge_id=form.challenge.data or "",
            answer=form.answer.data or "",
        )
    return _proved(opened, proved)


def _proved(opened: Session, proved: Proved) -> Response:
    # A new token: whoever saw the old one before the second factor gains nothing by it.
    session.adopt(proved.token)
    if proved.codes_left is not None:
        flash(f"This recovery code is used up. You have {proved.codes_left} left.")
    response = session.open_with(next_url.welcome(next_url.destination()), proved.token)
    return arrived(opened, response)


def arrived(opened: Session, response: Response) -> Response:
    """Sign-in is complete: forget earlier mistakes, and mark this browser as known."""
    sign_in_limits.forgive(opened.account.handle)
    known_browsers.remember(response, opened.account.handle)
    return response


@blueprint.get(AUTHENTICATOR)
@needs(Permission.PROVE)
def show_authenticator() -> Response:
    """A key to be scanned by an authenticator app."""
    return _authenticator_page(session.required())


@blueprint.post(AUTHENTICATOR)
@needs(Permission.PROVE)
def add_authenticator() -> Response:
    """Take the first code, and go on in a fresh session."""
    opened, form = session.required(), AuthenticatorForm()
    challenge_id = form.challenge.data or ""
    if not challenge_id:
        return _authenticator_page(opened)
    sign_in_limits.count(sign_in_limits.CODE, opened.account.handle, AUTHENTICATOR)
    with refusals_shown_on(partial(_authenticator_page, opened)):
        enrolled = totp.enrol(
            tracker(),
            opened,
            _token(),
            challenge_id=challenge_id,
            code=form.code.data or "",
            password=form.password.data or "",
        )
    return _enrolled(opened, enrolled)


@blueprint.get(PASSKEY)
@needs(Permission.PROVE)
def show_passkey() -> Response:
    """Let the browser make a passkey."""
    return _passkey_page(session.required(), PasskeyForm(formdata=None))


@blueprint.post(PASSKEY)
@needs(Permission.PROVE)
def add_passkey() -> Response:
    """Keep the passkey that the browser made, and go on in a fresh session."""
    opened, here, form = session.required(), site(), PasskeyForm()
    if here is None or not form.challenge.data:
        return _passkey_page(opened, PasskeyForm(formdata=None))
    sign_in_limits.count(sign_in_limits.PASSKEY, opened.account.handle, PASSKEY)
    with refusals_shown_on(partial(_passkey_page, opened, form)):
        enrolled = passkeys.add(
            tracker(),
            opened,
            _token(),
            here,
            challenge_id=form.challenge.data,
            answer=form.answer.data or "",
            name=form.name.data or "",
            password=form.password.data or "",
        )
    return _enrolled(opened, enrolled)


def _enrolled(opened: Session, enrolled: Enrolled) -> Response:
    session.adopt(enrolled.token)
    if enrolled.codes:
        page = codes_page(enrolled.codes, next_url.destination(), next_url.carried_form())
    else:
        flash(_ENROLLED)
        page = next_url.welcome(next_url.destination())
    return arrived(opened, session.open_with(page, enrolled.token))


def codes_page(codes: tuple[str, ...], after: str, form: str = "") -> Response:
    """The page of recovery codes, which are shown only this once."""
    page = render_template("people/second_factor/codes.html", codes=codes, next=after, kept=form)
    return make_response(page)


def site() -> Site | None:
    """The host for which passkeys are made; None at an IP address, for which browsers make none."""
    origin = site_url()
    host = urlsplit(origin).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return Site(host, origin)
    return None


def _token() -> str:
    return session.token() or ""


def _proving_page(opened: Session, status: int = 200, **more: Any) -> Response:
    here = site()
    challenge = passkeys.begin_proving(tracker(), opened, here) if here else None
    form = CodeForm(formdata=None)
    return _page("people/second_factor/prove.html", status, form=form, challenge=challenge, **more)


def _authenticator_page(opened: Session, status: int = 200, **more: Any) -> Response:
    """The key to scan: the same however often the page is loaded."""
    setup = totp.begin(tracker(), opened, _token())
    return _page(
        "people/second_factor/authenticator.html",
        status,
        form=AuthenticatorForm(formdata=None),
        setup=setup,
        picture=_picture(setup.uri),
        opened=opened,
        **more,
    )


def _picture(uri: str) -> Markup:
    """The QR code as SVG within the page: nothing is fetched, nothing needs a style."""
    code = segno.make(uri, error="m", micro=False)
    drawn = code.svg_inline(omitsize=True, dark="#000", light="#fff", lineclass=None, svgclass="qr")
    return Markup(drawn)  # noqa: S704 - segno draws only paths; the text is not in it


def _passkey_page(opened: Session, form: PasskeyForm, status: int = 200, **more: Any) -> Response:
    here = site()
    challenge = passkeys.begin_adding(tracker(), opened, here) if here else None
    return _page(
        "people/second_factor/passkey.html",
        status,
        form=form,
        challenge=challenge,
        opened=opened,
        **more,
    )


def _page(template: str, status: int, *, after: str = "", kept: str = "", **more: Any) -> Response:
    """A page on the way in: it carries along where somebody was going, and what they had typed."""
    after, kept = after or next_url.destination(), kept or next_url.carried_form()
    return form_page(template, status, next=after, kept=kept, **more)
