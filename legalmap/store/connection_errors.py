"""Errors of the database driver as Unusable, with one line that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import URL

from legalmap.domain.errors import Unusable

_MISSING = ("no such table", "does not exist", "unable to open database file", "undefinedtable")
_LOCKED = ("database is locked", "lock timeout", "deadlock detected")


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Turn errors of connection and schema into Unusable; let all others through."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.ProgrammingError) as error:
        unusable = _unusable(error, url)
        if unusable is None:
            _forget_values(error)
            raise
        raise unusable from error
    except sa.exc.DatabaseError as error:
        if "malformed" in str(error) or "not a database" in str(error):
            raise Unusable(f"{named(url)} is not a readable database: restore it.") from error
        _forget_values(error)
        raise


def _forget_values(error: sa.exc.DBAPIError) -> None:
    """Cut PostgreSQL's DETAIL, which quotes the refused row: addresses and hashes must not reach a log."""
    message = str(error.args[0]) if error.args else ""
    error.args = (message.partition("\nDETAIL:")[0], *error.args[1:])
    # The error of the driver quotes the row as well.
    error.__cause__, error.__suppress_context__ = None, True


@contextmanager
def of_driver(url: URL) -> Iterator[None]:
    """``translated`` for a raw psycopg connection, whose errors SQLAlchemy does not wrap."""
    try:
        yield
    except Exception as error:
        # By name, because psycopg is an optional package.
        if type(error).__module__.partition(".")[0] != "psycopg":
            raise
        raise Unusable(f"{named(url)} cannot be reached: check that it runs.") from error


def named(url: URL) -> str:
    """The database as a noun for messages, with its URL but not its password."""
    return f"The database {url.render_as_string(hide_password=True)}"


def _unusable(error: sa.exc.DBAPIError, url: URL) -> Unusable | None:
    text = str(error.orig).lower()
    if any(word in text for word in _LOCKED):
        return Unusable(f"{named(url)} is locked by another writer: try again in a moment.")
    if any(word in text for word in _MISSING):
        return Unusable(f"{named(url)} is missing: run “legalmap init” first.")
    if ("disk" in text and "full" in text) or "no space left" in text:
        return Unusable(f"{named(url)} has no disk space left: free some, nothing was changed.")
    if isinstance(error, sa.exc.OperationalError):
        return Unusable(f"{named(url)} cannot be reached: check that it runs and the URL is right.")
    return None
