"""Batches: proposals that were sent together and are decided one by one, each opened by a person."""

import secrets

import msgspec

from legalmap import clock
from legalmap.domain.accounts import Account
from legalmap.domain.errors import Missing
from legalmap.domain.moderation import State
from legalmap.domain.records import Revision
from legalmap.domain.roles import Permission, require
from legalmap.services.tracker import Tracker
from legalmap.store import batches
from legalmap.store.batches import Batch

MOST_LISTED = 50
_WAITING = frozenset({State.PENDING, State.STALE})


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A batch with the state of each of its proposals."""

    name: str
    proposals: list[Revision]

    @property
    def left(self) -> int:
        """How many wait for a verdict."""
        return sum(each.state in _WAITING for each in self.proposals)

    def next_for(self, actor_id: int, after: int = 0) -> Revision | None:
        """The first one behind ``after`` that waits and is not this person's own; else any before it."""
        ready = [
            each
            for each in self.proposals
            if each.state in _WAITING and actor_id not in each.authors
        ]
        behind = [each for each in ready if each.id > after]
        return next(iter(behind or ready), None)


def new_name() -> str:
    """The name of a batch: its day and some letters by chance."""
    return f"{clock.today():%Y%m%d}-{secrets.token_hex(4)}"


def listed(tracker: Tracker, actor: Account) -> list[Batch]:
    """The last batches, the newest first."""
    require(actor.role, Permission.PROPOSE)
    with tracker.store.reading() as connection:
        return batches.newest(connection, MOST_LISTED)


def opened(tracker: Tracker, actor: Account, name: str) -> Opened:
    """One batch; raise Missing if there is none of that name."""
    require(actor.role, Permission.PROPOSE)
    with tracker.store.reading() as connection:
        found = batches.proposals_of(connection, name) if name.isprintable() else []
    if not found:
        raise Missing("batch", name)
    return Opened(name=name, proposals=found)
