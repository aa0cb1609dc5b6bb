"""Copying a whole tracker into an empty database: from SQLite to PostgreSQL, or back.

All rows are written in one transaction: if it is interrupted, the tables stay empty, and the command
can simply be run again.
"""

from legalmap import clock
from legalmap.domain.errors import Unusable
from legalmap.domain.people.accounts import SYSTEM_HANDLE
from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import integrity_check
from legalmap.services.maintenance.first_load import Step
from legalmap.store import log, schema
from legalmap.store.connection_errors import named
from legalmap.store.engine import Store
from legalmap.store.history import copies, feed, records


def row_count(tracker: Tracker) -> int:
    """How many rows ``copy`` will report through ``step``."""
    with tracker.store.reading() as connection:
        return copies.row_count(connection)


def copy(tracker: Tracker, target: Store, step: Step = lambda _what, _how_many: None) -> int:
    """Copy everything but sessions, with the same ids, and compare every row; gives the feed number.

    The source is read in one transaction. Raises Unusable, and writes nothing, if ``target`` is not
    empty, a hash in the source is wrong, or a row differs after copying.
    """
    _make_ready(target)
    with tracker.store.reading() as source, target.writing() as connection:
        # In the same order as every other writer, so that no two wait for each other.
        records.lock_making(connection)
        feed.lock(connection)
        copies.require_empty(connection, named(target.url))
        copies.copy(source, connection, step)
        different = copies.first_difference(source, connection)
        if different:
            raise Unusable(f"The copy differs from the source in {different}: nothing was kept.")
        head = feed.head(connection)
        subject = ("database", "", "copied from another database")
        log.append(connection, SYSTEM_HANDLE, "copy", subject, clock.now(), feed_no=head)
    return head


def faults(tracker: Tracker, target: Store) -> list[str]:
    """The faults that ``legalmap check`` finds in the copy; empty if it is sound."""
    return integrity_check.check(Tracker(target, tracker.topics))


def _make_ready(target: Store) -> None:
    """Create the tables if there are none; raise Unusable if they are of another version, or not empty."""
    if schema.exists(target):
        schema.require_current(target)
        with target.reading() as connection:
            copies.require_empty(connection, named(target.url))
    else:
        schema.migrate(target)
