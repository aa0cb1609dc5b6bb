"""What was resolved goes from edition to edition, and no edition is ever given what another one knows."""

from datetime import date

import pytest

from legalmap.domain.jurisdictions import chain
from legalmap.domain.resolving import Level, Resolution, resolve
from legalmap.services import resolutions
from legalmap.services.resolutions import Key, Resolutions
from legalmap.services.tracker import Tracker
from legalmap.store.engine import Store

DAY = date(2026, 11, 23)
CODES = ("us", "us-fl", "us-fl-sarasota-county", "us-al")


@pytest.fixture
def found(sqlite_store: Store) -> dict[Key, Resolution]:
    """A resolution of each place, made of the levels above it."""
    tracker = Tracker(sqlite_store)
    topic = tracker.topic("kratom")
    return {
        (code, DAY, True): resolve(
            [Level(place) for place in chain(tracker.place(code), tracker.place)], topic, DAY, DAY
        )
        for code in CODES
    }


def _filled(found: dict[Key, Resolution], feed_no: int = 7) -> Resolutions:
    known = Resolutions(feed_no)
    for key, resolution in found.items():
        known.keep(feed_no, key, resolution)
    return known


def _codes(known: Resolutions, feed_no: int) -> list[str]:
    return [code for code in CODES if known.get(feed_no, (code, DAY, True))]


@pytest.mark.parametrize(
    ("moved", "left"),
    [
        # Nothing was published here: all holds on.
        ([], list(CODES)),
        # What is below a place that moved was made of it too …
        (["us-fl"], ["us", "us-al"]),
        (["us"], []),
        # … and what is above or beside it was not.
        (["us-fl-sarasota-county"], ["us", "us-fl", "us-al"]),
        (["us-al", "us-fl-sarasota-county"], ["us", "us-fl"]),
    ],
)
def test_the_next_edition_takes_over_what_holds_on(
    found: dict[Key, Resolution], moved: list[str], left: list[str]
) -> None:
    assert _codes(_filled(found).hand(8, frozenset(moved)), 8) == left


def test_the_edition_before_gets_and_leaves_nothing_any_more(found: dict[Key, Resolution]) -> None:
    """A request that still runs on it may be about to put in what no longer holds."""
    known = _filled(found)
    known.hand(8, frozenset({"us-fl"}))
    assert _codes(known, 7) == []
    key = ("us-fl", DAY, True)
    known.keep(7, key, found[key])
    assert known.get(8, key) is None
    known.keep(8, key, found[key])
    assert known.get(8, key) is found[key]


def test_what_is_only_imagined_is_apart(found: dict[Key, Resolution]) -> None:
    known = _filled(found)
    apart = known.copied(frozenset({"us-fl"}))
    assert _codes(apart, 7) == ["us", "us-al"]
    apart.keep(7, ("us-fl", DAY, True), found["us", DAY, True])
    assert known.get(7, ("us-fl", DAY, True)) is found["us-fl", DAY, True]
    assert _codes(known, 7) == list(CODES)


def test_the_oldest_go(found: dict[Key, Resolution], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolutions, "KEPT_RESOLUTIONS", 2)
    assert _codes(_filled(found), 7) == list(CODES[2:])
