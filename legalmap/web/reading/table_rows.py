"""The rows of a topic's table: one for each record, filtered and sorted."""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.freshness import Freshness
from legalmap.domain.law.inside import stricter_inside
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.periods import Period, began, in_force_on
from legalmap.domain.law.resolution import Resolution
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.contents import Published
from legalmap.services.editions.editions import Edition
from legalmap.web.drawing import map_drawing
from legalmap.web.wording.answer_rows import words_in

KINDS = ("country", "territory", "state", "district", "county", "parish", "city", "town", "village")
SORTS = {
    "name": "Place",
    "status": "Strictest first",
    "since": "Newest law first",
    "verified": "Oldest evidence first",
}

# Rows on a page.
PAGE = 500


class TableRow(msgspec.Struct, frozen=True):
    """One record: its own period on the day, and what holds at its place with all levels together.

    ``since``: since when its own status holds. ``headline`` are the first variables of its own rule in words, None for what it does not say. ``inside`` counts the
    places inside that are stricter.
    """

    item: Published
    period: Period | None
    since: PartialDate | None
    headline: tuple[str | None, ...]
    freshness: Freshness | None
    resolution: Resolution
    inside: int

    @property
    def place(self) -> Jurisdiction:
        """Whose record it is."""
        return self.item.place


def matching(
    edition: Edition, as_of: date, filters: dict[str, str | None], sort: str
) -> list[Published]:
    """The records that pass every filter, sorted. The payloads, which are large, are not read for it.

    ``filters`` are values by name, None for no filter; ``sort`` is a key of ``SORTS``.
    """
    tests = _tests(edition, as_of, filters)
    fitting = [item for item in edition.records.values() if all(test(item) for test in tests)]
    return sorted(
        sorted(fitting, key=lambda item: item.place.name), key=_order(edition, as_of, sort)
    )


def rows(edition: Edition, as_of: date, items: list[Published]) -> list[TableRow]:
    """The rows of a page of records; their payloads are read in one query."""
    if items:
        items[0].payloads.need(item.publication for item in items)
    return [_row(edition, item, as_of) for item in items]


def _row(edition: Edition, item: Published, as_of: date) -> TableRow:
    topic, payload = edition.topic, item.payload
    period = in_force_on(payload.periods, as_of)
    resolution = edition.glance(item.place, as_of)
    stricter = stricter_inside(resolution, topic, edition.inside(item.place, as_of))
    # How old the evidence became says nothing of a day before it.
    predates = payload.last_verified is not None and as_of < payload.last_verified.first_day
    return TableRow(
        item,
        period,
        began(payload.periods, period).effective_from if period else None,
        tuple(
            words_in(variable, period.answers, topic)
            if period and variable.code in period.answers
            else None
            for variable in topic.headline
        ),
        None if predates else edition.freshness_of(item, as_of),
        resolution,
        sum(group.total for group in stricter),
    )


def _tests(
    edition: Edition, as_of: date, filters: dict[str, str | None]
) -> list[Callable[[Published], bool]]:
    """A test for each filter that is set."""
    chosen = {name: value for name, value in filters.items() if value is not None}
    statuses = edition.statuses(as_of) if "status" in chosen else {}
    shown = edition.shown(as_of) if "show" in chosen else {}
    tests: dict[str, Callable[[Published], bool]] = {
        "status": lambda item: chosen["status"] == statuses.get(item.place.code),
        "kind": lambda item: chosen["kind"] == item.place.kind,
        "freshness": lambda item: chosen["freshness"] == edition.freshness_of(item, as_of),
        "parent": lambda item: item.place.code.startswith(f"{chosen['parent']}-"),
        "show": lambda item: chosen["show"] == shown[item.place.code],
    }
    return [test for name, test in tests.items() if name in chosen]


def _order(edition: Edition, as_of: date, sort: str) -> Callable[[Published], Any]:
    severity = {status.code: status.severity for status in edition.topic.statuses}
    statuses = edition.statuses(as_of)

    def since(item: Published) -> int:
        period = in_force_on(item.gist.periods, as_of)
        return -period.first_day.toordinal() if period else 0

    def strictest(item: Published) -> int:
        status = statuses.get(item.place.code)
        return -severity[status] if status else 1

    orders: dict[str, Callable[[Published], Any]] = {
        "name": lambda item: item.place.name,
        "status": strictest,
        "since": since,
        "verified": lambda item: (
            item.handy.last_verified.first_day if item.handy.last_verified else date.min
        ),
    }
    return orders[sort]


def parents(tracker: Tracker, edition: Edition, chosen: str | None) -> list[Jurisdiction]:
    """The places that can be chosen as parent, by name: those with records below, and the chosen one."""
    codes = {item.place.parent for item in edition.records.values() if item.place.parent}
    places = tracker.places(sorted(codes | ({chosen} if chosen else set()))).values()
    return sorted(places, key=lambda place: place.name)


def not_researched(tracker: Tracker, edition: Edition, as_of: date) -> list[Jurisdiction]:
    """The places on the world map of which nothing is known: with the rows they are the whole map."""
    places = tracker.places(map_drawing.codes_of(edition, "world")).values()
    missing = [p for p in places if edition.glance(p, as_of).outcome == "not-researched"]
    return sorted(missing, key=lambda place: place.name)
