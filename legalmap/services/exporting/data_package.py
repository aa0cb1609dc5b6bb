"""All topics in one Frictionless Data Package (2.0): what each file is, its hash, its columns."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any

import msgspec

from legalmap.domain.errors import Unmade
from legalmap.services import contract
from legalmap.services.core import texts
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import formats, schemas
from legalmap.services.exporting.files import Files
from legalmap.services.exporting.made_file import File, Wanted

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
NAME = "datapackage.json"
ZIP_NAME = "datapackage.zip"
# Without NDJSON, which says what JSON says, and Parquet, which says what CSV says.
PACKED = ("csv", "sources", "dictionary", "json", "geojson")
TABLES = ("csv", "sources", "dictionary")
# The earliest time a ZIP can hold. With that of the clock, no two archives would have the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def package(
    editions: list[Edition],
    as_of: date,
    files: Files,
    *,
    pinned: bool = False,
    wait: bool = True,
) -> File:
    """``datapackage.json``. ``pinned``: paths name feed number and day, so that their hashes stay true."""

    def make() -> Iterator[bytes]:
        yield _described(editions, as_of, _named(editions, as_of, files, newest=not pinned), pinned)

    wanted = _wanted(editions, as_of, f"-{NAME}", "application/json", make)
    return files.served(wanted, newest=not pinned, wait=wait)


def _wanted(
    editions: list[Edition],
    as_of: date,
    ending: str,
    media_type: str,
    make: Callable[[], Iterator[bytes]],
) -> Wanted:
    def changed_at(feed_no: int) -> datetime | None:
        instants = (edition.changed_at_of(feed_no) for edition in editions)
        return max(filter(None, instants), default=None)

    feed_no = max(edition.feed_no for edition in editions)
    return Wanted("", ending, media_type, feed_no, as_of, changed_at, make)


# The files of a package, by edition and format.
Named = dict[tuple[Edition, str], File]


def _named(editions: list[Edition], as_of: date, files: Files, *, newest: bool) -> Named:
    """The files, made if they are not there; raise Unmade if one is not of the package's feed number."""
    named = {
        (edition, format): files.of(edition, as_of, format, newest=newest)
        for edition in editions
        for format in PACKED  # noqa: A001
    }
    # An earlier file may stand in for one that is being made; the package would name a wrong hash.
    for file in named.values():
        if not file.is_final:
            raise Unmade(f"{file.name} is all there is of it: no package can hold it.")
    return named


def _described(editions: list[Edition], as_of: date, named: Named, pinned: bool) -> bytes:
    feed_no = max(edition.feed_no for edition in editions)
    changed = max((e.changed_at for e in editions if e.changed_at), default=None)
    query = f"?as_of={as_of}&known_at={feed_no}" if pinned else ""
    resources = [
        _resource(edition, format, file, query)
        for (edition, format), file in named.items()  # noqa: A001
    ]
    content = texts.rendered(
        "package/datapackage.json",
        profile=PROFILE,
        feed_no=feed_no,
        as_of=as_of,
        changed_at=contract.instant(changed) if changed else None,
        topics=[edition.topic for edition in editions],
        resources=resources,
        licence=contract.LICENCE,
        licence_url=contract.LICENCE_URL,
        disclaimer=contract.DISCLAIMER,
    )
    return msgspec.json.format(content.encode(), indent=2) + b"\n"


def _resource(edition: Edition, format: str, file: File, query: str) -> dict[str, Any]:  # noqa: A002
    topic, kind = edition.topic, formats.format_of(format)
    path = formats.file_name(topic.code, format)
    properties: dict[str, Any] = {
        "name": path.replace(".csv", "").replace(".", "-"),
        "path": f"{path}{query}",
        "title": f"{topic.name}: {kind.about}",
        "format": path.rpartition(".")[2],
        "mediatype": kind.media_type.partition(";")[0],
        "encoding": "utf-8",
        "bytes": file.length,
        "hash": f"sha256:{file.sha256}",
    }
    if format not in TABLES:
        return {**properties, "jsonSchema": f"{schemas.FOLDER}/{path}{schemas.SUFFIX}"}
    dialect = {"delimiter": ",", "lineTerminator": "\r\n", "doubleQuote": True, "header": True}
    return {"type": "table", **properties, "dialect": dialect, "schema": schemas.of(topic, format)}


def zipped(
    editions: list[Edition], as_of: date, files: Files, *, newest: bool = True, wait: bool = True
) -> File:
    """The package, its files and their schemas in one ZIP; the same edition gives the same bytes."""

    def make() -> Iterator[bytes]:
        named = _named(editions, as_of, files, newest=newest)
        yield from _archived(_members(_described(editions, as_of, named, False), as_of, named))

    wanted = _wanted(editions, as_of, ".zip", "application/zip", make)
    return files.served(wanted, newest=newest, wait=wait)


def _members(
    described: bytes, as_of: date, named: Named
) -> Iterator[tuple[str, int, Iterator[bytes]]]:
    """The members of the archive: name, length in bytes, and content in parts."""
    yield NAME, len(described), iter((described,))
    feed_no = max(file.feed_no for file in named.values())
    readme = texts.rendered(
        "package/README.txt", feed_no=feed_no, as_of=as_of, licence_url=contract.LICENCE_URL
    ).encode()
    yield "README.txt", len(readme), iter((readme,))
    for (edition, format), file in named.items():  # noqa: A001
        name = formats.file_name(edition.topic.code, format)
        yield name, file.length, file.parts()
        content = schema(edition, format)
        yield f"schemas/{name}{schemas.SUFFIX}", len(content), iter((content,))


class _Sink(io.RawIOBase):
    """A write-only file that hands out what was written to it since the last time."""

    def __init__(self) -> None:
        self._held = b""

    def write(self, content: Any) -> int:
        self._held += content
        return len(content)

    def taken(self) -> bytes:
        taken, self._held = self._held, b""
        return taken


def _archived(members: Iterable[tuple[str, int, Iterator[bytes]]]) -> Iterator[bytes]:
    """The bytes of a ZIP in parts, so that members may be larger than memory."""
    sink = _Sink()
    # The sink cannot seek, so that lengths and checksums follow the content of each member.
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, length, parts in members:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, length
            # Readable by everybody when unpacked on Unix; without this by nobody.
            info.external_attr = 0o644 << 16
            with archive.open(info, "w") as member:
                for part in parts:
                    member.write(part)
                    yield sink.taken()
    yield sink.taken()


def schema(edition: Edition, format: str) -> bytes:  # noqa: A002
    """The schema of a file as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(schemas.of(edition.topic, format))) + b"\n"
