"""When something was published: on any topic, on one, or on some places of one."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from legalmap.store.tables import publication, record

# A feed number and the instant it was published at.
Moment = tuple[int, datetime]


def every(
    connection: sa.Connection, topic: str | None, codes: Iterable[str] | None
) -> list[Moment]:
    """All publications, of a topic or some places of it if given, oldest first."""
    query = sa.select(publication.c.feed_no, publication.c.at).order_by(publication.c.feed_no)
    if topic is not None or codes is not None:
        query = query.join(record, record.c.id == publication.c.record_id)
    if topic is not None:
        query = query.where(record.c.topic == topic)
    if codes is not None:
        query = query.where(record.c.jurisdiction_code.in_(list(codes)))
    return [(row.feed_no, row.at) for row in connection.execute(query)]


def beside(
    connection: sa.Connection, topic: str | None, codes: Iterable[str] | None, feed_no: int
) -> tuple[Moment | None, Moment | None]:
    """The publications next to a feed number: the newest up to it and the first after it."""
    places = [] if codes is None else list(codes)
    kind = "all" if topic is None else "topic" if codes is None else "places"
    values = {"topic": topic, "codes": places, "feed_no": feed_no}
    return (
        _moment(connection, _edge(kind, later=False), values),
        _moment(connection, _edge(kind, later=True), values),
    )


def newest(connection: sa.Connection, topic: str, feed_no: int) -> datetime | None:
    """The instant of the newest publication of a topic up to a feed number."""
    values = {"topic": topic, "feed_no": feed_no}
    moment = _moment(connection, _edge("topic", later=False), values)
    return moment[1] if moment else None


def _moment(
    connection: sa.Connection, query: sa.Select[Any], values: dict[str, Any]
) -> Moment | None:
    row = connection.execute(query, values).one_or_none()
    return (row.feed_no, row.at) if row else None


# Cached, because building the statement takes longer than running it.
@cache
def _edge(kind: str, *, later: bool) -> sa.Select[Any]:
    """The query for the publication next to ``feed_no``: the first after it, or the last up to it."""
    number = publication.c.feed_no
    query = sa.select(number, publication.c.at)
    if kind == "places":
        return query.where(number == _edge_of_places(later=later))
    limit: sa.BindParameter[int] = sa.bindparam("feed_no")
    query = query.where(number > limit if later else number <= limit)
    if kind == "topic":
        # EXISTS tries publications until one is of the topic; a join would begin with all records of the topic.
        of_topic = sa.exists().where(
            record.c.id == publication.c.record_id, record.c.topic == sa.bindparam("topic")
        )
        query = query.where(of_topic)
    return query.order_by(number if later else number.desc()).limit(1)


def _edge_of_places(*, later: bool) -> sa.ScalarSelect[Any]:
    """The feed number of ``_edge`` for some places, by one look into an index for each."""
    candidate = publication.alias("near")
    limit: sa.BindParameter[int] = sa.bindparam("feed_no")
    ids = sa.select(record.c.id).where(
        record.c.topic == sa.bindparam("topic"),
        record.c.jurisdiction_code.in_(sa.bindparam("codes", expanding=True)),
    )
    in_range = candidate.c.feed_no > limit if later else candidate.c.feed_no <= limit
    extreme = sa.func.min if later else sa.func.max
    number = sa.select(extreme(candidate.c.feed_no)).where(candidate.c.record_id.in_(ids), in_range)
    return number.scalar_subquery()
