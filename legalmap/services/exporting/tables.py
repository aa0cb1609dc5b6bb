"""Records as flat rows, for CSV, Parquet and map programs: one for each period, each source, or a day."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from legalmap.domain.law.topics import Topic
from legalmap.services import contract
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import dictionary

DATES = ("effective_from", "effective_until", "enacted_on")


def columns(topic: Topic) -> tuple[str, ...]:
    """The column names of the table of periods."""
    return tuple(field.name for field in dictionary.period_fields(topic))


def table(edition: Edition, as_of: date, records: Iterable[contract.Record]) -> bytes:
    """CSV by RFC 4180: a header, then one row for each period with the fields of its record."""
    return _csv(columns(edition.topic), period_rows(edition, as_of, records))


def period_rows(
    edition: Edition, as_of: date, records: Iterable[contract.Record]
) -> Iterator[dict[str, Any]]:
    """One row for each period, with the fields of its record."""
    for record in records:
        common = _of_record(record, edition, as_of)
        for index, period in enumerate(record.periods):
            of_row = {"period": index, "in_force": index == record.period}
            yield {**common, **_of_period(period), **of_row}


def sources_table(edition: Edition, as_of: date, records: Iterable[contract.Record]) -> bytes:
    """CSV with one row for each source of each period."""
    names = [field.name for field in dictionary.source_fields()]
    return _csv(names, _source_rows(edition, as_of, records))


def _source_rows(
    edition: Edition, as_of: date, records: Iterable[contract.Record]
) -> Iterator[dict[str, Any]]:
    for record in records:
        head = {
            "topic": record.topic,
            "known_at": edition.feed_no,
            "as_of": as_of,
            "licence": contract.LICENCE,
            "jurisdiction": record.jurisdiction.code,
        }
        for index, period in enumerate(record.periods):
            of_period = {"period": index, "effective_from": period.effective_from}
            for position, source in enumerate(period.sources):
                yield {**head, **of_period, "position": position, **msgspec.structs.asdict(source)}


def dictionary_table(edition: Edition, _as_of: date, _records: Iterable[contract.Record]) -> bytes:
    """CSV of what every column means: a row for each, and one more for each code it may hold."""
    names = [field.name for field in dictionary.dictionary_fields()]
    return _csv(names, dictionary_rows(edition.topic))


def dictionary_rows(topic: Topic) -> Iterator[dict[str, Any]]:
    """The rows of the data dictionary: one for each column, one more for each of its codes."""
    files = {
        f"{topic.code}.csv": dictionary.period_fields(topic),
        f"{topic.code}-sources.csv": dictionary.source_fields(),
    }
    for file, fields in files.items():
        for field in fields:
            copied = ("title", "description", "required", "unit", "minimum", "maximum", "resolve")
            row = {name: getattr(field, name) for name in copied}
            row |= {"file": file, "column": field.name, "type": field.kind}
            yield {**row, "code": None, "label": None}
            for code, label in field.choices:
                yield {**row, "code": code, "label": label}


def _csv(names: Sequence[str], rows: Iterable[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    # The line ends of RFC 4180, on every system.
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in names])
    return out.getvalue().encode()


def on_the_day(edition: Edition, as_of: date, record: contract.Record) -> dict[str, Any]:
    """One row with the same columns for the period in force on ``as_of``; None where there is none."""
    row = dict.fromkeys(columns(edition.topic)) | _of_record(record, edition, as_of)
    row["period"], row["in_force"] = record.period, record.period is not None
    if record.period is not None:
        row |= _of_period(record.periods[record.period])
    return row


def _of_record(record: contract.Record, edition: Edition, as_of: date) -> dict[str, Any]:
    place = record.jurisdiction
    of_publication = ("topic", "url", "revision", "feed_no", "published_at", "payload_sha256")
    checked = ("last_verified", "verified_how", "freshness", "confidence", "notes")
    resolved = ("outcome", "status", "deciding")
    return {
        "known_at": edition.feed_no,
        "as_of": as_of,
        "licence": contract.LICENCE,
        "jurisdiction": place.code,
        "number_of_pending": sum(bill.outcome == "open" for bill in record.pending),
        **{name: getattr(place, name) for name in dictionary.PLACE},
        **{name: getattr(record, name) for name in (*of_publication, *checked)},
        **{f"resolved_{name}": getattr(record.resolved, name) for name in resolved},
    }


def _of_period(period: contract.Period) -> dict[str, Any]:
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
