"""Where the records of a topic stand at a feed number: all of them, some, or those that moved."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain import gists
from legalmap.domain.records import Stand
from legalmap.store.tables import course, gist, publication, record

PART = 500


def _stands(topic: str, until: int) -> sa.Select[Any]:
    """The newest publication up to ``until`` of each record: one look at an index for each."""
    earlier = publication.alias("earlier")
    newest = (
        sa.select(sa.func.max(earlier.c.feed_no))
        .where(earlier.c.record_id == record.c.id, earlier.c.feed_no <= until)
        .correlate(record)
        .scalar_subquery()
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
            gist.c.content,
        )
        .select_from(record)
        .join(publication, publication.c.feed_no == newest)
        .outerjoin(
            course,
            sa.and_(
                course.c.record_id == publication.c.record_id,
                course.c.feed_no == publication.c.feed_no,
            ),
        )
        .outerjoin(gist, gist.c.id == course.c.gist_id)
        .where(record.c.topic == topic)
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
        gist=gists.read(row.content, row.last_verified) if row.content else None,
    )


def everything(connection: sa.Connection, topic: str, feed_no: int) -> Iterator[Stand]:
    """Where every record of a topic stood."""
    for row in connection.execute(_stands(topic, feed_no)):
        yield _stand(row)


def some(
    connection: sa.Connection, topic: str, feed_no: int, codes: Iterable[str]
) -> Iterator[Stand]:
    """Where the records of some places stood; places without one are left out."""
    wanted = sorted(set(codes))
    for start in range(0, len(wanted), PART):
        part = record.c.jurisdiction_code.in_(wanted[start : start + PART])
        for row in connection.execute(_stands(topic, feed_no).where(part)):
            yield _stand(row)


def moved(connection: sa.Connection, topic: str, since: int, until: int) -> list[str]:
    """The places of a topic that something was published for after ``since``, up to ``until``."""
    query = (
        sa.select(record.c.topic, record.c.jurisdiction_code)
        .select_from(publication)
        .join(record, record.c.id == publication.c.record_id)
        .where(publication.c.feed_no > since, publication.c.feed_no <= until)
    )
    # Told apart here: asked for one topic, a database may begin with all of its records.
    return sorted({code for of, code in connection.execute(query) if of == topic})


def changed_at(connection: sa.Connection, topic: str, feed_no: int) -> datetime | None:
    """The instant of the newest publication of a topic up to a feed number."""
    of_topic = sa.exists().where(record.c.id == publication.c.record_id, record.c.topic == topic)
    # Backwards from the number until one is of the topic: a join would begin with all its records.
    query = (
        sa.select(publication.c.at)
        .where(publication.c.feed_no <= feed_no, of_topic)
        .order_by(publication.c.feed_no.desc())
        .limit(1)
    )
    return connection.scalar(query)
