"""The tree of places: found by code, other codes and ZIP code."""

import pytest

from legalmap.store import places
from legalmap.store.engine import Store
from legalmap.store.tables import zip_county
from tests.store.build import PLACES, a_row, counted_queries


def test_a_place_comes_back_as_it_was_filled_in(store: Store) -> None:
    with store.reading() as connection:
        place = places.get(connection, "us-fl-sarasota")
    assert place is not None
    assert (place.kind, place.name, place.parent) == ("city", "Sarasota", "us-fl")
    assert (place.county, place.fips) == ("us-fl-sarasota-county", "1264175")
    assert (place.lat, place.lon) == (27.338, -82.544)
    assert (place.iso, place.law, place.note, place.called) == (None, "", "", "")


def test_a_place_can_have_its_own_law(store: Store) -> None:
    with store.reading() as connection:
        hong_kong = places.get(connection, "hk")
    assert hong_kong is not None
    assert (hong_kong.parent, hong_kong.law) == ("cn", "own")


@pytest.mark.parametrize(("alias", "code"), [("pr", "us-pr"), ("cn-hk", "hk")])
def test_another_code_finds_the_place_under_its_own(store: Store, alias: str, code: str) -> None:
    with store.reading() as connection:
        place = places.get(connection, alias)
    assert place is not None
    assert place.code == code


@pytest.mark.parametrize("code", ["xx", "", "US", "us-", "us%", "us_fl", "u_", "'; --"])
def test_an_unknown_code_gives_none(store: Store, code: str) -> None:
    with store.reading() as connection:
        assert places.get(connection, code) is None


def test_many_places_are_found_by_the_code_asked_for(store: Store) -> None:
    with store.reading() as connection:
        places_by_code = places.get_many(connection, ["us", "pr", "xx", "us", "us-pr"])
    assert {code: place.code for code, place in places_by_code.items()} == {
        "us": "us",
        "pr": "us-pr",
        "us-pr": "us-pr",
    }


def test_no_code_gives_no_place_and_asks_nothing(store: Store) -> None:
    with store.reading() as connection, counted_queries(store) as sent:
        assert places.get_many(connection, []) == {}
    assert sent == []


def test_more_codes_than_one_query_takes_are_all_found(store: Store) -> None:
    wanted = [f"th-{number}" for number in range(1201)]
    rows = [a_row(code, "state", f"Province {code}", "th") for code in wanted]
    with store.writing() as connection:
        places.fill(connection, rows)
        with counted_queries(store) as sent:
            places_by_code = places.get_many(connection, [*wanted, "pr"])
    assert sorted(places_by_code) == sorted([*wanted, "pr"])
    assert len(sent) <= 2 * 3


@pytest.mark.parametrize(
    ("identifier", "code"),
    [
        ("US-AL", "us-al"),
        ("us-al", "us-al"),
        ("TH", "th"),
        ("01", "us-al"),
        ("12115", "us-fl-sarasota-county"),
        ("0150000", "us-al-mobile"),
    ],
)
def test_iso_and_fips_codes_find_their_place(store: Store, identifier: str, code: str) -> None:
    with store.reading() as connection:
        assert [place.code for place in places.by_identifier(connection, identifier)] == [code]


@pytest.mark.parametrize("identifier", ["", "1", "%", "US-%", "ZZ", "12\x00115", "\n"])
def test_what_is_no_identifier_finds_nothing(store: Store, identifier: str) -> None:
    with store.reading() as connection:
        assert places.by_identifier(connection, identifier) == []


def test_directly_below_a_state_are_its_counties_and_cities(store: Store) -> None:
    with store.reading() as connection:
        codes = [place.name for place in places.children(connection, "us-fl")]
    assert codes == ["Sarasota", "Sarasota County"]


def test_directly_below_a_county_are_its_towns(store: Store) -> None:
    with store.reading() as connection:
        codes = [place.code for place in places.children(connection, "us-fl-sarasota-county")]
    assert codes == ["us-fl-sarasota"]


def test_paging_meets_every_place_once_in_the_order_of_codes(store: Store) -> None:
    met: list[str] = []
    with store.reading() as connection:
        while page := places.page(connection, parent=None, after=met[-1] if met else "", limit=4):
            assert len(page) <= 4
            met += [place.code for place in page]
    assert met == sorted(row["code"] for row in PLACES)


def test_paging_can_keep_to_one_parent(store: Store) -> None:
    with store.reading() as connection:
        page = places.page(connection, parent="us", after="us-ca", limit=100)
    assert [place.code for place in page] == ["us-fl", "us-pr", "us-wv"]


def test_codes_begin_as_asked_in_order_and_no_more_than_asked(store: Store) -> None:
    with store.reading() as connection:
        codes = places.codes_like(connection, "us-ca", 25)
        assert codes == ["us-ca", "us-ca-san-diego", "us-ca-san-diego-county"]
        assert places.codes_like(connection, "us-ca", 2) == codes[:2]


@pytest.mark.parametrize("typed", ["%", "_", "u_", "us%", "/", "\\"])
def test_wildcards_mean_nothing_in_codes(store: Store, typed: str) -> None:
    with store.reading() as connection:
        assert places.codes_like(connection, typed, 25) == []


def test_a_zip_code_gives_its_counties_the_one_in_its_middle_first(store: Store) -> None:
    both = ["us-fl-sarasota-county", "us-al-mobile-county"]
    with store.writing() as connection:
        places.fill_zips(connection, [("00001", both), ("00002", both[::-1])])
        assert [place.code for place in places.of_zip(connection, "00001")] == both
        assert [place.code for place in places.of_zip(connection, "00002")] == both[::-1]


def test_the_counties_of_a_zip_code_come_by_position_however_they_are_stored(
    store: Store,
) -> None:
    with store.writing() as connection:
        for position, code in [(2, "us"), (0, "th"), (1, "cn")]:
            row = {"zip": "00001", "position": position, "code": code}
            connection.execute(zip_county.insert().values(row))
        assert [place.code for place in places.of_zip(connection, "00001")] == ["th", "cn", "us"]


@pytest.mark.parametrize("zip_code", ["99999", "", "3423", "3423_", "%"])
def test_an_unknown_zip_code_gives_nothing(store: Store, zip_code: str) -> None:
    with store.reading() as connection:
        assert places.of_zip(connection, zip_code) == []


def test_the_counties_of_all_zip_codes_that_begin_so_are_those_in_their_middle(
    store: Store,
) -> None:
    both = ["us-fl-sarasota-county", "us-al-mobile-county"]
    with store.writing() as connection:
        places.fill_zips(connection, [("00101", both), ("00102", both[::-1]), ("00201", both)])
        assert sorted(places.counties_of_zips(connection, "001")) == sorted(both)
        assert places.counties_of_zips(connection, "0_1") == []
