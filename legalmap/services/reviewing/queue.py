"""The queue of proposals that wait for review, page by page."""

import msgspec

from legalmap import clock
from legalmap.domain.desk.claims import Claim
from legalmap.domain.desk.queue import Mark, QueueFilter
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.law import diff
from legalmap.domain.law.payload import NOT_RESEARCHED, Payload
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.core.tracker import Tracker
from legalmap.store.desk import claims, queue
from legalmap.store.engine import Connection
from legalmap.store.history import records

PAGE = 20
# Counting stops here: an exact count of a long queue is slow, and nobody needs it.
MOST_COUNTED = 1_000


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the queue. ``is_own``: this person is an author. ``changed``: number of changed fields."""

    revision: Revision
    is_own: bool
    changed: int
    claim: Claim | None


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the queue. ``total`` counts up to MOST_COUNTED + 1; ``end`` is where the next page begins."""

    lines: list[Waiting]
    total: int
    end: Mark | None


def page(
    tracker: Tracker, actor: Account, criteria: QueueFilter, after: Mark | None = None
) -> QueuePage:
    """A page of the proposals that match. Contributors may see the queue too; only moderators decide."""
    require(actor.role, Permission.PROPOSE)
    now = clock.now()
    with tracker.store.reading() as connection:
        total = queue.count(connection, criteria, actor, now, MOST_COUNTED + 1)
        # One more than is shown tells whether there is a next page.
        marks = queue.page(connection, criteria, actor, now, after=after, limit=PAGE + 1)
        lines = _lines(connection, actor, [mark.revision_id for mark in marks[:PAGE]])
    return QueuePage(lines=lines, total=total, end=marks[PAGE - 1] if len(marks) > PAGE else None)


def _lines(connection: Connection, actor: Account, ids: list[int]) -> list[Waiting]:
    revisions = records.revisions_by_id(connection, ids)
    bases = records.payloads_of(
        connection, {revised.base_id or 0 for revised in revisions.values()}
    )
    claims_by_id = claims.live(connection, "proposal", ids, clock.now())
    return [
        Waiting(
            revision=revisions[revision_id],
            is_own=actor.id in revisions[revision_id].authors,
            changed=_changed(bases, revisions[revision_id]),
            claim=claims_by_id.get(revision_id),
        )
        for revision_id in ids
    ]


def _changed(bases: dict[int, Payload], revised: Revision) -> int:
    return len(diff.shown(bases.get(revised.base_id or 0, NOT_RESEARCHED), revised.payload))


def waiting_count(tracker: Tracker, actor: Account) -> int:
    """How many proposals wait, counted up to MOST_COUNTED + 1."""
    with tracker.store.reading() as connection:
        return queue.count(connection, QueueFilter(), actor, clock.now(), MOST_COUNTED + 1)
