"""What is coming at a place: law enacted and not yet in force, law about to lapse, and bills under way."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

import msgspec

from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import Pending
from legalmap.domain.law.resolution import Level, LevelAnswer, Resolution
from legalmap.domain.law.resolving import resolve
from legalmap.domain.law.topics import Topic

# A change within so many days belongs beside an answer: people plan by it.
SOON = timedelta(days=30)
BillState = Literal["open", "overdue"]


class Coming(msgspec.Struct, frozen=True):
    """A day on which the law of a level changes, and what holds at the place from then on.

    ``start`` is the date as written; None where a law lapses and nothing is known to follow it.
    """

    level: Jurisdiction
    day: date
    start: PartialDate | None
    then: Resolution

    def is_soon(self, day: date) -> bool:
        """Whether it comes within a month."""
        return self.day - day <= SOON


class Bill(msgspec.Struct, frozen=True):
    """A bill or rule whose outcome is open, of a level whose law reaches the place.

    It is overdue once its day is past, and nobody has said what became of it.
    """

    level: Jurisdiction
    pending: Pending
    state: BillState


def coming_of(resolution: Resolution, topic: Topic) -> Iterator[Coming]:
    """The days on which what is enacted changes the law, soonest first, each once."""
    turns = [turn for level in resolution.levels for turn in _turns(level)]
    first_of_day = {turn[1]: turn for turn in reversed(turns)}
    for day, (level, _, start) in sorted(first_of_day.items()):
        yield Coming(level.jurisdiction, day, start, _resolved_on(resolution, topic, day))


def _turns(level: LevelAnswer) -> Iterator[tuple[LevelAnswer, date, PartialDate | None]]:
    following, period = level.next_period, level.period
    if following is not None:
        yield level, following.first_day, following.effective_from
    if period is None or period.effective_until is None:
        return
    over = period.last_day + timedelta(days=1) if period.last_day < date.max else None
    if over and (following is None or over < following.first_day):
        yield level, over, None


def _resolved_on(resolution: Resolution, topic: Topic, day: date) -> Resolution:
    levels = [Level(level.jurisdiction, level.payload) for level in resolution.levels]
    return resolve(levels, topic, day, day)


def bills_of(resolution: Resolution) -> Iterator[Bill]:
    """The open bills of every level; none for a day before the evidence, of which they say nothing."""
    day = resolution.as_of
    for level in resolution.levels:
        if level.payload is None or level.predates_evidence(day):
            continue
        for pending in level.payload.pending:
            if pending.outcome == "open":
                expected = pending.expected_on
                is_overdue = expected is not None and expected.last_day < day
                yield Bill(level.jurisdiction, pending, "overdue" if is_overdue else "open")
