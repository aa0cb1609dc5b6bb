"""Which revisions the records of a topic had at a feed number: all, some, or only those that moved."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa

from legalmap.domain.desk.revisions import Stand
from legalmap.domain.law import gists
from legalmap.store.derived.gist_index import OF_PUBLICATION
from legalmap.store.rows import in_batches
from legalmap.store.tables import course, gist, publication, record, revision


# Cached, because building the statement takes longer than running it.
@cache
def _stands(*, of_some: bool) -> sa.Select[Any]:
    """The newest publication up to ``until`` of each record of ``topic``, by one look into an index each.

    ``of_some``: only of the records at ``codes``, and with the payload for those at ``whole``.
    """
    payload = revision.c.payload if of_some else sa.null().label("payload")
    at_codes = record.c.jurisdiction_code.in_(sa.bindparam("codes", expanding=True))
    earlier = publication.alias("earlier")
    newest = (
        sa.select(sa.func.max(earlier.c.feed_no))
        .where(earlier.c.record_id == record.c.id, earlier.c.feed_no <= sa.bindparam("until"))
        .correlate(record)
        .scalar_subquery()
    )
    joined: sa.FromClause = record.join(publication, publication.c.feed_no == newest)
    if of_some:
        read_whole = record.c.jurisdiction_code.in_(sa.bindparam("whole", expanding=True))
        joined = joined.outerjoin(
            revision, sa.and_(revision.c.id == publication.c.revision_id, read_whole)
        )
    return (
        sa.select(
            record.c.topic,
            record.c.jurisdiction_code,
            publication.c.record_id,
            publication.c.revision_id,
            publication.c.revision_number,
            publication.c.feed_no,
            publication.c.payload_sha256,
            publication.c.at,
            course.c.last_verified,
            course.c.verified_how,
            gist.c.content,
            payload,
        )
        .select_from(joined)
        .outerjoin(course, OF_PUBLICATION)
        .outerjoin(gist, gist.c.id == course.c.gist_id)
        .where(record.c.topic == sa.bindparam("topic"), *([at_codes] if of_some else []))
    )


def _stand(row: Any) -> Stand:
    return Stand(
        topic=row.topic,
        jurisdiction=row.jurisdiction_code,
        record_id=row.record_id,
        revision_id=row.revision_id,
        revision_number=row.revision_number,
        feed_no=row.feed_no,
        payload_sha256=row.payload_sha256,
        at=row.at,
        gist=gists.read(row.content, row.last_verified, row.verified_how) if row.content else None,
    )


def everything(connection: sa.Connection, topic: str, feed_no: int) -> Iterator[Stand]:
    """The publication in force at a feed number for every record of a topic."""
    for row in connection.execute(_stands(of_some=False), {"topic": topic, "until": feed_no}):
        yield _stand(row)


def some(
    connection: sa.Connection,
    topic: str,
    feed_no: int,
    codes: Iterable[str],
    whole: Collection[str] = (),
) -> Iterator[tuple[Stand, str | None]]:
    """``everything`` for some places; those in ``whole`` come with their payload as JSON, others with None.

    Places without a record are left out.
    """
    for part in in_batches(sorted(set(codes))):
        in_full = [code for code in part if code in whole]
        values = {"topic": topic, "until": feed_no, "codes": part, "whole": in_full}
        for row in connection.execute(_stands(of_some=True), values):
            yield _stand(row), row.payload


def moved(connection: sa.Connection, topic: str, since: int, until: int) -> list[str]:
    """The codes of a topic's places with a publication after ``since``, up to ``until``."""
    query = (
        sa.select(record.c.topic, record.c.jurisdiction_code)
        .select_from(publication)
        .join(record, record.c.id == publication.c.record_id)
        .where(publication.c.feed_no > since, publication.c.feed_no <= until)
    )
    # The topic is filtered here: in SQL, a database may begin with all records of the topic.
    return sorted({code for of, code in connection.execute(query) if of == topic})
