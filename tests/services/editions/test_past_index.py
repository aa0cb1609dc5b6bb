"""A past map from memory is the map that was seen then, whatever was published and whenever one asks."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legalmap.services.core.tracker import Tracker
from legalmap.services.editions import past_index
from legalmap.services.editions.past_index import Courses
from legalmap.services.reading.reader import Reader
from legalmap.store.derived import gist_index
from legalmap.store.engine import Store
from tests.build import a_payload, a_period
from tests.depth import examples
from tests.services.editions.test_editions import publish

DAYS = (date(2015, 1, 1), date(2020, 6, 1), date(2026, 11, 23))
STATUSES = ("legal", "banned", "regulated")
CODES = ("us", "us-fl", "us-al", "th", "us-fl-sarasota-county")


def seen(reader: Reader, feed_no: int, day: date) -> dict[str, str | None]:
    """The same map made from the records themselves."""
    edition = reader.edition("kratom", str(feed_no))
    payloads = {code: edition.records[code].payload for code in edition.records}
    return {code: past_index.status_on(payload, day) for code, payload in payloads.items()}


@pytest.mark.both_databases
@pytest.mark.parametrize("stride", [1, 3, 4_000])
@pytest.mark.parametrize("few", [0, 5_000])
def test_the_map_of_every_number_and_day(
    store: Store, monkeypatch: pytest.MonkeyPatch, stride: int, few: int
) -> None:
    monkeypatch.setattr(past_index, "STRIDE", stride)
    monkeypatch.setattr(gist_index, "FEW", few)
    tracker = Tracker(store)
    known = Courses(tracker, "kratom")
    for number in range(12):
        code, status = CODES[number * 3 % len(CODES)], STATUSES[number % 3]
        publish(store, code, a_payload(a_period("2018", status)))
        if number % 4:
            # It is asked in between too, so that it grows in steps of different length.
            known.statuses(number, DAYS[0])
    reader = Reader(tracker)
    for feed_no in (12, 3, 0, 7, *range(13)):
        for day in DAYS:
            assert known.statuses(feed_no, day) == seen(reader, feed_no, day)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)), max_size=60), st.integers(1, 9))
def test_the_nearest_stand_and_a_walk_are_the_whole_walk(
    said: list[tuple[int, int]], stride: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(past_index, "STRIDE", stride)
        # Rows are put in by hand here: no database is asked.
        known = Courses(None, "kratom")  # type: ignore[arg-type]
        for feed_no, (place, gist_id) in enumerate(said, 1):
            known._add(gist_index.Said(feed_no, f"place-{place}", gist_id))
        for rows in range(len(said) + 1):
            expected = {f"place-{place}": gist_id for place, gist_id in said[:rows]}
            stood = zip(known._codes, known._stood(rows), strict=False)
            assert {code: gist_id for code, gist_id in stood if gist_id} == expected
