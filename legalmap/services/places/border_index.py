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
# A row more than the degrees have, for the pole itself.
ROWS, COLUMNS = 180 * CELLS + 2, 360 * CELLS
KM_IN_A_DEGREE = 111.2
# Nearer to a pole the columns of a circle of a few kilometres would be all of them.
LEAST_SHRINK = 0.01
NOBODY = -1
ARRAYS: dict[str, Any] = {
    "cells": "i",
    "starts": "i",
    "edge_of": "i",
    "sides": "h",
    "edges": "f",
    "close": "B",
    "outer": "B",
}
WORLD = "pip-admin1"
# How far around a border ``outer`` reaches: up to a neighbour that is worth a word.
REACH_KM = 9.0
Edge = tuple[float, float, float, float]


class Borders(msgspec.Struct, frozen=True):
    """The edges of one file of outlines, and how exact they are, in kilometres.

    ``cells``: the numbers of the cells that hold edges, rising; from ``starts`` on, ``edge_of`` names
    those of each. Of each edge ``edges`` has x1, y1, x2, y2 in degrees, ``sides`` the two regions.
    Two maps with a bit for each cell: ``close`` to any edge, and to an ``outer`` one, where a state or
    a country ends and another begins: within REACH_KM.
    """

    codes: tuple[str, ...]
    accuracy: float
    cells: Any
    starts: Any
    edge_of: Any
    sides: Any
    edges: Any
    close: Any
    outer: Any

    def is_near_outer(self, lat: float, lon: float) -> bool:
        """Whether another state or country may begin within REACH_KM of a point."""
        cell = cell_of(lat, lon)
        return bool(self.outer[cell >> 3] >> (cell & 7) & 1)

    def near(self, lat: float, lon: float, km: float) -> dict[str, float]:
        """The regions with an edge within a distance of a point, and how far off their nearest is."""
        cell = cell_of(lat, lon)
        if km <= REACH_KM and not self.close[cell >> 3] >> (cell & 7) & 1:
            return {}
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


def cell_of(lat: float, lon: float) -> int:
    """The number of the cell of a point."""
    return int((lat + 90) * CELLS) * COLUMNS + int((lon + 180) * CELLS) % COLUMNS


def middle_of(cell: int) -> tuple[float, float]:
    """The point in the middle of a cell, as (lat, lon)."""
    row, column = divmod(cell, COLUMNS)
    return (row + 0.5) / CELLS - 90, (column + 0.5) / CELLS - 180


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


def made(name: str, accuracy: float) -> tuple[Borders, set[int]]:
    """The borders of a file of outlines, and the cells that any of its lines touches.

    An arc of the file is the same line for both of its sides.
    """
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
    touched: set[int] = set()
    for arc, of in owners.items():
        one, other = [*of, NOBODY][:2]
        if not _is_wanted(names[one], names[other], name):
            touched.update(cell for edge in _pieces(arcs[arc]) for cell in _cells_of(edge))
        else:
            first = len(sides) // 2
            for number, edge in enumerate(_pieces(arcs[arc]), first):
                edges.extend(edge)
                sides.extend((one, other))
                cells = _cells_of(edge)
                for cell in cells:
                    held.setdefault(cell, []).append(number)
                if other != NOBODY and _widest(names[one]) != _widest(names[other]):
                    outer.update(cells)
    touched.update(held)
    return _packed(tuple(codes), accuracy, held, sides, edges, outer), touched


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


def _around(cells: Iterable[int]) -> "array[int]":
    """A bit for each cell of the globe: whether one of some cells lies within REACH_KM."""
    # A row is one number of that many bits, with a turn of the globe to spare on each side.
    rows = [0] * ROWS
    for cell in cells:
        row, column = divmod(cell, COLUMNS)
        wide = _WIDE[row]
        rows[row] |= ((1 << 2 * wide + 1) - 1) << COLUMNS + column - wide
    turn = (1 << COLUMNS) - 1
    folded = [bits >> 2 * COLUMNS | bits >> COLUMNS & turn | bits & turn for bits in rows]
    beside = zip([0, *folded], folded, [*folded[1:], 0], strict=False)
    content = b"".join((s | own | n).to_bytes(COLUMNS // 8, "little") for s, own, n in beside)
    return array("B", content)


def _width(row: int) -> int:
    """How many columns REACH_KM are in a row, at its side nearer to a pole."""
    lat = min(max(abs(row / CELLS - 90), abs((row + 1) / CELLS - 90)), 89.0)
    return math.ceil(REACH_KM / KM_IN_A_DEGREE / math.cos(math.radians(lat)) * CELLS)


_WIDE = [_width(row) for row in range(ROWS)]


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
    maps = _around(cells), _around(outer)
    return Borders(codes, accuracy, cells, starts, edge_of, sides, edges, *maps)
