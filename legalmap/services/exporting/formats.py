"""A whole topic as one file. ``render`` is pure: the same edition and day always give the same bytes.

No byte depends on the clock, on a setting, or on a handle, which its account may lose. CSV follows
RFC 4180 and holds every value exactly as the JSON does: cells that begin with ``=`` or ``-`` are not
escaped, as that would change the data (a longitude may be negative); import them as text into a
spreadsheet. Items of a list are separated by spaces. Only Parquet also depends on its writer: another
version of pyarrow may give other bytes for the same rows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import chain, islice
from typing import Any

import msgspec

from legalmap.domain.errors import existing
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.periods import in_force_on
from legalmap.domain.law.resolution import Resolution
from legalmap.services import contract
from legalmap.services.editions.contents import Published
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import dictionary, parquet, tables
from legalmap.services.places import geojson

Records = tuple[contract.Record, ...]
# How many records are made at once: their payloads are loaded in one query.
STRETCH = 200
# The end of a JSON file, behind the last record.
_END = b"]}\n"


def url_of(topic: str, code: str) -> str:
    """The permanent address of a record, relative to the site."""
    return f"/{topic}/{code}"


def is_directly_below(place: Jurisdiction, code: str) -> bool:
    """Whether ``code`` is the parent of a place or a county it lies in."""
    return code in (place.parent, *place.in_counties)


def resolved(resolution: Resolution) -> contract.Resolved:
    """The short form of a resolution."""
    return contract.Resolved(
        outcome=resolution.outcome, status=resolution.status, deciding=resolution.deciding
    )


def record(edition: Edition, item: Published, as_of: date) -> contract.Record:
    """One published record as files and the API show it for a day."""
    payload, publication, topic = item.payload, item.publication, edition.topic
    current = in_force_on(payload.periods, as_of)
    return contract.Record(
        jurisdiction=contract.jurisdiction(item.place),
        topic=topic.code,
        url=url_of(topic.code, item.place.code),
        revision=publication.revision_number,
        feed_no=publication.feed_no,
        published_at=contract.instant(publication.at),
        payload_sha256=publication.payload_sha256,
        status=current.status if current else None,
        period=payload.periods.index(current) if current else None,
        resolved=resolved(edition.glance(item.place, as_of)),
        last_verified=payload.last_verified,
        verified_how=payload.verified_how,
        freshness=edition.freshness_of(item, as_of),
        confidence=payload.confidence,
        periods=tuple(contract.period(period, topic) for period in payload.periods),
        pending=payload.pending,
        notes=payload.notes,
    )


def items(edition: Edition) -> list[Published]:
    """The records of an edition sorted by code, in Python: databases sort letters each in its own way."""
    return [edition.records[code] for code in edition.codes]


def stretches(edition: Edition, as_of: date) -> Iterator[Records]:
    """Every record of an edition, sorted by code, STRETCH at a time."""
    remaining = iter(items(edition))
    while stretch := list(islice(remaining, STRETCH)):
        stretch[0].payloads.need(item.publication for item in stretch)
        yield tuple(record(edition, item, as_of) for item in stretch)


def counted(edition: Edition, by_status: Mapping[str | None, int]) -> contract.Counts:
    """The counts of an edition; ``by_status`` may leave statuses out that no record has."""
    return contract.Counts(
        records=sum(by_status.values()),
        by_status={status.code: by_status.get(status.code, 0) for status in edition.topic.statuses},
        not_known=by_status.get(None, 0),
    )


def _json(edition: Edition, as_of: date, records: Iterable[contract.Record]) -> bytes:
    topic = edition.topic
    export = contract.Export(
        topic=topic.code,
        name=topic.name,
        feed_no=edition.feed_no,
        as_of=as_of,
        changed_at=contract.instant(edition.changed_at) if edition.changed_at else None,
        scope=topic.scope,
        codebook=contract.codebook(topic),
        counts=counted(edition, edition.counts(as_of)),
        records=tuple(records),
    )
    return contract.encode(export) + b"\n"


def _ndjson(edition: Edition, as_of: date, records: Iterable[contract.Record]) -> bytes:
    lines = [
        contract.same(
            contract.RecordLine,
            record,
            known_at=edition.feed_no,
            as_of=as_of,
            licence=contract.LICENCE,
        )
        for record in records
    ]
    return b"".join(contract.encode(line) + b"\n" for line in lines)


def _geojson(edition: Edition, as_of: date, records: Iterable[contract.Record]) -> bytes:
    """GeoJSON (RFC 7946): an outline where one is shipped, a point for a town, else no geometry."""
    records = tuple(records)
    shapes = geojson.outlines({record.jurisdiction.code for record in records}, edition.records)
    topic = edition.topic
    features = [
        {
            "type": "Feature",
            "id": record.jurisdiction.code,
            "geometry": _geometry(record.jurisdiction, shapes),
            "properties": tables.on_the_day(edition, as_of, record),
        }
        for record in records
    ]
    collection = {
        "type": "FeatureCollection",
        "topic": topic.code,
        "name": topic.name,
        "feed_no": edition.feed_no,
        "as_of": as_of,
        "licence": contract.LICENCE,
        "licence_url": contract.LICENCE_URL,
        "scope": topic.scope,
        "disclaimer": contract.DISCLAIMER,
        "features": features,
    }
    return contract.encode(collection) + b"\n"


def _geometry(place: contract.Jurisdiction, shapes: dict[str, bytes]) -> Any:
    if place.code in shapes:
        return msgspec.Raw(shapes[place.code])
    if place.lat is None or place.lon is None:
        return None
    return {"type": "Point", "coordinates": [place.lon, place.lat]}


def _parquet(edition: Edition, as_of: date, records: Iterable[contract.Record]) -> bytes:
    rows = tables.period_rows(edition, as_of, records)
    return parquet.written(dictionary.period_fields(edition.topic), rows)


class Format(msgspec.Struct, frozen=True):
    """A file format: ending of the name, media type, description, and the function that writes it.

    ``between`` separates two records and ``end`` follows the last: by these a file is cut into parts.
    A format that ``is_small`` cannot be cut and is written in one go.
    """

    ending: str
    media_type: str
    about: str
    write: Callable[[Edition, date, Iterable[contract.Record]], bytes]
    between: bytes = b""
    end: bytes = b""
    is_small: bool = False


CSV = "text/csv; charset=utf-8; header=present"
FORMATS: dict[str, Format] = {
    "json": Format(".json", "application/json", "everything, nested", _json, b",", _END),
    "ndjson": Format(".ndjson", "application/x-ndjson", "a record on each line", _ndjson),
    "csv": Format(".csv", CSV, "a row for each period", tables.table),
    "sources": Format("-sources.csv", CSV, "a row for each source", tables.sources_table),
    "dictionary": Format(
        "-dictionary.csv",
        CSV,
        "what each column and code means",
        tables.dictionary_table,
        is_small=True,
    ),
    "geojson": Format(
        ".geojson", "application/geo+json", "shapes with the law on them", _geojson, b",", _END
    ),
    "parquet": Format(
        ".parquet", parquet.MEDIA_TYPE, "a row for each period, typed", _parquet, is_small=True
    ),
}


def available() -> dict[str, Format]:
    """The formats this installation can write: Parquet needs an extra."""
    return {name: kind for name, kind in FORMATS.items() if name != "parquet" or parquet.WRITES}


def file_name(topic: str, format: str) -> str:  # noqa: A002
    """The name of a topic's file, as in its address."""
    return f"{topic}{format_of(format).ending}"


def render(
    edition: Edition,
    as_of: date,
    format: str,  # noqa: A002
    records: Iterable[contract.Record] | None = None,
) -> bytes:
    """The bytes of a topic in one of ``FORMATS``; raise Missing, naming them, for another.

    ``records``: for a file of only these; None means all records of the edition.
    """
    kind = format_of(format)
    if records is None:
        records = chain.from_iterable(stretches(edition, as_of))
    return kind.write(edition, as_of, records)


def format_of(name: str) -> Format:
    """The format with that name; raise Missing, naming the others, if there is none."""
    return existing(FORMATS.get(name), "format", name, FORMATS)
