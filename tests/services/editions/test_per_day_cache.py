"""What is made of all records is made once a day, and after publications only for what they changed."""

from collections.abc import Collection
from datetime import date

from legalmap.services.editions.per_day_cache import PerDayCache

DAY, OTHER = date(2026, 11, 23), date(2026, 11, 24)
PLACES = {"us", "us-fl", "us-al"}


class Edition:
    """One that remembers what was published since some of those before."""

    def __init__(self, feed_no: int, since: dict[int, set[str]] | None = None) -> None:
        self.feed_no = feed_no
        self._since = {feed_no: set(), **(since or {})}

    def changed_since(self, feed_no: int) -> set[str] | None:
        """None of an edition it does not know."""
        return self._since.get(feed_no)


class Making:
    """Makes for each place the feed number it was made at, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[date, set[str]]] = []
        self.latest = PerDayCache(self._make, self._mend)

    def _make(self, edition: Edition, day: date) -> dict[str, int]:
        self.asked.append((day, PLACES))
        return dict.fromkeys(PLACES, edition.feed_no)

    def _mend(
        self, edition: Edition, day: date, known: dict[str, int], changed: Collection[str]
    ) -> dict[str, int]:
        self.asked.append((day, set(changed)))
        return known | dict.fromkeys(changed, edition.feed_no)


def test_it_is_made_once_a_day() -> None:
    making, edition = Making(), Edition(1)
    for day in (DAY, DAY, OTHER, OTHER, DAY):
        assert making.latest.of(edition, day) == dict.fromkeys(PLACES, 1)
    assert making.asked == [(DAY, PLACES), (OTHER, PLACES), (DAY, PLACES)]


def test_of_publications_only_what_they_changed_is_made_when_somebody_asks() -> None:
    making = Making()
    first = making.latest.of(Edition(1), DAY)
    # Nothing of the topic was published, then two records at once.
    assert making.latest.of(Edition(2, {1: set()}), DAY) is first
    third = Edition(3, {2: {"us-fl", "us-al"}})
    assert making.latest.of(third, DAY) == {"us": 1, "us-fl": 3, "us-al": 3}
    assert making.asked == [(DAY, PLACES), (DAY, {"us-fl", "us-al"})]
    assert first == dict.fromkeys(PLACES, 1), "the edition before says what it said"


def test_another_day_and_a_past_edition_need_nothing_of_what_changed() -> None:
    making, first, second = Making(), Edition(1), Edition(2, {1: {"us-fl"}})
    making.latest.of(first, DAY)
    making.latest.of(second, OTHER)
    # Of the one before it is not known what was published since one that is later.
    assert making.latest.of(first, OTHER) == dict.fromkeys(PLACES, 1)
    assert making.asked == [(DAY, PLACES), (OTHER, PLACES), (OTHER, PLACES)]
