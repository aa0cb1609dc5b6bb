"""A replica of the database that readers may be sent to: while it answers, and as far as it has come."""

import logging
from contextlib import ExitStack
from time import monotonic

from legalmap.domain.errors import Unusable
from legalmap.store import schema
from legalmap.store.engine import Connection, Store
from legalmap.store.history import feed

log = logging.getLogger(__name__)
# How long the primary alone is asked after the replica did not answer, in seconds.
PAUSE_SECONDS = 5.0


class Replica:
    """One replica. It may lag behind or be away; nobody sees less than they asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._fits = False
        self._seen = 0
        self._next_try = 0.0

    def caught_up(self, stack: ExitStack, feed_no: int) -> Connection | None:
        """A transaction that sees the feed up to ``feed_no``, closed with ``stack``; else None."""
        if monotonic() < self._next_try:
            return None
        with ExitStack() as own:
            try:
                self._require_fit()
                connection = own.enter_context(self._store.reading())
                if self._seen < feed_no:
                    self._seen = feed.head(connection)
            except Unusable as error:
                log.warning("replica: %s Readers are sent to the primary.", error)
                self._next_try = monotonic() + PAUSE_SECONDS
                return None
            if self._seen < feed_no:
                return None
            stack.push(own.pop_all())
            return connection

    def _require_fit(self) -> None:
        """Raise Unusable while the tables of a migration are not there yet."""
        if not self._fits:
            schema.require_current(self._store)
            self._fits = True
