"""Finding a place: the search page, its suggestions, and “Where am I?”, which keeps nothing."""

import math
from typing import Any, Literal
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from legalmap.domain.errors import AtSea, BadQuery, Missing
from legalmap.domain.law.jurisdictions import Jurisdiction, chain, parent_of
from legalmap.domain.law.resolution import Resolution
from legalmap.domain.people.roles import Permission
from legalmap.services.places import points, routes
from legalmap.services.places import search as place_search
from legalmap.services.places.search import Found
from legalmap.web.drawing import map_drawing
from legalmap.web.http import query_params
from legalmap.web.http.permissions import needs, tracker
from legalmap.web.http.query_params import View
from legalmap.web.wording import sentences

blueprint = Blueprint("search", __name__)
LONGEST = 200
MOST_SUGGESTED = 8


class Hit(msgspec.Struct, frozen=True):
    """A place that was found, where it lies and what holds there."""

    place: Jurisdiction
    where: str
    resolution: Resolution
    url: str


class Suggestion(msgspec.Struct, frozen=True):
    """One line of the suggestions; ``label`` is the status in words.

    ``via``: the town or the other name by which the place was found.
    """

    code: str
    name: str
    where: str
    via: str
    word: str
    status: str
    label: str
    url: str


class Suggestions(msgspec.Struct, frozen=True):
    """What fits the letters so far; ``note`` is a sentence to read out before the list."""

    query: str
    note: str
    suggestions: tuple[Suggestion, ...]


def hit(view: View, place: Jurisdiction) -> Hit:
    """A found place with all a line about it says."""
    url = f"/{view.topic.code}/{place.code}{view.query}"
    return Hit(place, where(place), view.edition.resolve(place, view.as_of), url)


def where(place: Jurisdiction) -> str:
    """The wider places it lies in, nearest first: “Mobile County, Alabama, United States”."""
    above = chain(place, tracker().place)[-2::-1]
    if not above and (parent := parent_of(place)):
        above = [tracker().place(parent)]
    return ", ".join(level.name for level in above)


def typed(name: str) -> str:
    """What a person typed into a search box; raise BadQuery if it is too long to be a name."""
    text = request.args.get(name, "")
    if len(text) > LONGEST:
        raise BadQuery.at(name, f"Keep the search under {LONGEST} characters.")
    return printable(" ".join(text.split()))


def printable(text: str) -> str:
    """Without the control characters that no page may hold."""
    return "".join(letter for letter in text if letter.isprintable())


def _topic() -> str:
    asked = request.args.get("topic") or tracker().home
    if asked not in tracker().topics:
        raise Missing("topic", asked, tracker().topics)
    return asked


def _found(limit: int) -> tuple[str, Found, View]:
    """What was typed, what it led to, and the topic that was meant: the one named in it, else the one asked from."""
    text, asked = typed("q"), _topic()
    found = place_search.search(tracker(), text, limit)
    return text, found, query_params.view(found.topic or asked)


@blueprint.get("/search")
@needs(Permission.READ)
def search() -> str | AnyResponse:
    """Places by what was typed, each with what holds there; where one alone can be meant, its page."""
    shows_all = query_params.choice("show", ("all",)) is not None
    text, found, view = _found(place_search.MOST_SHOWN if shows_all else place_search.MOST)
    if found.certain and not shows_all and not found.beyond:
        return redirect(f"/{view.topic.code}/{found.certain.code}{view.query}", code=303)
    counties = place_search.counties_of_zip(tracker(), found.zip_code) if found.zip_code else []
    known = {county.code for county in counties}
    return render_template(
        "reading/search/search.html",
        topic=view.topic,
        view=view,
        query=text,
        found=found,
        counties=[_county(view, county) for county in counties],
        hits=[hit(view, place) for place in found.places if place.code not in known],
        all_url=_with_all(view, text)
        if found.total > len(found.places) and not shows_all
        else None,
    )


def _with_all(view: View, text: str) -> str:
    """The same search without an end."""
    kept = {name: request.args.get(name, "") for name in ("as_of", "known_at")}
    pairs = {"q": text, "topic": view.topic.code, **kept, "show": "all"}
    return f"/search?{urlencode({name: value for name, value in pairs.items() if value})}"


def _county(view: View, county: Jurisdiction) -> dict[str, Any]:
    """One of the counties a ZIP code touches, and the towns in and near it with rules of their own."""
    return {
        "hit": hit(view, county),
        "towns": routes.towns_around_county(view.edition, county, view.as_of),
    }


@blueprint.get("/suggest")
@needs(Permission.READ)
def suggest() -> Response:
    """The places that fit what has been typed so far, as JSON for the search boxes."""
    text, found, view = _found(MOST_SUGGESTED)
    answer = Suggestions(
        query=text,
        note=found.note,
        suggestions=tuple(_suggestion(view, place, found) for place in found.places),
    )
    return Response(msgspec.json.encode(answer), content_type="application/json")


def _suggestion(view: View, place: Jurisdiction, found: Found) -> Suggestion:
    line = hit(view, place)
    shown = line.resolution.shown
    return Suggestion(
        code=place.code,
        name=place.name,
        where=line.where,
        via=found.vias.get(place.code, ""),
        word=place.word,
        status=shown,
        label=map_drawing.label_of(view.topic, shown),
        url=line.url,
    )


@blueprint.get("/here")
@needs(Permission.READ)
def ask_here() -> str:
    """What “Where am I?” does with a point, and the button."""
    view = query_params.view(_topic())
    return render_template("reading/search/here.html", topic=view.topic, view=view, state="asking")


@blueprint.post("/here")
@needs(Permission.READ)
def here() -> Response:
    """The answer at a point. It comes in the body, because addresses are logged; nothing is kept."""
    view = query_params.view(_topic())
    lat, lon = _degrees("lat"), _degrees("lon")
    try:
        spot = points.at(tracker(), view.edition, view.as_of, lat, lon)
    except AtSea:
        page = render_template(
            "reading/search/here.html", topic=view.topic, view=view, state="nowhere"
        )
    else:
        page = render_template("reading/search/here.html", **_here(view, spot, (lat, lon)))
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _here(view: View, spot: points.Spot, point: tuple[float, float]) -> dict[str, Any]:
    view, place = view.at(*spot.places), spot.places[0]
    if len(spot.places) > 1:
        hits = [hit(view, one) for one in spot.places]
        return {"topic": view.topic, "view": view, "state": "ask", "spot": spot, "hits": hits}
    found, answer = hit(view, place), view.answer(place)
    levels, today = found.resolution.levels, view.whose_day(found.resolution)
    return {
        "topic": view.topic,
        "view": view,
        "state": "found",
        "hit": found,
        "answer": answer,
        "caveats": (*spot.caveats, *([today] if today else []), *sentences.beside(answer)),
        "sentences": sentences.sentences(answer, view.topic),
        "levels": [(level, sentences.standing(level, found.resolution)) for level in levels],
        "towns": routes.towns_near(view.edition, point, view.as_of),
        "in_county": place.rules_county,
    }


def _degrees(name: Literal["lat", "lon"]) -> float:
    """A coordinate of the body. The message never repeats what was sent."""
    limit = 90 if name == "lat" else 180
    try:
        value = float(request.form.get(name, ""))
    except ValueError:
        value = math.nan
    if not abs(value) <= limit:
        raise BadQuery.at(name, f"Give degrees from -{limit} to {limit}.")
    return value
