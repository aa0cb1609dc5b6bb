"""``waiting``, the review queue: a narrow row for each proposal that waits for a verdict."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.store.rows import in_batches
from legalmap.store.tables import record, review, revision, submission, waiting, withdrawal

# Submissions of the first version had no intent: derive it from the kind.
_INTENT = sa.func.coalesce(
    submission.c.intent,
    sa.case(
        (revision.c.kind == "verify", "verification"),
        (revision.c.kind == "revert", "revert"),
        else_="law-changed",
    ),
)


def _true() -> sa.Select[Any]:
    """What was submitted and neither withdrawn nor decided, as rows of ``waiting``."""
    return (
        sa.select(
            submission.c.revision_id,
            revision.c.author_id,
            record.c.topic,
            record.c.jurisdiction_code,
            _INTENT.label("intent"),
            submission.c.risk,
            submission.c.at,
            submission.c.batch,
        )
        .join(revision, revision.c.id == submission.c.revision_id)
        .join(record, record.c.id == revision.c.record_id)
        .outerjoin(withdrawal, withdrawal.c.revision_id == submission.c.revision_id)
        .outerjoin(review, review.c.revision_id == submission.c.revision_id)
        .where(withdrawal.c.revision_id.is_(None), review.c.id.is_(None))
    )


def add(connection: sa.Connection, revision_ids: Iterable[int]) -> None:
    """Write the rows of revisions that were just submitted; those decided already get none."""
    for part in in_batches(revision_ids):
        _insert(connection, _true().where(submission.c.revision_id.in_(part)))


def _insert(connection: sa.Connection, rows: sa.Select[Any]) -> None:
    connection.execute(waiting.insert().from_select(waiting.c.keys(), rows))


def drop(connection: sa.Connection, revision_id: int) -> None:
    """Remove a revision that was decided or withdrawn."""
    connection.execute(waiting.delete().where(waiting.c.revision_id == revision_id))


def rewrite(connection: sa.Connection) -> None:
    """Rebuild the whole table."""
    connection.execute(waiting.delete())
    _insert(connection, _true())


def length(connection: sa.Connection) -> tuple[int, datetime | None]:
    """How many proposals wait, and since when the oldest of them."""
    row = connection.execute(sa.select(sa.func.count(), sa.func.min(waiting.c.at))).one()
    return row[0], row[1]


def stored(connection: sa.Connection) -> dict[int, tuple[Any, ...]]:
    """The rows of the table, by revision id."""
    return {row.revision_id: tuple(row) for row in connection.execute(sa.select(waiting))}


def true(connection: sa.Connection) -> dict[int, tuple[Any, ...]]:
    """The rows that the table should have, by revision id."""
    return {row.revision_id: tuple(row) for row in connection.execute(_true())}
