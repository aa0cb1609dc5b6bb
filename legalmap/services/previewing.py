"""What readers would see if something were published: an edition with one record replaced."""

from datetime import date, timedelta

from legalmap.domain.jurisdictions import Jurisdiction
from legalmap.domain.payload import Payload
from legalmap.services.editions import Edition


def edition_with(edition: Edition, code: str, payload: Payload) -> Edition:
    """``edition`` as it would be with the record of a place saying ``payload``.

    Nothing is stored, and the edition that readers see does not change. The topic is the edition's.
    """
    return edition.imagined(code, payload)


def telling_day(before: Edition, after: Edition, place: Jurisdiction, today: date) -> date:
    """The first day from ``today`` on which the two editions differ at a place; today if none does."""
    for day in (today, *_turning_days(before, after, place, today)):
        if before.glance(place, day).shown != after.glance(place, day).shown:
            return day
    return today


def _turning_days(before: Edition, after: Edition, place: Jurisdiction, today: date) -> list[date]:
    """The days to come on which a period of the record begins or lapses, as either edition has it."""
    items = [edition.record_of(place) for edition in (before, after)]
    periods = [period for item in items if item for period in item.payload.periods]
    begins = {period.first_day for period in periods}
    ends = {period.last_day for period in periods if period.effective_until}
    days = begins | {end + timedelta(days=1) for end in ends if end < date.max}
    return sorted(day for day in days if day > today)
