"""Bytes that are too many for memory, laid down one after the other in a file without a name.

Nobody else can open it, and it goes with the process. Where it cannot be written nothing is laid down.
"""

import logging
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import IO

log = logging.getLogger(__name__)
# So much is read at once of what is read whole, in bytes.
PART = 256 * 1024


class Spool:
    """A growing file in a folder, or where the system keeps temporary files. Safe between threads."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._is_of_use = True
        self.length = 0
        self._lock = Lock()

    def put(self, content: bytes) -> int | None:
        """Where it begins, in bytes; None if the disk takes no more."""
        if not self._is_of_use:
            return None
        with self._lock:
            at = self.length
            try:
                self._append(content)
            except OSError as error:
                log.warning("files: no room for a large export: %s.", error.strerror)
                self._is_of_use = False
                return None
            self.length += len(content)
            return at

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

    def parts(self) -> Iterator[bytes]:
        """Everything, from the beginning."""
        for at in range(0, self.length, PART):
            yield self.read(at, min(PART, self.length - at))
