"""Submissions, withdrawals, reviews and drafts."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from legalmap.domain.intents import Intent
from legalmap.domain.moderation import Verdict
from legalmap.domain.records import Revision
from legalmap.domain.risks import UNWEIGHED, Weight
from legalmap.store import claims, records, waiting
from legalmap.store.engine import inserted_id
from legalmap.store.tables import assent, draft, record, review, revision, submission, withdrawal


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody typed and has not submitted; ``form`` is the form as JSON, valid or not."""

    id: int
    topic: str
    jurisdiction: str
    base_number: int
    reworks_id: int | None
    suggestion_id: int | None
    form: str
    updated_at: datetime


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


def _drafts() -> sa.Select[Any]:
    return (
        sa.select(
            draft.c.id,
            record.c.topic,
            record.c.jurisdiction_code.label("jurisdiction"),
            revision.c.number.label("base_number"),
            draft.c.reworks_id,
            draft.c.suggestion_id,
            draft.c.form,
            draft.c.updated_at,
        )
        .join(record, record.c.id == draft.c.record_id)
        .join(revision, revision.c.id == draft.c.base_id)
    )


def drafts_of(connection: sa.Connection, owner_id: int) -> list[Draft]:
    """The drafts of one person, the last touched first."""
    query = _drafts().where(draft.c.owner_id == owner_id).order_by(draft.c.updated_at.desc())
    return [Draft(**row._mapping) for row in connection.execute(query)]


def draft_of(connection: sa.Connection, record_id: int, owner_id: int) -> Draft | None:
    """The one draft a person can have of a record, or None."""
    query = _drafts().where(draft.c.record_id == record_id, draft.c.owner_id == owner_id)
    row = connection.execute(query).one_or_none()
    return Draft(**row._mapping) if row else None


def save_draft(
    connection: sa.Connection,
    record_id: int,
    owner_id: int,
    *,
    base_id: int,
    reworks_id: int | None,
    form: str,
    at: datetime,
    suggestion_id: int | None = None,
) -> None:
    """Keep what was typed, replacing an earlier draft of the same record by the same person."""
    drop_draft(connection, record_id, owner_id)
    values = {
        "record_id": record_id,
        "base_id": base_id,
        "reworks_id": reworks_id,
        "suggestion_id": suggestion_id,
        "owner_id": owner_id,
        "form": form,
        "updated_at": at,
    }
    connection.execute(draft.insert().values(values))


def drop_draft(connection: sa.Connection, record_id: int, owner_id: int) -> None:
    """Forget a draft; nothing happens if there is none."""
    same = (draft.c.record_id == record_id, draft.c.owner_id == owner_id)
    connection.execute(draft.delete().where(*same))
