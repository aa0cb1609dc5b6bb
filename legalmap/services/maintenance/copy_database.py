"""Copying a whole tracker into an empty database: from one small machine to PostgreSQL, and back.

All rows are written in one transaction: broken off, it leaves empty tables, which serve nobody, and
can be started again as it stands.
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
    """How many rows ``copy`` reports by its steps."""
    with tracker.store.reading() as connection:
        return copies.row_count(connection)


def copy(tracker: Tracker, target: Store, step: Step = lambda _what, _how_many: None) -> int:
    """Copy everything but sessions, ids kept, and compare every row; gives the feed number.

    The source is read as it stands at one moment. Raises Unusable, and leaves ``target`` without a
    row, if it is not empty, a hash of the source is wrong, or a row comes out differently.
    """
    _make_ready(target)
    with tracker.store.reading() as source, target.writing() as connection:
        # In the order in which every other writer takes them: no two wait crosswise.
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
    """What ``legalmap check`` finds in the copy."""
    return integrity_check.check(Tracker(target, tracker.topics))


def _make_ready(target: Store) -> None:
    """Make the tables unless they are there; raise Unusable if they are not those of this code."""
    if schema.exists(target):
        schema.require_current(target)
        with target.reading() as connection:
            copies.require_empty(connection, named(target.url))
    else:
        schema.migrate(target)
