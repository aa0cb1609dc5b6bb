"""A batch on one page: the state of each proposal, and one of them open with its verdict.

A batch cannot be approved as a whole: reviewers have to open each proposal.
"""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap.domain.errors import Missing
from legalmap.domain.people.roles import Permission
from legalmap.services.editing import batches
from legalmap.services.editing.batches import Opened
from legalmap.services.reviewing import review
from legalmap.web.forms.base import form_page
from legalmap.web.forms.review import VerdictForm
from legalmap.web.http import posted_data, query_params
from legalmap.web.http.permissions import actor, needs, tracker
from legalmap.web.reviewing.review import context_of, judge

blueprint = Blueprint("batches", __name__)


@blueprint.get("/desk/batches")
@needs(Permission.PROPOSE)
def index() -> str:
    """The last batches, and how much of each waits."""
    return render_template(
        "reviewing/batches/index.html", batches=batches.listed(tracker(), actor())
    )


@blueprint.get("/desk/batches/<batch>")
@needs(Permission.PROPOSE)
def show(batch: str) -> Response:
    """The list, with the proposal of ``open`` opened, or else the first that this person may decide."""
    opened = batches.opened(tracker(), actor(), batch)
    if not request.args.get("open"):
        return _page(opened, opened.next_after(0))
    number = query_params.number("open", "Give the number of a proposal.")
    return _page(opened, _in(opened, number))


@blueprint.post("/desk/batches/<batch>/<int:revision_id>/verdict")
@needs(Permission.REVIEW)
def verdict(batch: str, revision_id: int) -> Response:
    """Decide the one that is open; then the next one opens."""
    form = VerdictForm(formdata=posted_data.sent())
    number = _in(batches.opened(tracker(), actor(), batch), revision_id)

    def page(status: int = 200, **more: Any) -> Response:
        return _page(batches.opened(tracker(), actor(), batch), number, form, status, **more)

    judge(number, form, page)
    following = batches.opened(tracker(), actor(), batch).next_after(number)
    then = f"?open={following}#open" if following else ""
    return redirect(f"/desk/batches/{batch}{then}", code=303)


def _in(opened: Opened, number: int | None) -> int:
    if number is None or all(revised.id != number for revised in opened.proposals):
        raise Missing("proposal", f"{number} in batch {opened.name}")
    return number


def _page(
    opened: Opened,
    open_id: int | None,
    form: VerdictForm | None = None,
    status: int = 200,
    **more: Any,
) -> Response:
    context: dict[str, Any] = {
        "sheet": None,
        "batch": opened,
        "places": tracker().places([revised.jurisdiction for revised in opened.proposals]),
    }
    if open_id is not None:
        sheet = review.sheet(tracker(), actor(), open_id)
        context |= context_of(sheet, form or VerdictForm(formdata=None))
        following = opened.next_after(open_id)
        context["following"] = following if following != open_id else None
        context["verdict_path"] = f"/desk/batches/{opened.name}/{open_id}/verdict"
    return form_page("reviewing/batches/show.html", status, **context, **more)
