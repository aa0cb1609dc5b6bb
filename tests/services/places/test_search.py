"""Finding a place on the real tree: code, identifier, name, ZIP, point; typing errors forgiven."""

import pytest

from legalmap.domain.errors import BadQuery, Missing
from legalmap.services.core.tracker import Tracker
from legalmap.services.places import search
from legalmap.store.engine import Store


@pytest.fixture
def tracker(shipped_store: Store) -> Tracker:
    return Tracker(shipped_store)


FOUND_FIRST = [
    ("Sarasota", "us-fl-sarasota"),
    ("34236", "us-fl-sarasota-county"),
    ("TH", "th"),
    ("us-mo-kansas-city", "us-mo-kansas-city"),
    ("US-AL", "us-al"),
    ("alabama", "us-al"),
    ("  New   York ", "us-ny"),
    ("PR", "us-pr"),
    ("Springfield, MA", "us-ma-springfield"),
    ("Cote d'Ivoire", "ci"),
    ("Sarasotta", "us-fl-sarasota"),
    ("us-fl-sarasota-conty", "us-fl-sarasota-county"),
    ("0150000", "us-al-mobile"),
]


@pytest.mark.parametrize(("text", "code"), FOUND_FIRST)
def test_what_a_person_types_finds_the_place(tracker: Tracker, text: str, code: str) -> None:
    assert search.search(tracker, text).places[0].code == code


@pytest.mark.parametrize("text", ["", "   ", "zzzzzzzz", "%", "_", "' OR 1=1 --", "\x00", "🌿"])
def test_nonsense_finds_nothing_and_harms_nothing(tracker: Tracker, text: str) -> None:
    assert search.search(tracker, text).places == []


def test_a_zip_in_several_counties_names_them_all(tracker: Tracker) -> None:
    found = search.search(tracker, "22046")
    assert found.zip_code == "22046"
    assert len(found.places) > 1


POINTS = [
    ("Singapore", 1.29, 103.85, "sg"),
    ("Sarasota", 27.33, -82.54, "us-fl-sarasota-county"),
    ("Bangkok", 13.75, 100.5, "th"),
    ("Washington", 38.9, -77.03, "us-dc"),
    ("Sevastopol", 44.6, 33.52, "ua-40"),
]


@pytest.mark.parametrize(
    ("lat", "lon", "code"), [row[1:] for row in POINTS], ids=[r[0] for r in POINTS]
)
def test_a_point_lies_in_its_place(tracker: Tracker, lat: float, lon: float, code: str) -> None:
    assert search.place_at(tracker, lat, lon).code.startswith(code)


def test_a_point_at_sea_is_nowhere(tracker: Tracker) -> None:
    with pytest.raises(Missing):
        search.place_at(tracker, 0.0, -30.0)


@pytest.mark.parametrize(("lat", "lon"), [(91, 0), (0, 181), (float("nan"), 0)])
def test_a_point_off_the_globe_is_refused(tracker: Tracker, lat: float, lon: float) -> None:
    with pytest.raises(BadQuery, match="degrees"):
        search.place_at(tracker, lat, lon)


def test_an_unknown_code_names_near_ones(tracker: Tracker) -> None:
    with pytest.raises(Missing) as caught:
        search.place(tracker, "us-alabama")
    assert "us-al" in caught.value.near
