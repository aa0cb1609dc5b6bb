"""Whether the database fits the code, and migrating it there: Alembic, called from Python."""

from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from legalmap import paths
from legalmap.domain.errors import Unusable
from legalmap.store.connection_errors import named
from legalmap.store.engine import Store

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic's table with the id of the last migration.
_VERSION = sa.table("alembic_version", sa.column("version_num", sa.String))


def _config(connection: sa.Connection) -> "Config":
    # Imported here: a running site never migrates, and Alembic takes a tenth of its start.
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    # To a ConfigParser, which Alembic uses, “%” is special.
    config.set_main_option("script_location", str(paths.MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(store: Store, target: str = "head") -> None:
    """Bring the tables to ``target`` ("head", "base" or a revision); a migration that fails leaves nothing.

    A running site is not held up: a statement that does not get its lock soon gives up, and slow work,
    such as an index of a large table, is done concurrently (PostgreSQL).
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
    """Whether the database exists and holds tables of legalmap."""
    return _stored_revision(store) is not None


def _stored_revision(store: Store) -> str | None:
    # Connecting to SQLite would make the file.
    if store.file is not None and not store.file.exists():
        return None
    with store.reading() as connection:
        return _current(connection)


def require_current(store: Store) -> None:
    """Raise Unusable, saying what to run, unless the tables are those of this code."""
    current, migrations = _stored_revision(store), revisions()
    if current is None:
        raise Unusable(f"{named(store.url)} is missing: run “legalmap init” first.")
    if current not in migrations:
        raise Unusable(f"{named(store.url)} is newer than this code: install a newer legalmap.")
    if current != migrations[-1]:
        raise Unusable(f"{named(store.url)} is older than this code: run “legalmap migrate”.")


@cache
def revisions() -> list[str]:
    """The ids of this code's migrations, oldest first: the name of each file begins with its id."""
    files = (paths.MIGRATIONS / "versions").glob("*_*.py")
    return sorted(file.name.partition("_")[0] for file in files if file.name[0].isdigit())


def _current(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return connection.scalar(sa.select(_VERSION.c.version_num))
