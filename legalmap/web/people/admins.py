"""People and invitations, for admins."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from legalmap import clock
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.admin_rules import in_words
from legalmap.domain.people.roles import Permission
from legalmap.services.people import admins, one_time_links
from legalmap.web.forms.base import form_page, refusals_shown_on
from legalmap.web.forms.people import ROLES, InvitationForm, RoleForm
from legalmap.web.http.hosts import site_url
from legalmap.web.http.permissions import actor, needs, tracker

blueprint = Blueprint("admins", __name__)
blueprint.add_app_template_filter(in_words, "remit_words")


@blueprint.get("/desk/people")
@needs(Permission.MANAGE_ACCOUNTS)
def index() -> Response:
    """Everybody, and the invitations that were made."""
    return _index(InvitationForm(formdata=None))


def _index(form: InvitationForm, status: int = 200, *, link: str = "", **more: Any) -> Response:
    return form_page(
        "people/admins/index.html",
        status,
        members=admins.members(tracker(), actor()),
        invitations=one_time_links.listed(tracker(), actor()),
        roles=ROLES,
        form=form,
        link=link,
        now=clock.now(),
        **more,
    )


@blueprint.post("/desk/people/invitations")
@needs(Permission.MANAGE_ACCOUNTS)
def invite() -> Response:
    """Make an invitation and show its link, only this once: the database holds a hash of it."""
    form = InvitationForm()
    with refusals_shown_on(partial(_index, form)):
        token = one_time_links.invite(
            tracker(),
            actor(),
            form.chosen(),
            admins.remits_of(tracker(), form.remits.data or ""),
            form.note.data or "",
        )
    empty = InvitationForm(formdata=None)
    return _index(empty, link=f"{site_url()}/join/{token}")


@blueprint.post("/desk/people/invitations/<int:invitation_id>/revoke")
@needs(Permission.MANAGE_ACCOUNTS)
def revoke(invitation_id: int) -> Response:
    """Take an invitation back."""
    one_time_links.revoke(tracker(), actor(), invitation_id)
    flash("The invitation is taken back. Its link opens nothing any more.")
    return redirect("/desk/people", code=303)


@blueprint.get("/desk/people/<handle>")
@needs(Permission.MANAGE_ACCOUNTS)
def show(handle: str) -> Response:
    """One person, and what can be done with their account."""
    return _shown(handle)


def _shown(handle: str, *, link: str = "") -> Response:
    person = admins.member(tracker(), actor(), handle)
    form = RoleForm(formdata=None)
    form.show(person.role, person.remits)
    return _page(person, form, link=link)


def _page(
    person: Account, form: RoleForm, status: int = 200, *, link: str = "", **more: Any
) -> Response:
    return form_page(
        "people/admins/show.html",
        status,
        person=person,
        form=form,
        roles=ROLES,
        why_not=admins.why_not(actor(), person),
        link=link,
        **more,
    )


@blueprint.post("/desk/people/<handle>/role")
@needs(Permission.MANAGE_ACCOUNTS)
def change_role(handle: str) -> Response:
    """Give somebody another role, or other places and topics."""
    form = RoleForm()
    person = admins.member(tracker(), actor(), handle)
    with refusals_shown_on(partial(_page, person, form)):
        remits = admins.remits_of(tracker(), form.remits.data or "")
        admins.change_role(tracker(), actor(), handle, form.chosen(), remits)
    return _done(handle, f"The role of {handle} is changed, at once.")


def _done(handle: str, message: str) -> Response:
    flash(message)
    return redirect(f"/desk/people/{handle}", code=303)


@blueprint.post("/desk/people/<handle>/disable")
@needs(Permission.MANAGE_ACCOUNTS)
def disable(handle: str) -> Response:
    """Stop somebody from signing in, and end their sessions."""
    admins.disable(tracker(), actor(), handle)
    return _done(handle, f"{handle} is signed out everywhere and cannot sign in.")


@blueprint.post("/desk/people/<handle>/enable")
@needs(Permission.MANAGE_ACCOUNTS)
def enable(handle: str) -> Response:
    """Let somebody sign in again."""
    admins.enable(tracker(), actor(), handle)
    return _done(handle, f"{handle} can sign in again.")


@blueprint.post("/desk/people/<handle>/password-link")
@needs(Permission.MANAGE_ACCOUNTS)
def offer_password(handle: str) -> Response:
    """Help somebody who forgot their password: show a link for a new one, only this once."""
    token = one_time_links.offer(tracker(), actor(), handle)
    return _shown(handle, link=f"{site_url()}/recover/{token}")


@blueprint.post("/desk/people/<handle>/second-factor")
@needs(Permission.MANAGE_ACCOUNTS)
def reset_factors(handle: str) -> Response:
    """Help somebody who lost their second factor: they set up another at the next sign-in."""
    admins.reset_factors(tracker(), actor(), handle)
    return _done(handle, f"{handle} sets up a second factor at the next sign-in.")
