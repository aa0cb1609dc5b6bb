"""Noticing that somebody published, without a query for every request.

SQLite counts the commits of others (``PRAGMA data_version``, a few microseconds); PostgreSQL says so
(LISTEN/NOTIFY) and is asked now and then in case a notice was lost.
"""

import logging
import sqlite3
from threading import Event, Lock, Thread
from typing import Any, Protocol

from legalmap.domain.errors import Unusable
from legalmap.store import connection_errors
from legalmap.store.engine import FEED_CHANNEL, Store

log = logging.getLogger(__name__)
# How long to wait for a notice before PostgreSQL is asked all the same; how long before trying again.
POLL_SECONDS = 0.5


class Watch(Protocol):
    """Says whether to look at the head of the feed again."""

    def moved(self) -> bool:
        """Whether somebody may have published since this was last asked."""

    def close(self) -> None:
        """Give everything back."""


class Always:
    """Says yes each time: for a database in memory, and where nobody listens."""

    def moved(self) -> bool:
        """Yes."""
        return True

    def close(self) -> None:
        """There is nothing to give back."""


class Commits:
    """SQLite's own count, through a connection that never writes. Safe between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._seen: int | None = None

    def moved(self) -> bool:
        """Whether another connection has committed; raise Unusable if the database is away."""
        with self._lock:
            try:
                found = self._asked()
            except sqlite3.Error as error:
                self._drop()
                raise Unusable(
                    f"{connection_errors.named(self._store.url)} cannot be read."
                ) from error
            moved, self._seen = found != self._seen, found
            return moved

    def _asked(self) -> int:
        if self._connection is None:
            address = f"{self._store.file.absolute().as_uri()}?mode=rw"  # type: ignore[union-attr]
            self._connection = sqlite3.connect(
                address, uri=True, check_same_thread=False, isolation_level=None
            )
        (found,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(found)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._seen = None, None

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._drop()


class Notices:
    """A thread that listens to PostgreSQL. Until it hears well, every question is answered with yes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._moved = Event()
        self._hears = Event()
        self._stopped = Event()
        self._thread = Thread(target=self._listen, name="feed-notices", daemon=True)
        self._thread.start()

    def moved(self) -> bool:
        """Whether there was a notice, or nothing has been heard for a while."""
        if not self._hears.is_set():
            return True
        moved = self._moved.is_set()
        # Cleared before the head is read: a notice that comes meanwhile is not lost.
        self._moved.clear()
        return moved

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                with self._store.listening(FEED_CHANNEL) as connection:
                    self._hear(connection)
            except Unusable as error:
                if self._hears.is_set():
                    log.warning("feed: %s It is asked again and again.", error)
                self._hears.clear()
                self._stopped.wait(POLL_SECONDS)

    def _hear(self, connection: Any) -> None:
        # What was published before this moment was not heard of.
        self._moved.set()
        self._hears.set()
        while not self._stopped.is_set():
            for _notice in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass
            # With or without a notice: the net in case one was lost.
            self._moved.set()

    def close(self) -> None:
        """Stop listening."""
        self._stopped.set()
        self._thread.join(timeout=4 * POLL_SECONDS)


def watch(store: Store, *, listen: bool) -> Watch:
    """What fits the database. ``listen``: whether this process serves and may keep a thread."""
    if store.file is not None:
        return Commits(store)
    return Notices(store) if listen and not store.is_sqlite else Always()
