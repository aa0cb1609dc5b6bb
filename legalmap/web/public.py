"""The pages anybody may read: maps, places, the table, codebook, data."""

from flask import Blueprint, render_template, request

from legalmap.domain.evidence import FRESHNESS_LABELS
from legalmap.domain.roles import Permission
from legalmap.services import finding
from legalmap.web import asking, drawing, tabulating
from legalmap.web.guard import needs, reader, tracker

blueprint = Blueprint("public", __name__)
EXPORT_FORMATS = ("json", "ndjson", "csv", "geojson")


@blueprint.get("/<topic>/table")
@needs(Permission.READ)
def table(topic: str) -> str:
    """All records of a topic as a table, to filter and to sort."""
    view = asking.view(topic)
    filters = {
        "status": asking.choice("status", [s.code for s in view.topic.statuses]),
        "kind": asking.choice("kind", tabulating.KINDS),
        "freshness": asking.choice("freshness", FRESHNESS_LABELS),
        "show": asking.choice("show", drawing.order_of(view.topic)),
        "parent": request.args.get("parent") or None,
    }
    if filters["parent"]:
        finding.place(tracker(), filters["parent"])
    sort = asking.choice("sort", tabulating.SORTS) or "name"
    rows = tabulating.rows(view.edition, view.as_of, filters, sort)
    return render_template(
        "public/table.html",
        topic=view.topic,
        order=drawing.order_of(view.topic),
        view=view,
        rows=rows,
        total=len(view.edition.records),
        others=tabulating.not_researched(tracker(), view.edition, view.as_of),
        filters=filters,
        sort=sort,
        kinds=tabulating.KINDS,
        sorts=tabulating.SORTS,
        parents=tabulating.parents(view.edition),
    )


@blueprint.get("/<topic>/codebook")
@needs(Permission.READ)
def codebook(topic: str) -> str:
    """The scale, the variables and how they resolve."""
    found = tracker().topic(topic)
    return render_template("public/codebook.html", topic=found, order=drawing.order_of(found))


@blueprint.get("/data")
@needs(Permission.READ)
def data() -> str:
    """Downloads, licence, how to cite."""
    editions = [reader().edition(code) for code in tracker().topics]
    return render_template("public/data.html", editions=editions, formats=EXPORT_FORMATS)
