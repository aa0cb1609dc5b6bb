"""What holds at a place, a point or a ZIP code, in the words of the public contract."""

from collections.abc import Callable

from legalmap.domain.errors import BadQuery
from legalmap.domain.jurisdictions import Jurisdiction
from legalmap.domain.resolving import OUTCOME_LABELS, Caveat, LevelAnswer, Resolution
from legalmap.services import exporting, finding, wire
from legalmap.web.answering import standing
from legalmap.web.api import parameters
from legalmap.web.api.parameters import BadParameter, Given, View
from legalmap.web.guard import tracker

ASK = "ask"
WAYS = "Give exactly one of: place, zip, or lat with lon."
_NOT_A_TOWN = "Towns inside may have rules of their own: ask again with place= for the town."
ZIP_REACH = Caveat("zip-reach", f"A ZIP code tells the county, not the town. {_NOT_A_TOWN}")
POINT_REACH = Caveat(
    "point-reach", f"A point tells the county or state, not the town. {_NOT_A_TOWN}"
)


def answer(view: View, given: Given) -> wire.ResolveAnswer:
    """The resolution of what was asked; a ZIP code in several counties is asked back, never guessed."""
    asked, places, caveats = asked_places(given)
    resolutions = tuple(resolution(view, place, caveats) for place in places)
    sure = resolutions[0] if len(resolutions) == 1 else None
    return parameters.answer(
        view,
        wire.ResolveAnswer,
        asked=asked,
        outcome=sure.outcome if sure else ASK,
        status=sure.status if sure else None,
        deciding=sure.deciding.code if sure and sure.deciding else None,
        ask=None if sure else _question(asked, places),
        resolution=sure,
        candidates=() if sure else resolutions,
    )


def asked_places(given: Given) -> tuple[wire.Asked, list[Jurisdiction], list[Caveat]]:
    """What was asked, the places it may mean, and what a vague way of asking leaves open."""
    ways: dict[str, Callable[[Given], tuple[wire.Asked, list[Jurisdiction], list[Caveat]]]] = {
        "place": _by_place,
        "zip": _by_zip,
        "point": _by_point,
    }
    named = {"point" if name in ("lat", "lon") else name for name in given} & set(ways)
    if len(named) != 1:
        raise _not_one_way(given)
    return ways[named.pop()](given)


def _not_one_way(given: Given) -> BadQuery:
    first = next((name for name in ("place", "zip", "lat", "lon") if name in given), "place")
    return BadParameter(first, WAYS)


def _by_place(given: Given) -> tuple[wire.Asked, list[Jurisdiction], list[Caveat]]:
    asked = wire.Asked(place=given["place"])
    return asked, [finding.place(tracker(), given["place"])], []


def _by_zip(given: Given) -> tuple[wire.Asked, list[Jurisdiction], list[Caveat]]:
    zip_code = parameters.zip_code(given["zip"])
    asked = wire.Asked(zip=zip_code)
    return asked, finding.counties_of_zip(tracker(), zip_code), [ZIP_REACH]


def _by_point(given: Given) -> tuple[wire.Asked, list[Jurisdiction], list[Caveat]]:
    lat, lon = parameters.degrees(given, "lat"), parameters.degrees(given, "lon")
    asked = wire.Asked(lat=lat, lon=lon)
    return asked, [finding.place_at(tracker(), lat, lon)], [POINT_REACH]


def _question(asked: wire.Asked, places: list[Jurisdiction]) -> str:
    names = ", ".join(place.name for place in places)
    return f"ZIP code {asked.zip} touches {len(places)} counties: {names}. Ask which one it is."


def resolution(view: View, place: Jurisdiction, caveats: list[Caveat]) -> wire.Resolution:
    """What holds at one place, with more caveats if the place was found in a vague way."""
    edition, topic = view.edition, view.edition.topic
    found = edition.resolve(place, view.as_of)
    deciding = found.deciding_level
    return wire.same(
        wire.Resolution,
        found,
        jurisdiction=wire.jurisdiction(place),
        label=topic.status(found.status).label if found.status else OUTCOME_LABELS[found.outcome],
        deciding=wire.jurisdiction(deciding.jurisdiction) if deciding else None,
        variables={
            code: wire.same(wire.ResolvedVariable, answer) for code, answer in found.answers.items()
        },
        levels=tuple(_level(view, level, found) for level in found.levels),
        caveats=(*found.caveats, *caveats),
        last_verified=deciding.last_verified if deciding else None,
        freshness=deciding.freshness if deciding else None,
        below=tuple(_below(view, place)),
        url=exporting.url_of(topic.code, place.code),
    )


def _level(view: View, level: LevelAnswer, found: Resolution) -> wire.Level:
    topic = view.edition.topic
    return wire.same(
        wire.Level,
        level,
        jurisdiction=wire.jurisdiction(level.jurisdiction),
        reason=standing(level, found),
        status=level.period.status if level.period else None,
        period=wire.period(level.period, topic) if level.period else None,
        next_period=wire.period(level.next_period, topic) if level.next_period else None,
        url=exporting.url_of(topic.code, level.jurisdiction.code),
    )


def _below(view: View, place: Jurisdiction) -> list[wire.Below]:
    return [
        wire.same(
            wire.Below,
            item.place,
            resolved=exporting.resolved(view.edition.glance(item.place, view.as_of)),
        )
        for code in view.edition.directly_below.get(place.code, ())
        for item in [view.edition.records[code]]
    ]
