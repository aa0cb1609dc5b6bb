"""The database engine and the two ways to use it: reading() and writing(), each one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from legalmap.domain.errors import Unusable
from legalmap.store import connection_errors

# What repositories take: services pass it on without knowing SQL.
Connection = sa.Connection

# Serialises publications on PostgreSQL: any constant will do, it only has to be always the same.
FEED_LOCK = 7_033_742
# Where PostgreSQL tells of each publication.
FEED_CHANNEL = "legalmap_feed"
# Serialises the making of records there: two first proposals for one place must not collide.
RECORD_LOCK = 7_033_743
SQLITE_WAIT_MS = 10_000
ALTERING_WAIT_MS = 3_000


def readable_url(url: str) -> URL:
    """Parse a database URL; PostgreSQL always means the psycopg 3 driver."""
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


def make_engine(url: str) -> sa.Engine:
    """An engine for ``url`` with foreign keys on, WAL, and explicit transactions on SQLite."""
    parsed = readable_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed)
    return sa.create_engine(
        parsed,
        pool_pre_ping=True,
        # An error that reaches the log must not say what was to be written.
        hide_parameters=True,
        connect_args={
            "options": "-c lock_timeout=10000 -c statement_timeout=60000 -c timezone=UTC",
            # Nobody waits for minutes for a host that is gone.
            "connect_timeout": 3,
            "tcp_user_timeout": 10_000,
        },
    )


def _sqlite_engine(url: URL) -> sa.Engine:
    engine = sa.create_engine(
        url, connect_args={"timeout": SQLITE_WAIT_MS / 1000}, hide_parameters=True
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA recursive_triggers=ON")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("legalmap_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def inserted_id(connection: Connection, table: sa.Table, values: dict[str, Any]) -> int:
    """Insert one row and give the number the database made for it."""
    key = connection.execute(table.insert().values(values)).inserted_primary_key
    if key is None:
        raise LookupError(f"{table.name} gave no key")
    return int(key[0])


class Store:
    """One database. All access goes through ``reading()`` and ``writing()``."""

    def __init__(self, url: str, *, mails: bool = False) -> None:
        """``mails``: this site sends mail; where it does not, the outbox stays empty."""
        self.mails = mails
        self.url = readable_url(url)
        self.engine = make_engine(url)
        self._closers: list[Callable[[], None]] = []

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None for a server or a database in memory."""
        name = self.url.database
        is_file = self.url.get_backend_name() == "sqlite" and name not in (None, "", ":memory:")
        return Path(str(name)) if is_file else None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the database throughout and changes nothing."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with connection_errors.translated(self.url), self.engine.connect() as connection:
            yield connection.execution_options(**level)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that commits when the block ends well and leaves nothing when it does not."""
        with (
            connection_errors.translated(self.url),
            self.engine.connect() as connection,
            connection.execution_options(legalmap_writes=True, legalmap_mails=self.mails).begin(),
        ):
            yield connection

    @contextmanager
    def listening(self, channel: str) -> Iterator[Any]:
        """A connection of its own that hears what is told on a channel (PostgreSQL, psycopg 3)."""
        with connection_errors.translated(self.url):
            engine = sa.create_engine(self.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql(f"LISTEN {channel}")
                heard: Any = connection.connection.driver_connection
                with connection_errors.of_driver(self.url):
                    yield heard

    @contextmanager
    def altering(self) -> Iterator[sa.Connection]:
        """For migrations: one transaction on SQLite; on PostgreSQL each migration begins its own."""
        if self.is_sqlite:
            with self.writing() as connection:
                yield connection
            return
        with connection_errors.translated(self.url), self.engine.connect() as connection:
            # Others queue behind a statement that waits for its lock: it may not wait for long.
            connection.exec_driver_sql(f"SET lock_timeout = {ALTERING_WAIT_MS}")
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.commit()
            yield connection
            connection.commit()
            connection.invalidate()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite; the few places where SQL differs ask here."""
        return self.url.get_backend_name() == "sqlite"

    def closing(self, closer: Callable[[], None]) -> None:
        """Have something called that must end before the connections do."""
        self._closers.append(closer)

    def close(self) -> None:
        """Give all connections back."""
        while self._closers:
            self._closers.pop()()
        self.engine.dispose()
