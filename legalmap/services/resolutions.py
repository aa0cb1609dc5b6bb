"""Resolutions that are kept: what was resolved of the newest edition and what of it still holds."""

from collections import OrderedDict
from datetime import date
from threading import Lock

from legalmap.domain.resolving import Resolution

# Those of a world map, and of the towns of the state whose law was asked for.
KEPT_RESOLUTIONS = 6_000
# A place, a day, and whether summaries and sources were wanted.
Key = tuple[str, date, bool]
# A resolution, and the codes of the levels it was made of.
Kept = tuple[Resolution, tuple[str, ...]]


class Resolutions:
    """What was resolved of the newest edition, a bounded number. Safe between threads.

    They go from edition to edition, so that a publication costs no copy of those that hold on.
    """

    def __init__(self, feed_no: int) -> None:
        self._feed_no = feed_no
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, feed_no: int, key: Key) -> Resolution | None:
        """What was resolved, if it is kept and the edition that asks is still the newest."""
        known = self._kept.get(key)
        # Looked at last: what is there when this still holds is of this edition.
        return known[0] if known and feed_no == self._feed_no else None

    def keep(self, feed_no: int, key: Key, resolution: Resolution) -> None:
        """Keep one more, if its edition is still the newest; the oldest goes when there are too many."""
        levels = tuple(level.jurisdiction.code for level in resolution.levels)
        with self._lock:
            if feed_no != self._feed_no:
                return
            self._kept[key] = resolution, levels
            while len(self._kept) > KEPT_RESOLUTIONS:
                self._kept.popitem(last=False)

    def hand(self, feed_no: int, moved: frozenset[str]) -> "Resolutions":
        """The same for the edition after publications for the places of ``moved``."""
        with self._lock:
            # First of all: whoever still asks for the edition before gets nothing from here any more.
            self._feed_no = feed_no
            self._drop(moved)
        return self

    def copied(self, moved: frozenset[str]) -> "Resolutions":
        """Those that hold on if only the places of ``moved`` said something else, apart from these."""
        with self._lock:
            found = Resolutions(self._feed_no)
            found._kept = self._kept.copy()
        found._drop(moved)
        return found

    def _drop(self, moved: frozenset[str]) -> None:
        gone = [key for key, (_, levels) in self._kept.items() if not moved.isdisjoint(levels)]
        for key in gone:
            del self._kept[key]
