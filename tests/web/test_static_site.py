"""The static site has the very bytes of the live answers, and every address that needs no question."""

import hashlib
import json
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from legalmap.services.exporting import files
from legalmap.web import static_site
from tests.store.build import NOW


@pytest.fixture(autouse=True)
def frozen_day() -> None:
    """No midnight between the file and the answer it is compared with."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.slow
def test_each_file_is_the_live_answer_byte_for_byte(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the files are so large that a reader is asked to come again."""
    monkeypatch.setattr(files, "MOST_AT_ONCE", 10)
    folder = tmp_path / "site"
    site = static_site.write(app, folder)
    client = app.test_client()
    addresses = {frozen.address for frozen in site.files}
    names = {frozen.file for frozen in site.files}
    assert len(names) == len(site.files) > 1_000
    for frozen in site.files:
        content = (folder / frozen.file).read_bytes()
        answer = client.get(frozen.address)
        assert answer.data == content, frozen.address
        assert answer.headers["Content-Type"] == frozen.media_type
        assert hashlib.sha256(content).hexdigest() == frozen.sha256
    written = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert written == {*names, "site.json"}
    assert addresses >= {
        "/api/v1/topics",
        "/api/v1/kratom/records/us-al/revisions/0",
        "/api/v1/kratom/resolve?place=us-al",
        "/api/v1/jurisdictions/us-fl-sarasota-county",
        "/export/kratom.geojson",
        "/export/7-oh-sources.csv",
        "/export/datapackage.zip",
        "/export/schemas/kratom.json.schema.json",
    }
    assert not addresses & {*static_site.LIVE}
    _holds_everything(folder)
    _forgets_what_is_no_part_of_it(app, folder)


def _holds_everything(folder: Path) -> None:
    records = json.loads((folder / "api/v1/kratom/records/limit=500.json").read_bytes())
    assert len(records["records"]) == records["total"] == 230
    feed = json.loads((folder / "api/v1/changes/since=0&limit=500.json").read_bytes())
    assert feed["next_since"] == feed["head"] == 280
    places = set()
    for file in (folder / "api/v1/jurisdictions").glob("*limit=500*.json"):
        places |= {place["code"] for place in json.loads(file.read_bytes())["jurisdictions"]}
    assert len(places) > 30_000


def _forgets_what_is_no_part_of_it(app: Flask, folder: Path) -> None:
    index, mine = folder / "site.json", folder.parent / "mine.txt"
    mine.write_text("Not of the site.")
    (folder / "old.json").write_text("{}")
    said = json.loads(index.read_bytes())
    entry = {**said["files"][0], "address": "/api/v1/old"}
    said["files"] = [{**entry, "file": "old.json"}, {**entry, "file": "../mine.txt"}]
    index.write_text(json.dumps(said))
    # One small address is enough to see what goes.
    frozen = static_site._earlier(folder)
    assert frozen == {"old.json"}
    assert mine.exists()


ADDRESSES = [
    ("/export/kratom.csv", "text/csv", "export/kratom.csv"),
    ("/api/v1/topics", "application/json", "api/v1/topics/index.json"),
    ("/api/v1/topics/kratom", "application/json", "api/v1/topics/kratom/index.json"),
    ("/api/v1/openapi.json", "application/json", "api/v1/openapi.json"),
    ("/api/v1/x?a=b&c=d", "application/json", "api/v1/x/a=b&c=d.json"),
]


@pytest.mark.parametrize(("address", "media_type", "file"), ADDRESSES)
def test_each_address_has_a_file_of_its_own(address: str, media_type: str, file: str) -> None:
    assert static_site.file_of(address, media_type) == file
