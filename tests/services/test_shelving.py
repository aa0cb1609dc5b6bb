"""The shelf gives back what was laid down whole, and nothing else, whatever happens to the folder."""

import hashlib
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from legalmap.services import shelving
from legalmap.services.shelving import Shelf

NAME = hashlib.sha256(b"content").hexdigest()


def test_what_was_laid_down_is_found_by_every_process(tmp_path: Path) -> None:
    Shelf(tmp_path / "files").put(NAME, "br", b"packed")
    assert Shelf(tmp_path / "files").get(NAME, "br") == b"packed"
    assert Shelf(tmp_path / "files").get(NAME, "gzip") is None
    assert (tmp_path / "files").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_may_only_be_read_is_of_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Shelf(tmp_path).put(NAME, "br", b"packed")

    def refused(*_given: object) -> None:
        raise PermissionError("Read-only file system")

    monkeypatch.setattr(shelving.os, "utime", refused)
    assert Shelf(tmp_path).get(NAME, "br") == b"packed"


TORN = [
    ("half of it is missing", lambda held: held[: len(held) // 2]),
    ("it is empty", lambda _held: b""),
    ("a byte is another", lambda held: held[:-1] + b"?"),
    ("somebody else's file", lambda _held: b"something else altogether, quite long enough"),
]


@pytest.mark.parametrize(("why", "broken"), TORN, ids=[why for why, _ in TORN])
def test_a_torn_file_is_never_given_out(tmp_path: Path, why: str, broken) -> None:
    shelf = Shelf(tmp_path)
    shelf.put(NAME, "br", b"packed, and not so little of it")
    file = tmp_path / f"{NAME}.br.packed"
    file.write_bytes(broken(file.read_bytes()))
    assert shelf.get(NAME, "br") is None
    shelf.put(NAME, "br", b"packed anew")
    assert shelf.get(NAME, "br") == b"packed anew"


def test_without_a_folder_nothing_is_held() -> None:
    shelf = Shelf(None)
    shelf.put(NAME, "br", b"packed")
    assert shelf.get(NAME, "br") is None


def test_a_folder_that_cannot_be_used_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    shelf = Shelf(tmp_path / "file" / "files")
    for _ in range(3):
        shelf.put(NAME, "br", b"packed")
    assert shelf.get(NAME, "br") is None
    assert caplog.text.count("cannot be used") == 1


def test_a_full_disk_leaves_nothing_half_done(tmp_path: Path) -> None:
    """A process that may write no more than a few bytes meets the end of the disk."""
    script = textwrap.dedent(
        f"""
        import resource, signal
        from pathlib import Path
        from legalmap.services.shelving import Shelf
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        shelf = Shelf(Path({str(tmp_path)!r}))
        shelf.put({NAME!r}, "br", b"x" * 100_000)
        print(shelf.get({NAME!r}, "br"))
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "None\n"
    assert list(tmp_path.iterdir()) == []


def test_a_worker_killed_while_it_writes_leaves_no_file_of_that_name(tmp_path: Path) -> None:
    """The next one makes it, and what was left is swept away after an hour."""
    script = textwrap.dedent(
        f"""
        import os
        from pathlib import Path
        from legalmap.services import shelving
        os.fsync = lambda _file: os.kill(os.getpid(), 9)
        shelving.Shelf(Path({str(tmp_path)!r})).put({NAME!r}, "br", b"packed")
        """
    )
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -9
    [part] = tmp_path.iterdir()
    shelf = Shelf(tmp_path)
    assert shelf.get(NAME, "br") is None
    shelf.put(NAME, "br", b"packed")
    assert shelf.get(NAME, "br") == b"packed"
    assert part.exists()
    os.utime(part, (time.time() - 4000,) * 2)
    shelf.put(NAME, "gzip", b"packed")
    assert not part.exists()


def test_what_nobody_used_for_longest_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelving, "MOST_FILES", 2)
    shelf = Shelf(tmp_path)
    (tmp_path / "points.index").write_bytes(b"somebody else's, and older than all")
    os.utime(tmp_path / "points.index", (1, 1))
    for number, name in enumerate(("a", "b")):
        shelf.put(name, "br", b"packed")
        os.utime(tmp_path / f"{name}.br.packed", (1_000_000 + number,) * 2)
    shelf.get("a", "br")
    shelf.put("c", "br", b"packed")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "a.br.packed",
        "c.br.packed",
        "points.index",
    ]
