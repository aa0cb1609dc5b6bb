"""The names of all places lie in one file that the processes of a host share."""

import logging
from pathlib import Path

import pytest

from legalmap.services.places import place_names
from legalmap.store.name_index import NameIndex

# What a host may spend on names.
MOST_BYTES = 40 * 1024 * 1024


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the index."""
    folder = tmp_path_factory.mktemp("files") / "shared"
    place_names._opened(folder)
    return folder


def index_file(folder: Path) -> Path:
    [file] = folder.glob("*.index")
    return file


def test_it_is_made_once_in_a_folder_of_ours_alone(folder: Path) -> None:
    before = index_file(folder).stat().st_mtime_ns
    place_names._opened(folder)
    assert index_file(folder).stat().st_mtime_ns == before
    assert folder.stat().st_mode & 0o777 == 0o700


def test_it_takes_no_more_memory_than_a_host_has_for_it(folder: Path) -> None:
    assert index_file(folder).stat().st_size < MOST_BYTES


def test_a_torn_file_is_made_anew(folder: Path) -> None:
    file = index_file(folder)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert place_names._opened(folder).named("florida")[0].code == "us-fl"
    assert file.read_bytes() == whole


def test_a_folder_that_takes_no_file_is_told_and_does_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING):
        index = place_names._opened(tmp_path / "file" / "files")
    assert index.has("us-fl")
    assert "takes no file" in caplog.text


def test_another_name_makes_another_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = place_names.fingerprint()
    file = tmp_path / "names.csv"
    file.write_text("code,kind,names\nus,alternative,Elsewhere\n")
    files = [*place_names._files(), file]
    monkeypatch.setattr(place_names, "_files", lambda: iter(files))
    assert place_names.fingerprint() != before


WEIGHED = [
    ("the capital before the town in Oklahoma", "prague", "cz-10"),
    ("the large city before the small", "memphis", "us-tn-memphis"),
    ("the state before the city", "newyork", "us-ny"),
    ("the town before the county that is called so", "sarasota", "us-fl-sarasota"),
    ("a consolidated city by its first name", "nashville", "us-tn-nashville-davidson"),
    ("what lists call a city without its last word", "boise", "us-id-boise-city"),
    ("a parish that is one with its city, as a county", "orleanscounty", "us-la-new-orleans"),
    ("a name in another language", "kalifornien", "us-ca"),
    ("the code of three letters", "che", "ch"),
]


@pytest.mark.parametrize(("why", "key", "code"), WEIGHED, ids=[row[0] for row in WEIGHED])
def test_the_place_most_people_mean_weighs_most(why: str, key: str, code: str) -> None:
    index: NameIndex = place_names.index()
    assert index.named(key)[0].code == code
