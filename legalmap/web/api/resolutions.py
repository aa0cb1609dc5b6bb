"""What holds at a place, a point or a ZIP code, in the words of the public contract."""

from collections.abc import Callable

import msgspec

from legalmap.domain.errors import BadQuery
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.resolving import OUTCOME_LABELS, Caveat, LevelAnswer, Resolution
from legalmap.services import contract
from legalmap.services.core.tracker import Tracker
from legalmap.services.exporting import formats
from legalmap.services.places import points, search
from legalmap.web.api import parameters
from legalmap.web.api.parameters import BadParameter, Given
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


def answer(view: View, given: Given) -> tuple[View, contract.ResolveAnswer]:
    """The resolution of what was asked, on the day it is there unless one is named.

    A ZIP code in several counties and a point at a border are asked back, never guessed.
    """
    asked, meant, there = asked_places(view, given)
    resolutions = tuple(resolution(there, place, meant.caveats) for place in meant.places)
    sure = resolutions[0] if len(resolutions) == 1 else None
    return there, parameters.answer(
        there,
        contract.ResolveAnswer,
        asked=asked,
        outcome=sure.outcome if sure else ASK,
        status=sure.status if sure else None,
        deciding=sure.deciding.code if sure and sure.deciding else None,
        ask=None if sure else meant.question,
        resolution=sure,
        candidates=() if sure else resolutions,
    )


class Meant(msgspec.Struct, frozen=True):
    """The places one may have asked for, what a vague way of asking leaves open, and what to ask back."""

    places: tuple[Jurisdiction, ...]
    caveats: tuple[Caveat, ...] = ()
    question: str = ""


def asked_places(view: View, given: Given) -> tuple[contract.Asked, Meant, View]:
    """What was asked, the places it may mean, and the view by the clocks there."""
    ways = [name for name in ("place", "zip", "lat", "lon") if name in given]
    if len({"point" if name in ("lat", "lon") else name for name in ways}) != 1:
        raise BadParameter(next(iter(ways), "place"), WAYS)
    if "place" in given:
        asked = contract.Asked(place=given["place"])
    elif "zip" in given:
        asked = contract.Asked(zip=parameters.zip_code(given["zip"]))
    else:
        lat, lon = (parameters.degrees(given, name) for name in ("lat", "lon"))
        asked = contract.Asked(lat=lat, lon=lon)
    meant = places_of(tracker(), view, asked, search.place)
    there = view.at(*meant.places)
    if asked.lat is not None and there.as_of != view.as_of:
        # Whether the sides of a border differ depends on the day.
        meant = places_of(tracker(), there, asked, search.place)
    return asked, meant, there


def places_of(
    tracker: Tracker,
    view: View,
    asked: contract.Asked,
    by_code: Callable[[Tracker, str], Jurisdiction],
) -> Meant:
    """The places that one way of asking may mean."""
    if asked.place is not None:
        return Meant((by_code(tracker, asked.place),))
    if asked.zip is not None:
        counties = tuple(search.counties_of_zip(tracker, asked.zip))
        return Meant(counties, (ZIP_REACH,), _question(asked.zip, counties))
    if asked.lat is None or asked.lon is None:
        raise BadQuery.at("item", "A point needs both lat and lon.")
    spot = points.at(tracker, view.edition, view.as_of, asked.lat, asked.lon)
    return Meant(spot.places, (*spot.caveats, POINT_REACH), spot.question)


def _question(zip_code: str, counties: tuple[Jurisdiction, ...]) -> str:
    names = ", ".join(county.name for county in counties)
    return f"ZIP code {zip_code} touches {len(counties)} counties: {names}. Ask which one it is."


def resolution(view: View, place: Jurisdiction, caveats: tuple[Caveat, ...]) -> contract.Resolution:
    """What holds at one place, with more caveats if the place was found in a vague way."""
    edition, topic = view.edition, view.edition.topic
    found = edition.resolve(place, view.as_of)
    deciding, today = found.deciding_level, view.whose_day(found)
    return contract.same(
        contract.Resolution,
        found,
        jurisdiction=contract.jurisdiction(place),
        label=topic.status(found.status).label if found.status else OUTCOME_LABELS[found.outcome],
        deciding=contract.jurisdiction(deciding.jurisdiction) if deciding else None,
        variables={
            code: contract.ResolvedVariable(value=answer.value, levels=answer.levels)
            for code, answer in found.answers.items()
        },
        levels=tuple(_level(view, level, found) for level in found.levels),
        caveats=(*found.caveats, *caveats, *([today] if today else [])),
        last_verified=deciding.last_verified if deciding else None,
        freshness=deciding.freshness if deciding else None,
        below=tuple(_below(view, place)),
        url=formats.url_of(topic.code, place.code),
    )


def _level(view: View, level: LevelAnswer, found: Resolution) -> contract.Level:
    topic = view.edition.topic
    return contract.same(
        contract.Level,
        level,
        jurisdiction=contract.jurisdiction(level.jurisdiction),
        reason=standing(level, found),
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
