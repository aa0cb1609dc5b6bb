"""The feed for tools: an entry with what it changed, waiting for the next one, and the heartbeat."""

import math
from datetime import datetime
from threading import BoundedSemaphore, Event

import msgspec

from legalmap.domain.desk.revisions import Publication
from legalmap.domain.law import diff
from legalmap.domain.law.payload import NOT_RESEARCHED
from legalmap.services import contract
from legalmap.services.core.tracker import Tracker
from legalmap.services.exporting import formats
from legalmap.services.reading.reader import Entry, Reader
from legalmap.store.history import feed

LONGEST_WAIT = 30
# How many requests of a process may wait at once; the server has threads beyond these to answer with.
MOST_WAITING = 8
# How often a waiting request looks at the head of the feed, in seconds.
STEP = 0.5


class Heartbeat(msgspec.Struct, frozen=True):
    """The newest publication, and the newest that said "checked, nothing changed"."""

    newest: Publication | None
    verified_at: datetime | None


class Waiting:
    """Lets a bounded number of requests wait for the feed to move on."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._seats = BoundedSemaphore(most)

    def for_news(self, reader: Reader, since: int, topic: str | None, seconds: int) -> bool:
        """Whether there is news after ``since``: at once, or within ``seconds`` if there is a seat."""
        if reader.feed(since, 1, topic):
            return True
        if seconds <= 0 or not self._seats.acquire(blocking=False):
            return False
        try:
            return _moved(reader, since, topic, seconds)
        finally:
            self._seats.release()


def _moved(reader: Reader, since: int, topic: str | None, seconds: int) -> bool:
    """Steps are counted, so that a clock that is set meanwhile makes nobody wait for ever."""
    seen, pause = since, Event()
    for _ in range(math.ceil(seconds / STEP)):
        # Between two looks no connection is held.
        pause.wait(STEP)
        head = reader.head()
        if head > seen and reader.feed(seen, 1, topic):
            return True
        seen = max(seen, head)
    return False


def change(tracker: Tracker, entry: Entry) -> contract.Change:
    """An entry of the feed for the outside."""
    publication, after = entry.publication, entry.revision.payload
    before = entry.before.payload if entry.before else None
    different = diff.diff(before or NOT_RESEARCHED, after)
    return contract.same(
        contract.Change,
        publication,
        name=tracker.place(publication.jurisdiction).name,
        url=formats.url_of(publication.topic, publication.jurisdiction),
        revision=publication.revision_number,
        base=entry.before.number if entry.before else None,
        kind=entry.revision.kind,
        at=contract.instant(publication.at),
        changed=tuple(each.field for each in different),
        before=before,
        after=after,
    )


def heartbeat(tracker: Tracker) -> Heartbeat:
    """How far the feed is, as one state of the database has it."""
    with tracker.store.reading() as connection:
        newest = feed.entries(connection, 0, 1, newest_first=True)
        return Heartbeat(newest[0] if newest else None, feed.last_verified_at(connection))
