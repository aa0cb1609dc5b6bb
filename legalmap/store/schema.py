"""Whether the database fits the code, and how to bring it there: Alembic, called from inside."""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from legalmap import paths
from legalmap.domain.errors import Unusable
from legalmap.store.engine import Store
from legalmap.store.failures import named


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(store: Store, target: str = "head") -> None:
    """Bring the tables to ``target``; each migration happens wholly or not at all.

    Nobody waits for long: a statement that does not get its lock soon gives up, and what takes its
    time, such as an index of a large table, is done beside the work of others (PostgreSQL).
    """
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
        scripts = ScriptDirectory.from_config(_config(connection))
    if current == scripts.get_current_head():
        return
    known = {script.revision for script in scripts.walk_revisions()}
    if current in known:
        raise Unusable(f"{named(store.url)} is older than this code: run “legalmap migrate”.")
    raise Unusable(f"{named(store.url)} is newer than this code: install a newer legalmap.")


def _current(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
