"""Claims on proposals: take one for review, give it back, take the next. All of it is logged."""

import msgspec

from legalmap import clock
from legalmap.domain.desk.claims import CLAIM_LIFE, Claim, check_free, claimed, told
from legalmap.domain.desk.moderation import UNDECIDED
from legalmap.domain.desk.queue import Mark, QueueFilter
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import Forbidden, NotNow, OwnWork
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.audit.actions import as_of_now, log_act, require_remit, revision_of
from legalmap.services.core.tracker import Tracker
from legalmap.store.desk import claims, queue
from legalmap.store.engine import Connection
from legalmap.store.history import records

# How many candidates are tried: others may take some while we look.
TRIES = 5


def take(tracker: Tracker, actor: Account, revision_id: int, *, over: bool = False) -> Claim:
    """Claim a proposal for half an hour. ``over``: even if somebody else has it.

    Raise NotNow if somebody else has it or it no longer waits, OwnWork for one's own, Forbidden outside
    one's remit.
    """
    require(actor.role, Permission.REVIEW)
    with tracker.store.writing() as connection:
        records.lock_by_id(connection, revision_of(connection, revision_id).record_id)
        revised = revision_of(connection, revision_id)
        actor = as_of_now(connection, actor, Permission.REVIEW)
        require_remit(tracker, actor, revised.topic, revised.jurisdiction)
        # Locked above: nobody can decide it between this check and the claim.
        _check_waits(revised, actor)
        return _take(connection, actor, revised, over=over)


def _take(connection: Connection, actor: Account, revised: Revision, *, over: bool) -> Claim:
    now = clock.now()
    earlier_claim = claims.live(connection, "proposal", [revised.id], now).get(revised.id)
    check_free(earlier_claim, actor.id, now, over=over)
    new_claim = claimed(actor, revised.id, now, CLAIM_LIFE)
    claims.put(connection, "proposal", new_claim)
    if event := told(earlier_claim, new_claim):
        action, data = event
        log_act(connection, actor, action, revised, now, **data)
    return new_claim


def _check_waits(revised: Revision, actor: Account) -> None:
    if revised.state not in UNDECIDED:
        state = revised.state.label.lower()
        raise NotNow(f"There is nothing to review any more: it is {state}.")
    if actor.id in revised.authors:
        raise OwnWork("You are one of its authors: somebody else has to review it.")


def release(tracker: Tracker, actor: Account, revision_id: int) -> None:
    """Give one's claim on a proposal back; nothing happens if there is none."""
    require(actor.role, Permission.REVIEW)
    with tracker.store.writing() as connection:
        _release(connection, actor, revision_id)


def _release(connection: Connection, actor: Account, revision_id: int) -> None:
    now = clock.now()
    claim = claims.live(connection, "proposal", [revision_id], now).get(revision_id)
    if claim is None or claim.account_id != actor.id:
        return
    claims.drop(connection, "proposal", revision_id, actor.id)
    revised = revision_of(connection, revision_id)
    log_act(connection, actor, "unclaim", revised, now)


def take_next(
    tracker: Tracker, actor: Account, criteria: QueueFilter, after_id: int | None = None
) -> int | None:
    """Claim the next free proposal that matches, and give its id; None if there is none.

    ``after_id``: the proposal just looked at. Its claim is given back, and the search goes on behind it
    and then from the top, without coming back to it.
    """
    require(actor.role, Permission.REVIEW)
    free = msgspec.structs.replace(criteria, owner="free")
    if after_id is not None:
        release(tracker, actor, after_id)
    with tracker.store.reading() as connection:
        candidates = _candidates(connection, actor, free, after_id)
    # Each in its own transaction: holding one record while waiting for another could deadlock.
    for candidate in candidates:
        try:
            take(tracker, actor, candidate)
        except (NotNow, Forbidden):
            continue
        return candidate
    return None


def _candidates(
    connection: Connection, actor: Account, criteria: QueueFilter, after_id: int | None
) -> list[int]:
    now = clock.now()
    after = _mark_of(connection, after_id) if after_id is not None else None
    behind = queue.page(connection, criteria, actor, now, after=after, limit=TRIES) if after else []
    top = queue.page(connection, criteria, actor, now, after=None, limit=TRIES)
    ids = [mark.revision_id for mark in (*behind, *top)]
    return [other for other in dict.fromkeys(ids) if other != after_id]


def _mark_of(connection: Connection, revision_id: int) -> Mark | None:
    """The position of a proposal in the queue, also if it has left it by now; None if it never was there."""
    revised = records.revision_by_id(connection, revision_id)
    if revised is None or revised.submitted_at is None:
        return None
    return Mark(risk=revised.risk, at=revised.submitted_at, revision_id=revision_id)
