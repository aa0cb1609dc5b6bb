"""The reverse of the CSV export: rows, one for each period, are folded into records.

The columns are those of the export's CSV. ``topic``, ``jurisdiction``, ``effective_from``, ``status``,
``summary`` and ``source_urls`` are required. Where another column is missing, the published value is
kept; for a period, that of the published period with the same start. ``source_urls`` holds links
separated by spaces; for a published link its description is kept. A row may add one new link and
describes it in ``source_title``, ``source_publisher`` and ``source_kind``. ``revision`` is the revision
number that was edited, and ``note`` the change note.
"""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from legalmap.domain.errors import Invalid, Problem
from legalmap.domain.law import payload
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.topics import Topic, Variable
from legalmap.services.editing.upload_parsing import Line, Row, Table
from legalmap.services.exporting import tables

NEEDED = ("topic", "jurisdiction", "effective_from", "status", "summary", "source_urls")
OF_RECORD = ("last_verified", "verified_how", "confidence", "notes")
OF_PERIOD = ("effective_until", "enacted_on", "force")
NEW_SOURCE = {
    "source_title": "title",
    "source_publisher": "publisher",
    "source_kind": "kind",
    "source_citation": "citation",
    "source_published_on": "published_on",
}
_OWN = ("revision", "note")


def check_header(table: Table, topics: Iterable[Topic]) -> None:
    """Raise Invalid, naming the columns that are missing, unknown or repeated."""
    known = {*NEEDED, *OF_RECORD, *OF_PERIOD, *NEW_SOURCE, *_OWN}
    for topic in topics:
        known |= set(tables.columns(topic))
    header = Counter(table.header)
    faults = {
        "Missing columns": [name for name in NEEDED if name not in header],
        "Unknown columns": [name or "(no name)" for name in header if name not in known],
        "Columns that are there twice": sorted(name for name in header if header[name] > 1),
    }
    sentences = [f"{fault}: {', '.join(names[:20])}." for fault, names in faults.items() if names]
    if not sentences:
        return
    if len(faults["Missing columns"]) == len(NEEDED):
        sentences.insert(0, "This is neither JSON nor a CSV with the header we ask for.")
    raise Invalid.at("header", " ".join(sentences))


def grouped(table: Table) -> list[tuple[str, str, list[Row]]]:
    """Topic, place code and rows of each record. Rows of a record have to follow each other."""

    def key(row: Row) -> tuple[str, str]:
        return row.cells["topic"], row.cells["jurisdiction"]

    return [(*names, list(rows)) for names, rows in groupby(table.rows, key)]


def folded(rows: list[Row], topic: Topic, published: Payload) -> Line:
    """The rows of one record as one entry, which counts as standing at the line of the first row."""
    first = rows[0]
    if len(rows) > payload.MAX_PERIODS:
        most = f"Keep to at most {payload.MAX_PERIODS} rows for one place: these are {len(rows):,}."
        raise _at(first, "jurisdiction", most)
    raw: dict[str, Any] = {
        "topic": topic.code,
        "jurisdiction": first.cells["jurisdiction"],
        "periods": [_period(row, topic, published) for row in rows],
        # A CSV has no columns for bills under way: they stay as published.
        "pending": payload.to_builtins(published.pending),
    }
    for name in OF_RECORD:
        raw[name] = _of_record(rows, name, published)
    if first.cells.get("revision"):
        raw["base_revision"] = _whole(first, "revision")
    if first.cells.get("note"):
        raw["note"] = first.cells["note"]
    return Line(first.number, raw, tuple(row.number for row in rows))


def _of_record(rows: list[Row], name: str, published: Payload) -> Any:
    """A field of the record, which all its rows have to repeat; as published if there is no such column."""
    if name not in rows[0].cells:
        return payload.to_builtins(getattr(published, name))
    first_cell = rows[0].cells[name]
    for row in rows:
        if row.cells[name] != first_cell:
            raise _at(row, name, "Say the same in all rows of one place.")
    return first_cell if name == "notes" else first_cell or None


def _period(row: Row, topic: Topic, published: Payload) -> dict[str, Any]:
    start = row.cells["effective_from"] or None
    before = next(
        (period for period in published.periods if _text(period.effective_from) == start), None
    )
    raw: dict[str, Any] = {
        "effective_from": start,
        "status": row.cells["status"],
        "summary": row.cells["summary"],
        "answers": dict(before.answers) if before else {},
        "sources": _sources(row, published, start),
    }
    for name in OF_PERIOD:
        # An empty cell empties a date, but a period always has a force.
        if name in row.cells and (row.cells[name] or name != "force"):
            raw[name] = row.cells[name] or None
        elif before is not None:
            raw[name] = payload.to_builtins(getattr(before, name))
    for variable in topic.variables:
        if variable.code in row.cells:
            raw["answers"][variable.code] = _answer(row, variable)
    return raw


def _text(value: Any) -> str | None:
    return value.text if value else None


def _answer(row: Row, variable: Variable) -> Any:
    cell = row.cells[variable.code]
    if variable.type == "choices":
        return cell.split()
    if not cell or variable.type in ("choice", "text"):
        return cell or None
    # Strictly: int() and float() would also take “1_000”, “1e5”, “nan” and digits of other scripts.
    if re.fullmatch(r"-?\d{1,15}", cell, re.ASCII):
        return int(cell)
    if re.fullmatch(r"-?\d{1,15}\.\d{1,15}", cell, re.ASCII):
        return float(cell)
    raise _at(row, variable.code, f"“{cell[:40]}” is no number.")


def _sources(row: Row, published: Payload, start: str | None) -> list[dict[str, Any]]:
    """The sources of a period: published links as they are, one new link as the row describes it."""
    known: dict[str, Any] = {}
    # The period with the same start comes last: if two periods describe a link, its words win.
    for period in sorted(
        published.periods, key=lambda period: _text(period.effective_from) == start
    ):
        known |= {source.url: payload.to_builtins(source) for source in period.sources}
    urls = row.cells["source_urls"].split()
    new = [url for url in urls if url not in known]
    if len(new) > 1:
        raise _at(
            row,
            "source_urls",
            f"{len(new)} links are new, a row can describe one: {' '.join(new)[:300]}. "
            "Use JSON for more.",
        )
    return [known[url] if url in known else _new_source(row, url) for url in urls]


def _new_source(row: Row, url: str) -> dict[str, Any]:
    described = {key: row.cells.get(name, "") for name, key in NEW_SOURCE.items()}
    missing = [name for name in ("source_title", "source_publisher", "source_kind")
               if not described[NEW_SOURCE[name]]]  # fmt: skip
    if missing:
        raise _at(row, missing[0], f"{url[:200]} is a new link: fill in {', '.join(missing)}.")
    return {"url": url, **{key: value for key, value in described.items() if value}}


def _whole(row: Row, name: str) -> int:
    cell = row.cells[name]
    if not re.fullmatch(r"\d{1,9}", cell, re.ASCII):
        raise _at(row, name, "Give a whole number.")
    return int(cell)


def _at(row: Row, name: str, message: str) -> Invalid:
    return Invalid([Problem(f"line {row.number}: {name}", message)])
