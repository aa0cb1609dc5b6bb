"""Files of an edition: made once, checked, and served from a folder that all processes of a host share.

A file is written some records at a time, each part checked as if it were a file of these records alone.
Its path in the folder is ``newest`` or ``past``, topic and format, then feed number, day and origin.
"""

import atexit
import logging
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import Lock, Thread

import msgspec

from legalmap.domain.errors import LegalmapError, NotYet, Unmade, Unusable
from legalmap.services.core import sealed_file
from legalmap.services.core.sealed_file import Seal
from legalmap.services.editions.contents import KEPT_PAYLOADS
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import compression, formats, made_file
from legalmap.services.exporting.made_file import File, Wanted
from legalmap.services.reading.reader import Reader

log = logging.getLogger(__name__)
# A topic with more records than this takes longer than a request should wait.
MOST_AT_ONCE = KEPT_PAYLOADS
# Beyond this many files or bytes the least recently used are deleted.
MOST_FILES, MOST_BYTES = 500, 4 << 30
# Seconds before a failed file is tried again: each attempt may take a minute.
AGAIN_SECONDS = 10
# Names of our files: feed number, day and origin; or, compressed, hash of the content and coding.
_OURS = re.compile(r"\d{9}-\d{4}-\d\d-\d\d-[0-9a-f]{16}|[0-9a-f]{64}\.[a-z]+", re.ASCII)
NEWEST, PAST, PACKED = "newest", "past", "packed"


def is_large(edition: Edition) -> bool:
    """Whether a topic's files take so long to make that a request does not wait for them."""
    return len(edition.records) > MOST_AT_ONCE


class Files:
    """The files in a folder, or in a temporary one of this process if None. Safe between processes."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        # Whether every caller waits for its file: true for commands, where nobody reads meanwhile.
        self.is_patient = False
        self._lock = Lock()
        # Work for the one background thread; and failures by path: until when they count, and the error.
        self._waiting: dict[Path, Callable[[], object]] = {}
        self._failed: dict[Path, tuple[float, Unmade]] = {}

    @cached_property
    def folder(self) -> Path:
        """Where the files are."""
        if self._folder is not None:
            return self._folder
        own = Path(tempfile.mkdtemp(prefix="legalmap-"))
        atexit.register(shutil.rmtree, own, ignore_errors=True)
        return own

    def of(
        self,
        edition: Edition,
        as_of: date,
        format: str,  # noqa: A002
        *,
        newest: bool = False,
        wait: bool = True,
    ) -> File:
        """The file of an edition and day, as ``served`` gives it; raise Unsound if its check fails."""
        return self.served(made_file.export(edition, as_of, format), newest=newest, wait=wait)

    def length_of(self, edition: Edition, as_of: date, format: str) -> int | None:  # noqa: A002
        """Length in bytes of the newest file; None if it was not made yet and is costly to make.

        That is a large file, or Parquet: loading pyarrow takes more memory than all the rest.
        """
        if not is_large(edition) and format != "parquet":
            return self.of(edition, as_of, format, newest=True).length
        known = self._at_hand(made_file.export(edition, as_of, format), NEWEST)
        return known.length if known else None

    def make_all(self, reader: Reader, as_of: date) -> None:
        """Make the newest file of each topic and format, also compressed, before it is requested."""
        for topic in reader.tracker.topics:
            for format in formats.available():  # noqa: A001
                file = self.of(reader.edition(topic), as_of, format, newest=True)
                for coding in compression.codings_of(file.media_type, file.length):
                    self.packed(file, coding, best=True)

    def served(self, wanted: Wanted, *, newest: bool, wait: bool) -> File:
        """The file, made if it is not there. If ``newest``, an earlier one may be served in its place.

        ``wait``: make it now, else in the background. With nothing to serve, raise NotYet if it is being
        made and Unusable if it cannot be made.
        """
        place = NEWEST if newest else PAST
        known = self._at_hand(wanted, place)
        if known is not None:
            return known
        path = self.folder / place / wanted.path
        error: Unusable | NotYet = NotYet("This file is being made: ask again in a moment.")
        try:
            self._refuse_again(path)
            if wait or self.is_patient:
                return self._tried(wanted, path)
            self._begin(path, lambda: self._tried(wanted, path), first=newest)
        except Unusable as refused:
            error = refused
        earlier = self._earlier(wanted, path)
        if earlier is None:
            raise error
        return earlier

    def packed(
        self, file: File, coding: str, *, best: bool = False, wait: bool = True
    ) -> File | None:
        """The file compressed; None while that is being made, or if it cannot be made.

        ``best``: as small as possible. ``wait``: make it now if it is not there.
        """
        path = self.folder / PACKED / file.sha256[:2] / f"{file.sha256}.{coding}"
        is_small = file.length <= compression.BEST_BYTES
        effort = compression.BEST if best and is_small else compression.USUAL
        seal = sealed_file.of(path)

        def make() -> Iterator[bytes]:
            return compression.packed(file.parts(), coding, effort)

        with suppress(Unmade):
            if seal is None:
                self._refuse_again(path)
                if wait:
                    seal = self._made(path, make)
                else:
                    self._begin(path, lambda: self._made(path, make), first=best)
        return msgspec.structs.replace(file, path=path, seal=seal) if seal else None

    def _at_hand(self, wanted: Wanted, place: str) -> File | None:
        path = self.folder / place / wanted.path
        seal = sealed_file.of(path)
        return wanted.found(path, seal) if seal else None

    def _earlier(self, wanted: Wanted, path: Path) -> File | None:
        """The latest earlier file of the same history, marked as not final; None for files of the past."""
        if not path.is_relative_to(self.folder / NEWEST) or not path.parent.is_dir():
            return None
        for file in sorted(_files_in(path.parent), reverse=True):
            feed_no, as_of = int(file.name[:9]), date.fromisoformat(file.name[10:20])
            is_before = (feed_no, as_of) != (wanted.feed_no, wanted.as_of)
            if is_before and feed_no <= wanted.feed_no and as_of <= wanted.as_of:
                before = msgspec.structs.replace(wanted, feed_no=feed_no, as_of=as_of)
                known = self._at_hand(before, NEWEST)
                if known is not None:
                    return msgspec.structs.replace(known, is_final=False)
        return None

    def _tried(self, wanted: Wanted, path: Path) -> File:
        """Make the file; if that fails, log why and what readers get instead, and raise."""
        try:
            return wanted.found(path, self._made(path, wanted.make))
        except Unusable as error:
            earlier = self._earlier(wanted, path)
            stays = f"The one of feed number {earlier.feed_no} stays." if earlier else ""
            log.error("export: %s %s", error, stays or "No earlier file can stand in for it.")
            raise

    def _made(self, path: Path, make: Callable[[], Iterable[bytes]]) -> Seal:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            seal = sealed_file.written_once(path, make)
            self._tidy(seal.mtime_ns)
        except OSError as fault:
            raise self._remembered(path, Unmade(f"{path}: {fault.strerror}.")) from None
        except Unmade as error:
            raise self._remembered(path, error) from None
        return seal

    def _remembered(self, path: Path, error: Unmade) -> Unmade:
        if len(self._failed) > MOST_FILES:
            self._failed.clear()
        self._failed[path] = (time.monotonic() + AGAIN_SECONDS, error)
        return error

    def _refuse_again(self, path: Path) -> None:
        """Raise the error of the last attempt if it was less than AGAIN_SECONDS ago."""
        until, error = self._failed.get(path, (0.0, None))
        if error is not None and time.monotonic() < until:
            raise error.with_traceback(None)

    def _begin(self, path: Path, work: Callable[[], object], *, first: bool) -> None:
        """Queue work for the background thread; what need not come ``first`` only if it is idle."""
        with self._lock:
            if path in self._waiting or (self._waiting and not first):
                return
            self._waiting[path] = work
            if len(self._waiting) == 1:
                Thread(target=self._work_off, name="files", daemon=True).start()

    def _work_off(self) -> None:
        """Do the queued work, one after the other, until none is left."""
        is_left = True
        while is_left:
            path, work = next(iter(self._waiting.items()))
            try:
                work()
            except LegalmapError as error:
                log.info("export: %s", error)
            except Exception:
                log.exception("export: %s cannot be made.", path)
            with self._lock:
                del self._waiting[path]
                is_left = bool(self._waiting)

    def _tidy(self, now_ns: int) -> None:
        """Delete what is too much, but never the newest of a topic and format, nor files that are not ours."""
        places = [
            folder for place in (NEWEST, PAST, PACKED) for folder in self.folder.glob(f"{place}/*")
        ]
        files = [file for folder in places for file in _files_in(folder)]
        newest = {file.parent: file for file in sorted(files) if file.parts[-3] == NEWEST}
        sealed_file.tidy(
            files, stay=set(newest.values()), most_files=MOST_FILES, most_bytes=MOST_BYTES
        )
        for folder in places:
            sealed_file.sweep(folder, now_ns)


def _files_in(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if _OURS.fullmatch(file.name)]
