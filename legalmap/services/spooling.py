"""Bytes that are too many for memory, laid down one after the other in a file without a name.

Nobody else can open it, and it goes with the process. Where it cannot be written nothing is laid down.
"""

import logging
import tempfile
import weakref
from pathlib import Path
from threading import Lock
from typing import IO

log = logging.getLogger(__name__)
# What stands between two pieces, so that neighbours are read in one go.
BETWEEN = b","


class Spool:
    """A growing file in a folder, or where the system keeps temporary files. Safe between threads."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._is_of_use = True
        self.length = 0
        self._lock = Lock()

    def put(self, pieces: list[bytes]) -> list[int | None]:
        """Where each piece begins, in bytes; None for all of them if the disk takes no more."""
        if not self._is_of_use:
            return [None] * len(pieces)
        with self._lock:
            found, at = [], self.length
            for piece in pieces:
                found.append(at)
                at += len(piece) + len(BETWEEN)
            try:
                self._append(b"".join(piece + BETWEEN for piece in pieces))
            except OSError as error:
                log.warning("files: no room for a large export: %s.", error.strerror)
                self._is_of_use = False
                return [None] * len(pieces)
            self.length = at
            return [*found]

    def _append(self, content: bytes) -> None:
        if self._file is None:
            if self._folder is not None:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 - it stays
            weakref.finalize(self, self._file.close)
        self._file.seek(self.length)
        left = memoryview(content)
        while left:
            left = left[self._file.write(left) :]

    def read(self, at: int, length: int) -> bytes:
        """So many bytes from there on."""
        with self._lock:
            if self._file is None:
                return b""
            self._file.seek(at)
            return self._file.read(length)
