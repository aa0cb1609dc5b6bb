"""How fresh evidence is, and in which order sources are shown."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.freshness import FRESHNESS_LABELS, freshness
from legalmap.domain.law.sources import PRIMARY_KINDS, SOURCE_KINDS, by_strength
from tests.build import TODAY, a_source

LIMIT = 270


def reaching(day: date) -> PartialDate:
    """Evidence of that day."""
    return PartialDate(day.isoformat())


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        # Up to and on the age limit a record is fresh.
        (0, "fresh"),
        (LIMIT, "fresh"),
        # A day past it it is due.
        (LIMIT + 1, "due"),
        (2 * LIMIT, "due"),
        # A day past twice the limit it is overdue, for good.
        (2 * LIMIT + 1, "overdue"),
        (100 * LIMIT, "overdue"),
    ],
)
def test_freshness_by_age_in_days(age: int, expected: str) -> None:
    assert freshness(reaching(TODAY - timedelta(days=age)), TODAY, LIMIT) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Of a month or a year the first day counts: nothing looks fresher than it is.
        ("2026-03", "fresh"),
        ("2026-02", "due"),
        ("2026", "due"),
        ("2025", "overdue"),
    ],
)
def test_freshness_of_a_date_known_roughly(text: str, expected: str) -> None:
    assert freshness(PartialDate(text), TODAY, LIMIT) == expected


def test_no_freshness_says_that_anybody_approved() -> None:
    """A fresh record is one with a new source: nobody need have looked at it."""
    assert all("verified" not in label.lower() for label in FRESHNESS_LABELS.values())


def test_what_has_no_dated_source_is_never_fresh() -> None:
    assert freshness(None, TODAY, LIMIT) == "never"


@given(st.dates(max_value=TODAY), st.integers(1, 1000), st.integers(0, 1000))
def test_evidence_only_grows_older(verified: date, limit: int, days: int) -> None:
    order = ["fresh", "due", "overdue"]
    now = freshness(reaching(verified), TODAY, limit)
    later = freshness(reaching(verified), TODAY + timedelta(days=days), limit)
    assert order.index(later) >= order.index(now)


def test_every_freshness_has_a_label() -> None:
    assert set(FRESHNESS_LABELS) == {"fresh", "due", "overdue", "never"}


def test_the_strongest_sources_come_first_and_equals_stay_in_order() -> None:
    kinds = ["vendor", "news", "statute", "court", "news", "agency"]
    given_in = tuple(a_source(f"https://x.example/{n}", kind=k) for n, k in enumerate(kinds))
    shown = [(source.kind, source.url[-1]) for source in by_strength(given_in)]
    strong = [("statute", "2"), ("court", "3"), ("agency", "5")]
    assert shown == [*strong, ("news", "1"), ("news", "4"), ("vendor", "0")]


def test_primary_kinds_are_the_strongest() -> None:
    assert set(SOURCE_KINDS[: len(PRIMARY_KINDS)]) == PRIMARY_KINDS
