"""Dates that are known to the day, the month or only the year, and their order.

Written as ISO 8601 calendar dates of reduced precision: ``2016``, ``2016-05``, ``2016-05-10``.
"""

import calendar
import re
from datetime import date
from functools import lru_cache, total_ordering

ACCEPTED = "a year (2016), a year and month (2016-05) or a full date (2016-05-10)"
_SHAPE = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII
)  # ASCII: no digits of other scripts


@total_ordering
class PartialDate:
    """A date known to the day, month or year, as the span of days it can mean (both ends inclusive)."""

    __slots__ = ("first_day", "last_day", "text")

    def __init__(self, text: str) -> None:
        """Read ``text``; raise ValueError, in a sentence for people, if it is not such a date."""
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise ValueError(f"“{text}” is not {ACCEPTED}.")
        year, month, day = match.groups()
        self.text = text
        try:
            self.first_day = date(int(year), int(month or 1), int(day or 1))
            # “00” is text and so not empty: it reaches date(), which refuses it.
            last_month = int(month or 12)
            last_day = int(day or calendar.monthrange(int(year), last_month)[1])
            self.last_day = date(int(year), last_month, last_day)
        except ValueError:
            raise ValueError(f"“{text}” is not a day of the calendar.") from None

    @property
    def precision(self) -> str:
        """``year``, ``month`` or ``day``."""
        return {4: "year", 7: "month", 10: "day"}[len(self.text)]

    def _key(self) -> tuple[date, date]:
        return (self.first_day, self.last_day)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PartialDate) and self.text == other.text

    def __lt__(self, other: "PartialDate") -> bool:
        """Order by first day; of two with the same one, the more exact comes first."""
        return self._key() < other._key() if isinstance(other, PartialDate) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"PartialDate({self.text!r})"

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=10_000)
def read(text: str) -> PartialDate:
    """The date of ``text``, cached: a map holds the same few dates thousands of times.

    Raises ValueError as ``PartialDate`` does.
    """
    return PartialDate(text)


def in_words(value: PartialDate | date | None) -> str:
    """The date for people: ``10 May 2016``, ``May 2016``, ``2016``, or ``an unknown date`` for None."""
    if value is None:
        return "an unknown date"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    if value.precision == "year":
        return value.text
    month = f"{value.first_day:%B %Y}"
    return month if value.precision == "month" else f"{value.first_day.day} {month}"


def to_text(value: PartialDate | None) -> str | None:
    """As it is stored."""
    return value.text if value else None
