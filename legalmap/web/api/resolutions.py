"""What holds at a place, a point or a ZIP code, in the words of the public contract."""

from collections.abc import Callable
from typing import Any

import msgspec

from legalmap.domain.errors import BadQuery
from legalmap.domain.law.answer import Answer
from legalmap.domain.law.caveats import Caveat, Code
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.resolution import OUTCOME_LABELS, LevelAnswer, Resolution
from legalmap.services import contract
from legalmap.services.core.tracker import Tracker
from legalmap.services.exporting import formats
from legalmap.services.places import points, search
from legalmap.web.api import parameters
from legalmap.web.api.parameters import BadParameter, Query
from legalmap.web.api.plain_answers import plain_answer
from legalmap.web.http.permissions import tracker
from legalmap.web.http.query_params import View
from legalmap.web.wording.sentences import standing

ASK = "ask"
WAYS = "Give exactly one of: place, zip, or lat with lon."
_NOT_A_TOWN = "Towns inside may have rules of their own: ask again with place= for the town."
ZIP_REACH = Caveat(Code.ZIP_REACH, f"A ZIP code tells the county, not the town. {_NOT_A_TOWN}")
POINT_REACH = Caveat(
    Code.POINT_REACH, f"A point tells the county or state, not the town. {_NOT_A_TOWN}"
)


def answer(view: View, query: Query) -> tuple[View, contract.ResolveAnswer]:
    """What holds at the place asked about, on the day it is there; with the view by the clocks there.

    For a ZIP code in several counties and a point at a border: the question which of them is meant, and
    all of them as candidates.
    """
    request, meant, there = asked_places(view, query)
    resolutions = tuple(resolution(there, place, meant.caveats) for place in meant.places)
    only = resolutions[0] if len(resolutions) == 1 else None
    return there, parameters.answer(
        there,
        contract.ResolveAnswer,
        asked=request,
        outcome=only.outcome if only else ASK,
        status=only.status if only else None,
        deciding=only.deciding.code if only and only.deciding else None,
        ask=None if only else meant.question,
        resolution=only,
        candidates=() if only else resolutions,
    )


class Meant(msgspec.Struct, frozen=True):
    """The places a request may mean, the caveats of a ZIP code or a point, and what to ask back."""

    places: tuple[Jurisdiction, ...]
    caveats: tuple[Caveat, ...] = ()
    question: str = ""


def asked_places(view: View, query: Query) -> tuple[contract.Asked, Meant, View]:
    """The request, the places it may mean, and the view by the clocks there.

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
    meant = places_of(tracker(), view, request, search.place)
    there = view.at(*meant.places)
    if request.lat is not None and there.as_of != view.as_of:
        # Whether the sides of a border differ depends on the day.
        meant = places_of(tracker(), there, request, search.place)
    return request, meant, there


def places_of(
    tracker: Tracker,
    view: View,
    request: contract.Asked,
    by_code: Callable[[Tracker, str], Jurisdiction],
) -> Meant:
    """The places that a request may mean.

    ``by_code`` finds the place of a code; raise Missing if there is none.
    """
    if request.place is not None:
        return Meant((by_code(tracker, request.place),))
    if request.zip is not None:
        counties = tuple(search.counties_of_zip(tracker, request.zip))
        return Meant(counties, (ZIP_REACH,), _question(request.zip, counties))
    if request.lat is None or request.lon is None:
        raise BadQuery.at("item", "A point needs both lat and lon.")
    spot = points.at(tracker, view.edition, view.as_of, request.lat, request.lon)
    return Meant(spot.places, (*spot.caveats, POINT_REACH), spot.question)


def _question(zip_code: str, counties: tuple[Jurisdiction, ...]) -> str:
    names = ", ".join(county.name for county in counties)
    return f"ZIP code {zip_code} touches {len(counties)} counties: {names}. Ask which one it is."


def resolution(view: View, place: Jurisdiction, caveats: tuple[Caveat, ...]) -> contract.Resolution:
    """What holds at one place; ``caveats`` are those of the way in which the place was given."""
    answered = view.answer(place)
    resolved = answered.resolution
    deciding, today = resolved.deciding_level, view.whose_day(resolved)
    caveats = (*caveats, today) if today else caveats
    return contract.same(
        contract.Resolution,
        resolved,
        jurisdiction=contract.jurisdiction(place),
        deciding=contract.jurisdiction(deciding.jurisdiction) if deciding else None,
        levels=tuple(_level(view, level, resolved) for level in resolved.levels),
        below=tuple(_below(view, place)),
        answer=plain_answer(answered, view.topic),
        **shared_keys(view, answered, caveats),
    )


def shared_keys(view: View, answered: Answer, caveats: tuple[Caveat, ...]) -> dict[str, Any]:
    """What the whole answer for a place and the short one of a batch say in the same words."""
    resolved = answered.resolution
    topic, deciding = view.edition.topic, resolved.deciding_level
    return {
        "label": topic.status(resolved.status).label
        if resolved.status
        else OUTCOME_LABELS[resolved.outcome],
        "variables": {
            code: contract.ResolvedVariable(value=answer.value, levels=answer.levels)
            for code, answer in resolved.answers.items()
        },
        "caveats": (*answered.caveats, *caveats),
        "last_verified": deciding.last_verified if deciding else None,
        "verified_how": deciding.verified_how if deciding else None,
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
