"""What changed: published revisions, each with the one that readers saw before it."""

import msgspec

from legalmap.domain.desk.revisions import Revision
from legalmap.domain.law import diff
from legalmap.domain.law.diff import Change
from legalmap.domain.law.jurisdictions import Jurisdiction, chain
from legalmap.services.core.tracker import Tracker
from legalmap.store.engine import Connection
from legalmap.store.history import feed, records

SHOWN = 100


class News(msgspec.Struct, frozen=True):
    """One published revision; ``before`` is None if nothing was published before it."""

    place: Jurisdiction
    revision: Revision
    before: Revision | None

    @property
    def changes(self) -> list[Change]:
        """The fields that differ from ``before``; none for a first publication."""
        if self.before is None:
            return []
        return diff.diff(self.before.payload, self.revision.payload)


def of_topic(tracker: Tracker, topic: str, limit: int = SHOWN) -> list[News]:
    """The newest changes of a topic, without shipped records: revision 0 changed nothing."""
    tracker.topic(topic)
    with tracker.store.reading() as connection:
        entries = feed.entries(connection, 0, limit, topic=topic, newest_first=True)
        ids = [entry.revision_id for entry in entries if entry.revision_number > 0]
        return of_revisions(tracker, connection, ids)


def of_revisions(tracker: Tracker, connection: Connection, ids: list[int]) -> list[News]:
    """The changes made by some published revisions, in the order of ``ids``."""
    revisions, bases = records.with_bases(connection, ids)
    return _news(tracker, [revisions[number] for number in ids], bases)


def of_place(tracker: Tracker, topic: str, place: Jurisdiction, limit: int = SHOWN) -> list[News]:
    """The newest changes of a place's own record and of the levels above it."""
    tracker.topic(topic)
    published: list[Revision] = []
    bases: dict[int, Revision] = {}
    with tracker.store.reading() as connection:
        for level in chain(place, tracker.place):
            record = records.find(connection, topic, level.code)
            own = records.revisions_of(connection, record.id) if record else []
            # All revisions of the record are at hand, so bases need no further query.
            bases |= {revision.id: revision for revision in own}
            published += [item for item in own if item.number > 0 and item.feed_no is not None]
    newest = sorted(published, key=lambda revision: -(revision.feed_no or 0))
    return _news(tracker, newest[:limit], bases)


def _news(tracker: Tracker, revisions: list[Revision], bases: dict[int, Revision]) -> list[News]:
    places = tracker.places([revision.jurisdiction for revision in revisions])
    return [
        News(places[revision.jurisdiction], revision, seen_before(revision, bases))
        for revision in revisions
    ]


def seen_before(revision: Revision, bases: dict[int, Revision]) -> Revision | None:
    """The base of a revision if it was published. Revision 0 of a place without research never was."""
    before = bases.get(revision.base_id) if revision.base_id is not None else None
    return before if before is not None and before.published_at is not None else None
