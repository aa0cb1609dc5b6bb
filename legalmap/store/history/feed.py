"""The feed: publications in their order, each hashed over the one before, and what stood at a number."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

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
from legalmap.store.rows import PART
from legalmap.store.tables import account, publication, record, review, revision, submission
from legalmap.store.tables.records import NO_HASH

Kind = TypeVar("Kind", bound=Publication)
_author = account.alias("author")
_reviewer = account.alias("reviewer")


def publication_hash(entry: dict[str, object], prev_sha256: str) -> str:
    """The hash of a publication: over the one before and what this one says."""
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{prev_sha256}\n{text}".encode()).hexdigest()


def publication_entry(
    feed_no: int, topic: str, code: str, number: int, payload_sha256: str, at: datetime
) -> dict[str, object]:
    """What a publication says and its hash covers: these keys, this spelling of the instant."""
    return {
        "feed_no": feed_no,
        "topic": topic,
        "jurisdiction": code,
        "revision": number,
        "payload_sha256": payload_sha256,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
    }


def hash_of(entry: Publication) -> str:
    """The hash that a publication should have, by what it says and the one it names before it."""
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
    connection: sa.Connection,
    revised: Revision,
    review_id: int | None,
    at: datetime,
) -> int:
    """Append ``revised`` to the feed and make it current; gives the feed number.

    The number is taken last, under a lock held until commit, so numbers follow commits. The
    pointer moves only if it still stands at the base; raise Stale otherwise. The instants of the
    feed never go back, whatever the clock does.
    """
    lock(connection)
    values = row_after(
        newest(connection),
        topic=revised.topic,
        jurisdiction=revised.jurisdiction,
        record_id=revised.record_id,
        revision_id=revised.id,
        number=revised.number,
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
    """The end of the feed: its number, its hash, its instant."""

    feed_no: int
    sha256: str
    at: datetime


def row_after(
    last: Newest | None,
    *,
    topic: str,
    jurisdiction: str,
    record_id: int,
    revision_id: int,
    number: int,
    payload_sha256: str,
    review_id: int | None,
    at: datetime,
) -> dict[str, Any]:
    """The row of the publication that follows ``last``, with its number, instant and hash."""
    feed_no, prev_sha256 = (last.feed_no + 1, last.sha256) if last else (1, NO_HASH)
    at = max(at, last.at) if last else at
    entry = publication_entry(feed_no, topic, jurisdiction, number, payload_sha256, at)
    return {
        "feed_no": feed_no,
        "record_id": record_id,
        "revision_id": revision_id,
        "revision_number": number,
        "payload_sha256": payload_sha256,
        "review_id": review_id,
        "verdict": Verdict.APPROVE.value if review_id else None,
        "at": at,
        "prev_sha256": prev_sha256,
        "sha256": publication_hash(entry, prev_sha256),
    }


def lock(connection: sa.Connection) -> None:
    """Keep others from publishing until the end (PostgreSQL; SQLite has one writer anyway)."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(FEED_LOCK)))


def newest(connection: sa.Connection) -> Newest | None:
    """The last publication, or None before the first."""
    query = sa.select(publication.c.feed_no, publication.c.sha256, publication.c.at)
    row = connection.execute(query.order_by(publication.c.feed_no.desc()).limit(1)).one_or_none()
    return Newest(*row) if row else None


def announce(connection: sa.Connection, feed_no: int) -> None:
    """Let every process hear of it at the moment of the commit (PostgreSQL)."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_notify(FEED_CHANNEL, str(feed_no))))


def _swap(connection: sa.Connection, revised: Revision) -> None:
    moved = connection.execute(
        record.update()
        .where(record.c.id == revised.record_id, record.c.current_revision_id == revised.base_id)
        .values(current_revision_id=revised.id)
    )
    if moved.rowcount != 1:
        current = current_number(connection, revised.record_id)
        raise Stale(revised.topic, revised.jurisdiction, revised.base_number or 0, current)


def head(connection: sa.Connection) -> int:
    """The newest feed number, 0 when nothing is published."""
    return connection.scalar(sa.select(sa.func.max(publication.c.feed_no))) or 0


def head_at(connection: sa.Connection, instant: datetime) -> int:
    """The newest feed number at an instant: the feed's instants never go back."""
    query = sa.select(publication.c.feed_no).where(publication.c.at <= instant)
    order = (publication.c.at.desc(), publication.c.feed_no.desc())
    return connection.scalar(query.order_by(*order).limit(1)) or 0


def last_verified_at(connection: sa.Connection) -> datetime | None:
    """When a revision that says "checked, nothing changed" was last published."""
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


def _as(kind: type[Kind], row: sa.Row[Any]) -> Kind:
    return kind(**{name: getattr(row, name) for name in kind.__struct_fields__})


def entries(
    connection: sa.Connection,
    since: int,
    limit: int,
    *,
    topic: str | None = None,
    newest_first: bool = False,
) -> list[Publication]:
    """Publications after number ``since`` in the order of the feed, or the newest first."""
    query = _publications().where(publication.c.feed_no > since).limit(limit)
    if topic is not None:
        query = query.where(record.c.topic == topic)
    number = publication.c.feed_no
    rows = connection.execute(query.order_by(number.desc() if newest_first else number))
    return [_as(Publication, row) for row in rows]


def correcting(
    connection: sa.Connection, topic: str, limit: int, before: int | None = None
) -> list[Publication]:
    """The newest publications, before a number, that may correct something.

    By the intent of the submission; where the first version did not ask, every edit may.
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
    return [_as(Publication, row) for row in rows]


def published_payloads(
    connection: sa.Connection, record_ids: Iterable[int]
) -> dict[int, list[tuple[int, datetime, Payload]]]:
    """What was published of some records, each with number and instant, the oldest first."""
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
    """A publication beside what the revision and record it names hold: for checking."""

    payload: str
    stored_payload_sha256: str
    reviewed: bool


def walk(connection: sa.Connection) -> Iterator[StoredPublication]:
    """The whole feed in order, with the bytes it stands for."""
    query = _publications().add_columns(
        revision.c.payload,
        revision.c.payload_sha256.label("stored_payload_sha256"),
        publication.c.review_id.is_not(None).label("reviewed"),
    )
    query = query.order_by(publication.c.feed_no).execution_options(yield_per=PART)
    with connection.execute(query) as rows:
        for row in rows:
            yield _as(StoredPublication, row)


def loaded_until(connection: sa.Connection) -> int:
    """The feed number up to which nothing but what ships was published."""
    first = sa.select(sa.func.min(publication.c.feed_no)).where(publication.c.revision_number > 0)
    edited = connection.scalar(first)
    return head(connection) if edited is None else int(edited) - 1
