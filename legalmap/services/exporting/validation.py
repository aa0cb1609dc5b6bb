"""Checks a file before it is served: does it fit its schema, and does it hold what the edition holds?"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

import msgspec

from legalmap.domain.errors import Unsound
from legalmap.services import contract
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import dictionary, formats, parquet, schemas, tables
from legalmap.services.exporting.dictionary import Field

Check = Callable[[Edition, date, bytes, list[str]], Iterator[str]]
# A few are enough for the log: a broken renderer breaks every row.
MOST_TOLD = 5


def prove(
    edition: Edition,
    as_of: date,
    format: str,  # noqa: A002
    content: bytes,
    codes: list[str] | None = None,
) -> None:
    """Raise Unsound, naming the faults, unless a file fits its schema and holds what it should.

    ``codes``: the records it should hold, in this order; None means all of the edition.
    """
    try:
        expected = edition.codes if codes is None else codes
        faults = list(islice(_CHECKS[format](edition, as_of, content, expected), MOST_TOLD))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # A file so broken that it cannot be read at all.
        faults = [f"it cannot be read: {error!r}"[:500]]
    if faults:
        raise Unsound(f"{edition.topic.code} {format}", edition.feed_no, faults)


def proved(edition: Edition, as_of: date, format: str) -> Iterator[bytes]:  # noqa: A002
    """A file in parts, each checked as a file of its records alone; raise Unsound, as ``prove`` does."""
    kind = formats.format_of(format)
    if kind.is_small:
        content = formats.render(edition, as_of, format)
        prove(edition, as_of, format, content)
        yield content
        return
    # A file without records is head and end. Of each file of some records only what lies between is
    # passed on, so that no file has to be in memory as a whole.
    frame = formats.render(edition, as_of, format, ())
    prove(edition, as_of, format, frame, [])
    head = len(frame) - len(kind.end)
    yield frame[:head]
    count = 0
    for records in formats.stretches(edition, as_of):
        content = formats.render(edition, as_of, format, records)
        codes = edition.codes[count : count + len(records)]
        prove(edition, as_of, format, content, codes)
        yield (kind.between if count else b"") + content[head : len(content) - len(kind.end)]
        count += len(records)
    if count != len(edition.codes):
        fault = f"it holds {count} records, the edition has {len(edition.codes)}"
        raise Unsound(f"{edition.topic.code} {format}", edition.feed_no, [fault])
    yield kind.end


def _same_again(kind: Any, content: bytes) -> tuple[Any, Iterator[str]]:
    """The decoded content, and a fault if encoding it again gives other bytes."""
    decoded = contract.decode(content, kind)
    wrong = contract.encode(decoded) != content.rstrip(b"\n")
    return decoded, iter(["it has other keys than its schema"] if wrong else [])


def _json(edition: Edition, as_of: date, content: bytes, codes: list[str]) -> Iterator[str]:
    export, faults = _same_again(contract.Export, content)
    yield from faults
    yield from _codes(codes, [record.jurisdiction.code for record in export.records])
    yield from _of_whole(edition, as_of, export)
    yield from _records(edition, export.records)


def _of_whole(edition: Edition, as_of: date, export: contract.Export) -> Iterator[str]:
    yield from _of_edition(edition, as_of, export.feed_no, export.as_of)
    if export.counts.records != len(edition.records):
        yield f"it counts {export.counts.records} records, the edition has {len(edition.records)}"
    if sum(export.counts.by_status.values()) + export.counts.not_known != export.counts.records:
        yield "its counts do not add up"


def _ndjson(edition: Edition, as_of: date, content: bytes, codes: list[str]) -> Iterator[str]:
    lines = []
    for text in content.splitlines():
        line, faults = _same_again(contract.RecordLine, text)
        yield from faults
        yield from _of_edition(edition, as_of, line.known_at, line.as_of)
        lines.append(line)
    yield from _codes(codes, [line.jurisdiction.code for line in lines])
    yield from _records(edition, lines)


def _records(edition: Edition, records: Any) -> Iterator[str]:
    statuses = {status.code for status in edition.topic.statuses}
    for record in records:
        code = record.jurisdiction.code
        if len(record.periods) != len(edition.records[code].gist.periods):
            yield f"{code} has another number of periods than the edition"
        if any(period.status not in statuses for period in record.periods):
            yield f"{code} has a status that is not in the codebook"


def _of_edition(edition: Edition, as_of: date, feed_no: int, day: date) -> Iterator[str]:
    if (feed_no, day) != (edition.feed_no, as_of):
        yield f"it says feed number {feed_no} and {day}, not {edition.feed_no} and {as_of}"


def _codes(expected: list[str], actual: list[str]) -> Iterator[str]:
    if actual != expected:
        yield f"it holds {len(actual)} records, the edition has {len(expected)} (or others)"


def _whose(edition: Edition, format: str, codes: list[str]) -> list[str]:  # noqa: A002
    """The place code, or in the dictionary the file name, that each row should have, in order."""
    if format == "dictionary":
        return [row["file"] for row in tables.dictionary_rows(edition.topic)]
    items = [edition.records[code] for code in codes]
    if format != "sources":
        return [item.place.code for item in items for _ in item.gist.periods]
    if items:
        items[0].payloads.need(item.publication for item in items)
    return [
        item.place.code for item in items for period in item.payload.periods for _ in period.sources
    ]


def _table(format: str) -> Check:  # noqa: A002
    def check(edition: Edition, _as_of: date, content: bytes, codes: list[str]) -> Iterator[str]:
        fields = schemas.fields_of(edition.topic, format)
        rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
        names = [field.name for field in fields]
        if not rows or rows[0] != names:
            yield f"its columns are {rows[:1]}, not {names}"
            return
        column = names.index("file" if format == "dictionary" else "jurisdiction")
        expected = _whose(edition, format, codes)
        if [row[column] for row in rows[1:]] != expected:
            yield f"it has {len(rows) - 1} rows, the edition makes {len(expected)} (or others)"
        for number, row in enumerate(rows[1:], start=2):
            for field, cell in zip(fields, row, strict=True):
                if not _fits(field, cell):
                    yield f"row {number}: “{cell[:80]}” does not fit the column {field.name}"

    return check


_NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?", re.ASCII)
_PATTERNS = {
    "integer": re.compile(r"-?\d+", re.ASCII),
    "number": _NUMBER,
    "boolean": re.compile(r"true|false"),
    "partial": re.compile(dictionary.PARTIAL_DATE, re.ASCII),
    "codes": re.compile(dictionary.CODES),
    "sha256": re.compile(dictionary.SHA256),
}


def _fits(field: Field, cell: str) -> bool:
    if not cell:
        return not field.required
    if field.kind == "choice":
        return cell in {code for code, _ in field.choices}
    if field.kind in ("date", "instant"):
        return _is_instant(cell) if field.kind == "instant" else _is_day(cell)
    pattern = _PATTERNS.get(field.kind)
    return pattern is None or pattern.fullmatch(cell) is not None


def _is_day(cell: str) -> bool:
    # Compared with what comes back, as “20261201” is an ISO date too.
    return date.fromisoformat(cell).isoformat() == cell


def _is_instant(cell: str) -> bool:
    return datetime.strptime(cell, dictionary.INSTANT).utcoffset() is not None  # noqa: DTZ007


def _geojson(edition: Edition, as_of: date, content: bytes, codes: list[str]) -> Iterator[str]:
    collection = msgspec.json.decode(content)
    names = list(tables.columns(edition.topic))
    day = date.fromisoformat(collection["as_of"])
    yield from _of_edition(edition, as_of, collection["feed_no"], day)
    yield from _codes(codes, [feature["id"] for feature in collection["features"]])
    for feature in collection["features"]:
        if list(feature["properties"]) != names:
            yield f"{feature['id']} has other properties than its schema"
        geometry = feature["geometry"]
        if geometry and geometry["type"] not in ("Point", "Polygon", "MultiPolygon"):
            yield f"{feature['id']} has a geometry of another kind"


def _parquet(edition: Edition, _as_of: date, content: bytes, codes: list[str]) -> Iterator[str]:
    names, rows = parquet.shape(content)
    if names != list(tables.columns(edition.topic)):
        yield f"its columns are {names}"
    if rows != (expected := len(_whose(edition, "parquet", codes))):
        yield f"it has {rows} rows, the edition makes {expected}"


_CHECKS: dict[str, Check] = {
    "json": _json,
    "ndjson": _ndjson,
    "csv": _table("csv"),
    "sources": _table("sources"),
    "dictionary": _table("dictionary"),
    "geojson": _geojson,
    "parquet": _parquet,
}
