"""What a person has under way, and where help is wanted."""

from flask import Blueprint, flash, redirect, render_template
from werkzeug.wrappers import Response

from legalmap.domain.people.roles import Permission, may
from legalmap.services.editing import drafts
from legalmap.services.reviewing import dashboard
from legalmap.web.http.permissions import actor, needs, reader, tracker
from legalmap.web.reviewing.queue import total_words
from legalmap.web.reviewing.review import REWORKABLE

blueprint = Blueprint("dashboard", __name__)
# The pages of the desk, in the order in which they are shown, and who may use each.
PAGES: tuple[tuple[str, str, Permission], ...] = (
    ("/desk", "Your desk", Permission.PROPOSE),
    ("/desk/queue", "Queue", Permission.PROPOSE),
    ("/desk/suggestions", "Suggestions", Permission.PROPOSE),
    ("/desk/round", "Round", Permission.PROPOSE),
    ("/desk/sources", "Sources", Permission.PROPOSE),
    ("/desk/batches", "Batches", Permission.PROPOSE),
    ("/desk/import", "Import", Permission.PROPOSE),
    ("/desk/notices", "Notices", Permission.OWN_ACCOUNT),
    ("/desk/log", "Log", Permission.READ_LOG),
    ("/desk/people", "People", Permission.MANAGE_ACCOUNTS),
    ("/desk/account", "Your account", Permission.OWN_ACCOUNT),
)


@blueprint.app_template_global("desk_pages")
def pages() -> list[tuple[str, str]]:
    """Path and label of each page that this person may use."""
    role = actor().role
    return [(path, label) for path, label, permission in PAGES if may(role, permission)]


@blueprint.get("/desk")
@needs(Permission.PROPOSE)
def index() -> str:
    """My drafts and proposals, and what the reviewers said."""
    overview = dashboard.overview(reader(), actor())
    codes = [draft.jurisdiction for draft in overview.drafts]
    codes += [proposal.jurisdiction for proposal in overview.proposals]
    return render_template(
        "reviewing/dashboard.html",
        drafts=overview.drafts,
        proposals=overview.proposals,
        total=overview.total,
        places=tracker().places(codes),
        wanted=overview.wanted,
        waiting=total_words(overview.wanted.waiting),
        reworkable=REWORKABLE,
    )


@blueprint.post("/desk/drafts/<topic>/<code>/discard")
@needs(Permission.PROPOSE)
def discard(topic: str, code: str) -> Response:
    """Throw a draft away."""
    drafts.discard(tracker(), actor(), topic, code)
    flash("The draft is gone.")
    return redirect("/desk", code=303)
