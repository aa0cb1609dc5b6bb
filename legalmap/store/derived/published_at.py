"""When something was published: for a topic, for some places in it, or at all."""

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
    """All publications of a topic, or of some places in it, oldest first."""
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
    """Of ``every`` the newest up to a feed number and the first after it."""
    places = [] if codes is None else list(codes)
    kind = "all" if topic is None else "topic" if codes is None else "places"
    asked = {"topic": topic, "codes": places, "feed_no": feed_no}
    found = []
    for later in (False, True):
        row = connection.execute(_edge(kind, later=later), asked).one_or_none()
        found.append((row.feed_no, row.at) if row else None)
    return found[0], found[1]


def newest(connection: sa.Connection, topic: str, feed_no: int) -> datetime | None:
    """The instant of the newest publication of a topic up to a feed number."""
    row = connection.execute(
        _edge("topic", later=False), {"topic": topic, "feed_no": feed_no}
    ).one_or_none()
    return row.at if row else None


# A statement is put together once: that took longer than asking it.
@cache
def _edge(kind: str, *, later: bool) -> sa.Select[Any]:
    """The publication next to ``feed_no``, on its later side or up to it."""
    number = publication.c.feed_no
    query = sa.select(number, publication.c.at)
    if kind == "places":
        return query.where(number == _edge_of_places(later=later))
    asked: sa.BindParameter[int] = sa.bindparam("feed_no")
    query = query.where(number > asked if later else number <= asked)
    if kind == "topic":
        # One after the other until one is of the topic: a join would begin with all its records.
        of_topic = sa.exists().where(
            record.c.id == publication.c.record_id, record.c.topic == sa.bindparam("topic")
        )
        query = query.where(of_topic)
    return query.order_by(number if later else number.desc()).limit(1)


def _edge_of_places(*, later: bool) -> sa.ScalarSelect[Any]:
    """The same number for a few places: one look at an index for each."""
    near = publication.alias("near")
    asked: sa.BindParameter[int] = sa.bindparam("feed_no")
    ids = sa.select(record.c.id).where(
        record.c.topic == sa.bindparam("topic"),
        record.c.jurisdiction_code.in_(sa.bindparam("codes", expanding=True)),
    )
    within = near.c.feed_no > asked if later else near.c.feed_no <= asked
    edge = sa.func.min if later else sa.func.max
    found = sa.select(edge(near.c.feed_no)).where(near.c.record_id.in_(ids), within)
    return found.scalar_subquery()
