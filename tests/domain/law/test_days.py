"""Today is the day at the place; a day has its own beginning there; what was known on a day, at its end."""

from datetime import UTC, date, datetime

import pytest

from legalmap.domain.law import days
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.resolution import Level
from legalmap.domain.law.resolving import resolve
from tests.build import a_payload, a_period, a_place, the_topic

TODAY = [
    # In the evening in California it is tomorrow in UTC, and in Bangkok as well.
    ("2026-07-01T03:00", "America/Los_Angeles", "2026-06-30"),
    ("2026-07-01T03:00", None, "2026-07-01"),
    ("2026-07-01T03:00", "Asia/Bangkok", "2026-07-01"),
    # In the afternoon in UTC the next day has begun in the east of Kiribati.
    ("2026-07-01T10:00", "Pacific/Kiritimati", "2026-07-02"),
    # At midnight exactly the new day has begun.
    ("2026-07-01T07:00", "America/Los_Angeles", "2026-07-01"),
    # In winter the clocks stand otherwise.
    ("2026-01-01T07:00", "America/Los_Angeles", "2025-12-31"),
    # A zone may be off by quarters of an hour.
    ("2026-07-01T18:15", "Asia/Kathmandu", "2026-07-02"),
]


@pytest.mark.parametrize(("now", "zone", "day"), TODAY)
def test_today_at_a_place(now: str, zone: str | None, day: str) -> None:
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert days.today_in(instant, zone).isoformat() == day


@pytest.mark.parametrize(("now", "zone", "day"), TODAY)
def test_a_day_begins_before_every_instant_that_lies_in_it(
    now: str, zone: str | None, day: str
) -> None:
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    begun = (instant - days.start_of(date.fromisoformat(day), zone)).total_seconds()
    assert 0 <= begun < 25 * 3600


def test_what_was_known_on_a_day_is_what_was_known_at_its_end() -> None:
    assert days.end_of(date(2026, 7, 1)).isoformat() == "2026-07-01T23:59:59.999999+00:00"


PLACE = a_place("us-ca", "state")


@pytest.mark.parametrize(
    ("day", "zone", "says"),
    [
        # The day before, on which some already have the new law by their clocks.
        (
            "2026-06-30",
            "America/Los_Angeles",
            "on 30 June 2026, by the clocks of America/Los_Angeles",
        ),
        (
            "2026-07-01",
            "America/Los_Angeles",
            "on 1 July 2026, by the clocks of America/Los_Angeles",
        ),
        # A place with several zones goes by UTC, and says so.
        ("2026-07-02", None, "on 2 July 2026, in UTC"),
        # Two days on nobody has another day on which the law differs.
        ("2026-07-03", "America/Los_Angeles", None),
        ("2026-06-29", None, None),
    ],
)
def test_the_day_is_named_where_the_law_turns_within_a_day(
    day: str, zone: str | None, says: str | None
) -> None:
    law = a_payload(a_period(None, "legal"), a_period("2026-07-01", "banned"))
    as_of = date.fromisoformat(day)
    caveat = days.whose_day(resolve([Level(PLACE, law)], the_topic(), as_of, as_of), zone)
    assert (caveat is None) == (says is None)
    assert caveat is None or (says or "") in caveat.text


def test_the_date_of_a_law_may_be_known_only_to_the_month() -> None:
    """Then its first day is the one near which the day is named."""
    law = a_payload(a_period(None, "legal"), a_period("2026-07", "banned"))
    as_of = PartialDate("2026-07").first_day
    assert days.whose_day(resolve([Level(PLACE, law)], the_topic(), as_of, as_of), None)
