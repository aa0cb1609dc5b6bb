"""The first page of the desk: what one person has under way, and where help is wanted."""

import msgspec

from legalmap.domain.accounts import Account
from legalmap.domain.records import Revision
from legalmap.domain.roles import Permission, require
from legalmap.services import queue, rounds
from legalmap.services.reading import Reader
from legalmap.store import drafts, moderation, suggestions
from legalmap.store.drafts import Draft

# More of one's own proposals than these are counted, not listed.
MOST_SHOWN = 100


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How much waits for anybody: proposals (counted so far as the queue counts), suggestions of
    readers, and records whose evidence has grown old.
    """

    waiting: int
    suggestions: int
    due: int


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """``proposals`` are the newest of ``total``."""

    drafts: list[Draft]
    proposals: list[Revision]
    total: int
    wanted: Wanted


def overview(reader: Reader, actor: Account) -> Desk:
    """The drafts and proposals of one person, and what waits; the same number of queries for all."""
    require(actor.role, Permission.PROPOSE)
    waiting, due = queue.waiting_count(reader.tracker, actor), len(rounds.due(reader))
    with reader.tracker.store.reading() as connection:
        open_suggestions = suggestions.count_open(connection)
        return Desk(
            drafts=drafts.of_person(connection, actor.id),
            proposals=moderation.proposals_of(connection, actor.id, MOST_SHOWN),
            total=moderation.count_proposals_of(connection, actor.id),
            wanted=Wanted(waiting=waiting, suggestions=open_suggestions, due=due),
        )
