"""Packed files on a shelf: a folder that all processes of a host share, so that each is made but once.

A name is the hash of what was packed, and the file begins with the hash of what it holds, so that a torn
or foreign one is never given out. Without a folder, or on a full disk, everything is made in memory.
"""

import contextlib
import hashlib
import logging
import os
import tempfile
import time
from pathlib import Path

log = logging.getLogger(__name__)
# Beyond so many files those go that nobody has used for longest.
MOST_FILES = 400
_DIGEST = 32
_ENDING = ".packed"


class Shelf:
    """A folder of packed files; ``None`` holds nothing. Safe between threads and processes."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._complained = False

    def get(self, sha256: str, coding: str) -> bytes | None:
        """The packed form of the content with that hash, if it is here and whole."""
        if self.folder is None:
            return None
        file = self.folder / _name(sha256, coding)
        try:
            held = file.read_bytes()
        except OSError:
            return None
        with contextlib.suppress(OSError):
            # A folder that may only be read is of use all the same.
            os.utime(file)
        packed = held[_DIGEST:]
        return packed if hashlib.sha256(packed).digest() == held[:_DIGEST] else None

    def put(self, sha256: str, coding: str, packed: bytes) -> None:
        """Lay a packed form down, wholly or not at all."""
        if self.folder is None:
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self.folder / _name(sha256, coding), packed)
            self._tidy()
        except OSError as error:
            if not self._complained:
                log.warning("files: %s cannot be used: %s.", self.folder, error.strerror)
            self._complained = True

    def _write(self, file: Path, packed: bytes) -> None:
        descriptor, part = tempfile.mkstemp(dir=file.parent, prefix=".part-")
        try:
            with os.fdopen(descriptor, "wb") as out:
                out.write(hashlib.sha256(packed).digest() + packed)
                out.flush()
                os.fsync(out.fileno())
            Path(part).replace(file)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(part).unlink()
            raise

    def _tidy(self) -> None:
        """Drop what nobody used for longest, and what a process that was killed left half done."""
        if self.folder is None:
            return
        # Others keep files of their own in this folder.
        whole = sorted(self.folder.glob(f"*{_ENDING}"), key=_used_at, reverse=True)
        parts = self.folder.glob(".part-*")
        left = [file for file in parts if _used_at(file) < time.time() - 3600]
        for file in (*whole[MOST_FILES:], *left):
            with contextlib.suppress(OSError):
                file.unlink()


def _name(sha256: str, coding: str) -> str:
    return f"{sha256}.{coding}{_ENDING}"


def _used_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
