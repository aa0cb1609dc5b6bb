"""All topics in one Frictionless Data Package (2.0): what each file is, its hash, its columns."""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from typing import IO, Any, cast

import msgspec

from legalmap.services import exporting, piecing, schemas, wire
from legalmap.services.editions import Edition
from legalmap.services.keeping import Files
from legalmap.services.rendering import File, file_of, laid

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
    named = {
        (edition, format): files.of(edition, as_of, format, newest=newest)
        for edition in editions
        for format in PACKED  # noqa: A001
    }

    def parts() -> Iterator[bytes]:
        yield from _archived(_members(told, as_of, named))

    name = f"legalmap-feed-{told.feed_no}-{as_of}.zip"
    about = ("application/zip", name, told.feed_no, told.changed_at)
    if all(map(piecing.is_held, editions)):
        return file_of(b"".join(parts()), *about)
    return laid(parts, *about, files.folder)


def _members(
    told: File, as_of: date, named: dict[tuple[Edition, str], File]
) -> Iterator[tuple[str, int, Iterator[bytes]]]:
    """What the archive holds: the name, the length and the bytes of each file."""
    yield NAME, told.length, told.parts()
    readme = _README.format(
        feed_no=told.feed_no, as_of=as_of, licence_url=wire.LICENCE_URL
    ).encode()
    yield "README.txt", len(readme), iter((readme,))
    for (edition, format), file in named.items():  # noqa: A001
        name = exporting.file_name(edition.topic.code, format)
        yield name, file.length, file.parts()
        content = schema(edition, format)
        yield f"schemas/{name}{schemas.SUFFIX}", len(content), iter((content,))


class _Sink:
    """Takes what an archive writes, until somebody takes it away."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, content: bytes) -> int:
        self._held += content
        return len(content)

    def flush(self) -> None:
        """Nothing lies between."""

    def taken(self) -> bytes:
        found = bytes(self._held)
        self._held.clear()
        return found


def _archived(members: Iterable[tuple[str, int, Iterator[bytes]]]) -> Iterator[bytes]:
    """An archive in parts: a file larger than memory passes through it."""
    sink = _Sink()
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, length, parts in members:
            told = zipfile.ZipInfo(name, _EPOCH)
            told.compress_type, told.file_size = zipfile.ZIP_DEFLATED, length
            told.external_attr = 0o644 << 16
            with archive.open(told, "w") as member:
                for part in parts:
                    member.write(part)
                    yield sink.taken()
    yield sink.taken()


def schema(edition: Edition, format: str) -> bytes:  # noqa: A002
    """The schema of a file, for people to read as well."""
    return msgspec.json.format(msgspec.json.encode(schemas.of(edition.topic, format))) + b"\n"
