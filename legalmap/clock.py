"""The only place that asks for the time, so that tests can freeze it."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """The present instant, timezone-aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in UTC: the day a public page is rendered for."""
    return now().date()
