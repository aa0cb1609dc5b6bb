"""A point is in the region that its whole outline says, and the index is shared, whole, or made anew."""

import os
import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legalmap.services.places import map_shapes, point_index
from legalmap.services.places.map_shapes import Ring
from tests.depth import examples

pytestmark = pytest.mark.slow

Polygon = tuple[str, list[Ring]]


@cache
def polygons(name: str) -> list[Polygon]:
    """The outlines as they ship, whole."""
    topology = map_shapes.topology(name)
    arcs = map_shapes.arcs(topology)
    return [
        (code, [map_shapes.ring(arcs, ring) for ring in part])
        for code, part in map_shapes.parts(topology)
    ]


def by_the_whole_outline(lat: float, lon: float) -> str | None:
    """The same rule without any index: a ray against every edge of every polygon."""
    for name in point_index.LAYERS:
        for code, rings in polygons(name):
            inside = False
            for ring in rings:
                inside ^= map_shapes.is_inside(ring, lon, lat)
            if inside:
                return code
    return None


# The same every time it is made, and it takes seconds.
made_once = cache(point_index._made)


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test changes the index of another."""
    monkeypatch.setattr(point_index, "_folder", None)
    monkeypatch.setattr(point_index, "_made", made_once)


ODD_ONES = [
    (90, 180), (-90, -180), (90, -180), (0, 0), (-0.0, -0.0), (0, 180), (0, -180), (51.5, -0.12),
    (27.34, -82.54), (32.25, -86), (32.5, -86.75), (64.9, -179.99), (-16.5, 180), (-16.5, -180),
    (36.998976, -109.045223), (-77.8, 166.7), (41, -111), (25.25, 121.5),
]  # fmt: skip


@pytest.mark.parametrize(("lat", "lon"), ODD_ONES)
def test_poles_edges_and_corners(lat: float, lon: float) -> None:
    assert point_index.region_at(lat, lon) == by_the_whole_outline(lat, lon)


@settings(max_examples=examples(60), deadline=None)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_any_point(lat: float, lon: float) -> None:
    assert point_index.region_at(lat, lon) == by_the_whole_outline(lat, lon)


def test_points_of_the_outlines_themselves() -> None:
    """Where neighbours meet the arithmetic must be the same to the last bit."""
    chance = random.Random(3)
    for name in point_index.LAYERS:
        for _, rings in chance.sample(polygons(name), 40):
            lon, lat = chance.choice(rings[0])
            assert point_index.region_at(lat, lon) == by_the_whole_outline(lat, lon)


def test_points_on_land() -> None:
    chance, found = random.Random(4), 0
    for _ in range(150):
        lat, lon = chance.uniform(25, 49), chance.uniform(-124, -68)
        expected = by_the_whole_outline(lat, lon)
        found += expected is not None
        assert point_index.region_at(lat, lon) == expected
    assert found > 80


POINTS = [(32.4, -86.9), (51.5, -0.12), (0.0, 0.0), (-33.9, 18.4)]


def answers(index: point_index.Index) -> list[str | None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(point_index, "_known", index)
        return [point_index.region_at(*point) for point in POINTS]


def test_what_one_process_made_the_next_one_maps(tmp_path: Path) -> None:
    made = point_index._shared(tmp_path / "files")
    [file] = (tmp_path / "files").iterdir()
    before = file.stat().st_mtime_ns
    script = (
        "from pathlib import Path; from legalmap.services.places import point_index;"
        f"point_index.share_in(Path({str(tmp_path / 'files')!r}));"
        "point_index._made = None;"
        f"print([point_index.region_at(*point) for point in {POINTS!r}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(answers(made))
    assert file.stat().st_mtime_ns == before
    assert (tmp_path / "files").stat().st_mode & 0o777 == 0o700


BROKEN = [
    ("cut off", lambda held: held[: len(held) // 2]),
    ("a byte is another", lambda held: held[:5000] + b"?" + held[5001:]),
    ("empty", lambda _held: b""),
    ("too short", lambda _held: b"?" * 34),
]


@pytest.mark.parametrize(("why", "broken"), BROKEN, ids=[why for why, _ in BROKEN])
def test_a_torn_file_is_made_anew(tmp_path: Path, why: str, broken) -> None:
    whole = answers(point_index._shared(tmp_path))
    [file] = tmp_path.iterdir()
    file.write_bytes(broken(file.read_bytes()))
    assert point_index._mapped(file) is None
    assert answers(point_index._shared(tmp_path)) == whole
    assert point_index._mapped(file) is not None


def test_a_file_of_somebody_else_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_index._shared(tmp_path)
    [file] = tmp_path.iterdir()
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    assert point_index._mapped(file) is None


def test_where_nothing_can_be_written_it_is_kept_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "us-al-dallas-county" in answers(point_index._shared(tmp_path / "file" / "files"))
    assert "It is kept in memory." in caplog.text
