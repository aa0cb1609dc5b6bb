"""The timeline: which period holds on a day, which comes next, when a start is uncertain."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.periods import Period, in_force_on, next_after
from tests.build import a_period
from tests.strategies import timelines

UNDATED = a_period(None, "legal")
SINCE_2016 = a_period("2016-05", "regulated")
EMERGENCY = a_period("2019-03-01", "banned", until="2019-08")
SINCE_2021 = a_period("2021", "restricted")
TIMELINE = (UNDATED, SINCE_2016, EMERGENCY, SINCE_2021)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # Before every known date the undated period holds.
        (date.min, UNDATED),
        (date(2016, 4, 30), UNDATED),
        # A start known to the month counts from its first day.
        (date(2016, 5, 1), SINCE_2016),
        # A period holds until the day before the next begins.
        (date(2019, 2, 28), SINCE_2016),
        (date(2019, 3, 1), EMERGENCY),
        # The end of a law that lapses is inclusive; known to the month, it is the month's last day.
        (date(2019, 8, 31), EMERGENCY),
        # After a lapse nothing is known; the law before it does not come back by itself.
        (date(2019, 9, 1), None),
        (date(2020, 12, 31), None),
        # A start known to the year counts from the first of January.
        (date(2021, 1, 1), SINCE_2021),
        # The last period holds without end.
        (date.max, SINCE_2021),
    ],
)
def test_the_period_in_force(day: date, expected: Period | None) -> None:
    assert in_force_on(TIMELINE, day) is expected


@pytest.mark.parametrize(
    ("periods", "day", "expected"),
    [
        # Without periods nothing is in force.
        ((), date(2020, 1, 1), None),
        # Before the first dated period nothing is known.
        ((SINCE_2016,), date(2016, 4, 30), None),
        # The very day it begins it holds.
        ((SINCE_2016,), date(2016, 5, 1), SINCE_2016),
        # An undated law may lapse too.
        ((a_period(None, until="2018"),), date(2019, 1, 1), None),
    ],
)
def test_days_of_which_nothing_is_known(
    periods: tuple[Period, ...], day: date, expected: Period | None
) -> None:
    assert in_force_on(periods, day) is expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # The next law is the first that begins after the day, skipping none.
        (date(2010, 1, 1), SINCE_2016),
        (date(2016, 4, 30), SINCE_2016),
        # On the day a law begins it is no longer the next.
        (date(2016, 5, 1), EMERGENCY),
        # In the gap after a lapse there is a next law though none holds.
        (date(2020, 1, 1), SINCE_2021),
        # Nothing comes after the last.
        (date(2021, 1, 1), None),
    ],
)
def test_the_next_period(day: date, expected: Period | None) -> None:
    assert next_after(TIMELINE, day) is expected


@pytest.mark.parametrize(
    ("since", "day", "uncertain"),
    [
        # Within the month or year of a rough start the law may not have begun yet…
        ("2016-05", date(2016, 5, 1), True),
        ("2016-05", date(2016, 5, 30), True),
        ("2016", date(2016, 12, 30), True),
        # …but by its last day it has.
        ("2016-05", date(2016, 5, 31), False),
        ("2016", date(2016, 12, 31), False),
        # Before it and after it there is no doubt.
        ("2016-05", date(2016, 4, 30), False),
        ("2016-05", date(2016, 6, 1), False),
        # A start known to the day is never uncertain, and one before all knowledge neither.
        ("2016-05-10", date(2016, 5, 10), False),
        (None, date(2016, 5, 10), False),
    ],
)
def test_an_uncertain_start(since: str | None, day: date, uncertain: bool) -> None:
    assert a_period(since).start_is_uncertain_on(day) is uncertain


@given(timelines(), st.dates(), st.dates())
def test_time_never_runs_backwards(periods: tuple[Period, ...], one: date, other: date) -> None:
    in_force = [in_force_on(periods, day) for day in sorted((one, other))]
    places = [periods.index(period) for period in in_force if period]
    assert places == sorted(places)


@given(timelines(), st.dates())
def test_what_holds_has_begun_not_ended_and_nothing_later_has_begun(
    periods: tuple[Period, ...], day: date
) -> None:
    period = in_force_on(periods, day)
    begun = [p for p in periods if p.effective_from is None or p.effective_from.first_day <= day]
    if period is None:
        assert not begun or begun[-1].last_day < day
    else:
        assert period is begun[-1]
        assert period.first_day <= day <= period.last_day


@given(timelines(), st.dates())
def test_the_next_period_is_in_force_on_its_first_day(
    periods: tuple[Period, ...], day: date
) -> None:
    coming = next_after(periods, day)
    if coming is None:
        assert all(period.first_day <= day for period in periods)
    else:
        assert in_force_on(periods, coming.first_day) is coming
        before = in_force_on(periods, coming.first_day - timedelta(days=1))
        assert before in (None, in_force_on(periods, day))


def test_the_bounds_of_a_period_that_names_none() -> None:
    assert (UNDATED.first_day, UNDATED.last_day) == (date.min, date.max)
    assert EMERGENCY.effective_until == PartialDate("2019-08")
