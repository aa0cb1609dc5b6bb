"""The first page of the desk: one's own drafts and proposals, and what waits for anybody."""

import msgspec

from legalmap.domain.desk.revisions import Revision
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.reading.reader import Reader
from legalmap.services.reviewing import queue, rounds
from legalmap.store.desk import drafts, suggestions
from legalmap.store.desk.drafts import Draft
from legalmap.store.history import submissions

# Of one's own proposals this many are listed; all are counted.
MOST_SHOWN = 100


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How much waits for anybody: proposals (counted up to the queue's limit), suggestions of readers,
    and records due for verification.
    """

    waiting: int
    suggestions: int
    due: int


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows; ``proposals`` are the newest of ``total``."""

    drafts: list[Draft]
    proposals: list[Revision]
    total: int
    wanted: Wanted


def overview(reader: Reader, actor: Account) -> Desk:
    """The page for one person, with the same number of queries however much there is."""
    require(actor.role, Permission.PROPOSE)
    waiting, due = queue.waiting_count(reader.tracker, actor), len(rounds.due(reader))
    with reader.tracker.store.reading() as connection:
        open_suggestions = suggestions.count_open(connection)
        return Desk(
            drafts=drafts.of_person(connection, actor.id),
            proposals=submissions.proposals_of(connection, actor.id, MOST_SHOWN),
            total=submissions.count_proposals_of(connection, actor.id),
            wanted=Wanted(waiting=waiting, suggestions=open_suggestions, due=due),
        )
