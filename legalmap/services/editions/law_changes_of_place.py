"""How the law unfolded: when records changed, and what held at a place from which day on."""

from bisect import bisect_right
from datetime import date, timedelta

from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.services.editions.contents import Published
from legalmap.services.editions.editions import Edition
from legalmap.services.editions.law_changes import Turn, turns_of


def turns(edition: Edition, within: str | None = None) -> list[Turn]:
    """Every dated change of a rule, oldest first; only of a place and what lies below, if named.

    Nobody may change the list.
    """
    return edition.turns if within is None else turns_of(_items(edition, within))


def around(edition: Edition, day: date, most: int) -> tuple[list[Turn], list[Turn]]:
    """The changes not yet in force on a day, the next first, and those before, the last first."""
    found = edition.turns
    gone = bisect_right(found, day, key=lambda turn: turn.day)
    return found[gone : gone + most], found[max(gone - most, 0) : gone][::-1]


def _items(edition: Edition, within: str) -> list[Published]:
    own = edition.records.get(within)
    return [*([own] if own else []), *edition.below(within)]


def course(edition: Edition, place: Jurisdiction) -> list[tuple[date | None, str]]:
    """What is shown at ``place`` from each day on; the first entry, without a day, from always."""
    days = sorted({day for level in edition.chain_of(place) for day in _days(edition, level)})
    found: list[tuple[date | None, str]] = [(None, edition.glance(place, date.min).shown)]
    for day in days:
        shown = edition.glance(place, day).shown
        if shown != found[-1][1]:
            found.append((day, shown))
    return found


def telling_day(before: Edition, after: Edition, place: Jurisdiction, today: date) -> date:
    """The first day from ``today`` on which two editions differ at a place; today if none does."""
    turning = {day for edition in (before, after) for day in _days(edition, place)}
    for day in (today, *sorted(day for day in turning if day > today)):
        if before.glance(place, day).shown != after.glance(place, day).shown:
            return day
    return today


def _days(edition: Edition, level: Jurisdiction) -> list[date]:
    item = edition.records.get(level.code)
    if item is None:
        return []
    starts = [period.first_day for period in item.handy.periods if period.effective_from]
    lapsed = [period.last_day for period in item.handy.periods if period.effective_until]
    ends = [day + timedelta(days=1) for day in lapsed if day < date.max]
    return starts + ends
