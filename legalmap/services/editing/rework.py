"""Taking up an earlier proposal: asked before somebody begins, and settled when they send it."""

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
    """What somebody has to wait for before they can send a rework of a proposal; empty if nothing."""
    require(actor.role, Permission.PROPOSE)
    with tracker.store.reading() as connection:
        return rework.obstacle(earlier, actor.id, *_under_way(connection, actor, earlier))


def settle(connection: Connection, actor: Account, record_id: int, reworks_id: int) -> int | None:
    """The proposal that a new one takes over, if it still is one; raise NotNow if that has to wait.

    The record is locked by the caller, so that nobody takes anything of it for review meanwhile.
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
    """What of the record this person has sent and is not done with, who is at what, and the time."""
    now = clock.now()
    own = submissions.open_of(connection, earlier.record_id, actor.id)
    ids = {earlier.id, *(sent.id for sent in own)}
    return own, claims.live(connection, "proposal", ids, now), now
