"""The review page of a proposal, the three verdicts, and withdrawing."""

from flask import Blueprint, flash, make_response, redirect, render_template
from werkzeug.wrappers import Response

from legalmap.domain import changes
from legalmap.domain.errors import AlreadyDecided, Invalid, NotNow, NotSignedIn, Problem, Stale
from legalmap.domain.moderation import VERDICT_LABELS, Act, State, Verdict
from legalmap.domain.records import Revision
from legalmap.domain.roles import Permission, may
from legalmap.services import editing, reviewing
from legalmap.services.reviewing import ReviewSheet
from legalmap.web import comparing
from legalmap.web.forms import typed
from legalmap.web.forms.base import Problems
from legalmap.web.forms.reviewing import VERDICTS, VerdictForm
from legalmap.web.guard import actor, needs, tracker
from legalmap.web.presenting import day
from legalmap.web.signing import ask_again

blueprint = Blueprint("reviewing", __name__)
blueprint.register_error_handler(NotSignedIn, ask_again)
blueprint.add_app_template_filter(comparing.cells, "cells")
# What an author can take up again, and in which words.
REWORKABLE = {
    State.CHANGES_REQUESTED: "Rework it",
    State.STALE: "Bring it up to date",
    State.WITHDRAWN: "Take it up again",
    State.REJECTED: "Take it up again",
}
_THANKS = {
    Verdict.APPROVE: "Approved: readers see it now.",
    Verdict.REJECT: "Rejected. The author can read why.",
    Verdict.REQUEST_CHANGES: "Sent back to the author.",
}


@blueprint.get("/desk/proposals/<int:revision_id>")
@needs(Permission.PROPOSE)
def show(revision_id: int) -> Response:
    """What is proposed beside what it started from."""
    return _page(reviewing.sheet(tracker(), actor(), revision_id), VerdictForm(formdata=None))


@blueprint.post("/desk/proposals/<int:revision_id>/verdict")
@needs(Permission.REVIEW)
def verdict(revision_id: int) -> Response:
    """Approve, reject or ask for changes: exactly what the reviewer saw, once."""
    form = VerdictForm(formdata=typed.sent())
    chosen = form.chosen()
    if typed.is_kept() or chosen is None:
        return _not_yet(revision_id, form)
    try:
        reviewing.decide(
            tracker(),
            actor(),
            revision_id,
            chosen,
            comment=form.comment.data or "",
            payload_sha256=form.payload_sha256.data or "",
        )
    except Invalid as error:
        return _again(revision_id, form, 422, problems=Problems.of(error.problems))
    except (AlreadyDecided, Stale, NotNow) as error:
        return _again(revision_id, form, 409, message=str(error))
    flash(_THANKS[chosen])
    return redirect("/desk/queue", code=303)


def _not_yet(revision_id: int, form: VerdictForm) -> Response:
    """No verdict was given, or what was typed before signing in again is only shown once more."""
    if typed.is_kept():
        return _again(revision_id, form, 200, message="Here is what you typed. Send it once more.")
    problems = Problems.of([Problem("verdict", "Choose one of the verdicts.")])
    return _again(revision_id, form, 422, problems=problems)


def _again(
    revision_id: int,
    form: VerdictForm,
    status: int,
    *,
    message: str = "",
    problems: Problems | None = None,
) -> Response:
    sheet = reviewing.sheet(tracker(), actor(), revision_id)
    return _page(sheet, form, status, message=message, problems=problems)


@blueprint.post("/desk/proposals/<int:revision_id>/withdraw")
@needs(Permission.PROPOSE)
def withdraw(revision_id: int) -> Response:
    """Take one's own proposal out of the queue."""
    editing.withdraw(tracker(), actor(), revision_id)
    flash("Withdrawn. It stays in your list, and you can take it up again.")
    return redirect(f"/desk/proposals/{revision_id}", code=303)


def _page(
    sheet: ReviewSheet,
    form: VerdictForm,
    status: int = 200,
    *,
    message: str = "",
    problems: Problems | None = None,
) -> Response:
    revised = sheet.revision
    topic = tracker().topic(revised.topic)
    page = render_template(
        "reviewing/show.html",
        topic=topic,
        place=tracker().place(revised.jurisdiction),
        sheet=sheet,
        revision=revised,
        rows=_three_sides(sheet),
        form=form,
        verdicts=[(v, *texts) for v, texts in VERDICTS.items() if Act(v.value) in sheet.allowed],
        why_not=_why_not(sheet),
        rework=REWORKABLE.get(revised.state) if actor().id in revised.authors else None,
        decided=_decided(revised),
        message=message,
        problems=problems or Problems(),
    )
    return make_response(page, status)


def _three_sides(sheet: ReviewSheet) -> list[comparing.Row]:
    """What was published meanwhile beside both, if the proposal is stale."""
    if sheet.revision.state is not State.STALE:
        return []
    found = changes.compare(sheet.base.payload, sheet.current.payload, sheet.revision.payload)
    topic = tracker().topic(sheet.revision.topic)
    return comparing.rows(found, changes.clashes(found), topic)


def _decided(revised: Revision) -> str:
    """Who decided what, and when."""
    if revised.decision is None:
        return ""
    decision = revised.decision
    return f"{decision.reviewer} {VERDICT_LABELS[decision.verdict]} on {day(decision.at)}."


def _why_not(sheet: ReviewSheet) -> str:
    """Why there is no approving here, in a sentence; empty if there is."""
    if Act.APPROVE in sheet.allowed:
        return ""
    revised, me = sheet.revision, actor()
    if revised.state is State.WITHDRAWN:
        return "Withdrawn by its author: there is nothing to decide."
    if revised.decision or revised.state not in (State.PENDING, State.STALE):
        return ""
    if me.id in revised.authors:
        return "You wrote this: somebody else has to review it."
    if not may(me.role, Permission.REVIEW):
        return f"Your role ({me.role}) lets you read this, not decide it: a moderator does that."
    return (
        "The record moved on after this was written, so it cannot be approved as it is. "
        "Ask the author to bring it up to date."
    )
