"""Writing files atomically, each with a seal beside it: hash, length and time of change.

A file is written under a temporary name, synced to the disk and then renamed; threads and processes that
want the same file write it once. A file that does not match its seal is treated as if it did not exist.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from legalmap.domain.errors import Unmade

# Prefix of temporary names.
PART = ".part-"
# A temporary file younger than this many seconds may still be being written by another process.
LEFT_SECONDS = 3600


class Seal(msgspec.Struct, frozen=True):
    """What a file was when it was written: lets a reader trust it without hashing it. Length in bytes."""

    sha256: str
    length: int
    mtime_ns: int


def beside(path: Path) -> Path:
    """The path of a file's seal. The seal's own time of change records when the file was last used."""
    return path.with_name(f"{path.name}.seal")


def of(path: Path) -> Seal | None:
    """The seal of a file if both exist and match, else None. Marks the file as used now."""
    try:
        seal = msgspec.json.decode(beside(path).read_bytes(), type=Seal)
        status = path.stat()
    except (OSError, msgspec.DecodeError):
        return None
    with suppress(OSError):
        # The folder may be read-only: its files can be served all the same.
        os.utime(beside(path))
    return seal if _fits(seal, status) else None


def opened(path: Path, seal: Seal) -> IO[bytes]:
    """The file, opened; the caller closes it. Raise Unmade if it was deleted or replaced meanwhile."""
    with suppress(OSError):
        file = path.open("rb")
        if _fits(seal, os.fstat(file.fileno())):
            return file
        file.close()
    raise Unmade(f"{path} is gone, or another.")


def _fits(seal: Seal, status: os.stat_result) -> bool:
    # Not the hash: reading gigabytes for every request would take longer than making the file.
    return (seal.length, seal.mtime_ns) == (status.st_size, status.st_mtime_ns)


def read(path: Path) -> Seal:
    """A seal for a file that has none: reads and hashes all of it."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        status = os.fstat(file.fileno())
    return Seal(sha256, status.st_size, status.st_mtime_ns)


def written_once(path: Path, make: Callable[[], Iterable[bytes]]) -> Seal:
    """Write a file unless another thread or process of this host just did; gives its seal.

    Raise OSError if it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # One lock for the folder: whoever waited for it finds the file there and does not make it again.
    with (path.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        seal = of(path)
        if seal is None:
            seal = laid(path, make())
            laid(beside(path), [msgspec.json.encode(seal)])
    return seal


def laid(path: Path, parts: Iterable[bytes]) -> Seal:
    """Write a file atomically into an existing folder; gives its seal. Raise OSError if that fails."""
    sha256 = hashlib.sha256()
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=PART)
    try:
        with os.fdopen(descriptor, "wb") as out:
            for part in parts:
                sha256.update(part)
                out.write(part)
            # Before the rename: after a power cut a name must never lead to half a file.
            out.flush()
            os.fsync(out.fileno())
            status = os.fstat(out.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    return Seal(sha256.hexdigest(), status.st_size, status.st_mtime_ns)


def tidy(
    files: Iterable[Path], *, stay: Collection[Path], most_files: int, most_bytes: int
) -> None:
    """Delete the least recently used files beyond a number or a sum of bytes, but none in ``stay``."""
    room = most_bytes
    by_use = sorted(files, key=lambda file: _changed_at(beside(file)), reverse=True)
    for count, file in enumerate(by_use, start=1):
        with suppress(OSError):
            room -= file.stat().st_size
        if (room < 0 or count > most_files) and file not in stay:
            file.unlink(missing_ok=True)
            beside(file).unlink(missing_ok=True)


def sweep(folder: Path, now_ns: int) -> None:
    """Delete temporary files that killed processes left behind; ``now_ns`` by the file system's clock."""
    for part in folder.glob(f"{PART}*"):
        if _changed_at(part) < now_ns / 1e9 - LEFT_SECONDS:
            part.unlink(missing_ok=True)


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
