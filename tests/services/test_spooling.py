"""Large exports lie in a file without a name; a full disk takes nothing, and nobody is told otherwise."""

import errno
import logging
from pathlib import Path

import pytest

from legalmap.services.spooling import Spool


def test_what_is_laid_down_is_read_again_alone_and_with_its_neighbours(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "files")
    first = spool.put([b"one", b"", b"three"])
    assert first == [0, 4, 5]
    assert spool.put([b"four"]) == [11]
    assert [spool.read(0, 3), spool.read(4, 0), spool.read(5, 5), spool.read(11, 4)] == [
        b"one",
        b"",
        b"three",
        b"four",
    ]
    assert spool.read(0, 15) == b"one,,three,four"
    assert spool.length == 16


def test_nobody_else_finds_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.put([b"one"])
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_once_and_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path)
    assert spool.put([b"one"]) == [0]

    def full(_content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spool, "_append", full)
    with caplog.at_level(logging.WARNING):
        assert spool.put([b"two", b"three"]) == [None, None]
    monkeypatch.undo()
    assert "No space left on device" in caplog.text
    assert spool.put([b"four"]) == [None]
    assert (spool.read(0, 3), spool.length) == (b"one", 4)
