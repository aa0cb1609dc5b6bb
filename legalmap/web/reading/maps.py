"""The maps: the world of a topic, any view as a figure, and how the law unfolded, for the slider."""

from bisect import bisect_right
from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from legalmap.domain.errors import BadQuery
from legalmap.domain.law.dates import in_words
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.people.roles import Permission
from legalmap.services.editions import law_changes_of_place
from legalmap.services.editions.editions import Edition
from legalmap.services.editions.law_changes import Turn
from legalmap.services.places import map_shapes, search
from legalmap.web.drawing import map_drawing
from legalmap.web.drawing.map_drawing import DrawnMap, Wish
from legalmap.web.http import query_params
from legalmap.web.http.permissions import LAW, needs, tracker
from legalmap.web.http.query_params import View
from legalmap.web.wording import sentences

blueprint = Blueprint("maps", __name__)
NEWEST_TURNS = 12
# Changes to come that a page names; the slider knows all of them.
NEXT_TURNS = 60
COUNTIES = "us-counties"


@blueprint.get("/")
@needs(Permission.READ, decided_by=(*LAW, "show", "zoom", "box"))
def home() -> str:
    """The default topic's map."""
    return world(tracker().home)


@blueprint.get("/<topic>")
@needs(Permission.READ, decided_by=(*LAW, "show", "zoom", "box"))
def world(topic: str) -> str:
    """The world map of a topic."""
    view = query_params.view(topic)
    shown = draw(view, "world", f"{view.topic.name}: the law on the world map")
    return render_template(
        "reading/world_map.html",
        topic=view.topic,
        view=view,
        shown=shown,
        order=map_drawing.order_of(view.topic),
        groups=_groups(view.edition, view.as_of),
        time=time_context(view, None),
        by_part=[tracker().place(code) for code in shown.by_part],
        canonical=f"/{topic}",
    )


def draw(view: View, name: str, title: str) -> DrawnMap:
    """One view as the address asks for it: the day, the status in ``show``, the part of ``zoom`` or ``box``."""
    statuses = [*map_drawing.order_of(view.topic)]
    wish = Wish(
        as_of=view.as_of,
        query=view.query,
        only=query_params.choice("show", statuses),
        box=_box(view.edition, name),
    )
    return map_drawing.draw(tracker(), view.edition, name, wish, title=title)


def _box(edition: Edition, name: str) -> str | None:
    """The part of the frame that fills the window: ``box=x,y,w,h`` in units of the frame, or ``zoom=CODE``.

    Raise BadQuery for a box that is not four whole numbers, Missing for an unknown place.
    """
    code = request.args.get("zoom")
    if code:
        place = search.place(tracker(), code)
        return map_drawing.box_around(name, place.code, edition.researched_by_part)
    text = request.args.get("box")
    if not text:
        return None
    parts = text.split(",")
    try:
        numbers = [int(part) for part in parts]
    except ValueError:
        numbers = []
    # The bounds keep absurd numbers out of the SVG.
    if len(numbers) != 4 or min(numbers[2:]) < 1 or max(map(abs, numbers)) > 100_000:
        raise BadQuery.at("box", "Give four whole numbers: left, top, width and height.")
    return " ".join(map(str, numbers))


def view_name(place: Jurisdiction) -> str | None:
    """The map of the parts of a place, None if there is none; ``layer=counties`` is that of all US counties."""
    layer = query_params.choice("layer", ["counties"]) if place.code == "us" else None
    return COUNTIES if layer else map_shapes.view_of(place.code)


def _groups(edition: Edition, as_of: date) -> list[tuple[str, list[Jurisdiction]]]:
    """The researched countries and territories by status, strictest first: the world map as a list."""
    groups: dict[str, list[Jurisdiction]] = {
        code: [] for code in map_drawing.order_of(edition.topic)
    }
    for place in edition.roots:
        groups[edition.glance(place, as_of).shown].append(place)
    return [(code, places) for code, places in groups.items() if places]


def time_context(view: View, within: str | None) -> dict[str, Any]:
    """What a map says of time without JavaScript: the last changes, the next ones, and years to jump to."""
    turns = law_changes_of_place.turns(view.edition, within)
    past_count = bisect_right(turns, view.as_of, key=lambda turn: turn.day)
    return {
        "past": turns[max(past_count - NEWEST_TURNS, 0) : past_count][::-1],
        "next": turns[past_count : past_count + NEXT_TURNS],
        "later": max(len(turns) - past_count - NEXT_TURNS, 0),
        "years": _years(turns),
        "source": f"/{view.topic.code}/course?view={within or ''}",
    }


def _years(turns: list[Turn]) -> list[int]:
    """The years in which the law changed; each is found by a search behind the one before."""
    years, index = [], 0
    while index < len(turns):
        years.append(turns[index].day.year)
        index = bisect_right(turns, years[-1], lo=index, key=lambda turn: turn.day.year)
    return years


@blueprint.get("/<topic>/course")
@needs(Permission.READ, decided_by=(*LAW, "view", "layer"))
def course(topic: str) -> Response:
    """For the slider: what each region of a view shows from which day on, and every change of the law."""
    view = query_params.view(topic)
    within = request.args.get("view") or None
    place = search.place(tracker(), within) if within else None
    name = view_name(place) if place else "world"
    if name is None:
        raise BadQuery.at("view", f"“{within}” has no map of its parts.")
    turns = law_changes_of_place.turns(view.edition, place.code if place else None)
    return jsonify(
        days=sorted({turn.day.isoformat() for turn in turns}),
        regions=_courses(view.edition, name),
        turns=[_turn(view, turn) for turn in turns],
    )


def _courses(edition: Edition, name: str) -> dict[str, list[list[str]]]:
    codes = map_drawing.codes_of(edition, name)
    places = tracker().places(codes)
    return {
        code: [
            [day.isoformat() if day else "", shown]
            for day, shown in law_changes_of_place.course(edition, places[code])
        ]
        for code in codes
    }


def _turn(view: View, turn: Turn) -> dict[str, Any]:
    return {
        "day": turn.day.isoformat(),
        "when": in_words(turn.when),
        "code": turn.place.code,
        "name": turn.place.name,
        "words": sentences.turn_words(view.topic, turn),
    }
