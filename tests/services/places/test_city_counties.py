"""A city and its county in one give one answer, whichever of their codes, points, ZIPs or names is asked."""

import csv
from datetime import date

import pytest

from legalmap import paths
from legalmap.services.core.tracker import Tracker
from legalmap.services.places import search, whereabouts
from legalmap.services.reading.reader import Reader
from legalmap.store import places
from legalmap.store.engine import Store

DAY = date(2026, 11, 23)


def shipped(file: str) -> list[dict[str, str]]:
    with (paths.DATA / "jurisdictions" / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


CITIES = [row for row in shipped("us-places.csv") if row["county_code"]]


@pytest.fixture(scope="module")
def zips() -> dict[str, str]:
    """For each county a ZIP code that lies in it alone."""
    return {row["counties"]: row["zip"] for row in shipped("us-zips.csv")}


@pytest.mark.parametrize("row", CITIES, ids=[row["code"] for row in CITIES])
def test_whichever_way_it_is_asked_one_place_answers(
    shipped_store: Store, zips: dict[str, str], row: dict[str, str]
) -> None:
    tracker, code = Tracker(shipped_store), row["code"]
    asked = [code, row["county_code"], row["county_code"].upper()]
    assert {search.place(tracker, text).code for text in asked} == {code}
    with shipped_store.reading() as connection:
        for identifier in (row["fips"], *filter(str.isdecimal, row["aliases"].split())):
            assert [p.code for p in places.by_identifier(connection, identifier)] == [code]
    if code in zips:
        assert [p.code for p in search.counties_of_zip(tracker, zips[code])] == [code]
    assert code in [place.code for place in search.search(tracker, row["name"], 100).places]
    assert code in whereabouts.around(float(row["lat"]), float(row["lon"])).possible


def test_most_of_them_have_a_zip_code_of_their_own(zips: dict[str, str]) -> None:
    """So that the test above asks by ZIP code too."""
    assert sum(row["code"] in zips for row in CITIES) > 50


def test_a_borough_has_the_law_of_new_york_city(shipped_store: Store) -> None:
    edition = Reader(Tracker(shipped_store)).edition("kratom")
    place = search.place(Tracker(shipped_store), "us-ny-new-york-county")
    levels = [level.jurisdiction.code for level in edition.resolve(place, DAY).levels]
    assert levels == ["us", "us-ny", "us-ny-new-york", "us-ny-manhattan"]


def test_a_city_in_several_counties_is_below_each_of_them(shipped_store: Store) -> None:
    tracker = Tracker(shipped_store)
    edition = Reader(tracker).edition("kratom")
    counties = ("us-mo-jackson-county", "us-mo-clay-county", "us-mo-platte-county")
    for county in counties:
        assert "us-mo-kansas-city" in edition.directly_below[county]
        assert "us-mo-kansas-city" in [place.code for place in search.children(tracker, county)]
    place = tracker.place("us-mo-kansas-city")
    assert place.in_counties[:3] == counties
    levels = [level.jurisdiction.code for level in edition.resolve(place, DAY).levels]
    assert levels == ["us", "us-mo", "us-mo-kansas-city"]
