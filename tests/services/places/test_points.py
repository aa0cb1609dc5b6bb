"""A point is answered where that is sure, asked back at a border, and never silent on land."""

import csv
import math
import random
from collections.abc import Iterator
from datetime import date
from functools import cache

import pytest

from legalmap import paths
from legalmap.domain.errors import AtSea, BadQuery
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.places import point_index, points, whereabouts
from legalmap.services.places.whereabouts import NEIGHBOUR_KM
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store

DAY = date(2026, 11, 23)


@cache
def towns() -> list[dict[str, str]]:
    with (paths.DATA / "jurisdictions" / "us-places.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def counties_of(town: dict[str, str]) -> set[str]:
    """The regions with an outline in which a town lies."""
    if town["code"] == "us-ny-new-york":
        return {row["code"] for row in towns() if row["county"] == "us-ny-new-york"}
    return {town["code"]} if town["county_code"] else {town["county"], *town["counties"].split()}


@cache
def misplaced() -> list[tuple[dict[str, str], whereabouts.Whereabouts]]:
    """The towns whose own point lies in another county by the outlines, and where it lies."""
    found = [(town, whereabouts.around(float(town["lat"]), float(town["lon"]))) for town in towns()]
    return [(town, where) for town, where in found if where.code not in counties_of(town)]


def is_in_state(town: dict[str, str], code: str | None) -> bool:
    return f"{code}-".startswith(f"{town['parent']}-")


@pytest.mark.slow
def test_the_right_county_is_always_one_of_those_that_may_be_meant() -> None:
    """All 46,718 towns by their own point; at most one in a thousand lies in another county."""
    assert [
        town["code"] for town, at in misplaced() if not counties_of(town) & {*at.possible}
    ] == []
    in_another_county = [town for town, at in misplaced() if is_in_state(town, at.code)]
    assert len(in_another_county) <= len(towns()) / 1000


@pytest.mark.slow
def test_no_town_is_decided_for_another_state_or_country(
    tracker: Tracker, edition: Edition
) -> None:
    for town, at in misplaced():
        if not is_in_state(town, at.code):
            found = spot(tracker, edition, float(town["lat"]), float(town["lon"]))
            assert any(is_in_state(town, code) for code in codes(found)), town["code"]
            assert len(found.places) > 1, town["code"]


SAN_FRANCISCO = (37.760, -122.443)
NAMED = [
    ("San Francisco", *SAN_FRANCISCO, "us-ca-san-francisco"),
    ("Singapore", 1.29, 103.85, "sg-01"),
    ("Sarasota", 27.33, -82.54, "us-fl-sarasota-county"),
    ("Bangkok", 13.75, 100.5, "th-10"),
    ("Washington", 38.9, -77.03, "us-dc"),
    ("Sevastopol", 44.6, 33.52, "ua-40"),
    ("downtown Denver", 39.742, -104.992, "us-co-denver"),
    ("Glendale, an enclave in Denver", 39.7035, -104.936, "us-co-arapahoe-county"),
    ("Manhattan", 40.78, -73.97, "us-ny-manhattan"),
    ("Falls Church", 38.885, -77.173, "us-va-falls-church"),
    ("St Peter's", 41.9022, 12.4539, "va"),
    ("the Colosseum", 41.89, 12.492, "it-62"),
    ("Monte Carlo", 43.739, 7.427, "mc"),
    ("Hong Kong Island", 22.28, 114.16, "hk"),
    ("Macau", 22.19, 113.545, "mo"),
    ("Malé", 4.175, 73.51, "mv-mle"),
    ("Venice", 45.434, 12.338, "it-34"),
    ("Beaver Island, off every county", 45.66, -85.55, "us-mi-charlevoix-county"),
    ("Taveuni, on the 180th meridian", -16.5, 180, "fj-n"),
    ("the same from the other side", -16.5, -180, "fj-n"),
]


@pytest.mark.parametrize(
    ("lat", "lon", "code"), [row[1:] for row in NAMED], ids=[r[0] for r in NAMED]
)
def test_enclaves_small_states_and_the_edge_of_the_map(lat: float, lon: float, code: str) -> None:
    assert whereabouts.around(lat, lon).code == code


def land(count: int) -> Iterator[tuple[float, float]]:
    """Random points on land, even over the globe, and as many more within 5 km of them."""
    chance = random.Random(16)
    while count > 0:
        lat, lon = math.degrees(math.asin(chance.uniform(-1, 1))), chance.uniform(-180, 180)
        if point_index.region_at(lat, lon):
            yield lat, lon
            yield lat + chance.uniform(-0.04, 0.04), lon + chance.uniform(-0.04, 0.04)
            count -= 2


@pytest.mark.slow
def test_no_point_on_land_is_silent() -> None:
    silent = [point for point in land(50_000) if not whereabouts.around(*point).possible]
    assert silent == []


@pytest.mark.slow
def test_the_quick_look_gives_what_the_close_one_gives() -> None:
    """Where it says that no other state or country is near, the close look finds none with another name."""
    quick = [(point, points.settled(*point)) for point in land(4_000)]
    assert sum(code is not None for _, code in quick) > 2_000
    for point, code in quick:
        if code is not None:
            found = whereabouts.around(*point)
            assert found.code == code
            others = {*found.possible, *(near for near, _ in found.near)}
            assert {whereabouts.widest(other) for other in others} == {whereabouts.widest(code)}


@pytest.fixture
def tracker(shipped_store: Store) -> Tracker:
    return Tracker(shipped_store)


@pytest.fixture
def edition(tracker: Tracker) -> Edition:
    return Reader(tracker).edition("kratom")


def spot(tracker: Tracker, edition: Edition, lat: float, lon: float) -> points.Spot:
    return points.at(tracker, edition, DAY, lat, lon)


def codes(found: points.Spot) -> list[str]:
    return [place.code for place in found.places]


def test_at_a_border_whose_sides_differ_both_are_asked_about(
    tracker: Tracker, edition: Edition
) -> None:
    """Beecher Falls, Vermont: its own point lies in New Hampshire by the outlines."""
    found = spot(tracker, edition, 45.010, -71.488)
    assert {"us-nh-coos-county", "us-vt-essex-county"} <= set(codes(found))
    assert "Coos County" in found.question
    assert "Essex County" in found.question
    assert "Ask which one it is." in found.question


def test_at_a_border_whose_sides_agree_nobody_is_asked(tracker: Tracker, edition: Edition) -> None:
    """Two counties of Texas without a rule of their own: the state's law holds on both sides."""
    lat, lon = 31.5, -99.5
    while len(whereabouts.around(lat, lon).possible) < 2:
        lat -= 0.005
    assert len(codes(spot(tracker, edition, lat, lon))) == 1


def test_a_neighbour_with_another_answer_is_named_beside_it(
    tracker: Tracker, edition: Edition
) -> None:
    """Texarkana, Texas: Arkansas, which bans, begins 4 km to the east."""
    lat, lon = 33.40, -94.085
    assert point_index.region_at(lat, lon) == "us-tx-bowie-county"
    found = spot(tracker, edition, lat, lon)
    assert codes(found) == ["us-tx-bowie-county"]
    [caveat] = found.caveats
    assert caveat.code == "neighbour"
    assert "Miller County begins about" in caveat.text
    assert "the answer there is “banned”" in caveat.text


def test_off_every_outline_the_nearest_place_is_named_with_its_distance(
    tracker: Tracker, edition: Edition
) -> None:
    """Little Diomede lies 39 km off the mainland of Alaska."""
    found = spot(tracker, edition, 65.758, -168.95)
    assert codes(found) == ["us-ak-nome-census-area"]
    assert found.caveats[0].code == "nearest-place"
    assert "Nome Census Area, 39.4 km away" in found.caveats[0].text


def test_far_from_land_a_point_is_at_sea(tracker: Tracker, edition: Edition) -> None:
    with pytest.raises(AtSea, match="at sea: no place is within 50 km"):
        spot(tracker, edition, 0.0, -30.0)


@pytest.mark.parametrize(("lat", "lon"), [(91, 0), (0, 181), (float("nan"), 0), (0, float("inf"))])
def test_a_point_off_the_globe_is_refused(
    tracker: Tracker, edition: Edition, lat: float, lon: float
) -> None:
    with pytest.raises(BadQuery, match="degrees"):
        spot(tracker, edition, lat, lon)


def test_distances_near_a_border_are_what_they_should_be() -> None:
    """The 49th parallel is 5 km south of 49.045° north."""
    found = whereabouts.around(49.0405, -111.0)
    assert found.code == "ca-ab"
    [(near, km)] = found.near
    assert near == "us-mt-liberty-county"
    assert 4.2 < km <= NEIGHBOUR_KM
