"""The history of a record: what was published, one revision, the difference between two."""

from flask import Blueprint, render_template

from legalmap.domain.errors import Missing
from legalmap.domain.people.roles import Permission
from legalmap.services.places import search
from legalmap.web.http.permissions import needs, reader, tracker

blueprint = Blueprint("history", __name__)


@blueprint.get("/<topic>/<code>/history")
@needs(Permission.READ)
def index(topic: str, code: str) -> str:
    """All published revisions of a record, newest first."""
    codebook, place = tracker().topic(topic), search.place(tracker(), code)
    revisions = reader().published_revisions(topic, place.code)
    return render_template(
        "reading/history/index.html", topic=codebook, place=place, revisions=revisions
    )


@blueprint.get("/<topic>/<code>/history/<int:number>")
@needs(Permission.READ)
def revision(topic: str, code: str, number: int) -> str:
    """One published revision, whole: a permanent address."""
    codebook, place = tracker().topic(topic), search.place(tracker(), code)
    published = reader().published_revision(topic, place.code, number)
    return render_template(
        "reading/history/revision.html", topic=codebook, place=place, revision=published
    )


@blueprint.get("/<topic>/<code>/history/<int:newer>/diff/<int:older>")
@needs(Permission.READ)
def difference(topic: str, code: str, newer: int, older: int) -> str:
    """The fields in which two published revisions differ."""
    codebook, place = tracker().topic(topic), search.place(tracker(), code)
    if newer == older:
        raise Missing("difference", f"of revision {newer} and itself")
    before, after, changes = reader().difference(topic, place.code, older, newer)
    return render_template(
        "reading/history/difference.html",
        topic=codebook,
        place=place,
        before=before,
        after=after,
        changes=changes,
    )
