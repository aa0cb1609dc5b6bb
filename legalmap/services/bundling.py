"""All topics in one Frictionless Data Package (2.0): what each file is, its hash, its columns."""

import io
import zipfile
from datetime import date
from typing import Any

import msgspec

from legalmap.services import exporting, schemas, wire
from legalmap.services.editions import Edition
from legalmap.services.keeping import File, Files, file_of

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
NAME = "datapackage.json"
ZIP_NAME = "datapackage.zip"
# NDJSON says what JSON says, and Parquet what CSV says: both are beside the package.
PACKED = ("csv", "sources", "dictionary", "json", "geojson")
TABLES = ("csv", "sources", "dictionary")
# ZIP cannot tell earlier times. The bytes must not depend on the clock.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_README = """legalmap: legal status per jurisdiction, feed number {feed_no}, as of {as_of}.

datapackage.json describes every file: columns, hashes, licence (Frictionless Data Package 2.0).
{{topic}}-dictionary.csv explains every column and code. Licence: CC0 1.0, {licence_url}
Nothing here is legal or medical advice.
"""


def package(
    editions: list[Edition], as_of: date, files: Files, *, newest: bool = True, pinned: bool = False
) -> File:
    """``datapackage.json``. ``pinned`` paths name edition and day, so that their hashes always hold."""
    feed_no = max(edition.feed_no for edition in editions)
    changed = max((e.changed_at for e in editions if e.changed_at), default=None)
    query = f"?as_of={as_of}&known_at={feed_no}" if pinned else ""
    said = {
        "$schema": PROFILE,
        "name": "legalmap",
        "title": "legalmap: legal status per jurisdiction",
        "description": f"The law on each topic, its sources and dates. {wire.DISCLAIMER}",
        "version": str(feed_no),
        **({"created": wire.instant(changed)} if changed else {}),
        "feed_no": feed_no,
        "as_of": as_of.isoformat(),
        "licenses": [{"name": wire.LICENCE, "path": wire.LICENCE_URL, "title": "CC0 1.0"}],
        "sources": _sources(editions),
        "keywords": ["law", "legal status", *(edition.topic.name for edition in editions)],
        "resources": [
            _resource(edition, format, files.of(edition, as_of, format, newest=newest), query)
            for edition in editions
            for format in PACKED  # noqa: A001
        ],
    }
    content = msgspec.json.format(msgspec.json.encode(said), indent=2) + b"\n"
    name = f"legalmap-feed-{feed_no}-{as_of}-{NAME}"
    return file_of(content, "application/json", name, feed_no, changed)


def _sources(editions: list[Edition]) -> list[dict[str, str]]:
    own = [
        {"title": f"Sources of every period on {edition.topic.name}", "path": path}
        for edition in editions
        for path in [exporting.file_name(edition.topic.code, "sources")]
    ]
    return [
        *own,
        {"title": "Natural Earth (shapes)", "path": "https://www.naturalearthdata.com/"},
        {"title": "U.S. Census Bureau (shapes, names)", "path": "https://www.census.gov/"},
        {"title": "Unicode CLDR (names)", "path": "https://cldr.unicode.org/"},
    ]


def _resource(edition: Edition, format: str, file: File, query: str) -> dict[str, Any]:  # noqa: A002
    topic, kind = edition.topic, exporting.format_of(format)
    path = exporting.file_name(topic.code, format)
    said: dict[str, Any] = {
        "name": path.replace(".csv", "").replace(".", "-"),
        "path": f"{path}{query}",
        "title": f"{topic.name}: {kind.about}",
        "format": path.rpartition(".")[2],
        "mediatype": kind.media_type.partition(";")[0],
        "encoding": "utf-8",
        "bytes": file.length,
        "hash": f"sha256:{file.content_sha256}",
    }
    if format not in TABLES:
        return {**said, "jsonSchema": f"{schemas.FOLDER}/{path}{schemas.SUFFIX}"}
    dialect = {"delimiter": ",", "lineTerminator": "\r\n", "doubleQuote": True, "header": True}
    return {"type": "table", **said, "dialect": dialect, "schema": schemas.of(topic, format)}


def zipped(editions: list[Edition], as_of: date, files: Files, *, newest: bool = True) -> File:
    """The package, the files it names and their schemas in one archive, the same bytes every time."""
    told = package(editions, as_of, files, newest=newest)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        _put(archive, NAME, told.content)
        _put(archive, "README.txt", _readme(told.feed_no, as_of))
        for edition in editions:
            for format in PACKED:  # noqa: A001
                name = exporting.file_name(edition.topic.code, format)
                _put(archive, name, files.of(edition, as_of, format, newest=newest).content)
                _put(archive, f"schemas/{name}{schemas.SUFFIX}", schema(edition, format))
    name = f"legalmap-feed-{told.feed_no}-{as_of}.zip"
    return file_of(out.getvalue(), "application/zip", name, told.feed_no, told.changed_at)


def schema(edition: Edition, format: str) -> bytes:  # noqa: A002
    """The schema of a file, for people to read as well."""
    return msgspec.json.format(msgspec.json.encode(schemas.of(edition.topic, format))) + b"\n"


def _readme(feed_no: int, as_of: date) -> bytes:
    return _README.format(feed_no=feed_no, as_of=as_of, licence_url=wire.LICENCE_URL).encode()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 6)
