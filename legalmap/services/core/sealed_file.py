"""How a file is laid down: wholly or not at all, and with a seal by which anybody may trust it.

It is written under another name, lies on the disk before it is given its own, and is written once however
many threads and processes want it. What does not fit its seal is torn or somebody else's, and is as nothing.
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

# What the name of a file begins with until it is whole.
PART = ".part-"
# For so many seconds one that was left half done may still be under way.
LEFT_SECONDS = 3600


class Seal(msgspec.Struct, frozen=True):
    """What lies beside a file, so that nobody has to read it all to trust it. Length in bytes."""

    sha256: str
    length: int
    mtime_ns: int


def beside(path: Path) -> Path:
    """Where the seal of a file is. It was last changed when the file was last used."""
    return path.with_name(f"{path.name}.seal")


def of(path: Path) -> Seal | None:
    """The seal of a file that is here and whole; it counts as used now."""
    try:
        seal = msgspec.json.decode(beside(path).read_bytes(), type=Seal)
        status = path.stat()
    except (OSError, msgspec.DecodeError):
        return None
    with suppress(OSError):
        # A folder that may only be read is of use all the same.
        os.utime(beside(path))
    return seal if _fits(seal, status) else None


def opened(path: Path, seal: Seal) -> IO[bytes]:
    """The file to be read and closed; raise Unmade if it is gone, or another by now."""
    with suppress(OSError):
        file = path.open("rb")
        if _fits(seal, os.fstat(file.fileno())):
            return file
        file.close()
    raise Unmade(f"{path} is gone, or another.")


def _fits(seal: Seal, status: os.stat_result) -> bool:
    return (seal.length, seal.mtime_ns) == (status.st_size, status.st_mtime_ns)


def read(path: Path) -> Seal:
    """The seal of a file that has none, from all its bytes."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        status = os.fstat(file.fileno())
    return Seal(sha256, status.st_size, status.st_mtime_ns)


def written_once(path: Path, make: Callable[[], Iterable[bytes]]) -> Seal:
    """Lay a file down, unless another thread or process of this host has just done so.

    In one folder one is written at a time. Raise OSError where the disk takes no more.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        seal = of(path)
        if seal is None:
            seal = laid(path, make())
            laid(beside(path), [msgspec.json.encode(seal)])
    return seal


def laid(path: Path, parts: Iterable[bytes]) -> Seal:
    """Lay a file down in a folder that is there; raise OSError where the disk takes no more."""
    sha256 = hashlib.sha256()
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=PART)
    try:
        with os.fdopen(descriptor, "wb") as out:
            for part in parts:
                sha256.update(part)
                out.write(part)
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
    """Of too many files, or bytes, drop those that nobody used for longest."""
    room = most_bytes
    by_use = sorted(files, key=lambda file: _changed_at(beside(file)), reverse=True)
    for count, file in enumerate(by_use, start=1):
        with suppress(OSError):
            room -= file.stat().st_size
        if (room < 0 or count > most_files) and file not in stay:
            file.unlink(missing_ok=True)
            beside(file).unlink(missing_ok=True)


def sweep(folder: Path, now_ns: int) -> None:
    """Drop what processes that were killed left half done; ``now_ns`` by the clock of the disk."""
    for part in folder.glob(f"{PART}*"):
        if _changed_at(part) < now_ns / 1e9 - LEFT_SECONDS:
            part.unlink(missing_ok=True)


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
