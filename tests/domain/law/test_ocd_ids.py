"""OCD division ids follow the published naming rules, and are null where the official id is not sure."""

from collections import defaultdict

import pytest

from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.ocd_ids import ocd_of, spelled, state_of
from legalmap.services.maintenance import first_load

US = "ocd-division/country:us"
IDS = {
    "th": "ocd-division/country:th",
    "xk": None,
    "ca-on": None,
    "us-al": f"{US}/state:al",
    "us-dc": f"{US}/district:dc",
    "us-pr": f"{US}/territory:pr",
    "us-fl-sarasota-county": f"{US}/state:fl/county:sarasota",
    "us-la-acadia-parish": f"{US}/state:la/parish:acadia",
    "us-ak-bristol-bay-borough": f"{US}/state:ak/borough:bristol_bay",
    "us-ak-bethel-census-area": None,
    "us-ct-capitol-planning-region": None,
    "us-pr-bayamon-municipio": f"{US}/territory:pr/municipio:bayamón",
    "us-nm-dona-ana-county": f"{US}/state:nm/county:doña_ana",
    "us-va-charles-city-county": f"{US}/state:va/county:charles_city",
    "us-va-alexandria": f"{US}/state:va/place:alexandria",
    "us-co-denver": f"{US}/state:co/county:denver",
    "us-la-new-orleans": f"{US}/state:la/parish:orleans",
    "us-ak-juneau": f"{US}/state:ak/borough:juneau",
    "us-ny-manhattan": f"{US}/state:ny/county:new_york",
    "us-tn-nashville-davidson": f"{US}/state:tn/county:davidson",
    "us-pa-philadelphia": f"{US}/state:pa/place:philadelphia",
    "us-nv-carson-city": f"{US}/state:nv/place:carson_city",
    "us-ak-st-mary-s": None,
    "us-ca-la-quinta": f"{US}/state:ca/place:la_quinta",
    "us-ca-san-francisco": f"{US}/state:ca/county:san_francisco",
    "us-il-wilmington": None,
    "us-vt-barre": None,
    "us-mi-clinton-township": None,
}


@pytest.fixture(scope="module")
def places() -> dict[str, Jurisdiction]:
    """Every place that ships."""
    names = Jurisdiction.__struct_fields__
    rows = first_load.shipped_places()
    return {row["code"]: Jurisdiction(**{name: row[name] for name in names}) for row in rows}


def test_each_kind_of_place_has_the_official_id(places: dict[str, Jurisdiction]) -> None:
    ids = {code: ocd_of(places[code]) for code in IDS if code in places}
    assert ids == {code: ocd for code, ocd in IDS.items() if code in places}
    assert len(ids) > 18


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Clark's Point", "clark~s_point"),
        ("St. Mary's", "st_mary~s"),
        ("Matanuska-Susitna", "matanuska-susitna"),
        ("Doña Ana", "doña_ana"),
    ],
)
def test_a_name_is_spelled_by_the_published_rules(name: str, written: str) -> None:
    assert spelled(name) == written


def test_no_two_places_share_an_id_but_an_independent_city_and_its_county(
    places: dict[str, Jurisdiction],
) -> None:
    by_id = defaultdict(list)
    for place in places.values():
        if ocd := ocd_of(place):
            by_id[ocd].append(place)
    for ocd, sharing in by_id.items():
        called = {place.called for place in sharing}
        assert len(sharing) == 1 or (len(sharing) == 2 and "independent city" in called), ocd


def test_the_state_of_an_id_is_where_it_is_looked_for(places: dict[str, Jurisdiction]) -> None:
    for place in places.values():
        ocd = ocd_of(place)
        if ocd:
            assert state_of(ocd) in (place.code, place.parent)
    assert state_of("nonsense") is None
