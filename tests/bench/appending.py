"""Appending many revisions and publications in few statements: the rows that people would have made.

A million revisions one by one, as people make them, would take hours. Nothing is checked here that the
database does not check; its triggers are on.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from legalmap.domain.desk import risk
from legalmap.domain.desk.edit_intents import intent_of
from legalmap.domain.desk.moderation import Judgement, Verdict, told
from legalmap.domain.desk.revisions import RevisionKind
from legalmap.domain.law import diff
from legalmap.domain.law.payload import (
    NOT_RESEARCHED,
    Payload,
    canonical_bytes,
    from_bytes,
    sha256_of,
)
from legalmap.domain.people.accounts import Account
from legalmap.services.core.tracker import Tracker
from legalmap.store import log
from legalmap.store.derived import queue_index
from legalmap.store.history import feed, submissions
from legalmap.store.rows import in_batches
from legalmap.store.tables import event, record, review, revision, submission
from tests.bench.many import (
    BATCH,
    Published,
    Row,
    insert_many,
    point_to_genesis,
    publish_many,
)

PART = 500
# Indexes of hashes are written in no order: their pages must not be read again for every row.
SQLITE_CACHE_KIB = 131_072


class Reviewed(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on a revision; approving publishes it."""

    reviewer: Account
    verdict: Verdict
    comment: str
    at: datetime
    reasons: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    @property
    def judgement(self) -> Judgement:
        """What was decided, as the log tells it."""
        return Judgement(
            verdict=self.verdict,
            comment=self.comment.strip(),
            reasons=self.reasons,
            checks=self.checks,
        )


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One revision to append, normalised and valid by its codebook.

    Of kind ``genesis`` it makes its record and is published, unless it says "not researched". Any
    other is submitted by its author on ``base_number`` and, if ``reviewed`` is given, decided.
    """

    topic: str
    jurisdiction: str
    payload: Payload
    author: Account
    at: datetime
    kind: RevisionKind = "genesis"
    note: str = ""
    base_number: int | None = None
    reviewed: Reviewed | None = None


class _Stand(msgspec.Struct):
    """Where a record stands while a batch is gone through."""

    id: int
    current_id: int
    number: int
    next_number: int
    payload: Payload


def append(
    connection: sa.Connection, tracker: Tracker, entries: Iterable[Entry], size: int = BATCH
) -> int:
    """Write all entries in the caller's transaction, in order; gives their number.

    Nobody else may write meanwhile.
    """
    done = 0
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size = -{SQLITE_CACHE_KIB}")
    for some in in_batches(entries, size):
        batch = _Batch(connection, tracker, some)
        for entry in some:
            batch.add(entry)
        batch.write()
        done += len(some)
    return done


class _Batch:
    """The rows of one batch, table by table, gathered in the order of its entries."""

    def __init__(
        self, connection: sa.Connection, tracker: Tracker, entries: Sequence[Entry]
    ) -> None:
        self._connection = connection
        self._tracker = tracker
        self._known: set[int] = set()
        self._stands = _stands(connection, {(e.topic, e.jurisdiction) for e in entries})
        born = sum(entry.kind == "genesis" for entry in entries)
        decided = sum(entry.reviewed is not None for entry in entries)
        self._record_ids = _ids(connection, record, born)
        self._revision_ids = _ids(connection, revision, len(entries))
        self._review_ids = _ids(connection, review, decided)
        self._last = feed.newest(connection)
        self._records: list[Row] = []
        self._pointers: list[Row] = []
        self._revisions: list[Row] = []
        self._submissions: list[Row] = []
        self._reviews: list[Row] = []
        self._events: list[Row] = []
        self._published: list[Published] = []
        self._undecided: list[int] = []

    def add(self, entry: Entry) -> None:
        """Take in one entry."""
        if entry.kind == "genesis":
            self._begin(entry)
        else:
            self._propose(entry)

    def _begin(self, entry: Entry) -> None:
        key = (entry.topic, entry.jurisdiction)
        record_id, revision_id = next(self._record_ids), next(self._revision_ids)
        self._records.append(
            {"id": record_id, "topic": entry.topic, "jurisdiction_code": entry.jurisdiction}
        )
        self._pointers.append({"key": record_id, "to": revision_id})
        stand = self._stands[key] = _Stand(record_id, revision_id, 0, 0, entry.payload)
        sha256 = self._revise(entry, stand, revision_id, canonical_bytes(entry.payload))
        if entry.payload != NOT_RESEARCHED:
            self._publish(entry, stand, sha256, review_id=None, at=entry.at)

    def _propose(self, entry: Entry) -> None:
        stand = self._stands[entry.topic, entry.jurisdiction]
        canonical = canonical_bytes(entry.payload)
        revision_id, number = next(self._revision_ids), stand.next_number
        sha256 = self._revise(entry, stand, revision_id, canonical)
        intent = intent_of(entry.kind, stand.payload, entry.payload)
        weight = risk.weigh(
            self._tracker.topic(entry.topic),
            self._tracker.place(entry.jurisdiction),
            stand.payload,
            entry.payload,
            today=entry.at.date(),
            first_edit=self._is_first(entry.author.id),
        )
        self._submissions.append(
            submissions.submission_row(revision_id, entry.author.id, entry.at, intent, weight)
        )
        changed = [change.field for change in diff.diff(stand.payload, entry.payload)]
        self._log(
            entry,
            "submit",
            revision_id,
            number,
            kind=entry.kind,
            intent=intent,
            batch=None,
            base=stand.number,
            changed=changed,
        )
        if entry.reviewed is not None:
            self._decide(entry, entry.reviewed, stand, (revision_id, number, sha256))
        else:
            self._undecided.append(revision_id)

    def _is_first(self, author_id: int) -> bool:
        """Whether somebody never sent anything before; from now on they have."""
        if author_id in self._known:
            return False
        self._known.add(author_id)
        return not submissions.has_submitted(self._connection, author_id)

    def _revise(self, entry: Entry, stand: _Stand, revision_id: int, canonical: bytes) -> str:
        sha256 = sha256_of(canonical)
        self._revisions.append(
            {
                "id": revision_id,
                "record_id": stand.id,
                "number": stand.next_number,
                "base_id": None if entry.kind == "genesis" else stand.current_id,
                "reworks_id": None,
                "author_id": entry.author.id,
                "created_at": entry.at,
                "kind": entry.kind,
                "note": entry.note.strip(),
                "payload": canonical.decode(),
                "payload_sha256": sha256,
            }
        )
        stand.next_number += 1
        return sha256

    def _decide(
        self, entry: Entry, reviewed: Reviewed, stand: _Stand, made: tuple[int, int, str]
    ) -> None:
        revision_id, number, sha256 = made
        review_id, given = next(self._review_ids), reviewed.judgement
        self._reviews.append(
            {
                "id": review_id,
                "revision_id": revision_id,
                "author_id": entry.author.id,
                "payload_sha256": sha256,
                "reviewer_id": reviewed.reviewer.id,
                "verdict": reviewed.verdict,
                "comment": given.comment,
                "reasons": json.dumps(given.reasons),
                "checks": json.dumps(given.checks),
                "at": reviewed.at,
            }
        )
        self._log(entry, given.verdict.value, revision_id, number, **told(given))
        if reviewed.verdict is not Verdict.APPROVE:
            return
        base_id, base_number = stand.current_id, stand.number
        stand.current_id, stand.number, stand.payload = revision_id, number, entry.payload
        self._publish(entry, stand, sha256, review_id, reviewed.at, base_id)
        self._log(
            entry,
            "publish",
            revision_id,
            number,
            feed_no=self._published[-1].row["feed_no"],
            base=base_number,
        )

    def _publish(
        self,
        entry: Entry,
        stand: _Stand,
        sha256: str,
        review_id: int | None,
        at: datetime,
        base_id: int | None = None,
    ) -> None:
        row = feed.row_after(
            self._last,
            topic=entry.topic,
            jurisdiction=entry.jurisdiction,
            record_id=stand.id,
            revision_id=stand.current_id,
            revision_number=stand.number,
            payload_sha256=sha256,
            review_id=review_id,
            at=at,
        )
        self._last = feed.Newest(row["feed_no"], row["sha256"], row["at"])
        self._published.append(
            Published(row, entry.topic, entry.jurisdiction, entry.payload, base_id)
        )

    def _log(self, entry: Entry, action: str, revision_id: int, number: int, **data: Any) -> None:
        reviewed = None if action == "submit" else entry.reviewed
        self._events.append(
            log.row(
                reviewed.reviewer if reviewed else entry.author,
                action,
                ("revision", revision_id, f"{entry.topic}/{entry.jurisdiction} revision {number}"),
                reviewed.at if reviewed else entry.at,
                {"topic": entry.topic, "jurisdiction": entry.jurisdiction, **data},
            )
        )

    def write(self) -> None:
        """Send all rows, a few statements a table."""
        connection = self._connection
        insert_many(connection, record, self._records)
        insert_many(connection, revision, self._revisions)
        point_to_genesis(connection, self._pointers)
        insert_many(connection, submission, self._submissions)
        insert_many(connection, review, self._reviews)
        queue_index.add(connection, self._undecided)
        publish_many(connection, self._published)
        insert_many(connection, event, self._events)


def _stands(
    connection: sa.Connection, places: set[tuple[str, str]]
) -> dict[tuple[str, str], _Stand]:
    """Where the records of some places stand; those without one are left out."""
    found: dict[tuple[str, str], _Stand] = {}
    earlier = revision.alias("earlier")
    last = sa.select(sa.func.max(earlier.c.number)).where(earlier.c.record_id == record.c.id)
    query = sa.select(
        record, revision.c.number, revision.c.payload, last.scalar_subquery().label("last")
    ).join(revision, revision.c.id == record.c.current_revision_id)
    for part in in_batches(sorted(places), PART):
        codes = {code for _, code in part}
        for row in connection.execute(query.where(record.c.jurisdiction_code.in_(codes))):
            found[row.topic, row.jurisdiction_code] = _Stand(
                row.id, row.current_revision_id, row.number, row.last + 1, from_bytes(row.payload)
            )
    return found


def _ids(connection: sa.Connection, table: sa.Table, how_many: int) -> Iterator[int]:
    """The next ids of a table. Nobody else makes any: SQLite has one writer, a sequence skips."""
    if connection.dialect.name == "postgresql":
        sequence = sa.func.pg_get_serial_sequence(table.name, "id")
        series = sa.func.generate_series(1, how_many).table_valued("step")
        return iter(
            connection.scalars(sa.select(sa.func.nextval(sequence)).select_from(series)).all()
        )
    last = connection.scalar(sa.select(sa.func.max(table.c.id))) or 0
    return iter(range(last + 1, last + 1 + how_many))
