"""The promises of the design, each asked of the bare rows of the database.

Nothing here calls the product: hashes, chains, authors and the queue are worked out anew.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from legalmap.store.engine import Connection
from legalmap.store.tables import metadata

# What is written once and for ever.
HISTORY = (
    "revision",
    "revision_author",
    "submission",
    "withdrawal",
    "review",
    "assent",
    "remark",
    "publication",
    "event",
)
# What comes and goes with people looking around, and is nobody's work.
PASSING = frozenset({"session", "challenge"})
# What ships with the product and no act touches.
SHIPPED = frozenset({"jurisdiction", "jurisdiction_alias", "zip_county"})
Key = tuple[Any, ...]
Rows = dict[str, dict[Key, Any]]


def rows_of(connection: Connection) -> Rows:
    """Every row of every table that people can change, by its primary key, as it is now."""
    return {
        table.name: {
            tuple(row._mapping[column] for column in table.primary_key): row
            for row in connection.execute(sa.select(table))
        }
        for table in metadata.sorted_tables
        if table.name not in SHIPPED
    }


def lasting(rows: Rows) -> Rows:
    """What a refused act must leave exactly as it was."""
    return {name: rows_of for name, rows_of in rows.items() if name not in PASSING}


def changed_history(before: Rows, after: Rows) -> Iterator[str]:
    """2 and 8. What was once written stands there, letter for letter; nobody disappears."""
    for name in HISTORY:
        for key, row in before[name].items():
            if after[name].get(key) != row:
                yield f"{name} {key} was {row} and is {after[name].get(key)}"
    for name in ("account", "record", "suggestion"):
        gone = before[name].keys() - after[name].keys()
        if gone:
            yield f"{name} {sorted(gone)} is gone"


def broken(rows: Rows) -> list[str]:
    """Every promise that the rows break, a sentence each."""
    return [fault for promise in PROMISES for fault in promise(rows)]


def _authors(rows: Rows, revision_id: int) -> set[int]:
    """Who wrote a revision or any it was made from, by walking back."""
    authors: set[int] = set()
    left: int | None = revision_id
    while left is not None:
        revision = rows["revision"][(left,)]
        authors.add(revision.author_id)
        left = revision.reworks_id
    return authors


def _publications(rows: Rows) -> list[Any]:
    return [rows["publication"][key] for key in sorted(rows["publication"])]


def _reviewed_by_another(rows: Rows) -> Iterator[str]:
    """1. Nothing is published without the approval of as many others as it needs."""
    for publication in _publications(rows):
        if publication.revision_number == 0:
            continue
        revision_id = publication.revision_id
        authors = _authors(rows, revision_id)
        review = rows["review"][(publication.review_id,)]
        approvers = {
            assent.reviewer_id
            for assent in rows["assent"].values()
            if assent.revision_id == revision_id
        } | ({review.reviewer_id} if review.verdict == "approve" else set())
        needed = rows["submission"][(revision_id,)].approvals_needed
        if len(approvers - authors) < needed:
            yield f"publication {publication.feed_no} has {approvers - authors}, needs {needed}"
        if approvers & authors:
            yield f"publication {publication.feed_no} was approved by an author"


def _verdicts_of_others(rows: Rows) -> Iterator[str]:
    """1. No verdict and no assent at all comes from an author, published or not."""
    for name in ("review", "assent"):
        for verdict in rows[name].values():
            if verdict.reviewer_id in _authors(rows, verdict.revision_id):
                yield f"{name} {verdict.id} is by an author"


def _exactly_what_was_seen(rows: Rows) -> Iterator[str]:
    """3. Review and publication name the revision and the hash of its very bytes."""
    for revision in rows["revision"].values():
        if hashlib.sha256(revision.payload.encode()).hexdigest() != revision.payload_sha256:
            yield f"revision {revision.id} is not what its hash says"
    for name in ("review", "assent", "publication"):
        for row in rows[name].values():
            if row.payload_sha256 != rows["revision"][(row.revision_id,)].payload_sha256:
                yield f"{name} of revision {row.revision_id} stands for another content"
    for publication in _publications(rows):
        review = rows["review"].get((publication.review_id,))
        if review is not None and review.revision_id != publication.revision_id:
            yield f"publication {publication.feed_no} rests on the review of another revision"


def _on_what_was_published(rows: Rows) -> Iterator[str]:
    """4. Each publication started from what stood there, and the record points to the last one."""
    stands = {
        revision.record_id: revision.id
        for revision in rows["revision"].values()
        if revision.number == 0
    }
    for publication in _publications(rows):
        revision = rows["revision"][(publication.revision_id,)]
        if revision.number and revision.base_id != stands[revision.record_id]:
            yield f"publication {publication.feed_no} did not start from what stood there"
        stands[revision.record_id] = revision.id
    for record in rows["record"].values():
        if record.current_revision_id != stands.get(record.id):
            yield f"record {record.id} does not stand at what was published last"


def _author_base_and_reviewer(rows: Rows) -> Iterator[str]:
    """5. Revision 0 is the system's own; every later one has an author, a base and a submission."""
    (system,) = (a.id for a in rows["account"].values() if a.handle == "legalmap")
    numbers: dict[int, list[int]] = defaultdict(list)
    for key in sorted(rows["revision"]):
        revision = rows["revision"][key]
        numbers[revision.record_id].append(revision.number)
        if (revision.number == 0) != (revision.author_id == system):
            yield f"revision {revision.id} is by the wrong kind of author"
        base = rows["revision"].get((revision.base_id,))
        if revision.number and (base is None or base.record_id != revision.record_id):
            yield f"revision {revision.id} has no base in its record"
        if revision.number and (revision.id,) not in rows["submission"]:
            yield f"revision {revision.id} was never sent for review"
    for record, numbers_of in numbers.items():
        if numbers_of != list(range(len(numbers_of))):
            yield f"record {record} has the revisions {numbers_of}"
    for publication in _publications(rows):
        if publication.revision_number and (publication.review_id,) not in rows["review"]:
            yield f"publication {publication.feed_no} has no reviewer"


def _dense_and_chained(rows: Rows) -> Iterator[str]:
    """6. The feed has no gap, goes forward in time, and each entry hashes the one before."""
    publications = _publications(rows)
    if [entry.feed_no for entry in publications] != list(range(1, len(publications) + 1)):
        yield "the feed has a gap"
    before = "0" * 64
    for entry in publications:
        record = rows["record"][(entry.record_id,)]
        content = {
            "feed_no": entry.feed_no,
            "topic": record.topic,
            "jurisdiction": record.jurisdiction_code,
            "revision": entry.revision_number,
            "payload_sha256": entry.payload_sha256,
            "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        hashed = hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
        if (entry.prev_sha256, entry.sha256) != (before, hashed):
            yield f"publication {entry.feed_no} breaks the chain"
        before = entry.sha256
    if any(later.at < earlier.at for earlier, later in pairwise(publications)):
        yield "the feed goes back in time"


def _decided_once(rows: Rows) -> Iterator[str]:
    """What is withdrawn is not decided, and an approval is a publication."""
    decided = {review.revision_id: review for review in rows["review"].values()}
    published = {entry.revision_id for entry in rows["publication"].values()}
    for revision_id, review in decided.items():
        if (revision_id,) in rows["withdrawal"]:
            yield f"revision {revision_id} is both withdrawn and decided"
        if (review.verdict == "approve") != (revision_id in published):
            yield f"revision {revision_id}: {review.verdict}, yet published or not"


def undecided(rows: Rows) -> set[int]:
    """What was sent and neither withdrawn nor decided."""
    sent = {key[0] for key in rows["submission"]}
    gone = {key[0] for key in rows["withdrawal"]}
    return sent - gone - {review.revision_id for review in rows["review"].values()}


def _queue_is_true(rows: Rows) -> Iterator[str]:
    """The table the queue is read from holds what the facts say, and says it rightly."""
    waiting = {key[0]: row for key, row in rows["waiting"].items()}
    if waiting.keys() != undecided(rows):
        yield f"the queue holds {sorted(waiting)}, waiting are {sorted(undecided(rows))}"
    for revision_id, row in waiting.items():
        revision = rows["revision"][(revision_id,)]
        sent = rows["submission"][(revision_id,)]
        record = rows["record"][(revision.record_id,)]
        stored = (row.author_id, row.topic, row.jurisdiction_code, row.intent, row.risk, row.at)
        where = (revision.author_id, record.topic, record.jurisdiction_code)
        if stored != (*where, sent.intent, sent.risk, sent.at):
            yield f"the queue is wrong about revision {revision_id}"


def _every_act_is_told(rows: Rows) -> Iterator[str]:
    """8. Each fact has its event, which names the actor as they were called."""
    logged = {
        (event.action, event.subject_id)
        for event in rows["event"].values()
        if event.subject_kind == "revision"
    }
    facts = {("submit", key[0]) for key in rows["submission"]}
    facts |= {("withdraw", key[0]) for key in rows["withdrawal"]}
    facts |= {(review.verdict.value, review.revision_id) for review in rows["review"].values()}
    facts |= {("assent", assent.revision_id) for assent in rows["assent"].values()}
    facts |= {("remark", remark.revision_id) for remark in rows["remark"].values()}
    facts |= {("publish", e.revision_id) for e in rows["publication"].values() if e.review_id}
    for action, revision_id in sorted(facts):
        if (action, str(revision_id)) not in logged:
            yield f"the log does not tell of: {action} {revision_id}"


PROMISES: tuple[Callable[[Rows], Iterator[str]], ...] = (
    _reviewed_by_another,
    _verdicts_of_others,
    _exactly_what_was_seen,
    _on_what_was_published,
    _author_base_and_reviewer,
    _dense_and_chained,
    _decided_once,
    _queue_is_true,
    _every_act_is_told,
)
