"""The verification round: which due record comes first, and how much of a month's work is done."""

from datetime import date, timedelta

import msgspec

from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.freshness import Freshness
from legalmap.domain.law.jurisdictions import REACH, Jurisdiction
from legalmap.domain.law.payload import VerifiedHow

# How many records one person may hold at once, and for how long.
TEN = 10
CLAIM_LIFE = timedelta(days=7)
# How long a record that somebody skipped is not offered to them again.
SKIP_LIFE = timedelta(days=30)
MAX_WHY = 500


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One record whose evidence is too old. ``severity`` is that of its status today, None if unknown."""

    topic: str
    place: Jurisdiction
    record_id: int
    freshness: Freshness
    last_verified: PartialDate | None
    verified_how: VerifiedHow | None
    status: str | None
    severity: int | None


Rank = tuple[int, int, date, str, str]


def rank(due: Due) -> Rank:
    """Sort key: the widest reach first, then the strictest law, then the oldest evidence."""
    severity = -1 if due.severity is None else due.severity
    verified = due.last_verified.first_day if due.last_verified else date.min
    return (REACH[due.place.kind], -severity, verified, due.place.code, due.topic)


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The team's progress: how many records were due on ``since``, and how many of these are verified now."""

    since: date
    due: int
    verified: int

    @property
    def left(self) -> int:
        """How many are still to be verified."""
        return self.due - self.verified
