"""Ticking off what was to be looked up about a record; the list stands beside its forms."""

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from legalmap.domain.people.roles import Permission
from legalmap.services.editing import tasks
from legalmap.web.http.permissions import actor, needs, tracker

blueprint = Blueprint("tasks", __name__)


@blueprint.post("/desk/tasks/<int:number>/done")
@needs(Permission.REVIEW)
def done(number: int) -> Response:
    """It was looked up: back to the sources of the record."""
    task = tasks.tick(tracker(), actor(), number)
    flash("Ticked off.")
    return redirect(f"/desk/verify/{task.topic}/{task.jurisdiction}", code=303)
