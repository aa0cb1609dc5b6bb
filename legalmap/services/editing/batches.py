"""Batches: proposals sent together. Each is still opened and decided by itself."""

import secrets

import msgspec

from legalmap import clock
from legalmap.domain.desk.moderation import UNDECIDED, Act, is_allowed
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import Missing
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.audit.actions import is_in_remit
from legalmap.services.core.tracker import Tracker
from legalmap.store.history import batches
from legalmap.store.history.batches import Batch

MOST_LISTED = 50


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A batch with its proposals; ``ready``: ids of those that this person may decide now."""

    name: str
    proposals: list[Revision]
    ready: tuple[int, ...]

    @property
    def left(self) -> int:
        """How many of them wait for a verdict."""
        return sum(proposal.state in UNDECIDED for proposal in self.proposals)

    def next_after(self, revision_id: int) -> int | None:
        """The next proposal after ``revision_id`` to decide, starting over at the end; None if none is left."""
        later = [ready_id for ready_id in self.ready if ready_id > revision_id]
        return next(iter(later or self.ready), None)


def new_name() -> str:
    """A name for a new batch: the day and eight random hex digits, such as ``20261201-9f86d081``."""
    return f"{clock.today():%Y%m%d}-{secrets.token_hex(4)}"


def listed(tracker: Tracker, actor: Account) -> list[Batch]:
    """The newest batches, newest first."""
    require(actor.role, Permission.PROPOSE)
    with tracker.store.reading() as connection:
        return batches.newest(connection, MOST_LISTED)


def opened(tracker: Tracker, actor: Account, name: str) -> Opened:
    """The batch with that name; raise Missing if there is none."""
    require(actor.role, Permission.PROPOSE)
    with tracker.store.reading() as connection:
        # PostgreSQL refuses a text with NUL in it by an error: no batch has such a name.
        proposals = batches.proposals_of(connection, name) if name.isprintable() else []
    if not proposals:
        raise Missing("batch", name)
    ready = tuple(proposal.id for proposal in proposals if _may_decide(tracker, actor, proposal))
    return Opened(name=name, proposals=proposals, ready=ready)


def _may_decide(tracker: Tracker, actor: Account, revised: Revision) -> bool:
    """Whether this person may give a verdict. A first approval of theirs leaves the second to others."""
    allowed = is_allowed(Act.REJECT, revised.facts, actor.id, actor.role)
    has_approved = any(assent.reviewer_id == actor.id for assent in revised.assents)
    return (
        allowed
        and not has_approved
        and is_in_remit(tracker, actor, revised.topic, revised.jurisdiction)
    )
