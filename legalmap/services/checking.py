"""Is the data still what it claims? Re-walk the feed, verify every hash, compare legal_status."""

from collections.abc import Iterator

from legalmap import clock
from legalmap.domain.gists import content_of
from legalmap.domain.payload import NOT_RESEARCHED, canonical_bytes, from_bytes, sha256_of
from legalmap.services.tracker import Tracker
from legalmap.store import courses, feed, log, moderation, records, statuses, waiting
from legalmap.store.engine import Connection
from legalmap.store.tables.records import NO_HASH

# How many courses are written in one step.
STEP = 1_000


def check(tracker: Tracker) -> list[str]:
    """Every fault found, a sentence each; an empty list means the database is sound."""
    with tracker.store.reading() as connection:
        return [
            *_changed_revisions(connection),
            *_broken_feed(connection),
            *_underapproved(connection),
            *_unpublished(connection),
            *_wrong_status_rows(connection),
            *_wrong_courses(connection),
            *_wrong_queue(connection),
        ]


def reindex(tracker: Tracker) -> int:
    """Write ``legal_status``, the queue and the courses anew; gives the number of rows of ``legal_status``."""
    with tracker.store.writing() as connection:
        feed.lock(connection)
        rows = _true_status_rows(connection)
        statuses.replace(connection, rows)
        waiting.rewrite(connection)
        courses.clear(connection)
        since = 0
        while points := courses.missing(connection, since, STEP):
            courses.write(connection, points)
            since = points[-1].feed_no
        subject = ("database", "", "the current statuses, the queue and the courses")
        log.append(connection, "command line", "reindex", subject, clock.now(), rows=len(rows))
    return len(rows)


def catch_up(tracker: Tracker) -> int:
    """Write the courses that an older version did not, in small steps that hold nobody up for long.

    Gives the number of publications. Broken off, it goes on where it stood.
    """
    written = since = 0
    while True:
        with tracker.store.writing() as connection:
            feed.lock(connection)
            points = courses.missing(connection, since, STEP)
            courses.write(connection, points)
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


def _broken_feed(connection: Connection) -> Iterator[str]:
    expected, prev_sha256 = 1, NO_HASH
    for entry in feed.walk(connection):
        where = f"publication {entry.feed_no} ({entry.topic}/{entry.jurisdiction})"
        if entry.feed_no != expected:
            yield f"publication {expected} is missing: the feed goes on with {entry.feed_no}."
        if entry.prev_sha256 != prev_sha256:
            yield f"{where}: it does not name the hash of the publication before it."
        said = feed.publication_entry(
            entry.feed_no,
            entry.topic,
            entry.jurisdiction,
            entry.revision_number,
            entry.payload_sha256,
            entry.at,
        )
        if feed.publication_hash(said, entry.prev_sha256) != entry.sha256:
            yield f"{where}: its hash does not match what it says."
        if entry.payload_sha256 != entry.stored_payload_sha256:
            yield f"{where}: it stands for another content than its revision holds."
        if entry.revision_number and not entry.reviewed:
            yield f"{where}: nobody reviewed it."
        expected, prev_sha256 = entry.feed_no + 1, entry.sha256


def _underapproved(connection: Connection) -> Iterator[str]:
    """The review and the assents are counted anew, as if no trigger had ever refused one."""
    for each in moderation.underapproved(connection):
        where = f"publication {each.feed_no} ({each.topic}/{each.jurisdiction})"
        yield (
            f"{where}: it needs {each.needed} approval{'s' if each.needed > 1 else ''} by people "
            f"who are none of its authors, and has {each.approvals}."
        )


def _unpublished(connection: Connection) -> Iterator[str]:
    empty = canonical_bytes(NOT_RESEARCHED).decode()
    for topic, code, number, stored, is_genesis, feed_no in statuses.current_revisions(connection):
        if feed_no is None and not (is_genesis and stored == empty):
            yield f"{topic}/{code} stands at revision {number}, which was never published."


def _true_status_rows(connection: Connection) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for topic, code, number, stored, _genesis, feed_no in statuses.current_revisions(connection):
        if feed_no is not None:
            rows += statuses.rows_of(topic, code, number, from_bytes(stored))
    return rows


def _wrong_status_rows(connection: Connection) -> Iterator[str]:
    stored = {_key(row): row for row in statuses.stored(connection)}
    true = {_key(row): row for row in _true_status_rows(connection)}
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
    stored = {feed_no: row for feed_no, *row in courses.stored(connection)}
    for entry in feed.walk(connection):
        where = f"the course of publication {entry.feed_no} ({entry.topic}/{entry.jurisdiction})"
        payload = from_bytes(entry.payload)
        true = [entry.record_id, content_of(payload), payload.last_verified]
        found = stored.pop(entry.feed_no, None)
        if found is None:
            yield f"{where} is missing: run “legalmap migrate”."
        elif found != true:
            yield f"{where} is wrong: run “legalmap reindex”."


def _wrong_queue(connection: Connection) -> Iterator[str]:
    stored, true = waiting.stored(connection), waiting.true(connection)
    for revision_id in sorted({*stored, *true}):
        if stored.get(revision_id) != true.get(revision_id):
            yield f"the queue is wrong about proposal {revision_id}: run “legalmap reindex”."


def _key(row: dict[str, object]) -> tuple[str, str, int]:
    return (str(row["topic"]), str(row["jurisdiction_code"]), int(str(row["position"])))
