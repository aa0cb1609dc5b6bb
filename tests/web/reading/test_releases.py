"""/releases: pages that list, files that never change."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from legalmap.services.exporting import releases


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A site with one release."""
    releases.freeze(app.extensions["reader"], app.config["RELEASES"], "2026.11")
    return app.test_client()


def test_releases_are_beside_the_database_unless_set(app: Flask) -> None:
    database = app.extensions["reader"].tracker.store.file
    assert app.config["RELEASES"] == Path(database).parent / "releases"


def test_the_pages_list_every_release_and_file(client: FlaskClient, app: Flask) -> None:
    assert 'href="/releases/2026.11/"' in client.get("/releases/").text
    assert 'href="/releases/2026.11/"' in client.get("/data").text
    page = client.get("/releases/2026.11/").text
    for name, file in releases.files_of(app.config["RELEASES"], "2026.11").items():
        assert f'href="/releases/2026.11/{name}"' in page
        answer = client.get(f"/releases/2026.11/{name}")
        assert answer.status_code == 200
        assert answer.data == file.path.read_bytes()
        assert answer.headers["ETag"] == f'"{file.sha256}"'
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_release_outlives_what_is_published_after_it(client: FlaskClient) -> None:
    assert client.get("/releases/2026.11/7-oh.csv").data == client.get("/export/7-oh.csv").data
    part = client.get("/releases/2026.11/7-oh.csv", headers={"Range": "bytes=0-4"})
    assert (part.status_code, part.data) == (206, b"topic")


NOWHERE = ["/releases/2026.12/", "/releases/2026.11/nothing.csv", "/releases/2026.11/..%2f..%2fx"]


@pytest.mark.parametrize("path", NOWHERE)
def test_what_was_not_released_is_not_there(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_without_a_release_the_page_says_so(app: Flask) -> None:
    assert "There is none yet." in app.test_client().get("/releases/").text
