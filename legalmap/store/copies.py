"""Every row of a tracker into an empty database, ids and all, through its constraints and triggers."""

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

import sqlalchemy as sa

from legalmap.domain.errors import Unusable
from legalmap.domain.payload import from_bytes, sha256_of
from legalmap.store import courses, feed
from legalmap.store import waiting as waiting_rows
from legalmap.store.many import (
    BATCH,
    Published,
    Row,
    in_batches,
    insert_many,
    point_to_genesis,
    publish_many,
)
from legalmap.store.tables import (
    account,
    assent,
    draft,
    event,
    invitation,
    jurisdiction,
    jurisdiction_alias,
    legal_status,
    metadata,
    notice,
    outbox,
    passkey,
    publication,
    record,
    recovery_code,
    remark,
    remit,
    review,
    revision,
    revision_author,
    submission,
    suggestion,
    waiting,
    webhook,
    withdrawal,
    zip_county,
)
from legalmap.store.tables.records import NO_HASH

Step = Callable[[str, int], None]
# In this order each row finds what it names. Between the two, revisions and publications.
FIRST = (jurisdiction_alias, zip_county, account, remit, invitation, passkey, recovery_code)
DECIDED = (submission, assent, withdrawal, review, remark)
LAST = (event, suggestion, draft, notice, outbox, webhook)
# What triggers and publishing write, which therefore has to come out the same.
FOLLOWING = (revision_author, legal_status, waiting)
COPIED = (jurisdiction, *FIRST, record, revision, *DECIDED, publication, *LAST)


def require_empty(connection: sa.Connection, name: str) -> None:
    """Raise Unusable if any table holds a row."""
    for table in metadata.sorted_tables:
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise Unusable(f"{name} holds data already: nothing was copied.")


def row_count(connection: sa.Connection) -> int:
    """How many rows ``copy`` tells of."""
    counts = (sa.select(sa.func.count()).select_from(table) for table in COPIED)
    return sum(connection.scalar(count) or 0 for count in counts)


def copy(source: sa.Connection, target: sa.Connection, step: Step) -> None:
    """Write all that ``source`` shows into ``target``, whose tables are empty; sessions and claims stay behind.

    Raises Unusable where a hash or the chain of ``source`` is broken.
    """
    places = _parents_first(source)
    for batch in in_batches(places):
        insert_many(target, jurisdiction, batch)
        step(jurisdiction.name, len(batch))
    for table in FIRST:
        _plain(source, target, table, step)
    _plain(source, target, record, step, leaving={"current_revision_id"})
    _plain(source, target, revision, step)
    for batch in in_batches(_genesis_pointers(source)):
        point_to_genesis(target, batch)
    for table in DECIDED:
        _plain(source, target, table, step)
    waiting_rows.rewrite(target)
    for publications in in_batches(_publications(source)):
        publish_many(target, publications)
        step(publication.name, len(publications))
    for table in LAST:
        _plain(source, target, table, step)
    _set_sequences(target)


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Row]:
    """Rows as dicts, a few thousand in memory at a time."""
    with connection.execute(query, execution_options={"yield_per": BATCH}) as rows:
        for row in rows:
            yield dict(row._mapping)


def _in_order(connection: sa.Connection, table: sa.Table) -> sa.Select[Any]:
    """All of a table in the order of its key, which is the same on every database."""
    bytewise = connection.dialect.name == "postgresql"
    keys = [
        key.collate("C") if bytewise and isinstance(key.type, sa.String) else key
        for key in table.primary_key.columns
    ]
    return sa.select(table).order_by(*keys)


def _plain(
    source: sa.Connection,
    target: sa.Connection,
    table: sa.Table,
    step: Step,
    leaving: frozenset[str] | set[str] = frozenset(),
) -> None:
    for batch in in_batches(_rows(source, _in_order(source, table))):
        if table is revision:
            _check_contents(batch)
        kept = [{key: row[key] for key in row if key not in leaving} for row in batch]
        insert_many(target, table, kept)
        step(table.name, len(batch))


def _check_contents(batch: list[Row]) -> None:
    for row in batch:
        if sha256_of(row["payload"].encode()) != row["payload_sha256"]:
            raise Unusable(
                f"Revision {row['id']} does not match its hash: run “legalmap check”. "
                "Nothing was copied."
            )


def _parents_first(source: sa.Connection) -> Iterator[Row]:
    """All places, each after those it names; the tree as a whole is in memory."""
    waiting = list(_rows(source, _in_order(source, jurisdiction)))
    there: set[str | None] = {None}
    while waiting:
        ready = [row for row in waiting if {row["parent"], row["county"]} <= there]
        waiting = [row for row in waiting if not {row["parent"], row["county"]} <= there]
        there |= {row["code"] for row in ready}
        if not ready:
            raise Unusable("The tree of places goes round in a circle: nothing was copied.")
        yield from ready


def _genesis_pointers(source: sa.Connection) -> Iterator[Row]:
    query = (
        sa.select(record.c.id.label("key"), revision.c.id.label("to"))
        .join(revision, revision.c.record_id == record.c.id)
        .where(revision.c.number == 0, record.c.current_revision_id.is_not(None))
        .order_by(record.c.id)
    )
    return _rows(source, query)


def _publications(source: sa.Connection) -> Iterator[Published]:
    """The feed in order, its chain verified on the way."""
    query = (
        sa.select(
            publication,
            revision.c.base_id,
            revision.c.payload,
            record.c.topic,
            record.c.jurisdiction_code,
        )
        .join(revision, revision.c.id == publication.c.revision_id)
        .join(record, record.c.id == publication.c.record_id)
        .order_by(publication.c.feed_no)
    )
    before = NO_HASH
    for found in _rows(source, query):
        row = {column.name: found[column.name] for column in publication.c}
        topic, code = found["topic"], found["jurisdiction_code"]
        said = feed.publication_entry(
            row["feed_no"], topic, code, row["revision_number"], row["payload_sha256"], row["at"]
        )
        if (before, feed.publication_hash(said, before)) != (row["prev_sha256"], row["sha256"]):
            raise Unusable(
                f"Publication {row['feed_no']} breaks the chain: run “legalmap check”. "
                "Nothing was copied."
            )
        before = row["sha256"]
        yield Published(row, topic, code, from_bytes(found["payload"]), found["base_id"])


def _set_sequences(target: sa.Connection) -> None:
    """Let PostgreSQL go on counting after the ids that were written (SQLite does so by itself)."""
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
    """The first row of any table that is not the same on both sides, in words, or None."""
    for table in (*COPIED, *FOLLOWING):
        both = (_rows(each, _in_order(each, table)) for each in (source, target))
        for there, here in zip_longest(*both):
            if there != here:
                key = [(there or here or {})[column.name] for column in table.primary_key.columns]
                return f"{table.name} {', '.join(str(part) for part in key)}"
    for there, here in zip_longest(courses.stored(source), courses.stored(target)):
        if there != here:
            return f"course {(there or here or ('',))[0]}"
    return None
