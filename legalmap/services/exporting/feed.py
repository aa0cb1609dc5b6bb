"""The feed as tools read it: entries with what they changed, long polling, and the heartbeat."""

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
# How many requests of a process may wait at once. Each holds a thread: others must stay free to answer.
MOST_WAITING = 8
# Seconds between two looks at the head of the feed by a waiting request.
STEP = 0.5


class Heartbeat(msgspec.Struct, frozen=True):
    """The newest publication, and the newest that said "checked, nothing changed"."""

    newest: Publication | None
    verified_at: datetime | None


class Waiting:
    """Long polling: lets a bounded number of requests wait for the next publication."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._seats = BoundedSemaphore(most)

    def for_news(self, reader: Reader, since: int, topic: str | None, seconds: int) -> bool:
        """Whether something was published after ``since``; waits up to ``seconds`` if there is a free seat."""
        if reader.feed(since, 1, topic):
            return True
        if seconds <= 0 or not self._seats.acquire(blocking=False):
            return False
        try:
            return _moved(reader, since, topic, seconds)
        finally:
            self._seats.release()


def _moved(reader: Reader, since: int, topic: str | None, seconds: int) -> bool:
    """Wait in steps. They are counted: a clock set back meanwhile must make nobody wait for ever."""
    seen, pause = since, Event()
    for _ in range(math.ceil(seconds / STEP)):
        # No database connection is held while waiting.
        pause.wait(STEP)
        head = reader.head()
        if head > seen and reader.feed(seen, 1, topic):
            return True
        seen = max(seen, head)
    return False


def change(tracker: Tracker, entry: Entry) -> contract.Change:
    """An entry of the feed as the API and webhooks show it."""
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
        changed=tuple(change.field for change in different),
        before=contract.stored(entry.before.stored) if entry.before else None,
        after=contract.stored(entry.revision.stored),
    )


def heartbeat(tracker: Tracker) -> Heartbeat:
    """How far the feed is, read in one transaction."""
    with tracker.store.reading() as connection:
        newest = feed.entries(connection, 0, 1, newest_first=True)
        return Heartbeat(newest[0] if newest else None, feed.last_verified_at(connection))
