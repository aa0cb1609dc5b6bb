"""Something of all records of a topic, kept as it was asked for last."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Generic, Protocol, TypeVar

V = TypeVar("V")


class Numbered(Protocol):
    """What it is made of: an edition."""

    feed_no: int

    def changed_since(self, feed_no: int) -> Collection[str] | None:
        """The places something was published for since then; None if that is not remembered."""


E = TypeVar("E", bound=Numbered)


class Latest(Generic[E, V]):
    """Made of all records once a day; after a publication only what it changed is made anew.

    Kept for one edition and day: who asks for another one in turn with this makes it each time.
    Safe between threads: who comes at the same moment does the same work twice.
    """

    def __init__(
        self,
        make: Callable[[E, date], V],
        mend: Callable[[E, date, V, Collection[str]], V],
    ) -> None:
        """``mend`` gives what ``make`` would, from what was kept and the places that changed since."""
        self._make, self._mend = make, mend
        self._kept: tuple[int, date, V] | None = None

    def of(self, edition: E, day: date = date.min) -> V:
        """The same of an edition on a day; nobody may change it."""
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
