"""Shapes that hang together are drawn as one, right-handed, and lose no land."""

import json
from collections import defaultdict

import pytest

from legalmap.services.places import geojson, map_shapes
from legalmap.services.places.map_shapes import Ring

# Arcs of two squares side by side, 0-1 and 1-2 wide: the second arc is the border they share.
LEFT, BORDER, RIGHT = (
    [(1.0, 1.0), (0.0, 1.0), (0.0, 0.0), (1.0, 0.0)],
    [(1.0, 0.0), (1.0, 1.0)],
    [(1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0)],
)
HOLE = [(0.2, 0.2), (0.2, 0.8), (0.8, 0.8), (0.8, 0.2), (0.2, 0.2)]
# Touches the left square in one corner only.
CORNER = [(0.0, 0.0), (-1.0, 0.0), (-1.0, -1.0), (0.0, -1.0), (0.0, 0.0)]
ARCS: list[Ring] = [LEFT, BORDER, RIGHT, HOLE, CORNER]
SQUARES = {
    # What hangs together, and how many polygons with how many rings come of it.
    "one square": ([[[0, 1]]], [1]),
    "two squares that share a border": ([[[0, 1]], [[2, ~1]]], [1]),
    "two squares, one of them with a hole": ([[[0, 1], [3]], [[2, ~1]]], [2]),
    "a hole that another shape fills": ([[[0, 1], [3]], [[~3]]], [1]),
    "two that touch in a corner": ([[[0, 1]], [[4]]], [1, 1]),
}


@pytest.mark.parametrize(("parts", "rings"), SQUARES.values(), ids=SQUARES)
def test_a_border_inside_disappears_and_a_hole_stays(
    parts: list[geojson.Part], rings: list[int]
) -> None:
    assert sorted(len(polygon) for polygon in geojson._polygons(ARCS, parts)) == rings


@pytest.mark.parametrize("turned", [False, True])
def test_the_outside_runs_anticlockwise_and_holes_clockwise(turned: bool) -> None:
    arcs = [arc[::-1] for arc in ARCS] if turned else ARCS
    square = [[1, 0], [3]] if turned else [[0, 1], [3]]
    [[outside, hole]] = geojson._polygons(arcs, [square])
    assert geojson._area(outside) == 2
    assert geojson._area(hole) < 0


def area_of(geometry: dict) -> float:
    many = geometry["type"] == "MultiPolygon"
    polygons = geometry["coordinates"] if many else [geometry["coordinates"]]
    for outside, *holes in polygons:
        assert geojson._area(outside) > 0
        assert all(geojson._area(hole) < 0 for hole in holes)
    return sum(geojson._area(ring) for polygon in polygons for ring in polygon)


def test_every_country_and_subdivision_keeps_its_area() -> None:
    topology = map_shapes.topology("pip-admin1")
    arcs = map_shapes.arcs(topology)
    areas: dict[str, float] = defaultdict(float)
    for code, part in map_shapes.parts(topology):
        sizes = [abs(geojson._area(map_shapes.ring(arcs, ring))) for ring in part]
        for owner in {code, code.partition("-")[0]}:
            areas[owner] += sizes[0] - sum(sizes[1:])
    drawn = geojson.outlines([code for code in areas if "-" not in code or code[:2] == "us"])
    assert {"us", "th", "ru", "fj", "us-ak"} <= set(drawn)
    for code, geometry in drawn.items():
        # Rounding to 100 m moves small islands a little.
        assert area_of(json.loads(geometry)) == pytest.approx(areas[code], rel=0.02, abs=0.005)


def test_a_place_without_a_shape_is_left_out_and_asked_for_once() -> None:
    assert geojson.outlines(["us-fl-sarasota", "us-fl-sarasota-county"]).keys() == {
        "us-fl-sarasota-county"
    }
    assert geojson.outlines([]) == {}
