"""Notices to a person: the list, marking them as read, and the count of unread ones."""

from flask import Blueprint, flash, redirect, render_template
from werkzeug.wrappers import Response

from legalmap.domain.people.roles import Permission
from legalmap.services.notifying import notices
from legalmap.web.http.permissions import actor, needs, tracker

blueprint = Blueprint("notices", __name__)


@blueprint.app_template_global("unread_notices")
def unread() -> int:
    """How much this person has not read."""
    return notices.unread_count(tracker(), actor())


@blueprint.get("/desk/notices")
@needs(Permission.OWN_ACCOUNT)
def index() -> str:
    """Unread first, then the newest."""
    newest = notices.of_account(tracker(), actor())
    return render_template("reviewing/notices.html", notices=newest, most=notices.SHOWN)


@blueprint.post("/desk/notices/<int:notice_id>/read")
@needs(Permission.OWN_ACCOUNT)
def read(notice_id: int) -> Response:
    """Mark one as read."""
    notices.mark_read(tracker(), actor(), notice_id)
    return redirect("/desk/notices", code=303)


@blueprint.post("/desk/notices/read")
@needs(Permission.OWN_ACCOUNT)
def read_all() -> Response:
    """Mark all as read."""
    count = notices.mark_all_read(tracker(), actor())
    flash(f"{count} {'notice' if count == 1 else 'notices'} marked as read.")
    return redirect("/desk/notices", code=303)
