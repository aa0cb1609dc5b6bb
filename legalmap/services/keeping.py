"""The files made last, each proved before it is let out. If a new one is not sound the last good stays."""

import gzip
import logging
import sys
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from threading import Lock

import brotli

from legalmap.domain.errors import Unsound
from legalmap.services import exporting, piecing, rendering
from legalmap.services.editions import Edition
from legalmap.services.piecing import Cuts
from legalmap.services.reading import Reader
from legalmap.services.rendering import File
from legalmap.services.shelving import Shelf

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

log = logging.getLogger(__name__)
KEPT_FILES = 40
# Of large files that lie on the disk, besides the newest.
KEPT_LAID = 3
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
    "br": lambda content: brotli.compress(content, quality=3),
    "zstd": lambda content: zstd.compress(content, 3),
    "gzip": lambda content: gzip.compress(content, 6, mtime=0),
}


# Topic, feed number, day and format.
Key = tuple[str, int, date, str]


class Files:
    """The files and their packed forms, a bounded number of each; safe between threads."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or Shelf(None)
        self._kept: OrderedDict[Key, File] = OrderedDict()
        self._good: dict[tuple[str, str], File] = {}
        self._packed: OrderedDict[tuple[str, str, bool], bytes] = OrderedDict()
        self.folder = self._shelf.folder
        self._cuts = Cuts(self.folder)
        self._lock = Lock()

    def of(self, edition: Edition, as_of: date, format: str, *, newest: bool = False) -> File:  # noqa: A002
        """The file of an edition and day. For who asks for the newest the last good one will do."""
        key = (edition.topic.code, edition.feed_no, as_of, format)
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                if newest:
                    self._good[edition.topic.code, format] = known
                return known
        try:
            file = self._made(edition, as_of, format, newest=newest)
        except Unsound as error:
            return self._last_good(edition.topic.code, format, error, newest=newest)
        with self._lock:
            if newest:
                self._leave(self._good.get((edition.topic.code, format)))
                self._good[edition.topic.code, format] = file
            self._keep(key, file)
        return file

    def length_of(self, edition: Edition, as_of: date, format: str) -> int | None:  # noqa: A002
        """The bytes of the newest file; None if it is so large that it is made only for who asks."""
        if piecing.is_held(edition):
            return self.of(edition, as_of, format, newest=True).length
        with self._lock:
            known = self._kept.get((edition.topic.code, edition.feed_no, as_of, format))
        return known.length if known else None

    def _keep(self, key: Key, file: File) -> None:
        """Keep one more; the oldest go when there are too many, large ones sooner."""
        self._kept[key] = file
        good = {id(file) for file in self._good.values()}
        laid = [
            key for key, file in self._kept.items() if file.held is None and id(file) not in good
        ]
        for old in laid[:-KEPT_LAID]:
            del self._kept[old]
        while len(self._kept) > KEPT_FILES:
            self._kept.popitem(last=False)

    def _leave(self, former: File | None) -> None:
        """Let go of a file that is not held: it has a whole edition hanging on it."""
        if former is not None and former.held is None:
            self._kept = OrderedDict(
                (key, file) for key, file in self._kept.items() if file is not former
            )

    def _made(self, edition: Edition, as_of: date, format: str, *, newest: bool) -> File:  # noqa: A002
        """The newest file grows out of the one before; what is asked of the past is made from nothing."""
        if not newest or format == "dictionary":
            return rendering.made(edition, as_of, format, folder=self.folder)
        cut = self._cuts.of(edition, as_of)
        if format == "json":
            return rendering.pieced(cut)
        return rendering.made(edition, as_of, format, cut.stretches, self.folder)

    def make_all(self, reader: Reader, as_of: date) -> None:
        """Make the newest file of each topic and format, and pack each as it is asked for most."""
        for topic in reader.tracker.topics:
            edition = reader.edition(topic)
            if not piecing.is_held(edition):
                # Large files are packed by nobody, and no other process can open them.
                continue
            for format in exporting.available():  # noqa: A001
                file = self.of(edition, as_of, format, newest=True)
                if file.media_type in PACKED_ALREADY:
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
            self._keep(key, file)
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
