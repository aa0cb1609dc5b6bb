"""Travelling: which places share a border, what holds on each leg of a way, which towns are near."""

import math
from collections.abc import Iterable
from datetime import date
from functools import cache

import msgspec

from legalmap.domain.law.jurisdictions import INCORPORATED, Jurisdiction, chain
from legalmap.domain.law.resolving import Resolution
from legalmap.domain.law.topics import Topic
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.places import map_shapes

EARTH_KM, KM_IN_A_MILE = 6_371.0, 1.609344
NEAR_KM = 40.0
SUBDIVISIONS, COUNTIES = "pip-admin1", "pip-us-counties"
LONGEST_STATE = len("us-al")


class Near(msgspec.Struct, frozen=True):
    """A town with a rule of its own, what holds there and how far away it is; None: not known."""

    resolution: Resolution
    km: float | None

    @property
    def miles(self) -> float | None:
        """The same distance in statute miles."""
        return None if self.km is None else self.km / KM_IN_A_MILE


class Border(msgspec.Struct, frozen=True):
    """A place beside the way that bans possession, and what it borders: of a town on the way its state."""

    resolution: Resolution
    beside: tuple[Jurisdiction, ...]


class Leg(msgspec.Struct, frozen=True):
    """One place of a way: what holds there, and the places inside it with a stricter rule.

    ``gap`` tells how the place before hangs together with it: ``next`` (they touch), ``between``
    (other places lie between) or ``apart`` (no way over land).
    """

    resolution: Resolution
    stricter: tuple[Resolution, ...]
    gap: str

    @property
    def place(self) -> Jurisdiction:
        """Where it is."""
        return self.resolution.place


class Way(msgspec.Struct, frozen=True):
    """An ordered list of places, the strictest of them, what lies beside, and what is not known."""

    legs: tuple[Leg, ...]
    strictest: tuple[Leg, ...]
    undecided: tuple[Leg, ...]
    borders: tuple[Border, ...]
    unresearched: tuple[Jurisdiction, ...]


def plan(tracker: Tracker, edition: Edition, places: list[Jurisdiction], as_of: date) -> Way:
    """What somebody meets who travels from each of ``places`` to the next."""
    legs = [
        _leg(tracker, edition, place, places[index - 1] if index else None, as_of)
        for index, place in enumerate(places)
    ]
    decided = [leg for leg in legs if leg.resolution.outcome == "decided"]
    worst = max((severity(leg.resolution, edition.topic) for leg in decided), default=0)
    strictest = [leg for leg in decided if severity(leg.resolution, edition.topic) == worst]
    beside = _beside(tracker, edition, places)
    neighbours = [
        Border(edition.resolve(tracker.place(code), as_of), tuple(around))
        for code, around in beside.items()
    ]
    return Way(
        legs=tuple(legs),
        strictest=tuple(_once(strictest)),
        undecided=tuple(_once(leg for leg in legs if leg.resolution.outcome != "decided")),
        borders=tuple(b for b in neighbours if bans_possession(b.resolution, edition.topic)),
        unresearched=tuple(
            b.resolution.place for b in neighbours if b.resolution.outcome == "not-researched"
        ),
    )


def _once(legs: Iterable[Leg]) -> list[Leg]:
    return list({leg.place.code: leg for leg in legs}.values())


def _leg(
    tracker: Tracker,
    edition: Edition,
    place: Jurisdiction,
    before: Jurisdiction | None,
    as_of: date,
) -> Leg:
    resolution = edition.resolve(place, as_of)
    gap = "next" if before is None else gap_between(tracker, before, place)
    return Leg(resolution, tuple(stricter_below(edition, resolution)), gap)


def severity(resolution: Resolution, topic: Topic) -> int:
    """How strict what holds is: 0 where no status decides."""
    if resolution.outcome != "decided" or resolution.status is None:
        return 0
    return topic.status(resolution.status).severity


def bans_possession(resolution: Resolution, topic: Topic) -> bool:
    """Whether a person may not have it there: the answer says so, or the scale knows nothing stricter."""
    if resolution.outcome != "decided":
        return False
    possession = resolution.answers.get("possession")
    if possession is not None and possession.value not in (None, "unknown"):
        return bool(possession.value == "prohibited")
    return severity(resolution, topic) == max(status.severity for status in topic.statuses)


def stricter_below(edition: Edition, resolution: Resolution) -> list[Resolution]:
    """What holds at the places inside that are stricter than the place itself, strictest first."""
    topic, place = edition.topic, resolution.place
    mildest = min(status.severity for status in topic.statuses if not status.transparent)
    own = max(severity(resolution, topic), mildest)
    inside = [edition.resolve(item.place, resolution.as_of) for item in edition.below(place.code)]
    stricter = [resolved for resolved in inside if severity(resolved, topic) > own]
    return sorted(stricter, key=lambda resolved: (-severity(resolved, topic), resolved.place.name))


@cache
def borders() -> dict[str, frozenset[str]]:
    """The subdivisions that share a line with each subdivision, as the shipped outlines have it.

    US states take theirs from the county outlines, which end at the shore: Michigan and Illinois
    meet in the middle of a lake, where nobody drives.
    """
    touching: dict[str, set[str]] = {}
    for shapes in _sharing(SUBDIVISIONS):
        for shape in shapes:
            touching.setdefault(shape, set()).update(
                other for other in shapes if not (_is_state(shape) and _is_state(other))
            )
    for counties in _sharing(COUNTIES):
        states = {county[:LONGEST_STATE] for county in counties}
        for state in states:
            touching.setdefault(state, set()).update(states)
    return {shape: frozenset(others - {shape}) for shape, others in touching.items()}


def _is_state(shape: str) -> bool:
    return shape.startswith("us-")


def _sharing(name: str) -> Iterable[set[str]]:
    """For each arc of a topology the shapes it is a part of."""
    owners: dict[int, set[str]] = {}
    for shape, rings in map_shapes.parts(map_shapes.topology(name)):
        for arc in (arc for ring in rings for arc in ring):
            owners.setdefault(arc if arc >= 0 else ~arc, set()).add(shape)
    return owners.values()


def shapes_of(tracker: Tracker, place: Jurisdiction) -> frozenset[str]:
    """The subdivisions a place is made of; of a county or town the one it lies in."""
    return _outlined(tracker, place)[1]


def _outlined(tracker: Tracker, place: Jurisdiction) -> tuple[Jurisdiction, frozenset[str]]:
    """The narrowest level of a place that has an outline, and the subdivisions it is made of."""
    for level in reversed(chain(place, tracker.place)):
        shapes = frozenset(
            shape
            for shape in borders()
            if shape == level.code or shape.startswith(f"{level.code}-")
        )
        if shapes:
            return level, shapes
    return place, frozenset()


def around(shapes: frozenset[str]) -> frozenset[str]:
    """The subdivisions that touch any of these and are none of them."""
    return frozenset(other for shape in shapes for other in borders()[shape]) - shapes


def gap_between(tracker: Tracker, before: Jurisdiction, place: Jurisdiction) -> str:
    """How two places hang together: ``next``, ``between`` or ``apart``."""
    here, there = shapes_of(tracker, before), shapes_of(tracker, place)
    if here & there or around(here) & there:
        return "next"
    return "between" if _can_reach(here, there) else "apart"


def _can_reach(here: frozenset[str], there: frozenset[str]) -> bool:
    seen, edge = set(here), set(here)
    while edge and not seen & there:
        edge = {other for shape in edge for other in borders()[shape]} - seen
        seen |= edge
    return bool(seen & there)


def _beside(
    tracker: Tracker, edition: Edition, places: list[Jurisdiction]
) -> dict[str, list[Jurisdiction]]:
    """The neighbours that are not on the way themselves, each with what it borders of the way.

    A town on the way counts as its state: Arkansas borders Louisiana, and not New Orleans.
    """
    on_the_way = {level.code for place in places for level in chain(place, tracker.place)}
    passed = dict(_outlined(tracker, place) for place in places)
    bordered: dict[str, list[Jurisdiction]] = {}
    for level, shapes in passed.items():
        touching = tracker.places(sorted(around(shapes)))
        speaking = {_speaker(tracker, edition, shape) for shape in touching.values()}
        for code in speaking - on_the_way:
            bordered.setdefault(code, []).append(level)
    return dict(sorted(bordered.items(), key=lambda pair: tracker.place(pair[0]).name))


def _speaker(tracker: Tracker, edition: Edition, shape: Jurisdiction) -> str:
    """The narrowest level of a neighbour that has a record, else its country."""
    levels = chain(shape, tracker.place)
    known = [level.code for level in levels if level.code in edition.records]
    return known[-1] if known else levels[0].code


def distance_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """The great-circle distance of two points given as (lat, lon) in degrees."""
    (lat1, lon1), (lat2, lon2) = here, there
    up, across = math.radians(lat2 - lat1), math.radians(lon2 - lon1)
    shrink = math.cos(math.radians(lat1)) * math.cos(math.radians(lat2))
    half = math.sin(up / 2) ** 2 + shrink * math.sin(across / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def towns_near(
    edition: Edition, point: tuple[float, float], as_of: date, within_km: float = NEAR_KM
) -> list[Near]:
    """The towns with a rule of their own within a distance of a point, the nearest first."""
    towns = [Near(town, _from(point, town.place)) for town in _towns(edition, as_of)]
    near = [town for town in towns if town.km is not None and town.km <= within_km]
    return sorted(near, key=lambda town: town.km or 0)


def _towns(edition: Edition, as_of: date) -> list[Resolution]:
    """What holds in each town whose own record says something about the day."""
    towns = [item.place for item in edition.records.values() if item.place.kind in INCORPORATED]
    resolutions = [edition.glance(place, as_of) for place in towns]
    return [town for town in resolutions if town.levels[-1].period is not None]


def towns_around_county(edition: Edition, county: Jurisdiction, as_of: date) -> list[Near]:
    """The towns with a rule of their own in a county or near its middle; distances are from there."""
    middle = middle_of(county.code)
    near = towns_near(edition, middle, as_of) if middle else []
    near = [town for town in near if town.resolution.place.code != county.code]
    named = {town.resolution.place.code for town in near}
    inside = [town for town in _towns(edition, as_of) if county.code in town.place.in_counties]
    far = [Near(town, _from(middle, town.place)) for town in inside if town.place.code not in named]
    return near + sorted(far, key=lambda town: town.km or 0)


def _from(middle: tuple[float, float] | None, place: Jurisdiction) -> float | None:
    if middle is None or place.lat is None or place.lon is None:
        return None
    return distance_km(middle, (place.lat, place.lon))


def middle_of(county: str) -> tuple[float, float] | None:
    """The centre of the largest part of a US county as (lat, lon), or None without an outline."""
    return _middles().get(county)


@cache
def _middles() -> dict[str, tuple[float, float]]:
    topology = map_shapes.topology(COUNTIES)
    arcs = map_shapes.arcs(topology)
    largest: dict[str, tuple[float, tuple[float, float]]] = {}
    for code, rings in map_shapes.parts(topology):
        measured = _area_and_centre(map_shapes.ring(arcs, rings[0]))
        if code not in largest or measured[0] > largest[code][0]:
            largest[code] = measured
    return {code: centre for code, (_, centre) in largest.items()}


def _area_and_centre(ring: map_shapes.Ring) -> tuple[float, tuple[float, float]]:
    """The area (in square degrees: only to compare) and the centre of gravity as (lat, lon)."""
    double = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        double, x, y = double + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    if not double:
        return 0.0, (ring[0][1], ring[0][0])
    return abs(double), (y / (3 * double), x / (3 * double))
