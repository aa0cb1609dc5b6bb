"""Stricter rules inside a place: which of the places below it with a record are stricter, counted and named.

A place of many towns is summed up by profiles: thousands of towns share a few dozen of them, so that what is
stricter is found without looking at each town.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from legalmap.domain.law.jurisdictions import COUNTY_WIDE, LOCAL, REACH, STATE_WIDE, Jurisdiction
from legalmap.domain.law.naming import listed
from legalmap.domain.law.resolution import Resolution
from legalmap.domain.law.topics import Topic

# How many places are named in a sentence; the rest are counted.
MOST_NAMED = 3
# How many an answer holds of each group.
MOST_KEPT = 30
_WORDS = {
    STATE_WIDE: ("part", "parts"),
    COUNTY_WIDE: ("county", "counties"),
    LOCAL: ("town", "towns"),
}
# A later one is stricter.
_MEANINGS = (None, "yes", "unknown", "partly", "no")


class Profile(msgspec.Struct, frozen=True):
    """What makes one place stricter than another: the status shown, and what a person may do from what age."""

    shown: str
    possession: str | None = None
    sale: str | None = None
    buyer_age: int | None = None
    possession_age: int | None = None


class Members(msgspec.Struct, frozen=True):
    """Places of one profile, the widest reach first and then by name, and how many there are of each reach."""

    places: Sequence[Jurisdiction]
    by_reach: Mapping[int, int]


Inside = Mapping[Profile, Members]
NOTHING_INSIDE: Inside = {}


class Stricter(msgspec.Struct, frozen=True):
    """Places inside with the same status that are stricter than the whole.

    ``by_status``: by the status itself; else by an age, or by what may be had or sold. ``places`` are the first
    of them, ``by_reach`` how many there are of which reach (``jurisdictions.REACH``), the widest first.
    """

    shown: str
    by_status: bool
    places: tuple[Jurisdiction, ...]
    by_reach: dict[int, int]

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.by_reach.values())

    @property
    def named(self) -> str:
        """“Sarasota County”, “17 towns (Alton, Edwardsville, Glen Carbon and 14 more)”."""
        names = [place.name for place in self.places[:MOST_NAMED]]
        rest = self.total - len(names)
        if not rest:
            return listed(names)
        counted = listed(
            [
                f"{count} {_WORDS[max(reach, STATE_WIDE)][count > 1]}"
                for reach, count in self.by_reach.items()
            ]
        )
        return f"{counted} ({', '.join(names)} and {rest} more)"


def profile_of(resolution: Resolution, topic: Topic) -> Profile:
    """The profile of a resolution."""

    def value(code: str | None) -> Any:
        return resolution.answer(code).value

    roles = topic.roles
    return Profile(
        shown=resolution.shown,
        possession=topic.meaning(roles.possession, value(roles.possession)),
        sale=topic.meaning(roles.sale, value(roles.sale)),
        buyer_age=value(roles.buyer_age),
        possession_age=value(roles.possession_age),
    )


def gathered(places: Iterable[tuple[Profile, Jurisdiction]]) -> Inside:
    """Places by profile."""
    by_profile: dict[Profile, list[Jurisdiction]] = {}
    for profile, place in places:
        by_profile.setdefault(profile, []).append(place)
    return {profile: members(of_profile) for profile, of_profile in by_profile.items()}


def members(places: Iterable[Jurisdiction]) -> Members:
    """Places in order and counted."""
    ordered = sorted(places, key=order)
    return Members(ordered, Counter(REACH[place.kind] for place in ordered))


def order(place: Jurisdiction) -> tuple[int, str, str]:
    """Sort key of places inside: the widest reach first, then by name."""
    return REACH[place.kind], place.name, place.code


def stricter_inside(resolution: Resolution, topic: Topic, inside: Inside) -> tuple[Stricter, ...]:
    """The places inside that are stricter than the whole, the strictest status first."""
    own = profile_of(resolution, topic)
    groups: dict[tuple[int, bool, str], list[Members]] = {}
    for profile, alike in inside.items():
        severity = _severity(profile, topic)
        by_status = severity > max(_severity(own, topic), _mildest(topic))
        if by_status or _is_stricter(profile, own, topic):
            groups.setdefault((severity, by_status, profile.shown), []).append(alike)
    return tuple(_together(key, groups[key]) for key in sorted(groups, reverse=True))


def _together(key: tuple[int, bool, str], groups: list[Members]) -> Stricter:
    _, by_status, shown = key
    first = heapq.merge(*(group.places[:MOST_KEPT] for group in groups), key=order)
    counts: Counter[int] = Counter()
    for group in groups:
        counts.update(group.by_reach)
    return Stricter(shown, by_status, tuple(first)[:MOST_KEPT], dict(sorted(counts.items())))


def _severity(profile: Profile, topic: Topic) -> int:
    """How strict the status is; 0 where none is decided."""
    return next((s.severity for s in topic.statuses if s.code == profile.shown), 0)


def _mildest(topic: Topic) -> int:
    return min(status.severity for status in topic.statuses if not status.transparent)


def _is_stricter(inner: Profile, own: Profile, topic: Topic) -> bool:
    """Whether something may be done less freely. Nothing is compared where the whole says nothing of its own."""
    if not _severity(own, topic) or not _severity(inner, topic):
        return False
    ages = ((inner.buyer_age, own.buyer_age), (inner.possession_age, own.possession_age))
    acts = ((inner.possession, own.possession), (inner.sale, own.sale))
    return any((one or 0) > (other or 0) for one, other in ages) or any(
        _MEANINGS.index(one) > _MEANINGS.index(other) and one != "yes" for one, other in acts
    )
