"""legalmap check finds what was tampered with: done with triggers dropped, in a copy."""

import pytest
import sqlalchemy as sa

from legalmap.services import checking
from legalmap.services.tracker import Tracker
from legalmap.store.engine import Connection
from tests.services.build import decide, propose


def drop_triggers(connection: Connection) -> None:
    """Take the guards away, as somebody with the database's file could."""
    if connection.dialect.name == "sqlite":
        names = connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for name in list(names):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")


CHANGED_BYTE = "UPDATE revision SET payload = replace(payload, 'banned', 'bannec') WHERE number = 1"
FAULTS = [
    ("a byte of a revision changed", CHANGED_BYTE, "revision 1: its content does not match its hash"),
    ("a publication is missing", "DELETE FROM publication WHERE feed_no = 2", "which was never published"),
    ("a gap in the feed", "DELETE FROM publication WHERE feed_no = 1", "publication 1 is missing"),
    ("a publication was backdated", "UPDATE publication SET at = '2020-01-01 00:00:00+00' WHERE feed_no = 2", "its hash does not match"),
    ("the chain was cut", "UPDATE publication SET prev_sha256 = sha256 WHERE feed_no = 2", "the hash of the publication before"),
    ("a wrong row in legal_status", "UPDATE legal_status SET status = 'legal' WHERE position = 1", "legal_status kratom/us-al row 1 is wrong in status"),
    ("a row of legal_status is missing", "DELETE FROM legal_status WHERE position = 0", "row 0 is missing"),
    ("a row of legal_status too many", "INSERT INTO legal_status SELECT topic, jurisdiction_code, 9, status, effective_from, effective_until, force, answers, last_verified, revision_number, number_of_sources FROM legal_status WHERE position = 0", "row 9 should not be there"),
    ("a decided proposal still waits", "INSERT INTO waiting SELECT 2, 2, 'kratom', 'us-al', 'correction', 0, at, NULL FROM submission LIMIT 1", "the queue is wrong about proposal 2"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "says"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_each_fault_is_found_and_named(tracker: Tracker, statement: str, says: str) -> None:
    decide(tracker, propose(tracker))
    assert checking.check(tracker) == []
    if tracker.store.is_sqlite:
        statement = statement.replace("00:00:00+00", "00:00:00.000000")
    with tracker.store.writing() as connection:
        drop_triggers(connection)
        connection.exec_driver_sql(statement)
    assert any(says in fault for fault in checking.check(tracker)), checking.check(tracker)


def test_reindex_mends_the_queue(tracker: Tracker) -> None:
    waits = propose(tracker)
    with tracker.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM waiting")
    assert checking.check(tracker) == [
        f"the queue is wrong about proposal {waits.id}: run “legalmap reindex”."
    ]
    checking.reindex(tracker)
    assert checking.check(tracker) == []


def test_reindex_mends_legal_status(tracker: Tracker) -> None:
    decide(tracker, propose(tracker))
    with tracker.store.writing() as connection:
        connection.exec_driver_sql("UPDATE legal_status SET status = 'legal', answers = '{}'")
    assert checking.check(tracker)
    assert checking.reindex(tracker) == 2
    assert checking.check(tracker) == []
