"""Outlines of places as GeoJSON geometries (RFC 7946): inner borders dissolved, rings right-handed.

A country has no shape of its own in data/geography: it is the union of its subdivisions. The shipped
shapes are already cut at the 180th meridian (RFC 7946, 3.1.9), so no ring here crosses it.
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
# The fewest points of a ring, the first of them repeated at the end.
TRIANGLE = 4
Part = list[list[int]]

# Geometries made so far, by code; at most as many as there are shapes.
_kept: dict[str, bytes | None] = {}
_lock = Lock()


def outlines(codes: Iterable[str], ahead: Iterable[str] = ()) -> dict[str, bytes]:
    """The geometry of each place as JSON, by code; a place without a shape is left out.

    ``ahead``: codes that will be requested next. All are made in one go, as each reads whole files.
    """
    wanted = _shaped().intersection(codes)
    with _lock:
        # Only one thread draws: drawing all shapes takes seconds.
        if not _kept.keys() >= wanted:
            undrawn = wanted | _shaped().intersection(ahead)
            _kept.update(_drawn(sorted(undrawn - _kept.keys())))
    geometries = ((code, _kept[code]) for code in wanted)
    return {code: geometry for code, geometry in geometries if geometry is not None}


@cache
def _shaped() -> frozenset[str]:
    """Codes of all places that have a shape, or whose subdivisions have."""
    shapes = {
        shape
        for name in (SUBDIVISIONS, COUNTIES)
        for shape, _ in map_shapes.parts(map_shapes.topology(name))
    }
    return frozenset(shapes | {shape.partition("-")[0] for shape in shapes})


def _drawn(codes: list[str]) -> dict[str, bytes | None]:
    geometries: dict[str, bytes | None] = dict.fromkeys(codes)
    for name in (SUBDIVISIONS, COUNTIES):
        undrawn = {code for code in codes if geometries[code] is None}
        topology = map_shapes.topology(name)
        arcs = map_shapes.arcs(topology)
        for code, parts in _parts_of(topology, undrawn, dissolve=name == SUBDIVISIONS).items():
            geometries[code] = _geometry(_polygons(arcs, parts))
    return geometries


def _parts_of(
    topology: dict[str, Any], codes: set[str], *, dissolve: bool
) -> dict[str, list[Part]]:
    """The polygons of each code; with ``dissolve``, a country gets those of its subdivisions."""
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
    """Groups of parts that are connected by shared arcs (union-find)."""
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
    """The number of an arc, whichever way it is walked: TopoJSON writes ``~n`` for backwards."""
    return arc if arc >= 0 else ~arc


def _polygons_of_island(arcs: list[Ring], island: list[Part]) -> list[list[Ring]]:
    used = Counter(_plain(arc) for part in island for ring in part for arc in ring)
    # An arc that two parts share is an inner border, which the union does not have.
    edge = [arc for part in island for ring in part for arc in ring if used[_plain(arc)] == 1]
    rings = [_rounded(ring) for ring in _stitched(arcs, edge)]
    rings = [ring for ring in rings if len(ring) >= TRIANGLE and _area(ring)]
    if not rings:
        return []
    # The largest ring is an outer one, and tells which way outer rings run; the others are holes.
    turn = _area(max(rings, key=lambda ring: abs(_area(ring)))) > 0
    outer = [ring for ring in rings if (_area(ring) > 0) == turn]
    polygons = [[_turned(ring, anticlockwise=True)] for ring in outer]
    for ring in rings:
        if (_area(ring) > 0) != turn:
            _home(polygons, ring).append(_turned(ring, anticlockwise=False))
    return polygons


def _home(polygons: list[list[Ring]], hole: Ring) -> list[Ring]:
    """The polygon a hole belongs to: the smallest that contains it."""
    if len(polygons) == 1:
        return polygons[0]
    lon, lat = hole[0]
    holding = [rings for rings in polygons if map_shapes.is_inside(rings[0], lon, lat)]
    return min(holding or polygons, key=lambda rings: abs(_area(rings[0])))


def _stitched(arcs: list[Ring], edge: list[int]) -> list[Ring]:
    """Join arcs end to start into rings; a ring is closed as soon as it meets a point it has passed."""
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
    """The ring rounded to DECIMALS, closed, and without repeated points."""
    points: Ring = []
    for x, y in ring:
        point = (round(x, DECIMALS), round(y, DECIMALS))
        if not points or points[-1] != point:
            points.append(point)
    if points and points[0] != points[-1]:
        points.append(points[0])
    return points


def _area(ring: Ring) -> float:
    """Twice the signed area: positive if the ring runs anticlockwise."""
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
