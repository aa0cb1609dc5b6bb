"""The database itself refuses to change history and to publish unreviewed work, raw SQL included.

Each rule is one row of a table: an honest row with one thing changed, and what the database says.
That the honest row is accepted is tested too, so that a rule which refuses everything shows.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.desk.risk import Weight
from legalmap.domain.people.roles import Role
from legalmap.store import log
from legalmap.store.engine import Connection, Store
from legalmap.store.history import feed, records, submissions
from legalmap.store.people import accounts
from legalmap.store.tables import metadata
from legalmap.store.tables.records import NO_HASH
from legalmap.store.tables.types import UTCDateTime
from tests.store.build import (
    NOW,
    a_proposal,
    a_publication,
    a_record,
    a_review,
    an_unresearched_record,
    contents,
    person,
    refreshed,
    seed,
)
from tests.store.databases import Postgres, Refillable

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
    "assent",
    "remark",
]
A_COLUMN = {
    "revision": "note",
    "revision_author": "account_id",
    "submission": "at",
    "withdrawal": "why",
    "review": "comment",
    "publication": "at",
    "event": "data",
    "assent": "comment",
    "remark": "text",
}


class Scene(NamedTuple):
    """One record with history behind it and proposals in every state before it."""

    genesis: Revision
    first: Revision  # by ana, reviewed by ben, current
    pending: Revision  # by ana
    approved: Revision  # by ana, approved by ben, not published
    rejected: Revision  # by ana, rejected by ben
    withdrawn: Revision  # by ana
    stale: Revision  # by ana, on genesis, approved by ben
    reworked: Revision  # by cleo, takes over ``pending`` of ana
    unsubmitted: Revision  # by ana
    grave: Revision  # by ana, needs two approvals and has none
    seconded: Revision  # by ana, needs two approvals and has that of ben
    other: Revision  # revision 0 of another record, published
    blank: Revision  # revision 0 of a third record, not published
    review_of_approved: int
    review_of_rejected: int
    review_of_stale: int
    head_sha256: str
    ana: int
    ben: int
    cleo: int


def seed_with_scene(url: str) -> Scene:
    """Make a database in which the scene has happened."""
    seed(url)
    with closing(Store(url)) as store, store.writing() as connection:
        return _scene(connection)


class Stage(NamedTuple):
    """The scene, and how to get a database for one test in which just that has happened."""

    scene: Scene
    fresh_url: Callable[[Path], str]


@pytest.fixture(scope="module")
def sqlite_stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A file to be copied."""
    template = tmp_path_factory.mktemp("scene") / "legalmap.sqlite"

    def fresh_url(folder: Path) -> str:
        shutil.copyfile(template, folder / "scene.sqlite")
        return f"sqlite:///{folder / 'scene.sqlite'}"

    return Stage(seed_with_scene(f"sqlite:///{template}"), fresh_url)


@pytest.fixture(scope="module")
def postgresql_stage(postgres_server: Postgres) -> Iterator[Stage]:
    """A database to be refilled."""
    scenes: list[Scene] = []
    copy = Refillable(postgres_server, "scene", lambda url: scenes.append(seed_with_scene(url)))
    yield Stage(scenes[0], lambda _: copy.refilled())
    copy.close()


@pytest.fixture
def stage(dialect: str, request: pytest.FixtureRequest) -> Stage:
    """The stage of the database that is tested."""
    return request.getfixturevalue(f"{dialect}_stage")


@pytest.fixture
def scene(stage: Stage) -> Scene:
    """What has happened before every test here."""
    return stage.scene


@pytest.fixture
def store(stage: Stage, tmp_path: Path) -> Iterator[Store]:
    """A database in which the scene has happened."""
    with closing(Store(stage.fresh_url(tmp_path))) as store:
        yield store


def _scene(connection: Connection) -> Scene:
    genesis = a_record(connection, "us-al")
    stale = a_proposal(connection, genesis)
    first = a_publication(connection, genesis)
    pending, approved, rejected, withdrawn = (a_proposal(connection, first) for _ in range(4))
    people = {handle: person(connection, handle).id for handle in ("ana", "ben", "cleo")}
    submissions.withdraw(connection, withdrawn.id, people["ana"], NOW, "A mistake.")
    _an_event(connection)
    revisions = {
        "reworked": a_proposal(connection, first, by="cleo", reworks=pending),
        "grave": a_grave_proposal(connection, first),
        "seconded": a_grave_proposal(connection, first),
        "unsubmitted": a_proposal(connection, first, submitted=False),
        "other": a_record(connection, "us-fl"),
        "blank": an_unresearched_record(connection, "us-ca"),
    }
    reviews = {
        "review_of_approved": a_review(connection, approved),
        "review_of_rejected": a_review(connection, rejected, verdict=Verdict.REJECT),
        "review_of_stale": a_review(connection, stale),
    }
    _a_remark_and_an_assent(connection, revisions["seconded"], people)
    head = feed.entries(connection, 2, 1)[0].sha256
    known = (genesis, first, pending, approved, rejected, withdrawn, stale)
    return Scene(*known, **revisions, **reviews, head_sha256=head, **people)


def a_grave_proposal(connection: Connection, base: Revision) -> Revision:
    """A proposal that two have to approve."""
    made = a_proposal(connection, base, submitted=False)
    submissions.submit(connection, made.id, made.author_id, NOW, weight=Weight(approvals_needed=2))
    return refreshed(connection, made)


def _a_remark_and_an_assent(
    connection: Connection, revised: Revision, people: dict[str, int]
) -> None:
    said = {"revision_id": revised.id, "at": NOW}
    insert(connection, "remark", {**said, "author_id": people["ana"], "text": "Why not?"})
    assent = {**said, "author_id": people["ana"], "payload_sha256": revised.payload_sha256}
    insert(
        connection,
        "assent",
        {**assent, "reviewer_id": people["ben"], "comment": "", "checks": "[]"},
    )


def _an_event(connection: Connection) -> None:
    log.append(connection, "ana", "withdraw", ("revision", 1, "kratom/us-al"), NOW)


def insert(connection: Connection, table: str, values: dict[str, Any]) -> None:
    """Insert one row as anybody with a connection could, past the checks of our own types."""
    columns = [
        sa.column(name, UTCDateTime() if isinstance(value, datetime) else None)
        for name, value in values.items()
    ]
    connection.execute(sa.table(table, *columns).insert().values(values))


@contextmanager
def refused(store: Store, says: str) -> Iterator[Connection]:
    """The database refuses what the block does, for the reason ``says``, and nothing is changed."""
    with store.reading() as connection:
        before = contents(connection)
    with (
        pytest.raises(sa.exc.IntegrityError, match=says),
        store.writing() as connection,
    ):
        yield connection
    with store.reading() as connection:
        assert contents(connection) == before


# The honest rows: each is accepted as it stands.


def a_revision(scene: Scene) -> dict[str, Any]:
    return {
        "record_id": scene.first.record_id,
        "number": scene.unsubmitted.number + 1,
        "base_id": scene.first.id,
        "reworks_id": scene.pending.id,
        "author_id": scene.ana,
        "created_at": NOW,
        "kind": "edit",
        "note": "",
        "payload": "{}",
        "payload_sha256": "e" * 64,
    }


def a_submission(scene: Scene) -> dict[str, Any]:
    return {"revision_id": scene.unsubmitted.id, "submitter_id": scene.ana, "at": NOW}


def a_withdrawal(scene: Scene) -> dict[str, Any]:
    return {"revision_id": scene.pending.id, "actor_id": scene.ana, "at": NOW, "why": ""}


def a_verdict(scene: Scene) -> dict[str, Any]:
    return {
        "revision_id": scene.pending.id,
        "author_id": scene.ana,
        "payload_sha256": scene.pending.payload_sha256,
        "reviewer_id": scene.ben,
        "verdict": "approve",
        "comment": "",
        "at": NOW,
    }


def an_entry(scene: Scene) -> dict[str, Any]:
    return {
        "feed_no": 4,
        **_named(scene.approved),
        "review_id": scene.review_of_approved,
        "verdict": "approve",
        "at": NOW,
        "prev_sha256": scene.head_sha256,
        "sha256": "f" * 64,
    }


def _named(revised: Revision) -> dict[str, Any]:
    """How a publication names a revision."""
    return {
        "record_id": revised.record_id,
        "revision_id": revised.id,
        "revision_number": revised.number,
        "payload_sha256": revised.payload_sha256,
    }


def _unreviewed(revised: Revision) -> dict[str, Any]:
    return {**_named(revised), "review_id": None, "verdict": None}


def an_assent(scene: Scene) -> dict[str, Any]:
    """Of the first of two who approve."""
    return {
        "revision_id": scene.grave.id,
        "author_id": scene.ana,
        "payload_sha256": scene.grave.payload_sha256,
        "reviewer_id": scene.ben,
        "comment": "",
        "checks": "[]",
        "at": NOW,
    }


def a_remark(scene: Scene) -> dict[str, Any]:
    return {"revision_id": scene.pending.id, "author_id": scene.ana, "at": NOW, "text": "Hm."}


HONEST: dict[str, Callable[[Scene], dict[str, Any]]] = {
    "revision": a_revision,
    "submission": a_submission,
    "withdrawal": a_withdrawal,
    "review": a_verdict,
    "publication": an_entry,
    "assent": an_assent,
    "remark": a_remark,
}


@pytest.mark.parametrize("table", HONEST)
def test_an_honest_row_is_accepted(store: Store, scene: Scene, table: str) -> None:
    count = sa.select(sa.func.count()).select_from(metadata.tables[table])
    with store.writing() as connection:
        before = connection.scalar(count)
        insert(connection, table, HONEST[table](scene))
    with store.reading() as connection:
        assert connection.scalar(count) == before + 1


class Refusal(NamedTuple):
    """The honest row of ``table`` with ``changed`` in it, and what the database says to that."""

    sentence: str
    table: str
    changed: Callable[[Scene], dict[str, Any]]
    says: str


def _verdict_on(revised: Revision, reviewer_id: int) -> dict[str, Any]:
    named = {"revision_id": revised.id, "payload_sha256": revised.payload_sha256}
    return {**named, "reviewer_id": reviewer_id}


REFUSALS = [
    Refusal(
        "what needs two approvals is approved by one",
        "review",
        lambda s: _verdict_on(s.grave, s.ben),
        "needs the approval of another reviewer first",
    ),
    Refusal(
        "who gave the first of two approvals gives the second too",
        "review",
        lambda s: _verdict_on(s.seconded, s.ben),
        "needs the approval of another reviewer first",
    ),
    Refusal(
        "an author gives the first of two approvals",
        "assent",
        lambda s: {"reviewer_id": s.ana},
        "four_eyes|author of",
    ),
    Refusal(
        "the first approval is given under the name of another author",
        "assent",
        lambda s: {"author_id": s.cleo, "reviewer_id": s.ana},
        "author of",
    ),
    Refusal(
        "somebody who took part gives the first approval",
        "assent",
        lambda s: {**_verdict_on(s.reworked, s.ana), "author_id": s.cleo},
        "author of",
    ),
    Refusal(
        "somebody gives both of the first approvals",
        "assent",
        lambda s: _verdict_on(s.seconded, s.ben),
        UNIQUE,
    ),
    Refusal(
        "the first approval names another content",
        "assent",
        lambda _: {"payload_sha256": "d" * 64},
        FOREIGN_KEY,
    ),
    Refusal(
        "the first approval is of what is withdrawn",
        "assent",
        lambda s: _verdict_on(s.withdrawn, s.ben),
        "withdrawn or decided",
    ),
    Refusal(
        "the first approval is of what is decided",
        "assent",
        lambda s: _verdict_on(s.rejected, s.cleo),
        "withdrawn or decided",
    ),
    Refusal(
        "the first approval is of what was never sent",
        "assent",
        lambda s: _verdict_on(s.unsubmitted, s.ben),
        FOREIGN_KEY,
    ),
    Refusal(
        "a remark is made on what was never sent",
        "remark",
        lambda s: {"revision_id": s.unsubmitted.id},
        FOREIGN_KEY,
    ),
    Refusal(
        "a revision skips a number",
        "revision",
        lambda s: {"number": s.unsubmitted.number + 2},
        "numbered without gaps",
    ),
    Refusal(
        "a revision takes a number again",
        "revision",
        lambda s: {"number": s.first.number},
        "numbered without gaps",
    ),
    Refusal(
        "a record gets a second beginning",
        "revision",
        lambda _: {"number": 0, "base_id": None, "kind": "genesis"},
        "numbered without gaps",
    ),
    Refusal(
        "a revision does not say what it started from",
        "revision",
        lambda _: {"base_id": None},
        "ck_revision_base",
    ),
    Refusal(
        "a revision started from another record",
        "revision",
        lambda s: {"base_id": s.other.id},
        FOREIGN_KEY,
    ),
    Refusal(
        "a revision takes over work on another record",
        "revision",
        lambda s: {"reworks_id": s.other.id},
        FOREIGN_KEY,
    ),
    Refusal(
        "a later revision calls itself a beginning",
        "revision",
        lambda _: {"kind": "genesis"},
        "ck_revision_genesis",
    ),
    Refusal(
        "a revision is of no known kind",
        "revision",
        lambda _: {"kind": "whim"},
        "ck_revision_kind",
    ),
    Refusal(
        "a revision has half a hash",
        "revision",
        lambda _: {"payload_sha256": "e" * 32},
        "ck_revision_sha256",
    ),
    Refusal("a revision is by nobody", "revision", lambda _: {"author_id": 999}, FOREIGN_KEY),
    Refusal(
        "a revision is of no record",
        "revision",
        lambda _: {
            "record_id": 999,
            "number": 0,
            "base_id": None,
            "reworks_id": None,
            "kind": "genesis",
        },
        FOREIGN_KEY,
    ),
    Refusal(
        "a revision is submitted twice",
        "submission",
        lambda s: {"revision_id": s.pending.id},
        UNIQUE,
    ),
    Refusal(
        "what does not exist is submitted",
        "submission",
        lambda _: {"revision_id": 999},
        FOREIGN_KEY,
    ),
    Refusal("nobody submits", "submission", lambda _: {"submitter_id": 999}, FOREIGN_KEY),
    Refusal("nobody withdraws", "withdrawal", lambda _: {"actor_id": 999}, FOREIGN_KEY),
    Refusal(
        "nobody is an author",
        "revision_author",
        lambda s: {"revision_id": s.first.id, "account_id": 999},
        FOREIGN_KEY,
    ),
    Refusal(
        "somebody is an author of nothing",
        "revision_author",
        lambda s: {"revision_id": 999, "account_id": s.ana},
        FOREIGN_KEY,
    ),
    Refusal(
        "a reviewed proposal is withdrawn",
        "withdrawal",
        lambda s: {"revision_id": s.rejected.id},
        "a reviewed proposal cannot be withdrawn",
    ),
    Refusal(
        "a proposal is withdrawn twice",
        "withdrawal",
        lambda s: {"revision_id": s.withdrawn.id},
        UNIQUE,
    ),
    Refusal(
        "what nobody submitted is withdrawn",
        "withdrawal",
        lambda s: {"revision_id": s.unsubmitted.id},
        FOREIGN_KEY,
    ),
    Refusal(
        "an author reviews their own work",
        "review",
        lambda s: {"reviewer_id": s.ana},
        "nobody reviews what they are an author of",
    ),
    Refusal(
        "an author reviews work that took over theirs",
        "review",
        lambda s: {"revision_id": s.reworked.id, "author_id": s.cleo, "reviewer_id": s.ana},
        "nobody reviews what they are an author of",
    ),
    Refusal(
        "a review lies about who the author is",
        "review",
        lambda s: {"author_id": s.cleo},
        FOREIGN_KEY,
    ),
    Refusal(
        "a review is of another content",
        "review",
        lambda _: {"payload_sha256": "e" * 64},
        FOREIGN_KEY,
    ),
    Refusal(
        "a revision is reviewed a second time",
        "review",
        lambda s: {"revision_id": s.approved.id, "reviewer_id": s.cleo},
        UNIQUE,
    ),
    Refusal(
        "a withdrawn proposal is reviewed",
        "review",
        lambda s: {"revision_id": s.withdrawn.id},
        "a withdrawn proposal cannot be reviewed",
    ),
    Refusal(
        "what nobody submitted is reviewed",
        "review",
        lambda s: {"revision_id": s.unsubmitted.id},
        FOREIGN_KEY,
    ),
    Refusal("a review is by nobody", "review", lambda _: {"reviewer_id": 999}, FOREIGN_KEY),
    Refusal(
        "a verdict is none of the three",
        "review",
        lambda _: {"verdict": "perhaps"},
        "ck_review_verdict",
    ),
    Refusal(
        "a publication skips a number",
        "publication",
        lambda _: {"feed_no": 5, "prev_sha256": NO_HASH},
        "the feed is numbered without gaps",
    ),
    Refusal(
        "a publication takes a number again",
        "publication",
        lambda _: {"feed_no": 1, "prev_sha256": NO_HASH},
        "the feed is numbered without gaps",
    ),
    Refusal(
        "a publication stands before the feed",
        "publication",
        lambda _: {"feed_no": 0, "prev_sha256": NO_HASH},
        "the feed is numbered without gaps",
    ),
    Refusal(
        "a publication does not name the hash before it",
        "publication",
        lambda _: {"prev_sha256": "d" * 64},
        "names the hash of the one before",
    ),
    Refusal(
        "a publication begins the chain anew",
        "publication",
        lambda _: {"prev_sha256": NO_HASH},
        "names the hash of the one before",
    ),
    Refusal(
        "a publication has the hash of another",
        "publication",
        lambda s: {"sha256": s.head_sha256},
        UNIQUE,
    ),
    Refusal(
        "a proposal is published without review",
        "publication",
        lambda _: {"review_id": None, "verdict": None},
        "ck_publication_reviewed",
    ),
    Refusal(
        "a proposal is published as if it were what shipped",
        "publication",
        lambda s: {**_unreviewed(s.pending), "revision_number": 0},
        FOREIGN_KEY,
    ),
    Refusal(
        "a publication does not say the verdict",
        "publication",
        lambda _: {"verdict": None},
        "ck_publication_verdict_given",
    ),
    Refusal(
        "a rejected proposal is published as rejected",
        "publication",
        lambda s: {
            **_named(s.rejected),
            "review_id": s.review_of_rejected,
            "verdict": "reject",
        },
        "ck_publication_approved",
    ),
    Refusal(
        "a rejected proposal is published as approved",
        "publication",
        lambda s: {**_named(s.rejected), "review_id": s.review_of_rejected},
        FOREIGN_KEY,
    ),
    Refusal(
        "a proposal is published by the review of another",
        "publication",
        lambda s: _named(s.pending),
        FOREIGN_KEY,
    ),
    Refusal(
        "a publication rests on no review that exists",
        "publication",
        lambda _: {"review_id": 999},
        FOREIGN_KEY,
    ),
    Refusal(
        "a publication is of another content",
        "publication",
        lambda _: {"payload_sha256": "e" * 64},
        FOREIGN_KEY,
    ),
    Refusal(
        "a publication gives its revision another number",
        "publication",
        lambda s: {"revision_number": s.pending.number},
        FOREIGN_KEY,
    ),
    Refusal(
        "a publication puts its revision into another record",
        "publication",
        lambda s: {"record_id": s.other.record_id},
        FOREIGN_KEY,
    ),
    Refusal(
        "a proposal is published though the record has moved on",
        "publication",
        lambda s: {**_named(s.stale), "review_id": s.review_of_stale},
        "the record has moved on",
    ),
    Refusal(
        "what shipped is published twice",
        "publication",
        lambda s: _unreviewed(s.genesis),
        UNIQUE,
    ),
    Refusal(
        "a record begins with a revision",
        "record",
        lambda s: {
            "topic": "kratom",
            "jurisdiction_code": "us-wv",
            "current_revision_id": s.first.id,
        },
        "a record begins without a revision",
    ),
    Refusal(
        "a place has two records of one topic",
        "record",
        lambda _: {"topic": "kratom", "jurisdiction_code": "us-al"},
        UNIQUE,
    ),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.sentence)
def test_the_database_refuses_when(store: Store, scene: Scene, refusal: Refusal) -> None:
    honest = HONEST[refusal.table](scene) if refusal.table in HONEST else {}
    with refused(store, refusal.says) as connection:
        insert(connection, refusal.table, {**honest, **refusal.changed(scene)})


OWN_WORK = [
    Refusal("openly", "review", lambda s: {"reviewer_id": s.ana}, "ck_review_four_eyes"),
    Refusal(
        "in the name of another",
        "review",
        lambda s: {"reviewer_id": s.ana, "author_id": s.ben},
        FOREIGN_KEY,
    ),
]


@pytest.mark.parametrize("review", OWN_WORK, ids=lambda review: review.sentence)
def test_constraints_refuse_review_of_own_work_even_without_the_trigger(
    store: Store, scene: Scene, review: Refusal
) -> None:
    with refused(store, review.says) as connection:
        on = "" if store.is_sqlite else " ON review"
        connection.execute(sa.text(f"DROP TRIGGER review_four_eyes{on}"))
        insert(connection, "review", {**a_verdict(scene), **review.changed(scene)})


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {column} = {column}",
        "DELETE FROM {table}",
        "INSERT INTO {table} SELECT * FROM {table} WHERE true"
        " ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}",
    ],
    ids=["update", "delete", "upsert"],
)
def test_history_is_not_rewritten(store: Store, scene: Scene, table: str, statement: str) -> None:
    key = ", ".join(column.name for column in metadata.tables[table].primary_key)
    sql = statement.format(table=table, column=A_COLUMN[table], key=key)
    with refused(store, "refused: |UNIQUE") as connection:
        rows = connection.scalar(sa.select(sa.func.count()).select_from(metadata.tables[table]))
        assert rows, "nothing to protect"
        connection.execute(sa.text(sql))


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", [*HISTORY, "record", "account", "jurisdiction"])
def test_history_is_not_truncated(store: Store, scene: Scene, table: str) -> None:
    with refused(store, "is history, TRUNCATE is not possible") as connection:
        connection.execute(sa.text(f"TRUNCATE {table} CASCADE"))


class Replacement(NamedTuple):
    """A row of ``table`` written again with ``changed`` in it."""

    table: str
    changed: dict[str, Any]


REPLACEMENTS = [
    Replacement("revision", {"note": "forged"}),
    Replacement("revision", {"id": 900}),
    Replacement("revision", {"number": 9, "base_id": 1, "kind": "edit"}),
    Replacement("revision_author", {"account_id": 4}),
    Replacement("submission", {"submitter_id": 1}),
    Replacement("withdrawal", {"why": "forged"}),
    Replacement("review", {"comment": "forged"}),
    Replacement("review", {"id": 900}),
    Replacement("review", {"revision_id": 4}),
    Replacement("publication", {"at": "2000-01-01 00:00:00.000000"}),
    Replacement("event", {"data": "forged"}),
    Replacement("assent", {"comment": "forged"}),
    Replacement("assent", {"id": 900}),
    Replacement("remark", {"text": "forged"}),
    Replacement("account", {"role": "moderator"}),
    Replacement("account", {"id": 900}),
    Replacement("account", {"handle": "mallory"}),
    Replacement("record", {"current_revision_id": None}),
    Replacement("record", {"id": 900, "current_revision_id": None}),
    Replacement("record", {"topic": "7-oh", "current_revision_id": None}),
]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("replacement", REPLACEMENTS, ids=str)
def test_history_is_not_replaced(
    store: Store, scene: Scene, replacement: Replacement, recursive: str
) -> None:
    """SQLite's REPLACE deletes without asking the triggers unless told to, so rules stand at INSERT."""
    with plain_sqlite(store, recursive) as plain:
        plain.row_factory = sqlite3.Row
        rowid = "rowid AS rowid, " if replacement.table == "revision_author" else ""
        row = plain.execute(f"SELECT {rowid}* FROM {replacement.table}").fetchone()
        forged = {**dict(row), **replacement.changed}
        assert forged != dict(row)
        slots = ", ".join("?" * len(forged))
        sql = f"REPLACE INTO {replacement.table} ({', '.join(forged)}) VALUES ({slots})"
        with pytest.raises(sqlite3.IntegrityError, match=r"refused|UNIQUE"):
            plain.execute(sql, list(forged.values()))


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "changed",
    [
        {"revision_id": 1, "revision_number": 0, "review_id": None, "verdict": None},
        {"feed_no": 1, "prev_sha256": NO_HASH},
        {"sha256": "taken"},
        {"review_id": 1},
    ],
    ids=str,
)
def test_a_publication_does_not_replace_another(
    store: Store, scene: Scene, changed: dict[str, Any]
) -> None:
    """Each of its keys is guarded: foreign keys are off here, as in the plain sqlite3 program."""
    values = {**an_entry(scene), **changed, "at": "2026-11-23 12:00:00.000000"}
    if "sha256" in changed:
        values["sha256"] = scene.head_sha256
    slots = ", ".join("?" * len(values))
    sql = f"REPLACE INTO publication ({', '.join(values)}) VALUES ({slots})"
    with plain_sqlite(store, "OFF") as plain, pytest.raises(sqlite3.IntegrityError):
        plain.execute(sql, list(values.values()))


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE OR REPLACE account SET handle = 'ana' WHERE handle = 'ben'",
        "UPDATE OR REPLACE account SET id = 2 WHERE id = 3",
        "UPDATE OR REPLACE record SET id = 2 WHERE id = 1",
        "UPDATE OR REPLACE record SET jurisdiction_code = 'us-fl' WHERE id = 1",
        "UPDATE OR REPLACE event SET id = 5",
    ],
)
def test_nothing_is_replaced_by_an_update(store: Store, scene: Scene, statement: str) -> None:
    with (
        plain_sqlite(store, "OFF") as plain,
        pytest.raises(sqlite3.IntegrityError, match="refused"),
    ):
        plain.execute(statement)


@contextmanager
def plain_sqlite(store: Store, recursive: str) -> Iterator[sqlite3.Connection]:
    """A connection as any program opens one: no foreign keys; and nothing changed by the block."""
    with store.reading() as connection:
        before = contents(connection)
    with closing(sqlite3.connect(str(store.file))) as plain:
        plain.execute(f"PRAGMA recursive_triggers={recursive}")
        yield plain
        plain.commit()
    with store.reading() as connection:
        assert contents(connection) == before


def test_an_account_is_never_deleted_even_an_idle_one(store: Store) -> None:
    with store.writing() as connection:
        accounts.insert(connection, "dora", Role.CONTRIBUTOR, None, NOW)
    with refused(store, "account is history, DELETE is not possible") as connection:
        connection.execute(sa.text("DELETE FROM account WHERE handle = 'dora'"))


def test_a_record_is_never_deleted_even_an_empty_one(store: Store) -> None:
    with store.writing() as connection:
        insert(connection, "record", {"topic": "kratom", "jurisdiction_code": "us-wv"})
    with refused(store, "record is history, DELETE is not possible") as connection:
        connection.execute(sa.text("DELETE FROM record WHERE jurisdiction_code = 'us-wv'"))


FIXED = "only the pointer of a record moves"
LAST = "a record points to what was published last"


MOVES = [
    Refusal("to a proposal", "record", lambda s: {"current_revision_id": s.pending.id}, LAST),
    Refusal("to an approval", "record", lambda s: {"current_revision_id": s.approved.id}, LAST),
    Refusal("back in time", "record", lambda s: {"current_revision_id": s.genesis.id}, LAST),
    Refusal("to another record", "record", lambda s: {"current_revision_id": s.other.id}, LAST),
    Refusal("to what is not there", "record", lambda _: {"current_revision_id": 999}, LAST),
    Refusal("to nothing", "record", lambda _: {"current_revision_id": None}, FIXED),
    Refusal("with another topic", "record", lambda _: {"topic": "7-oh"}, FIXED),
    Refusal("with another place", "record", lambda _: {"jurisdiction_code": "us-wv"}, FIXED),
    Refusal("with another number", "record", lambda _: {"id": 900}, f"{FIXED}|{LAST}"),
]


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.sentence)
def test_a_record_does_not_move(store: Store, scene: Scene, move: Refusal) -> None:
    record = metadata.tables["record"]
    with refused(store, move.says) as connection:
        same = record.c.id == scene.first.record_id
        connection.execute(record.update().where(same).values(move.changed(scene)))


def test_a_record_moves_to_what_was_just_published(store: Store, scene: Scene) -> None:
    record = metadata.tables["record"]
    with store.writing() as connection:
        insert(connection, "publication", an_entry(scene))
        same = record.c.id == scene.first.record_id
        connection.execute(
            record.update().where(same).values(current_revision_id=scene.approved.id)
        )
        assert refreshed(connection, scene.approved).is_current


def test_a_record_without_publication_points_to_revision_0_only(store: Store, scene: Scene) -> None:
    with store.writing() as connection:
        proposal = a_proposal(connection, scene.blank)
    with refused(store, LAST) as connection:
        records.point_to_genesis(connection, scene.blank.record_id, proposal.id)


def test_a_record_without_any_revision_points_to_none(store: Store) -> None:
    with store.writing() as connection:
        insert(connection, "record", {"topic": "kratom", "jurisdiction_code": "us-wv"})
    with refused(store, LAST) as connection:
        empty = "UPDATE record SET current_revision_id = 999 WHERE jurisdiction_code = 'us-wv'"
        connection.execute(sa.text(empty))


@pytest.mark.parametrize(
    "changed", [{"handle": "ben"}, {"id": 900}], ids=["the name of another", "another number"]
)
def test_an_account_does_not_take(store: Store, changed: dict[str, Any]) -> None:
    with refused(store, "an account keeps its number") as connection:
        accounts.update(connection, person(connection, "ana").id, **changed)


def test_an_account_is_anonymised_in_place(store: Store, scene: Scene) -> None:
    with store.writing() as connection:
        accounts.update(connection, scene.ana, handle="former-member-2", password_hash=None)
        assert refreshed(connection, scene.first).author == "former-member-2"


def test_the_second_approval_of_another_is_accepted(store: Store, scene: Scene) -> None:
    with store.writing() as connection:
        insert(
            connection, "review", {**a_verdict(scene), **_verdict_on(scene.seconded, scene.cleo)}
        )


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM suggestion", "suggestion is history, DELETE is not possible"),
        ("UPDATE suggestion SET text = 'forged'", "does not change"),
        ("UPDATE suggestion SET url = 'https://forged.example'", "does not change"),
        ("UPDATE suggestion SET outcome = 'declined'", "closed"),
        ("UPDATE suggestion SET revision_id = 1", "(?i)proposed|foreign key"),
    ],
)
def test_what_a_reader_suggested_is_kept(
    store: Store, scene: Scene, statement: str, says: str
) -> None:
    said = {"text": "It was repealed.", "url": "", "answer": ""}
    place = {"topic": "kratom", "jurisdiction_code": "us-al", "at": NOW}
    with store.writing() as connection:
        insert(connection, "suggestion", {**place, **said, "email": "a@b.example"})
        connection.execute(sa.text("UPDATE suggestion SET email = NULL"))
    with refused(store, says) as connection:
        connection.execute(sa.text(statement))


def test_who_took_part_in_the_work_is_collected_by_the_database(store: Store, scene: Scene) -> None:
    with store.writing() as connection:
        third = a_proposal(connection, scene.first, by="ben", reworks=scene.reworked)
        assert scene.pending.authors == {scene.ana}
        assert scene.reworked.authors == {scene.ana, scene.cleo}
        assert third.authors == {scene.ana, scene.ben, scene.cleo}
