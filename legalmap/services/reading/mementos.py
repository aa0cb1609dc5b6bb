"""Mementos (RFC 7089): what a URL showed at an instant, as a feed number and a day."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time

import msgspec

from legalmap import clock
from legalmap.services.core.tracker import Tracker
from legalmap.store.derived import published_at
from legalmap.store.derived.published_at import Moment


class Memento(msgspec.Struct, frozen=True):
    """What a URL showed from ``at`` on: the law of ``as_of`` as known at ``feed_no``."""

    at: datetime
    feed_no: int
    as_of: date


class Memory:
    """The publications that changed a URL, the last of each second: HTTP dates are no finer."""

    def __init__(self, moments: Iterable[tuple[int, datetime]]) -> None:
        seconds: dict[datetime, int] = {}
        for feed_no, at in moments:
            seconds[_second((feed_no, at))] = feed_no
        self._seconds = sorted(seconds)
        self._numbers = [seconds[at] for at in self._seconds]

    @property
    def mementos(self) -> list[Memento]:
        """One memento for each publication. Each midnight in between makes another, not listed here."""
        pairs = zip(self._seconds, self._numbers, strict=True)
        return [Memento(at, feed_no, at.date()) for at, feed_no in pairs]

    def at(self, instant: datetime) -> Memento | None:
        """What was shown at an instant; None without publications. Before the first, the first is given, as
        RFC 7089, 4.5.3 asks.
        """
        if not self._seconds:
            return None
        # Limited before converting to UTC: at the ends of the calendar that would overflow.
        wanted = min(max(instant, self._seconds[0]), clock.now()).astimezone(UTC)
        index = bisect_right(self._seconds, wanted) - 1
        return _on(self._seconds[max(index, 0)], self._numbers[max(index, 0)], wanted.date())


def _on(second: datetime, feed_no: int, day: date) -> Memento:
    return Memento(max(second, datetime.combine(day, time(), UTC)), feed_no, day)


def _second(moment: Moment) -> datetime:
    return moment[1].astimezone(UTC).replace(microsecond=0)


class Original(msgspec.Struct, frozen=True):
    """What a URL is about: some places of a topic, a topic, or everything if both are None."""

    topic: str | None = None
    codes: tuple[str, ...] | None = None


def memory(tracker: Tracker, original: Original) -> Memory:
    """The publications that changed a URL."""
    with tracker.store.reading() as connection:
        return Memory(published_at.every(connection, original.topic, original.codes))


def memento(tracker: Tracker, original: Original, feed_no: int, as_of: date) -> Memento | None:
    """The memento for a feed number and day; None if the URL never showed that combination."""
    with tracker.store.reading() as connection:
        return shown(
            *published_at.beside(connection, original.topic, original.codes, feed_no), as_of
        )


def shown(newest: Moment | None, following: Moment | None, as_of: date) -> Memento | None:
    """The memento for a publication and day, if no ``following`` one had replaced it by then."""
    if newest is None:
        return None
    memento = _on(_second(newest), newest[0], as_of)
    is_replaced = following is not None and _second(following) <= memento.at
    return memento if memento.at.date() == as_of <= clock.today() and not is_replaced else None
