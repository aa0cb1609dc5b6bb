"""Reading the audit log: one page with what each act changed, or all of it as CSV or NDJSON."""

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
# For these acts the page shows how the revision differs from the one it was based on.
CHANGING = frozenset({"submit", "publish"})
# Written out: people have tools that rely on these names and their order.
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
# Spreadsheets run a cell that begins with one of these as a formula (OWASP: CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Entry(msgspec.Struct, frozen=True):
    """One event. ``news`` is what it changed in a record; None for acts that change none."""

    event: Event
    news: News | None


class Page(msgspec.Struct, frozen=True):
    """One page, newest first. ``older`` is the event id to pass as ``before`` for the next; None at the end."""

    entries: list[Entry]
    older: int | None


def page(tracker: Tracker, actor: Account, criteria: Filter, before: int | None = None) -> Page:
    """The newest events that match, with an id below ``before``: four queries however long the log is."""
    require(actor.role, Permission.READ_LOG)
    with tracker.store.reading() as connection:
        # One more than is shown tells whether there is an older page.
        newest = log.newest(connection, PAGE + 1, criteria, before)
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


def walk(tracker: Tracker, actor: Account, criteria: Filter) -> Iterator[Event]:
    """All matching events logged up to now, oldest first; raise Forbidden before the first is read."""
    require(actor.role, Permission.READ_LOG)
    # The end is fixed now: otherwise a busy site would keep a slow download running for ever.
    with tracker.store.reading() as connection:
        newest = log.newest(connection, 1)
    return _walked(tracker, criteria, newest[0].id if newest else 0)


def _walked(tracker: Tracker, criteria: Filter, last: int) -> Iterator[Event]:
    after = 0
    # A transaction for each batch, so that a slow download holds none open. Events never change.
    while True:
        with tracker.store.reading() as connection:
            batch = log.oldest(connection, criteria, after, last)
        yield from batch
        if len(batch) < log.BATCH:
            return
        after = batch[-1].id


def as_csv(events: Iterator[Event]) -> Iterator[str]:
    """The events as CSV, a line at a time. A cell that a spreadsheet would run gets a ' before it."""
    yield _line(COLUMNS)
    for event in events:
        yield _line([_harmless(str(value)) for value in _row(event).values()])


def as_ndjson(events: Iterator[Event]) -> Iterator[str]:
    """The events as NDJSON, with the data exactly as logged."""
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
