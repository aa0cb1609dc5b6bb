"""A read replica of the database, used while it answers and has replicated far enough."""

import logging
from contextlib import ExitStack
from time import monotonic

from legalmap.domain.errors import Unusable
from legalmap.store import schema
from legalmap.store.engine import Connection, Store
from legalmap.store.history import feed

log = logging.getLogger(__name__)
# After the replica failed to answer: seconds for which only the primary is used.
PAUSE_SECONDS = 5.0


class Replica:
    """One replica. If it lags behind or is down, the caller falls back to the primary."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._fits = False
        self._seen = 0
        self._next_try = 0.0

    def caught_up(self, stack: ExitStack, feed_no: int) -> Connection | None:
        """A transaction on the replica that sees the feed up to ``feed_no``, closed by ``stack``; else None."""
        if monotonic() < self._next_try:
            return None
        with ExitStack() as attempt:
            try:
                self._require_fit()
                connection = attempt.enter_context(self._store.reading())
                if self._seen < feed_no:
                    # A replica never goes back: what it has shown once needs no query again.
                    self._seen = feed.head(connection)
            except Unusable as error:
                log.warning("replica: %s Readers are sent to the primary.", error)
                self._next_try = monotonic() + PAUSE_SECONDS
                return None
            if self._seen < feed_no:
                return None
            stack.push(attempt.pop_all())
            return connection

    def _require_fit(self) -> None:
        """Raise Unusable while a migration of the primary has not been replicated yet."""
        if not self._fits:
            schema.require_current(self._store)
            self._fits = True
