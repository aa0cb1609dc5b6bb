"""Dates that are known to the day, the month or only the year, and their order.

Written as ISO 8601 calendar dates of reduced precision: ``2016``, ``2016-05``, ``2016-05-10``.
"""

import calendar
import re
from datetime import date
from functools import lru_cache, total_ordering

ACCEPTED = "a year (2016), a year and month (2016-05) or a full date (2016-05-10)"
_SHAPE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@total_ordering
class PartialDate:
    """A span of one day, one month or one year, told by its first and last day (both inclusive)."""

    __slots__ = ("first_day", "last_day", "text")

    def __init__(self, text: str) -> None:
        """Raise ValueError, in a sentence for people, if ``text`` is not such a date."""
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise ValueError(f"“{text}” is not {ACCEPTED}.")
        _, month, day = (int(part) if part else None for part in match.groups())
        self.text = text
        try:
            self.first_day = date(
                int(match[1]), 1 if month is None else month, 1 if day is None else day
            )
            last_month = 12 if month is None else month
            last = calendar.monthrange(self.first_day.year, last_month)[1] if day is None else day
            self.last_day = date(self.first_day.year, last_month, last)
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
        """By first day; of two that begin together the more exact one comes first."""
        return self._key() < other._key() if isinstance(other, PartialDate) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"PartialDate({self.text!r})"

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=10_000)
def read(text: str) -> PartialDate:
    """The date that is written so; a map holds the same ones thousands of times, and one of each will do."""
    return PartialDate(text)


def in_words(value: PartialDate | date | None) -> str:
    """For people: ``10 May 2016``, ``May 2016``, ``2016``; an unknown date gives ``an unknown date``."""
    if value is None:
        return "an unknown date"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    if value.precision == "year":
        return value.text
    month = f"{value.first_day:%B %Y}"
    return month if value.precision == "month" else f"{value.first_day.day} {month}"
