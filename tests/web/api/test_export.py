"""Bulk files over HTTP: parts, codings, what describes them, and what happens when one is broken."""

import gzip
import hashlib
import json
from collections.abc import Callable
from typing import IO

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse
from werkzeug.wsgi import FileWrapper

from legalmap.services.exporting import compression, files, formats, parquet
from legalmap.services.exporting.compression import zstd
from legalmap.services.exporting.files import Files
from legalmap.services.exporting.formats import FORMATS
from tests.patience import soon
from tests.services.build import decide, propose

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
        byte_range = f"bytes={start}-{start + length // 3}"
        headers = {"Range": byte_range, "If-Range": whole.headers["ETag"]}
        part = client.get(address, headers=headers)
        assert part.status_code == 206
        stop = start + len(part.data)
        assert part.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{length}"
        assert part.headers["ETag"] == whole.headers["ETag"]
        parts.append(part.data)
    assert len(parts) == 3
    assert b"".join(parts) == whole.data


def packed(client: FlaskClient, address: str, coding: str) -> TestResponse:
    """The file in a coding, once it is packed."""
    wanted = {"Accept-Encoding": coding}
    assert soon(lambda: "Content-Encoding" in client.get(address, headers=wanted).headers)
    return client.get(address, headers=wanted)


@pytest.mark.parametrize("coding", UNPACK)
def test_a_coding_has_its_own_etag_and_its_own_parts(client: FlaskClient, coding: str) -> None:
    plain, wanted = client.get(FILE), {"Accept-Encoding": coding}
    form = packed(client, FILE, coding)
    assert form.headers["Content-Encoding"] == coding
    assert UNPACK[coding](form.data) == plain.data
    assert form.headers["ETag"] == f'"{hashlib.sha256(form.data).hexdigest()}-{coding}"'
    part = client.get(FILE, headers={**wanted, "Range": "bytes=-10"})
    assert (part.status_code, part.data) == (206, form.data[-10:])
    # Who holds part of one coding gets the whole of another, never a mixture.
    mixed = {**wanted, "Range": "bytes=0-9", "If-Range": plain.headers["ETag"]}
    again = client.get(FILE, headers=mixed)
    assert (again.status_code, again.data) == (200, form.data)
    held = client.get(FILE, headers={**wanted, "If-None-Match": form.headers["ETag"]})
    assert (held.status_code, held.data) == (304, b"")
    assert held.headers["ETag"] == form.headers["ETag"]
    assert set(form.vary) == {"Accept-Encoding", "Accept-Datetime"}


def test_a_file_is_packed_at_once_and_as_small_as_can_be_by_the_worker(app: Flask) -> None:
    client = app.test_client()
    first = client.get(FILE, headers={"Accept-Encoding": "br"})
    assert first.headers["Content-Encoding"] == "br"
    assert first.headers["CDN-Cache-Control"]
    whole = client.get(FILE, headers={"Accept-Encoding": "identity"}).data
    assert brotli.decompress(first.data) == whole
    assert len(b"".join(compression.packed([whole], "br", compression.BEST))) < len(first.data)


WHOLE = [
    {"Range": "bytes=0-9", "If-Range": '"other"'},
    {"Range": "bytes=0-9", "If-Range": "Mon, 23 Nov 2026 12:00:00 GMT"},
    {"Range": "bytes=0-9", "If-Range": "Fri, 31 Dec 2100 12:00:00 GMT"},
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
    pinned = client.get(f"{FILE}?as_of=2026-11-23&known_at=280")
    assert pinned.headers["Cache-Control"] == "public, max-age=86400"
    for address in (FILE, f"{FILE}?as_of=2026-11-23", f"{FILE}?known_at=280"):
        assert client.get(address).headers["Cache-Control"] == "public, no-cache"


def test_the_package_has_the_hash_of_what_is_served(client: FlaskClient) -> None:
    for query in ("", "?as_of=2020-01-01"):
        package = client.get(f"/export/datapackage.json{query}").json
        for resource in package["resources"]:
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
    monkeypatch.setattr(parquet, "WRITES", False)
    # A day nobody asked for yet, so that no kept file answers.
    answer = client.get("/export/7-oh.parquet?as_of=2001-02-03")
    assert (answer.status_code, answer.json["type"]) == (501, "urn:legalmap:problem:not-installed")
    assert "legalmap[parquet]" in answer.json["detail"]
    assert "parquet" not in formats.available()


def test_a_broken_file_is_never_served(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    good = client.get("/export/7-oh.csv").data
    monkeypatch.setattr(formats, "render", lambda *_asked: b"<html>")
    assert client.get("/export/7-oh.csv").data == good
    answer = client.get("/export/7-oh.csv?as_of=2001-02-03")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.headers["Retry-After"]
    page = client.get("/data")
    assert page.status_code == 200
    assert "7-oh.geojson</a>" not in page.text


def test_the_page_of_data_lists_every_file_with_its_size(app: Flask) -> None:
    """What loads a library as large as the worker itself is made for who asks for it, not for the page."""
    client = app.test_client()
    page = client.get("/data").text
    assert page.count("made when asked for") == len(("kratom.parquet", "7-oh.parquet"))
    assert client.get("/export/7-oh.parquet").status_code == 200
    page += client.get("/data").text
    for address in FILES:
        assert f'href="{address}"' in page
        assert f"{len(client.get(address).data):,}" in page
    for address in (*PACKAGES, "/releases/"):
        assert f'href="{address}"' in page


@pytest.fixture
def huge(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """As if the topics had so many records that nobody waits for their files."""
    monkeypatch.setattr(files, "MOST_AT_ONCE", 10)
    return app.test_client()


HUGE = [
    f"kratom{kind.ending}{query}"
    for kind in FORMATS.values()
    for query in ("", "?as_of=2020-01-01&known_at=100")
]


@pytest.mark.parametrize("name", [*HUGE, "datapackage.json", "datapackage.zip?as_of=2020-01-01"])
def test_nobody_waits_for_a_huge_file_that_was_never_made(huge: FlaskClient, name: str) -> None:
    """It is made meanwhile, the same bytes as a small one."""
    first = huge.get(f"/export/{name}")
    assert (first.status_code, first.content_type) == (503, "application/problem+json")
    assert first.json["type"] == "urn:legalmap:problem:not-yet"
    assert "is being made" in first.json["detail"]
    assert int(first.headers["Retry-After"]) > 0
    assert first.headers["Cache-Control"] == "no-store"
    assert soon(lambda: huge.get(f"/export/{name}").status_code == 200)
    response = huge.get(f"/export/{name}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "MOST_AT_ONCE", 5_000)
        patch.setitem(huge.application.extensions, "files", Files())
        assert huge.get(f"/export/{name}").data == response.data


def test_a_huge_file_lags_behind_the_feed_and_says_so_until_it_has_caught_up(
    huge: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lags is kept by nobody; pages and the API never lag."""
    assert soon(lambda: huge.get("/export/kratom.json").status_code == 200)
    before = huge.get("/export/kratom.json")
    waiting: list[Callable[[], object]] = []
    monkeypatch.setattr(Files, "_begin", lambda _files, _path, work, **_: waiting.append(work))
    tracker = huge.application.extensions["reader"].tracker
    decide(tracker, propose(tracker, base_number=0))
    late = huge.get("/export/kratom.json")
    assert (late.data, late.headers["ETag"]) == (before.data, before.headers["ETag"])
    assert late.json["feed_no"] == 280
    assert "-feed-280-" in late.headers["Content-Disposition"]
    assert late.headers["Cache-Control"] == "public, no-cache"
    assert "CDN-Cache-Control" not in late.headers
    assert '"feed_no":281' in huge.get("/api/v1/kratom/records/us-al").text
    waiting[0]()
    assert huge.get("/export/kratom.json").json["feed_no"] == 281


@pytest.mark.parametrize("start", [0, 1, 200_000])
@pytest.mark.parametrize("length", [1, 300_000])
def test_who_was_cut_off_goes_on_where_a_file_ended(
    client: FlaskClient, start: int, length: int
) -> None:
    path = "/export/kratom.json"
    whole = client.get(path).data
    etag = client.head(path).headers["ETag"]
    headers = {"Range": f"bytes={start}-{start + length - 1}", "If-Range": etag}
    part, wanted = client.get(path, headers=headers), whole[start : start + length]
    assert (part.status_code, part.data) == (206, wanted)
    assert part.headers["Content-Length"] == str(len(wanted))
    content_range = f"bytes {start}-{start + len(wanted) - 1}/{len(whole)}"
    assert part.headers["Content-Range"] == content_range
    # Of another file nobody gets a part.
    other = client.get(path, headers={**headers, "If-Range": '"another"'})
    assert (other.status_code, other.data) == (200, whole)
    assert client.get(path, headers={"Range": "bytes=99999999-"}).status_code == 416


def test_a_server_is_handed_the_open_file(app: Flask) -> None:
    """So that it can send it as it sends a file best; and it is closed when there is nothing to send."""
    handed: list[IO[bytes]] = []

    def wrapper(opened: IO[bytes], size: int = 8192) -> FileWrapper:
        handed.append(opened)
        return FileWrapper(opened, size)

    client = app.test_client()
    environ = {"wsgi.file_wrapper": wrapper}
    path = f"{FILE}?as_of=2020-01-01"
    etag = client.get(path, environ_overrides=environ).headers["ETag"]
    for headers in ({"If-None-Match": etag}, {"Range": "bytes=0-9"}, {"Range": "bytes=99999999-"}):
        client.get(path, environ_overrides=environ, headers=headers)
    assert [(type(file).__name__, file.closed) for file in handed] == [("BufferedReader", True)] * 4


def test_the_page_of_data_makes_no_huge_file(huge: FlaskClient) -> None:
    """How large one is stands there once somebody has asked for it."""
    assert huge.get("/data").text.count("made when asked for") == len(FILES) * 2
    assert soon(lambda: huge.get("/export/kratom.csv").status_code == 200)
    page = huge.get("/data").text
    assert page.count("made when asked for") == len(FILES) * 2 - 1
    assert f"{len(huge.get('/export/kratom.csv').data):,}" in page
