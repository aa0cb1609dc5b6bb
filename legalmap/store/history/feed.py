"""The feed: publications in order, each with a hash that covers the one before it."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.desk.revisions import Publication, Revision
from legalmap.domain.errors import Stale
from legalmap.domain.law.payload import Payload, from_bytes
from legalmap.store.derived import gist_index, legal_statuses
from legalmap.store.engine import FEED_CHANNEL, FEED_LOCK
from legalmap.store.history.records import current_number
from legalmap.store.rows import PART, unconverted
from legalmap.store.tables import account, publication, record, review, revision, submission
from legalmap.store.tables.records import NO_HASH

_author = account.alias("author")
_reviewer = account.alias("reviewer")


def publication_hash(entry: dict[str, object], prev_sha256: str) -> str:
    """The hash of a publication, as 64 hex digits: it covers the hash before it and the entry.

    Readers can compute it: SHA-256 of the hash before, a newline, and the entry as JSON with sorted keys
    and no spaces.
    """
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{prev_sha256}\n{text}".encode()).hexdigest()


def publication_entry(
    feed_no: int, topic: str, code: str, number: int, payload_sha256: str, at: datetime
) -> dict[str, object]:
    """What the hash of a publication covers: exactly these keys, and the instant spelled in this way."""
    return {
        "feed_no": feed_no,
        "topic": topic,
        "jurisdiction": code,
        "revision": number,
        "payload_sha256": payload_sha256,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
    }


def hash_of(entry: Publication) -> str:
    """The hash that a publication should have, computed from its fields."""
    text = publication_entry(
        entry.feed_no,
        entry.topic,
        entry.jurisdiction,
        entry.revision_number,
        entry.payload_sha256,
        entry.at,
    )
    return publication_hash(text, entry.prev_sha256)


def publish(
    connection: sa.Connection, revised: Revision, review_id: int | None, at: datetime
) -> int:
    """Append ``revised`` to the feed and make it current; returns the feed number.

    The number is assigned under a lock held until commit, so numbers come in the order of commits. The
    record's pointer moves only if it still is at the base; raises Stale otherwise. Instants in the
    feed never go back, whatever the clock does.
    """
    # From here to the commit nobody else can take the next number.
    lock(connection)
    values = row_after(
        newest(connection),
        topic=revised.topic,
        jurisdiction=revised.jurisdiction,
        record_id=revised.record_id,
        revision_id=revised.id,
        revision_number=revised.number,
        payload_sha256=revised.payload_sha256,
        review_id=review_id,
        at=at,
    )
    feed_no = int(values["feed_no"])
    connection.execute(publication.insert().values(values))
    if revised.base_id is not None:
        _swap(connection, revised)
    legal_statuses.rewrite(connection, revised)
    gist_index.write(connection, [gist_index.Point(revised.record_id, feed_no, revised.payload)])
    announce(connection, feed_no)
    return feed_no


class Newest(msgspec.Struct, frozen=True):
    """The last publication of the feed: its number, hash and instant."""

    feed_no: int
    sha256: str
    at: datetime


def row_after(
    last: Newest | None, *, topic: str, jurisdiction: str, at: datetime, **columns: Any
) -> dict[str, Any]:
    """The row of the publication that follows ``last``, with its number, instant and hash.

    ``columns``: record_id, revision_id, revision_number, payload_sha256 and review_id.
    """
    feed_no, prev_sha256 = (last.feed_no + 1, last.sha256) if last else (1, NO_HASH)
    at = max(at, last.at) if last else at
    number, payload_sha256 = columns["revision_number"], columns["payload_sha256"]
    entry = publication_entry(feed_no, topic, jurisdiction, number, payload_sha256, at)
    return {
        **columns,
        "feed_no": feed_no,
        "verdict": Verdict.APPROVE.value if columns["review_id"] else None,
        "at": at,
        "prev_sha256": prev_sha256,
        "sha256": publication_hash(entry, prev_sha256),
    }


def lock(connection: sa.Connection) -> None:
    """Keep others from publishing until this transaction ends (SQLite has one writer anyway)."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(FEED_LOCK)))


def newest(connection: sa.Connection) -> Newest | None:
    """The last publication, or None before the first."""
    query = sa.select(publication.c.feed_no, publication.c.sha256, publication.c.at)
    row = connection.execute(query.order_by(publication.c.feed_no.desc()).limit(1)).one_or_none()
    return Newest(*row) if row else None


def announce(connection: sa.Connection, feed_no: int) -> None:
    """Have PostgreSQL notify every listening process when this transaction commits."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_notify(FEED_CHANNEL, str(feed_no))))


def _swap(connection: sa.Connection, revised: Revision) -> None:
    """Compare and swap: point the record from the base to the revision, or raise Stale."""
    moved = connection.execute(
        record.update()
        .where(record.c.id == revised.record_id, record.c.current_revision_id == revised.base_id)
        .values(current_revision_id=revised.id)
    )
    if moved.rowcount != 1:
        current = current_number(connection, revised.record_id)
        raise Stale(revised.topic, revised.jurisdiction, revised.base_number or 0, current)


def head(connection: sa.Connection) -> int:
    """The newest feed number; 0 if nothing is published."""
    return connection.scalar(sa.select(sa.func.max(publication.c.feed_no))) or 0


def head_at(connection: sa.Connection, instant: datetime) -> int:
    """The newest feed number at an instant; 0 if nothing was published yet."""
    query = sa.select(publication.c.feed_no).where(publication.c.at <= instant)
    order = (publication.c.at.desc(), publication.c.feed_no.desc())
    return connection.scalar(query.order_by(*order).limit(1)) or 0


def last_verified_at(connection: sa.Connection) -> datetime | None:
    """When a check that changed nothing was last published; None if never."""
    query = (
        sa.select(publication.c.at)
        .join(revision, revision.c.id == publication.c.revision_id)
        .where(revision.c.kind == "verify")
        .order_by(publication.c.feed_no.desc())
        .limit(1)
    )
    return connection.scalar(query)


def _publications() -> sa.Select[Any]:
    return (
        sa.select(
            publication,
            record.c.topic,
            record.c.jurisdiction_code.label("jurisdiction"),
            revision.c.note,
            _author.c.handle.label("author"),
            _reviewer.c.handle.label("reviewer"),
        )
        .join(record, record.c.id == publication.c.record_id)
        .join(revision, revision.c.id == publication.c.revision_id)
        .join(_author, _author.c.id == revision.c.author_id)
        .outerjoin(review, review.c.id == publication.c.review_id)
        .outerjoin(_reviewer, _reviewer.c.id == review.c.reviewer_id)
    )


def entries(
    connection: sa.Connection,
    since: int,
    limit: int,
    *,
    topic: str | None = None,
    newest_first: bool = False,
) -> list[Publication]:
    """At most ``limit`` publications after number ``since``, in the order of the feed or newest first."""
    query = _publications().where(publication.c.feed_no > since).limit(limit)
    if topic is not None:
        query = query.where(record.c.topic == topic)
    number = publication.c.feed_no
    rows = connection.execute(query.order_by(number.desc() if newest_first else number))
    return [unconverted(Publication, row) for row in rows]


def correcting(
    connection: sa.Connection, topic: str, limit: int, before: int | None = None
) -> list[Publication]:
    """The newest publications, before a feed number, that may correct something: newest first.

    Known by the intent of the submission; where the first version did not ask for one, every edit counts.
    """
    unasked = sa.and_(submission.c.intent.is_(None), revision.c.kind.in_(("edit", "revert")))
    query = (
        _publications()
        .join(submission, submission.c.revision_id == publication.c.revision_id)
        .where(
            record.c.topic == topic,
            sa.or_(submission.c.intent.in_((Intent.CORRECTION, Intent.REVERT)), unasked),
        )
    )
    if before is not None:
        query = query.where(publication.c.feed_no < before)
    rows = connection.execute(query.order_by(publication.c.feed_no.desc()).limit(limit))
    return [unconverted(Publication, row) for row in rows]


def published_payloads(
    connection: sa.Connection, record_ids: Iterable[int]
) -> dict[int, list[tuple[int, datetime, Payload]]]:
    """(feed number, instant, payload) of every publication of some records, oldest first, by record id."""
    payloads: dict[int, list[tuple[int, datetime, Payload]]] = {}
    query = (
        sa.select(
            publication.c.record_id, publication.c.feed_no, publication.c.at, revision.c.payload
        )
        .join(revision, revision.c.id == publication.c.revision_id)
        .where(publication.c.record_id.in_(sorted(record_ids)))
        .order_by(publication.c.feed_no)
    )
    for row in connection.execute(query):
        publication_of = (row.feed_no, row.at, from_bytes(row.payload))
        payloads.setdefault(row.record_id, []).append(publication_of)
    return payloads


class StoredPublication(Publication, frozen=True, kw_only=True):
    """A publication with the payload and hash of the revision it names, for checking one against the other."""

    payload: str
    stored_payload_sha256: str
    reviewed: bool


def walk(connection: sa.Connection) -> Iterator[StoredPublication]:
    """The whole feed in order, with the stored payloads."""
    query = _publications().add_columns(
        revision.c.payload,
        revision.c.payload_sha256.label("stored_payload_sha256"),
        publication.c.review_id.is_not(None).label("reviewed"),
    )
    # Streamed: a whole feed, with payloads, may not fit into memory.
    query = query.order_by(publication.c.feed_no).execution_options(yield_per=PART)
    with connection.execute(query) as rows:
        for row in rows:
            yield unconverted(StoredPublication, row)


def loaded_until(connection: sa.Connection) -> int:
    """The feed number up to which there is nothing but the data that ships with legalmap."""
    first_edit = sa.select(sa.func.min(publication.c.feed_no)).where(
        publication.c.revision_number > 0
    )
    edited = connection.scalar(first_edit)
    return head(connection) if edited is None else int(edited) - 1
