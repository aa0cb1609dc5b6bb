"""``legal_status``, a plain table for people who query the database: a row for each published period."""

import json
from collections.abc import Iterator

import sqlalchemy as sa

from legalmap.domain.desk.revisions import Revision
from legalmap.domain.law.dates import to_text
from legalmap.domain.law.payload import Payload, from_bytes
from legalmap.store.tables import legal_status, publication, record, revision


def rewrite(connection: sa.Connection, revised: Revision) -> None:
    """Replace the rows of one record, in the transaction of its publication."""
    topic, code = revised.topic, revised.jurisdiction
    of_record = legal_status.c.topic == topic, legal_status.c.jurisdiction_code == code
    connection.execute(legal_status.delete().where(*of_record))
    _insert(connection, rows_of(topic, code, revised.number, revised.payload))


def _insert(connection: sa.Connection, rows: list[dict[str, object]]) -> None:
    if rows:
        connection.execute(legal_status.insert(), rows)


def rows_of(topic: str, code: str, number: int, payload: Payload) -> list[dict[str, object]]:
    """The rows of ``legal_status`` that follow from a published revision, one for each period."""
    return [
        {
            "topic": topic,
            "jurisdiction_code": code,
            "position": position,
            "status": period.status,
            "effective_from": to_text(period.effective_from),
            "effective_until": to_text(period.effective_until),
            "force": period.force,
            "answers": json.dumps(period.answers, sort_keys=True, ensure_ascii=False),
            "last_verified": to_text(payload.last_verified),
            "revision_number": number,
            "number_of_sources": len(period.sources),
        }
        for position, period in enumerate(payload.periods)
    ]


def stored(connection: sa.Connection) -> list[dict[str, object]]:
    """The rows of ``legal_status``, in the order of its key."""
    query = sa.select(legal_status).order_by(*legal_status.primary_key)
    return [dict(row._mapping) for row in connection.execute(query)]


def said(connection: sa.Connection) -> Iterator[tuple[str, str, int, str, str]]:
    """(topic, jurisdiction, position, status, answers as JSON) of every published period."""
    columns = (
        legal_status.c.topic,
        legal_status.c.jurisdiction_code,
        legal_status.c.position,
        legal_status.c.status,
        legal_status.c.answers,
    )
    query = sa.select(*columns).order_by(*legal_status.primary_key)
    for row in connection.execute(query):
        yield tuple(row)


def true(connection: sa.Connection) -> list[dict[str, object]]:
    """The rows that ``legal_status`` should have, computed from the published revisions."""
    return [
        row
        for topic, code, number, payload, feed_no in current_revisions(connection)
        if feed_no is not None
        for row in rows_of(topic, code, number, from_bytes(payload))
    ]


def replace(connection: sa.Connection) -> int:
    """Rebuild ``legal_status``; returns the number of its rows."""
    connection.execute(legal_status.delete())
    rows = true(connection)
    _insert(connection, rows)
    return len(rows)


def current_revisions(
    connection: sa.Connection,
) -> Iterator[tuple[str, str, int, str, int | None]]:
    """(topic, jurisdiction, number, payload, feed number or None) of each record's current revision."""
    query = (
        sa.select(
            record.c.topic,
            record.c.jurisdiction_code,
            revision.c.number,
            revision.c.payload,
            publication.c.feed_no,
        )
        .join(revision, revision.c.id == record.c.current_revision_id)
        .outerjoin(publication, publication.c.revision_id == revision.c.id)
        .order_by(record.c.topic, record.c.jurisdiction_code)
    )
    for row in connection.execute(query):
        yield tuple(row)
