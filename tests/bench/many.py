"""Writing many rows in few statements: the same rows, triggers and hashes as one by one."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from legalmap.domain.errors import Unusable
from legalmap.domain.law.payload import Payload
from legalmap.store.derived import gist_index, legal_statuses
from legalmap.store.history import feed
from legalmap.store.tables import legal_status, publication, record

Row = dict[str, Any]
BATCH = 5_000


class Published(msgspec.Struct, frozen=True):
    """A publication to write: its row, what it stands for, and the revision the record was at.

    ``base_id`` is None for revision 0, at which a record stands before it is published.
    """

    row: Row
    topic: str
    jurisdiction: str
    payload: Payload
    base_id: int | None


def insert_many(connection: sa.Connection, table: sa.Table, rows: list[Row]) -> None:
    """Insert rows of one shape, if there are any."""
    if rows:
        connection.execute(table.insert(), rows)


_POINT = record.update().where(record.c.id == sa.bindparam("key"))


def point_to_genesis(connection: sa.Connection, pointers: list[Row]) -> None:
    """Set ``key`` (record) to ``to`` (its revision 0), for records that have none yet."""
    if pointers:
        connection.execute(_POINT.values(current_revision_id=sa.bindparam("to")), pointers)


def publish_many(connection: sa.Connection, published: Sequence[Published]) -> None:
    """Append publications in their order, and write all that follows from them.

    A record's next publication needs the pointer of the one before, so a run of rows that go
    together ends where a record comes again.
    """
    run: dict[int, Published] = {}
    for each in published:
        if each.row["record_id"] in run:
            _publish_run(connection, list(run.values()))
            run = {}
        run[each.row["record_id"]] = each
    _publish_run(connection, list(run.values()))
    last = {
        (each.topic, each.jurisdiction): (each.row["revision_number"], each.payload)
        for each in published
    }
    _rewrite_statuses(connection, [(*place, *said) for place, said in last.items()])
    gist_index.write(
        connection,
        [
            gist_index.Point(each.row["record_id"], each.row["feed_no"], each.payload)
            for each in published
        ],
    )
    if published:
        feed.announce(connection, published[-1].row["feed_no"])


def _rewrite_statuses(
    connection: sa.Connection, stands: list[tuple[str, str, int, Payload]]
) -> None:
    """``stands``: topic, code, revision number and content of each record."""
    same = (
        legal_status.c.topic == sa.bindparam("of"),
        legal_status.c.jurisdiction_code == sa.bindparam("at"),
    )
    places = [{"of": topic, "at": code} for topic, code, _, _ in stands]
    if places:
        connection.execute(legal_status.delete().where(*same), places)
    insert_many(
        connection, legal_status, [row for each in stands for row in legal_statuses.rows_of(*each)]
    )


def _publish_run(connection: sa.Connection, run: list[Published]) -> None:
    insert_many(connection, publication, [each.row for each in run])
    moves = [
        {"key": each.row["record_id"], "base": each.base_id, "to": each.row["revision_id"]}
        for each in run
        if each.base_id is not None
    ]
    if not moves:
        return
    swap = _POINT.where(record.c.current_revision_id == sa.bindparam("base"))
    moved = connection.execute(swap.values(current_revision_id=sa.bindparam("to")), moves)
    if moved.rowcount != len(moves):
        raise Unusable("A record has moved on while its publication was written.")
