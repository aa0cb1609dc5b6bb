"""Databases filled with made records and revisions, each made once for a run."""

import sqlite3
from contextlib import closing
from pathlib import Path

from legalmap.store.engine import Store
from tests.bench.speed.filling import fill
from tests.bench.speed.measuring import SEED, Ground

TOPIC = "kratom"
# Publications a record has on average, as in the largest map: 10^6 over 40,000.
EACH = 25


def database(ground: Ground, *, records: int, revisions: int) -> Path:
    """A SQLite file with the shipped places and that many made records and revisions."""

    def make(file: Path) -> None:
        load(file, records=records, revisions=revisions)
        settle(file)

    return ground.once(f"{records}-records-{revisions}-revisions.sqlite3", make)


def records_of(ground: Ground, revisions: int) -> int:
    """How many records a history of that many revisions has."""
    return min(max(revisions // EACH, 1), ground.plan.map_records)


def load(file: Path, *, records: int, revisions: int) -> None:
    """Make them and the shipped places in a file that is not there yet, through the real path."""
    store = Store(f"sqlite:///{file}")
    try:
        fill(store, records=records, revisions=revisions, topic=TOPIC, seed=SEED)
    finally:
        store.close()


def settle(file: Path) -> None:
    """Bring the log of a database into its one file, so that the file can be moved."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA optimize")


def head(file: Path) -> int:
    """The newest feed number."""
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT max(feed_no) FROM publication").fetchone()[0])


def first_published(file: Path) -> dict[str, int]:
    """The feed number from which on each place of the topic has a published record."""
    query = """
        SELECT jurisdiction_code, min(feed_no) FROM record
        JOIN publication ON record_id = record.id
        WHERE topic = ? GROUP BY jurisdiction_code ORDER BY jurisdiction_code
    """
    with closing(sqlite3.connect(file)) as connection:
        return dict(connection.execute(query, (TOPIC,)))
