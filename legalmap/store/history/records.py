"""Records and revisions: appending to their history and reading it."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.desk.moderation import Decision, Verdict
from legalmap.domain.desk.revisions import Record, Revision, RevisionKind
from legalmap.domain.desk.risk import Risk
from legalmap.domain.law.payload import Payload, content_bytes, from_bytes, sha256_of
from legalmap.store.engine import RECORD_LOCK, inserted_id
from legalmap.store.rows import PART, having, in_batches, unconverted
from legalmap.store.tables import (
    account,
    assent,
    publication,
    record,
    review,
    revision,
    revision_author,
    submission,
    waiting,
    withdrawal,
)

_base = revision.alias("base")
_author = account.alias("author")
_reviewer = account.alias("reviewer")


def find(connection: sa.Connection, topic: str, code: str, *, lock: bool = False) -> Record | None:
    """The record of a place, or None. ``lock`` makes other writers of it wait until the transaction ends."""
    of_place = (record.c.topic == topic, record.c.jurisdiction_code == code)
    if lock:
        # A statement of its own: if the record moved on while PostgreSQL waited for the lock, a joined
        # query would find no row.
        connection.execute(sa.select(record.c.id).where(*of_place).with_for_update())
    query = (
        sa.select(
            record,
            record.c.jurisdiction_code.label("jurisdiction"),
            revision.c.number.label("current_number"),
        )
        .join(revision, revision.c.id == record.c.current_revision_id)
        .where(*of_place)
    )
    row = connection.execute(query).one_or_none()
    return unconverted(Record, row) if row else None


def lock_by_id(connection: sa.Connection, record_id: int) -> int:
    """Lock a record against other writers; returns the id of its current revision."""
    query = sa.select(record.c.current_revision_id).where(record.c.id == record_id)
    return int(connection.execute(query.with_for_update()).scalar_one())


def lock_making(connection: sa.Connection) -> None:
    """Keep others from making records until this transaction ends. Taken first, to avoid deadlocks."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(RECORD_LOCK)))


def insert_record(
    connection: sa.Connection, topic: str, code: str, payload: Payload, author_id: int, at: datetime
) -> tuple[int, int]:
    """Make a record with its revision 0; returns (record id, revision id)."""
    record_id = inserted_id(connection, record, {"topic": topic, "jurisdiction_code": code})
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
    """Append a revision with the next number of its record; returns its id."""
    next_number = sa.select(sa.func.coalesce(sa.func.max(revision.c.number), -1) + 1)
    number = connection.scalar(next_number.where(revision.c.record_id == record_id))
    canonical = content_bytes(payload)
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
            record.c.jurisdiction_code.label("jurisdiction"),
            record.c.current_revision_id,
            _base.c.number.label("base_number"),
            _author.c.handle.label("author"),
            submission.c.at.label("submitted_at"),
            submission.c.intent,
            submission.c.risk,
            submission.c.risks,
            submission.c.approvals_needed,
            submission.c.batch,
            withdrawal.c.at.label("withdrawn_at"),
            review.c.verdict,
            review.c.reviewer_id,
            review.c.comment,
            review.c.reasons,
            review.c.checks,
            review.c.at.label("reviewed_at"),
            _reviewer.c.handle.label("reviewer"),
            _reviewer.c.interest.label("reviewer_interest"),
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
    connection: sa.Connection,
    *conditions: sa.ColumnElement[bool],
    order: sa.ColumnElement[Any],
    limit: int | None = None,
) -> list[Revision]:
    """Revisions in full, in two or three queries whatever their number."""
    query = _revisions().where(*conditions).order_by(order).limit(limit)
    rows = connection.execute(query).all()
    authors = _authors(connection, [row.id for row in rows])
    assents = _assents(connection, [row.id for row in rows if (row.approvals_needed or 1) > 1])
    return [
        _revision(row, authors.get(row.id, frozenset()), assents.get(row.id, ())) for row in rows
    ]


def _authors(connection: sa.Connection, ids: list[int]) -> dict[int, frozenset[int]]:
    authors: dict[int, frozenset[int]] = {}
    query = sa.select(revision_author)
    for row in having(connection, query, revision_author.c.revision_id, ids):
        authors[row.revision_id] = authors.get(row.revision_id, frozenset()) | {row.account_id}
    return authors


def _assents(connection: sa.Connection, ids: list[int]) -> dict[int, tuple[Decision, ...]]:
    """The approvals before the final one, by revision."""
    assents: dict[int, tuple[Decision, ...]] = {}
    query = (
        sa.select(assent, account.c.handle)
        .join(account, account.c.id == assent.c.reviewer_id)
        .order_by(assent.c.id)
    )
    for row in having(connection, query, assent.c.revision_id, ids):
        decision = Decision(Verdict.APPROVE, row.reviewer_id, row.handle, row.at)
        assents[row.revision_id] = (*assents.get(row.revision_id, ()), decision)
    return assents


def decision_of(row: sa.Row[Any]) -> Decision | None:
    """The decision from the columns of a review in a row; None if there is no review yet."""
    if row.verdict is None:
        return None
    # Queries that do not show it leave it out.
    interest = getattr(row, "reviewer_interest", "")
    return Decision(Verdict(row.verdict), row.reviewer_id, row.reviewer, row.reviewed_at, interest)


def _revision(row: sa.Row[Any], authors: frozenset[int], assents: tuple[Decision, ...]) -> Revision:
    # What is null here comes from outer joins: no submission, or no review yet.
    return unconverted(
        Revision,
        row,
        payload=from_bytes(row.payload),
        stored=row.payload,
        decision=decision_of(row),
        comment=row.comment or "",
        reasons=tuple(json.loads(row.reasons or "[]")),
        checks=tuple(json.loads(row.checks or "[]")),
        intent=Intent(row.intent) if row.intent else None,
        risk=row.risk or 0,
        risks=tuple(Risk(code) for code in json.loads(row.risks or "[]")),
        approvals_needed=row.approvals_needed or 1,
        assents=assents,
        authors=authors,
        base_is_current=row.base_id == row.current_revision_id,
        is_current=row.id == row.current_revision_id,
    )


def payloads_of(connection: sa.Connection, revision_ids: Iterable[int]) -> dict[int, Payload]:
    """The payloads of some revisions, by id."""
    return {key: from_bytes(text) for key, text in texts_of(connection, revision_ids).items()}


def texts_of(connection: sa.Connection, revision_ids: Iterable[int]) -> dict[int, str]:
    """What is stored of some revisions, by id."""
    query = sa.select(revision.c.id, revision.c.payload)
    rows = having(connection, query, revision.c.id, revision_ids)
    return {row.id: row.payload for row in rows}


def revision_by_id(connection: sa.Connection, revision_id: int) -> Revision | None:
    """One revision, or None."""
    return revisions_by_id(connection, [revision_id]).get(revision_id)


def revisions_by_id(connection: sa.Connection, ids: Iterable[int]) -> dict[int, Revision]:
    """The revisions of ``ids``, by id; unknown ones are left out."""
    key = revision.c.id
    return {
        item.id: item
        for part in in_batches(sorted(set(ids)))
        for item in revisions_where(connection, key.in_(part), order=key)
    }


def with_bases(
    connection: sa.Connection, ids: Iterable[int]
) -> tuple[dict[int, Revision], dict[int, Revision]]:
    """The revisions of ``ids`` and the revisions they are based on, each by id."""
    revisions = revisions_by_id(connection, ids)
    bases = (item.base_id for item in revisions.values() if item.base_id is not None)
    return revisions, revisions_by_id(connection, bases)


def revisions_of(connection: sa.Connection, record_id: int) -> list[Revision]:
    """All revisions of a record, newest first."""
    return revisions_where(
        connection, revision.c.record_id == record_id, order=revision.c.number.desc()
    )


def revision_numbered(connection: sa.Connection, record_id: int, number: int) -> Revision | None:
    """One revision of a record by its number, or None."""
    numbered = (revision.c.record_id == record_id, revision.c.number == number)
    return next(iter(revisions_where(connection, *numbered, order=revision.c.id)), None)


def was_published(connection: sa.Connection, record_id: int, payload: Payload) -> bool:
    """Whether a published revision of a record has exactly this content, in whatever form."""
    query = (
        sa.select(revision.c.payload)
        .join(publication, publication.c.revision_id == revision.c.id)
        .where(revision.c.record_id == record_id)
    )
    content = content_bytes(payload)
    return any(
        content_bytes(from_bytes(row.payload)) == content for row in connection.execute(query)
    )


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A revision in short. ``own``: by the author asked about; ``waits``: for a verdict."""

    id: int
    topic: str
    jurisdiction: str
    number: int
    payload: str
    payload_sha256: str
    own: bool
    is_current: bool
    is_published: bool
    waits: bool


def told_by(connection: sa.Connection, author_id: int) -> Iterator[Told]:
    """Of each record its current revision and all those by one author, oldest first."""
    own = revision.c.author_id == author_id
    current = revision.c.id == record.c.current_revision_id
    query = (
        sa.select(
            revision.c.id,
            record.c.topic,
            record.c.jurisdiction_code.label("jurisdiction"),
            revision.c.number,
            revision.c.payload,
            revision.c.payload_sha256,
            own.label("own"),
            current.label("is_current"),
            publication.c.feed_no.is_not(None).label("is_published"),
            waiting.c.revision_id.is_not(None).label("waits"),
        )
        .join(record, record.c.id == revision.c.record_id)
        .outerjoin(publication, publication.c.revision_id == revision.c.id)
        .outerjoin(waiting, waiting.c.revision_id == revision.c.id)
        .where(sa.or_(own, current))
        .order_by(revision.c.id)
    )
    for row in connection.execute(query.execution_options(yield_per=PART)):
        yield Told(**row._mapping)


def current_number(connection: sa.Connection, record_id: int) -> int:
    """The number of a record's current revision."""
    query = (
        sa.select(revision.c.number)
        .join(record, record.c.current_revision_id == revision.c.id)
        .where(record.c.id == record_id)
    )
    return int(connection.execute(query).scalar_one())


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
