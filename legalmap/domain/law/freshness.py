"""How fresh a record's evidence is: by the age limit of its topic."""

from datetime import date
from typing import Literal

from legalmap.domain.law.dates import PartialDate

Freshness = Literal["fresh", "due", "overdue", "never"]
FRESHNESS_LABELS: dict[str, str] = {
    "fresh": "Evidence within the age limit",
    "due": "Evidence due for re-checking",
    "overdue": "Evidence overdue for re-checking",
    "never": "No dated evidence",
}


def freshness(last_verified: PartialDate | None, today: date, age_limit_days: int) -> Freshness:
    """How old the evidence is on ``today``: older than the limit is *due*, than twice the limit *overdue*.

    A date known only to the month or year counts from its first day: nothing looks fresher than it is.
    """
    if last_verified is None:
        return "never"
    age = (today - last_verified.first_day).days
    if age > 2 * age_limit_days:
        return "overdue"
    return "due" if age > age_limit_days else "fresh"
