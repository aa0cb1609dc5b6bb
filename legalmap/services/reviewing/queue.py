"""What waits for review: a page of it, and which one is next."""

import msgspec

from legalmap import clock
from legalmap.domain.desk.claims import Claim
from legalmap.domain.desk.queue import Asked, Mark
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
# Nobody needs to know whether it is 4,000 or 4,100.
MOST_COUNTED = 1_000


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the queue. ``is_own``: this person cannot review it. ``changed``: how many fields."""

    revision: Revision
    is_own: bool
    changed: int
    claim: Claim | None


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines, how many there are in all (no more than MOST_COUNTED + 1), and where to go on."""

    lines: list[Waiting]
    total: int
    end: Mark | None


def page(tracker: Tracker, actor: Account, asked: Asked, after: Mark | None = None) -> QueuePage:
    """The part of the queue that somebody asked for. Contributors see it; only moderators decide."""
    require(actor.role, Permission.PROPOSE)
    now = clock.now()
    with tracker.store.reading() as connection:
        total = queue.count(connection, asked, actor, now, MOST_COUNTED + 1)
        marks = queue.page(connection, asked, actor, now, after=after, limit=PAGE + 1)
        lines = _lines(connection, actor, [mark.revision_id for mark in marks[:PAGE]])
    return QueuePage(lines=lines, total=total, end=marks[PAGE - 1] if len(marks) > PAGE else None)


def _lines(connection: Connection, actor: Account, ids: list[int]) -> list[Waiting]:
    revisions = records.revisions_by_id(connection, ids)
    bases = records.payloads_of(connection, {r.base_id or 0 for r in revisions.values()})
    held = claims.live(connection, "proposal", ids, clock.now())
    return [
        Waiting(
            revision=revisions[each],
            is_own=actor.id in revisions[each].authors,
            changed=_changed(bases, revisions[each]),
            claim=held.get(each),
        )
        for each in ids
    ]


def _changed(bases: dict[int, Payload], revised: Revision) -> int:
    return len(diff.shown(bases.get(revised.base_id or 0, NOT_RESEARCHED), revised.payload))


def waiting_count(tracker: Tracker, actor: Account) -> int:
    """How many proposals wait, counted no further than MOST_COUNTED + 1."""
    with tracker.store.reading() as connection:
        return queue.count(connection, Asked(), actor, clock.now(), MOST_COUNTED + 1)
