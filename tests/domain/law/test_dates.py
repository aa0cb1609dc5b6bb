"""Dates of reduced precision: what is accepted, which days they span, how they are ordered."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legalmap.domain.law.dates import PartialDate, in_words
from tests.strategies import partial_dates


@pytest.mark.parametrize(
    ("text", "precision", "first", "last"),
    [
        # A year spans all its days.
        ("2016", "year", date(2016, 1, 1), date(2016, 12, 31)),
        # A month ends on its own last day.
        ("2016-05", "month", date(2016, 5, 1), date(2016, 5, 31)),
        # February of a leap year has 29 days, of another year 28.
        ("2016-02", "month", date(2016, 2, 1), date(2016, 2, 29)),
        ("1900-02", "month", date(1900, 2, 1), date(1900, 2, 28)),
        # December does not run into the next year.
        ("2016-12", "month", date(2016, 12, 1), date(2016, 12, 31)),
        # A day is itself.
        ("2016-05-10", "day", date(2016, 5, 10), date(2016, 5, 10)),
        # The calendar's first and last years are dates like any other.
        ("0001", "year", date.min, date(1, 12, 31)),
        ("9999", "year", date(9999, 1, 1), date.max),
    ],
)
def test_a_date_spans_what_it_names(text: str, precision: str, first: date, last: date) -> None:
    value = PartialDate(text)
    assert (value.precision, value.first_day, value.last_day) == (precision, first, last)


@pytest.mark.parametrize(
    "text",
    [
        # Nothing, words, and other ways of writing dates.
        "",
        "unknown",
        "10 May 2016",
        "05/2016",
        "20160510",
        "2016-W19",
        # Digits left out or in excess.
        "16",
        "2016-5",
        "2016-05-1",
        "02016",
        # Anything around the date, white space too.
        " 2016",
        "2016\n",
        "2016-05-10T00:00",
        # Digits of other scripts.
        "２０１６",
        "٢٠١٦",
    ],
)
def test_another_shape_is_refused_with_the_accepted_ones(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a year \(2016\), a year and month") as refused:
        PartialDate(text)
    assert text in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        # Months and days that no calendar has.
        "2016-13",
        "2016-02-30",
        "2015-02-29",
        "2016-04-31",
        # Zero is no month, no day and no year: it does not mean "unknown".
        "2016-00",
        "2016-00-10",
        "2016-05-00",
        "0000",
        "0000-05",
    ],
)
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^“{text}” is not a day of the calendar.$"):
        PartialDate(text)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        # As precise as the date is, and no more.
        (PartialDate("2016"), "2016"),
        (PartialDate("2016-05"), "May 2016"),
        (PartialDate("2016-05-09"), "9 May 2016"),
        # Calendar days too, without a leading zero.
        (date(2016, 5, 9), "9 May 2016"),
        # No date is a phrase that fits into a sentence.
        (None, "an unknown date"),
    ],
)
def test_a_date_in_words(value: PartialDate | date | None, words: str) -> None:
    assert in_words(value) == words


def test_of_dates_that_begin_together_the_more_exact_comes_first() -> None:
    texts = ["2016-02", "2016", "2016-01", "2015-12-31", "2016-01-01"]
    in_order = ["2015-12-31", "2016-01-01", "2016-01", "2016", "2016-02"]
    assert [value.text for value in sorted(map(PartialDate, texts))] == in_order


def test_a_date_is_not_compared_with_its_text_or_a_calendar_day() -> None:
    assert PartialDate("2016-05-10") != "2016-05-10"
    assert PartialDate("2016-05-10") != date(2016, 5, 10)
    with pytest.raises(TypeError):
        _ = PartialDate("2016") < "2017"  # type: ignore[operator]


@given(partial_dates())
def test_what_is_printed_is_parsed_to_the_same(value: PartialDate) -> None:
    again = PartialDate(str(value))
    assert again == value
    assert hash(again) == hash(value)
    assert repr(value) == f"PartialDate('{value}')"


@given(st.dates())
def test_every_calendar_day_is_a_date(day: date) -> None:
    value = PartialDate(day.isoformat())
    assert (value.first_day, value.last_day) == (day, day)


@given(partial_dates(), partial_dates())
def test_exactly_one_of_less_equal_greater_holds(one: PartialDate, other: PartialDate) -> None:
    assert [one < other, one == other, one > other].count(True) == 1
    assert (one == other) == (one.text == other.text)


@given(st.lists(partial_dates(), min_size=3, max_size=3))
def test_the_order_is_transitive(values: list[PartialDate]) -> None:
    low, middle, high = sorted(values)
    assert low <= middle <= high
    assert low <= high


@given(partial_dates(), partial_dates())
def test_the_order_agrees_with_the_first_days(one: PartialDate, other: PartialDate) -> None:
    if one.first_day != other.first_day:
        assert (one < other) == (one.first_day < other.first_day)


@given(partial_dates())
def test_a_span_begins_before_it_ends_and_is_no_longer_than_its_precision(
    value: PartialDate,
) -> None:
    days = (value.last_day - value.first_day) / timedelta(days=1) + 1
    shortest, longest = {"day": (1, 1), "month": (28, 31), "year": (365, 366)}[value.precision]
    assert shortest <= days <= longest
