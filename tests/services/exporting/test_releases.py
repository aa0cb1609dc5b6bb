"""A release is whole, checked, never written again, and tells what changed since the one before."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from legalmap.domain.errors import Invalid, Missing, Unsound, Unusable
from legalmap.services.core.tracker import Tracker
from legalmap.services.exporting import formats, releases
from legalmap.services.reading.reader import Reader
from tests.services.build import decide, propose


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where releases are to be."""
    return tmp_path / "releases"


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_every_file_is_there_with_its_sum(tracker: Tracker, folder: Path) -> None:
    release = releases.freeze(Reader(tracker), folder, "2026.11")
    names = set(contents(release))
    for topic in tracker.topics:
        for form in formats.available():
            name = formats.file_name(topic, form)
            assert {name, f"{name}.schema.json"} <= names
    assert {"datapackage.json", "datapackage.zip", "CHANGELOG.md", "CITATION.cff"} <= names
    assert {"datacite.json", "release.json", "SHA256SUMS"} <= names
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=release, check=False
    )
    assert done.returncode == 0
    files = releases.files_of(folder, "2026.11")
    assert set(files) == names
    for file in files.values():
        assert hashlib.sha256(file.path.read_bytes()).hexdigest() == file.sha256
        assert releases.checked(file).length == file.size
    assert [inner.name for inner in folder.iterdir()] == ["2026.11"]


@pytest.mark.both_databases
def test_a_release_is_never_written_again(tracker: Tracker, folder: Path) -> None:
    reader = Reader(tracker)
    before = contents(releases.freeze(reader, folder, "2026.11"))
    decide(tracker, propose(tracker))
    with pytest.raises(Invalid, match="never written again"):
        releases.freeze(reader, folder, "2026.11")
    assert contents(folder / "2026.11") == before


def test_the_changelog_tells_what_the_feed_published_since(tracker: Tracker, folder: Path) -> None:
    reader = Reader(tracker)
    first = contents(releases.freeze(reader, folder, "2026.11"))
    assert b"since the beginning of the feed" in first["CHANGELOG.md"]
    decide(tracker, propose(tracker))
    second = contents(releases.freeze(reader, folder, "2026.12"))
    text = second["CHANGELOG.md"].decode()
    assert "since release 2026.11" in text
    assert "1 records; 0 new, 1 changed." in text
    assert "- Alabama (us-al), feed number 2" in text
    assert "  - `periods.2020-05`: nothing → " in text
    assert [release.name for release in releases.all_of(folder)] == ["2026.12", "2026.11"]
    about = json.loads(second["release.json"])
    assert (about["feed_no"], about["previous"]) == (2, "2026.11")
    for content in second.values():
        assert b'"ana"' not in content


def test_the_citation_has_what_catalogues_need(tracker: Tracker, folder: Path) -> None:
    files = contents(releases.freeze(Reader(tracker), folder, "2026.11"))
    lines = files["CITATION.cff"].decode().splitlines()
    # What the Citation File Format 1.2.0 requires, and what makes a release findable.
    for key in ("cff-version: ", "message: ", "title: ", "version: ", "date-released: "):
        assert any(line.startswith(key) for line in lines), key
    assert "authors:" in lines
    datacite = json.loads(files["datacite.json"])
    required = {"types", "creators", "titles", "publisher", "publicationYear", "schemaVersion"}
    assert required <= set(datacite)
    assert datacite["types"]["resourceTypeGeneral"] == "Dataset"


@pytest.mark.parametrize("name", ["", "november", "2026.11/x", "..", "2026.1", "2026.11\n"])
def test_a_name_is_a_year_and_a_month(tracker: Tracker, folder: Path, name: str) -> None:
    with pytest.raises(Invalid, match=r"2026\.11"):
        releases.freeze(Reader(tracker), folder, name)
    assert not folder.exists()


def test_a_broken_file_stops_the_release_and_leaves_nothing(
    tracker: Tracker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "render", lambda *_asked: b"<html>")
    with pytest.raises(Unsound):
        releases.freeze(Reader(tracker), folder, "2026.11")
    assert list(folder.iterdir()) == []
    assert releases.all_of(folder) == []


def test_an_altered_file_is_not_given_out(tracker: Tracker, folder: Path) -> None:
    release = releases.freeze(Reader(tracker), folder, "2026.11")
    file = release / "kratom.csv"
    file.chmod(0o644)
    file.write_bytes(b"altered")
    with pytest.raises(Unusable, match="is not what was released"):
        releases.checked(releases.files_of(folder, "2026.11")["kratom.csv"])


def test_nothing_says_where_releases_are(tracker: Tracker) -> None:
    assert releases.all_of(None) == []
    with pytest.raises(Missing):
        releases.files_of(None, "2026.11")
    with pytest.raises(Unusable, match="LEGALMAP_RELEASES"):
        releases.freeze(Reader(tracker), None, "2026.11")
