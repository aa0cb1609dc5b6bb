"""What holds at a place, a point or a ZIP code, in the words of the public contract."""

from collections.abc import Callable
from typing import Any

from legalmap.domain.errors import BadQuery
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.resolving import OUTCOME_LABELS, Caveat, LevelAnswer, Resolution
from legalmap.services import contract
from legalmap.services.core.tracker import Tracker
from legalmap.services.exporting import formats
from legalmap.services.places import search
from legalmap.web.api import parameters
from legalmap.web.api.parameters import BadParameter, Query
from legalmap.web.http.permissions import tracker
from legalmap.web.http.query_params import View
from legalmap.web.wording.sentences import standing

ASK = "ask"
WAYS = "Give exactly one of: place, zip, or lat with lon."
_NOT_A_TOWN = "Towns inside may have rules of their own: ask again with place= for the town."
ZIP_REACH = Caveat("zip-reach", f"A ZIP code tells the county, not the town. {_NOT_A_TOWN}")
POINT_REACH = Caveat(
    "point-reach", f"A point tells the county or state, not the town. {_NOT_A_TOWN}"
)


def answer(view: View, query: Query) -> contract.ResolveAnswer:
    """What holds at the place asked about.

    For a ZIP code in several counties: the question which of them is meant, and all of them as candidates.
    """
    request, places, caveats = asked_places(query)
    resolutions = tuple(resolution(view, place, caveats) for place in places)
    only = resolutions[0] if len(resolutions) == 1 else None
    return parameters.answer(
        view,
        contract.ResolveAnswer,
        asked=request,
        outcome=only.outcome if only else ASK,
        status=only.status if only else None,
        deciding=only.deciding.code if only and only.deciding else None,
        ask=None if only else _question(request, places),
        resolution=only,
        candidates=() if only else resolutions,
    )


def asked_places(query: Query) -> tuple[contract.Asked, list[Jurisdiction], tuple[Caveat, ...]]:
    """The request, the places it may mean, and the caveats of a ZIP code or a point.

    Raise BadParameter unless exactly one way of asking is used.
    """
    ways = [name for name in ("place", "zip", "lat", "lon") if name in query]
    # lat and lon are one way of asking.
    if len({"point" if name in ("lat", "lon") else name for name in ways}) != 1:
        raise BadParameter(next(iter(ways), "place"), WAYS)
    if "place" in query:
        request = contract.Asked(place=query["place"])
    elif "zip" in query:
        request = contract.Asked(zip=parameters.zip_code(query["zip"]))
    else:
        lat, lon = (parameters.degrees(query, name) for name in ("lat", "lon"))
        request = contract.Asked(lat=lat, lon=lon)
    return request, *places_of(tracker(), request, search.place)


def places_of(
    tracker: Tracker, request: contract.Asked, by_code: Callable[[Tracker, str], Jurisdiction]
) -> tuple[list[Jurisdiction], tuple[Caveat, ...]]:
    """The places that a request may mean, and the caveats of a ZIP code or a point.

    ``by_code`` finds the place of a code; raise Missing if there is none.
    """
    if request.place is not None:
        return [by_code(tracker, request.place)], ()
    if request.zip is not None:
        return search.counties_of_zip(tracker, request.zip), (ZIP_REACH,)
    if request.lat is None or request.lon is None:
        raise BadQuery.at("item", "A point needs both lat and lon.")
    return [search.place_at(tracker, request.lat, request.lon)], (POINT_REACH,)


def _question(request: contract.Asked, places: list[Jurisdiction]) -> str:
    names = ", ".join(place.name for place in places)
    return f"ZIP code {request.zip} touches {len(places)} counties: {names}. Ask which one it is."


def resolution(view: View, place: Jurisdiction, caveats: tuple[Caveat, ...]) -> contract.Resolution:
    """What holds at one place; ``caveats`` are those of the way in which the place was given."""
    resolved = view.edition.resolve(place, view.as_of)
    deciding = resolved.deciding_level
    return contract.same(
        contract.Resolution,
        resolved,
        jurisdiction=contract.jurisdiction(place),
        deciding=contract.jurisdiction(deciding.jurisdiction) if deciding else None,
        levels=tuple(_level(view, level, resolved) for level in resolved.levels),
        below=tuple(_below(view, place)),
        **shared_keys(view, resolved, caveats),
    )


def shared_keys(view: View, resolved: Resolution, caveats: tuple[Caveat, ...]) -> dict[str, Any]:
    """What the whole answer for a place and the short one of a batch say in the same words."""
    topic, deciding = view.edition.topic, resolved.deciding_level
    return {
        "label": topic.status(resolved.status).label
        if resolved.status
        else OUTCOME_LABELS[resolved.outcome],
        "variables": {
            code: contract.ResolvedVariable(value=answer.value, levels=answer.levels)
            for code, answer in resolved.answers.items()
        },
        "caveats": (*resolved.caveats, *caveats),
        "last_verified": deciding.last_verified if deciding else None,
        "freshness": deciding.freshness if deciding else None,
        "url": formats.url_of(topic.code, resolved.place.code),
    }


def _level(view: View, level: LevelAnswer, resolved: Resolution) -> contract.Level:
    topic = view.edition.topic
    return contract.same(
        contract.Level,
        level,
        jurisdiction=contract.jurisdiction(level.jurisdiction),
        reason=standing(level, resolved),
        status=level.period.status if level.period else None,
        period=contract.period(level.period, topic) if level.period else None,
        next_period=contract.period(level.next_period, topic) if level.next_period else None,
        url=formats.url_of(topic.code, level.jurisdiction.code),
    )


def _below(view: View, place: Jurisdiction) -> list[contract.Below]:
    return [
        contract.same(
            contract.Below,
            item.place,
            resolved=formats.resolved(view.edition.glance(item.place, view.as_of)),
        )
        for code in view.edition.directly_below.get(place.code, ())
        for item in [view.edition.records[code]]
    ]
