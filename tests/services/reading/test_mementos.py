"""What an address showed at an instant: publications to the second, and each midnight between them."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from legalmap.services.reading.mementos import Memento, Memory, shown

FIRST = datetime(2026, 5, 1, 8, tzinfo=UTC)
SECOND = datetime(2026, 5, 3, 9, 30, 0, 400_000, tzinfo=UTC)
MOMENTS = [(1, FIRST), (2, FIRST.replace(microsecond=9)), (5, SECOND)]
MEMORY = Memory(MOMENTS)


@pytest.fixture(autouse=True)
def frozen() -> None:
    """A day in the middle of the year."""
    with time_machine.travel(datetime(2026, 6, 1, 12, tzinfo=UTC), tick=False):
        yield


def test_there_is_one_memento_for_each_second_that_published() -> None:
    assert [(memento.feed_no, memento.at) for memento in MEMORY.mementos] == [
        (2, FIRST),
        (5, SECOND.replace(microsecond=0)),
    ]


def told(feed_no: int, day: date) -> Memento | None:
    """What an address with a feed number and a day says it is."""
    earlier = [moment for moment in MOMENTS if moment[0] <= feed_no]
    later = [moment for moment in MOMENTS if moment[0] > feed_no]
    return shown(earlier[-1] if earlier else None, later[0] if later else None, day)


AT = [
    # When asked, then feed number, day, and from when on it was shown.
    (datetime(2020, 1, 1, tzinfo=UTC), 2, date(2026, 5, 1), FIRST),
    (FIRST, 2, date(2026, 5, 1), FIRST),
    (datetime(2026, 5, 2, 7, tzinfo=UTC), 2, date(2026, 5, 2), datetime(2026, 5, 2, tzinfo=UTC)),
    (
        datetime(2026, 5, 3, 9, 29, tzinfo=UTC),
        2,
        date(2026, 5, 3),
        datetime(2026, 5, 3, tzinfo=UTC),
    ),
    (datetime(2026, 5, 3, 9, 30, tzinfo=UTC), 5, date(2026, 5, 3), SECOND.replace(microsecond=0)),
    (datetime(2030, 1, 1, tzinfo=UTC), 5, date(2026, 6, 1), datetime(2026, 6, 1, tzinfo=UTC)),
]


@pytest.mark.parametrize(("asked", "feed_no", "day", "since"), AT)
def test_what_was_shown_at_an_instant(
    asked: datetime, feed_no: int, day: date, since: datetime
) -> None:
    memento = MEMORY.at(asked)
    assert memento is not None
    assert (memento.feed_no, memento.as_of, memento.at) == (feed_no, day, since)
    # The address it names says of itself that it is that memento.
    assert told(memento.feed_no, memento.as_of) == memento


@pytest.mark.parametrize(
    ("feed_no", "day"),
    [
        (0, date(2026, 5, 1)),  # nothing was published yet
        (1, date(2026, 5, 1)),  # 2 came within the same second
        (2, date(2026, 5, 4)),  # by then 5 was
        (5, date(2026, 5, 2)),  # the law of a day, told later
        (5, date(2026, 6, 2)),  # still to come
    ],
)
def test_what_was_never_shown_is_no_memento(feed_no: int, day: date) -> None:
    assert told(feed_no, day) is None


def test_nothing_published_is_nothing_remembered() -> None:
    assert Memory([]).at(FIRST) is None
    assert Memory([]).mementos == []
