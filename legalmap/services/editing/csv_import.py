"""The reverse of flattening: rows of a CSV, one for each period, folded into records.

The columns are those of the export's CSV. ``topic``, ``jurisdiction``, ``effective_from``, ``status``,
``summary`` and ``source_urls`` must be there. What a column would say that is missing stays as it is
published: of a period, in the one with the same start. ``source_urls`` names links with a space between
two; what is published of them is taken over. One link that is new is described by ``source_title``,
``source_publisher`` and ``source_kind``. ``revision`` is the one that the changes started from, and
``note`` says why.
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
    """Raise Invalid, naming the columns that are missing, unknown or there twice."""
    known = {*NEEDED, *OF_RECORD, *OF_PERIOD, *NEW_SOURCE, *_OWN}
    for topic in topics:
        known |= set(tables.columns(topic))
    header = Counter(table.header)
    faults = {
        "Missing columns": [name for name in NEEDED if name not in header],
        "Unknown columns": [name or "(no name)" for name in header if name not in known],
        "Columns that are there twice": sorted(name for name in header if header[name] > 1),
    }
    told = [f"{what}: {', '.join(names[:20])}." for what, names in faults.items() if names]
    if not told:
        return
    if len(faults["Missing columns"]) == len(NEEDED):
        told.insert(0, "This is neither JSON nor a CSV with the header we ask for.")
    raise Invalid.at("header", " ".join(told))


def grouped(table: Table) -> list[tuple[str, str, list[Row]]]:
    """Topic, place and rows of each record; its rows stand one after the other."""

    def key(row: Row) -> tuple[str, str]:
        return row.cells["topic"], row.cells["jurisdiction"]

    return [(*names, list(rows)) for names, rows in groupby(table.rows, key)]


def folded(rows: list[Row], topic: Topic, published: Payload) -> Line:
    """The entry that the rows of one record make; it stands where the first of them does."""
    first = rows[0]
    if len(rows) > payload.MAX_PERIODS:
        most = f"Keep to at most {payload.MAX_PERIODS} rows for one place: these are {len(rows):,}."
        raise _at(first, "jurisdiction", most)
    raw: dict[str, Any] = {
        "topic": topic.code,
        "jurisdiction": first.cells["jurisdiction"],
        "periods": [_period(row, topic, published) for row in rows],
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
    """What all rows of the record say alike; as published if there is no such column."""
    if name not in rows[0].cells:
        return payload.to_builtins(getattr(published, name))
    said = rows[0].cells[name]
    for row in rows:
        if row.cells[name] != said:
            raise _at(row, name, "Say the same in all rows of one place.")
    return said if name == "notes" else said or None


def _period(row: Row, topic: Topic, published: Payload) -> dict[str, Any]:
    start = row.cells["effective_from"] or None
    before = next((p for p in published.periods if _text(p.effective_from) == start), None)
    raw: dict[str, Any] = {
        "effective_from": start,
        "status": row.cells["status"],
        "summary": row.cells["summary"],
        "answers": dict(before.answers) if before else {},
        "sources": _sources(row, published, start),
    }
    for name in OF_PERIOD:
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
    said = row.cells[variable.code]
    if variable.type == "choices":
        return said.split()
    if not said or variable.type == "choice":
        return said or None
    if re.fullmatch(r"-?\d{1,15}", said, re.ASCII):
        return int(said)
    if re.fullmatch(r"-?\d{1,15}\.\d{1,15}", said, re.ASCII):
        return float(said)
    raise _at(row, variable.code, f"“{said[:40]}” is no number.")


def _sources(row: Row, published: Payload, start: str | None) -> list[dict[str, Any]]:
    """Known links as they are published, best of the same period; one new link as the row says."""
    known: dict[str, Any] = {}
    for period in sorted(published.periods, key=lambda p: _text(p.effective_from) == start):
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
    said = {key: row.cells.get(name, "") for name, key in NEW_SOURCE.items()}
    missing = [name for name in ("source_title", "source_publisher", "source_kind")
               if not said[NEW_SOURCE[name]]]  # fmt: skip
    if missing:
        raise _at(row, missing[0], f"{url[:200]} is a new link: fill in {', '.join(missing)}.")
    return {"url": url, **{key: value for key, value in said.items() if value}}


def _whole(row: Row, name: str) -> int:
    said = row.cells[name]
    if not re.fullmatch(r"\d{1,9}", said, re.ASCII):
        raise _at(row, name, "Give a whole number.")
    return int(said)


def _at(row: Row, name: str, message: str) -> Invalid:
    return Invalid([Problem(f"line {row.number}: {name}", message)])
