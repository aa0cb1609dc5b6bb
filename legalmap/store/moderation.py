"""Submissions, withdrawals, assents and reviews."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from legalmap.domain.intents import Intent
from legalmap.domain.moderation import Verdict
from legalmap.domain.records import Revision
from legalmap.domain.risks import UNWEIGHED, Weight
from legalmap.store import claims, records, waiting
from legalmap.store.engine import inserted_id
from legalmap.store.tables import assent, review, revision, submission, withdrawal


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
    waiting.add(connection, [revision_id])


def submission_row(
    revision_id: int, submitter_id: int, at: datetime, intent: Intent | None, weight: Weight
) -> dict[str, Any]:
    """The row of a submission that is in no batch."""
    return {
        "revision_id": revision_id,
        "submitter_id": submitter_id,
        "at": at,
        "intent": intent,
        "risk": weight.assessment.level,
        "risks": json.dumps(weight.assessment.risks),
        "approvals_needed": weight.approvals_needed,
    }


def withdraw(
    connection: sa.Connection, revision_id: int, actor_id: int, at: datetime, why: str
) -> None:
    """Take a revision out of the queue."""
    values = {"revision_id": revision_id, "actor_id": actor_id, "at": at, "why": why}
    connection.execute(withdrawal.insert().values(values))
    waiting.drop(connection, revision_id)
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
    waiting.drop(connection, revised.id)
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


def _undecided() -> list[sa.ColumnElement[bool]]:
    return [
        submission.c.revision_id.is_not(None),
        withdrawal.c.revision_id.is_(None),
        review.c.id.is_(None),
    ]


def queue(connection: sa.Connection) -> list[Revision]:
    """Every submitted revision that nobody decided or withdrew, oldest first."""
    return records.revisions_where(connection, *_undecided(), order=submission.c.at)


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
