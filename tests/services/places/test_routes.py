"""Borders, distances and ways: what the outlines say, on the real tree and the real records."""

import math
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.places import routes
from legalmap.services.places.routes import Leg, Way
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from tests.build import a_payload, a_period
from tests.services.build import edition_of

DAY = date(2026, 11, 23)


@pytest.fixture
def tracker(shipped_store: Store) -> Tracker:
    return Tracker(shipped_store)


@pytest.fixture
def edition(tracker: Tracker) -> Edition:
    return Reader(tracker).edition("kratom")


def an_edition(tracker: Tracker, edition: Edition, **statuses: str) -> Edition:
    """Records of our own: each place (with _ for -) has one undated period of that status."""
    contents = {}
    for name, status in statuses.items():
        word, _, possession = status.partition(" ")
        period = a_period(status=word, answers={"possession": possession} if possession else {})
        contents[name.replace("_", "-")] = a_payload(period)
    return edition_of(tracker, edition.feed_no, contents)


def a_way(tracker: Tracker, edition: Edition, *codes: str) -> Way:
    return routes.plan(tracker, edition, [tracker.place(code) for code in codes], DAY)


NEIGHBOURS = [
    ("us-al", {"us-fl", "us-ga", "us-ms", "us-tn"}),
    ("us-me", {"us-nh", "ca-qc", "ca-nb"}),
    ("us-dc", {"us-md", "us-va"}),
    ("us-mi", {"us-in", "us-oh", "us-wi", "ca-on"}),
    ("us-hi", set()),
]


@pytest.mark.parametrize(("code", "others"), NEIGHBOURS, ids=[code for code, _ in NEIGHBOURS])
def test_states_touch_on_land(tracker: Tracker, code: str, others: set[str]) -> None:
    """Michigan meets Illinois and Minnesota only in a lake; Arizona meets Colorado only in a point."""
    assert routes.around(routes.shapes_of(tracker, tracker.place(code))) == others


def test_four_corners_are_no_border() -> None:
    assert "us-co" not in routes.borders()["us-az"]
    assert "us-ut" in routes.borders()["us-az"]


def test_every_border_has_two_sides_and_none_is_with_itself() -> None:
    borders = routes.borders()
    one_sided = [(a, b) for a, others in borders.items() for b in others if a not in borders[b]]
    assert one_sided == []
    assert [shape for shape, others in borders.items() if shape in others] == []
    assert len(borders) > 3000


def test_a_country_touches_the_countries_around_it(tracker: Tracker) -> None:
    shapes = routes.around(routes.shapes_of(tracker, tracker.place("th")))
    assert {shape.partition("-")[0] for shape in shapes} == {"kh", "la", "mm", "my"}


def test_a_town_stands_for_its_state(tracker: Tracker) -> None:
    assert routes.shapes_of(tracker, tracker.place("us-fl-sarasota")) == {"us-fl"}


GAPS = [
    ("us-tx", "us-la", "next"),
    ("us-la", "us-al", "between"),
    ("us-al", "us-hi", "apart"),
    ("us-wa", "us-ak", "between"),
    ("us", "us-tx", "next"),
    ("us-fl-sarasota", "us-fl", "next"),
    ("us-ca", "mx", "next"),
    ("gb", "ie", "next"),
    ("gb", "fr", "apart"),
    ("us-al", "us-al", "next"),
]


@pytest.mark.parametrize(("here", "there", "gap"), GAPS, ids=[f"{a}>{b}" for a, b, _ in GAPS])
def test_how_two_places_hang_together(tracker: Tracker, here: str, there: str, gap: str) -> None:
    places = tracker.places([here, there])
    assert routes.gap_between(tracker, places[here], places[there]) == gap
    assert routes.gap_between(tracker, places[there], places[here]) == gap


def stricter_in(leg: Leg) -> list[str]:
    """The codes of the places inside a leg that are stricter, the strictest first."""
    return [place.code for group in leg.stricter for place in group.places]


def test_the_way_of_the_arrests(tracker: Tracker, edition: Edition) -> None:
    """From Texas to Alabama by way of Louisiana: two legs ban it, and Arkansas is a wrong turn away."""
    way = a_way(tracker, edition, "us-tx", "us-la", "us-al")
    assert [leg.resolution.status for leg in way.legs] == ["regulated", "banned", "banned"]
    assert [leg.gap for leg in way.legs] == ["next", "next", "between"]
    assert [leg.place.code for leg in way.strictest] == ["us-la", "us-al"]
    # Since July 2026 Tennessee bans it too, north of Alabama.
    beside = {border.resolution.place.code: border.beside for border in way.borders}
    assert {code: [place.code for place in places] for code, places in beside.items()} == {
        "us-ar": ["us-tx", "us-la"],
        "us-tn": ["us-al"],
    }
    assert "us-tx-bridgeport" in stricter_in(way.legs[0])


@pytest.mark.parametrize(
    ("codes", "beside"),
    [
        # Arkansas is a day's drive from New Orleans: it borders the state around it.
        (("us-al-mobile", "us-la-new-orleans"), ["us-la"]),
        # Two towns of one state are named once.
        (("us-tx-dallas", "us-tx-houston", "us-la"), ["us-tx", "us-la"]),
    ],
)
def test_a_neighbour_borders_the_state_of_a_town_and_not_the_town(
    tracker: Tracker, edition: Edition, codes: tuple[str, ...], beside: list[str]
) -> None:
    [arkansas] = [
        border
        for border in a_way(tracker, edition, *codes).borders
        if border.resolution.place.code == "us-ar"
    ]
    assert [place.code for place in arkansas.beside] == beside


def test_a_neighbour_on_the_way_is_no_wrong_turn(tracker: Tracker, edition: Edition) -> None:
    for codes in (("us-tx", "us-ar", "us-la"), ("us-tx", "us-la", "us-ar-little-rock")):
        way = a_way(tracker, edition, *codes)
        assert "us-ar" not in [border.resolution.place.code for border in way.borders]


def test_only_who_bans_possession_is_warned_of(tracker: Tracker, edition: Edition) -> None:
    ours = an_edition(
        tracker,
        edition,
        us="varies",
        us_al="legal",
        us_fl="banned allowed",
        us_ga="restricted prohibited",
        us_ms="banned unknown",
        us_tn="restricted",
    )
    way = a_way(tracker, ours, "us-al")
    assert [border.resolution.place.code for border in way.borders] == ["us-ga", "us-ms"]


def test_what_is_not_known_is_told_and_never_the_mildest(
    tracker: Tracker, edition: Edition
) -> None:
    ours = an_edition(tracker, edition, us_al="legal")
    way = a_way(tracker, ours, "us-al", "us-ga")
    assert [leg.place.code for leg in way.undecided] == ["us-ga"]
    assert [leg.place.code for leg in way.strictest] == ["us-al"]
    assert way.unresearched == (), "the law of the states around is that of the country they share"


def test_neighbours_nobody_researched_are_named_once_by_country(
    tracker: Tracker, edition: Edition
) -> None:
    way = a_way(tracker, an_edition(tracker, edition, us="varies", us_ca="legal"), "us-ca")
    assert [place.code for place in way.unresearched] == ["mx"]


def test_local_rules_are_named_only_if_they_are_stricter(
    tracker: Tracker, edition: Edition
) -> None:
    ours = an_edition(
        tracker,
        edition,
        us_fl="regulated",
        us_fl_sarasota_county="banned",
        us_fl_lee_county="regulated",
        us_fl_pinellas_county="restricted",
        us_fl_bay_county="legal",
    )
    [leg] = a_way(tracker, ours, "us-fl").legs
    assert stricter_in(leg) == ["us-fl-sarasota-county", "us-fl-pinellas-county"]


def test_a_place_may_come_twice(tracker: Tracker, edition: Edition) -> None:
    way = a_way(tracker, edition, "us-al", "us-ga", "us-al")
    assert len(way.legs) == 3
    assert [leg.place.code for leg in way.strictest] == ["us-al"]


def test_no_places_are_no_way(tracker: Tracker, edition: Edition) -> None:
    way = a_way(tracker, edition)
    assert (way.legs, way.strictest, way.borders) == ((), (), ())


DISTANCES = [
    ((0.0, 0.0), (0.0, 0.0), 0),
    ((0.0, 0.0), (0.0, 1.0), 111.2),
    ((51.5074, -0.1278), (48.8566, 2.3522), 343.6),
    ((0.0, 179.5), (0.0, -179.5), 111.2),
    ((90.0, 0.0), (-90.0, 0.0), 20015.1),
]


@pytest.mark.parametrize(("here", "there", "km"), DISTANCES)
def test_distances_on_the_globe(
    here: tuple[float, float], there: tuple[float, float], km: float
) -> None:
    assert routes.distance_km(here, there) == pytest.approx(km, abs=0.1)


def test_towns_near_a_point_are_sorted_and_within_reach(edition: Edition) -> None:
    fresno = (36.74, -119.78)
    [nearest, *_] = routes.towns_near(edition, fresno, DAY)
    assert nearest.resolution.place.code == "us-ca-fresno"
    assert nearest.km is not None
    assert nearest.km < 10
    assert nearest.miles == pytest.approx(nearest.km * 0.621371, rel=1e-4)
    towns = routes.towns_near(edition, (33.72, -117.83), DAY)
    distances = [town.km for town in towns]
    assert len(towns) > 5
    assert distances == sorted(distances, key=lambda km: km or 0)
    assert max(km or 0 for km in distances) <= 40
    assert routes.towns_near(edition, (0.0, -30.0), DAY) == []


def test_a_county_and_a_town_without_a_rule_are_not_towns_with_one(edition: Edition) -> None:
    towns = routes.towns_near(edition, (36.74, -119.78), DAY, within_km=20_000)
    assert all(town.resolution.place.kind in ("city", "town", "village") for town in towns)
    assert {town.resolution.place.code for town in towns} <= set(edition.records)


def test_a_town_whose_law_is_not_known_that_day_has_no_rule(
    tracker: Tracker, edition: Edition
) -> None:
    payload = a_payload(a_period("2020-05", "banned"))
    ours = edition_of(tracker, 1, {"us-ca-fresno": payload})
    assert routes.towns_near(ours, (36.74, -119.78), date(2019, 1, 1)) == []
    assert len(routes.towns_near(ours, (36.74, -119.78), date(2021, 1, 1))) == 1


def test_the_middle_of_a_county_is_inside_it(tracker: Tracker) -> None:
    from legalmap.services.places import whereabouts

    for code in ("us-ma-hampden-county", "us-tx-brewster-county", "us-fl-sarasota-county"):
        middle = routes.middle_of(code)
        assert middle is not None
        assert whereabouts.around(*middle).code == code
    assert routes.middle_of("us-al") is None


def test_towns_of_a_county_come_with_or_without_a_middle(
    tracker: Tracker, edition: Edition
) -> None:
    county = tracker.place("us-ma-hampden-county")
    codes = [
        town.resolution.place.code for town in routes.towns_around_county(edition, county, DAY)
    ]
    assert "us-ma-springfield" in codes
    assert "us-ma-northampton" in codes, "another county, but near"
    nowhere = Jurisdiction(code="us-ma-nowhere", kind="county", name="Nowhere", parent="us-ma")
    assert routes.towns_around_county(edition, nowhere, DAY) == []


@settings(deadline=None)
@given(st.floats(-89, 89), st.floats(-180, 180), st.floats(0, 1), st.floats(0, 2 * math.pi))
def test_who_is_near_lies_in_the_degrees_that_are_searched(
    lat: float, lon: float, part: float, bearing: float
) -> None:
    """Also across the 180th meridian and far in the north: or a town would be missed."""
    km = part * routes.NEAR_KM
    north = lat + math.degrees(km / routes.EARTH_KM) * math.cos(bearing)
    shrink = max(math.cos(math.radians(max(abs(lat), abs(north)))), 1e-6)
    east = lon + math.degrees(km / routes.EARTH_KM) * math.sin(bearing) / shrink
    there = north, (east + 180) % 360 - 180
    assume(routes.distance_km((lat, lon), there) <= routes.NEAR_KM)
    cell = math.floor(there[0]), math.floor(there[1])
    assert cell in routes._degrees_around((lat, lon), routes.NEAR_KM)


def test_the_towns_near_a_point_are_those_of_a_walk_over_all(edition: Edition) -> None:
    for lat, lon in [(36.74, -119.78), (33.72, -117.83), (41.9, -87.6), (71.3, -156.8)]:
        places = [item.place for item in edition.records.values()]
        towns = routes._towns(edition, places, DAY)
        near = {t.place.code for t in towns if (routes._from((lat, lon), t.place) or 0) <= 40}
        close = routes.towns_near(edition, (lat, lon), DAY)
        assert {town.resolution.place.code for town in close} == near
