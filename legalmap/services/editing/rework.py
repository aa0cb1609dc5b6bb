"""Reworking an earlier proposal: whether one may, checked when it begins and again when it is sent."""

from datetime import datetime

from legalmap import clock
from legalmap.domain.desk import rework
from legalmap.domain.desk.claims import Claim
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import Missing, NotNow
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.core.tracker import Tracker
from legalmap.store.desk import claims
from legalmap.store.engine import Connection
from legalmap.store.history import records, submissions


def obstacle(tracker: Tracker, actor: Account, earlier: Revision) -> str:
    """Why this person cannot send a rework of ``earlier`` yet, in a sentence; empty if they can."""
    require(actor.role, Permission.PROPOSE)
    with tracker.store.reading() as connection:
        return rework.obstacle(earlier, actor.id, *_under_way(connection, actor, earlier))


def settle(connection: Connection, actor: Account, record_id: int, reworks_id: int) -> int | None:
    """The id of the proposal that a new one replaces; None if it was published: anybody may start there.

    Raise NotNow if the rework has to wait. The caller holds the lock of the record, so that nobody
    claims the proposal meanwhile.
    """
    earlier = records.revision_by_id(connection, reworks_id)
    if earlier is None or earlier.record_id != record_id or earlier.base_id is None:
        raise Missing("revision", f"number {reworks_id} of this record")
    if message := rework.obstacle(earlier, actor.id, *_under_way(connection, actor, earlier)):
        raise NotNow(message)
    return earlier.id if rework.takes_over(earlier) else None


def _under_way(
    connection: Connection, actor: Account, earlier: Revision
) -> tuple[list[Revision], dict[int, Claim], datetime]:
    """This person's open proposals for the record, live claims by proposal id, and now."""
    now = clock.now()
    own_proposals = submissions.open_of(connection, earlier.record_id, actor.id)
    ids = {earlier.id, *(sent.id for sent in own_proposals)}
    return own_proposals, claims.live(connection, "proposal", ids, now), now
