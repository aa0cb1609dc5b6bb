"""An edit whose record moved on: base, theirs and yours, and both edits together."""

import msgspec

from legalmap.domain.errors import existing
from legalmap.domain.law import diff
from legalmap.domain.law.payload import Payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing.proposals import revision_at
from legalmap.store.history import records


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """Base, theirs and yours of an edit whose record moved on; ``clashes`` are the choices left to a person."""

    base_number: int
    current_number: int
    base: Payload
    theirs: Payload
    comparison: diff.Comparison
    clashes: tuple[diff.Clash, ...]

    def settled(self, yours_wins: set[int]) -> Payload:
        """Both edits together, of each clash the chosen side; raise Invalid if they do not fit."""
        return diff.settle(self.base, self.comparison, yours_wins)


def compare_sides(
    tracker: Tracker, topic: str, code: str, base_number: int, yours: Payload
) -> Sides:
    """Set an edit beside what was published meanwhile."""
    with tracker.store.reading() as connection:
        record = existing(records.find(connection, topic, code), "record", f"{topic}/{code}")
        base = revision_at(connection, record, base_number).payload
        theirs = revision_at(connection, record, record.current_number).payload
    comparison = diff.compare(base, theirs, yours)
    return Sides(
        base_number=base_number,
        current_number=record.current_number,
        base=base,
        theirs=theirs,
        comparison=comparison,
        clashes=diff.clashes(comparison),
    )
