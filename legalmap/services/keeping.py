"""The files made last, each proved before it is let out. If a new one is not sound the last good stays."""

import gzip
import hashlib
import logging
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import date, datetime
from threading import Lock

import brotli
import msgspec

from legalmap.domain.errors import Unsound
from legalmap.services import exporting, proving
from legalmap.services.editions import Edition
from legalmap.services.piecing import Cut, Cuts
from legalmap.services.reading import Reader
from legalmap.services.shelving import Shelf

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

log = logging.getLogger(__name__)
KEPT_FILES = 40
KEPT_PACKED = 120
# What gains nothing by being packed once more.
PACKED_ALREADY = ("application/zip", "application/vnd.apache.parquet")
# The best brotli takes seconds for a map, once for each edition and day; the others take moments.
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, quality=11),
    "zstd": lambda content: zstd.compress(content, 19),
    "gzip": lambda content: gzip.compress(content, 9, mtime=0),
}
# For who asks first, and for the past, which anybody may ask for on any of thousands of days: no seconds for each.
QUICK: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, quality=4),
    "zstd": lambda content: zstd.compress(content, 3),
    "gzip": lambda content: gzip.compress(content, 6, mtime=0),
}


class File(msgspec.Struct, frozen=True):
    """A file and the hash that is its ETag; ``name`` is what a browser saves it as.

    A file too large to be held is ``written`` in parts each time, and its ETag is a hash of hashes.
    """

    held: bytes | None
    sha256: str
    media_type: str
    name: str
    feed_no: int
    changed_at: datetime | None
    length: int
    written: Callable[[], Iterator[bytes]] | None = None

    @property
    def content(self) -> bytes:
        """All its bytes, in memory."""
        return self.held if self.held is not None else b"".join(self.parts())

    def parts(self) -> Iterator[bytes]:
        """Its bytes one after the other."""
        return self.written() if self.written else iter((self.held or b"",))

    @property
    def content_sha256(self) -> str:
        """The hash of its bytes, as a reader of the file can compute it."""
        if self.held is not None:
            return self.sha256
        found = hashlib.sha256()
        for part in self.parts():
            found.update(part)
        return found.hexdigest()


def file_of(
    content: bytes, media_type: str, name: str, feed_no: int, changed_at: datetime | None
) -> File:
    """Bytes with their hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    return File(content, sha256, media_type, name, feed_no, changed_at, len(content))


def made(
    edition: Edition,
    as_of: date,
    format: str,  # noqa: A002
    records: exporting.Records | None = None,
) -> File:
    """A file, proved; raise Unsound if it does not fit its schema or its edition."""
    content = exporting.render(edition, as_of, format, records)
    proving.prove(edition, as_of, format, content)
    kind, name = exporting.format_of(format), _name(edition, as_of, format)
    return file_of(content, kind.media_type, name, edition.feed_no, edition.changed_at)


def _name(edition: Edition, as_of: date, format: str) -> str:  # noqa: A002
    ending = exporting.format_of(format).ending
    return f"legalmap-{edition.topic.code}-feed-{edition.feed_no}-{as_of}{ending}"


def pieced(cut: Cut) -> File:
    """The JSON file of proved pieces; raise Unsound if what stands around them is not as promised."""
    edition, as_of = cut.edition, cut.as_of
    proving.prove_frame(edition, as_of, b"".join(cut.frame))
    kind, name = exporting.format_of("json"), _name(edition, as_of, "json")
    if cut.is_held:
        content = cut.content()
        return file_of(content, kind.media_type, name, edition.feed_no, edition.changed_at)
    return File(
        held=None,
        sha256=cut.sha256(),
        media_type=kind.media_type,
        name=name,
        feed_no=edition.feed_no,
        changed_at=edition.changed_at,
        length=cut.length(),
        written=cut.written,
    )


class Files:
    """The files and their packed forms, a bounded number of each; safe between threads."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or Shelf(None)
        self._kept: OrderedDict[tuple[str, int, date, str], File] = OrderedDict()
        self._good: dict[tuple[str, str], File] = {}
        self._packed: OrderedDict[tuple[str, str, bool], bytes] = OrderedDict()
        self._cuts = Cuts(self._shelf.folder)
        self._lock = Lock()

    def of(self, edition: Edition, as_of: date, format: str, *, newest: bool = False) -> File:  # noqa: A002
        """The file of an edition and day. For who asks for the newest the last good one will do."""
        key = (edition.topic.code, edition.feed_no, as_of, format)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                if newest:
                    self._good[edition.topic.code, format] = self._kept[key]
                return self._kept[key]
        try:
            file = self._made(edition, as_of, format, newest=newest)
        except Unsound as error:
            return self._last_good(edition.topic.code, format, error, newest=newest)
        with self._lock:
            if newest:
                self._leave(self._good.get((edition.topic.code, format)))
                self._good[edition.topic.code, format] = file
            self._kept[key] = file
            while len(self._kept) > KEPT_FILES:
                self._kept.popitem(last=False)
        return file

    def _leave(self, former: File | None) -> None:
        """Let go of a file that is not held: it has a whole edition hanging on it."""
        if former is not None and former.held is None:
            self._kept = OrderedDict(
                (key, file) for key, file in self._kept.items() if file is not former
            )

    def _made(self, edition: Edition, as_of: date, format: str, *, newest: bool) -> File:  # noqa: A002
        """The newest file grows out of the one before; what is asked of the past is made from nothing."""
        if not newest or format == "dictionary":
            return made(edition, as_of, format)
        cut = self._cuts.of(edition, as_of)
        return pieced(cut) if format == "json" else made(edition, as_of, format, cut.records)

    def make_all(self, reader: Reader, as_of: date) -> None:
        """Make the newest file of each topic and format, and pack each as it is asked for most."""
        for topic in reader.tracker.topics:
            edition = reader.edition(topic)
            for format in exporting.available():  # noqa: A001
                file = self.of(edition, as_of, format, newest=True)
                if file.held is None or file.media_type in PACKED_ALREADY:
                    continue
                for coding in CODINGS:
                    self.packed(file, coding, newest=True)

    def once(self, name: str, feed_no: int, as_of: date, make: Callable[[], File]) -> File:
        """A file made of several others, made only if it is not kept."""
        key = ("", feed_no, as_of, name)
        with self._lock:
            if key in self._kept:
                return self._kept[key]
        file = make()
        with self._lock:
            self._kept[key] = file
            while len(self._kept) > KEPT_FILES:
                self._kept.popitem(last=False)
        return file

    def _last_good(self, topic: str, format: str, error: Unsound, *, newest: bool) -> File:  # noqa: A002
        good = self._good.get((topic, format)) if newest else None
        if good is None:
            log.error("export: %s No earlier file can stand in for it.", error)
            raise error
        log.error("export: %s The one of feed number %s stays.", error, good.feed_no)
        return good

    def packed(self, file: File, coding: str, *, newest: bool) -> bytes:
        """The file in a coding, as small as can be for the newest."""
        key = (file.sha256, coding, newest)
        with self._lock:
            if key in self._packed:
                self._packed.move_to_end(key)
                return self._packed[key]
        small = self._small(file, coding) if newest else QUICK[coding](file.content)
        with self._lock:
            self._packed[key] = small
            while len(self._packed) > KEPT_PACKED:
                self._packed.popitem(last=False)
        return small

    def at_hand(self, file: File, coding: str) -> bytes | None:
        """The newest file as small as can be, if that was made before."""
        known = self._packed.get((file.sha256, coding, True))
        return self._shelf.get(file.sha256, coding) if known is None else known

    def _small(self, file: File, coding: str) -> bytes:
        """As small as can be: from the shelf if any process of this host has made it."""
        known = self._shelf.get(file.sha256, coding)
        if known is None:
            known = CODINGS[coding](file.content)
            self._shelf.put(file.sha256, coding, known)
        return known
