"""Copying a tracker into an empty database, ids included, through its constraints and triggers."""

from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import zip_longest
from typing import Any

import sqlalchemy as sa

from legalmap.domain.errors import Unusable
from legalmap.domain.law.payload import sha256_of
from legalmap.store.derived import gist_index, legal_statuses
from legalmap.store.derived import queue_index as waiting_rows
from legalmap.store.history import feed, records
from legalmap.store.rows import in_batches
from legalmap.store.tables import (
    challenge,
    claim,
    course,
    gist,
    jurisdiction,
    legal_status,
    metadata,
    publication,
    record,
    revision,
    revision_author,
    session,
    waiting,
)
from legalmap.store.tables.records import NO_HASH

Step = Callable[[str, int], None]
Row = dict[str, Any]
# How many rows are in memory at a time.
BATCH = 5_000
# Not copied: what lives for hours only.
STAYING = (session, challenge, claim)
# Not copied but made anew, by triggers or from the feed; it has to come out the same.
FOLLOWING = (revision_author, legal_status, waiting, gist, course)
# In an order in which every foreign key finds its row. A new table is copied unless it is named above.
COPIED = [table for table in metadata.sorted_tables if table not in (*STAYING, *FOLLOWING)]
_POINT = (
    record.update()
    .where(record.c.id == sa.bindparam("key"))
    .values(current_revision_id=sa.bindparam("to"))
)


def require_empty(connection: sa.Connection, name: str) -> None:
    """Raise Unusable if any table holds a row."""
    for table in metadata.sorted_tables:
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise Unusable(f"{name} holds data already: nothing was copied.")


def row_count(connection: sa.Connection) -> int:
    """How many rows ``copy`` will report in all."""
    counts = (sa.select(sa.func.count()).select_from(table) for table in COPIED)
    return sum(connection.scalar(count) or 0 for count in counts)


def copy(source: sa.Connection, target: sa.Connection, step: Step) -> None:
    """Write everything in ``source`` but sessions, challenges and claims into ``target``, which is empty.

    ``step`` is called with a table's name and the number of rows just written. Raises Unusable if a hash
    or the chain of ``source`` is broken.
    """
    for table in COPIED:
        for rows in in_batches(_to_write(source, table), BATCH):
            _write(target, table, rows)
            step(table.name, len(rows))
    waiting_rows.rewrite(target)
    legal_statuses.replace(target)
    _set_sequences(target)
    feed.announce(target, feed.head(target))


def _rows(connection: sa.Connection, table: sa.Table) -> Iterator[Row]:
    """The rows of a table in the order of its key, which is the same on both databases."""
    # A PostgreSQL with a locale would sort texts in another order than SQLite.
    bytewise = connection.dialect.name == "postgresql"
    keys = [
        key.collate("C") if bytewise and isinstance(key.type, sa.String) else key
        for key in table.primary_key.columns
    ]
    query = sa.select(table).order_by(*keys)
    with connection.execute(query, execution_options={"yield_per": BATCH}) as rows:
        for row in rows:
            yield dict(row._mapping)


def _to_write(source: sa.Connection, table: sa.Table) -> Iterator[Row]:
    """The rows of a table in an order and a form in which they can be inserted one after the other."""
    rows = _rows(source, table)
    if table is jurisdiction:
        return _parents_first(rows)
    if table is record:
        # A record begins without a revision; ``_write`` moves its pointer as the originals did.
        return (row | {"current_revision_id": None} for row in rows)
    if table is revision:
        return _hashed(rows)
    return _chained(source, rows) if table is publication else rows


def _parents_first(rows: Iterator[Row]) -> Iterator[Row]:
    """All places, each after those it refers to. Holds the whole tree in memory."""
    places = {row["code"]: row for row in rows}
    names = {code: {row["parent"], row["county"]} - {None} for code, row in places.items()}
    try:
        yield from (places[code] for code in TopologicalSorter(names).static_order())
    except CycleError:
        raise Unusable("The tree of places goes round in a circle: nothing was copied.") from None


def _hashed(rows: Iterator[Row]) -> Iterator[Row]:
    """Revisions, each checked against its hash on the way."""
    for row in rows:
        if sha256_of(row["payload"].encode()) != row["payload_sha256"]:
            raise Unusable(
                f"Revision {row['id']} does not match its hash: run “legalmap check”. "
                "Nothing was copied."
            )
        yield row


def _chained(source: sa.Connection, rows: Iterator[Row]) -> Iterator[Row]:
    """The feed in order, its chain of hashes checked on the way."""
    before = NO_HASH
    for row, entry in zip(rows, feed.walk(source), strict=True):
        if (row["prev_sha256"], row["sha256"]) != (before, feed.hash_of(entry)):
            raise Unusable(
                f"Publication {row['feed_no']} breaks the chain: run “legalmap check”. "
                "Nothing was copied."
            )
        before = row["sha256"]
        yield row


def _write(target: sa.Connection, table: sa.Table, rows: list[Row]) -> None:
    """Insert some rows, and make the changes that went with the originals."""
    if table is publication:
        _publish(target, rows)
        return
    target.execute(table.insert(), rows)
    if table is revision:
        _point(target, [(row["record_id"], row["id"]) for row in rows if row["number"] == 0])


def _publish(target: sa.Connection, rows: list[Row]) -> None:
    for run in _runs(rows):
        target.execute(publication.insert(), run)
        _point(target, [(row["record_id"], row["revision_id"]) for row in run])
    payloads = records.payloads_of(target, [row["revision_id"] for row in rows])
    points = [
        gist_index.Point(row["record_id"], row["feed_no"], payloads[row["revision_id"]])
        for row in rows
    ]
    gist_index.write(target, points)


def _runs(rows: list[Row]) -> Iterator[list[Row]]:
    """Parts in which no record occurs twice: a publication needs the pointer that the one before it set."""
    run: dict[int, Row] = {}
    for row in rows:
        if row["record_id"] in run:
            yield list(run.values())
            run = {}
        run[row["record_id"]] = row
    yield list(run.values())


def _point(target: sa.Connection, moves: list[tuple[int, int]]) -> None:
    """Point each record (id, revision id) to a revision; triggers refuse all but the right one."""
    if moves:
        target.execute(_POINT, [{"key": key, "to": to} for key, to in moves])


def _set_sequences(target: sa.Connection) -> None:
    """Make PostgreSQL count on from the ids that were written (SQLite does so by itself)."""
    if target.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        key = table.autoincrement_column
        if key is None:
            continue
        last = target.scalar(sa.select(sa.func.max(key)))
        if last is not None:
            sequence = sa.func.pg_get_serial_sequence(table.name, key.name)
            target.execute(sa.select(sa.func.setval(sequence, last)))


def first_difference(source: sa.Connection, target: sa.Connection) -> str | None:
    """The first row that differs between both sides, as its table and key, or None."""
    # The ids of gists may differ, so courses are compared by content, below.
    for table in (*COPIED, revision_author, legal_status, waiting):
        for source_row, target_row in zip_longest(_rows(source, table), _rows(target, table)):
            if source_row != target_row:
                key = [
                    (source_row or target_row or {})[column.name]
                    for column in table.primary_key.columns
                ]
                return f"{table.name} {', '.join(str(part) for part in key)}"
    for source_row, target_row in zip_longest(gist_index.stored(source), gist_index.stored(target)):
        if source_row != target_row:
            return f"course {(source_row or target_row or ('',))[0]}"
    return None
