"""The review page of a proposal: verdicts, claims, remarks, and withdrawing."""

from collections.abc import Callable
from typing import Any

import msgspec
from flask import Blueprint, abort, flash, redirect, request
from werkzeug.wrappers import Response

from legalmap.domain.desk.moderation import UNDECIDED, Act, State, Verdict, is_enough
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import AlreadyDecided, NotNow, Stale
from legalmap.domain.law import diff
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.people.roles import Permission, may
from legalmap.services.editing import proposals, rework
from legalmap.services.reviewing import claims, remarks, review
from legalmap.services.reviewing.review import ReviewSheet
from legalmap.web.editing.preview import Preview, preview
from legalmap.web.forms.base import form_page, refusals_shown_on
from legalmap.web.forms.review import VERDICTS, RemarkForm, VerdictForm
from legalmap.web.http import posted_data
from legalmap.web.http.permissions import actor, needs, reader, tracker
from legalmap.web.reviewing.changes_by_period import grouped, warned
from legalmap.web.reviewing.queue import asked, query_of, to_next
from legalmap.web.wording import differences
from legalmap.web.wording.labels import day

blueprint = Blueprint("review", __name__)
blueprint.add_app_template_filter(differences.cells, "cells")
# The states in which an author can take a proposal up again, with the label of the link.
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
_FIRST_OF_TWO = "Approved. It is published when another reviewer approves it too."
_NOT_LAST = "Another reviewer has to approve it too before it is published."
_SEND_AGAIN = "Here is what you typed. Send it once more."


@blueprint.get("/desk/proposals/<int:revision_id>")
@needs(Permission.PROPOSE)
def show(revision_id: int) -> Response:
    """What is proposed beside what it started from."""
    return ReviewPage(revision_id=revision_id).page()


@blueprint.post("/desk/proposals/<int:revision_id>/verdict")
@needs(Permission.REVIEW)
def verdict(revision_id: int) -> Response:
    """Approve, reject or ask for changes, for exactly the content that was on screen; then open the next."""
    wanted, form = asked(), VerdictForm(formdata=posted_data.sent())
    judge(revision_id, form, ReviewPage(revision_id=revision_id, form=form).page)
    return to_next(wanted, revision_id)


def judge(revision_id: int, form: VerdictForm, page: Callable[..., Response]) -> None:
    """Give the verdict of a form and flash what came of it; answer with ``page`` if it is refused."""
    if posted_data.is_kept():
        abort(page(message=_SEND_AGAIN))
    with refusals_shown_on(page, AlreadyDecided, Stale, NotNow):
        flash(_decide(revision_id, form))


def _decide(revision_id: int, form: VerdictForm) -> str:
    chosen = form.chosen()
    decided = review.decide(
        tracker(),
        actor(),
        revision_id,
        chosen,
        comment=form.comment.data or "",
        payload_sha256=form.payload_sha256.data or "",
        reasons=form.reasons.data or (),
        checks=form.checks.data or (),
    )
    return _FIRST_OF_TWO if decided.state is State.APPROVED_ONCE else _THANKS[chosen]


@blueprint.post("/desk/proposals/<int:revision_id>/remarks")
@needs(Permission.PROPOSE)
def remark(revision_id: int) -> Response:
    """Say something about a proposal."""
    form = RemarkForm(formdata=posted_data.sent())
    answer = ReviewPage(revision_id=revision_id, remark=form)
    if posted_data.is_kept():
        return answer.page(message=_SEND_AGAIN)
    with refusals_shown_on(answer.page):
        remarks.say(tracker(), actor(), revision_id, form.text.data or "")
    return redirect(f"/desk/proposals/{revision_id}{query_of(asked())}#discussion", code=303)


@blueprint.post("/desk/proposals/<int:revision_id>/claim")
@needs(Permission.REVIEW)
def claim(revision_id: int) -> Response:
    """Take it for half an hour; with ``over=yes`` also from somebody who is at it."""
    with refusals_shown_on(ReviewPage(revision_id=revision_id).page, NotNow):
        claims.take(tracker(), actor(), revision_id, over=request.form.get("over") == "yes")
    return redirect(f"/desk/proposals/{revision_id}{query_of(asked())}", code=303)


@blueprint.post("/desk/proposals/<int:revision_id>/release")
@needs(Permission.REVIEW)
def release(revision_id: int) -> Response:
    """Leave it to somebody else."""
    claims.release(tracker(), actor(), revision_id)
    return redirect(f"/desk/proposals/{revision_id}{query_of(asked())}", code=303)


@blueprint.post("/desk/proposals/<int:revision_id>/withdraw")
@needs(Permission.PROPOSE)
def withdraw(revision_id: int) -> Response:
    """Take one's own proposal out of the queue."""
    proposals.withdraw(tracker(), actor(), revision_id)
    flash("Withdrawn. It stays in your list, and you can take it up again.")
    return redirect(f"/desk/proposals/{revision_id}", code=303)


class ReviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """The review page of a proposal, with what was typed into its forms, if anything."""

    revision_id: int
    form: VerdictForm | None = None
    remark: RemarkForm | None = None

    def page(self, status: int = 200, **more: Any) -> Response:
        """The page as it is now; ``more``: a message, or problems."""
        sheet = review.sheet(tracker(), actor(), self.revision_id)
        context = context_of(sheet, self.form or VerdictForm(formdata=None))
        remark = self.remark or RemarkForm(formdata=None)
        return form_page("reviewing/show.html", status, remark=remark, **context, **more)


def context_of(sheet: ReviewSheet, form: VerdictForm) -> dict[str, Any]:
    """The context of the templates that a review page is made of."""
    checklist = tracker().topic(sheet.revision.topic).review.checklist
    form.checks.choices = {check.code: check.label for check in checklist}
    revised = sheet.revision
    base, proposed = sheet.base.payload, revised.payload
    since = sheet.since
    place = tracker().place(revised.jurisdiction)
    return {
        "form": form,
        "topic": tracker().topic(revised.topic),
        "place": place,
        "preview": _preview(revised, place),
        "warned": warned(sheet.warnings, proposed),
        "sheet": sheet,
        "revision": revised,
        "rows": _three_sides(sheet),
        "groups": grouped(sheet.changes, base, proposed),
        "since_groups": grouped(since.changes, base, proposed) if since else [],
        "earlier_words": [word for word in sheet.words if word.revision_id != revised.id],
        "verdicts": _verdicts(sheet),
        "may_review": may(actor().role, Permission.REVIEW),
        "why_not": _why_not(sheet),
        **_rework(revised),
        "decided": _decided(revised),
        "query": query_of(asked()),
    }


def _rework(revised: Revision) -> dict[str, str | None]:
    """For an author: the label of the link to take it up again, or the sentence saying what that waits for."""
    label = REWORKABLE.get(revised.state) if actor().id in revised.authors else None
    waits = rework.obstacle(tracker(), actor(), revised) if label else ""
    return {"rework": None if waits else label, "rework_waits": waits}


def _preview(revised: Revision, place: Jurisdiction) -> Preview | None:
    """What readers see and would see, as long as the proposal is undecided."""
    if revised.state not in UNDECIDED:
        return None
    return preview(reader().edition(revised.topic), place, revised.payload)


def _verdicts(sheet: ReviewSheet) -> list[tuple[Verdict, str, str]]:
    """The verdicts that this person may give: each with its label and what it leads to."""
    # A risky change may need two approvals: the label says whether this one publishes.
    is_last = is_enough(sheet.revision.facts, actor().id)
    return [
        (verdict, label, detail if is_last or verdict is not Verdict.APPROVE else _NOT_LAST)
        for verdict, (label, detail) in VERDICTS.items()
        if Act(verdict.value) in sheet.allowed
    ]


def _three_sides(sheet: ReviewSheet) -> list[differences.ThreeSides]:
    """For a stale proposal: its base, what was published since, and what it says, field by field."""
    if sheet.revision.state is not State.STALE:
        return []
    revised = sheet.revision
    sides = diff.compare(sheet.base.payload, sheet.current.payload, revised.payload)
    return differences.rows(sides, diff.clashes(sides), tracker().topic(revised.topic))


def _decided(revised: Revision) -> str:
    """Who decided what, and when."""
    if revised.decision is None:
        return ""
    decision = revised.decision
    return f"{decision.reviewer} {decision.verdict.label} on {day(decision.at)}."


def _why_not(sheet: ReviewSheet) -> str:
    """Why there is no approving here, in a sentence; empty if there is or was."""
    state, me = sheet.revision.state, actor()
    if Act.APPROVE in sheet.allowed or state not in UNDECIDED | {State.WITHDRAWN}:
        return ""
    # The first that applies.
    obstacles = (
        (state is State.WITHDRAWN, "Withdrawn by its author: there is nothing to decide."),
        (me.id in sheet.revision.authors, "You wrote this: somebody else has to review it."),
        (
            not may(me.role, Permission.REVIEW),
            f"Your role ({me.role}) lets you read this, not decide it: a moderator does that.",
        ),
        (sheet.elsewhere, "You moderate other places or topics: somebody else decides this one."),
        (
            state is State.STALE,
            "The record moved on after this was written, so it cannot be approved as it is. "
            "Ask the author to bring it up to date.",
        ),
    )
    approved = "You approved this. Another reviewer has to approve it too before it is published."
    return next((sentence for applies, sentence in obstacles if applies), approved)
