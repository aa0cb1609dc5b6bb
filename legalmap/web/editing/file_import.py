"""A file of changes: what it would do is shown first, and a second press sends exactly that."""

import base64
import binascii
import zlib

from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import BadQuery, Invalid, NotNow, Problem, Stale
from legalmap.domain.people.roles import Permission
from legalmap.services.editing import csv_import, file_import
from legalmap.services.editing.file_import import Plan
from legalmap.web.http import bodies, posted_data
from legalmap.web.http.permissions import actor, needs, tracker

blueprint = Blueprint("file_import", __name__)
# Proposals: as many as a person can still read one by one.
MOST_ON_PAGE = 300


@blueprint.get("/desk/import")
@needs(Permission.PROPOSE)
def show() -> Response:
    """Where a file is chosen, and what it may hold."""
    return _choose()


@blueprint.post("/desk/import")
@needs(Permission.PROPOSE)
def dry_run() -> Response:
    """What the file would do; nothing is sent."""
    if posted_data.is_kept():
        return _planned(_content())
    file = request.files.get("file")
    if file is None or not file.filename:
        return _choose([Problem("file", "Choose a CSV or JSON file.")], 422)
    return _planned(file.read())


@blueprint.post("/desk/import/send")
@needs(Permission.PROPOSE)
def send() -> Response:
    """Send exactly what the dry run showed, all of it or nothing."""
    content = _content()
    if posted_data.is_kept():
        return _planned(content, message="Here is your file again. Nothing has been sent yet.")
    try:
        proposed = file_import.import_planned(
            tracker(), actor(), content, posted_data.sent().get("mark", "")
        )
    except (NotNow, Stale) as error:
        return _planned(content, 409, message=str(error))
    except Invalid:
        return _planned(content, 409, message="The file cannot be sent as it is now.")
    flash(_thanks(proposed))
    return redirect(f"/desk/batches/{proposed[0].batch}", code=303)


def _thanks(proposed: list[Revision]) -> str:
    count = len(proposed)
    return f"{count} {'proposal waits' if count == 1 else 'proposals wait'} for review."


def _planned(content: bytes, status: int = 200, *, message: str = "") -> Response:
    plan = file_import.plan(tracker(), actor(), content)
    if not plan.problems and len(plan.planned) > MOST_ON_PAGE:
        message_of_size = (
            f"The file would make {len(plan.planned)} proposals, a page holds {MOST_ON_PAGE}. "
            "Split it, or use “legalmap import”."
        )
        plan = Plan(problems=(Problem("file", message_of_size),))
    if plan.problems:
        return _choose(list(plan.problems), 422, message=message)
    page = render_template(
        "editing/file_import/plan.html",
        plan=plan,
        places=tracker().places([entry.proposal.jurisdiction for entry in plan.planned]),
        # As base64, so that no browser touches a newline of the file on its way back.
        content=base64.b64encode(zlib.compress(content)).decode(),
        message=message,
    )
    return make_response(page, status)


def _choose(
    problems: list[Problem] | None = None, status: int = 200, *, message: str = ""
) -> Response:
    page = render_template(
        "editing/file_import/index.html",
        problems=problems or [],
        columns=csv_import,
        megabytes=bodies.MOST_SIGNED_IN // 1_000_000,
        most=MOST_ON_PAGE,
        message=message,
    )
    return make_response(page, status)


def _content() -> bytes:
    """The file that came back with the second press; raise BadQuery if it is not one that we packed."""
    try:
        packed = base64.b64decode(posted_data.sent().get("content", ""), validate=True)
        # Decompressed up to the limit of an upload: a few bytes can hold gigabytes of zeros.
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(packed, bodies.MOST_SIGNED_IN)
        whole = unpacking.eof
    except (binascii.Error, ValueError, zlib.error):
        whole = False
    if not whole:
        raise BadQuery.at("content", "The file did not come along: choose it again.")
    return content
