"""The table of a topic: one row a record, filtered and sorted."""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from legalmap.domain.evidence import Freshness
from legalmap.domain.jurisdictions import Jurisdiction
from legalmap.domain.periods import Period, in_force_on
from legalmap.domain.resolving import Resolution
from legalmap.services.editions import Edition
from legalmap.services.gathering import Published
from legalmap.services.tracker import Tracker
from legalmap.web import drawing

KINDS = ("country", "territory", "state", "district", "county", "parish", "city", "town", "village")
SORTS = {
    "name": "Place",
    "status": "Strictest first",
    "since": "Newest law first",
    "verified": "Longest unverified first",
}


class Row(msgspec.Struct, frozen=True):
    """One record: what it says itself on the day, and what holds there in all."""

    item: Published
    period: Period | None
    freshness: Freshness
    resolution: Resolution

    @property
    def place(self) -> Jurisdiction:
        """Whose record it is."""
        return self.item.place


def rows(edition: Edition, as_of: date, filters: dict[str, str | None], sort: str) -> list[Row]:
    """The records that pass every filter given, in the order asked for."""
    found = [_row(edition, item, as_of) for item in edition.records.values()]
    kept = [row for row in found if _passes(row, filters)]
    return sorted(sorted(kept, key=lambda row: row.place.name), key=_order(edition, sort))


def _row(edition: Edition, item: Published, as_of: date) -> Row:
    return Row(
        item,
        in_force_on(item.payload.periods, as_of),
        edition.freshness_of(item, as_of),
        edition.resolve(item.place, as_of),
    )


def _passes(row: Row, filters: dict[str, str | None]) -> bool:
    status = row.period.status if row.period else None
    parent = filters["parent"]
    return (
        filters["status"] in (None, status)
        and filters["kind"] in (None, row.place.kind)
        and filters["freshness"] in (None, row.freshness)
        and filters["show"] in (None, row.resolution.shown)
        and (parent is None or row.place.code.startswith(f"{parent.lower()}-"))
    )


def _order(edition: Edition, sort: str) -> Callable[[Row], Any]:
    severity = {status.code: status.severity for status in edition.topic.statuses}

    def since(row: Row) -> int:
        return -row.period.first_day.toordinal() if row.period else 0

    orders: dict[str, Callable[[Row], Any]] = {
        "name": lambda row: row.place.name,
        "status": lambda row: -severity[row.period.status] if row.period else 1,
        "since": since,
        "verified": lambda row: row.item.payload.last_verified or date.min,
    }
    return orders[sort]


def parents(edition: Edition) -> list[str]:
    """The codes of all places that have records below them."""
    return sorted({item.place.parent for item in edition.records.values() if item.place.parent})


def not_researched(tracker: Tracker, edition: Edition, as_of: date) -> list[Jurisdiction]:
    """What the world map draws and no record tells of: with the rows, all that the map holds."""
    places = tracker.places(drawing.codes_of(edition, "world")).values()
    found = [p for p in places if edition.resolve(p, as_of).outcome == "not-researched"]
    return sorted(found, key=lambda place: place.name)
