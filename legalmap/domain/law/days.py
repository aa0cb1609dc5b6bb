"""Which day it is at a place, and when a day begins and ends there."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from legalmap.domain.law.caveats import Caveat, Code
from legalmap.domain.law.dates import in_words
from legalmap.domain.law.resolution import Resolution

# A turn of the law is near from the day before to the day after.
NEAR = timedelta(days=1)


def today_in(now: datetime, time_zone: str | None) -> date:
    """The day at an instant in an IANA time zone; in UTC where a place has none or several."""
    return now.astimezone(_zone(time_zone)).date()


def start_of(day: date, time_zone: str | None) -> datetime:
    """The instant, in UTC, at which a day begins in a time zone."""
    return datetime.combine(day, time(), _zone(time_zone)).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The last instant of a day in UTC: what was known on a day is what was known when it was over."""
    return datetime.combine(day, time.max, UTC)


def whose_day(resolution: Resolution, time_zone: str | None) -> Caveat | None:
    """The day that was taken for today, where the law turns within a day of it."""
    if not _turns_near(resolution):
        return None
    day = in_words(resolution.as_of)
    where = f"by the clocks of {time_zone}" if time_zone else "in UTC"
    return Caveat(
        Code.WHOSE_DAY, f"The law turns these days: this is what holds on {day}, {where}."
    )


def _zone(time_zone: str | None) -> ZoneInfo:
    return ZoneInfo(time_zone or "UTC")


def _turns_near(resolution: Resolution) -> bool:
    periods = [(level.period, level.next_period) for level in resolution.levels]
    dates = [period.effective_from for pair in periods for period in pair if period]
    return any(abs(start.first_day - resolution.as_of) <= NEAR for start in dates if start)
