"""Releases: every file of one feed number and day, frozen with checksums, changelog and citation.

A release is written to a temporary folder, renamed when it is complete, and never written again. It
names no account, as an account may lose its handle.
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from legalmap import clock
from legalmap.domain.errors import Invalid, Unusable, existing
from legalmap.services import contract
from legalmap.services.core import sealed_file, texts
from legalmap.services.core.sealed_file import Seal
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import data_package, edition_diff, formats, schemas
from legalmap.services.exporting.files import Files
from legalmap.services.reading.reader import Reader
from legalmap.store import log
from legalmap.store.engine import Connection

NAME = re.compile(r"\d{4}\.\d{2}(\.\d{1,3})?", re.ASCII)
SUMS, TOLD, CHANGES = "SHA256SUMS", "release.json", "CHANGELOG.md"
# A frozen file that is changed by mistake would no longer match its hash.
READ_ONLY = 0o444


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """``release.json``: what a release says about itself. ``previous``: name of the release before."""

    name: str
    feed_no: int
    as_of: date
    released_at: str
    previous: str | None
    head_sha256: str | None
    licence: str = contract.LICENCE


class Frozen(msgspec.Struct, frozen=True):
    """A file of a release with its hash from SHA256SUMS; ``size`` in bytes."""

    name: str
    path: Path
    sha256: str
    size: int


def folder_of(folder: Path | None) -> Path:
    """The folder of releases; raise Unusable, naming the setting, if it is not set."""
    if folder is None:
        raise Unusable("Set LEGALMAP_RELEASES: the folder in which releases are kept.")
    return folder


def all_of(folder: Path | None) -> list[Release]:
    """All releases, newest first."""
    if folder is None or not folder.is_dir():
        return []
    releases = [
        msgspec.json.decode((inner / TOLD).read_bytes(), type=Release)
        for inner in folder.iterdir()
        if NAME.fullmatch(inner.name) and (inner / TOLD).is_file()
    ]
    return sorted(releases, key=lambda release: (release.feed_no, release.name), reverse=True)


def release_of(folder: Path | None, name: str) -> Release:
    """The release with that name; raise Missing, naming the others, if there is none."""
    releases = {release.name: release for release in all_of(folder)}
    return existing(releases.get(name), "release", name, releases)


def files_of(folder: Path | None, name: str) -> dict[str, Frozen]:
    """The files of a release by name, SHA256SUMS among them; raise Missing for an unknown release."""
    release_of(folder, name)
    inner = folder_of(folder) / name
    sums = (inner / SUMS).read_bytes()
    lines = [line.split("  ", 1) for line in sums.decode().splitlines()]
    listed = [*((file, sha256) for sha256, file in lines), (SUMS, hashlib.sha256(sums).hexdigest())]
    return {
        file: Frozen(file, inner / file, sha256, (inner / file).stat().st_size)
        for file, sha256 in listed
    }


def checked(frozen: Frozen) -> Seal:
    """A seal for a frozen file, hashed anew; raise Unusable if its content has changed."""
    seal = sealed_file.read(frozen.path)
    if seal.sha256 != frozen.sha256:
        raise Unusable(f"{frozen.path} is not what was released: its hash differs from {SUMS}.")
    return seal


def freeze(reader: Reader, folder: Path | None, name: str) -> Path:
    """Write a release and log it; raise Invalid if the name is not year and month, or is taken."""
    if not NAME.fullmatch(name):
        raise Invalid.at(
            "name", f"“{name}” is no name. Write year and month: 2026.11 or 2026.11.1."
        )
    home = folder_of(folder)
    final = home / name
    if final.exists():
        raise Invalid.at("name", f"{final} exists already: a release is never written again.")
    home.mkdir(parents=True, exist_ok=True)
    # Made in a folder beside it and renamed, so that nobody ever sees half a release.
    part = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=home))
    try:
        release = _write(reader, home, part, name)
        # A temporary folder is private; a release is for everybody.
        part.chmod(0o755)
        # The rename is within the transaction: a release that cannot be put in place is not logged.
        with reader.tracker.store.writing() as connection:
            _log(connection, release)
            _move(part, final)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return final


def _log(connection: Connection, release: Release) -> None:
    data = {"feed_no": release.feed_no, "as_of": release.as_of.isoformat()}
    subject = ("release", release.name, release.name)
    log.append(connection, "command line", "release", subject, clock.now(), **data)


def _move(part: Path, final: Path) -> None:
    try:
        part.rename(final)
    except OSError as error:
        raise Invalid.at("name", f"{final} cannot be made: {error.strerror}.") from None


def _write(reader: Reader, home: Path, part: Path, name: str) -> Release:
    feed_no, as_of = reader.head(), clock.today()
    editions = [reader.edition(topic, str(feed_no)) for topic in reader.tracker.topics]
    previous = next(iter(all_of(home)), None)
    last = reader.feed(feed_no - 1, 1) if feed_no else []
    release = Release(
        name=name,
        feed_no=feed_no,
        as_of=as_of,
        released_at=clock.now().isoformat(timespec="seconds"),
        previous=previous.name if previous else None,
        head_sha256=last[0].sha256 if last else None,
    )
    sums = []
    for file, content in _contents(reader, editions, release, previous):
        (part / file).write_bytes(content)
        (part / file).chmod(READ_ONLY)
        # As ``sha256sum --check`` reads it: two spaces between hash and name.
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {file}\n")
    (part / SUMS).write_text("".join(sums))
    (part / SUMS).chmod(READ_ONLY)
    return release


def _contents(
    reader: Reader, editions: list[Edition], release: Release, previous: Release | None
) -> Iterator[tuple[str, bytes]]:
    files, as_of = Files(), release.as_of
    names = [edition.topic.name for edition in editions]
    for edition in editions:
        for format in formats.available():  # noqa: A001
            name = formats.file_name(edition.topic.code, format)
            yield name, files.of(edition, as_of, format, newest=True).content
            yield f"{name}{schemas.SUFFIX}", data_package.schema(edition, format)
    yield data_package.NAME, data_package.package(editions, as_of, files).content
    yield data_package.ZIP_NAME, data_package.zipped(editions, as_of, files).content
    yield CHANGES, _changelog(reader, editions, release, previous).encode()
    cited = {
        "release": release,
        "title": f"legalmap: legal status of {' and '.join(names)} by jurisdiction",
        "topics": [edition.topic for edition in editions],
        "licence_url": contract.LICENCE_URL,
    }
    yield "CITATION.cff", texts.rendered("releases/CITATION.cff", **cited).encode()
    yield "datacite.json", _pretty(texts.rendered("releases/datacite.json", **cited).encode())
    yield TOLD, _pretty(msgspec.json.encode(release))


def _pretty(content: bytes) -> bytes:
    return msgspec.json.format(content, indent=2) + b"\n"


def _changelog(
    reader: Reader, editions: list[Edition], release: Release, previous: Release | None
) -> str:
    since = previous.feed_no if previous else 0
    topics = []
    for edition in editions:
        older = reader.edition(edition.topic.code, str(since))
        differences = edition_diff.between(older, edition)
        topics.append(
            {
                "name": edition.topic.name,
                "total": len(edition.records),
                "added": [difference for difference in differences if difference.before is None],
                "changed": [difference for difference in differences if difference.before],
            }
        )
    return texts.rendered(
        "releases/CHANGELOG.md", release=release, previous=previous, since=since, topics=topics
    )
