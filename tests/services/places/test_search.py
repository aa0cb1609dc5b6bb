"""Finding a place on the real tree: code, identifier, name, ZIP, point; typing errors forgiven."""

import pytest

from legalmap.domain.errors import Missing
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


def test_an_unknown_code_names_near_ones(tracker: Tracker) -> None:
    with pytest.raises(Missing) as caught:
        search.place(tracker, "us-alabama")
    assert "us-al" in caught.value.near
