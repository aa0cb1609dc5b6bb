"""The database and the ways to use it: ``reading()`` and ``writing()``, each one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from legalmap.domain.errors import Unusable
from legalmap.store import connection_errors

# The type that services pass on to repositories, so that they need not import SQLAlchemy.
Connection = sa.Connection

# The advisory lock of PostgreSQL under which publications get their numbers. The value is arbitrary but fixed.
FEED_LOCK = 7_033_742
# The channel on which PostgreSQL announces each publication.
FEED_CHANNEL = "legalmap_feed"
# The advisory lock under which records are made: two first proposals for one place must not collide.
RECORD_LOCK = 7_033_743
# How long to wait for another writer of SQLite, and how long a migration waits for a lock of PostgreSQL.
SQLITE_WAIT_MS = 10_000
ALTERING_WAIT_MS = 3_000


def readable_url(url: str) -> URL:
    """Parse a database URL, with psycopg 3 as the driver of PostgreSQL; raise Unusable for any other kind."""
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError:
        raise Unusable(
            "LEGALMAP_DATABASE_URL cannot be read. Write sqlite:////path/to/file or "
            "postgresql://user:password@host/name."
        ) from None
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite":
        return parsed
    raise Unusable("LEGALMAP_DATABASE_URL must begin with sqlite: or postgresql:.")


def _postgresql_engine(url: URL) -> sa.Engine:
    return sa.create_engine(
        url,
        pool_pre_ping=True,  # a connection may die while it lies in the pool
        # An error that reaches the log must not hold the values of the statement.
        hide_parameters=True,
        connect_args={
            "options": "-c lock_timeout=10000 -c statement_timeout=60000 -c timezone=UTC",
            # Without these, a request waits for minutes for a host that is gone.
            "connect_timeout": 3,
            "tcp_user_timeout": 10_000,
        },
    )


def _sqlite_engine(url: URL) -> sa.Engine:
    """SQLite with foreign keys, WAL, and transactions that begin when we say so."""
    engine = sa.create_engine(
        url, connect_args={"timeout": SQLITE_WAIT_MS / 1000}, hide_parameters=True
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # Off: the sqlite3 module begins transactions by itself, and none for a read.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        # Else REPLACE INTO would delete history without firing the triggers that guard it.
        cursor.execute("PRAGMA recursive_triggers=ON")
        cursor.execute("PRAGMA journal_mode=WAL")  # readers do not wait for a writer
        cursor.execute("PRAGMA synchronous=FULL")  # what was answered survives a power failure
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A writer takes the lock at once: one that reads first could fail when it comes to write.
        writes = connection.get_execution_options().get("legalmap_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def inserted_id(connection: Connection, table: sa.Table, values: dict[str, Any]) -> int:
    """Insert one row; returns the id that the database gave it."""
    key = connection.execute(table.insert().values(values)).inserted_primary_key
    if key is None:
        raise LookupError(f"{table.name} gave no key")
    return int(key[0])


class Store:
    """One database. All access goes through ``reading()`` and ``writing()``."""

    def __init__(self, url: str, *, mails: bool = False) -> None:
        """``mails``: whether this site sends mail; if not, the outbox stays empty."""
        self.mails = mails
        self.url = readable_url(url)
        self.engine = (_sqlite_engine if self.is_sqlite else _postgresql_engine)(self.url)
        self._closers: list[Callable[[], None]] = []

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None for a server or a database in memory."""
        name = self.url.database
        is_file = self.url.get_backend_name() == "sqlite" and name not in (None, "", ":memory:")
        return Path(str(name)) if is_file else None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A read-only transaction that sees one state of the database throughout."""
        # The default of PostgreSQL shows each statement a newer state.
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with connection_errors.translated(self.url), self.engine.connect() as connection:
            yield connection.execution_options(**level)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that commits if the block ends normally and rolls back if it raises."""
        with (
            connection_errors.translated(self.url),
            self.engine.connect() as connection,
            connection.execution_options(legalmap_writes=True, legalmap_mails=self.mails).begin(),
        ):
            yield connection

    @contextmanager
    def listening(self, channel: str) -> Iterator[Any]:
        """A psycopg 3 connection of its own that listens to a channel of PostgreSQL."""
        with connection_errors.translated(self.url):
            engine = sa.create_engine(self.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql(f"LISTEN {channel}")
                driver_connection: Any = connection.connection.driver_connection
                with connection_errors.of_driver(self.url):
                    yield driver_connection

    @contextmanager
    def altering(self) -> Iterator[sa.Connection]:
        """For migrations: one transaction on SQLite; on PostgreSQL each migration has its own."""
        if self.is_sqlite:
            with self.writing() as connection:
                yield connection
            return
        with connection_errors.translated(self.url), self.engine.connect() as connection:
            # Every other statement on a table queues behind one that waits for its lock: keep that short.
            connection.exec_driver_sql(f"SET lock_timeout = {ALTERING_WAIT_MS}")
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.commit()
            yield connection
            connection.commit()
            # Not back into the pool with these settings.
            connection.invalidate()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite: for the few places where the databases differ."""
        return self.url.get_backend_name() == "sqlite"

    def closing(self, closer: Callable[[], None]) -> None:
        """Register something to close before the connections are."""
        self._closers.append(closer)

    def close(self) -> None:
        """Close what was registered, the last one first, then all connections."""
        while self._closers:
            self._closers.pop()()
        self.engine.dispose()
