"""Figures by which readers can judge the data: how old its evidence is, how fast it is reviewed."""

from datetime import date, timedelta
from statistics import median

import msgspec

from legalmap import clock
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.contents import Published
from legalmap.services.editions.editions import Edition
from legalmap.store.derived import queue_index
from legalmap.store.history import submissions

# In days.
SPANS = (90, 180, 365)
PACE_DAYS = 365


class Ages(msgspec.Struct, frozen=True):
    """How old the evidence of a topic is on a day, as numbers of records.

    ``within``: by each of SPANS, how many have evidence of that many days; each includes the shorter.
    ``reviewed``: of how many more is published than what was first loaded.
    """

    total: int
    within: dict[int, int]
    older: int
    never: int
    overdue: int
    newest: date | None
    reviewed: int
    age_limit_days: int
    on: date

    @property
    def is_overdue(self) -> bool:
        """Whether the set as a whole is out of date: most records are overdue or have no dated evidence,
        or the newest evidence is past the age limit.
        """
        if self.newest is None or (self.on - self.newest).days > self.age_limit_days:
            return True
        return 2 * (self.overdue + self.never) > self.total


def ages(edition: Edition, on: date, view: str = "world") -> Ages:
    """The ages of the records in a view of the map: ``world``, or the code of a country."""
    items = _items(edition, view)
    verified = [item.handy.last_verified for item in items]
    days = [reached.first_day for reached in verified if reached is not None]
    freshness = [edition.freshness_of(item, on) for item in items]
    within = {span: sum((on - day).days <= span for day in days) for span in SPANS}
    return Ages(
        total=len(verified),
        within=within,
        older=len(days) - within[SPANS[-1]],
        never=len(verified) - len(days),
        overdue=freshness.count("overdue"),
        newest=max(days, default=None),
        reviewed=sum(item.publication.revision_number > 0 for item in items),
        age_limit_days=edition.topic.age_limit_days,
        on=on,
    )


def _items(edition: Edition, view: str) -> list[Published]:
    """All records for the world; else those of the country and of its parts."""
    if view == "world":
        return list(edition.records.values())
    codes = [view, *edition.directly_below.get(view, [])]
    return [edition.records[code] for code in codes if code in edition.records]


class Pace(msgspec.Struct, frozen=True):
    """How long proposals wait for review. Numbers only: nobody can tell who waits for what."""

    reviewed: int
    median: timedelta | None
    waiting: int
    oldest: timedelta | None


def pace(tracker: Tracker) -> Pace:
    """The reviews of the last PACE_DAYS and the queue now."""
    now = clock.now()
    with tracker.store.reading() as connection:
        waits = submissions.waits_reviewed_since(connection, now - timedelta(days=PACE_DAYS))
        length, oldest = queue_index.length(connection)
    return Pace(
        reviewed=len(waits),
        median=timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None,
        waiting=length,
        oldest=now - oldest if oldest else None,
    )
