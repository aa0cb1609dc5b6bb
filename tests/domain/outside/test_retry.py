"""Pauses that grow up to a bound, and an end to them."""

from datetime import UTC, datetime, timedelta

from legalmap.domain.outside.retry import LEAST_FAILURES, PATIENCE, is_given_up, pause_after


def test_pauses_grow_up_to_six_hours() -> None:
    pauses = [pause_after(failures).total_seconds() for failures in range(1, 10)]
    assert pauses == [5, 20, 80, 320, 1280, 5120, 20480, 21600, 21600]
    assert pause_after(10_000) == timedelta(hours=6)


def test_a_receiver_is_given_up_after_days_of_failures() -> None:
    since = datetime(2026, 11, 1, tzinfo=UTC)
    assert is_given_up(LEAST_FAILURES, since, since + PATIENCE)
    assert not is_given_up(LEAST_FAILURES, since, since + PATIENCE - timedelta(seconds=1))
    assert not is_given_up(LEAST_FAILURES - 1, since, since + PATIENCE * 2)
