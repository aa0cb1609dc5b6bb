"""Filling a new database from data/: places, ZIP codes, revision 0 of every record, and what to look up."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from legalmap import clock, paths
from legalmap.domain.errors import Invalid, Problem, Unusable
from legalmap.domain.law import payload
from legalmap.domain.law.payload import NOT_RESEARCHED, Payload
from legalmap.domain.people.accounts import SYSTEM_HANDLE
from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.store import log, places, schema
from legalmap.store.desk import tasks
from legalmap.store.engine import Connection
from legalmap.store.history import feed, records
from legalmap.store.people import accounts

# Told what was done and how many of it, for a progress bar.
Step = Callable[[str, int], None]
# Wider places first: the row of a parent must exist before those that refer to it.
TREE_FILES = ("countries", "subdivisions", "us-counties", "us-places")


class ShippedRecord(msgspec.Struct, frozen=True):
    """One file of data/records."""

    topic: str
    jurisdiction: str
    name: str
    payload: Payload


def shipped_places(folder: Path = paths.DATA / "jurisdictions") -> Iterator[dict[str, Any]]:
    """Every row of the jurisdiction files, as ``store.places.fill`` takes them."""
    zones = shipped_zones(folder)
    for name in TREE_FILES:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            yield from (_place_row(row, zones) for row in sorted(csv.DictReader(file), key=_depth))


def _depth(row: dict[str, str]) -> tuple[bool, bool, bool]:
    """What others name as parent or county comes first: roots, then cities that are counties."""
    return bool(row["parent"]), bool(row["county"]), not row["county_code"]


def _place_row(row: dict[str, str], zones: dict[str, str]) -> dict[str, Any]:
    known = {key: row[key] or None for key in ("parent", "county", "iso", "fips")}
    point = {key: float(row[key]) if row[key] else None for key in ("lat", "lon")}
    lists = {key: row[key].split() for key in ("aliases", "counties")}
    zone = _zone(row, zones)
    zones[row["code"]] = zone
    more = {"part_of": _part_of(row), "time_zone": zone or None}
    return {**row, **known, **point, **lists, **more}


def _part_of(row: dict[str, str]) -> str | None:
    """The state in whose part of ISO 3166-2 a place without a parent stands: “fr-974” is Réunion.

    None where its note says that control and claim differ: there no word of ours settles it.
    """
    listed = (alias.partition("-")[0] for alias in row["aliases"].split() if "-" in alias)
    return None if row["parent"] or row["note"] else next(listed, None)


def _zone(row: dict[str, str], zones: dict[str, str]) -> str:
    """A place's own time zone, else that of its county or of what it lies in; empty for several."""
    wider = [row["code"], row["county"], row["counties"].partition(" ")[0], row["parent"]]
    return next((zones[code] for code in wider if code in zones), "")


def shipped_zones(folder: Path) -> dict[str, str]:
    """The time zones that differ from those of the wider place; empty where a place has several."""
    with (folder / "time-zones.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["zone"] for row in csv.DictReader(file)}


def shipped_zips(folder: Path = paths.DATA / "jurisdictions") -> Iterator[tuple[str, list[str]]]:
    """Each ZIP code with the codes of its counties."""
    with (folder / "us-zips.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["zip"], row["counties"].split()


def shipped_records(
    folder: Path = paths.DATA / "records", topics: Iterable[str] | None = None
) -> Iterator[ShippedRecord]:
    """Every record file, by topic in the order of ``topics`` (default: by name), then by code.

    Raise Invalid, naming file and field, for one that cannot be read.
    """
    names = sorted(file.name for file in folder.iterdir()) if topics is None else topics
    for name in names:
        for file in sorted((folder / name).glob("*.json"), key=lambda file: file.stem):
            yield _shipped(file)


def _shipped(file: Path) -> ShippedRecord:
    raw = json.loads(file.read_text(encoding="utf-8"))
    head = {key: raw.pop(key) for key in ("topic", "jurisdiction", "name")}
    try:
        return ShippedRecord(**head, payload=payload.from_builtins(raw))
    except Invalid as error:
        raise _within(file.name, error) from None


def _within(where: str, error: Invalid) -> Invalid:
    """The same problems with the file or record they are in before the name of each field."""
    return Invalid(
        Problem(f"{where}: {problem.field}", problem.message) for problem in error.problems
    )


def shipped_tasks(
    file: Path = paths.DATA / "tasks.csv", topics: Iterable[str] | None = None
) -> Iterator[tuple[str, str, str]]:
    """(topic, jurisdiction, text) of what to look up next, of ``topics`` or of all."""
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if topics is None or row["topic"] in topics:
                yield row["topic"], row["jurisdiction"], row["text"]


def shipped_count(folder: Path = paths.DATA / "records") -> int:
    """How many steps ``initialise`` reports: one for each record, one for places, one for ZIP codes."""
    return sum(1 for _ in folder.glob("*/*.json")) + 2


def is_initialised(tracker: Tracker) -> bool:
    """Whether the database has been filled; raise Unusable if its tables are of another version."""
    if not schema.exists(tracker.store):
        return False
    schema.require_current(tracker.store)
    with tracker.store.reading() as connection:
        return places.count(connection) > 0


def initialise(tracker: Tracker, step: Step = lambda _what, _how_many: None) -> int:
    """Create the tables and load everything, all or nothing; gives the number of records.

    Raise Unusable if there is data already, Invalid if a shipped file breaks a rule.
    """
    if is_initialised(tracker):
        raise Unusable("The database has data already: nothing was changed.")
    schema.migrate(tracker.store)
    with tracker.store.writing() as connection:
        places.fill(connection, shipped_places())
        step("jurisdictions", 1)
        places.fill_zips(connection, shipped_zips())
        step("ZIP codes", 1)
        found = shipped_records(topics=tracker.topics)
        noted = shipped_tasks(topics=tracker.topics)
        return publish_shipped(connection, tracker, found, step, noted)


def refill_tree(tracker: Tracker) -> list[str]:
    """Bring the tree of an older database to the one that ships.

    Gives the codes of places that became part of another but have a record of their own.
    """
    with tracker.store.writing() as connection:
        if not places.count(connection):
            return []
        kept = places.refill(connection, shipped_places())
        places.fill_zips(connection, shipped_zips())
        return kept


def publish_shipped(
    connection: Connection,
    tracker: Tracker,
    shipped: Iterable[ShippedRecord],
    step: Step,
    noted: Iterable[tuple[str, str, str]] = (),
) -> int:
    """Create the shipped records and publish each as revision 0, the only one without a review.

    ``noted``: what to look up next about them.
    """
    at = clock.now()
    system_id = accounts.insert(connection, SYSTEM_HANDLE, Role.ADMIN, None, at)
    total = 0
    for item in shipped:
        _publish(connection, tracker, item, system_id, at)
        total += 1
        step("records", 1)
    system = accounts.by_id(connection, system_id) or SYSTEM_HANDLE
    subject = ("database", "", "data/ as shipped")
    to_look_up = tasks.insert_all(connection, noted, at)
    log.append(connection, system, "init", subject, at, records=total, tasks=to_look_up)
    return total


def validate(tracker: Tracker, item: ShippedRecord, content: Payload) -> None:
    """Raise Invalid, naming record and field, if what ships breaks a rule."""
    try:
        payload.validate(content, tracker.topic(item.topic), clock.today())
    except Invalid as error:
        raise _within(f"{item.topic}/{item.jurisdiction}", error) from None


def _publish(
    connection: Connection, tracker: Tracker, item: ShippedRecord, system_id: int, at: datetime
) -> None:
    content = payload.normalised(item.payload)
    validate(tracker, item, content)
    ids = records.insert_record(connection, item.topic, item.jurisdiction, content, system_id, at)
    records.point_to_genesis(connection, *ids)
    revision = records.revision_by_id(connection, ids[1])
    # A record without research says nothing that readers could see: it exists, unpublished.
    if revision is not None and content != NOT_RESEARCHED:
        feed.publish(connection, revision, None, at)
