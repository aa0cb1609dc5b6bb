"""The pages of a topic's table and codebook, and the page of downloads."""

import msgspec
from flask import Blueprint, redirect, render_template, request
from werkzeug import Response

from legalmap import clock
from legalmap.domain.errors import Unusable
from legalmap.domain.law.evidence import FRESHNESS_LABELS
from legalmap.domain.people.roles import Permission
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import formats, releases
from legalmap.services.places import search
from legalmap.web.api import ranges
from legalmap.web.drawing import map_drawing
from legalmap.web.http import query_params
from legalmap.web.http.permissions import LAW, needs, reader, tracker
from legalmap.web.reading import table_rows
from legalmap.web.reading.releases import folder

blueprint = Blueprint("public", __name__)


class Download(msgspec.Struct, frozen=True):
    """A file on the page of data: its name, what it is, and its length in bytes if that is known."""

    name: str
    about: str
    size: int | None


# The parameters that filter, sort and page the table.
FILTERS = ("status", "kind", "freshness", "show", "parent", "sort", "page")


@blueprint.get("/<topic>/table")
@needs(Permission.READ, decided_by=(*LAW, *FILTERS))
def table(topic: str) -> str:
    """All records of a topic as a table, to filter and to sort."""
    view = query_params.view(topic)
    filters = {
        "status": query_params.choice("status", [s.code for s in view.topic.statuses]),
        "kind": query_params.choice("kind", table_rows.KINDS),
        "freshness": query_params.choice("freshness", FRESHNESS_LABELS),
        "show": query_params.choice("show", map_drawing.order_of(view.topic)),
        "parent": _parent(),
    }
    sort = query_params.choice("sort", table_rows.SORTS) or "name"
    records = table_rows.matching(view.edition, view.as_of, filters, sort)
    pages = max(-(-len(records) // table_rows.PAGE), 1)
    page = query_params.page(pages)
    shown = records[(page - 1) * table_rows.PAGE : page * table_rows.PAGE]
    return render_template(
        "reading/table.html",
        topic=view.topic,
        order=map_drawing.order_of(view.topic),
        view=view,
        rows=table_rows.rows(view.edition, view.as_of, shown),
        found=len(records),
        page=page,
        pages=pages,
        total=len(view.edition.records),
        others=table_rows.not_researched(tracker(), view.edition, view.as_of),
        filters=filters,
        sort=sort,
        kinds=table_rows.KINDS,
        sorts=table_rows.SORTS,
        parents=table_rows.parents(tracker(), view.edition, filters["parent"]),
    )


def _parent() -> str | None:
    code = request.args.get("parent")
    return search.place(tracker(), code).code if code else None


@blueprint.get("/<topic>/codebook")
@needs(Permission.READ, decided_by=())
def codebook(topic: str) -> str:
    """The scale, the variables and how they resolve."""
    known_topic = tracker().topic(topic)
    return render_template(
        "reading/codebook.html", topic=known_topic, order=map_drawing.order_of(known_topic)
    )


@blueprint.get("/export")
@needs(Permission.READ)
def export() -> Response:
    """Lead whoever cut the name of a file off its address to the list of files."""
    return redirect("/data", code=302)


@blueprint.get("/data")
@needs(Permission.READ)
def data() -> str:
    """Downloads, licence, how to cite."""
    editions = [reader().edition(code) for code in tracker().topics]
    downloads = {edition.topic.code: _downloads(edition) for edition in editions}
    return render_template(
        "reading/data.html",
        editions=editions,
        downloads=downloads,
        releases=releases.all_of(folder()),
    )


def _downloads(edition: Edition) -> list[Download]:
    """The files of a topic with their sizes; one that cannot be made now is left out."""
    downloads = []
    for name, kind in formats.available().items():
        try:
            length = ranges.files().length_of(edition, clock.today(), name)
        except Unusable:
            continue
        path = formats.file_name(edition.topic.code, name)
        downloads.append(Download(path, kind.about, length))
    return downloads
