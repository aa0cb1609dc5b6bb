"""Submissions and what follows them: withdrawals, assents (approvals before the final one) and reviews."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.desk.risk import UNWEIGHED, Weight
from legalmap.store.derived import queue_index
from legalmap.store.desk import claims
from legalmap.store.engine import inserted_id
from legalmap.store.history import records
from legalmap.store.tables import (
    assent,
    publication,
    record,
    review,
    revision,
    revision_author,
    submission,
    waiting,
    withdrawal,
)


class Underapproved(msgspec.Struct, frozen=True, kw_only=True):
    """A publication with fewer approvals than it needed, those of its own authors not counted."""

    feed_no: int
    topic: str
    jurisdiction: str
    needed: int
    approvals: int


def submit(
    connection: sa.Connection,
    revision_id: int,
    submitter_id: int,
    at: datetime,
    *,
    intent: Intent | None = None,
    weight: Weight = UNWEIGHED,
    batch: str | None = None,
) -> None:
    """Submit a revision: it enters the queue."""
    values = submission_row(revision_id, submitter_id, at, intent, weight)
    connection.execute(submission.insert().values({**values, "batch": batch}))
    queue_index.add(connection, [revision_id])


def submission_row(
    revision_id: int, submitter_id: int, at: datetime, intent: Intent | None, weight: Weight
) -> dict[str, Any]:
    """The columns of a submission, without its batch."""
    return {
        "revision_id": revision_id,
        "submitter_id": submitter_id,
        "at": at,
        "intent": intent,
        "risk": weight.level,
        "risks": json.dumps(weight.risks),
        "approvals_needed": weight.approvals_needed,
    }


def withdraw(
    connection: sa.Connection, revision_id: int, actor_id: int, at: datetime, why: str
) -> None:
    """Withdraw a submitted revision: it leaves the queue, and nobody has claimed it any more."""
    values = {"revision_id": revision_id, "actor_id": actor_id, "at": at, "why": why}
    connection.execute(withdrawal.insert().values(values))
    queue_index.drop(connection, revision_id)
    claims.drop(connection, "proposal", revision_id)


def insert_review(
    connection: sa.Connection,
    revised: Revision,
    reviewer_id: int,
    verdict: Verdict,
    comment: str,
    at: datetime,
    *,
    reasons: Sequence[str] = (),
    checks: Sequence[str] = (),
) -> int:
    """Record a verdict on exactly this revision and hash; returns the review's id."""
    values = {
        **_reviewed(revised, reviewer_id, comment, checks, at),
        "verdict": verdict,
        "reasons": json.dumps(list(reasons)),
    }
    queue_index.drop(connection, revised.id)
    claims.drop(connection, "proposal", revised.id)
    return inserted_id(connection, review, values)


def insert_assent(
    connection: sa.Connection,
    revised: Revision,
    reviewer_id: int,
    comment: str,
    at: datetime,
    *,
    checks: Sequence[str] = (),
) -> None:
    """Record an approval before the final one; the proposal stays in the queue for somebody else."""
    claims.drop(connection, "proposal", revised.id)
    values = _reviewed(revised, reviewer_id, comment, checks, at)
    connection.execute(assent.insert().values(values))


def _reviewed(
    revised: Revision, reviewer_id: int, comment: str, checks: Sequence[str], at: datetime
) -> dict[str, Any]:
    """What was reviewed, by whom and when. A foreign key checks author and hash against the revision."""
    return {
        "revision_id": revised.id,
        "author_id": revised.author_id,
        "payload_sha256": revised.payload_sha256,
        "reviewer_id": reviewer_id,
        "comment": comment,
        "checks": json.dumps(list(checks)),
        "at": at,
    }


def has_submitted(connection: sa.Connection, author_id: int) -> bool:
    """Whether an author ever submitted anything."""
    query = sa.select(sa.literal(1)).where(revision.c.author_id == author_id)
    query = query.join(submission, submission.c.revision_id == revision.c.id).limit(1)
    return connection.scalar(query) is not None


def last_sent(connection: sa.Connection, record_id: int, author_id: int) -> int:
    """The id of the last proposal somebody sent through the form of a record; 0 if none.

    Checks of the sources and lines of an imported file do not count: they are not sent through the form.
    """
    query = (
        sa.select(sa.func.coalesce(sa.func.max(revision.c.id), 0))
        .join(submission, submission.c.revision_id == revision.c.id)
        .where(
            revision.c.record_id == record_id,
            revision.c.author_id == author_id,
            revision.c.kind != "verify",
            submission.c.batch.is_(None),
        )
    )
    return int(connection.execute(query).scalar_one())


def waits_reviewed_since(connection: sa.Connection, since: datetime) -> list[timedelta]:
    """How long each proposal reviewed since an instant had waited."""
    query = sa.select(submission.c.at, review.c.at.label("reviewed_at")).join(
        review, review.c.revision_id == submission.c.revision_id
    )
    rows = connection.execute(query.where(review.c.at >= since))
    return [row.reviewed_at - row.at for row in rows]


def proposals_of(
    connection: sa.Connection, author_id: int, limit: int | None = None
) -> list[Revision]:
    """The revisions somebody proposed, newest first: all, or at most ``limit``."""
    newest = revision.c.created_at.desc()
    return records.revisions_where(connection, *_by(author_id), order=newest, limit=limit)


def count_proposals_of(connection: sa.Connection, author_id: int) -> int:
    """How many revisions somebody proposed."""
    query = sa.select(sa.func.count()).select_from(revision).where(*_by(author_id))
    return int(connection.execute(query).scalar_one())


def _by(author_id: int) -> list[sa.ColumnElement[bool]]:
    return [revision.c.author_id == author_id, revision.c.number > 0]


def undecided_of(connection: sa.Connection, record_id: int) -> list[Revision]:
    """The proposals for one record that wait for a verdict."""
    return records.revisions_where(
        connection,
        revision.c.record_id == record_id,
        revision.c.id.in_(sa.select(waiting.c.revision_id)),
        order=submission.c.at,
    )


def open_of(connection: sa.Connection, record_id: int, author_id: int) -> list[Revision]:
    """Somebody's open proposals for a record: those that wait, and those sent back and not reworked since."""
    later = revision.alias("later")
    taken_up = sa.select(sa.literal(1)).where(later.c.reworks_id == revision.c.id).exists()
    sent_back = sa.and_(review.c.verdict == Verdict.REQUEST_CHANGES, ~taken_up)
    return records.revisions_where(
        connection,
        revision.c.record_id == record_id,
        revision.c.author_id == author_id,
        submission.c.revision_id.is_not(None),
        withdrawal.c.revision_id.is_(None),
        sa.or_(review.c.id.is_(None), sent_back),
        order=submission.c.at,
    )


def underapproved(connection: sa.Connection) -> list[Underapproved]:
    """Reviewed publications that lack an approval: the guards should never have let one pass."""
    counted = _approvals().subquery()
    approvals = sa.func.coalesce(counted.c.approvals, 0)
    needed = submission.c.approvals_needed
    query = (
        sa.select(
            publication.c.feed_no,
            record.c.topic,
            record.c.jurisdiction_code.label("jurisdiction"),
            needed.label("needed"),
            approvals.label("approvals"),
        )
        .join(record, record.c.id == publication.c.record_id)
        .join(submission, submission.c.revision_id == publication.c.revision_id)
        .outerjoin(counted, counted.c.revision_id == publication.c.revision_id)
        .where(publication.c.review_id.is_not(None), approvals < needed)
        .order_by(publication.c.feed_no)
    )
    return [Underapproved(**row._mapping) for row in connection.execute(query)]


def _approvals() -> sa.Select[Any]:
    """How many different people approved each revision, its authors not counted."""
    final = sa.select(review.c.revision_id, review.c.reviewer_id)
    final = final.where(review.c.verdict == Verdict.APPROVE)
    # UNION, not UNION ALL: somebody who approved twice counts once.
    approvals = final.union(sa.select(assent.c.revision_id, assent.c.reviewer_id)).subquery()
    by_author = (
        sa.select(sa.literal(1))
        .where(
            revision_author.c.revision_id == approvals.c.revision_id,
            revision_author.c.account_id == approvals.c.reviewer_id,
        )
        .exists()
    )
    count = sa.func.count().label("approvals")
    query = sa.select(approvals.c.revision_id, count).where(~by_author)
    return query.group_by(approvals.c.revision_id)
