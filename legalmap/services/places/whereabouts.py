"""Where a point lies, and how sure that is: the region around it, those it may lie in too, those near.

An outline is only so exact: as near to a border as that, either side may be meant. Where outlines are
too coarse for an enclave or a small island there is a disc in its place.
"""

import csv
import math
from functools import cache

import msgspec

from legalmap import paths
from legalmap.services.places import point_index
from legalmap.services.places.border_index import KM_IN_A_DEGREE

# Who is farther from land than this is at sea.
AT_SEA_KM = 50.0
# A border is worth a word up to here beyond what the outlines can tell.
NEIGHBOUR_KM = 5.0
# Off the outlines the circle searched grows by these.
_CIRCLES = (12.0, AT_SEA_KM)
# How inexact a disc is, as a part of its radius: no enclave is round.
_ROUNDNESS = 0.5
# Cells in a degree by which the discs are looked up.
_DISC_CELLS = 10
_STATE = len("us-al")


class Whereabouts(msgspec.Struct, frozen=True):
    """``code``: the region of a point, None at sea; ``off_km`` is 0 unless it lies off every outline.

    ``possible``: the regions that may be the right one, ``code`` first. ``near``: (code, kilometres)
    of others that begin a little farther off, the nearest first.
    """

    code: str | None
    off_km: float = 0.0
    possible: tuple[str, ...] = ()
    near: tuple[tuple[str, float], ...] = ()
    accuracy: float = 0.0


class Disc(msgspec.Struct, frozen=True):
    """A place that the outlines do not show rightly, as a circle."""

    code: str
    lat: float
    lon: float
    km: float

    def beyond(self, lat: float, lon: float) -> float:
        """How far outside a point lies, in kilometres; negative inside."""
        east = (lon - self.lon) * math.cos(math.radians(lat))
        return math.hypot(lat - self.lat, east) * KM_IN_A_DEGREE - self.km


@cache
def _discs() -> dict[tuple[int, int], tuple[Disc, ...]]:
    """The discs by the cells in which a point may be near them."""
    found: dict[tuple[int, int], list[Disc]] = {}
    with (paths.DATA / "geography" / "discs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            disc = Disc(row["code"], float(row["lat"]), float(row["lon"]), float(row["km"]))
            reach = (disc.km + NEIGHBOUR_KM) / KM_IN_A_DEGREE * _DISC_CELLS
            up, across = disc.lat * _DISC_CELLS, disc.lon * _DISC_CELLS
            wide = reach / math.cos(math.radians(disc.lat))
            for north in range(math.floor(up - reach), math.floor(up + reach) + 1):
                for east in range(math.floor(across - wide), math.floor(across + wide) + 1):
                    found.setdefault((north, east), []).append(disc)
    return {key: tuple(discs) for key, discs in found.items()}


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return math.floor(lat * _DISC_CELLS), math.floor(lon * _DISC_CELLS)


def around(lat: float, lon: float) -> Whereabouts:
    """Where a point in degrees (WGS 84) lies. Nothing is kept."""
    code = point_index.region_at(lat, lon)
    if code is None and abs(lon) == 180:
        # The same meridian from the other side.
        code = point_index.region_at(lat, -lon)
    beside = _beside(lat, lon, NEIGHBOUR_KM + point_index.least_exact())
    for disc in _discs().get(_cell(lat, lon), ()):
        beyond = disc.beyond(lat, lon)
        if beyond <= 0:
            if code is not None and code != disc.code:
                beside[code] = (min(-beyond, beside.get(code, (-beyond, 0))[0]), 0)
            code = disc.code
        if beyond <= NEIGHBOUR_KM:
            beside[disc.code] = (abs(beyond), disc.km * _ROUNDNESS)
    if code is None or is_state_only(code):
        return _off(lat, lon, code)
    return _judged(code, 0.0, beside)


def is_near_edge(lat: float, lon: float) -> bool:
    """Whether another state or country may begin near a point, or a disc lies there: a quick look."""
    return _cell(lat, lon) in _discs() or point_index.is_near_outer(lat, lon)


def widest(code: str) -> str:
    """Of a county its state, else the country."""
    return code[:_STATE] if code.startswith("us-") else code.partition("-")[0]


def _beside(lat: float, lon: float, km: float) -> dict[str, tuple[float, float]]:
    """The regions near a point; of a state that the county outlines show too, only its counties."""
    found = point_index.regions_near(lat, lon, km)
    with_counties = {code[:_STATE] for code in found if len(code) > _STATE}
    return {code: how for code, how in found.items() if code not in with_counties}


def is_state_only(code: str) -> bool:
    """Of the United States the outlines of the world show states; the counties end at the shore."""
    return code.startswith("us-") and len(code) == _STATE and code != "us-dc"


def _off(lat: float, lon: float, state: str | None) -> Whereabouts:
    """A point off every outline, or off the counties of its state: the nearest region with an outline."""
    for km in _CIRCLES:
        found = _beside(lat, lon, km)
        inside = {c: how for c, how in found.items() if state is None or c.startswith(f"{state}-")}
        if inside:
            nearest = min(inside, key=lambda code: inside[code][0])
            return _judged(nearest, inside[nearest][0], found)
    return Whereabouts(state, possible=(state,) if state else ())


def _judged(code: str, off_km: float, beside: dict[str, tuple[float, float]]) -> Whereabouts:
    """What of the regions beside a point may be meant, and what is only near."""
    others = sorted(
        (how[0] - off_km, how[1], other)
        for other, how in beside.items()
        if other != code and not code.startswith(f"{other}-")
    )
    own = beside[code][1] if code in beside else 0.0
    possible = [other for away, accuracy, other in others if away <= max(accuracy, own)]
    near = [
        (other, round(away + off_km, 1))
        for away, accuracy, other in others
        if max(accuracy, own) < away <= NEIGHBOUR_KM
    ]
    exact = max(
        (max(accuracy, own) for _, accuracy, other in others if other in possible), default=0
    )
    return Whereabouts(code, off_km, (code, *possible), tuple(near), exact)
