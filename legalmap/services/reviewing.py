"""The queue and the three verdicts. Approving publishes in the same transaction."""

import msgspec

from legalmap import clock
from legalmap.domain import changes
from legalmap.domain.accounts import Account
from legalmap.domain.changes import Change
from legalmap.domain.errors import Invalid, NotNow, Stale
from legalmap.domain.moderation import Act, State, Verdict, check, is_allowed
from legalmap.domain.payload import NOT_RESEARCHED, Payload, problems_of_text
from legalmap.domain.records import Revision
from legalmap.domain.roles import Permission, require
from legalmap.services import publishing
from legalmap.services.acting import log_act, revision_of
from legalmap.services.tracker import Tracker
from legalmap.store import moderation, records
from legalmap.store.engine import Connection

MAX_COMMENT = 5_000


class Waiting(msgspec.Struct, frozen=True):
    """One line of the queue. ``is_own``: this person cannot review it. ``changed``: how many fields."""

    revision: Revision
    is_own: bool
    changed: int


class ReviewSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a review page shows: what it started from, what it says, what differs."""

    revision: Revision
    base: Revision
    current: Revision
    changes: list[Change]
    allowed: frozenset[Act]


def queue(tracker: Tracker, actor: Account) -> list[Waiting]:
    """What waits for a verdict, oldest first. Contributors see it too; only moderators decide."""
    require(actor.role, Permission.PROPOSE)
    with tracker.store.reading() as connection:
        waiting = moderation.queue(connection)
        bases = records.payloads_of(connection, {revised.base_id or 0 for revised in waiting})
    return [
        Waiting(revised, actor.id in revised.authors, _changed(bases, revised))
        for revised in waiting
    ]


def _changed(bases: dict[int, Payload], revised: Revision) -> int:
    return len(changes.diff(bases.get(revised.base_id or 0, NOT_RESEARCHED), revised.payload))


def waiting_count(tracker: Tracker) -> int:
    """How many proposals wait."""
    with tracker.store.reading() as connection:
        return len(moderation.queue(connection))


def sheet(tracker: Tracker, actor: Account, revision_id: int) -> ReviewSheet:
    """The review page of one proposal, for its author and for whoever may review it."""
    require(actor.role, Permission.PROPOSE)
    with tracker.store.reading() as connection:
        revised = revision_of(connection, revision_id)
        base = revision_of(connection, revised.base_id)
        record = records.find(connection, revised.topic, revised.jurisdiction)
        current = revision_of(connection, record.current_revision_id if record else None)
    allowed = {act for act in Act if is_allowed(act, revised.facts, actor.id, actor.role)}
    return ReviewSheet(
        revision=revised,
        base=base,
        current=current,
        changes=changes.diff(base.payload, revised.payload),
        allowed=frozenset(allowed),
    )


def decide(
    tracker: Tracker,
    actor: Account,
    revision_id: int,
    verdict: Verdict,
    *,
    comment: str = "",
    payload_sha256: str,
) -> Revision:
    """Give a verdict on the revision whose hash the reviewer saw; approving publishes it.

    Raises OwnWork, AlreadyDecided, Stale or NotNow; then nothing has changed.
    """
    with tracker.store.writing() as connection:
        records.lock_by_id(connection, revision_of(connection, revision_id).record_id)
        revised = revision_of(connection, revision_id)
        _check(connection, actor, revised, verdict, comment)
        problems = problems_of_text("comment", comment, MAX_COMMENT, needed="")
        if problems:
            raise Invalid(problems)
        if payload_sha256 != revised.payload_sha256:
            raise NotNow("The page you reviewed is not this revision: open it again.")
        at = clock.now()
        review_id = moderation.insert_review(
            connection, revised, actor.id, verdict, comment.strip(), at
        )
        log_act(connection, actor, verdict.value, revised, at, comment=comment.strip())
        if verdict is Verdict.APPROVE:
            publishing.publish_reviewed(connection, actor, revised, review_id, at)
        decided = revision_of(connection, revision_id)
    if decided.feed_no is not None:
        tracker.tell(decided.feed_no)
    return decided


def _check(
    connection: Connection, actor: Account, revised: Revision, verdict: Verdict, comment: str
) -> None:
    try:
        check(Act(verdict.value), revised.facts, actor.id, actor.role, comment)
    except NotNow:
        if revised.state is State.STALE:
            current = records.current_number(connection, revised.record_id)
            raise Stale(
                revised.topic, revised.jurisdiction, revised.base_number or 0, current
            ) from None
        raise
