"""A file is made once for all processes, is the file that was asked for, and is whole or not given out."""

import errno
import hashlib
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from legalmap.domain.errors import NotYet, Unusable
from legalmap.services.core import sealed_file
from legalmap.services.core.tracker import Tracker
from legalmap.services.exporting import compression, files, formats, made_file
from legalmap.services.exporting.files import Files
from legalmap.services.exporting.made_file import File
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from tests.build import TODAY
from tests.patience import soon
from tests.services.build import decide, propose

FORMAT = "ndjson"


@pytest.fixture
def reader(tracker: Tracker) -> Reader:
    """us-al stands at revision 0."""
    return Reader(tracker)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The formats that were rendered since."""
    made: list[str] = []
    true = formats.render

    def counted(edition: object, as_of: date, form: str, *records: object) -> bytes:
        made.append(form)
        return true(edition, as_of, form, *records)

    monkeypatch.setattr(formats, "render", counted)
    return made


def of(reader: Reader, home: Files, *, day: date = TODAY, **asked: bool) -> File:
    """The file on kratom as it is now."""
    return home.of(reader.edition("kratom"), day, FORMAT, **{"newest": True, **asked})


def names(folder: Path) -> list[str]:
    """The files that bear a name."""
    files = (file for file in folder.rglob("*-*") if file.is_file())
    return sorted(file.name for file in files if not file.name.startswith("."))


# Made once


def test_another_process_and_a_later_start_take_what_is_there(
    reader: Reader, tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without reading it all to hash it again."""
    first = of(reader, Files(tmp_path / "files"))
    del made[:]
    monkeypatch.setattr(hashlib, "file_digest", None)
    assert of(reader, Files(tmp_path / "files")) == first
    assert made == []
    assert first.sha256 == hashlib.sha256(first.content).hexdigest()
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0


MAKER = """
import sys
from datetime import date
from pathlib import Path
from legalmap.services.exporting import files, formats
from legalmap.services.reading.reader import Reader
from legalmap.services.core.tracker import Tracker
from legalmap.store.engine import Store
true = formats.render
def render(*asked):
    print("rendered", flush=True)
    return true(*asked)
formats.render = render
folder, url = sys.argv[1:]
edition = Reader(Tracker(Store(url))).edition("kratom")
print(files.Files(Path(folder)).of(edition, date(2026, 11, 23), "dictionary", newest=True).sha256)
"""


def test_two_processes_do_not_make_the_same(sqlite_store: Store, tmp_path: Path) -> None:
    url = sqlite_store.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", MAKER, str(tmp_path / "files"), url]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate()[0].split() for process in both]
    assert sum(words.count("rendered") for words in outputs) == 1
    assert outputs[0][-1] == outputs[1][-1]


def test_threads_do_not_make_the_same(reader: Reader, tmp_path: Path, made: list[str]) -> None:
    home, edition = Files(tmp_path), reader.edition("kratom")
    ask = [threading.Thread(target=home.of, args=(edition, TODAY, "dictionary")) for _ in range(4)]
    for thread in ask:
        thread.start()
    for thread in ask:
        thread.join()
    assert made == ["dictionary"]


def test_without_a_folder_a_process_has_its_own_which_goes_with_it(sqlite_store: Store) -> None:
    script = """
        from legalmap.services.exporting.files import Files
        folder = Files().folder
        print(folder, oct(folder.stat().st_mode & 0o777))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    folder, mode = done.stdout.split()
    assert mode == "0o700"
    assert not Path(folder).exists()


# Whole, and ours


BROKEN: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("half of it is missing", lambda held: held[: len(held) // 2]),
    ("it is empty", lambda _held: b""),
    ("a byte is another", lambda held: held[:-1] + b"?"),
    ("it is somebody else's", lambda _held: b"something else altogether"),
]


@pytest.mark.parametrize(("why", "broken"), BROKEN, ids=[why for why, _ in BROKEN])
def test_a_torn_file_is_never_given_out(
    reader: Reader, tmp_path: Path, why: str, broken: Callable[[bytes], bytes]
) -> None:
    home = Files(tmp_path)
    good = of(reader, home)
    content = good.content
    time.sleep(0.02)
    good.path.write_bytes(broken(content))
    # Who was about to read it is refused, and who asks again is given one made anew.
    with pytest.raises(Unusable, match="gone, or another"):
        good.open()
    assert of(reader, home).content == content


@pytest.mark.parametrize("seal", [b"", b"{}", b'{"sha256":"x","length":1,"mtime_ns":1}'])
def test_without_a_seal_that_fits_it_is_made_anew(
    reader: Reader, tmp_path: Path, made: list[str], seal: bytes
) -> None:
    good = of(reader, Files(tmp_path))
    sealed_file.beside(good.path).write_bytes(seal)
    del made[:]
    assert of(reader, Files(tmp_path)).sha256 == good.sha256
    assert made


def test_the_file_of_another_history_is_not_ours(
    reader: Reader, tmp_path: Path, shipped_store: Store
) -> None:
    """A database that was made anew may have the same feed numbers, and a folder from before."""
    here, there = Files(tmp_path), Reader(Tracker(shipped_store))
    foreign = here.of(there.edition("kratom", "1"), TODAY, FORMAT, newest=True)
    assert (foreign.feed_no, reader.edition("kratom").feed_no) == (1, 1)
    assert of(reader, here).content == formats.render(reader.edition("kratom"), TODAY, FORMAT)
    decide(reader.tracker, propose(reader.tracker))
    lost = here.of(there.edition("kratom", "2"), TODAY, FORMAT, newest=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Files, "_begin", lambda *_asked, **_more: None)
        assert lost.feed_no == 2
        assert of(reader, here, wait=False).feed_no == 1
        assert of(reader, here, wait=False).content != foreign.content


def test_another_version_of_this_software_makes_its_own(
    reader: Reader, tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    of(reader, Files(tmp_path))
    del made[:]
    monkeypatch.setattr(made_file, "_software", lambda: "another")
    of(reader, Files(tmp_path))
    assert made


def test_killed_while_it_writes_it_leaves_nothing_of_that_name(
    sqlite_store: Store, tmp_path: Path
) -> None:
    """The next one makes it, and what was left is swept away after an hour."""
    killing = "import os; os.fsync = lambda _file: os.kill(os.getpid(), 9)\n"
    url = sqlite_store.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", killing + MAKER, str(tmp_path), url]
    assert subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == -9
    assert names(tmp_path / "newest" / "kratom-file-dictionary.csv") == []
    [part] = tmp_path.rglob(f"{sealed_file.PART}*")
    reader, home = Reader(Tracker(sqlite_store)), Files(tmp_path)
    file = home.of(reader.edition("kratom"), TODAY, "dictionary", newest=True)
    assert file.content == formats.render(reader.edition("kratom"), TODAY, "dictionary")
    assert part.exists()
    os.utime(part, (time.time() - sealed_file.LEFT_SECONDS - 1,) * 2)
    home.of(reader.edition("kratom"), TODAY, "csv", newest=True)
    assert not part.exists()


# Where it cannot be made


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if the disk took no more from the second part on."""
    true = os.fsync

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    yield
    monkeypatch.setattr(os, "fsync", true)


def test_on_a_full_disk_the_last_good_one_stays(
    reader: Reader,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> None:
    folder = tmp_path / "files"
    home = Files(folder)
    good = of(reader, home)
    before = names(folder)
    decide(reader.tracker, propose(reader.tracker))
    request.getfixturevalue("full_disk")
    for _ in range(3):
        late = of(reader, home)
        assert (late.content, late.feed_no, late.is_final) == (good.content, 1, False)
        with pytest.raises(Unusable, match="No space left on device"):
            of(reader, home, newest=False)
        assert home.packed(good, "br") is None
    assert caplog.text.count("The one of feed number 1 stays.") == 1
    # Nothing half done is left, so that there is no less room than before.
    assert names(folder) == before
    assert list(folder.rglob(f"{sealed_file.PART}*")) == []


def test_in_a_folder_that_takes_no_file_it_is_refused_and_told_why(
    reader: Reader, tmp_path: Path
) -> None:
    (tmp_path / "files").write_text("A file where there should be a folder.")
    with pytest.raises(Unusable, match=r"Not a directory|File exists"):
        of(reader, Files(tmp_path / "files"))


def test_a_folder_that_may_only_be_read_is_of_use(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = of(reader, Files(tmp_path))

    def refused(*_asked: object) -> None:
        raise PermissionError("Read-only file system")

    monkeypatch.setattr(os, "utime", refused)
    assert of(reader, Files(tmp_path)) == good


# In the background


def test_a_large_file_lags_says_of_what_it_is_and_catches_up(
    reader: Reader, tmp_path: Path
) -> None:
    home = Files(tmp_path)
    with pytest.raises(NotYet):
        of(reader, home, wait=False)
    assert soon(lambda: of(reader, home).is_final)
    first = of(reader, home, wait=False)
    decide(reader.tracker, propose(reader.tracker))
    late = of(reader, home, wait=False)
    assert (late.feed_no, late.sha256, late.is_final) == (1, first.sha256, False)
    assert f"-feed-1-{TODAY}" in late.name
    assert soon(lambda: of(reader, home, wait=False).is_final)
    assert of(reader, home, wait=False).feed_no == 2


def test_what_names_its_day_never_lags(reader: Reader, tmp_path: Path) -> None:
    home = Files(tmp_path)
    of(reader, home)
    decide(reader.tracker, propose(reader.tracker))
    with pytest.raises(NotYet):
        of(reader, home, newest=False, wait=False)
    # Nor does a file of a day to come, that somebody asked for, stand in for that of today.
    of(reader, home, newest=False, day=TODAY + timedelta(days=400))

    def is_made() -> bool:
        try:
            return of(reader, home, newest=False, wait=False).feed_no == 2
        except NotYet:
            return False

    assert soon(is_made)


def test_one_is_made_at_a_time_and_the_newest_does_not_wait_for_the_past(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the past nothing is queued, so that nobody can queue thousands of days: it is asked for again."""
    begun, going = threading.Event(), threading.Event()
    true = formats.render

    def slow(*asked: object) -> bytes:
        begun.set()
        assert going.wait(30)
        return true(*asked)

    monkeypatch.setattr(formats, "render", slow)
    home, edition = Files(tmp_path), reader.edition("kratom")
    days = [date(2000 + year, 1, 1) for year in range(20)]
    for day in days:
        with pytest.raises(NotYet):
            home.of(edition, day, FORMAT, wait=False)
    with pytest.raises(NotYet):
        home.of(edition, TODAY, "csv", newest=True, wait=False)
    assert begun.wait(30)
    assert len(home._waiting) == 2
    assert [thread.name for thread in threading.enumerate()].count("files") == 1
    going.set()
    assert soon(lambda: not home._waiting)
    assert [file.name[10:20] for file in tmp_path.rglob("past/*/0*") if not file.suffix] == [
        str(days[0])
    ]


def test_a_command_waits_for_every_file(reader: Reader, tmp_path: Path) -> None:
    home = Files(tmp_path)
    home.is_patient = True
    assert of(reader, home, wait=False).is_final
    assert of(reader, home, newest=False, wait=False).is_final


# Packed


@pytest.mark.parametrize("best", [False, True])
@pytest.mark.parametrize("coding", compression.codings_of("text/csv", 1_000))
def test_a_packed_form_is_made_once_and_is_the_file(
    reader: Reader, tmp_path: Path, coding: str, best: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Files(tmp_path)
    file = home.of(reader.edition("kratom"), TODAY, "dictionary", newest=True)
    form = home.packed(file, coding, best=best)
    assert form is not None
    assert unpacked(coding, form.content) == file.content
    assert (form.name, form.feed_no) == (file.name, file.feed_no)
    monkeypatch.setattr(compression, "packed", None)
    assert Files(tmp_path).packed(file, coding, wait=False) == form


def unpacked(coding: str, content: bytes) -> bytes:
    """What was packed."""
    import gzip

    import brotli

    return {
        "br": brotli.decompress,
        "zstd": compression.zstd.decompress,
        "gzip": gzip.decompress,
    }[coding](content)


def test_a_large_file_is_packed_quickly_even_as_the_newest(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compression, "BEST_BYTES", 10)
    file = of(reader, Files(tmp_path))
    form = Files(tmp_path).packed(file, "br", best=True)
    assert form is not None
    assert form.content == b"".join(compression.packed([file.content], "br", compression.USUAL))


@pytest.mark.parametrize("coding", compression.codings_of("text/csv", 1_000))
def test_packing_holds_no_whole_file(coding: str) -> None:
    """A gigabyte passes through in parts: what is packed so far leaves before the rest is read."""
    read = 0

    def parts() -> Iterator[bytes]:
        nonlocal read
        for _ in range(64):
            read += 1
            yield os.urandom(256 * 1024)

    form = compression.packed(parts(), coding, compression.USUAL)
    sizes = [(read, len(part)) for part in form]
    assert max(size for _, size in sizes) < 8 * 1024 * 1024
    assert any(size for at, size in sizes if at < 32)


def test_what_gains_nothing_is_not_packed() -> None:
    assert compression.codings_of("application/zip", 10_000) == ()
    assert compression.codings_of("text/csv", 100) == ()


# Bounded


def test_what_nobody_used_for_longest_goes_first_and_the_newest_stays(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_FILES", 4)
    home, edition = Files(tmp_path), reader.edition("kratom")
    (tmp_path / "points.index").write_bytes(b"somebody else's, and older than all")
    newest = of(reader, home)
    past = [home.of(edition, date(2000 + year, 1, 1), FORMAT) for year in range(4)]
    for number, file in enumerate((newest, *past)):
        os.utime(sealed_file.beside(file.path), (1_000_000 + number,) * 2)
    assert home.of(edition, date(2000, 1, 1), FORMAT) == past[0]
    more = home.of(edition, date(2020, 1, 1), FORMAT)
    left = {file for file in (newest, *past, more) if file.path.exists()}
    assert left == {newest, past[0], past[2], past[3], more}
    assert (tmp_path / "points.index").exists()


def test_bytes_are_bounded_too(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, edition = Files(tmp_path), reader.edition("kratom")
    newest = of(reader, home)
    monkeypatch.setattr(files, "MOST_BYTES", 2 * newest.length + newest.length // 2)
    for year in range(6):
        home.of(edition, date(2000 + year, 1, 1), FORMAT)
    assert newest.path.exists()
    assert len([file for file in tmp_path.rglob("past/*/0*") if not file.suffix]) <= 2


def test_making_and_sending_a_large_file_holds_little_of_it(
    shipped_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never more than a stretch of its records at once."""
    monkeypatch.setattr(formats, "STRETCH", 20)
    edition, sizes = Reader(Tracker(shipped_store)).edition("kratom"), []
    true = formats.render

    def measured(*asked: object) -> bytes:
        content = true(*asked)
        sizes.append(len(content))
        return content

    monkeypatch.setattr(formats, "render", measured)
    file = Files(tmp_path).of(edition, TODAY, "ndjson")
    assert max(sizes) < file.length / 4
    monkeypatch.setattr(made_file, "PART", 1000)
    assert max(map(len, file.parts())) == 1000
