"""Submissions, withdrawals, assents and reviews."""

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
    withdrawal,
)


class Underapproved(msgspec.Struct, frozen=True, kw_only=True):
    """A publication that fewer people approved than it needed, none of its authors counted."""

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
    """Put a revision into the queue."""
    values = submission_row(revision_id, submitter_id, at, intent, weight)
    connection.execute(submission.insert().values({**values, "batch": batch}))
    queue_index.add(connection, [revision_id])


def submission_row(
    revision_id: int, submitter_id: int, at: datetime, intent: Intent | None, weight: Weight
) -> dict[str, Any]:
    """The row of a submission that is in no batch."""
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
    """Take a revision out of the queue."""
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
    """Record a verdict on exactly this revision and hash; gives the review's id."""
    values = {
        **_seen(revised, reviewer_id, comment, checks, at),
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
    """Record an approval that is not the last one needed; it stays in the queue for somebody else."""
    claims.drop(connection, "proposal", revised.id)
    connection.execute(assent.insert().values(_seen(revised, reviewer_id, comment, checks, at)))


def _seen(
    revised: Revision, reviewer_id: int, comment: str, checks: Sequence[str], at: datetime
) -> dict[str, Any]:
    """What was reviewed, by whom and when. The database compares author and hash with the revision."""
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
    """Whether somebody ever sent anything for review."""
    sent = sa.select(sa.literal(1)).where(revision.c.author_id == author_id)
    sent = sent.join(submission, submission.c.revision_id == revision.c.id).limit(1)
    return connection.scalar(sent) is not None


def last_sent(connection: sa.Connection, record_id: int, author_id: int) -> int:
    """The last proposal somebody sent by the form of a record; 0 if none.

    A check of the sources, or a line of a file, is sent otherwise.
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


def _undecided() -> list[sa.ColumnElement[bool]]:
    return [
        submission.c.revision_id.is_not(None),
        withdrawal.c.revision_id.is_(None),
        review.c.id.is_(None),
    ]


def waits_reviewed_since(connection: sa.Connection, since: datetime) -> list[timedelta]:
    """How long each proposal that was reviewed after an instant had waited."""
    query = sa.select(submission.c.at, review.c.at.label("reviewed_at")).join(
        review, review.c.revision_id == submission.c.revision_id
    )
    rows = connection.execute(query.where(review.c.at >= since))
    return [row.reviewed_at - row.at for row in rows]


def proposals_of(
    connection: sa.Connection, author_id: int, limit: int | None = None
) -> list[Revision]:
    """Revisions somebody proposed, newest first: all, or no more than ``limit``."""
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
    same = revision.c.record_id == record_id
    return records.revisions_where(connection, same, *_undecided(), order=submission.c.at)


def open_of(connection: sa.Connection, record_id: int, author_id: int) -> list[Revision]:
    """What somebody sent for a record that waits, or was sent back and not taken up since."""
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
    """Every reviewed publication that lacks an approval, as the guards should never have let pass."""
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
    """How many different people approved each revision who are none of its authors."""
    final = sa.select(review.c.revision_id, review.c.reviewer_id)
    final = final.where(review.c.verdict == Verdict.APPROVE)
    # A union, not a union of all: who approved twice is one person.
    given = final.union(sa.select(assent.c.revision_id, assent.c.reviewer_id)).subquery()
    by_author = (
        sa.select(sa.literal(1))
        .where(
            revision_author.c.revision_id == given.c.revision_id,
            revision_author.c.account_id == given.c.reviewer_id,
        )
        .exists()
    )
    count = sa.func.count().label("approvals")
    query = sa.select(given.c.revision_id, count).where(~by_author)
    return query.group_by(given.c.revision_id)
