"""Outlines of places as GeoJSON geometries: what many shapes share is dissolved, rings right-handed.

A country has no shape of its own in data/geography: it is the union of its subdivisions. The shipped
shapes are cut at the 180th meridian already, as RFC 7946 asks, so no ring here crosses it.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from threading import Lock
from typing import Any

import msgspec

from legalmap.services.places import map_shapes
from legalmap.services.places.map_shapes import COUNTIES, SUBDIVISIONS, Ring

# 0.001° is about 100 m: finer than the shapes were drawn.
DECIMALS = 3
TRIANGLE = 4
Part = list[list[int]]

# As many as there are shapes, at the most.
_kept: dict[str, bytes | None] = {}
_lock = Lock()


def outlines(codes: Iterable[str], ahead: Iterable[str] = ()) -> dict[str, bytes]:
    """The geometry of each place, as JSON; a place without a shape is left out.

    ``ahead``: who will be asked for next; all that has to be drawn is drawn in one go.
    """
    wanted = _shaped().intersection(codes)
    with _lock:
        if not _kept.keys() >= wanted:
            left = wanted | _shaped().intersection(ahead)
            _kept.update(_drawn(sorted(left - _kept.keys())))
    geometries = ((code, _kept[code]) for code in wanted)
    return {code: geometry for code, geometry in geometries if geometry is not None}


@cache
def _shaped() -> frozenset[str]:
    """The codes of all places that have a shape, or subdivisions that have."""
    shapes = {
        shape
        for name in (SUBDIVISIONS, COUNTIES)
        for shape, _ in map_shapes.parts(map_shapes.topology(name))
    }
    return frozenset(shapes | {shape.partition("-")[0] for shape in shapes})


def _drawn(codes: list[str]) -> dict[str, bytes | None]:
    found: dict[str, bytes | None] = dict.fromkeys(codes)
    for name in (SUBDIVISIONS, COUNTIES):
        left = {code for code in codes if found[code] is None}
        topology = map_shapes.topology(name)
        arcs = map_shapes.arcs(topology)
        for code, own in _parts_of(topology, left, dissolve=name == SUBDIVISIONS).items():
            found[code] = _geometry(_polygons(arcs, own))
    return found


def _parts_of(
    topology: dict[str, Any], codes: set[str], *, dissolve: bool
) -> dict[str, list[Part]]:
    """The polygons of each code: its own and, to ``dissolve``, those of a country's subdivisions."""
    parts: dict[str, list[Part]] = {}
    for shape, part in map_shapes.parts(topology):
        owners = {shape, shape.partition("-")[0]} if dissolve else {shape}
        for code in owners & codes:
            parts.setdefault(code, []).append(part)
    return parts


def _polygons(arcs: list[Ring], parts: list[Part]) -> list[list[Ring]]:
    polygons: list[list[Ring]] = []
    for island in _islands(parts):
        polygons += _polygons_of_island(arcs, island)
    return sorted(polygons, key=lambda rings: rings[0])


def _islands(parts: list[Part]) -> list[list[Part]]:
    """Parts that hang together because they share an arc."""
    group = list(range(len(parts)))

    def root(index: int) -> int:
        while group[index] != index:
            group[index] = group[group[index]]
            index = group[index]
        return index

    seen: dict[int, int] = {}
    for index, part in enumerate(parts):
        for arc in (_plain(arc) for ring in part for arc in ring):
            group[root(index)] = root(seen.setdefault(arc, index))
    islands: dict[int, list[Part]] = {}
    for index, part in enumerate(parts):
        islands.setdefault(root(index), []).append(part)
    return list(islands.values())


def _plain(arc: int) -> int:
    """The number of an arc, whichever way it is walked."""
    return arc if arc >= 0 else ~arc


def _polygons_of_island(arcs: list[Ring], island: list[Part]) -> list[list[Ring]]:
    used = Counter(_plain(arc) for part in island for ring in part for arc in ring)
    # An arc that two parts share is a border inside, which the union does not have.
    edge = [arc for part in island for ring in part for arc in ring if used[_plain(arc)] == 1]
    rings = [_rounded(ring) for ring in _stitched(arcs, edge)]
    rings = [ring for ring in rings if len(ring) >= TRIANGLE and _area(ring)]
    if not rings:
        return []
    turn = _area(max(rings, key=lambda ring: abs(_area(ring)))) > 0
    outer = [ring for ring in rings if (_area(ring) > 0) == turn]
    polygons = [[_turned(ring, anticlockwise=True)] for ring in outer]
    for ring in rings:
        if (_area(ring) > 0) != turn:
            _home(polygons, ring).append(_turned(ring, anticlockwise=False))
    return polygons


def _home(polygons: list[list[Ring]], hole: Ring) -> list[Ring]:
    """The polygon a hole belongs to."""
    if len(polygons) == 1:
        return polygons[0]
    lon, lat = hole[0]
    holding = [rings for rings in polygons if map_shapes.is_inside(rings[0], lon, lat)]
    return min(holding or polygons, key=lambda rings: abs(_area(rings[0])))


def _stitched(arcs: list[Ring], edge: list[int]) -> list[Ring]:
    """Walk the arcs end to start into rings; a loop closes as soon as it meets its own way."""
    ways = [map_shapes.ring(arcs, [arc]) for arc in edge]
    begins: dict[tuple[float, float], list[Ring]] = {}
    for way in reversed(ways):
        begins.setdefault(way[0], []).append(way)
    rings: list[Ring] = []
    for way in ways:
        while begins.get(way[0]):
            rings += _walk(begins, way[0])
    return rings


def _walk(begins: dict[tuple[float, float], list[Ring]], at: tuple[float, float]) -> list[Ring]:
    rings: list[Ring] = []
    walked: list[Ring] = []
    while begins.get(at):
        way = begins[at].pop()
        walked.append(way)
        at = way[-1]
        starts = [earlier[0] for earlier in walked]
        if at in starts:
            loop = walked[starts.index(at) :]
            del walked[starts.index(at) :]
            rings.append([point for piece in loop for point in piece[:-1]])
    return rings


def _rounded(ring: Ring) -> Ring:
    """To the decimals we give, without repeated points, closed."""
    points: Ring = []
    for x, y in ring:
        point = (round(x, DECIMALS), round(y, DECIMALS))
        if not points or points[-1] != point:
            points.append(point)
    if points and points[0] != points[-1]:
        points.append(points[0])
    return points


def _area(ring: Ring) -> float:
    """Twice the signed area: positive where the ring runs anticlockwise."""
    return sum(
        x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)
    )


def _turned(ring: Ring, *, anticlockwise: bool) -> Ring:
    return ring if (_area(ring) > 0) == anticlockwise else ring[::-1]


def _geometry(polygons: list[list[Ring]]) -> bytes | None:
    if not polygons:
        return None
    if len(polygons) == 1:
        return msgspec.json.encode({"type": "Polygon", "coordinates": polygons[0]})
    return msgspec.json.encode({"type": "MultiPolygon", "coordinates": polygons})
