"""legalmap check finds what was tampered with: done with triggers dropped, in a copy."""

import pytest
import sqlalchemy as sa

from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import integrity_check
from legalmap.store.engine import Connection
from tests.services.build import decide, propose
from tests.services.reviewing.test_racing import GRAVE, of_two_reviewers


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
    ("a payload of a form to come", "UPDATE revision SET payload = replace(payload, '\"schema\":2', '\"schema\":3') WHERE number = 1", "kratom/us-al revision 1: This is of form 3, and this version of legalmap reads forms up to 2: install a version that reads form 3."),
    ("the feed would give other bytes", CHANGED_BYTE, "publication 2 (kratom/us-al): the feed gives other bytes than its hash is of."),
    ("a gap in the feed", "DELETE FROM publication WHERE feed_no = 1", "publication 1 is missing"),
    ("a publication was backdated", "UPDATE publication SET at = '2020-01-01 00:00:00+00' WHERE feed_no = 2", "its hash does not match"),
    ("the chain was cut", "UPDATE publication SET prev_sha256 = sha256 WHERE feed_no = 2", "the hash of the publication before"),
    ("a wrong row in legal_status", "UPDATE legal_status SET status = 'legal' WHERE position = 1", "legal_status kratom/us-al row 1 is wrong in status"),
    ("a row of legal_status is missing", "DELETE FROM legal_status WHERE position = 0", "row 0 is missing"),
    ("a row of legal_status too many", "INSERT INTO legal_status SELECT topic, jurisdiction_code, 9, status, effective_from, effective_until, force, answers, last_verified, revision_number, number_of_sources FROM legal_status WHERE position = 0", "row 9 should not be there"),
    ("a decided proposal still waits", "INSERT INTO waiting SELECT 2, 2, 'kratom', 'us-al', 'correction', 0, at, NULL FROM submission LIMIT 1", "the queue is wrong about proposal 2"),
]  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("statement", "says"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_each_fault_is_found_and_named(tracker: Tracker, statement: str, says: str) -> None:
    decide(tracker, propose(tracker))
    assert integrity_check.check(tracker) == []
    if tracker.store.is_sqlite:
        statement = statement.replace("00:00:00+00", "00:00:00.000000")
    with tracker.store.writing() as connection:
        drop_triggers(connection)
        connection.exec_driver_sql(statement)
    assert any(says in fault for fault in integrity_check.check(tracker)), integrity_check.check(
        tracker
    )


def account(handle: str) -> str:
    return f"(SELECT id FROM account WHERE handle = '{handle}')"


def an_author(handle: str) -> str:
    return f"INSERT INTO revision_author VALUES (2, {account(handle)})"


LACKS = "publication 2 (kratom/us-al): it needs 2 approvals by people who are none of its authors, and has"
# A grave proposal by ana, revision 2, which ben approved first and cleo last.
LACKING = [
    ("the first approval is gone", "DELETE FROM assent", f"{LACKS} 1."),
    ("both approvals are by one person", f"UPDATE assent SET reviewer_id = {account('cleo')}", f"{LACKS} 1."),
    ("who approved first is a co-author", an_author("ben"), f"{LACKS} 1."),
    ("who approved last is a co-author", an_author("cleo"), f"{LACKS} 1."),
    ("both are co-authors", f"{an_author('ben')}, (2, {account('cleo')})", f"{LACKS} 0."),
]  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("statement", "says"), [row[1:] for row in LACKING], ids=[row[0] for row in LACKING]
)
def test_a_publication_that_lacks_an_approval_is_found(
    tracker: Tracker, statement: str, says: str
) -> None:
    careful = of_two_reviewers(tracker)
    proposal = propose(careful, GRAVE)
    for reviewer in ("ben", "cleo"):
        decide(careful, proposal, by=reviewer)
    assert integrity_check.check(careful) == []
    with careful.store.writing() as connection:
        drop_triggers(connection)
        connection.exec_driver_sql(statement)
    assert says in integrity_check.check(careful)


def test_an_author_who_reviewed_their_own_work_is_found(tracker: Tracker) -> None:
    decide(tracker, propose(tracker))
    with tracker.store.writing() as connection:
        drop_triggers(connection)
        connection.exec_driver_sql(an_author("ben"))
    (fault,) = integrity_check.check(tracker)
    assert "it needs 1 approval by people who are none of its authors, and has 0." in fault


def test_reindex_mends_the_queue(tracker: Tracker) -> None:
    waits = propose(tracker)
    with tracker.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM waiting")
    assert integrity_check.check(tracker) == [
        f"the queue is wrong about proposal {waits.id}: run “legalmap reindex”."
    ]
    integrity_check.reindex(tracker)
    assert integrity_check.check(tracker) == []


@pytest.mark.both_databases
def test_reindex_mends_legal_status(tracker: Tracker) -> None:
    decide(tracker, propose(tracker))
    with tracker.store.writing() as connection:
        connection.exec_driver_sql("UPDATE legal_status SET status = 'legal', answers = '{}'")
    assert integrity_check.check(tracker)
    assert integrity_check.reindex(tracker) == 2
    assert integrity_check.check(tracker) == []
