"""Editions: the published records of one topic at one feed number, immutable and in memory.

A reader's page is rendered from an edition and never from the tables, so it costs a look-up and
can never show half of a publication.
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date, datetime
from threading import Lock

import msgspec

from legalmap.domain.evidence import Freshness, freshness
from legalmap.domain.jurisdictions import Jurisdiction, chain
from legalmap.domain.payload import Payload
from legalmap.domain.records import Publication
from legalmap.domain.resolving import Level, Resolution, resolve
from legalmap.domain.topics import Topic
from legalmap.services.tracker import Tracker
from legalmap.store import feed

KEPT_EDITIONS = 8
KEPT_RESOLUTIONS = 20_000


class Published(msgspec.Struct, frozen=True):
    """One record as readers see it, the publication that put it there, and its place."""

    place: Jurisdiction
    payload: Payload
    publication: Publication


class Edition:
    """What readers of ``topic`` see at ``feed_no``."""

    def __init__(
        self, tracker: Tracker, topic: Topic, feed_no: int, published: Iterable[Published]
    ) -> None:
        self.topic = topic
        self.feed_no = feed_no
        self.records = {item.place.code: item for item in published}
        self._tracker = tracker
        self._resolutions: OrderedDict[tuple[str, date], Resolution] = OrderedDict()
        self._lock = Lock()

    @property
    def changed_at(self) -> datetime | None:
        """The instant of the newest publication in this edition."""
        return max((item.publication.at for item in self.records.values()), default=None)

    def resolve(self, place: Jurisdiction, as_of: date) -> Resolution:
        """What holds at ``place`` on ``as_of``. Freshness is counted to that same day."""
        key = (place.code, as_of)
        known = self._resolutions.get(key)
        if known is None:
            levels = [self._level(level) for level in self.chain_of(place)]
            known = resolve(levels, self.topic, as_of, as_of)
            self._remember(key, known)
        return known

    def chain_of(self, place: Jurisdiction) -> list[Jurisdiction]:
        """The levels whose law can reach ``place``, widest first."""
        return chain(place, self._tracker.place)

    def _level(self, place: Jurisdiction) -> Level:
        item = self.records.get(place.code)
        return Level(place, item.payload if item else None)

    def _remember(self, key: tuple[str, date], resolution: Resolution) -> None:
        with self._lock:
            self._resolutions[key] = resolution
            while len(self._resolutions) > KEPT_RESOLUTIONS:
                self._resolutions.popitem(last=False)

    def freshness_of(self, item: Published, as_of: date) -> Freshness:
        """How fresh a record is on ``as_of``."""
        return freshness(item.payload.last_verified, as_of, self.topic.age_limit_days)

    def researched_by_part(self) -> list[str]:
        """The countries that have records of their first-level subdivisions."""
        wide = ("state", "district", "territory")
        found = {
            item.place.parent
            for item in self.records.values()
            if item.place.kind in wide and item.place.law != "own"
        }
        return sorted(code for code in found if code)

    def below(self, code: str) -> list[Published]:
        """The records of places anywhere below ``code``, by name."""
        found = [
            item
            for item in self.records.values()
            if item.place.code.startswith(f"{code}-") or item.place.county == code
        ]
        return sorted(found, key=lambda item: item.place.name)


class Editions:
    """The editions in memory: today's of each topic and a bounded number of earlier ones."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._kept: OrderedDict[tuple[str, int], Edition] = OrderedDict()
        self._lock = Lock()

    def at(self, topic: Topic, feed_no: int | None = None) -> Edition:
        """The edition of ``topic`` at ``feed_no``, by default at the head of the feed."""
        with self._tracker.store.reading() as connection:
            wanted = feed.head(connection) if feed_no is None else feed_no
        key = (topic.code, wanted)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        edition = self._build(topic, wanted)
        with self._lock:
            self._kept[key] = edition
            while len(self._kept) > KEPT_EDITIONS:
                self._kept.popitem(last=False)
        return edition

    def _build(self, topic: Topic, feed_no: int) -> Edition:
        with self._tracker.store.reading() as connection:
            found = list(feed.published_at(connection, topic.code, feed_no))
        places = self._tracker.places([publication.jurisdiction for publication, _ in found])
        items = [
            Published(places[publication.jurisdiction], payload, publication)
            for publication, payload in found
        ]
        return Edition(self._tracker, topic, feed_no, items)
