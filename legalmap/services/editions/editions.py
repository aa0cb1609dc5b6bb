"""Editions: the published records of one topic at one feed number, immutable and in memory.

A reader's page is rendered from an edition and never from the tables, so it costs a look-up and
can never show half of a publication. The newest edition is whole and grows out of the one before;
one of the past loads what is asked for.
"""

import gc
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from itertools import takewhile
from threading import Lock
from typing import cast

from legalmap.domain.law.evidence import Freshness, freshness
from legalmap.domain.law.jurisdictions import Jurisdiction, chain
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.resolving import Resolution
from legalmap.domain.law.topics import Topic
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.contents import KEPT_PAYLOADS, Payloads, Published, Records, Source
from legalmap.services.editions.latest import Latest
from legalmap.services.editions.law_changes import Turn, turned, turns_of
from legalmap.services.editions.past_index import status_on

KEPT_EDITIONS = 8
# Over how many editions what changed between them is remembered.
REMEMBERED = 1_000


class _Following:
    """What follows from all records of an edition and of those that grow out of it."""

    def __init__(self) -> None:
        self.statuses: Latest[Edition, dict[str, str | None]] = Latest(
            lambda edition, day: edition.statuses_of(None, day),
            lambda edition, day, known, changed: known | edition.statuses_of(changed, day),
        )
        self.shown: Latest[Edition, dict[str, str]] = Latest(
            lambda edition, day: edition.shown_of(edition.records, day),
            lambda edition, day, known, changed: (
                known | edition.shown_of(edition.reached_by(changed), day)
            ),
        )
        # With the records they are of: where these stood, their turns are found by halving.
        self.turns: Latest[Edition, tuple[list[Turn], Records]] = Latest(
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
        # (feed number, what was published between it and the next one here), oldest first.
        self._moves = moves
        self._following = following or _Following()

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
        """Every dated change of a rule, oldest first; nobody may change it."""
        return self._following.turns.of(self)[0]

    @cached_property
    def _of_county(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for item in self.records.values():
            for county in item.place.in_counties:
                found.setdefault(county, []).append(item.place.code)
        return found

    @cached_property
    def directly_below(self) -> dict[str, list[str]]:
        """The codes of the records of each parent and of each county, sorted."""
        found: dict[str, list[str]] = {}
        for code in self.codes:
            place = self.records[code].place
            for above in {place.parent, *place.in_counties} - {None}:
                found.setdefault(cast("str", above), []).append(code)
        return found

    @cached_property
    def roots(self) -> list[Jurisdiction]:
        """The countries and territories with a record, by name."""
        found = [self.records[code].place for code in self.codes if "-" not in code]
        return sorted(found, key=lambda place: place.name)

    @property
    def began(self) -> str | None:
        """The earliest dated law, as its day, month or year is written."""
        turns = self.turns
        first = takewhile(lambda turn: turn.day == turns[0].day, turns)
        return min((turn.when.text for turn in first), default=None)

    def resolve(self, place: Jurisdiction, as_of: date) -> Resolution:
        """What holds at ``place`` on ``as_of``. Freshness is counted to that same day."""
        return self._resolved(place, as_of, whole=True)

    def glance(self, place: Jurisdiction, as_of: date) -> Resolution:
        """The same for maps and counts: summaries and sources may be left out."""
        return self._resolved(place, as_of, whole=False)

    def researched(self, place: Jurisdiction) -> list[str]:
        """The codes of the records from which the answer for a place is made."""
        levels = self._source.asked_of(place)
        self.records.need([level.code for level in levels], ())
        return [level.code for level in levels if level.code in self.records]

    def record_of(self, place: Jurisdiction) -> Published | None:
        """The record of a place. Those of the levels above it come along: an answer needs them too."""
        self.records.need((level.code for level in self._source.asked_of(place)), [place.code])
        return self.records.get(place.code)

    def _resolved(self, place: Jurisdiction, as_of: date, *, whole: bool) -> Resolution:
        if not self.records.is_whole:
            codes = [level.code for level in self._source.asked_of(place)]
            self.records.need(codes, codes if whole else ())
        return self._source.resolved(place, as_of, whole, self._items(place))

    def _items(self, place: Jurisdiction) -> tuple[Published | None, ...]:
        return tuple(self.records.get(level.code) for level in self._source.asked_of(place))

    def chain_of(self, place: Jurisdiction) -> list[Jurisdiction]:
        """The levels whose law can reach ``place``, widest first."""
        return chain(place, self._source.tracker.place)

    def statuses(self, as_of: date) -> Mapping[str, str | None]:
        """The own status of every record on a day; None where nothing is known of that day."""
        return self._following.statuses.of(self, as_of)

    def statuses_of(self, codes: Iterable[str] | None, as_of: date) -> dict[str, str | None]:
        """The same of some records, made anew; of None, of all."""
        if codes is None and not self.records.is_whole:
            return self._source.statuses(self.feed_no, as_of)
        codes = self.records if codes is None else codes
        return {code: status_on(self.records[code].gist, as_of) for code in codes}

    def shown(self, as_of: date) -> Mapping[str, str]:
        """What a map shows of the place of every record on a day, all levels taken together."""
        return self._following.shown.of(self, as_of)

    def shown_of(self, codes: Iterable[str], as_of: date) -> dict[str, str]:
        """The same of some records, made anew.

        Past the resolutions that are kept: those of a huge map would drive out all others.
        """
        resolved = self._source.resolved.__wrapped__
        places = (self.records[code].place for code in codes)
        return {
            place.code: resolved(place, as_of, False, self._items(place)).shown for place in places
        }

    def freshness_of(self, item: Published, as_of: date) -> Freshness:
        """How fresh a record is on ``as_of``."""
        return freshness(item.handy.last_verified, as_of, self.topic.age_limit_days)

    def researched_by_part(self) -> list[str]:
        """The countries that have records of their first-level subdivisions."""
        return self._by_part

    @cached_property
    def _by_part(self) -> list[str]:
        wide = ("state", "district", "territory")
        found = {
            item.place.parent
            for item in self.records.values()
            if item.place.kind in wide and item.place.law != "own"
        }
        return sorted(code for code in found if code)

    def below(self, code: str) -> list[Published]:
        """The records of places anywhere below ``code``, by name."""
        found = [self.records[each] for each in self.codes_below(code)]
        return sorted(found, key=lambda item: item.place.name)

    def codes_below(self, code: str) -> list[str]:
        """The codes of these records: those that begin with the code, and the towns of a county."""
        first = bisect_left(self.codes, f"{code}-")
        # “.” is the character after “-”, so this is where codes with that beginning end.
        last = bisect_left(self.codes, f"{code}.")
        inside = self.codes[first:last]
        return list(dict.fromkeys([*inside, *self._of_county.get(code, ())]))

    def reached_by(self, codes: Iterable[str]) -> set[str]:
        """The codes of the records that some records can change: they, and those below them."""
        return {each for code in codes for each in (code, *self.codes_below(code))}

    def changed_since(self, feed_no: int) -> frozenset[str] | None:
        """The places something was published for since an edition; None if that is not remembered."""
        if feed_no == self.feed_no:
            return frozenset()
        known = [codes for number, codes in self._moves if number >= feed_no]
        if not known or all(number != feed_no for number, _ in self._moves):
            return None
        return frozenset().union(*known)

    def imagined(self, code: str, payload: Payload) -> "Edition":
        """This edition with one record saying ``payload``, for previews: nobody else ever sees it."""
        whole = dict(self.records.whole)
        whole.pop(code, None)
        if payload.periods:
            whole[code] = self._source.imagined(code, payload, self.feed_no)
        return Edition(self._source, self.feed_no, Records(self._source, self.feed_no, whole))

    def grown(self, feed_no: int) -> "Edition":
        """The edition at a later feed number: what was published meanwhile is loaded, the rest stays."""
        moved = frozenset(self._source.moved(self.feed_no, feed_no))
        found = self._source.some(feed_no, moved, moved) if moved else {}
        whole = self.records.whole | found
        moves = (*self._moves, (self.feed_no, moved))[-REMEMBERED:]
        held = Records(self._source, feed_no, whole)
        later = Edition(self._source, feed_no, held, moves, self._following)
        if len(whole) == len(self.records):
            # No record is new: what only depends on which there are holds on.
            names = {"codes", "_of_county", "directly_below", "roots", "_by_part"}
            later.__dict__ |= {name: self.__dict__[name] for name in names & self.__dict__.keys()}
        later.changed_at = max(
            (item.publication.at for item in found.values()), default=self.changed_at
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
        known = self._newest.get(topic.code)
        if known is not None and known.feed_no >= head:
            return known
        # One request makes it; those who come meanwhile wait for it and do not make it again.
        with self._growing:
            known = self._newest.get(topic.code)
            if known is None or known.feed_no < head:
                known = known.grown(head) if known else self._whole(topic, head)
                self._newest[topic.code] = known
            return known

    def _whole(self, topic: Topic, head: int) -> Edition:
        source = self._sources[topic.code]
        found = source.everything(head)
        if len(found) > KEPT_PAYLOADS:
            # So much stays that the collector would stop everybody for a second to walk through it.
            gc.freeze()
        return Edition(source, head, Records(source, head, found))

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
