"""Large exports lie in a file without a name; a full disk takes nothing, and nobody is told otherwise."""

import errno
import logging
from pathlib import Path

import pytest

from legalmap.services import spooling
from legalmap.services.spooling import Spool


def test_what_is_laid_down_is_read_again_alone_and_with_its_neighbours(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "files")
    said = [b"one", b"", b"three", b"four"]
    assert [spool.put(each) for each in said] == [0, 3, 3, 8]
    assert [spool.read(0, 3), spool.read(3, 0), spool.read(3, 5), spool.read(8, 4)] == said
    assert spool.read(0, 8) == b"onethree"
    assert spool.length == 12


@pytest.mark.parametrize(
    ("part", "parts"), [(5, [b"oneth", b"reefo", b"ur"]), (6, [b"onethr", b"eefour"])]
)
def test_the_whole_comes_in_parts(
    monkeypatch: pytest.MonkeyPatch, part: int, parts: list[bytes]
) -> None:
    monkeypatch.setattr(spooling, "PART", part)
    spool = Spool()
    assert list(spool.parts()) == []
    for each in (b"one", b"three", b"four"):
        spool.put(each)
    assert list(spool.parts()) == parts


def test_nobody_else_finds_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.put(b"one")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_once_and_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path)
    assert spool.put(b"one") == 0

    def full(_content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spool, "_append", full)
    with caplog.at_level(logging.WARNING):
        assert spool.put(b"two") is None
    monkeypatch.undo()
    assert "No space left on device" in caplog.text
    assert spool.put(b"four") is None
    assert (spool.read(0, 3), spool.length) == (b"one", 3)
