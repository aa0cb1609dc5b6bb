"""The pages anybody may read: maps, places, the table, codebook, data."""

import msgspec
from flask import Blueprint, redirect, render_template, request
from werkzeug import Response

from legalmap import clock
from legalmap.domain.errors import Unusable
from legalmap.domain.evidence import FRESHNESS_LABELS
from legalmap.domain.roles import Permission
from legalmap.services import exporting, finding
from legalmap.services import releasing as releases
from legalmap.services.editions import Edition
from legalmap.web import asking, drawing, releasing, tabulating
from legalmap.web.api import ranging
from legalmap.web.guard import LAW, needs, reader, tracker

blueprint = Blueprint("public", __name__)


class Download(msgspec.Struct, frozen=True):
    """A file on the page of data: its address, what it is, how many bytes it has if that is known."""

    name: str
    about: str
    size: int | None


# What the table is filtered and sorted by.
FILTERS = ("status", "kind", "freshness", "show", "parent", "sort", "page")


@blueprint.get("/<topic>/table")
@needs(Permission.READ, decided_by=(*LAW, *FILTERS))
def table(topic: str) -> str:
    """All records of a topic as a table, to filter and to sort."""
    view = asking.view(topic)
    filters = {
        "status": asking.choice("status", [s.code for s in view.topic.statuses]),
        "kind": asking.choice("kind", tabulating.KINDS),
        "freshness": asking.choice("freshness", FRESHNESS_LABELS),
        "show": asking.choice("show", drawing.order_of(view.topic)),
        "parent": _parent(),
    }
    sort = asking.choice("sort", tabulating.SORTS) or "name"
    found = tabulating.found(view.edition, view.as_of, filters, sort)
    pages = max(-(-len(found) // tabulating.PAGE), 1)
    page = asking.page(pages)
    shown = found[(page - 1) * tabulating.PAGE : page * tabulating.PAGE]
    return render_template(
        "public/table.html",
        topic=view.topic,
        order=drawing.order_of(view.topic),
        view=view,
        rows=tabulating.rows(view.edition, view.as_of, shown),
        found=len(found),
        page=page,
        pages=pages,
        total=len(view.edition.records),
        others=tabulating.not_researched(tracker(), view.edition, view.as_of),
        filters=filters,
        sort=sort,
        kinds=tabulating.KINDS,
        sorts=tabulating.SORTS,
        parents=tabulating.parents(tracker(), view.edition, filters["parent"]),
    )


def _parent() -> str | None:
    code = request.args.get("parent")
    return finding.place(tracker(), code).code if code else None


@blueprint.get("/<topic>/codebook")
@needs(Permission.READ, decided_by=())
def codebook(topic: str) -> str:
    """The scale, the variables and how they resolve."""
    found = tracker().topic(topic)
    return render_template("public/codebook.html", topic=found, order=drawing.order_of(found))


@blueprint.get("/export")
@needs(Permission.READ)
def export() -> Response:
    """Who cuts a file's name off its address looks for the list of files."""
    return redirect("/data", code=302)


@blueprint.get("/data")
@needs(Permission.READ)
def data() -> str:
    """Downloads, licence, how to cite."""
    editions = [reader().edition(code) for code in tracker().topics]
    downloads = {edition.topic.code: _downloads(edition) for edition in editions}
    return render_template(
        "public/data.html",
        editions=editions,
        downloads=downloads,
        releases=releases.all_of(releasing.folder()),
    )


def _downloads(edition: Edition) -> list[Download]:
    """The files of a topic with their sizes; one that cannot be made now is left out."""
    found = []
    for name, kind in exporting.available().items():
        try:
            length = ranging.files().length_of(edition, clock.today(), name)
        except Unusable:
            continue
        path = exporting.file_name(edition.topic.code, name)
        found.append(Download(path, kind.about, length))
    return found
