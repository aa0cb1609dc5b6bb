"""Mementos (RFC 7089): what an address showed at an instant, as a feed number and a day."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time

import msgspec

from legalmap import clock
from legalmap.services.core.tracker import Tracker
from legalmap.store.derived import published_at
from legalmap.store.derived.published_at import Moment


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
            seconds[_second((feed_no, at))] = feed_no
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
        # Compared before anything else: at either end of the calendar there is no such day in UTC.
        wanted = min(max(instant, self._seconds[0]), clock.now()).astimezone(UTC)
        index = bisect_right(self._seconds, wanted) - 1
        return _on(self._seconds[max(index, 0)], self._numbers[max(index, 0)], wanted.date())


def _on(second: datetime, feed_no: int, day: date) -> Memento:
    return Memento(max(second, datetime.combine(day, time(), UTC)), feed_no, day)


def _second(moment: Moment) -> datetime:
    return moment[1].astimezone(UTC).replace(microsecond=0)


class Original(msgspec.Struct, frozen=True):
    """What an address is about: places of a topic, a topic, or, both None, all there is."""

    topic: str | None = None
    codes: tuple[str, ...] | None = None


def memory(tracker: Tracker, original: Original) -> Memory:
    """Every publication that changed an address."""
    with tracker.store.reading() as connection:
        return Memory(published_at.every(connection, original.topic, original.codes))


def memento(tracker: Tracker, original: Original, feed_no: int, as_of: date) -> Memento | None:
    """The memento of an edition and day, or None if the address never showed just that."""
    with tracker.store.reading() as connection:
        return shown(
            *published_at.beside(connection, original.topic, original.codes, feed_no), as_of
        )


def shown(newest: Moment | None, following: Moment | None, as_of: date) -> Memento | None:
    """The memento of a publication and a day, if it was still the newest one on that day."""
    if newest is None:
        return None
    found = _on(_second(newest), newest[0], as_of)
    followed = following is not None and _second(following) <= found.at
    return found if found.at.date() == as_of <= clock.today() and not followed else None
