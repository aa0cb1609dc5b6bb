"""An edit whose record was published anew meanwhile: base, theirs and yours, and how to merge them."""

import msgspec

from legalmap.domain.errors import existing
from legalmap.domain.law import diff
from legalmap.domain.law.payload import Payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing.proposals import revision_at
from legalmap.store.history import records


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """The three versions of a conflict; ``clashes``: fields that both changed, which a person has to choose."""

    base_number: int
    current_number: int
    base: Payload
    theirs: Payload
    comparison: diff.Comparison
    clashes: tuple[diff.Clash, ...]

    def settled(self, yours_wins: set[int]) -> Payload:
        """Both edits merged. ``yours_wins``: indices of clashes decided for this edit. Raise Invalid if the
        result breaks a rule.
        """
        return diff.settle(self.base, self.comparison, yours_wins)


def compare_sides(
    tracker: Tracker, topic: str, code: str, base_number: int, yours: Payload
) -> Sides:
    """Compare an edit with what was published since its base; raise Missing if the record is not there."""
    with tracker.store.reading() as connection:
        record = existing(records.find(connection, topic, code), "record", f"{topic}/{code}")
        # In one transaction, so that both sides are of the same moment.
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
