"""A place that is no more leads to what it is now: by redirect where that is one, else by a choice."""

import pytest

from legalmap.domain.errors import NoLonger
from legalmap.services.core.tracker import Tracker
from legalmap.services.places import former, search
from legalmap.store.engine import Store


@pytest.mark.parametrize(
    ("code", "now"),
    [
        # Renamed in 2015.
        ("us-sd-shannon-county", "us-sd-oglala-lakota-county"),
        ("46113", "us-sd-oglala-lakota-county"),
        ("us-ak-wade-hampton-census-area", "us-ak-kusilvak-census-area"),
        # A city until 2013, now a town in the county around it.
        ("us-va-bedford-city", "us-va-bedford"),
    ],
)
def test_one_successor_answers_to_the_old_code(shipped_store: Store, code: str, now: str) -> None:
    assert search.place(Tracker(shipped_store), code).code == now


@pytest.mark.parametrize("code", ["us-ak-valdez-cordova-census-area", "02261"])
def test_the_parts_of_a_place_that_was_split_are_named(shipped_store: Store, code: str) -> None:
    with pytest.raises(NoLonger, match="split up on 2019-01-02") as caught:
        search.place(Tracker(shipped_store), code)
    assert caught.value.near == ("us-ak-chugach-census-area", "us-ak-copper-river-census-area")


def test_former_places_are_found_by_the_beginning_of_their_name() -> None:
    assert [place.code for place in former.called("shannon")] == ["us-sd-shannon-county"]
    assert former.called("") == []
