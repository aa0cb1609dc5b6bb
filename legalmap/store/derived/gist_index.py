"""The course of each record: a narrow row for each publication, with the gist of its payload.

Written in the publishing transaction. ``missing`` and ``write`` add the rows of publications by a version
of legalmap that had no courses.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
import sqlalchemy as sa

from legalmap.domain.law.dates import to_text
from legalmap.domain.law.gists import content_of
from legalmap.domain.law.payload import Payload, from_bytes, sha256_of
from legalmap.store.rows import PART, having
from legalmap.store.tables import course, gist, publication, record, revision

OF_PUBLICATION = sa.and_(
    course.c.record_id == publication.c.record_id, course.c.feed_no == publication.c.feed_no
)
# Up to this many publications are looked up one by one.
FEW = 5_000


class Point(msgspec.Struct, frozen=True):
    """One publication of a record and its payload."""

    record_id: int
    feed_no: int
    payload: Payload


class Said(msgspec.Struct, frozen=True):
    """One publication and its gist."""

    feed_no: int
    jurisdiction: str
    gist_id: int


def write(connection: sa.Connection, points: Sequence[Point]) -> None:
    """Write the rows of some publications, which must have none yet."""
    if not points:
        return
    texts = [content_of(point.payload) for point in points]
    ids = _gist_ids(connection, dict.fromkeys(texts))
    rows = [
        {
            "record_id": point.record_id,
            "feed_no": point.feed_no,
            "gist_id": ids[text],
            "last_verified": to_text(point.payload.last_verified),
            "verified_how": point.payload.verified_how,
        }
        for point, text in zip(points, texts, strict=True)
    ]
    connection.execute(course.insert(), rows)


def _gist_ids(connection: sa.Connection, texts: Iterable[str]) -> dict[str, int]:
    """The ids of gists by text, new ones inserted. The caller holds the lock of the feed, so none races."""
    hashes = {sha256_of(text.encode()): text for text in texts}
    known = _known(connection, hashes)
    new = {sha256: text for sha256, text in hashes.items() if text not in known}
    if new:
        rows = [{"sha256": sha256, "content": text} for sha256, text in new.items()]
        connection.execute(gist.insert(), rows)
        known |= _known(connection, new)  # inserting many rows gives no ids back
    return known


def _known(connection: sa.Connection, hashes: dict[str, str]) -> dict[str, int]:
    rows = having(connection, sa.select(gist.c.id, gist.c.sha256), gist.c.sha256, hashes)
    return {hashes[row.sha256]: row.id for row in rows}


def gists(connection: sa.Connection, ids: Iterable[int]) -> dict[int, str]:
    """The stored texts of some gists, by id."""
    rows = having(connection, sa.select(gist.c.id, gist.c.content), gist.c.id, ids)
    return {row.id: row.content for row in rows}


def said_since(connection: sa.Connection, topic: str, since: int, until: int) -> Iterator[Said]:
    """The publications of a topic with numbers above ``since`` and up to ``until``, oldest first."""
    number = course.c.feed_no
    query = sa.select(number, record.c.jurisdiction_code, course.c.gist_id).select_from(course)
    if until - since <= FEW:
        # Looking a few up through the feed is faster; many are read in the order in which they are stored.
        query = query.join(publication, OF_PUBLICATION)
        number = publication.c.feed_no
    query = (
        query.join(record, record.c.id == course.c.record_id)
        .where(number > since, number <= until, record.c.topic == topic)
        .order_by(number)
    )
    for row in connection.execute(query.execution_options(yield_per=PART)):
        yield Said(*row)


def missing(connection: sa.Connection, since: int, limit: int) -> list[Point]:
    """At most ``limit`` publications after a feed number that have no row here, oldest first."""
    query = (
        sa.select(publication.c.record_id, publication.c.feed_no, revision.c.payload)
        .join(revision, revision.c.id == publication.c.revision_id)
        .outerjoin(course, OF_PUBLICATION)
        .where(publication.c.feed_no > since, course.c.feed_no.is_(None))
        .order_by(publication.c.feed_no)
        .limit(limit)
    )
    rows = connection.execute(query)
    return [Point(row.record_id, row.feed_no, from_bytes(row.payload)) for row in rows]


def clear(connection: sa.Connection) -> None:
    """Delete all rows, before they are written anew."""
    connection.execute(course.delete())
    connection.execute(gist.delete())


def stored(connection: sa.Connection) -> Iterator[tuple[int, int, str, str | None, str | None]]:
    """(feed number, record id, gist, last verified, and how) of every row, in the order of the feed."""
    query = (
        sa.select(
            course.c.feed_no,
            course.c.record_id,
            gist.c.content,
            course.c.last_verified,
            course.c.verified_how,
        )
        .join(gist, gist.c.id == course.c.gist_id)
        .order_by(course.c.feed_no)
    )
    for row in connection.execute(query):
        yield tuple(row)
