"""The database itself refuses to change history and to publish unreviewed work, raw SQL included.

Each rule is one row of a table: an honest row with one thing changed, and what the database says.
That the honest row is accepted is tested too, so that a rule which refuses everything shows.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from legalmap.domain.moderation import Verdict
from legalmap.domain.records import Revision
from legalmap.store import log, moderation, records
from legalmap.store.engine import Connection, Store
from legalmap.store.tables import metadata
from legalmap.store.tables.records import NO_HASH
from tests.build import a_payload
from tests.store.build import (
    NOW,
    a_proposal,
    a_publication,
    a_record,
    a_review,
    an_unresearched_record,
    approved,
    contents,
    minutes,
    person,
    refreshed,
)

FOREIGN_KEY = "(?i)violates foreign key|FOREIGN KEY constraint failed"
UNIQUE = "duplicate key|UNIQUE constraint failed"
HISTORY = [
    "revision",
    "revision_author",
    "submission",
    "withdrawal",
    "review",
    "publication",
    "event",
]
A_COLUMN = {
    "revision": "note",
    "revision_author": "account_id",
    "submission": "at",
    "withdrawal": "why",
    "review": "comment",
    "publication": "at",
    "event": "data",
}


class Scene(NamedTuple):
    """One record with history behind it and proposals in every state before it."""

    genesis: Revision
    first: Revision  # by ana, reviewed by ben, current
    pending: Revision  # by ana
    reworked: Revision  # by cleo, takes over ``pending`` of ana
    approved: Revision  # by ana, approved by ben, not published
    rejected: Revision  # by ana, rejected by ben
    withdrawn: Revision  # by ana
    unsubmitted: Revision  # by ana
    stale: Revision  # by ana, on genesis
    review_of_approved: int
    review_of_rejected: int
    other: Revision  # revision 0 of another record, published
    blank: Revision  # revision 0 of a third record, not published
    ana: int
    ben: int
    cleo: int


@pytest.fixture
def scene(store: Store) -> Scene:
    """Commit the scene."""
    with store.writing() as connection:
        return _scene(connection)


def _scene(connection: Connection) -> Scene:
    genesis = a_record(connection, "us-al")
    stale = a_proposal(connection, genesis)
    first = a_publication(connection, genesis)
    pending, approved_one, rejected, withdrawn = (a_proposal(connection, first) for _ in range(4))
    ana, ben, cleo = (person(connection, handle).id for handle in ("ana", "ben", "cleo"))
    moderation.withdraw(connection, withdrawn.id, ana, NOW, "A mistake.")
    log.append(
        connection,
        at=NOW,
        actor_id=ana,
        actor_label="ana",
        action="withdraw",
        subject_kind="revision",
        subject_id=str(withdrawn.id),
        subject_label="kratom/us-al",
    )
    return Scene(
        genesis=genesis,
        first=first,
        pending=pending,
        reworked=a_proposal(connection, first, by="cleo", reworks=pending),
        approved=approved_one,
        rejected=rejected,
        withdrawn=withdrawn,
        unsubmitted=a_proposal(connection, first, submitted=False),
        stale=stale,
        review_of_approved=a_review(connection, approved_one),
        review_of_rejected=a_review(connection, rejected, verdict=Verdict.REJECT),
        other=a_record(connection, "us-fl"),
        blank=an_unresearched_record(connection, "us-ca"),
        ana=ana,
        ben=ben,
        cleo=cleo,
    )


def insert(connection: Connection, table: str, values: dict[str, Any]) -> None:
    """Insert one row as anybody with a connection could."""
    connection.execute(metadata.tables[table].insert().values(values))


def honest_revision(scene: Scene) -> dict[str, Any]:
    """The next revision of the record, by ana."""
    return {
        "record_id": scene.first.record_id,
        "number": scene.unsubmitted.number + 3,  # ``reworked`` and ``unsubmitted`` come after
        "base_id": scene.first.id,
        "reworks_id": None,
        "author_id": scene.ana,
        "created_at": NOW,
        "kind": "edit",
        "note": "",
        "payload": "{}",
        "payload_sha256": "e" * 64,
    }
