"""What readers fetch is compressed as they ask, once, with an ETag of its own."""

import gzip

import brotli
import pytest
from flask import Flask

PATHS = ["/", "/kratom/us-al", "/export/7-oh.json", "/api/v1/kratom/resolve?place=us-al"]
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize("coding", list(UNPACK))
@pytest.mark.parametrize("path", PATHS)
def test_the_same_bytes_in_another_coding(app: Flask, path: str, coding: str) -> None:
    client = app.test_client()
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": coding})
    assert packed.headers["Content-Encoding"] == coding
    assert UNPACK[coding](packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize("path", PATHS)
def test_what_the_reader_has_is_not_sent_again(app: Flask, path: str) -> None:
    client = app.test_client()
    for wanted in ({}, {"Accept-Encoding": "br"}):
        etag = client.get(path, headers=wanted).headers["ETag"]
        again = client.get(path, headers={**wanted, "If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == etag


def test_small_answers_and_refused_codings_stay_plain(app: Flask) -> None:
    client = app.test_client()
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "br;q=0"}).headers
    small = client.get("/api/v1/nothing", headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in small.headers
