"""A file of an edition: as requested, with how to make it, and as it lies in the folder."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import IO

import msgspec

from legalmap import __version__, paths
from legalmap.services.core import sealed_file
from legalmap.services.core.sealed_file import Seal
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import formats, validation

# How much of a file is read at once, in bytes.
PART = 256 * 1024


class File(msgspec.Struct, frozen=True):
    """A file in the folder; ``name`` is what a browser saves it as.

    ``is_final`` is False for an earlier file served in place of one that is being made or failed.
    """

    path: Path
    seal: Seal
    media_type: str
    name: str
    feed_no: int
    changed_at: datetime | None
    is_final: bool = True

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        return self.seal.sha256

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self.seal.length

    def open(self) -> IO[bytes]:
        """The file, opened; the caller closes it. Raise Unmade if it was deleted or replaced."""
        return sealed_file.opened(self.path, self.seal)

    def parts(self) -> Iterator[bytes]:
        """Its content, PART bytes at a time."""
        with self.open() as file:
            while part := file.read(PART):
                yield part

    @property
    def content(self) -> bytes:
        """Its whole content, in memory."""
        return b"".join(self.parts())


class Wanted(msgspec.Struct, frozen=True):
    """A requested file and how to make it.

    ``of``: topic code and a dash, or empty. ``ending``: of its name. ``changed_at`` gives the instant of the
    last publication up to a feed number, which no other history has in common with this one.
    """

    of: str
    ending: str
    media_type: str
    feed_no: int
    as_of: date
    changed_at: Callable[[int], datetime | None]
    make: Callable[[], Iterable[bytes]]

    @property
    def name(self) -> str:
        """What a browser saves it as."""
        return f"legalmap-{self.of}feed-{self.feed_no}-{self.as_of}{self.ending}"

    @property
    def path(self) -> Path:
        """Its path below ``newest`` or ``past``. Names sort by age; software and history are part of them."""
        origin = f"{_software()} {self.changed_at(self.feed_no)}"
        stamp = hashlib.sha256(origin.encode()).hexdigest()[:16]
        return Path(f"{self.of}file{self.ending}") / f"{self.feed_no:09}-{self.as_of}-{stamp}"

    def found(self, path: Path, seal: Seal) -> File:
        """The file that was found or made at ``path``."""
        changed_at = self.changed_at(self.feed_no)
        return File(path, seal, self.media_type, self.name, self.feed_no, changed_at)


@cache
def _software() -> str:
    """A hash of what decides the bytes of a file besides its edition: this code and the shipped data."""
    sha256 = hashlib.sha256(__version__.encode())
    code = (paths.PACKAGE / "domain", paths.PACKAGE / "services")
    for folder in (*code, paths.TEMPLATES / "package", paths.DATA):
        for file in sorted(folder.rglob("*")):
            if file.suffix != ".pyc" and file.is_file():
                status = file.stat()
                sha256.update(f"{file} {status.st_size} {status.st_mtime_ns}\n".encode())
    return sha256.hexdigest()


def export(edition: Edition, as_of: date, format: str) -> Wanted:  # noqa: A002
    """The file of a topic in a format for a day; its parts are checked while it is made."""
    kind = formats.format_of(format)
    return Wanted(
        f"{edition.topic.code}-",
        kind.ending,
        kind.media_type,
        edition.feed_no,
        as_of,
        edition.changed_at_of,
        partial(validation.proved, edition, as_of, format),
    )
