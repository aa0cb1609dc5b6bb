"""What holds at a point: one place where that is sure or makes no difference, several where one must ask."""

from datetime import date
from functools import cache
from typing import Any

import msgspec

from legalmap.domain.errors import AtSea, BadQuery
from legalmap.domain.law.caveats import Caveat, Code
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.resolution import OUTCOME_LABELS
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.places import point_index, whereabouts
from legalmap.services.places.whereabouts import AT_SEA_KM, Whereabouts


class Spot(msgspec.Struct, frozen=True):
    """A point for readers of one edition and day.

    ``places``: the one that answers, or those that may be meant and differ. ``caveats``: how far off
    it is, and which neighbour begins nearby with another answer.
    """

    places: tuple[Jurisdiction, ...]
    caveats: tuple[Caveat, ...]
    accuracy: float

    @property
    def question(self) -> str:
        """What to ask the person who stands there, if several places may be meant."""
        names = " and ".join(place.name for place in self.places)
        return (
            f"The point lies within {self.accuracy:g} km of where {names} meet, and outlines are no "
            "more exact than that. Ask which one it is."
        )


def require_degrees(lat: float, lon: float) -> None:
    """Raise BadQuery, naming the coordinate, for a point off the globe."""
    # Not a number is within no limits.
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        name, limit = ("lon", 180) if -90 <= lat <= 90 else ("lat", 90)
        raise BadQuery.at(name, f"Give degrees from -{limit} to {limit}.")


def at(tracker: Tracker, edition: Edition, as_of: date, lat: float, lon: float) -> Spot:
    """What a point in degrees (WGS 84) means on a day; raise AtSea far from land. Nothing is kept."""
    require_degrees(lat, lon)
    sure = settled(lat, lon)
    if sure is not None and is_quiet(edition, sure):
        return Spot((tracker.place(sure),), (), 0)
    found = whereabouts.around(lat, lon)
    if found.code is None:
        raise AtSea(lat, lon, AT_SEA_KM)
    place = tracker.place(found.code)
    others = [tracker.place(code) for code in found.possible[1:]]
    differing = [other for other in others if _differs(edition, as_of, place, other)]
    return Spot(
        places=(place, *differing),
        caveats=tuple(_caveats(tracker, edition, as_of, found)),
        accuracy=found.accuracy,
    )


def _differs(edition: Edition, as_of: date, place: Jurisdiction, other: Jurisdiction) -> bool:
    """Whether it makes a difference in which of two places one stands."""
    if edition.researched(place) == edition.researched(other):
        # The same records give the same answer.
        return False
    return _answer(edition, as_of, place) != _answer(edition, as_of, other)


def _answer(edition: Edition, as_of: date, place: Jurisdiction) -> tuple[Any, ...]:
    """What has to be the same on both sides of a border for it to make no difference."""
    found = edition.glance(place, as_of)
    values = [(code, str(answer.value)) for code, answer in found.answers.items()]
    return found.outcome, found.status, found.deciding, values


def _caveats(tracker: Tracker, edition: Edition, as_of: date, found: Whereabouts) -> list[Caveat]:
    place = tracker.place(found.possible[0])
    said = []
    if found.off_km:
        text = f"The point lies off every outline. The nearest place is {place.name}, {found.off_km:.1f} km away."
        said.append(Caveat(Code.NEAREST_PLACE, text))
    for code, km in found.near:
        other = tracker.place(code)
        if _differs(edition, as_of, place, other):
            resolution = edition.glance(other, as_of)
            label = (
                edition.topic.status(resolution.status).label
                if resolution.status
                else OUTCOME_LABELS[resolution.outcome]
            )
            text = f"{other.name} begins about {km:g} km from here; the answer there is “{label.lower()}”."
            said.append(Caveat(Code.NEIGHBOUR, text))
    return said


def settled(lat: float, lon: float) -> str | None:
    """The code of the region at a point far from other states and countries: a quick look.

    It alone answers if it ``is_quiet``. None where ``at`` has to look closer.
    """
    if whereabouts.is_near_edge(lat, lon):
        return None
    code = point_index.region_at(lat, lon)
    return None if code is None or whereabouts.is_state_only(code) else code


def is_quiet(edition: Edition, code: str) -> bool:
    """Whether neither a region nor those around it have a record of their own below the state or country."""
    # Of the past only the records that were asked for are known: there one has to look.
    whole = edition.records.is_whole
    return whole and edition.records.whole.keys().isdisjoint(_around()[code])


@cache
def _around() -> dict[str, frozenset[str]]:
    """Each region with its neighbours and theirs in the same state or country, without that itself."""
    beside = point_index.neighbours()
    found = {}
    for code, near in beside.items():
        two_steps = {code, *near, *(far for other in near for far in beside[other])}
        within = f"{whereabouts.widest(code)}-"
        found[code] = frozenset(other for other in two_steps if other.startswith(within))
    return found
