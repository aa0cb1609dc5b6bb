"""Whether the database fits the code, and how to bring it there: Alembic, called from inside."""

from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from legalmap import paths
from legalmap.domain.errors import Unusable
from legalmap.store.connection_errors import named
from legalmap.store.engine import Store

if TYPE_CHECKING:
    from alembic.config import Config

# Where Alembic writes which migration was the last.
_VERSION = sa.table("alembic_version", sa.column("version_num", sa.String))


def _config(connection: sa.Connection) -> "Config":
    # A site that runs migrates nothing: Alembic would be a tenth of its start.
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(store: Store, target: str = "head") -> None:
    """Bring the tables to ``target``; each migration happens wholly or not at all.

    Nobody waits for long: a statement that does not get its lock soon gives up, and what takes its
    time, such as an index of a large table, is done beside the work of others (PostgreSQL).
    """
    from alembic import command  # noqa: PLC0415 - as above

    with store.altering() as connection:
        config = _config(connection)
        current = _current(connection)
        if not store.is_sqlite:
            connection.commit()
        if target == "base" and current is not None:
            command.downgrade(config, "base")
        elif target != "base":
            command.upgrade(config, target)


def exists(store: Store) -> bool:
    """Whether there is a database with tables of ours in it."""
    if store.file is not None and not store.file.exists():
        return False
    with store.reading() as connection:
        return _current(connection) is not None


def require_current(store: Store) -> None:
    """Raise Unusable, saying what to run, unless the tables are exactly those of this code."""
    if not exists(store):
        raise Unusable(f"{named(store.url)} is missing: run “legalmap init” first.")
    with store.reading() as connection:
        current = _current(connection)
    known = revisions()
    if current == known[-1]:
        return
    if current in known:
        raise Unusable(f"{named(store.url)} is older than this code: run “legalmap migrate”.")
    raise Unusable(f"{named(store.url)} is newer than this code: install a newer legalmap.")


@cache
def revisions() -> list[str]:
    """The migrations of this code, oldest first: the file of each begins with its revision."""
    files = (paths.MIGRATIONS / "versions").glob("*_*.py")
    return sorted(file.name.partition("_")[0] for file in files if file.name[0].isdigit())


def _current(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return connection.scalar(sa.select(_VERSION.c.version_num))
