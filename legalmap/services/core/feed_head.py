"""The head of the feed: which publication is the newest, known without asking for every request.

On SQLite the answer is exact each time. On PostgreSQL a process that serves hears of a publication
within moments, and of its own at once; ``exact`` asks. While the database is away the last known head
stands, so that readers go on.
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
# While the database is away: how long until it is tried again, in seconds.
PAUSE_SECONDS = 0.5


class Head:
    """Knows the newest publication of one database. Safe between threads."""

    def __init__(self, store: Store, *, listen: bool = False) -> None:
        self._store = store
        self._watch = commit_watch.watch(store, listen=listen)
        self._known: Newest | None = None
        # Whether what is known may be older than the database: at first, and after a failed look.
        self._stale = True
        self._away = False
        self._next_try = 0.0
        self._lock = Lock()
        store.closing(self._watch.close)

    def now(self, *, exact: bool = False) -> int:
        """The newest feed number, 0 before the first publication."""
        newest = self.newest(exact=exact)
        return newest.feed_no if newest else 0

    @property
    def number(self) -> int:
        """The feed number seen last, without looking."""
        return self._known.feed_no if self._known else 0

    def still(self) -> bool:
        """Whether it is certain, without waiting for anybody, that nobody has published since the last look."""
        if self._away or self._stale or not self._lock.acquire(blocking=False):
            return False
        try:
            self._stale = self._watch.moved()
        except Unusable:
            # Whoever looks next tries again and says so.
            self._stale = True
        finally:
            self._lock.release()
        return not self._stale

    def newest(self, *, exact: bool = False) -> Newest | None:
        """The newest publication; raise Unusable if the database was never reached."""
        if self._away and (monotonic() < self._next_try or self._lock.locked()):
            # One request in a while tries; nobody else waits for a database that is away.
            return self._known
        with self._lock:
            try:
                if self._watch.moved() or exact or self._stale:
                    self._look()
            except Unusable as error:
                self._missed(error)
            return self._known

    def _look(self) -> None:
        # Until the look has succeeded: what the watch has told is told only once.
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
