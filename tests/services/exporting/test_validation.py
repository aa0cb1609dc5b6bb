"""No file is let out that does not fit its schema or its edition; the last good one stays."""

import json
import logging
import re
from collections.abc import Callable

import msgspec
import pytest

from legalmap.domain.errors import Unsound
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.editions import Edition
from legalmap.services.exporting import formats
from legalmap.services.exporting.files import Files
from legalmap.services.exporting.formats import FORMATS
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from tests.build import TODAY
from tests.services.build import decide, propose


@pytest.fixture
def edition(shipped_store: Store) -> Edition:
    """A topic of the real data."""
    return Reader(Tracker(shipped_store)).edition("7-oh")


def _a_page(_content: bytes) -> bytes:
    return b"<!doctype html><title>Out of order</title>"


def _last_line_lost(content: bytes) -> bytes:
    return content[: content.rstrip().rindex(b"\n") + 1]


def _first_record_lost(content: bytes) -> bytes:
    export = json.loads(content)
    del export["features" if "features" in export else "records"][0]
    return json.dumps(export, separators=(",", ":"), ensure_ascii=False).encode()


def _replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda content: re.sub(old.encode(), new.encode(), content, count=1)


BROKEN = [
    *((name, _a_page, "") for name in FORMATS),
    ("json", _first_record_lost, "it holds 49 records, the edition has 50"),
    ("json", _replaced('"notes":', '"remarks":'), "missing required field `notes`"),
    ("json", _replaced('"confidence":"high"', '"confidence":"sure"'), "Invalid enum value 'sure'"),
    ("json", _replaced('"licence":', '"license":'), "other keys than its schema"),
    ("json", _replaced('"feed_no":280', '"feed_no":1'), "it says feed number 1"),
    ("json", _replaced('"not_known":\\d+', '"not_known":400'), "its counts do not add up"),
    ("json", _replaced('"force":"in-force"', '"status":"x","force":"in-force"'), "not in the"),
    ("ndjson", _last_line_lost, "it holds 49 records"),
    ("ndjson", _replaced('"as_of":"2026-11-23"', '"as_of":"2026-11-22"'), "2026-11-22, not"),
    ("csv", _last_line_lost, "it has 59 rows, the edition makes 60"),
    ("csv", _replaced(",notes,", ",remarks,"), "its columns are"),
    ("csv", _replaced(",in-force,", ",somehow,"), "“somehow” does not fit the column force"),
    ("csv", _replaced(",true,", ",yes,"), "“yes” does not fit the column in_force"),
    ("sources", _last_line_lost, "rows, the edition makes"),
    ("dictionary", _last_line_lost, "rows, the edition makes"),
    ("geojson", _first_record_lost, "it holds 49 records"),
    ("geojson", _replaced('"notes":', '"remarks":'), "has other properties than its schema"),
    ("geojson", _replaced('"type":"Point"', '"type":"Dot"'), "a geometry of another kind"),
]


@pytest.mark.parametrize(("name", "breaking", "says"), BROKEN)
def test_a_broken_renderer_is_found_out(
    edition: Edition,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    breaking: Callable[[bytes], bytes],
    says: str,
) -> None:
    sound, frame = (
        formats.render(edition, TODAY, name),
        formats.render(edition, TODAY, name, ()),
    )
    assert breaking(sound) != sound
    monkeypatch.setattr(
        formats, "render", lambda *asked: frame if asked[3:] == ((),) else breaking(sound)
    )
    with pytest.raises(Unsound) as refused:
        Files().of(edition, TODAY, name)
    assert says in str(refused.value)


@pytest.mark.parametrize("name", [name for name, kind in FORMATS.items() if not kind.is_small])
@pytest.mark.parametrize(
    ("spoiling", "says"),
    [
        (lambda stretches: stretches[:-1], "it holds 40 records, the edition has 50"),
        (lambda stretches: [*stretches[1::-1], stretches[2]], "or others"),
        (lambda stretches: [stretches[0], *stretches], "or others"),
    ],
)
def test_parts_that_are_lost_or_in_another_order_are_found_out(
    edition: Edition, monkeypatch: pytest.MonkeyPatch, name: str, spoiling: Callable, says: str
) -> None:
    monkeypatch.setattr(formats, "STRETCH", 20)
    stretches = list(formats.stretches(edition, TODAY))
    assert len(stretches) == 3
    monkeypatch.setattr(formats, "stretches", lambda *_asked: iter(spoiling(stretches)))
    with pytest.raises(Unsound, match=says):
        Files().of(edition, TODAY, name)


@pytest.mark.both_databases
@pytest.mark.parametrize("name", FORMATS)
def test_the_last_good_file_stays_and_the_log_says_why(
    tracker: Tracker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    files, reader = Files(), Reader(tracker)
    good = files.of(reader.edition("kratom"), TODAY, name, newest=True)
    decide(tracker, propose(tracker))
    edition = reader.edition("kratom")
    monkeypatch.setattr(formats, "render", lambda *_asked: b"<html>")
    with caplog.at_level(logging.ERROR):
        file = files.of(edition, TODAY, name, newest=True)
    assert (file.path, file.feed_no, file.is_final) == (good.path, good.feed_no, False)
    assert good.feed_no < edition.feed_no
    assert f"kratom {name} at feed number {edition.feed_no} was refused" in caplog.text
    assert f"The one of feed number {good.feed_no} stays." in caplog.text
    # Who names an edition must not get another.
    with pytest.raises(Unsound):
        files.of(edition, TODAY, name)
    # It is not tried again for everybody who asks, but soon.
    monkeypatch.undo()
    assert files.of(edition, TODAY, name, newest=True).feed_no == good.feed_no
    assert Files(files.folder).of(edition, TODAY, name, newest=True).feed_no == edition.feed_no


def test_a_frame_that_does_not_fit_is_found_out(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the newest JSON file says before its first record is proved too."""
    true = formats.counted
    monkeypatch.setattr(
        formats,
        "counted",
        lambda *asked: msgspec.structs.replace(true(*asked), not_known=400),
    )
    with pytest.raises(Unsound, match="its counts do not add up"):
        Files().of(edition, TODAY, "json", newest=True)
