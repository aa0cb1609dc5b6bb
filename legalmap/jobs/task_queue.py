"""The queue of tasks: in a SQLite file by default, in PostgreSQL or Redis by URL.

It connects on first use, so that a site starts without it. Messages are JSON: somebody who can write to
the queue can ask for a task by name, but cannot run code of their own.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from huey import Huey
from huey.exceptions import ConfigurationError
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import BaseStorage, PostgresStorage, RedisStorage, SqliteStorage

from legalmap.domain.errors import Unusable

NAME = "legalmap"
# A publication waits for the queue: this is how long it may take to connect, and to answer.
CONNECT_SECONDS, ANSWER_SECONDS = 3, 10
# The advisory lock under which the tables are made on PostgreSQL. The value is arbitrary but fixed.
TABLES_LOCK = 7_033_744


class _Task(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """A task as it is stored. ``eta`` is in UTC but without a time zone, as huey wants it."""

    id: str
    name: str
    eta: datetime | None
    args: tuple[int, ...]


class _Plain(Serializer):  # type: ignore[misc]
    """JSON in place of huey's pickles, which can run any code when they are read."""

    def _serialize(self, data: Message) -> bytes:
        return msgspec.json.encode(_Task(data.id, data.name, data.eta, tuple(data.args or ())))

    def _deserialize(self, data: Any) -> Message:
        task = msgspec.json.decode(bytes(data), type=_Task)
        return Message(id=task.id, name=task.name, eta=task.eta, args=task.args)


class _Sqlite(SqliteStorage):  # type: ignore[misc]
    """A queue in a SQLite file."""

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        try:
            for statement in self.ddl:
                connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        return connection


class _Postgres(PostgresStorage):  # type: ignore[misc]
    """A queue in PostgreSQL whose tables are made once, even if many processes start together."""

    def _create_connection(self) -> Any:
        connection = self._connect()
        try:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (TABLES_LOCK,))
                [counter_table] = connection.execute(
                    "SELECT to_regclass(%s)", (self.table_counter,)
                ).fetchone()
                # Skipped if they exist: the user of the database may not be allowed to make tables.
                for statement in self.ddl if counter_table is None else ():
                    connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        return connection


def open_queue(url: str) -> Huey:
    """The queue at ``sqlite:////path``, ``postgresql://…`` or ``redis://…``.

    Raises Unusable for any other URL, or if the package for it is not installed.
    """
    scheme, _, location = url.partition("://")
    kind = urlsplit(url).scheme.partition("+")[0]
    if kind not in _MAKERS or not location:
        raise Unusable("LEGALMAP_JOBS_URL must begin with sqlite:, postgresql: or redis:.")
    try:
        storage = _MAKERS[kind](scheme, location)
    except (ConfigurationError, ImportError) as error:
        raise Unusable(f"LEGALMAP_JOBS_URL needs another package: {error}") from None
    # Results are not stored: what a task did is in the database.
    return Huey(NAME, results=False, serializer=_Plain(), storage_class=lambda _name: storage)


def _sqlite(_scheme: str, location: str) -> SqliteStorage:
    # The tables are made on connecting: to open a queue must not need its database.
    return _Sqlite(NAME, filename=location[1:], create_tables=False)


def _postgres(_scheme: str, location: str) -> PostgresStorage:
    return _Postgres(
        NAME,
        dsn=f"postgresql://{location}",
        create_tables=False,
        connect_timeout=CONNECT_SECONDS,
        tcp_user_timeout=ANSWER_SECONDS * 1000,
    )


def _redis(scheme: str, location: str) -> RedisStorage:
    from redis import ConnectionPool  # noqa: PLC0415 - an extra
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    pool = ConnectionPool.from_url(
        f"{scheme}://{location}",
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),  # for a connection that died while it was idle
        **({} if scheme == "unix" else {"socket_connect_timeout": CONNECT_SECONDS}),
    )
    return RedisStorage(NAME, connection_pool=pool)


_MAKERS: dict[str, Callable[[str, str], BaseStorage]] = {
    "sqlite": _sqlite,
    "postgresql": _postgres,
    "postgres": _postgres,
    "redis": _redis,
    "rediss": _redis,
    "unix": _redis,
}
