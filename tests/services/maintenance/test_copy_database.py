"""A whole tracker goes over to the other database and goes on there as if nothing had happened."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from legalmap.cli import main
from legalmap.domain.desk.moderation import State, Verdict
from legalmap.domain.errors import Unusable
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import drafts, proposals
from legalmap.services.exporting import formats
from legalmap.services.exporting.files import Files
from legalmap.services.maintenance import copy_database, integrity_check
from legalmap.services.notifying import webhooks
from legalmap.services.reading.reader import Reader
from legalmap.store import log, schema
from legalmap.store.engine import FEED_LOCK, RECORD_LOCK, Store
from legalmap.store.history import copies, feed, records
from legalmap.store.tables import metadata
from tests.build import a_payload, a_period
from tests.services.build import BANNED, decide, person, propose
from tests.services.maintenance.test_integrity_check import CHANGED_BYTE, drop_triggers
from tests.store.build import contents, queued

pytestmark = pytest.mark.slow

DAY = date(2026, 11, 23)
REGULATED = a_payload(a_period("2021", "regulated"))
STATES = [
    State.PENDING,
    State.REJECTED,
    State.CHANGES_REQUESTED,
    State.WITHDRAWN,
    State.STALE,
    State.PUBLISHED,
    State.SUPERSEDED,
]


@pytest.fixture
def source(tracker: Tracker) -> Tracker:
    """A proposal in every state, a draft, a webhook and a record that nobody researched."""
    stale = a_payload(a_period("2018", "restricted"))
    propose(tracker, stale)
    decide(tracker, propose(tracker))
    decide(tracker, propose(tracker, REGULATED, base_number=2), Verdict.REJECT)
    rework = propose(tracker, stale, base_number=2)
    decide(tracker, rework, Verdict.REQUEST_CHANGES)
    propose(tracker, REGULATED, by="cleo", base_number=2, reworks_id=rework.id)
    ana = person(tracker, "ana")
    withdrawn = propose(tracker, jurisdiction="us-fl")
    proposals.withdraw(tracker, ana, withdrawn.id, "A mistake.")
    drafts.save(tracker, ana, "kratom", "us-ca", base_number=0, form="{half")
    webhooks.add(tracker, "https://hear.example/of")
    return tracker


@pytest.fixture
def target_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the other kind, without any table."""
    if dialect == "postgresql":
        return f"sqlite:///{tmp_path / 'target.sqlite'}"
    return request.getfixturevalue("postgres_server").create("target")


@pytest.fixture
def target(target_url: str) -> Iterator[Store]:
    """The store of that database."""
    store = Store(target_url)
    yield store
    store.close()


def test_everything_but_sessions_is_the_same_there(source: Tracker, target: Store) -> None:
    assert copy_database.copy(source, target) == 2
    with source.store.reading() as there, target.reading() as here:
        copied, original = contents(here), contents(there)
    assert original.pop("session") == copied.pop("session") == []
    assert len(copied["event"]) == len(original.pop("event")) + 1
    del copied["event"]
    assert copied == original


def test_the_copy_is_sound_and_serves_the_same_bytes(source: Tracker, target: Store) -> None:
    copy_database.copy(source, target)
    assert copy_database.faults(source, target) == []
    there, here = Reader(source), Reader(Tracker(target))
    for form in formats.FORMATS:
        before = Files().of(there.edition("kratom"), DAY, form)
        after = Files().of(here.edition("kratom"), DAY, form)
        assert (after.content, after.sha256) == (before.content, before.sha256)


def test_history_is_told_the_same_there(source: Tracker, target: Store) -> None:
    copy_database.copy(source, target)
    with source.store.reading() as there, target.reading() as here:
        states = set()
        for code in ("us-al", "us-fl", "us-ca"):
            record = records.find(there, "kratom", code)
            assert record is not None
            assert records.find(here, "kratom", code) == record
            revisions = records.revisions_of(there, record.id)
            assert records.revisions_of(here, record.id) == revisions
            states |= {revision.state for revision in revisions}
        assert states >= set(STATES)
        assert feed.entries(here, 0, 100) == feed.entries(there, 0, 100)
        assert queued(here) == queued(there)
        assert log.newest(here, 100)[1:] == log.newest(there, 100)


def test_people_go_on_working_in_the_copy(source: Tracker, target: Store) -> None:
    """Every id made there is a new one: records, revisions, reviews, events, drafts, accounts."""
    copy_database.copy(source, target)
    tracker = Tracker(target)
    rules = a_payload(a_period("2022", "regulated"))
    decide(tracker, propose(tracker, rules, base_number=2))
    decide(tracker, propose(tracker, jurisdiction="us-wv"))
    drafts.save(tracker, person(tracker, "ana"), "kratom", "th", base_number=0, form="{")
    webhooks.add(tracker, "https://hear.example/too")
    assert Reader(tracker).head() == 4
    assert integrity_check.check(tracker) == []


def test_history_is_as_well_guarded_in_the_copy(source: Tracker, target: Store) -> None:
    copy_database.copy(source, target)
    with pytest.raises(sa.exc.IntegrityError, match="history"), target.writing() as connection:
        connection.exec_driver_sql("UPDATE revision SET note = 'other'")


@pytest.mark.both_databases
def test_what_is_not_empty_is_not_written_to(source: Tracker, target: Store) -> None:
    copy_database.copy(source, target)
    with target.reading() as connection:
        before = contents(connection)
    with pytest.raises(Unusable, match="holds data already: nothing was copied"):
        copy_database.copy(source, target)
    with pytest.raises(Unusable, match="holds data already"):
        copy_database.copy(source, source.store)
    with target.reading() as connection:
        assert contents(connection) == before


@pytest.mark.parametrize("table", ["jurisdiction", "revision", "publication", "webhook"])
def test_broken_off_it_leaves_no_row_and_can_be_started_again(
    source: Tracker, target: Store, table: str
) -> None:
    def stop_at(what: str, _how_many: int) -> None:
        if what == table:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_database.copy(source, target, stop_at)
    with target.reading() as connection:
        copies.require_empty(connection, "target")
    assert copy_database.copy(source, target) == 2


BROKEN = [
    (
        "a byte changed",
        CHANGED_BYTE,
        "does not match its hash: run “legalmap check”. Nothing was copied.",
    ),
    (
        "a hash of the chain changed",
        "UPDATE publication SET sha256 = payload_sha256 WHERE feed_no = 1",
        "Publication 1 breaks the chain",
    ),
    (
        "a wrong row of legal_status",
        "UPDATE legal_status SET status = 'unclear' WHERE position = 0",
        "differs from the source in legal_status kratom, us-al, 0",
    ),
    (
        "an author too many",
        "INSERT INTO revision_author (revision_id, account_id) VALUES (1, 3)",
        "differs from the source in revision_author 1, 3",
    ),
]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("statement", "says"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_what_is_not_sound_is_not_copied(
    source: Tracker, target: Store, statement: str, says: str
) -> None:
    with source.store.writing() as connection:
        drop_triggers(connection)
        connection.exec_driver_sql(statement)
    with pytest.raises(Unusable, match=says):
        copy_database.copy(source, target)
    with target.reading() as connection:
        copies.require_empty(connection, "target")


def test_what_happens_meanwhile_is_not_in_the_copy(source: Tracker, target: Store) -> None:
    """The source is read as it stood when copying began."""
    published = []

    def publish_once(what: str, _how_many: int) -> None:
        if what == "revision" and not published:
            new = a_payload(a_period("2023", "unclear"))
            published.append(decide(source, propose(source, new, base_number=2)))

    assert copy_database.copy(source, target, publish_once) == 2
    assert copy_database.faults(source, target) == []
    assert Reader(source).head() == 3
    assert Reader(Tracker(target)).head() == 2


def test_every_table_is_copied_or_follows_or_stays_behind() -> None:
    """Only what is somebody's for hours stays behind; whatever is new is copied."""
    names = [table.name for table in (*copies.COPIED, *copies.FOLLOWING, *copies.STAYING)]
    assert sorted(names) == sorted(metadata.tables)
    assert {table.name for table in copies.STAYING} == {"session", "challenge", "claim"}


UNGUARDED = [
    (
        "withdrawn after its review",
        "INSERT INTO withdrawal SELECT revision_id, reviewer_id, at, '' FROM review",
        "a reviewed proposal cannot be withdrawn",
    ),
    (
        "an approval too few",
        "UPDATE submission SET approvals_needed = 2",
        "needs the approval of another reviewer first",
    ),
    (
        "a revision left out",
        "UPDATE revision SET number = 9 WHERE number = (SELECT max(number) FROM revision)",
        "the revisions of a record are numbered without gaps",
    ),
]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("statement", "says"), [row[1:] for row in UNGUARDED], ids=[row[0] for row in UNGUARDED]
)
def test_no_trigger_is_off_while_many_rows_are_written(
    source: Tracker, target: Store, statement: str, says: str
) -> None:
    """What nothing but the database looks at it still refuses, and the whole copy with it."""
    with source.store.writing() as connection:
        drop_triggers(connection)
        connection.exec_driver_sql(statement)
    with pytest.raises(sa.exc.IntegrityError, match=says):
        copy_database.copy(source, target)
    with target.reading() as connection:
        copies.require_empty(connection, "target")


@pytest.mark.both_databases
def test_nobody_else_writes_meanwhile(source: Tracker, target: Store) -> None:
    """Nor does anybody see a part of it."""
    seen: list[str] = []

    def look(table: str, _how_many: int) -> None:
        assert not may_write(target)
        with target.reading() as reader:
            copies.require_empty(reader, "target")
        seen.append(table)

    copy_database.copy(source, target, look)
    assert {"jurisdiction", "revision", "publication"} <= set(seen)
    assert may_write(target)


def may_write(store: Store) -> bool:
    """Whether somebody could make a record or publish now, without waiting for anybody."""
    if store.file is None:
        with store.reading() as connection:
            locks = (sa.func.pg_try_advisory_xact_lock(key) for key in (RECORD_LOCK, FEED_LOCK))
            return any(connection.scalar(sa.select(lock)) for lock in locks)
    with closing(sqlite3.connect(store.file, timeout=0, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True


def test_an_older_target_is_not_written_to(source: Tracker, target: Store) -> None:
    schema.migrate(target, "0003")
    with pytest.raises(Unusable, match="older than this code"):
        copy_database.copy(source, target)


def test_each_row_is_reported(source: Tracker, target: Store) -> None:
    steps: list[int] = []
    total = copy_database.row_count(source)
    copy_database.copy(source, target, lambda _what, how_many: steps.append(how_many))
    assert sum(steps) == total


@pytest.mark.both_databases
def test_the_command_copies_and_checks(
    source: Tracker, target: Store, target_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = source.store.url.render_as_string(hide_password=False)
    monkeypatch.setenv("LEGALMAP_DATABASE_URL", url)
    first = CliRunner().invoke(main, ["copy", target_url])
    assert (first.exit_code, first.stdout) == (
        0,
        "Copied: 2 publications, every row compared, sound. Sessions stay behind.\n",
    ), first.output
    again = CliRunner().invoke(main, ["copy", target_url])
    assert again.exit_code == 2
    assert "holds data already: nothing was copied." in again.stderr
    assert propose(Tracker(target), BANNED, jurisdiction="th").state is State.PENDING
