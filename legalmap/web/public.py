"""The pages anybody may read: maps, places, the table, search, codebook, changes, data."""

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap.domain.errors import BadQuery, Missing
from legalmap.domain.evidence import FRESHNESS_LABELS
from legalmap.domain.jurisdictions import Jurisdiction, chain
from legalmap.domain.roles import Permission
from legalmap.services import finding, geography
from legalmap.services.editions import Edition
from legalmap.services.tracker import DEFAULT_TOPIC
from legalmap.web import answering, asking, drawing, tabulating
from legalmap.web.asking import View
from legalmap.web.guard import needs, reader, tracker

blueprint = Blueprint("public", __name__)
CHANGES_SHOWN = 100
EXPORT_FORMATS = ("json", "ndjson", "csv", "geojson")


@blueprint.get("/")
@needs(Permission.READ)
def home() -> str:
    """The default topic's map."""
    return world(DEFAULT_TOPIC)


@blueprint.get("/<topic>")
@needs(Permission.READ)
def world(topic: str) -> str:
    """The world map of a topic."""
    view = asking.view(topic)
    title = f"{view.topic.name}: the law on the world map"
    shown = _draw(view, "world", title)
    return render_template(
        "public/world.html",
        topic=view.topic,
        view=view,
        shown=shown,
        order=drawing.order_of(view.topic),
        groups=_groups(view.edition, view.as_of),
        canonical=f"/{topic}",
    )


def _draw(view: View, name: str, title: str) -> drawing.Shown:
    return drawing.draw(tracker(), view.edition, name, view.as_of, view.query, title=title)


def _groups(edition: Edition, as_of: date) -> list[tuple[str, list[Jurisdiction]]]:
    """The researched countries and territories by status, strictest first: the map as a list."""
    roots = [item.place for item in edition.records.values() if "-" not in item.place.code]
    groups: dict[str, list[Jurisdiction]] = {code: [] for code in drawing.order_of(edition.topic)}
    for place in sorted(roots, key=lambda place: place.name):
        groups[edition.resolve(place, as_of).shown].append(place)
    return [(code, found) for code, found in groups.items() if found]


@blueprint.get("/<topic>/<code>")
@needs(Permission.READ)
def place(topic: str, code: str) -> str | Response:
    """One place: what holds there and why, its own record, and the map of its parts."""
    view = asking.view(topic)
    found = finding.place(tracker(), code)
    if found.code != code:
        return redirect(f"/{topic}/{found.code}{view.query}", code=301)
    return render_template("public/place.html", **_place_context(view, found))


def _place_context(view: View, found: Jurisdiction) -> dict[str, Any]:
    edition = view.edition
    resolution = edition.resolve(found, view.as_of)
    item = edition.records.get(found.code)
    parts = geography.view_of(found.code)
    title = f"{view.topic.name} {answering.in_place(found)}"
    levels = [(level, answering.standing(level, resolution)) for level in resolution.levels]
    return {
        "topic": view.topic,
        "view": view,
        "place": found,
        "title": title,
        "crumbs": chain(found, tracker().place)[:-1] or _above(found),
        "resolution": resolution,
        "sentences": answering.sentences(resolution, view.topic),
        "levels": levels,
        "item": item,
        "freshness": edition.freshness_of(item, view.as_of) if item else None,
        "shown": _draw(view, parts, f"{title}: its parts") if parts else None,
        "order": drawing.order_of(view.topic),
        "local": _local(view, found),
        "canonical": f"/{view.topic.code}/{found.code}",
    }


def _above(found: Jurisdiction) -> list[Jurisdiction]:
    return [tracker().place(found.parent)] if found.parent else []


def _local(view: View, found: Jurisdiction) -> list[dict[str, Any]]:
    """The places below that have a record of their own, with what it says."""
    return [
        {"place": item.place, "resolution": view.edition.resolve(item.place, view.as_of)}
        for item in view.edition.below(found.code)
    ]


@blueprint.get("/<topic>/table")
@needs(Permission.READ)
def table(topic: str) -> str:
    """All records of a topic as a table, to filter and to sort."""
    view = asking.view(topic)
    filters = {
        "status": asking.choice("status", [s.code for s in view.topic.statuses]),
        "kind": asking.choice("kind", tabulating.KINDS),
        "freshness": asking.choice("freshness", FRESHNESS_LABELS),
        "parent": request.args.get("parent") or None,
    }
    if filters["parent"]:
        finding.place(tracker(), filters["parent"])
    sort = asking.choice("sort", tabulating.SORTS) or "name"
    rows = tabulating.rows(view.edition, view.as_of, filters, sort)
    return render_template(
        "public/table.html",
        topic=view.topic,
        view=view,
        rows=rows,
        total=len(view.edition.records),
        filters=filters,
        sort=sort,
        kinds=tabulating.KINDS,
        sorts=tabulating.SORTS,
        parents=tabulating.parents(view.edition),
    )


@blueprint.get("/<topic>/changes")
@needs(Permission.READ)
def changes(topic: str) -> str:
    """What was published, newest first; what shipped with the data is told in one line."""
    found = reader().tracker.topic(topic)
    entries = reader().feed(0, CHANGES_SHOWN * 10, topic, newest_first=True)
    reviewed = [entry for entry in entries if entry.reviewer]
    shipped = len(entries) - len(reviewed)
    places = tracker().places([entry.jurisdiction for entry in reviewed])
    return render_template(
        "public/changes.html",
        topic=found,
        entries=reviewed[:CHANGES_SHOWN],
        shipped=shipped,
        places=places,
    )


@blueprint.get("/<topic>/codebook")
@needs(Permission.READ)
def codebook(topic: str) -> str:
    """The scale, the variables and how they resolve."""
    found = tracker().topic(topic)
    return render_template("public/codebook.html", topic=found, order=drawing.order_of(found))


@blueprint.get("/search")
@needs(Permission.READ)
def search() -> str:
    """Places by name, code or US ZIP code, each with what holds there."""
    text = request.args.get("q", "")
    if len(text) > 200:
        raise BadQuery.at("q", "Keep the search under 200 characters.")
    view = asking.view(_search_topic())
    found = finding.search(tracker(), text)
    hits = [{"place": p, "resolution": view.edition.resolve(p, view.as_of)} for p in found.places]
    above = {each.code: chain(each, tracker().place)[:-1] or _above(each) for each in found.places}
    return render_template(
        "public/search.html",
        topic=view.topic,
        view=view,
        query=text,
        found=found,
        hits=hits,
        above=above,
    )


def _search_topic() -> str:
    asked = request.args.get("topic") or DEFAULT_TOPIC
    if asked not in tracker().topics:
        raise Missing("topic", asked, tracker().topics)
    return asked


@blueprint.get("/data")
@needs(Permission.READ)
def data() -> str:
    """Downloads, licence, how to cite."""
    editions = [reader().edition(code) for code in tracker().topics]
    return render_template("public/data.html", editions=editions, formats=EXPORT_FORMATS)
