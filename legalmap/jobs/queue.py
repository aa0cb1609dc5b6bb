"""The queue of tasks: in a SQLite file by default, in PostgreSQL or Redis by URL.

It is opened when it is first used, so that a queue that is away keeps no site from starting. A message is
JSON: who can write to the queue can ask for a task by its name, and make nobody run anything else.
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
# Nobody who publishes waits for longer for a queue that is gone.
CONNECT_SECONDS, ANSWER_SECONDS = 3, 10
# Serialises the making of the tables on PostgreSQL: any constant will do.
TABLES_LOCK = 7_033_744


class _Task(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """All that is written of a task. ``eta`` is UTC without saying so, as huey has it."""

    id: str
    name: str
    eta: datetime | None
    args: tuple[int, ...]


class _Plain(Serializer):  # type: ignore[misc]
    """JSON in place of huey's pickles, which run whatever somebody wrote into the queue."""

    def _serialize(self, data: Message) -> bytes:
        return msgspec.json.encode(_Task(data.id, data.name, data.eta, tuple(data.args or ())))

    def _deserialize(self, data: Any) -> Message:
        found = msgspec.json.decode(bytes(data), type=_Task)
        return Message(id=found.id, name=found.name, eta=found.eta, args=found.args)


class _Sqlite(SqliteStorage):  # type: ignore[misc]
    """A queue in a SQLite file."""

    def _create_connection(self) -> Any:
        made = super()._create_connection()
        try:
            for statement in self.ddl:
                made.execute(statement)
        except BaseException:
            made.close()
            raise
        return made


class _Postgres(PostgresStorage):  # type: ignore[misc]
    """A queue in PostgreSQL. Many processes may start at once on a database without its tables."""

    def _create_connection(self) -> Any:
        made = self._connect()
        try:
            with made.transaction():
                made.execute("SELECT pg_advisory_xact_lock(%s)", (TABLES_LOCK,))
                [found] = made.execute("SELECT to_regclass(%s)", (self.table_counter,)).fetchone()
                # Who may not make tables needs not, once they are there.
                for statement in self.ddl if found is None else ():
                    made.execute(statement)
        except BaseException:
            made.close()
            raise
        return made


def open_queue(url: str) -> Huey:
    """The queue at ``sqlite:////path``, ``postgresql://…`` or ``redis://…``; raise Unusable for others."""
    scheme, _, rest = url.partition("://")
    kind = urlsplit(url).scheme.partition("+")[0]
    if kind not in _MAKERS or not rest:
        raise Unusable("LEGALMAP_JOBS_URL must begin with sqlite:, postgresql: or redis:.")
    try:
        storage = _MAKERS[kind](scheme, rest)
    except (ConfigurationError, ImportError) as error:
        raise Unusable(f"LEGALMAP_JOBS_URL needs another package: {error}") from None
    # Nothing asks what a task gave: what it did is in the database.
    return Huey(NAME, results=False, serializer=_Plain(), storage_class=lambda _name: storage)


def _sqlite(_scheme: str, rest: str) -> SqliteStorage:
    return _Sqlite(NAME, filename=rest[1:], create_tables=False)


def _postgres(_scheme: str, rest: str) -> PostgresStorage:
    return _Postgres(
        NAME,
        dsn=f"postgresql://{rest}",
        create_tables=False,
        connect_timeout=CONNECT_SECONDS,
        tcp_user_timeout=ANSWER_SECONDS * 1000,
    )


def _redis(scheme: str, rest: str) -> RedisStorage:
    from redis import ConnectionPool  # noqa: PLC0415 - an extra
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    pool = ConnectionPool.from_url(
        f"{scheme}://{rest}",
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),
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
