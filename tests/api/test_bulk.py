"""Bulk files over HTTP: parts, codings, what describes them, and what happens when one is broken."""

import gzip
import hashlib
import json

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from legalmap.services import columnar, exporting, keeping, piecing
from legalmap.services.exporting import FORMATS
from legalmap.services.keeping import zstd

UNPACK = {"br": brotli.decompress, "zstd": zstd.decompress, "gzip": gzip.decompress}
FILES = [f"/export/7-oh{kind.ending}" for kind in FORMATS.values()]
PACKAGES = ["/export/datapackage.json", "/export/datapackage.zip"]
FILE = "/export/7-oh.json"


@pytest.mark.parametrize("address", [*FILES, *PACKAGES])
def test_a_file_comes_in_parts_that_make_the_whole(client: FlaskClient, address: str) -> None:
    whole = client.get(address)
    assert whole.headers["Accept-Ranges"] == "bytes"
    length = len(whole.data)
    parts = []
    for start in range(0, length, length // 3 + 1):
        asked = f"bytes={start}-{start + length // 3}"
        headers = {"Range": asked, "If-Range": whole.headers["ETag"]}
        part = client.get(address, headers=headers)
        assert part.status_code == 206
        stop = start + len(part.data)
        assert part.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{length}"
        assert part.headers["ETag"] == whole.headers["ETag"]
        parts.append(part.data)
    assert len(parts) == 3
    assert b"".join(parts) == whole.data


@pytest.mark.parametrize("coding", UNPACK)
def test_a_coding_has_its_own_etag_and_its_own_parts(client: FlaskClient, coding: str) -> None:
    plain, wanted = client.get(FILE), {"Accept-Encoding": coding}
    packed = client.get(FILE, headers=wanted)
    assert packed.headers["Content-Encoding"] == coding
    assert UNPACK[coding](packed.data) == plain.data
    assert packed.headers["ETag"] not in (plain.headers["ETag"], None)
    part = client.get(FILE, headers={**wanted, "Range": "bytes=-10"})
    assert (part.status_code, part.data) == (206, packed.data[-10:])
    # Who holds part of one coding gets the whole of another, never a mixture.
    mixed = {**wanted, "Range": "bytes=0-9", "If-Range": plain.headers["ETag"]}
    again = client.get(FILE, headers=mixed)
    assert (again.status_code, again.data) == (200, packed.data)
    held = client.get(FILE, headers={**wanted, "If-None-Match": packed.headers["ETag"]})
    assert (held.status_code, held.data) == (304, b"")
    assert held.headers["ETag"] == packed.headers["ETag"]
    assert set(packed.vary) == {"Accept-Encoding", "Accept-Datetime"}


def test_the_newest_is_packed_as_small_as_can_be(client: FlaskClient) -> None:
    wanted = {"Accept-Encoding": "br"}
    newest = client.get(FILE, headers=wanted).data
    past = client.get(f"{FILE}?as_of=2026-11-23&known_at=268", headers=wanted).data
    assert brotli.decompress(newest) == brotli.decompress(past)
    assert len(newest) < len(past)


WHOLE = [
    {"Range": "bytes=0-9", "If-Range": '"other"'},
    {"Range": "bytes=0-9", "If-Range": "Mon, 23 Nov 2026 12:00:00 GMT"},
    {"Range": "bytes=0-1,4-5"},
    {"Range": "lines=0-9"},
    {"Range": "bytes=what"},
]


@pytest.mark.parametrize("headers", WHOLE)
def test_what_cannot_be_sent_in_part_is_sent_whole(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.get(FILE, headers=headers)
    assert (answer.status_code, answer.data) == (200, client.get(FILE).data)
    assert "Content-Range" not in answer.headers


def test_a_part_beyond_the_end_is_refused_with_the_length(client: FlaskClient) -> None:
    length = len(client.get(FILE).data)
    answer = client.get(FILE, headers={"Range": f"bytes={length}-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{length}"
    assert answer.content_type == "application/problem+json"


def test_head_knows_no_parts(client: FlaskClient) -> None:
    answer = client.head(FILE, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.content_length == len(client.get(FILE).data)


@pytest.mark.parametrize("address", FILES)
def test_a_file_names_its_schema_and_licence(client: FlaskClient, address: str) -> None:
    links = client.get(address).headers["Link"]
    name = address.rpartition("/")[2]
    described = f"/export/schemas/{name}.schema.json"
    assert f'<{described}>; rel="describedby"' in links
    assert 'rel="license"' in links
    schema = client.get(described)
    assert schema.content_type == "application/schema+json"
    assert {"$schema", "fields"} & set(json.loads(schema.data))


def test_a_day_and_a_number_may_be_kept_and_the_newest_must_be_checked(client: FlaskClient) -> None:
    pinned = client.get(f"{FILE}?as_of=2026-11-23&known_at=268")
    assert pinned.headers["Cache-Control"] == "public, max-age=86400"
    for address in (FILE, f"{FILE}?as_of=2026-11-23", f"{FILE}?known_at=268"):
        assert client.get(address).headers["Cache-Control"] == "public, no-cache"


def test_the_package_has_the_hash_of_what_is_served(client: FlaskClient) -> None:
    for query in ("", "?as_of=2020-01-01"):
        said = client.get(f"/export/datapackage.json{query}").json
        for resource in said["resources"]:
            content = client.get(f"/export/{resource['path']}").data
            assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


NOWHERE = ["7-oh.sources", "7-oh.dictionary", "tea-sources.csv", "datapackage.csv", "schemas/x"]


@pytest.mark.parametrize("name", NOWHERE)
def test_what_there_is_not_is_a_problem_document(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/export/{name}")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_without_pyarrow_the_answer_says_what_to_install(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columnar, "WRITES", False)
    # A day nobody asked for yet, so that no kept file answers.
    answer = client.get("/export/7-oh.parquet?as_of=2001-02-03")
    assert (answer.status_code, answer.json["type"]) == (501, "urn:legalmap:problem:not-installed")
    assert "legalmap[parquet]" in answer.json["detail"]
    assert "parquet" not in exporting.available()


def test_a_broken_file_is_never_served(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    good = client.get("/export/7-oh.csv").data
    monkeypatch.setattr(exporting, "render", lambda *_asked: b"<html>")
    assert client.get("/export/7-oh.csv").data == good
    answer = client.get("/export/7-oh.csv?as_of=2001-02-03")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.headers["Retry-After"]
    page = client.get("/data")
    assert page.status_code == 200
    assert "7-oh.geojson</a>" not in page.text


def test_the_page_of_data_lists_every_file_with_its_size(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/data").text
    for address in FILES:
        assert f'href="{address}"' in page
        assert f"{len(client.get(address).data):,}" in page
    for address in (*PACKAGES, "/releases/"):
        assert f'href="{address}"' in page


def as_if_huge(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, as if the topics had more records than fit in memory."""
    monkeypatch.setattr(piecing, "MOST_HELD", 10)
    monkeypatch.setitem(client.application.extensions, "files", keeping.Files())
    client.application.wsgi_app.answers._kept.clear()


@pytest.mark.parametrize("query", ["", "?as_of=2020-01-01&known_at=100"])
@pytest.mark.parametrize(
    "name", [f"kratom{kind.ending}" for kind in FORMATS.values() if not kind.is_small]
)
def test_a_file_too_large_to_be_held_is_written_while_it_is_sent(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, name: str, query: str
) -> None:
    """The same bytes, their length known before, under an ETag that only other bytes change."""
    path = f"/export/{name}{query}"
    whole = client.get(path)
    as_if_huge(client, monkeypatch)
    parts = client.get(path, headers={"Accept-Encoding": "br"})
    assert parts.status_code == 200
    assert parts.data == whole.data
    assert parts.headers["Content-Length"] == str(len(whole.data))
    assert "Content-Encoding" not in parts.headers
    etag = parts.headers["ETag"]
    # The newest JSON is named by the hashes of its pieces.
    assert (etag == whole.headers["ETag"]) is (path != "/export/kratom.json")
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("start", [0, 1, 200_000])
@pytest.mark.parametrize("length", [1, 300_000])
@pytest.mark.parametrize("name", ["kratom.json", "kratom.csv"])
def test_who_was_cut_off_goes_on_where_a_huge_file_ended(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, name: str, start: int, length: int
) -> None:
    path = f"/export/{name}"
    whole = client.get(path).data
    as_if_huge(client, monkeypatch)
    etag = client.head(path).headers["ETag"]
    asked = {"Range": f"bytes={start}-{start + length - 1}", "If-Range": etag}
    part, wanted = client.get(path, headers=asked), whole[start : start + length]
    assert (part.status_code, part.data) == (206, wanted)
    assert part.headers["Content-Length"] == str(len(wanted))
    told = f"bytes {start}-{start + len(wanted) - 1}/{len(whole)}"
    assert part.headers["Content-Range"] == told
    # Of another file nobody gets a part.
    other = client.get(path, headers={**asked, "If-Range": '"another"'})
    assert (other.status_code, other.data) == (200, whole)
    assert client.get(path, headers={"Range": "bytes=99999999-"}).status_code == 416


def test_a_package_too_large_to_be_held_is_the_same_package(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {address: client.get(address).data for address in PACKAGES}
    whole = client.get("/export/kratom.json")
    as_if_huge(client, monkeypatch)
    for address in PACKAGES:
        assert client.get(address).data == before[address]
    described = client.get("/export/datapackage.json").get_json()["resources"]
    [said] = [each for each in described if each["path"] == "kratom.json"]
    assert said["hash"] == f"sha256:{hashlib.sha256(whole.data).hexdigest()}"
    assert said["bytes"] == len(whole.data)


def test_the_page_of_data_makes_no_huge_file(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How large one is stands there once somebody has asked for it."""
    as_if_huge(client, monkeypatch)
    assert client.get("/data").text.count("made when asked for") == len(FILES) * 2
    length = len(client.get("/export/kratom.csv").data)
    client.application.wsgi_app.answers._kept.clear()
    page = client.get("/data").text
    assert page.count("made when asked for") == len(FILES) * 2 - 1
    assert f"{length:,}" in page


def test_of_huge_files_of_the_past_few_stay(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_if_huge(client, monkeypatch)
    files = client.application.extensions["files"]
    newest = client.get("/export/kratom.csv").headers["ETag"]
    for year in range(2000, 2012):
        assert client.get(f"/export/kratom.csv?as_of={year}-01-01").status_code == 200
    laid = [file for file in files._kept.values() if file.held is None]
    assert len(laid) == keeping.KEPT_LAID + 1
    assert newest.strip('"') in {file.sha256 for file in laid}
