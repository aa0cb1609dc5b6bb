"""“I checked it: nothing changed”: a proposal that only updates the day of the last check."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import Missing, NothingChanged, NotNow, Stale
from legalmap.domain.law.payload import sources_of
from legalmap.domain.people.roles import Permission
from legalmap.services.editing import proposals, verification
from legalmap.services.editing.proposals import Beginning
from legalmap.web.forms.base import base_number, form_page, refusals_shown_on, unix_lines
from legalmap.web.forms.verify import VerifyForm
from legalmap.web.http import posted_data
from legalmap.web.http.permissions import actor, needs, tracker

blueprint = Blueprint("verify", __name__)
_MOVED_ON = (
    "The record has moved on since you opened this page. "
    "Below are the sources of what is published now: check again."
)


@blueprint.get("/desk/verify/<topic>/<code>")
@needs(Permission.PROPOSE)
def show(topic: str, code: str) -> Response:
    """The sources of a record, to be opened and ticked."""
    return _page(_begin(topic, code), VerifyForm(formdata=None))


@blueprint.post("/desk/verify/<topic>/<code>")
@needs(Permission.PROPOSE)
def propose(topic: str, code: str) -> Response:
    """Propose that the sources still say what the record says."""
    beginning = _begin(topic, code)
    form = VerifyForm(formdata=posted_data.sent())
    base = base_number(form.base.data)
    page = partial(_page, beginning, form)
    if posted_data.is_kept():
        return page()
    with refusals_shown_on(page, NothingChanged, NotNow):
        try:
            proposal = send(topic, beginning.place.code, form, base)
        except Stale:
            return page(409, message=_MOVED_ON)
    flash("Sent for review. Thank you for checking.")
    return redirect(f"/desk/proposals/{proposal.id}", code=303)


def _begin(topic: str, code: str) -> Beginning:
    beginning = proposals.begin(tracker(), actor(), topic, code)
    if not beginning.payload.periods:
        raise Missing("record", f"{topic}/{beginning.place.code}")
    return beginning


def send(topic: str, code: str, form: VerifyForm, base: int) -> Revision:
    """Propose the check that a form holds; ``base`` is the revision that was on screen.

    Raise Invalid, NothingChanged, NotNow, or Stale if the record moved on.
    """
    return verification.propose(
        tracker(),
        actor(),
        topic,
        code,
        base_number=base,
        opened=set(form.opened.data or []),
        note=unix_lines(form.note.data or "").strip(),
    )


def _page(beginning: Beginning, form: VerifyForm, status: int = 200, **more: Any) -> Response:
    return form_page(
        "editing/verify.html",
        status,
        topic=tracker().topic(beginning.topic),
        place=beginning.place,
        beginning=beginning,
        sources=sources_of(beginning.payload),
        form=form,
        ticked=set(form.opened.data or []),
        **more,
    )
