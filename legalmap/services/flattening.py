"""Records on one level, for tables and map programs: a row for each period, or for one day."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any

from legalmap.domain.topics import Topic
from legalmap.services import wire

RECORD_COLUMNS = (
    "topic",
    "known_at",
    "as_of",
    "licence",
    "jurisdiction",
    "name",
    "kind",
    "parent",
    "county",
    "iso",
    "fips",
    "lat",
    "lon",
    "url",
    "revision",
    "feed_no",
    "published_at",
    "payload_sha256",
    "resolved_outcome",
    "resolved_status",
    "resolved_deciding",
    "last_verified",
    "verified_how",
    "freshness",
    "confidence",
    "notes",
    "number_of_pending",
)
DATES = ("effective_from", "effective_until", "enacted_on")


def columns(topic: Topic) -> tuple[str, ...]:
    """The header of the table: the record, which period, what it says, its sources."""
    variables = (variable.code for variable in topic.variables)
    return (
        *RECORD_COLUMNS,
        *("period", "in_force", *DATES, "status", "force"),
        *variables,
        *("summary", "number_of_sources", "source_urls"),
    )


def table(topic: Topic, feed_no: int, as_of: date, records: Iterable[wire.Record]) -> bytes:
    """CSV by RFC 4180: a header, then one row for each period with the fields of its record."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    names = columns(topic)
    writer.writerow(names)
    for record in records:
        said = _of_record(record, feed_no, as_of)
        for index, period in enumerate(record.periods):
            row = {**said, **_of_period(period), "period": index}
            row["in_force"] = index == record.period
            writer.writerow([_cell(row[name]) for name in names])
    return out.getvalue().encode()


def on_the_day(topic: Topic, feed_no: int, as_of: date, record: wire.Record) -> dict[str, Any]:
    """The same columns for the period in force on ``as_of``; null where none is."""
    row = dict.fromkeys(columns(topic)) | _of_record(record, feed_no, as_of)
    row["period"], row["in_force"] = record.period, record.period is not None
    if record.period is not None:
        row |= _of_period(record.periods[record.period])
    return row


def _of_record(record: wire.Record, feed_no: int, as_of: date) -> dict[str, Any]:
    place = record.jurisdiction
    same = ("name", "kind", "parent", "county", "iso", "fips", "lat", "lon")
    own = ("topic", "url", "revision", "feed_no", "published_at", "payload_sha256")
    checked = ("last_verified", "verified_how", "freshness", "confidence", "notes")
    resolved = ("outcome", "status", "deciding")
    return {
        "known_at": feed_no,
        "as_of": as_of,
        "licence": wire.LICENCE,
        "jurisdiction": place.code,
        "number_of_pending": len(record.pending),
        **{name: getattr(place, name) for name in same},
        **{name: getattr(record, name) for name in (*own, *checked)},
        **{f"resolved_{name}": getattr(record.resolved, name) for name in resolved},
    }


def _of_period(period: wire.Period) -> dict[str, Any]:
    return {
        **{name: getattr(period, name) for name in (*DATES, "status", "force", "summary")},
        **period.answers,
        "number_of_sources": len(period.sources),
        "source_urls": [source.url for source in period.sources],
    }


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(value) if isinstance(value, list) else str(value)
