"""What editions hold: published records, loaded all at once or one by one, and a cache of payloads."""

from collections import OrderedDict
from collections.abc import Collection, ItemsView, Iterable, Iterator, Mapping, ValuesView
from datetime import date, datetime
from functools import lru_cache
from threading import Lock

import msgspec

from legalmap import clock
from legalmap.domain.desk.revisions import Stand
from legalmap.domain.law import gists
from legalmap.domain.law.jurisdictions import Jurisdiction, chain
from legalmap.domain.law.payload import Payload, canonical_bytes, from_bytes, sha256_of
from legalmap.domain.law.resolution import Level, Resolution
from legalmap.domain.law.resolving import resolve
from legalmap.domain.law.topics import Topic
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.past_index import Courses
from legalmap.store.derived import published_at, state_at_feed_no
from legalmap.store.history import records

# All payloads of a tracker of usual size fit, so that its pages never need the database.
KEPT_PAYLOADS = 5_000
# A past edition of which this many records were requested is being mapped: the rest is loaded at once.
MANY = 64
# Enough for a world map and for the towns of a large state.
KEPT_RESOLUTIONS = 6_000


class Payloads:
    """A bounded cache of payloads by revision id, shared by all editions. Payloads never change."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._kept: OrderedDict[int, Payload] = OrderedDict()
        self._lock = Lock()

    def of(self, stand: Stand) -> Payload:
        """The payload of a revision, loaded if it is not cached."""
        cached = self._kept.get(stand.revision_id)
        return self.need([stand])[stand.revision_id] if cached is None else cached

    def known(self, revision_id: int) -> Payload | None:
        """The payload of a revision if it is cached, else None."""
        return self._kept.get(revision_id)

    def hold(self, revision_id: int, payload: Payload) -> None:
        """Cache a payload that was loaded by another query."""
        self._keep({revision_id: payload})

    def need(self, wanted: Iterable[Stand]) -> dict[int, Payload]:
        """The payloads of some revisions by id, loaded in one query as far as they are not cached."""
        newest = {stand.revision_id: stand.feed_no for stand in wanted}
        known = {key: payload for key in newest if (payload := self._kept.get(key)) is not None}
        uncached = [key for key in newest if key not in known]
        if uncached:
            with self._tracker.reading(max(newest[key] for key in uncached)) as connection:
                fetched = records.payloads_of(connection, uncached)
            known |= fetched
            self._keep(fetched)
        return known

    def texts(self, wanted: Iterable[Stand]) -> dict[int, str]:
        """What is stored of some revisions, for who needs the very bytes."""
        newest = {stand.revision_id: stand.feed_no for stand in wanted}
        with self._tracker.reading(max(newest.values(), default=0)) as connection:
            return records.texts_of(connection, newest)

    def _keep(self, fetched: dict[int, Payload]) -> None:
        with self._lock:
            self._kept.update(fetched)
            while len(self._kept) > KEPT_PAYLOADS:
                self._kept.popitem(last=False)


class Published(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One published record: its place and its publication, with access to the payload.

    Editions share the object until the record is published anew. It is compared by identity.
    """

    place: Jurisdiction
    publication: Stand
    payloads: Payloads

    @property
    def payload(self) -> Payload:
        """The whole content of the record; may query the database."""
        return self.payloads.of(self.publication)

    @property
    def gist(self) -> Payload:
        """What decides the status, without summaries and sources: always in memory."""
        return self.publication.gist or gists.gist_of(self.payload)

    @property
    def handy(self) -> Payload:
        """The payload if it is cached, else its gist: enough for statuses and dates, and never a query."""
        return self.payloads.known(self.publication.revision_id) or self.gist


class Records(Mapping[str, Published]):
    """The records of an edition by place code. A past edition loads them when they are requested."""

    def __init__(
        self, source: "Source", feed_no: int, whole: dict[str, Published] | None = None
    ) -> None:
        self._source = source
        self._feed_no = feed_no
        self._whole = whole
        self._some: dict[str, Published | None] = {}

    def __getitem__(self, code: str) -> Published:
        """The record of a place."""
        if self._whole is None and code not in self._some:
            self.need([code], [code])
        record = self._some.get(code) if self._whole is None else self._whole.get(code)
        if record is None:
            raise KeyError(code)
        return record

    def __iter__(self) -> Iterator[str]:
        """The codes, in no order."""
        return iter(self.whole)

    def __len__(self) -> int:
        """How many records there are."""
        return len(self.whole)

    def values(self) -> ValuesView[Published]:
        """The records, in no order."""
        return self.whole.values()

    def items(self) -> ItemsView[str, Published]:
        """The codes and the records, in no order."""
        return self.whole.items()

    @property
    def whole(self) -> dict[str, Published]:
        """All records by code, loaded if they are not yet."""
        if self._whole is None:
            self._whole = self._source.everything(self._feed_no)
        return self._whole

    @property
    def is_whole(self) -> bool:
        """Whether all are in memory."""
        return self._whole is not None

    def need(self, codes: Iterable[str], whole: Collection[str]) -> None:
        """Load the records of some places in one query, with the payloads of those in ``whole``."""
        if self._whole is not None:
            return
        unread = [code for code in codes if code not in self._some]
        if len(self._some) + len(unread) > MANY:
            self._whole = self._source.everything(self._feed_no)
            return
        if unread:
            records = self._source.some(self._feed_no, unread, whole)
            self._some |= {code: records.get(code) for code in unread}
        self._source.need_contents(item for code in whole if (item := self._some.get(code)))


def _beside(place: Jurisdiction) -> tuple[str, ...]:
    """The counties of a place in several, and the state a place elsewhere is part of."""
    return (*place.counties, place.part_of) if place.part_of else place.counties


def _level(place: Jurisdiction, item: Published | None, *, whole: bool) -> Level:
    if item is None:
        return Level(place)
    payload = item.payload if whole else item.handy
    return Level(place, payload, is_first_load=item.publication.revision_number == 0)


class Source:
    """Loads the records of one topic for all its editions."""

    def __init__(self, tracker: Tracker, topic: Topic, payloads: Payloads) -> None:
        self.tracker = tracker
        self.topic = topic
        self._payloads = payloads
        self._courses = Courses(tracker, topic.code)
        # Shared by all editions of the topic: records not published anew need not be resolved again.
        self.resolved = lru_cache(KEPT_RESOLUTIONS)(self._resolved)

    def _resolved(
        self, place: Jurisdiction, as_of: date, whole: bool, items: tuple[Published | None, ...]
    ) -> Resolution:
        """What holds at a place; ``items`` are the records of ``asked_of`` it, in that order."""
        levels = [
            _level(level, item, whole=whole)
            for level, item in zip(self.asked_of(place), items, strict=True)
        ]
        reaching = len(levels) - len(_beside(place))
        return resolve(levels[:reaching], self.topic, as_of, as_of, levels[reaching:])

    def asked_of(self, place: Jurisdiction) -> list[Jurisdiction]:
        """The levels whose records an answer needs: its chain, then those that only get a word in it."""
        one = self.tracker.place
        return [*chain(place, one), *(one(code) for code in _beside(place))]

    def everything(self, feed_no: int) -> dict[str, Published]:
        """Every record at a feed number, and all payloads if they fit in the cache."""
        with self.tracker.reading(feed_no) as connection:
            standing = list(state_at_feed_no.everything(connection, self.topic.code, feed_no))
        if len(standing) <= KEPT_PAYLOADS:
            self._payloads.need(standing)
        return self._published(standing)

    def some(
        self, feed_no: int, codes: Iterable[str], whole: Collection[str]
    ) -> dict[str, Published]:
        """The records of some places at a feed number; the payloads of those in ``whole`` are cached."""
        with self.tracker.reading(feed_no) as connection:
            pairs = list(state_at_feed_no.some(connection, self.topic.code, feed_no, codes, whole))
        for stand, text in pairs:
            if text is not None and self._payloads.known(stand.revision_id) is None:
                self._payloads.hold(stand.revision_id, from_bytes(text))
        return self._published([stand for stand, _ in pairs])

    def need_contents(self, items: Iterable[Published]) -> None:
        """Cache the payloads of some records, in one query."""
        self._payloads.need(item.publication for item in items)

    def moved(self, since: int, until: int) -> list[str]:
        """Codes of the places with a publication after ``since``, up to ``until``."""
        with self.tracker.reading(until) as connection:
            return state_at_feed_no.moved(connection, self.topic.code, since, until)

    def statuses(self, feed_no: int, as_of: date) -> dict[str, str | None]:
        """The status of every record on a day, as known at a feed number."""
        return self._courses.statuses(feed_no, as_of)

    def changed_at(self, feed_no: int) -> datetime | None:
        """The instant of the newest publication of the topic up to a feed number."""
        with self.tracker.reading(feed_no) as connection:
            return published_at.newest(connection, self.topic.code, feed_no)

    def imagined(self, code: str, payload: Payload, feed_no: int) -> Published:
        """A record as if it said ``payload``, for previews. Its cache is its own: nobody else may see it."""
        stand = Stand(
            topic=self.topic.code,
            jurisdiction=code,
            record_id=0,
            revision_id=0,
            # Of an edit: only what was first loaded is revision 0.
            revision_number=1,
            feed_no=feed_no,
            payload_sha256=sha256_of(canonical_bytes(payload)),
            at=clock.now(),
            gist=None,
        )
        contents = Payloads(self.tracker)
        contents.hold(stand.revision_id, payload)
        return Published(self.tracker.place(code), stand, contents)

    def _published(self, standing: list[Stand]) -> dict[str, Published]:
        places = self.tracker.places([stand.jurisdiction for stand in standing])
        return {
            stand.jurisdiction: Published(places[stand.jurisdiction], stand, self._payloads)
            for stand in standing
        }
