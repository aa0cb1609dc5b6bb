"""Records, revisions and the feed: inserting history and reading it back."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain.errors import Stale
from legalmap.domain.moderation import Decision, Verdict
from legalmap.domain.payload import Payload, canonical_bytes, from_bytes, sha256_of, to_builtins
from legalmap.domain.records import Publication, Record, Revision, RevisionKind
from legalmap.store.engine import FEED_LOCK, RECORD_LOCK, inserted_id
from legalmap.store.tables import (
    account,
    legal_status,
    publication,
    record,
    review,
    revision,
    revision_author,
    submission,
    withdrawal,
)
from legalmap.store.tables.records import NO_HASH

_base = revision.alias("base")
_author = account.alias("author")
_reviewer = account.alias("reviewer")


def find(connection: sa.Connection, topic: str, code: str, *, lock: bool = False) -> Record | None:
    """The record of a place, or None. ``lock`` keeps other writers of it waiting until the end."""
    query = (
        sa.select(record, revision.c.number)
        .join(revision, revision.c.id == record.c.current_revision_id)
        .where(record.c.topic == topic, record.c.jurisdiction_code == code)
    )
    row = connection.execute(query.with_for_update(of=record) if lock else query).one_or_none()
    if row is None:
        return None
    return Record(
        id=row.id,
        topic=row.topic,
        jurisdiction=row.jurisdiction_code,
        current_revision_id=row.current_revision_id,
        current_number=row.number,
    )


def lock_by_id(connection: sa.Connection, record_id: int) -> int:
    """Keep other writers of this record waiting; give the id of its current revision."""
    query = sa.select(record.c.current_revision_id).where(record.c.id == record_id)
    return int(connection.execute(query.with_for_update()).scalar_one())


def lock_making(connection: sa.Connection) -> None:
    """Keep others from making records until the end. Taken first, so that no two wait crosswise."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(RECORD_LOCK)))


def insert_record(
    connection: sa.Connection, topic: str, code: str, payload: Payload, author_id: int, at: datetime
) -> tuple[int, int]:
    """A new record with its revision 0; gives (record id, revision id)."""
    values = {"topic": topic, "jurisdiction_code": code}
    record_id = inserted_id(connection, record, values)
    revision_id = insert_revision(
        connection, record_id, payload, author_id, at, kind="genesis", note="", base_id=None
    )
    return record_id, revision_id


def point_to_genesis(connection: sa.Connection, record_id: int, revision_id: int) -> None:
    """Make revision 0 the current one of a record that has none yet."""
    connection.execute(
        record.update().where(record.c.id == record_id).values(current_revision_id=revision_id)
    )


def insert_revision(
    connection: sa.Connection,
    record_id: int,
    payload: Payload,
    author_id: int,
    at: datetime,
    *,
    kind: RevisionKind,
    note: str,
    base_id: int | None,
    reworks_id: int | None = None,
) -> int:
    """Append a revision with the next number of its record; gives its id."""
    last = sa.select(sa.func.coalesce(sa.func.max(revision.c.number), -1) + 1)
    number = connection.scalar(last.where(revision.c.record_id == record_id))
    canonical = canonical_bytes(payload)
    values = {
        "record_id": record_id,
        "number": number,
        "base_id": base_id,
        "reworks_id": reworks_id,
        "author_id": author_id,
        "created_at": at,
        "kind": kind,
        "note": note,
        "payload": canonical.decode(),
        "payload_sha256": sha256_of(canonical),
    }
    return inserted_id(connection, revision, values)


def _revisions() -> sa.Select[Any]:
    return (
        sa.select(
            revision,
            record.c.topic,
            record.c.jurisdiction_code,
            record.c.current_revision_id,
            _base.c.number.label("base_number"),
            _author.c.handle.label("author"),
            submission.c.at.label("submitted_at"),
            withdrawal.c.at.label("withdrawn_at"),
            review.c.verdict,
            review.c.reviewer_id,
            review.c.comment,
            review.c.at.label("reviewed_at"),
            _reviewer.c.handle.label("reviewer"),
            publication.c.at.label("published_at"),
            publication.c.feed_no,
        )
        .join(record, record.c.id == revision.c.record_id)
        .join(_author, _author.c.id == revision.c.author_id)
        .outerjoin(_base, _base.c.id == revision.c.base_id)
        .outerjoin(submission, submission.c.revision_id == revision.c.id)
        .outerjoin(withdrawal, withdrawal.c.revision_id == revision.c.id)
        .outerjoin(review, review.c.revision_id == revision.c.id)
        .outerjoin(_reviewer, _reviewer.c.id == review.c.reviewer_id)
        .outerjoin(publication, publication.c.revision_id == revision.c.id)
    )


def revisions_where(
    connection: sa.Connection, *conditions: sa.ColumnElement[bool], order: sa.ColumnElement[Any]
) -> list[Revision]:
    """Revisions with all that is known of them: two queries, whatever their number."""
    rows = connection.execute(_revisions().where(*conditions).order_by(order)).all()
    authors = _authors(connection, [row.id for row in rows])
    return [_revision(row, authors.get(row.id, frozenset())) for row in rows]


def _authors(connection: sa.Connection, ids: list[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for start in range(0, len(ids), 500):
        query = sa.select(revision_author).where(
            revision_author.c.revision_id.in_(ids[start : start + 500])
        )
        for row in connection.execute(query):
            found.setdefault(row.revision_id, set()).add(row.account_id)
    return {key: frozenset(value) for key, value in found.items()}


def _revision(row: sa.Row[Any], authors: frozenset[int]) -> Revision:
    decision = None
    if row.verdict is not None:
        decision = Decision(Verdict(row.verdict), row.reviewer_id, row.reviewer, row.reviewed_at)
    return Revision(
        id=row.id,
        topic=row.topic,
        jurisdiction=row.jurisdiction_code,
        record_id=row.record_id,
        number=row.number,
        base_id=row.base_id,
        base_number=row.base_number,
        reworks_id=row.reworks_id,
        author_id=row.author_id,
        author=row.author,
        created_at=row.created_at,
        kind=row.kind,
        note=row.note,
        payload=from_bytes(row.payload),
        payload_sha256=row.payload_sha256,
        submitted_at=row.submitted_at,
        withdrawn_at=row.withdrawn_at,
        decision=decision,
        comment=row.comment or "",
        published_at=row.published_at,
        feed_no=row.feed_no,
        authors=authors,
        base_is_current=row.base_id == row.current_revision_id,
        is_current=row.id == row.current_revision_id,
    )


def payloads_of(connection: sa.Connection, revision_ids: Iterable[int]) -> dict[int, Payload]:
    """The contents of some revisions by their id."""
    ids = sorted(revision_ids)
    found: dict[int, Payload] = {}
    for start in range(0, len(ids), 500):
        query = sa.select(revision.c.id, revision.c.payload).where(
            revision.c.id.in_(ids[start : start + 500])
        )
        found |= {row.id: from_bytes(row.payload) for row in connection.execute(query)}
    return found


def revision_by_id(connection: sa.Connection, revision_id: int) -> Revision | None:
    """One revision, or None."""
    found = revisions_where(connection, revision.c.id == revision_id, order=revision.c.id)
    return found[0] if found else None


def revisions_by_id(connection: sa.Connection, ids: Iterable[int]) -> dict[int, Revision]:
    """The revisions of ``ids``, by id; unknown ones are left out."""
    wanted = sorted(set(ids))
    found: dict[int, Revision] = {}
    for start in range(0, len(wanted), 500):
        part = revision.c.id.in_(wanted[start : start + 500])
        found |= {made.id: made for made in revisions_where(connection, part, order=revision.c.id)}
    return found


def revisions_of(connection: sa.Connection, record_id: int) -> list[Revision]:
    """All revisions of a record, newest first."""
    return revisions_where(
        connection, revision.c.record_id == record_id, order=revision.c.number.desc()
    )


def revision_numbered(connection: sa.Connection, record_id: int, number: int) -> Revision | None:
    """One revision of a record by its number, or None."""
    same = (revision.c.record_id == record_id, revision.c.number == number)
    found = revisions_where(connection, *same, order=revision.c.id)
    return found[0] if found else None


def publication_hash(entry: dict[str, object], prev_sha256: str) -> str:
    """The hash of a publication: over the one before and what this one says."""
    said = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{prev_sha256}\n{said}".encode()).hexdigest()


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


def publish(
    connection: sa.Connection,
    revised: Revision,
    review_id: int | None,
    at: datetime,
) -> int:
    """Append ``revised`` to the feed and make it current; gives the feed number.

    The number is taken last, under a lock held until commit, so numbers follow commits. The
    pointer moves only if it still stands at the base; raise Stale otherwise.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(FEED_LOCK)))
    query = sa.select(publication.c.feed_no, publication.c.sha256)
    last = connection.execute(query.order_by(publication.c.feed_no.desc()).limit(1)).one_or_none()
    feed_no, prev_sha256 = (last.feed_no + 1, last.sha256) if last else (1, NO_HASH)
    entry = publication_entry(
        feed_no, revised.topic, revised.jurisdiction, revised.number, revised.payload_sha256, at
    )
    values = {
        "feed_no": feed_no,
        "record_id": revised.record_id,
        "revision_id": revised.id,
        "revision_number": revised.number,
        "payload_sha256": revised.payload_sha256,
        "review_id": review_id,
        "verdict": Verdict.APPROVE.value if review_id else None,
        "at": at,
        "prev_sha256": prev_sha256,
        "sha256": publication_hash(entry, prev_sha256),
    }
    connection.execute(publication.insert().values(values))
    if revised.base_id is not None:
        _swap(connection, revised)
    _rewrite_legal_status(connection, revised)
    return feed_no


def _swap(connection: sa.Connection, revised: Revision) -> None:
    moved = connection.execute(
        record.update()
        .where(record.c.id == revised.record_id, record.c.current_revision_id == revised.base_id)
        .values(current_revision_id=revised.id)
    )
    if moved.rowcount != 1:
        current = current_number(connection, revised.record_id)
        raise Stale(revised.topic, revised.jurisdiction, revised.base_number or 0, current)


def current_number(connection: sa.Connection, record_id: int) -> int:
    """The number of the revision a record stands at."""
    query = (
        sa.select(revision.c.number)
        .join(record, record.c.current_revision_id == revision.c.id)
        .where(record.c.id == record_id)
    )
    return int(connection.execute(query).scalar_one())


def _rewrite_legal_status(connection: sa.Connection, revised: Revision) -> None:
    same = (
        legal_status.c.topic == revised.topic,
        legal_status.c.jurisdiction_code == revised.jurisdiction,
    )
    connection.execute(legal_status.delete().where(*same))
    rows = status_rows(revised.topic, revised.jurisdiction, revised.number, revised.payload)
    if rows:
        connection.execute(legal_status.insert(), rows)


def status_rows(topic: str, code: str, number: int, payload: Payload) -> list[dict[str, object]]:
    """The rows of ``legal_status`` that follow from a published revision, one for each period."""
    rows: list[dict[str, object]] = []
    for position, period in enumerate(payload.periods):
        plain = to_builtins(period)
        rows.append(
            {
                "topic": topic,
                "jurisdiction_code": code,
                "position": position,
                "status": period.status,
                "effective_from": plain["effective_from"],
                "effective_until": plain["effective_until"],
                "force": period.force,
                "answers": json.dumps(period.answers, sort_keys=True, ensure_ascii=False),
                "last_verified": payload.last_verified,
                "revision_number": number,
                "number_of_sources": len(period.sources),
            }
        )
    return rows


def stored_status_rows(connection: sa.Connection) -> list[dict[str, object]]:
    """``legal_status`` as it is stored, in the order of its key."""
    query = sa.select(legal_status).order_by(
        legal_status.c.topic, legal_status.c.jurisdiction_code, legal_status.c.position
    )
    return [dict(row._mapping) for row in connection.execute(query)]


def replace_legal_status(connection: sa.Connection, rows: Iterable[dict[str, object]]) -> None:
    """Write ``legal_status`` anew."""
    connection.execute(legal_status.delete())
    fresh = list(rows)
    if fresh:
        connection.execute(legal_status.insert(), fresh)


def head(connection: sa.Connection) -> int:
    """The newest feed number, 0 when nothing is published."""
    return connection.scalar(sa.select(sa.func.max(publication.c.feed_no))) or 0


def head_at(connection: sa.Connection, instant: datetime) -> int:
    """The newest feed number at an instant."""
    query = sa.select(sa.func.max(publication.c.feed_no)).where(publication.c.at <= instant)
    return connection.scalar(query) or 0


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


def _publication(row: sa.Row[Any]) -> Publication:
    fields = {name: getattr(row, name) for name in Publication.__struct_fields__}
    return Publication(**fields)


def feed(
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
    return [_publication(row) for row in rows]


def published_at(
    connection: sa.Connection, topic: str, feed_no: int
) -> Iterator[tuple[Publication, Payload]]:
    """What readers of ``topic`` saw at a feed number: the latest publication of each record."""
    latest = (
        sa.select(sa.func.max(publication.c.feed_no).label("feed_no"))
        .join(record, record.c.id == publication.c.record_id)
        .where(record.c.topic == topic, publication.c.feed_no <= feed_no)
        .group_by(publication.c.record_id)
        .subquery()
    )
    query = _publications().add_columns(revision.c.payload)
    rows = connection.execute(
        query.join(latest, latest.c.feed_no == publication.c.feed_no).order_by(
            record.c.jurisdiction_code
        )
    )
    for row in rows:
        yield _publication(row), from_bytes(row.payload)


class StoredPublication(Publication, frozen=True, kw_only=True):
    """A publication beside what the revision and record it names hold: for checking."""

    payload: str
    stored_payload_sha256: str
    reviewed: bool


def walk_feed(connection: sa.Connection) -> Iterator[StoredPublication]:
    """The whole feed in order, with the bytes it stands for."""
    query = _publications().add_columns(
        revision.c.payload,
        revision.c.payload_sha256.label("stored_payload_sha256"),
        publication.c.review_id.is_not(None).label("reviewed"),
    )
    for row in connection.execute(query.order_by(publication.c.feed_no)):
        fields = {name: getattr(row, name) for name in StoredPublication.__struct_fields__}
        yield StoredPublication(**fields)


def all_revision_bytes(connection: sa.Connection) -> Iterator[tuple[str, str, int, str, str]]:
    """(topic, jurisdiction, number, payload, hash) of every revision."""
    query = (
        sa.select(
            record.c.topic,
            record.c.jurisdiction_code,
            revision.c.number,
            revision.c.payload,
            revision.c.payload_sha256,
        )
        .join(record, record.c.id == revision.c.record_id)
        .order_by(revision.c.id)
    )
    for row in connection.execute(query):
        yield tuple(row)


def current_revisions(
    connection: sa.Connection,
) -> Iterator[tuple[str, str, int, str, bool, int | None]]:
    """(topic, jurisdiction, number, payload, is genesis, feed number or None) of each record."""
    query = (
        sa.select(
            record.c.topic,
            record.c.jurisdiction_code,
            revision.c.number,
            revision.c.payload,
            (revision.c.number == 0).label("genesis"),
            publication.c.feed_no,
        )
        .join(revision, revision.c.id == record.c.current_revision_id)
        .outerjoin(publication, publication.c.revision_id == revision.c.id)
        .order_by(record.c.topic, record.c.jurisdiction_code)
    )
    for row in connection.execute(query):
        yield tuple(row)


def moments(
    connection: sa.Connection, topic: str | None, codes: Iterable[str] | None
) -> list[tuple[int, datetime]]:
    """(feed number, instant) of the publications of a topic, or of some places in it, oldest first."""
    query = sa.select(publication.c.feed_no, publication.c.at).order_by(publication.c.feed_no)
    if topic is not None or codes is not None:
        query = query.join(record, record.c.id == publication.c.record_id)
    if topic is not None:
        query = query.where(record.c.topic == topic)
    if codes is not None:
        query = query.where(record.c.jurisdiction_code.in_(list(codes)))
    return [(row.feed_no, row.at) for row in connection.execute(query)]
