"""How the law unfolded: when records changed, and what held at a place from which day on."""

from datetime import date, timedelta

import msgspec

from legalmap.domain.dates import PartialDate
from legalmap.domain.jurisdictions import Jurisdiction
from legalmap.services.editions import Edition
from legalmap.services.gathering import Published


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A record's own rule changing: from ``before`` (None: nothing known) to ``after``."""

    day: date
    when: PartialDate
    place: Jurisdiction
    before: str | None
    after: str


def turns(edition: Edition, within: str | None = None) -> list[Turn]:
    """Every dated change of a rule, oldest first; only of a place and what lies below, if named."""
    found = [turn for item in _items(edition, within) for turn in _turns_of(item)]
    return sorted(found, key=lambda turn: (turn.day, turn.place.name))


def _items(edition: Edition, within: str | None) -> list[Published]:
    if within is None:
        return list(edition.records.values())
    own = edition.records.get(within)
    return [*([own] if own else []), *edition.below(within)]


def _turns_of(item: Published) -> list[Turn]:
    found = []
    before: str | None = None
    for period in item.handy.periods:
        if period.effective_from is not None:
            found.append(
                Turn(
                    day=period.first_day,
                    when=period.effective_from,
                    place=item.place,
                    before=before,
                    after=period.status,
                )
            )
        before = period.status
    return found


def course(edition: Edition, place: Jurisdiction) -> list[tuple[date | None, str]]:
    """What is shown at ``place`` from each day on; the first entry, without a day, from always."""
    days = sorted({day for level in edition.chain_of(place) for day in _days(edition, level)})
    found: list[tuple[date | None, str]] = [(None, edition.glance(place, date.min).shown)]
    for day in days:
        shown = edition.glance(place, day).shown
        if shown != found[-1][1]:
            found.append((day, shown))
    return found


def _days(edition: Edition, level: Jurisdiction) -> list[date]:
    item = edition.records.get(level.code)
    if item is None:
        return []
    starts = [period.first_day for period in item.handy.periods if period.effective_from]
    ends = [p.last_day + timedelta(days=1) for p in item.handy.periods if p.effective_until]
    return starts + ends
