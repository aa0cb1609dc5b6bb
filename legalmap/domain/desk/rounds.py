"""The verification round: which record comes first, and how far along a month is."""

from datetime import date, timedelta

import msgspec

from legalmap.domain.law.evidence import Freshness
from legalmap.domain.law.jurisdictions import Jurisdiction

# How many somebody may have at once, and for how long.
TEN = 10
CLAIM_LIFE = timedelta(days=7)
# What somebody skipped is not offered to them again for so long.
SKIP_LIFE = timedelta(days=30)
MAX_WHY = 500
_REACH = {"country": 0, "territory": 1, "state": 1, "district": 1, "county": 2, "parish": 2}
_NARROWEST = 3


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One record whose evidence is too old. ``severity``: of what holds there; None: not known."""

    topic: str
    place: Jurisdiction
    record_id: int
    freshness: Freshness
    last_verified: date | None
    status: str | None
    severity: int | None


def reach_of(place: Jurisdiction) -> int:
    """0 for a country, 1 for a state or territory, 2 for a county, 3 for a town."""
    return _REACH.get(place.kind, _NARROWEST)


Rank = tuple[int, int, date, str, str]


def rank(due: Due) -> Rank:
    """What to sort by: widest reach first, of these the strictest, of these what was verified longest ago."""
    severity = -1 if due.severity is None else due.severity
    verified = due.last_verified or date.min
    return (reach_of(due.place), -severity, verified, due.place.code, due.topic)


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How the team stands: what was due when the month began, and what of it was verified since."""

    since: date
    due: int
    verified: int

    @property
    def left(self) -> int:
        """What is still to be done of it."""
        return self.due - self.verified
