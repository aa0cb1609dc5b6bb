"""How the law changed over time: below a place, and what held at a place since when."""

from datetime import date, timedelta

from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.services.editions.contents import Published
from legalmap.services.editions.editions import Edition
from legalmap.services.editions.law_changes import Turn, turns_of


def turns(edition: Edition, within: str | None = None) -> list[Turn]:
    """Every dated change of status, oldest first. ``within``: only of a place and what lies below it.

    The list is shared: it must not be modified.
    """
    return edition.turns if within is None else turns_of(_items(edition, within))


def _items(edition: Edition, within: str) -> list[Published]:
    own = edition.records.get(within)
    return [*([own] if own else []), *edition.below(within)]


def course(edition: Edition, place: Jurisdiction) -> list[tuple[date | None, str]]:
    """What maps show at ``place``: (first day, status) for each change; the first entry has no day."""
    days = sorted({day for level in edition.chain_of(place) for day in _days(edition, level)})
    steps: list[tuple[date | None, str]] = [(None, edition.glance(place, date.min).shown)]
    for day in days:
        shown = edition.glance(place, day).shown
        if shown != steps[-1][1]:
            steps.append((day, shown))
    return steps


def telling_day(before: Edition, after: Edition, place: Jurisdiction, today: date) -> date:
    """The first day from ``today`` on which two editions show different things at a place; else today."""
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
