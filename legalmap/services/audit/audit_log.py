"""Reading the log: a page of it with what each act changed, and the whole of it as CSV or NDJSON."""

import csv
import io
import json
from collections.abc import Iterator

import msgspec

from legalmap.domain.events import Event, Filter
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.core.tracker import Tracker
from legalmap.services.reading.published_changes import News
from legalmap.store import log
from legalmap.store.history import records

PAGE = 50
# The acts whose change is the difference between a revision and the one it started from.
CHANGING = frozenset({"submit", "publish"})
COLUMNS = (
    "id",
    "at",
    "actor",
    "action",
    "subject_kind",
    "subject_id",
    "subject_label",
    "topic",
    "jurisdiction",
    "data",
)
# A spreadsheet takes what begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Entry(msgspec.Struct, frozen=True):
    """One event. ``news`` is what it changed in a record, if that is what it did."""

    event: Event
    news: News | None


class Page(msgspec.Struct, frozen=True):
    """A stretch of the log, newest first. ``older`` is where the next one begins, if there is one."""

    entries: list[Entry]
    older: int | None


def page(tracker: Tracker, actor: Account, wanted: Filter, before: int | None = None) -> Page:
    """The newest events that are wanted, of those before an id: few queries, however long the log."""
    require(actor.role, Permission.READ_LOG)
    with tracker.store.reading() as connection:
        newest = log.newest(connection, PAGE + 1, wanted, before)
        shown = newest[:PAGE]
        changing = [int(event.subject_id) for event in shown if _changes(event)]
        revisions, bases = records.with_bases(connection, changing)
    places = tracker.places(list({revised.jurisdiction for revised in revisions.values()}))
    entries = []
    for event in shown:
        revised = revisions.get(int(event.subject_id)) if _changes(event) else None
        news = (
            News(places[revised.jurisdiction], revised, bases.get(revised.base_id or 0))
            if revised
            else None
        )
        entries.append(Entry(event, news))
    return Page(entries, shown[-1].id if len(newest) > PAGE else None)


def _changes(event: Event) -> bool:
    return event.subject_kind == "revision" and event.action in CHANGING


def walk(tracker: Tracker, actor: Account, wanted: Filter) -> Iterator[Event]:
    """Everything that is wanted up to now, oldest first, in short transactions: nobody waits for a
    reader who takes it slowly, and what was logged never changes between them.
    """
    require(actor.role, Permission.READ_LOG)
    with tracker.store.reading() as connection:
        newest = log.newest(connection, 1)
    return _walked(tracker, wanted, newest[0].id if newest else 0)


def _walked(tracker: Tracker, wanted: Filter, last: int) -> Iterator[Event]:
    after = 0
    while True:
        with tracker.store.reading() as connection:
            batch = log.oldest(connection, wanted, after, last)
        yield from batch
        if len(batch) < log.BATCH:
            return
        after = batch[-1].id


def as_csv(events: Iterator[Event]) -> Iterator[str]:
    """The events as CSV, a piece at a time. What a spreadsheet would run gets a ' before it."""
    yield _line(COLUMNS)
    for event in events:
        yield _line([_harmless(str(value)) for value in _row(event).values()])


def as_ndjson(events: Iterator[Event]) -> Iterator[str]:
    """The events as JSON, one on each line, with the data as they were logged."""
    for event in events:
        row = {**_row(event), "id": event.id, "data": event.data}
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _row(event: Event) -> dict[str, object]:
    values = (
        event.id,
        event.at.isoformat(timespec="seconds"),
        event.actor_label,
        event.action,
        event.subject_kind,
        event.subject_id,
        event.subject_label,
        event.data.get("topic") or "",
        event.data.get("jurisdiction") or "",
        json.dumps(event.data, sort_keys=True, ensure_ascii=False),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _line(values: list[str] | tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
