"""Integrity check: recompute every hash of the feed, recount approvals, compare all derived tables."""

from collections.abc import Iterator

from legalmap import clock
from legalmap.domain.errors import Invalid
from legalmap.domain.law.dates import to_text
from legalmap.domain.law.gists import content_of
from legalmap.domain.law.payload import (
    NOT_RESEARCHED,
    from_bytes,
    newest,
    sha256_of,
)
from legalmap.services import contract
from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import fit_check
from legalmap.store import log
from legalmap.store.derived import gist_index, legal_statuses, queue_index
from legalmap.store.engine import Connection
from legalmap.store.history import feed, records, submissions
from legalmap.store.tables.records import NO_HASH

# Rows of the gist index written in one transaction.
STEP = 1_000


def check(tracker: Tracker) -> list[str]:
    """Every fault, as a sentence; an empty list means that the database is sound."""
    with tracker.store.reading() as connection:
        faults = [*_changed_revisions(connection), *_broken_feed(connection)]
        unreadable = list(_unreadable(connection))
        if unreadable:
            # What follows from a payload cannot be told without reading it.
            return [*faults, *unreadable]
        return [
            *faults,
            *_underapproved(connection),
            *_unpublished(connection),
            *_wrong_status_rows(connection),
            *_wrong_courses(connection),
            *_wrong_queue(connection),
            *fit_check.misfits(tracker),
        ]


def reindex(tracker: Tracker) -> int:
    """Rebuild ``legal_status``, the queue and the gist index; gives the number of rows of the first."""
    with tracker.store.writing() as connection:
        feed.lock(connection)
        rows = legal_statuses.replace(connection)
        queue_index.rewrite(connection)
        gist_index.clear(connection)
        since = 0
        while points := gist_index.missing(connection, since, STEP):
            gist_index.write(connection, points)
            since = points[-1].feed_no
        subject = ("database", "", "the current statuses, the queue and the courses")
        log.append(connection, "command line", "reindex", subject, clock.now(), rows=rows)
    return rows


def catch_up(tracker: Tracker) -> int:
    """Index the gists of publications made by a version without that index; gives their number.

    In small transactions that block nobody for long. If interrupted, the next run goes on from there.
    """
    written = since = 0
    while True:
        with tracker.store.writing() as connection:
            feed.lock(connection)
            points = gist_index.missing(connection, since, STEP)
            gist_index.write(connection, points)
        if not points:
            return written
        written, since = written + len(points), points[-1].feed_no


def _changed_revisions(connection: Connection) -> Iterator[str]:
    for topic, code, number, stored, claimed in records.all_revision_bytes(connection):
        if sha256_of(stored.encode()) != claimed:
            yield (
                f"{topic}/{code} revision {number}: its content does not match its hash; "
                "a byte of it was changed."
            )


def _unreadable(connection: Connection) -> Iterator[str]:
    """Of a form that this version does not know, or of none."""
    for topic, code, number, stored, _ in records.all_revision_bytes(connection):
        try:
            from_bytes(stored)
        except Invalid as error:
            yield f"{topic}/{code} revision {number}: {error.problems[0].message}"


def _broken_feed(connection: Connection) -> Iterator[str]:
    expected, prev_sha256 = 1, NO_HASH
    for entry in feed.walk(connection):
        where = f"publication {entry.feed_no} ({entry.topic}/{entry.jurisdiction})"
        if entry.feed_no != expected:
            yield f"publication {expected} is missing: the feed goes on with {entry.feed_no}."
        if entry.prev_sha256 != prev_sha256:
            yield f"{where}: it does not name the hash of the publication before it."
        if feed.hash_of(entry) != entry.sha256:
            yield f"{where}: its hash does not match what it says."
        if sha256_of(contract.encode(contract.stored(entry.payload))) != entry.payload_sha256:
            yield f"{where}: the feed gives other bytes than its hash is of."
        if entry.payload_sha256 != entry.stored_payload_sha256:
            yield f"{where}: it stands for another content than its revision holds."
        # Revision 0 ships with the software and was never reviewed here.
        if entry.revision_number and not entry.reviewed:
            yield f"{where}: nobody reviewed it."
        expected, prev_sha256 = entry.feed_no + 1, entry.sha256


def _underapproved(connection: Connection) -> Iterator[str]:
    """Approvals are counted anew, without relying on the triggers that should have refused too few."""
    for entry in submissions.underapproved(connection):
        where = f"publication {entry.feed_no} ({entry.topic}/{entry.jurisdiction})"
        yield (
            f"{where}: it needs {entry.needed} approval{'s' if entry.needed > 1 else ''} by people "
            f"who are none of its authors, and has {entry.approvals}."
        )


def _unpublished(connection: Connection) -> Iterator[str]:
    for topic, code, number, stored, feed_no in legal_statuses.current_revisions(connection):
        if feed_no is None and (number, newest(from_bytes(stored))) != (0, NOT_RESEARCHED):
            yield f"{topic}/{code} stands at revision {number}, which was never published."


def _wrong_status_rows(connection: Connection) -> Iterator[str]:
    stored = {_key(row): row for row in legal_statuses.stored(connection)}
    true = {_key(row): row for row in legal_statuses.true(connection)}
    for key in sorted({*stored, *true}):
        topic, code, position = key
        where = f"legal_status {topic}/{code} row {position}"
        if key not in stored:
            yield f"{where} is missing: run “legalmap reindex”."
        elif key not in true:
            yield f"{where} should not be there: run “legalmap reindex”."
        elif stored[key] != true[key]:
            wrong = [name for name, value in true[key].items() if stored[key][name] != value]
            yield f"{where} is wrong in {', '.join(wrong)}: run “legalmap reindex”."


def _wrong_courses(connection: Connection) -> Iterator[str]:
    stored = {feed_no: row for feed_no, *row in gist_index.stored(connection)}
    for entry in feed.walk(connection):
        where = f"the course of publication {entry.feed_no} ({entry.topic}/{entry.jurisdiction})"
        payload = from_bytes(entry.payload)
        true = [
            entry.record_id,
            content_of(payload),
            to_text(payload.last_verified),
            payload.verified_how,
        ]
        course = stored.pop(entry.feed_no, None)
        if course is None:
            yield f"{where} is missing: run “legalmap migrate”."
        elif course != true:
            yield f"{where} is wrong: run “legalmap reindex”."


def _wrong_queue(connection: Connection) -> Iterator[str]:
    stored, true = queue_index.stored(connection), queue_index.true(connection)
    for revision_id in sorted({*stored, *true}):
        if stored.get(revision_id) != true.get(revision_id):
            yield f"the queue is wrong about proposal {revision_id}: run “legalmap reindex”."


def _key(row: dict[str, object]) -> tuple[str, str, int]:
    return (str(row["topic"]), str(row["jurisdiction_code"]), int(str(row["position"])))
