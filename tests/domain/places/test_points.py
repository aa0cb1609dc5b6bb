"""A point is read however people write it, and nothing else is taken for one."""

import pytest

from legalmap.domain.places.points import Point, point_in

SARASOTA = (27.33, -82.54)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("27.33, -82.54", SARASOTA),
        ("27.33 -82.54", SARASOTA),
        ("27.33;-82.54", SARASOTA),
        ("27.33° N, 82.54° W", SARASOTA),
        ("27.33N 82.54W", SARASOTA),
        ("lat: 27.33, lon: -82.54", SARASOTA),
        ("27.33, −82.54", SARASOTA),
        ("27°19'48\"N 82°32'24\"W", SARASOTA),
        ("27° 19.8' N, 82° 32.4' W", SARASOTA),
        ("33.9 s, 18.4 e", (-33.9, 18.4)),
        ("0.0, 0.0", (0, 0)),
    ],
)
def test_a_point_is_read(text: str, point: tuple[float, float]) -> None:
    found = point_in(text)
    assert found is not None
    assert (found.lat, found.lon) == pytest.approx(point)
    assert not found.swapped


@pytest.mark.parametrize("text", ["82.54W 27.33N", "-122.42, 37.77", "82.54 W, 27.33 N"])
def test_a_longitude_written_first_is_told_by_its_letter_or_its_size(text: str) -> None:
    found = point_in(text)
    assert found is not None
    assert found.swapped
    assert found.lat > 0 > found.lon


@pytest.mark.parametrize(
    "text",
    [
        "",
        "34236",
        "34236-1234",
        "12 34",
        "1,2",
        "27.33",
        "27.33, north",
        "Route 66",
        "7-OH",
        "°, °",
    ],
)
def test_what_is_no_point_is_left_alone(text: str) -> None:
    assert point_in(text) is None


def test_a_point_may_lie_off_the_globe() -> None:
    assert not Point(95.1, 200.3).is_on_the_globe
    assert Point(-90, 180).is_on_the_globe


def test_turned_round_it_is_said() -> None:
    assert Point(1.5, 2.5).turned() == Point(2.5, 1.5, swapped=True)
