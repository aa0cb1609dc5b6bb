"""Mementos (RFC 7089): what an address showed at an instant, as a feed number and a day."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time

import msgspec

from legalmap import clock
from legalmap.services.tracker import Tracker
from legalmap.store import feed


class Memento(msgspec.Struct, frozen=True):
    """What an address showed from ``at`` on: the law of ``as_of`` as known at ``feed_no``."""

    at: datetime
    feed_no: int
    as_of: date


class Memory:
    """Every publication that changed an address, one for each second: HTTP dates are no finer."""

    def __init__(self, moments: Iterable[tuple[int, datetime]]) -> None:
        seconds: dict[datetime, int] = {}
        for feed_no, at in moments:
            seconds[at.astimezone(UTC).replace(microsecond=0)] = feed_no
        self._seconds = sorted(seconds)
        self._numbers = [seconds[at] for at in self._seconds]

    @property
    def mementos(self) -> list[Memento]:
        """One for each publication. Between them each midnight brings one more."""
        pairs = zip(self._seconds, self._numbers, strict=True)
        return [Memento(at, feed_no, at.date()) for at, feed_no in pairs]

    def at(self, instant: datetime) -> Memento | None:
        """What was shown at an instant; before the first publication the first, as RFC 7089 asks."""
        if not self._seconds:
            return None
        wanted = min(max(instant.astimezone(UTC), self._seconds[0]), clock.now())
        index = bisect_right(self._seconds, wanted) - 1
        return self._on(max(index, 0), wanted.date())

    def of(self, feed_no: int, as_of: date) -> Memento | None:
        """The memento of an edition and day, or None if the address never showed just that."""
        index = bisect_right(self._numbers, feed_no) - 1
        if index < 0:
            return None
        found = self._on(index, as_of)
        followed = index + 1 < len(self._seconds) and self._seconds[index + 1] <= found.at
        shown = found.at.date() == as_of <= clock.today() and not followed
        return found if shown else None

    def _on(self, index: int, day: date) -> Memento:
        at = max(self._seconds[index], datetime.combine(day, time(), UTC))
        return Memento(at, self._numbers[index], day)


def memory(tracker: Tracker, topic: str | None, codes: Iterable[str] | None) -> Memory:
    """The memory of a topic, of some places in it, or of all there is."""
    with tracker.store.reading() as connection:
        return Memory(feed.moments(connection, topic, codes))
