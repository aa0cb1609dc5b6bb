"""Noticing publications by other processes, without a query for every request.

SQLite counts the commits of other connections (``PRAGMA data_version``, a few microseconds). PostgreSQL
sends a notice (LISTEN/NOTIFY), and is queried now and then in case one was lost.
"""

import logging
import sqlite3
from threading import Event, Lock, Thread
from typing import Any

from legalmap.domain.errors import Unusable
from legalmap.store import connection_errors
from legalmap.store.engine import FEED_CHANNEL, Store

log = logging.getLogger(__name__)
# How long to wait for a notice before the feed is queried anyway, and before connecting again.
POLL_SECONDS = 0.5


class Watch:
    """Tells whether the head of the feed has to be read again.

    This one always says yes: for a database in memory, and for a process that does not listen.
    """

    def moved(self) -> bool:
        """Whether something may have been published since the last call."""
        return True

    def close(self) -> None:
        """Release connections and threads."""


class Commits(Watch):
    """SQLite's own count of commits, read on a connection that never writes. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._seen: int | None = None

    def moved(self) -> bool:
        """Whether another connection has committed; raise Unusable if the database cannot be read."""
        with self._lock:
            try:
                count = self._data_version()
            except sqlite3.Error as error:
                self._drop()
                raise Unusable(
                    f"{connection_errors.named(self._store.url)} cannot be read."
                ) from error
            moved, self._seen = count != self._seen, count
            return moved

    def _data_version(self) -> int:
        if self._connection is None:
            # “rw”, not “rwc”: a file that is missing must not be made.
            address = f"{self._store.file.absolute().as_uri()}?mode=rw"  # type: ignore[union-attr]
            self._connection = sqlite3.connect(
                address, uri=True, check_same_thread=False, isolation_level=None
            )
        (count,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(count)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._seen = None, None

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()


class Notices(Watch):
    """A thread that listens to PostgreSQL. While it has no connection, ``moved`` always says yes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._moved = Event()
        self._listening = Event()
        self._stopped = Event()
        self._thread = Thread(target=self._listen, name="feed-notices", daemon=True)
        self._thread.start()

    def moved(self) -> bool:
        """Whether there was a notice, or none for so long that one may be lost."""
        if not self._listening.is_set():
            return True
        moved = self._moved.is_set()
        # Cleared before the caller reads the head, so a notice that arrives meanwhile is not lost.
        self._moved.clear()
        return moved

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                with self._store.listening(FEED_CHANNEL) as connection:
                    self._hear(connection)
            except Unusable as error:
                if self._listening.is_set():
                    log.warning("feed: %s Trying again until it answers.", error)
                self._listening.clear()
                self._stopped.wait(POLL_SECONDS)

    def _hear(self, connection: Any) -> None:
        # Nothing announced what was published before LISTEN took effect.
        self._moved.set()
        self._listening.set()
        while not self._stopped.is_set():
            for _notice in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass
            # Also without a notice, in case one was lost.
            self._moved.set()

    def close(self) -> None:
        """Stop listening."""
        self._stopped.set()
        self._thread.join(timeout=4 * POLL_SECONDS)


def watch(store: Store, *, listen: bool) -> Watch:
    """The watch that fits the database. ``listen``: this process may keep a thread and a connection."""
    if store.file is not None:
        return Commits(store)
    return Notices(store) if listen and not store.is_sqlite else Watch()
