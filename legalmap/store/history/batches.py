"""Batches: proposals that were sent together."""

from datetime import datetime

import msgspec
import sqlalchemy as sa

from legalmap.domain.desk.revisions import Revision
from legalmap.store.history import records
from legalmap.store.tables import account, revision, submission, waiting


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One batch in short: who sent it, when, how many proposals it has and how many of them wait."""

    name: str
    author: str
    at: datetime
    total: int
    waiting: int


def proposals_of(connection: sa.Connection, name: str) -> list[Revision]:
    """The proposals of a batch, in the order in which they were sent."""
    in_batch = submission.c.batch == name
    return records.revisions_where(connection, in_batch, order=submission.c.revision_id)


def newest(connection: sa.Connection, limit: int) -> list[Batch]:
    """The last batches, newest first."""
    query = (
        sa.select(
            submission.c.batch.label("name"),
            account.c.handle.label("author"),
            sa.func.min(submission.c.at).label("at"),
            sa.func.count().label("total"),
            sa.func.count(waiting.c.revision_id).label("waiting"),
        )
        .join(account, account.c.id == submission.c.submitter_id)
        .outerjoin(waiting, waiting.c.revision_id == submission.c.revision_id)
        .where(submission.c.batch.is_not(None))
        .group_by(submission.c.batch, account.c.handle)
        .order_by(sa.func.max(submission.c.revision_id).desc())
        .limit(limit)
    )
    return [Batch(**row._mapping) for row in connection.execute(query)]


def sent_by(connection: sa.Connection, author_id: int) -> frozenset[tuple[str, str, str]]:
    """(topic, place, payload hash) of each proposal of an author that waits for a verdict."""
    query = sa.select(waiting.c.topic, waiting.c.jurisdiction_code, revision.c.payload_sha256).join(
        revision, revision.c.id == waiting.c.revision_id
    )
    rows = connection.execute(query.where(waiting.c.author_id == author_id))
    return frozenset((row.topic, row.jurisdiction_code, row.payload_sha256) for row in rows)
