"""What the verification round has to know besides the edition: who skipped what, and who did how much."""

import json
from collections.abc import Iterable
from datetime import datetime

import msgspec
import sqlalchemy as sa

from legalmap.store.tables import event, publication, record, revision, submission, waiting


class Skip(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody could not verify a record, and why."""

    record_id: int
    account_id: int
    handle: str
    at: datetime
    why: str


def skips(connection: sa.Connection, since: datetime) -> list[Skip]:
    """Everything that was skipped after an instant, the last first."""
    query = sa.select(event).where(event.c.action == "skip", event.c.at >= since)
    return [
        Skip(
            record_id=int(row.subject_id),
            account_id=row.actor_id,
            handle=row.actor_label,
            at=row.at,
            why=json.loads(row.data).get("why", ""),
        )
        for row in connection.execute(query.order_by(event.c.id.desc()))
    ]


def waiting_of(
    connection: sa.Connection, record_ids: Iterable[int] | None = None
) -> dict[int, int]:
    """Of all records or of some, those for which proposals wait, and of each the last proposal."""
    query = (
        sa.select(revision.c.record_id, sa.func.max(waiting.c.revision_id).label("revision_id"))
        .join(revision, revision.c.id == waiting.c.revision_id)
        .group_by(revision.c.record_id)
    )
    if record_ids is not None:
        query = query.where(revision.c.record_id.in_(list(record_ids)))
    return {row.record_id: row.revision_id for row in connection.execute(query)}


def verified_by(connection: sa.Connection, account_id: int, since: datetime) -> tuple[int, int]:
    """How many checks one person sent after an instant, and how many of them are published."""
    query = (
        sa.select(sa.func.count(), sa.func.count(publication.c.feed_no))
        .select_from(revision)
        .join(submission, submission.c.revision_id == revision.c.id)
        .outerjoin(publication, publication.c.revision_id == revision.c.id)
        .where(
            revision.c.author_id == account_id,
            revision.c.kind == "verify",
            submission.c.at >= since,
        )
    )
    sent, published = connection.execute(query).one()
    return int(sent), int(published)


def records_of(connection: sa.Connection, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Topic and place of some records."""
    query = sa.select(record).where(record.c.id.in_(list(ids)))
    return {row.id: (row.topic, row.jurisdiction_code) for row in connection.execute(query)}
