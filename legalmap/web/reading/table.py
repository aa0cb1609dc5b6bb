"""The page of a topic's table."""

from flask import Blueprint, render_template, request

from legalmap.domain.law.freshness import FRESHNESS_LABELS
from legalmap.domain.people.roles import Permission
from legalmap.services.places import search
from legalmap.web.drawing import map_drawing
from legalmap.web.http import query_params
from legalmap.web.http.permissions import LAW, needs, tracker
from legalmap.web.reading import table_rows

blueprint = Blueprint("table", __name__)

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
