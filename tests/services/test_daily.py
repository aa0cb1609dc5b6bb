"""Values of a day are made once, and after publications only those that changed."""

from datetime import date

from legalmap.services.daily import Daily

DAY, OTHER = date(2026, 11, 23), date(2026, 11, 24)
ALL = {"us": 1, "us-fl": 2, "us-al": 3}


class Making:
    """Makes values, and remembers for what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[frozenset[str] | None, date]] = []

    def __call__(self, moved: frozenset[str] | None, day: date) -> dict[str, int]:
        """Each time ten times what was made before."""
        self.asked.append((moved, day))
        times = len(self.asked)
        return {
            code: value * 10**times for code, value in ALL.items() if not moved or code in moved
        }


def test_they_are_made_once_a_day() -> None:
    make, daily = Making(), Daily[int]()
    for day in (DAY, DAY, OTHER, OTHER, DAY):
        daily = daily.on(day, make)
    assert make.asked == [(None, DAY), (None, OTHER), (None, DAY)]
    assert dict(daily.values) == {"us": 1_000, "us-fl": 2_000, "us-al": 3_000}


def test_of_several_publications_only_what_they_changed_is_made_when_somebody_asks() -> None:
    make = Making()
    first = Daily[int]().on(DAY, make)
    later = first.grown(frozenset({"us-fl"})).grown(frozenset({"us-al"}))
    assert len(make.asked) == 1
    later = later.on(DAY, make).on(DAY, make)
    assert make.asked == [(None, DAY), (frozenset({"us-fl", "us-al"}), DAY)]
    assert dict(later.values) == {"us": 10, "us-fl": 200, "us-al": 300}
    # The edition before says what it said.
    assert dict(first.values) == {"us": 10, "us-fl": 20, "us-al": 30}


def test_another_day_needs_nothing_of_what_changed_before() -> None:
    make = Making()
    Daily[int]().on(DAY, make).grown(frozenset({"us-fl"})).on(OTHER, make)
    assert make.asked == [(None, DAY), (None, OTHER)]
