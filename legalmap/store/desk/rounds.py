"""The verification round: who skipped which records, which have proposals waiting, who checked how many."""

import json
from collections.abc import Iterable
from datetime import datetime

import msgspec
import sqlalchemy as sa

from legalmap.store.tables import event, publication, record, revision, submission, waiting


class Skip(msgspec.Struct, frozen=True, kw_only=True):
    """One record that somebody could not verify, and why."""

    record_id: int
    account_id: int
    handle: str
    at: datetime
    why: str


def skips(connection: sa.Connection, since: datetime) -> list[Skip]:
    """The skips since an instant, newest first, read from the log."""
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
    """The records that have proposals waiting, each with its last proposal. ``record_ids`` None: of all records."""
    query = (
        sa.select(revision.c.record_id, sa.func.max(waiting.c.revision_id).label("revision_id"))
        .join(revision, revision.c.id == waiting.c.revision_id)
        .group_by(revision.c.record_id)
    )
    if record_ids is not None:
        query = query.where(revision.c.record_id.in_(list(record_ids)))
    return {row.record_id: row.revision_id for row in connection.execute(query)}


def verified_by(connection: sa.Connection, account_id: int, since: datetime) -> tuple[int, int]:
    """How many checks somebody sent since an instant, and how many of these are published."""
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
    return connection.execute(query).one()


def records_of(connection: sa.Connection, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(topic, place) of some records, by id."""
    query = sa.select(record).where(record.c.id.in_(list(ids)))
    return {row.id: (row.topic, row.jurisdiction_code) for row in connection.execute(query)}
