"""The plain table of what holds, one row for each period of every published record."""

import json
from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa

from legalmap.domain.payload import Payload, to_builtins
from legalmap.domain.records import Revision
from legalmap.store.tables import legal_status, publication, record, revision


def rewrite(connection: sa.Connection, revised: Revision) -> None:
    """Write the rows of one record anew, in the transaction of its publication."""
    said = (revised.topic, revised.jurisdiction, revised.number, revised.payload)
    rewrite_many(connection, [said])


def rewrite_many(connection: sa.Connection, said: Sequence[tuple[str, str, int, Payload]]) -> None:
    """Write anew the rows of some records, each given as topic, code, revision number, content."""
    if not said:
        return
    same = (
        legal_status.c.topic == sa.bindparam("of"),
        legal_status.c.jurisdiction_code == sa.bindparam("at"),
    )
    places = [{"of": topic, "at": code} for topic, code, _, _ in said]
    connection.execute(legal_status.delete().where(*same), places)
    rows = [row for each in said for row in rows_of(*each)]
    if rows:
        connection.execute(legal_status.insert(), rows)


def rows_of(topic: str, code: str, number: int, payload: Payload) -> list[dict[str, object]]:
    """The rows of ``legal_status`` that follow from a published revision, one for each period."""
    rows: list[dict[str, object]] = []
    for position, period in enumerate(payload.periods):
        plain = to_builtins(period)
        rows.append(
            {
                "topic": topic,
                "jurisdiction_code": code,
                "position": position,
                "status": period.status,
                "effective_from": plain["effective_from"],
                "effective_until": plain["effective_until"],
                "force": period.force,
                "answers": json.dumps(period.answers, sort_keys=True, ensure_ascii=False),
                "last_verified": payload.last_verified,
                "revision_number": number,
                "number_of_sources": len(period.sources),
            }
        )
    return rows


def stored(connection: sa.Connection) -> list[dict[str, object]]:
    """``legal_status`` as it is stored, in the order of its key."""
    query = sa.select(legal_status).order_by(
        legal_status.c.topic, legal_status.c.jurisdiction_code, legal_status.c.position
    )
    return [dict(row._mapping) for row in connection.execute(query)]


def replace(connection: sa.Connection, rows: Iterable[dict[str, object]]) -> None:
    """Write ``legal_status`` anew."""
    connection.execute(legal_status.delete())
    fresh = list(rows)
    if fresh:
        connection.execute(legal_status.insert(), fresh)


def current_revisions(
    connection: sa.Connection,
) -> Iterator[tuple[str, str, int, str, bool, int | None]]:
    """(topic, jurisdiction, number, payload, is genesis, feed number or None) of each record."""
    query = (
        sa.select(
            record.c.topic,
            record.c.jurisdiction_code,
            revision.c.number,
            revision.c.payload,
            (revision.c.number == 0).label("genesis"),
            publication.c.feed_no,
        )
        .join(revision, revision.c.id == record.c.current_revision_id)
        .outerjoin(publication, publication.c.revision_id == revision.c.id)
        .order_by(record.c.topic, record.c.jurisdiction_code)
    )
    for row in connection.execute(query):
        yield tuple(row)
