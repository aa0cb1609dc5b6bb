"""Travelling: what holds on each leg of a route, which places share a border, which towns are near."""

import math
from collections.abc import Iterable
from datetime import date
from functools import cache

import msgspec

from legalmap.domain.law.answer import Answer
from legalmap.domain.law.inside import Stricter
from legalmap.domain.law.jurisdictions import INCORPORATED, Jurisdiction, chain
from legalmap.domain.law.resolution import Resolution
from legalmap.domain.law.topics import Topic
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.places import map_shapes
from legalmap.services.places.map_shapes import COUNTIES, SUBDIVISIONS

EARTH_KM, KM_IN_A_MILE = 6_371.0, 1.609344
NEAR_KM = 40.0
LONGEST_STATE = len("us-al")


class Near(msgspec.Struct, frozen=True):
    """A town with a law of its own, what holds there, and its distance; None if that is not known."""

    resolution: Resolution
    km: float | None

    @property
    def miles(self) -> float | None:
        """The same distance in statute miles."""
        return None if self.km is None else self.km / KM_IN_A_MILE


class Border(msgspec.Struct, frozen=True):
    """A place beside the route that bans possession, and the places on the route it borders.

    A town on the route counts as its state.
    """

    resolution: Resolution
    beside: tuple[Jurisdiction, ...]


class Leg(msgspec.Struct, frozen=True):
    """One place of a route, and what one is told there.

    ``gap`` says how it is connected with the place before: ``next`` (they touch), ``between`` (other
    places lie between) or ``apart`` (there is no way over land).
    """

    answer: Answer
    gap: str

    @property
    def resolution(self) -> Resolution:
        """What holds there."""
        return self.answer.resolution

    @property
    def stricter(self) -> list[Stricter]:
        """The places inside with a stricter status, the strictest first."""
        return [group for group in self.answer.inside if group.by_status]

    @property
    def place(self) -> Jurisdiction:
        """The place of this leg."""
        return self.resolution.place


class Way(msgspec.Struct, frozen=True):
    """A route: its legs in order, the strictest, the undecided, neighbours that ban possession, and
    neighbours that nobody has researched.
    """

    legs: tuple[Leg, ...]
    strictest: tuple[Leg, ...]
    undecided: tuple[Leg, ...]
    borders: tuple[Border, ...]
    unresearched: tuple[Jurisdiction, ...]


def plan(tracker: Tracker, edition: Edition, places: list[Jurisdiction], as_of: date) -> Way:
    """The route from each of ``places`` to the next, with what holds on ``as_of``."""
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
    gap = "next" if before is None else gap_between(tracker, before, place)
    return Leg(edition.answer(place, as_of), gap)


def severity(resolution: Resolution, topic: Topic) -> int:
    """How strict what holds is, by the severity of the topic's scale; 0 if no status decides."""
    if resolution.outcome != "decided" or resolution.status is None:
        return 0
    return topic.status(resolution.status).severity


def bans_possession(resolution: Resolution, topic: Topic) -> bool:
    """Whether possession is banned: by the variable of that role or, if it is silent, by the strictest status."""
    if resolution.outcome != "decided":
        return False
    code = topic.roles.possession
    meaning = topic.meaning(code, resolution.answer(code).value)
    if meaning not in (None, "unknown"):
        return meaning == "no"
    return severity(resolution, topic) == topic.worst


@cache
def borders() -> dict[str, frozenset[str]]:
    """The subdivisions that touch each subdivision, by code, from the shared arcs of the outlines.

    For US states the county outlines decide, which end at the shore: Michigan and Illinois meet only
    in the middle of a lake, where nobody drives.
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
    """For each arc of a file of outlines, the codes of the shapes that use it."""
    owners: dict[int, set[str]] = {}
    for shape, rings in map_shapes.parts(map_shapes.topology(name)):
        for arc in (arc for ring in rings for arc in ring):
            owners.setdefault(arc if arc >= 0 else ~arc, set()).add(shape)
    return owners.values()


def shapes_of(tracker: Tracker, place: Jurisdiction) -> frozenset[str]:
    """The codes of the subdivisions a place consists of; for a county or town, the one it lies in."""
    return _outlined(tracker, place)[1]


def _outlined(tracker: Tracker, place: Jurisdiction) -> tuple[Jurisdiction, frozenset[str]]:
    """The narrowest level of a place's chain that has an outline, and the subdivisions it consists of."""
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
    """The subdivisions that touch any of these, without these."""
    return frozenset(other for shape in shapes for other in borders()[shape]) - shapes


def gap_between(tracker: Tracker, before: Jurisdiction, place: Jurisdiction) -> str:
    """How two places are connected: ``next``, ``between`` or ``apart``, as in ``Leg.gap``."""
    here, there = shapes_of(tracker, before), shapes_of(tracker, place)
    if here & there or around(here) & there:
        return "next"
    return "between" if _can_reach(here, there) else "apart"


def _can_reach(here: frozenset[str], there: frozenset[str]) -> bool:
    """Whether there is a way over land: a breadth-first search over shared borders."""
    seen, edge = set(here), set(here)
    while edge and not seen & there:
        edge = {other for shape in edge for other in borders()[shape]} - seen
        seen |= edge
    return bool(seen & there)


def _beside(
    tracker: Tracker, edition: Edition, places: list[Jurisdiction]
) -> dict[str, list[Jurisdiction]]:
    """Codes of the neighbours of a route, sorted by name, with the places of the route they border.

    A town on the route counts as its state: Arkansas borders Louisiana, and not New Orleans.
    """
    on_the_way = {level.code for place in places for level in chain(place, tracker.place)}
    passed = dict(_outlined(tracker, place) for place in places)
    bordered: dict[str, list[Jurisdiction]] = {}
    for level, shapes in passed.items():
        touching = tracker.known_places(sorted(around(shapes)))
        speaking = {_speaker(tracker, edition, shape) for shape in touching.values()}
        for code in speaking - on_the_way:
            bordered.setdefault(code, []).append(level)
    return dict(sorted(bordered.items(), key=lambda pair: tracker.place(pair[0]).name))


def _speaker(tracker: Tracker, edition: Edition, shape: Jurisdiction) -> str:
    """The code of the narrowest level of a neighbour that has a record; else that of its country."""
    levels = chain(shape, tracker.place)
    known = [level.code for level in levels if level.code in edition.records]
    return known[-1] if known else levels[0].code


def distance_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """The great-circle distance of two points (lat, lon) in degrees, by the haversine formula."""
    (lat1, lon1), (lat2, lon2) = here, there
    up, across = math.radians(lat2 - lat1), math.radians(lon2 - lon1)
    shrink = math.cos(math.radians(lat1)) * math.cos(math.radians(lat2))
    half = math.sin(up / 2) ** 2 + shrink * math.sin(across / 2) ** 2
    # For opposite points rounding may give slightly more than 1.
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def towns_near(
    edition: Edition, point: tuple[float, float], as_of: date, within_km: float = NEAR_KM
) -> list[Near]:
    """The towns with a law of their own within ``within_km`` of a point (lat, lon), nearest first."""
    cells = (edition.by_degree.get(cell, ()) for cell in _degrees_around(point, within_km))
    places = [edition.records[code].place for cell in cells for code in cell]
    near = [place for place in places if (_from(point, place) or 0) <= within_km]
    towns = [Near(town, _from(point, town.place)) for town in _towns(edition, near, as_of)]
    return sorted(towns, key=lambda town: town.km or 0)


def _degrees_around(point: tuple[float, float], within_km: float) -> set[tuple[int, int]]:
    """The cells of one degree, as whole (lat, lon), that a circle around a point can reach."""
    lat, lon = point
    up = math.degrees(within_km / EARTH_KM)
    # Meridians come closer together towards the poles, so the circle spans more degrees there.
    across = min(up / math.cos(math.radians(min(abs(lat) + up, 89.9))), 180.0)
    return {
        (north, (east + 180) % 360 - 180)
        for north in range(math.floor(lat - up), math.floor(lat + up) + 1)
        for east in range(math.floor(lon - across), math.floor(lon + across) + 1)
    }


def _towns(edition: Edition, places: Iterable[Jurisdiction], as_of: date) -> list[Resolution]:
    """The resolutions of those places that are towns whose own record says something about the day."""
    towns = [edition.glance(place, as_of) for place in places if place.kind in INCORPORATED]
    return [town for town in towns if town.levels[-1].period is not None]


def towns_around_county(edition: Edition, county: Jurisdiction, as_of: date) -> list[Near]:
    """The towns with a law of their own in a county or near its centre; distances are from the centre."""
    middle = middle_of(county.code)
    near = towns_near(edition, middle, as_of) if middle else []
    near = [town for town in near if town.resolution.place.code != county.code]
    named = {town.resolution.place.code for town in near}
    below = edition.below(county.code)
    local = [item.place for item in below if county.code in item.place.in_counties]
    inside = _towns(edition, local, as_of)
    far = [Near(town, _from(middle, town.place)) for town in inside if town.place.code not in named]
    return near + sorted(far, key=lambda town: town.km or 0)


def _from(middle: tuple[float, float] | None, place: Jurisdiction) -> float | None:
    if middle is None or place.lat is None or place.lon is None:
        return None
    return distance_km(middle, (place.lat, place.lon))


def middle_of(county: str) -> tuple[float, float] | None:
    """The centre (lat, lon) of the largest part of a US county; None if it has no outline."""
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
    """The area in square degrees, good for comparing only, and the centre of gravity (lat, lon)."""
    double = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        double, x, y = double + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    if not double:
        return 0.0, (ring[0][1], ring[0][0])
    return abs(double), (y / (3 * double), x / (3 * double))
