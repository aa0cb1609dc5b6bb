"""A preview shows what publishing would show, and publishes nothing."""

from datetime import date

import pytest

from legalmap.domain.law.payload import NOT_RESEARCHED, Payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions import law_changes_of_place
from legalmap.services.reading.reader import Reader
from tests.build import TODAY, a_payload, a_period
from tests.services.build import decide, edition_of, propose

LEGAL, BANNED = a_payload(), a_payload(a_period(status="banned"))
SOON = a_payload(a_period(), a_period("2027-07-01", "banned"))
LAPSING = a_payload(a_period(status="banned", until="2027-03-31"))


@pytest.mark.both_databases
def test_an_edition_with_a_record_resolves_as_if_it_were_published(tracker: Tracker) -> None:
    """The place, its parent and every place below it."""
    before = Reader(tracker).edition("kratom")
    imagined = before.imagined("us-al", SOON)
    decide(tracker, propose(tracker, SOON))
    published = Reader(tracker).edition("kratom")
    days = (TODAY, date(2027, 7, 1))
    for code in ("us", "us-al", "us-al-mobile-county", "us-al-mobile"):
        place = tracker.place(code)
        for day in days:
            assert imagined.resolve(place, day) == published.resolve(place, day), (code, day)


def test_the_edition_that_readers_see_stays_as_it_is(tracker: Tracker) -> None:
    """Also what was resolved before the preview, and the contents all editions share."""
    edition, place = Reader(tracker).edition("kratom"), tracker.place("us-al")
    assert edition.resolve(place, TODAY).shown == "legal"
    imagined = edition.imagined("us-al", BANNED)
    assert imagined.resolve(place, TODAY).shown == "banned"
    assert edition.resolve(place, TODAY).shown == "legal"
    assert edition.records["us-al"].payload == LEGAL
    assert imagined.feed_no == edition.feed_no
    again = edition.imagined("us-al", SOON)
    assert again.resolve(place, TODAY).shown == "legal"


def test_a_first_record_is_added_and_an_empty_one_is_none(tracker: Tracker) -> None:
    """“Not researched” is no record, and says so."""
    edition = edition_of(tracker, 1, {"us-al": BANNED})
    added = edition.imagined("us", BANNED)
    assert added.codes == ["us", "us-al"]
    assert added.codes_below("us") == ["us-al"]
    removed = edition.imagined("us-al", NOT_RESEARCHED)
    assert removed.resolve(tracker.place("us-al"), TODAY).outcome == "not-researched"


@pytest.mark.parametrize(
    ("before", "after", "day"),
    [
        # What changes at once shows at once.
        (LEGAL, BANNED, TODAY),
        # A law to come shows on the day it begins.
        (LEGAL, SOON, date(2027, 7, 1)),
        # One that lapses shows on the day after its last.
        (BANNED, LAPSING, date(2027, 4, 1)),
        # Where nothing shows on a map, today is as good as any day.
        (LEGAL, a_payload(notes="Read again."), TODAY),
        # What is over changes no map to come.
        (LEGAL, a_payload(a_period("2015", "banned"), a_period("2016")), TODAY),
    ],
)
def test_the_maps_are_of_the_day_on_which_they_differ(
    tracker: Tracker, before: Payload, after: Payload, day: date
) -> None:
    """Two equal maps side by side would tell a reviewer nothing."""
    edition = edition_of(tracker, 1, {"us-al": before})
    imagined = edition.imagined("us-al", after)
    place = tracker.place("us-al")
    assert law_changes_of_place.telling_day(edition, imagined, place, TODAY) == day
