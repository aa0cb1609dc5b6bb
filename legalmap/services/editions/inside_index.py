"""What holds in all places below a place, summed up by profile, so that its answer need not look at each.

Kept for the days that are today somewhere on earth and for one other, and updated by a publication only for what
it changed. Where there are very many records, those below a place are looked at one by one for another day.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from legalmap import clock
from legalmap.domain.law.inside import NOTHING_INSIDE, Inside, Members, Profile, gathered, members
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.services.editions.per_day_cache import PerDayCache

if TYPE_CHECKING:
    from legalmap.services.editions.editions import Edition

# Yesterday, today and tomorrow by the clock of UTC: one of them is today in any time zone.
DAYS = 3
# Of a place with more records below it the index of a whole day is worth its making.
MANY = 1_000
# So few records in all are quickly resolved, and a map of that day asks for all of them.
FEW = 5_000


class Index(msgspec.Struct, frozen=True):
    """The profile of every record, and by the code of each place above them the places of each profile."""

    profiles: Mapping[str, Profile]
    inside: Mapping[str, Inside]


class InsideIndex:
    """The indexes of all editions of a topic."""

    def __init__(self, *, keeps: bool = True) -> None:
        """Without ``keeps`` the places below are looked at each time."""
        self._keeps = keeps
        self._of_days: list[PerDayCache[Edition, Index]] = [
            PerDayCache(_made, _mended) for _ in range(DAYS)
        ]
        self._of_another_day: PerDayCache[Edition, Index] = PerDayCache(_made, _mended)

    def of(self, edition: "Edition", code: str, day: date) -> Inside:
        """The places below the one of that code with a record, by profile."""
        if not edition.may_have_below(code):
            return NOTHING_INSIDE
        is_kept = self._keeps and edition.records.is_whole
        if is_kept and abs((day - clock.today()).days) <= 1:
            kept = self._of_days[day.toordinal() % DAYS].of(edition, day)
            return kept.inside.get(code, NOTHING_INSIDE)
        if is_kept and len(edition.records) <= FEW:
            return self._of_another_day.of(edition, day).inside.get(code, NOTHING_INSIDE)
        below = edition.codes_below(code)
        if is_kept and len(below) > MANY:
            return self._of_another_day.of(edition, day).inside[code]
        profiles = edition.profiles_of(below, day)
        return gathered((profiles[each], edition.records[each].place) for each in below)


def above(place: Jurisdiction) -> set[str]:
    """The codes of the places that a place lies inside of."""
    codes, parent = set(place.in_counties), place.parent or ""
    while parent and place.code.startswith(f"{parent}-"):
        codes.add(parent)
        parent = parent.rpartition("-")[0]
    return codes


def _made(edition: "Edition", day: date) -> Index:
    profiles = edition.profiles_of(edition.records, day)
    pairs: dict[str, list[tuple[Profile, Jurisdiction]]] = {}
    for code, profile in profiles.items():
        place = edition.records[code].place
        for wide in above(place):
            pairs.setdefault(wide, []).append((profile, place))
    return Index(profiles, {wide: gathered(within) for wide, within in pairs.items()})


def _mended(edition: "Edition", day: date, known: Index, changed: Collection[str]) -> Index:
    reached = {code for code in edition.reached_by(changed) if code in edition.records.whole}
    moved = {
        code: profile
        for code, profile in edition.profiles_of(reached, day).items()
        if known.profiles.get(code) != profile
    }
    inside = dict(known.inside)
    for wide, codes in _by_place_above(edition, moved).items():
        inside[wide] = _moved(edition, inside.get(wide, {}), known, moved, codes)
    return Index({**known.profiles, **moved}, inside)


def _by_place_above(edition: "Edition", codes: Iterable[str]) -> dict[str, set[str]]:
    by_place: dict[str, set[str]] = {}
    for code in codes:
        for wide in above(edition.records[code].place):
            by_place.setdefault(wide, set()).add(code)
    return by_place


def _moved(
    edition: "Edition",
    inside: Inside,
    known: Index,
    moved: Mapping[str, Profile],
    codes: Collection[str],
) -> Inside:
    """The places inside once those of ``codes`` have left their profiles for others."""
    touched = {moved[code] for code in codes}
    touched |= {known.profiles[code] for code in codes if code in known.profiles}

    def places(profile: Profile) -> Iterator[Jurisdiction]:
        alike = inside.get(profile)
        yield from (place for place in alike.places if place.code not in codes) if alike else ()
        yield from (edition.records[code].place for code in codes if moved[code] == profile)

    changed: dict[Profile, Members] = {profile: members(places(profile)) for profile in touched}
    return {profile: alike for profile, alike in {**inside, **changed}.items() if alike.places}
