"""What readers need to judge the whole set by: how old its evidence is, how fast it is reviewed."""

from datetime import date, timedelta
from statistics import median

import msgspec

from legalmap import clock
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.contents import Published
from legalmap.services.editions.editions import Edition
from legalmap.store.derived import queue_index
from legalmap.store.history import submissions

SPANS = (90, 180, 365)
PACE_DAYS = 365


class Ages(msgspec.Struct, frozen=True):
    """How old the evidence of a topic is on a day. ``within`` counts the records verified in the
    last so many days, the wider spans holding the narrower.
    """

    total: int
    within: dict[int, int]
    older: int
    never: int
    overdue: int
    newest: date | None
    age_limit_days: int
    on: date

    @property
    def is_overdue(self) -> bool:
        """Whether the whole set must be shown as out of date: most of it is overdue or was never
        verified, or even its newest verification is past the age limit.
        """
        if self.newest is None or (self.on - self.newest).days > self.age_limit_days:
            return True
        return 2 * (self.overdue + self.never) > self.total


def ages(edition: Edition, on: date, view: str = "world") -> Ages:
    """The ages of the records that a view of the map shows, counted to a day."""
    items = _items(edition, view)
    verified = [item.handy.last_verified for item in items]
    known = [day for day in verified if day is not None]
    found = [edition.freshness_of(item, on) for item in items]
    within = {span: sum((on - day).days <= span for day in known) for span in SPANS}
    return Ages(
        total=len(verified),
        within=within,
        older=len(known) - within[SPANS[-1]],
        never=len(verified) - len(known),
        overdue=found.count("overdue"),
        newest=max(known, default=None),
        age_limit_days=edition.topic.age_limit_days,
        on=on,
    )


def _items(edition: Edition, view: str) -> list[Published]:
    """Those of a country and its parts, whose code is the view's name; of the world, all."""
    if view == "world":
        return list(edition.records.values())
    codes = [view, *edition.directly_below.get(view, [])]
    return [edition.records[code] for code in codes if code in edition.records]


class Pace(msgspec.Struct, frozen=True):
    """How long proposals wait: numbers only, so that nobody learns who waits for what."""

    reviewed: int
    median: timedelta | None
    waiting: int
    oldest: timedelta | None


def pace(tracker: Tracker) -> Pace:
    """The reviews of the last year and the queue now."""
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
