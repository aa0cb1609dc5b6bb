"""When the law changed: the dated changes of all records, sorted by day."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from datetime import date

import msgspec

from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.services.editions.contents import Published


class Turn(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A change of a record's own status: from ``before`` (None: unknown) to ``after``.

    ``when`` is the date as written, ``day`` the first day it can mean.
    """

    day: date
    when: PartialDate
    place: Jurisdiction
    before: str | None
    after: str


def turns_of(items: Iterable[Published]) -> list[Turn]:
    """Every dated change of status in these records, oldest first."""
    return sorted((turn for item in items for turn in _turns_of(item)), key=_order)


def turned(known: list[Turn], were: Iterable[Published], items: Iterable[Published]) -> list[Turn]:
    """The turns after some records changed from ``were`` to ``items``; ``known`` stays as it is."""
    turns = known.copy()
    for turn in turns_of(were):
        # Binary search: a map of a hundred thousand records has at least as many turns.
        del turns[bisect_left(turns, _order(turn), key=_order)]
    for turn in turns_of(items):
        insort(turns, turn, key=_order)
    return turns


def _order(turn: Turn) -> tuple[date, str, str]:
    return turn.day, turn.place.name, turn.place.code


def _turns_of(item: Published) -> list[Turn]:
    periods = item.handy.periods
    return [
        Turn(
            day=period.first_day,
            when=period.effective_from,
            place=item.place,
            before=before,
            after=period.status,
        )
        for before, period in zip([None, *(p.status for p in periods)], periods, strict=False)
        if period.effective_from is not None
    ]
