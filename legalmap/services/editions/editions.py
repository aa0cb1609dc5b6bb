"""Editions: the published records of one topic at one feed number, immutable and in memory.

A reader's page is rendered from an edition and never from the tables: it costs a look-up and can
never show half of a publication. The newest edition is complete and made from the one before; a past
edition loads records as they are requested.
"""

import gc
from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from itertools import takewhile
from math import floor
from threading import Lock
from typing import cast

from legalmap.domain.law.answer import Answer, answer_of
from legalmap.domain.law.freshness import Freshness, freshness
from legalmap.domain.law.inside import Inside, Profile, profile_of
from legalmap.domain.law.jurisdictions import Jurisdiction, chain
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.resolution import Resolution
from legalmap.domain.law.topics import Topic
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.contents import KEPT_PAYLOADS, Payloads, Published, Records, Source
from legalmap.services.editions.inside_index import InsideIndex
from legalmap.services.editions.law_changes import Turn, turned, turns_of
from legalmap.services.editions.past_index import status_on
from legalmap.services.editions.per_day_cache import PerDayCache

KEPT_EDITIONS = 8
# For how many earlier editions it is remembered what changed since.
REMEMBERED = 1_000


class _Following:
    """Values derived from all records; each later edition updates them for what changed."""

    def __init__(self, inside: InsideIndex | None = None) -> None:
        self.inside = inside or InsideIndex()
        self.statuses: PerDayCache[Edition, dict[str, str | None]] = PerDayCache(
            lambda edition, day: edition.statuses_of(None, day),
            lambda edition, day, known, changed: known | edition.statuses_of(changed, day),
        )
        self.shown: PerDayCache[Edition, dict[str, str]] = PerDayCache(
            lambda edition, day: edition.shown_of(edition.records, day),
            lambda edition, day, known, changed: (
                known | edition.shown_of(edition.reached_by(changed), day)
            ),
        )
        # Kept with their records: the earlier content of a changed one tells which turns to remove.
        self.turns: PerDayCache[Edition, tuple[list[Turn], Records]] = PerDayCache(
            lambda edition, _day: (turns_of(edition.records.values()), edition.records),
            lambda edition, _day, known, changed: (
                turned(known[0], _of(known[1], changed), _of(edition.records, changed)),
                edition.records,
            ),
        )


def _of(records: Records, codes: Iterable[str]) -> list[Published]:
    return [records[code] for code in codes if code in records.whole]


class Edition:
    """What readers of a topic see at ``feed_no``."""

    def __init__(
        self,
        source: Source,
        feed_no: int,
        records: Records,
        moves: tuple[tuple[int, frozenset[str]], ...] = (),
        following: _Following | None = None,
    ) -> None:
        self.topic = source.topic
        self.feed_no = feed_no
        self.records = records
        self._source = source
        # (feed number, codes published between it and the next number listed), oldest first.
        self._moves = moves
        self._following = following or _Following()
        self._counted: tuple[date, Counter[str | None]] | None = None

    @cached_property
    def changed_at(self) -> datetime | None:
        """The instant of the newest publication in this edition."""
        if not self.records.is_whole:
            return self._source.changed_at(self.feed_no)
        return max((item.publication.at for item in self.records.values()), default=None)

    def changed_at_of(self, feed_no: int) -> datetime | None:
        """The instant of the newest publication of the topic up to a feed number, this one or earlier."""
        return self.changed_at if feed_no == self.feed_no else self._source.changed_at(feed_no)

    @cached_property
    def codes(self) -> list[str]:
        """The codes of the places with a record, sorted."""
        return sorted(self.records)

    @property
    def turns(self) -> list[Turn]:
        """Every dated change of the law, oldest first. Shared: must not be modified."""
        return self._following.turns.of(self)[0]

    @cached_property
    def _of_county(self) -> dict[str, list[str]]:
        by_county: dict[str, list[str]] = {}
        for item in self.records.values():
            for county in item.place.in_counties:
                by_county.setdefault(county, []).append(item.place.code)
        return by_county

    @cached_property
    def directly_below(self) -> dict[str, list[str]]:
        """Sorted codes of the records directly below each parent and in each county."""
        by_parent: dict[str, list[str]] = {}
        for code in self.codes:
            place = self.records[code].place
            for above in {place.parent, *place.in_counties} - {None}:
                by_parent.setdefault(cast("str", above), []).append(code)
        return by_parent

    @cached_property
    def by_degree(self) -> dict[tuple[int, int], list[str]]:
        """Codes of the records of places with a known point, by its whole degrees (lat, lon)."""
        cells: dict[tuple[int, int], list[str]] = {}
        for code in self.codes:
            place = self.records[code].place
            if place.lat is not None and place.lon is not None:
                cells.setdefault((floor(place.lat), floor(place.lon)), []).append(code)
        return cells

    @cached_property
    def roots(self) -> list[Jurisdiction]:
        """The countries and territories with a record, by name."""
        places = [self.records[code].place for code in self.codes if "-" not in code]
        return sorted(places, key=lambda place: place.name)

    @property
    def began(self) -> str | None:
        """The date of the earliest dated law as written: a day, month or year; None if no law is dated."""
        turns = self.turns
        first = takewhile(lambda turn: turn.day == turns[0].day, turns)
        return min((turn.when.text for turn in first), default=None)

    def resolve(self, place: Jurisdiction, as_of: date) -> Resolution:
        """What holds at ``place`` on ``as_of``. Freshness is counted to that same day."""
        return self._resolved(place, as_of, whole=True)

    def glance(self, place: Jurisdiction, as_of: date) -> Resolution:
        """The same for maps and counts: without summaries and sources if the payload is not cached."""
        return self._resolved(place, as_of, whole=False)

    def researched(self, place: Jurisdiction) -> list[str]:
        """The codes of the records from which the answer for a place is made."""
        levels = self._source.asked_of(place)
        self.records.need([level.code for level in levels], ())
        return [level.code for level in levels if level.code in self.records]

    def record_of(self, place: Jurisdiction) -> Published | None:
        """The record of a place, or None. Loads the levels above it too: an answer needs them anyway."""
        self.records.need((level.code for level in self._source.asked_of(place)), [place.code])
        return self.records.get(place.code)

    def _resolved(self, place: Jurisdiction, as_of: date, *, whole: bool) -> Resolution:
        if not self.records.is_whole:
            codes = [level.code for level in self._source.asked_of(place)]
            self.records.need(codes, codes if whole else ())
        return self._source.resolved(place, as_of, whole, self._items(place))

    def _items(self, place: Jurisdiction) -> tuple[Published | None, ...]:
        return tuple(self.records.get(level.code) for level in self._source.asked_of(place))

    def known_places(self, codes: Iterable[str]) -> dict[str, Jurisdiction]:
        """The places of ``codes`` that there are."""
        return self._source.tracker.known_places(codes)

    def chain_of(self, place: Jurisdiction) -> list[Jurisdiction]:
        """The levels whose law can reach ``place``, widest first."""
        return chain(place, self._source.tracker.place)

    def statuses(self, as_of: date) -> Mapping[str, str | None]:
        """The own status of every record on a day; None where nothing is known of that day."""
        return self._following.statuses.of(self, as_of)

    def statuses_of(self, codes: Iterable[str] | None, as_of: date) -> dict[str, str | None]:
        """The same for some codes, computed anew; None means all records."""
        if codes is None and not self.records.is_whole:
            return self._source.statuses(self.feed_no, as_of)
        codes = self.records if codes is None else codes
        return {code: status_on(self.records[code].gist, as_of) for code in codes}

    def counts(self, as_of: date) -> Counter[str | None]:
        """How many records have which status on a day; cached, as each part of a file asks for it."""
        if self._counted is None or self._counted[0] != as_of:
            self._counted = as_of, Counter(self.statuses(as_of).values())
        return self._counted[1]

    def shown(self, as_of: date) -> Mapping[str, str]:
        """What a map shows at the place of every record on a day, with all levels taken together."""
        return self._following.shown.of(self, as_of)

    def shown_of(self, codes: Iterable[str], as_of: date) -> dict[str, str]:
        """The same for some codes, computed anew."""
        return {code: profile.shown for code, profile in self.profiles_of(codes, as_of).items()}

    def profiles_of(self, codes: Iterable[str], as_of: date) -> dict[str, Profile]:
        """What holds at the places of some records in short, computed anew; equal ones are one object."""
        # Around the cache: the resolutions of a huge map would drive out all others.
        resolved = self._source.resolved.__wrapped__
        one: dict[Profile, Profile] = {}
        profiles = {}
        for code in codes:
            place = self.records[code].place
            profile = profile_of(resolved(place, as_of, False, self._items(place)), self.topic)
            profiles[code] = one.setdefault(profile, profile)
        return profiles

    def inside(self, place: Jurisdiction, as_of: date) -> Inside:
        """The places below with a record, by what holds there."""
        return self._following.inside.of(self, place.code, as_of)

    def answer(self, place: Jurisdiction, as_of: date) -> Answer:
        """What a person is told of a place on a day."""
        inside = self.inside(place, as_of)
        return answer_of(self.topic, self.resolve(place, as_of), inside=inside)

    def freshness_of(self, item: Published, as_of: date) -> Freshness:
        """How fresh a record is on ``as_of``."""
        return freshness(item.handy.last_verified, as_of, self.topic.age_limit_days)

    @cached_property
    def researched_by_part(self) -> list[str]:
        """Codes of the countries with records for their first-level subdivisions, sorted."""
        wide = ("state", "district", "territory")
        countries = {
            item.place.parent
            for item in self.records.values()
            if item.place.kind in wide and item.place.law != "own"
        }
        return sorted(code for code in countries if code)

    def below(self, code: str) -> list[Published]:
        """The records of places anywhere below ``code``, sorted by name."""
        inside = [self.records[below] for below in self.codes_below(code)]
        return sorted(inside, key=lambda item: item.place.name)

    def codes_below(self, code: str) -> list[str]:
        """Codes of the records below ``code``: those with it as prefix and, for a county, its towns."""
        first, last = self._beginning_with(code)
        # “us-ca-orange-county” begins like “us-ca-orange” and lies not in it: its parent tells.
        inside = [each for each in self.codes[first:last] if self._is_within(each, code)]
        return list(dict.fromkeys([*inside, *self._of_county.get(code, ())]))

    def _beginning_with(self, code: str) -> tuple[int, int]:
        """Where in ``codes`` those stand that begin with a code and “-”; the character after that is “.”."""
        return bisect_left(self.codes, f"{code}-"), bisect_left(self.codes, f"{code}.")

    def may_have_below(self, code: str) -> bool:
        """Whether there may be records below: a quick look."""
        first, last = self._beginning_with(code)
        return first < last or code in self._of_county

    def _is_within(self, code: str, wide: str) -> bool:
        parent = self.records[code].place.parent or ""
        return parent == wide or parent.startswith(f"{wide}-")

    def reached_by(self, codes: Iterable[str]) -> set[str]:
        """Codes of all records whose resolution can depend on these: themselves and all below them."""
        return {reached for code in codes for reached in (code, *self.codes_below(code))}

    def changed_since(self, feed_no: int) -> frozenset[str] | None:
        """Codes published since a feed number; None if that is too long ago to be remembered."""
        if feed_no == self.feed_no:
            return frozenset()
        later = [codes for number, codes in self._moves if number >= feed_no]
        if not later or all(number != feed_no for number, _ in self._moves):
            return None
        return frozenset().union(*later)

    def imagined(self, code: str, payload: Payload) -> "Edition":
        """A copy of this edition in which one record says ``payload``, for previews."""
        whole = dict(self.records.whole)
        whole.pop(code, None)
        if payload.periods:
            whole[code] = self._source.imagined(code, payload, self.feed_no)
        records = Records(self._source, self.feed_no, whole)
        # Asked about a place or two, it is not worth an index.
        following = _Following(InsideIndex(keeps=False))
        return Edition(self._source, self.feed_no, records, following=following)

    def grown(self, feed_no: int) -> "Edition":
        """The edition at a later feed number: loads what was published meanwhile, shares the rest."""
        moved = frozenset(self._source.moved(self.feed_no, feed_no))
        changed = self._source.some(feed_no, moved, moved) if moved else {}
        whole = self.records.whole | changed
        moves = (*self._moves, (self.feed_no, moved))[-REMEMBERED:]
        records = Records(self._source, feed_no, whole)
        later = Edition(self._source, feed_no, records, moves, self._following)
        if len(whole) == len(self.records):
            # No record is new: what depends only on which records there are stays valid.
            names = {
                "codes",
                "_of_county",
                "directly_below",
                "by_degree",
                "roots",
                "researched_by_part",
            }
            later.__dict__ |= {name: self.__dict__[name] for name in names & self.__dict__.keys()}
        later.changed_at = max(
            (item.publication.at for item in changed.values()), default=self.changed_at
        )
        return later


class Editions:
    """The editions in memory: the newest of each topic and a bounded number of earlier ones."""

    def __init__(self, tracker: Tracker) -> None:
        self._heading = tracker.heading
        payloads = Payloads(tracker)
        self._sources = {
            code: Source(tracker, topic, payloads) for code, topic in tracker.topics.items()
        }
        self._newest: dict[str, Edition] = {}
        self._past: OrderedDict[tuple[str, int], Edition] = OrderedDict()
        self._lock = Lock()
        self._growing = Lock()

    def newest(self, topic: Topic) -> Edition:
        """The edition of a topic at the head of the feed."""
        head = self._heading.now()
        edition = self._newest.get(topic.code)
        if edition is not None and edition.feed_no >= head:
            return edition
        # One request makes it; others that come meanwhile wait and use the same.
        with self._growing:
            edition = self._newest.get(topic.code)
            if edition is None or edition.feed_no < head:
                edition = edition.grown(head) if edition else self._whole(topic, head)
                self._newest[topic.code] = edition
            return edition

    def _whole(self, topic: Topic, head: int) -> Edition:
        source = self._sources[topic.code]
        records = source.everything(head)
        if len(records) > KEPT_PAYLOADS:
            # The garbage collector would walk through all of it, a second in which every thread stands still.
            gc.freeze()
        return Edition(source, head, Records(source, head, records))

    def at(self, topic: Topic, feed_no: int) -> Edition:
        """The edition of a topic at a feed number."""
        newest = self._newest.get(topic.code)
        if newest is not None and newest.feed_no == feed_no:
            return newest
        key = (topic.code, feed_no)
        with self._lock:
            if key not in self._past:
                source = self._sources[topic.code]
                self._past[key] = Edition(source, feed_no, Records(source, feed_no))
            self._past.move_to_end(key)
            while len(self._past) > KEPT_EDITIONS:
                self._past.popitem(last=False)
            return self._past[key]
