"""Periods and the timeline they form: what holds on a day."""

from datetime import date, timedelta
from typing import Any, Literal

import msgspec

from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.sources import Source

Force = Literal["in-force", "challenged", "enjoined", "struck-down"]
FORCES: dict[str, str] = {
    "in-force": "In force",
    "challenged": "In force, challenged in court",
    "enjoined": "Enjoined: a court has stopped its enforcement",
    "struck-down": "Struck down by a court",
}
# Law that a court keeps from being enforced does not decide.
WITHOUT_FORCE = frozenset({"enjoined", "struck-down"})


class Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One stretch of time under the same law, from ``effective_from`` until the next period begins.

    ``effective_from`` None means since before anything is known. ``effective_until`` is the last day
    of a law that lapses without a successor. ``answers`` holds values by the code of the variable.
    """

    effective_from: PartialDate | None
    effective_until: PartialDate | None = None
    enacted_on: PartialDate | None = None
    status: str
    force: Force = "in-force"
    answers: dict[str, Any] = {}
    summary: str
    sources: tuple[Source, ...] = ()

    @property
    def first_day(self) -> date:
        """The earliest day on which this period can have begun."""
        return self.effective_from.first_day if self.effective_from else date.min

    @property
    def last_day(self) -> date:
        """The last day on which this period can hold if nothing follows it."""
        return self.effective_until.last_day if self.effective_until else date.max

    def start_is_uncertain_on(self, day: date) -> bool:
        """Whether the law may have begun only after ``day``, because its start is known only roughly."""
        start = self.effective_from
        return start is not None and start.first_day <= day < start.last_day


def in_force_on(periods: tuple[Period, ...], day: date) -> Period | None:
    """The period that holds on ``day``, or None when nothing is known of that day.

    ``periods`` is oldest first. A start known only to the month or year counts from its first
    day, the safer reading; ``Period.start_is_uncertain_on`` tells when to say so.
    """
    begun = [period for period in periods if period.first_day <= day]
    if not begun or day > begun[-1].last_day:
        return None
    return begun[-1]


def next_after(periods: tuple[Period, ...], day: date) -> Period | None:
    """The first period that begins after ``day``: law already enacted but not yet in force."""
    return next((period for period in periods if period.first_day > day), None)


def began(periods: tuple[Period, ...], period: Period) -> Period:
    """The first period of the unbroken run of the same status that ``period`` belongs to.

    A law that lapsed before the next began, or that a court kept from being enforced, breaks the run.
    """
    first = period
    for earlier in reversed(periods[: periods.index(period)]):
        lapsed = earlier.effective_until and earlier.last_day + timedelta(days=1) < first.first_day
        if earlier.status != period.status or earlier.force in WITHOUT_FORCE or lapsed:
            break
        first = earlier
    return first
