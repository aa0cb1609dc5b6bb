"""A batch on one page: the state of each proposal, and one of them open at a time."""

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from legalmap.domain.errors import BadQuery, Missing, NotSignedIn
from legalmap.domain.roles import Permission
from legalmap.services import batching, reviewing
from legalmap.services.batching import Opened
from legalmap.web.guard import actor, needs, tracker
from legalmap.web.signing import ask_again

blueprint = Blueprint("batching", __name__)
blueprint.register_error_handler(NotSignedIn, ask_again)


@blueprint.get("/desk/batches")
@needs(Permission.PROPOSE)
def index() -> str:
    """The last batches, and how much of each waits."""
    return render_template("batching/index.html", batches=batching.listed(tracker(), actor()))


@blueprint.get("/desk/batches/<batch>")
@needs(Permission.PROPOSE)
def show(batch: str) -> Response:
    """The list; the proposal named by ``open``, else the first that this person may decide, is open."""
    found = batching.opened(tracker(), actor(), batch)
    text = request.args.get("open")
    if text:
        return _page(found, _in(found, _number(text)))
    ready = found.next_for(actor().id)
    return _page(found, ready.id if ready else None)


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    raise BadQuery.at("open", "Give the number of a proposal.")


def _in(found: Opened, number: int) -> int:
    if all(each.id != number for each in found.proposals):
        raise Missing("proposal", f"{number} in batch {found.name}")
    return number


def _page(found: Opened, open_id: int | None, status: int = 200) -> Response:
    sheet = reviewing.sheet(tracker(), actor(), open_id) if open_id is not None else None
    codes = list(dict.fromkeys(each.jurisdiction for each in found.proposals))
    page = render_template(
        "batching/show.html",
        batch=found,
        sheet=sheet,
        places=tracker().places(codes),
        topics=tracker().topics,
        me=actor(),
    )
    return make_response(page, status)
