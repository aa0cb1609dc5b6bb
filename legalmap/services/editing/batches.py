"""Batches: proposals that were sent together and are decided one by one, each opened by a person."""

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
    """A batch with the state of each of its proposals; ``ready``: those this person may decide."""

    name: str
    proposals: list[Revision]
    ready: tuple[int, ...]

    @property
    def left(self) -> int:
        """How many wait for a verdict."""
        return sum(each.state in UNDECIDED for each in self.proposals)

    def next_after(self, revision_id: int) -> int | None:
        """The first behind another that this person may decide; else any before it."""
        behind = [each for each in self.ready if each > revision_id]
        return next(iter(behind or self.ready), None)


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
    ready = tuple(each.id for each in found if _may_decide(tracker, actor, each))
    return Opened(name=name, proposals=found, ready=ready)


def _may_decide(tracker: Tracker, actor: Account, revised: Revision) -> bool:
    """Whether any verdict is open to this person; one they approved already waits for somebody else."""
    allowed = is_allowed(Act.REJECT, revised.facts, actor.id, actor.role)
    done = any(given.reviewer_id == actor.id for given in revised.assents)
    return allowed and not done and is_in_remit(tracker, actor, revised.topic, revised.jurisdiction)
