"""A value derived from all records of a topic, cached for one edition and day."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Generic, Protocol, TypeVar

V = TypeVar("V")


class Numbered(Protocol):
    """What the value is derived from: an edition."""

    feed_no: int

    def changed_since(self, feed_no: int) -> Collection[str] | None:
        """Codes published since that feed number; None if it is not known."""


E = TypeVar("E", bound=Numbered)


class PerDayCache(Generic[E, V]):
    """Made from all records once a day; after a publication updated only for what it changed.

    Holds one edition and day: alternating between two days makes it anew each time. Thread-safe: two
    requests at the same moment do the same work twice.
    """

    def __init__(
        self,
        make: Callable[[E, date], V],
        mend: Callable[[E, date, V, Collection[str]], V],
    ) -> None:
        """``mend`` gives the same as ``make``, from the cached value and the codes that changed since."""
        self._make, self._mend = make, mend
        self._kept: tuple[int, date, V] | None = None

    def of(self, edition: E, day: date = date.min) -> V:
        """The value for an edition and day. Shared: must not be modified."""
        kept = self._kept
        if kept is not None and kept[1] == day:
            changed = edition.changed_since(kept[0])
            if changed is not None:
                value = self._mend(edition, day, kept[2], changed) if changed else kept[2]
                self._kept = edition.feed_no, day, value
                return value
        value = self._make(edition, day)
        self._kept = edition.feed_no, day, value
        return value
