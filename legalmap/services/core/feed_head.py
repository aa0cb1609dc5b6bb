"""The head of the feed: the newest publication, known without a query for every request.

On SQLite it is always exact. On PostgreSQL a serving process is notified of publications by other
processes within moments, and knows its own at once; ``exact=True`` queries. While the database is down
the last known head is used, so that readers are still served.
"""

import logging
from threading import Lock
from time import monotonic

from legalmap.domain.errors import Unusable
from legalmap.store import commit_watch
from legalmap.store.engine import Store
from legalmap.store.history import feed
from legalmap.store.history.feed import Newest

log = logging.getLogger(__name__)
# While the database is down: seconds between two attempts to reach it.
PAUSE_SECONDS = 0.5


class Head:
    """The newest publication of one database. Thread-safe."""

    def __init__(self, store: Store, *, listen: bool = False) -> None:
        self._store = store
        self._watch = commit_watch.watch(store, listen=listen)
        self._known: Newest | None = None
        # Whether ``_known`` may be out of date: at first, and after a query failed.
        self._stale = True
        self._away = False
        self._next_try = 0.0
        self._lock = Lock()
        # On PostgreSQL the watch holds a connection of its own.
        store.closing(self._watch.close)

    def now(self, *, exact: bool = False) -> int:
        """The newest feed number, 0 before the first publication."""
        newest = self.newest(exact=exact)
        return newest.feed_no if newest else 0

    @property
    def number(self) -> int:
        """The feed number seen last, without checking whether there is a newer one."""
        return self._known.feed_no if self._known else 0

    def still(self) -> bool:
        """Whether surely nothing was published since the last check. Never blocks: False if it cannot tell."""
        if self._away or self._stale or not self._lock.acquire(blocking=False):
            return False
        try:
            self._stale = self._watch.moved()
        except Unusable:
            # The next call of ``newest`` tries again and logs the failure.
            self._stale = True
        finally:
            self._lock.release()
        return not self._stale

    def newest(self, *, exact: bool = False) -> Newest | None:
        """The newest publication, None before the first; raise Unusable if the database was never reached."""
        if self._away and (monotonic() < self._next_try or self._lock.locked()):
            # One request in PAUSE_SECONDS tries; no other waits for a database that is down.
            return self._known
        with self._lock:
            try:
                if self._watch.moved() or exact or self._stale:
                    self._look()
            except Unusable as error:
                self._missed(error)
            return self._known

    def _look(self) -> None:
        # Stays set if the query fails: the watch reports a publication only once.
        self._stale = True
        with self._store.reading() as connection:
            self._known = feed.newest(connection)
        self._stale, self._away = False, False

    def _missed(self, error: Unusable) -> None:
        if self._known is None:
            raise error
        if not self._away:
            log.warning("feed: %s Readers go on at feed number %s.", error, self._known.feed_no)
        self._away, self._stale = True, True
        self._next_try = monotonic() + PAUSE_SECONDS
