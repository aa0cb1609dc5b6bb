"""The only place that reads the system's clock, so that tests can freeze it."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """The present instant, with UTC as its time zone."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in UTC, for which public pages are rendered."""
    return now().date()
