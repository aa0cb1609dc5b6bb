"""How far it is from a point to the borders and coasts around it: every edge of the outlines, in small cells.

Distances are measured on a plane laid through the point, which is exact enough for tens of kilometres.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from legalmap.services.places import map_shapes

# Cells in a degree; an edge is cut so that it is no longer than a cell.
CELLS = 10
COLUMNS = 360 * CELLS
KM_IN_A_DEGREE = 111.2
# Nearer to a pole the columns of a circle of a few kilometres would be all of them.
LEAST_SHRINK = 0.01
NOBODY = -1
ARRAYS: dict[str, Any] = {
    **{"cells": "i", "starts": "i", "edge_of": "i", "outer": "i"},
    **{"sides": "h", "edges": "f"},
}
WORLD = "pip-admin1"
# How far around a border ``outer`` reaches: up to a neighbour that is worth a word.
REACH_KM = 9.0
Edge = tuple[float, float, float, float]


class Borders(msgspec.Struct, frozen=True):
    """The edges of one file of outlines, and how exact they are, in kilometres.

    ``cells``: the numbers of the cells that hold edges, rising; from ``starts`` on, ``edge_of`` names
    those of each. Of each edge ``edges`` has x1, y1, x2, y2 in degrees, ``sides`` the two regions.
    ``outer``: the numbers of the cells near which a state or a country ends, rising.
    """

    codes: tuple[str, ...]
    accuracy: float
    cells: Any
    starts: Any
    edge_of: Any
    sides: Any
    edges: Any
    outer: Any

    def is_near_outer(self, lat: float, lon: float) -> bool:
        """Whether another state or country may begin within REACH_KM of a point."""
        cell = int((lat + 90) * CELLS) * COLUMNS + int((lon + 180) * CELLS) % COLUMNS
        at = bisect_left(self.outer, cell)
        return at < len(self.outer) and self.outer[at] == cell

    def near(self, lat: float, lon: float, km: float) -> dict[str, float]:
        """The regions with an edge within a distance of a point, and how far off their nearest is."""
        shrink = max(math.cos(math.radians(lat)), LEAST_SHRINK)
        reach: dict[int, float] = {}
        edges, sides = self.edges, self.sides
        for edge in self._edges_near(lat, lon, km / KM_IN_A_DEGREE, shrink):
            at = 4 * edge
            x1, x2 = edges[at] - lon, edges[at + 2] - lon
            if not -180 <= x1 <= 180:
                x1, x2 = _east(x1), _east(x2)
            y1, y2 = edges[at + 1] - lat, edges[at + 3] - lat
            away = KM_IN_A_DEGREE * _distance(x1 * shrink, y1, x2 * shrink, y2)
            if away <= km:
                one, other = sides[2 * edge], sides[2 * edge + 1]
                reach[one] = min(away, reach.get(one, away))
                reach[other] = min(away, reach.get(other, away))
        reach.pop(NOBODY, None)
        return {self.codes[side]: away for side, away in reach.items()}

    def pairs(self) -> set[tuple[str, str]]:
        """The regions that share a line."""
        sides = self.sides.tolist()
        numbers = set(zip(sides[::2], sides[1::2], strict=True))
        return {(self.codes[one], self.codes[other]) for one, other in numbers if other != NOBODY}

    def _edges_near(self, lat: float, lon: float, degrees: float, shrink: float) -> Iterable[int]:
        wide = min(degrees / shrink, 180)
        left, right = _whole(lon - wide + 180), _whole(lon + wide + 180)
        seen: set[int] = set()
        for row in range(_whole(lat - degrees + 90), _whole(lat + degrees + 90) + 1):
            for column in range(left, right + 1):
                cell = row * COLUMNS + column % COLUMNS
                at = bisect_left(self.cells, cell)
                if at < len(self.cells) and self.cells[at] == cell:
                    seen.update(self.edge_of[self.starts[at] : self.starts[at + 1]])
        return seen


def _whole(degrees: float) -> int:
    return math.floor(degrees * CELLS)


def _east(degrees: float) -> float:
    """A difference of longitudes the short way round."""
    return (degrees + 180) % 360 - 180


def _distance(x1: float, y1: float, x2: float, y2: float) -> float:
    """From the origin to the nearest point of a line."""
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    along = min(1.0, max(0.0, -(x1 * dx + y1 * dy) / length)) if length else 0.0
    return math.hypot(x1 + along * dx, y1 + along * dy)


def made(name: str, accuracy: float) -> Borders:
    """The borders of a file of outlines: an arc of the file is the same line for both of its sides."""
    topology = map_shapes.topology(name)
    codes: dict[str, int] = {}
    owners: dict[int, list[int]] = {}
    for code, part in map_shapes.parts(topology):
        number = codes.setdefault(code, len(codes))
        for index in (index for ring in part for index in ring):
            owners.setdefault(index if index >= 0 else ~index, []).append(number)
    names, arcs = [*codes, ""], map_shapes.arcs(topology)
    edges, sides = array("f"), array("h")
    held: dict[int, list[int]] = {}
    outer: set[int] = set()
    for arc, of in owners.items():
        one, other = [*of, NOBODY][:2]
        if _is_wanted(names[one], names[other], name):
            first = len(sides) // 2
            for number, edge in enumerate(_pieces(arcs[arc]), first):
                edges.extend(edge)
                sides.extend((one, other))
                for cell in _cells_of(edge):
                    held.setdefault(cell, []).append(number)
            if other != NOBODY and _widest(names[one]) != _widest(names[other]):
                outer.update(
                    cell for x, y, *_ in _pieces(arcs[arc]) for cell in _cells_around(x, y)
                )
    return _packed(tuple(codes), accuracy, held, sides, edges, outer)


def _is_wanted(one: str, other: str, name: str) -> bool:
    """Whether two regions meet there: the same on both sides is no border.

    The states and the shore of the United States are shown better by the counties.
    """
    is_doubled = name == WORLD and all(code.startswith("us-") for code in (one, other) if code)
    return one != other and not is_doubled


def _widest(code: str) -> str:
    """Of a county its state, else the country."""
    return code[: len("us-al")] if code.startswith("us-") else code.partition("-")[0]


def _pieces(line: map_shapes.Ring) -> Iterator[Edge]:
    """The edges of a line, cut where they are longer than a cell."""
    x1, y1 = line[0]
    for x2, y2 in line[1:]:
        length = max(abs(x2 - x1), abs(y2 - y1)) * CELLS
        if length <= 1:
            yield x1, y1, x2, y2
        else:
            count = math.ceil(length)
            dx, dy = (x2 - x1) / count, (y2 - y1) / count
            for n in range(count):
                yield x1 + n * dx, y1 + n * dy, x1 + (n + 1) * dx, y1 + (n + 1) * dy
        x1, y1 = x2, y2


def _cells_of(edge: Edge) -> Iterable[int]:
    """The cells that the box around an edge touches; it is no longer than a cell."""
    x1, y1, x2, y2 = edge
    first = int((y1 + 90) * CELLS) * COLUMNS + int((x1 + 180) * CELLS) % COLUMNS
    last = int((y2 + 90) * CELLS) * COLUMNS + int((x2 + 180) * CELLS) % COLUMNS
    if first == last:
        return (first,)
    rows = {first // COLUMNS, last // COLUMNS}
    columns = {first % COLUMNS, last % COLUMNS}
    return [row * COLUMNS + column for row in rows for column in columns]


def _cells_around(lon: float, lat: float) -> Iterator[int]:
    """The cells within REACH_KM of a point of a line whose next point is at most a cell away."""
    row, column = int((lat + 90) * CELLS), int((lon + 180) * CELLS)
    shrink = max(math.cos(math.radians(lat)), LEAST_SHRINK)
    wide = math.ceil(REACH_KM / KM_IN_A_DEGREE / shrink * CELLS)
    for up in (-1, 0, 1):
        for across in range(-wide, wide + 1):
            yield (row + up) * COLUMNS + (column + across) % COLUMNS


def _packed(
    codes: tuple[str, ...],
    accuracy: float,
    held: dict[int, list[int]],
    sides: "array[int]",
    edges: "array[float]",
    outer: set[int],
) -> Borders:
    cells, starts, edge_of = array("i", sorted(held)), array("i"), array("i")
    for cell in cells:
        starts.append(len(edge_of))
        edge_of.extend(held[cell])
    starts.append(len(edge_of))
    return Borders(codes, accuracy, cells, starts, edge_of, sides, edges, array("i", sorted(outer)))
