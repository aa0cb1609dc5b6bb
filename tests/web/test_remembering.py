"""Memento (RFC 7089): Accept-Datetime leads to what an address showed, and TimeMaps list it all."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.http import http_date, parse_date

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.services.tracker import Tracker
from legalmap.store.engine import Store
from tests.services.build import decide, propose
from tests.store.build import NOW, a_record

ORIGINALS = [
    "/kratom/us-al",
    "/api/v1/kratom/records/us-al",
    "/export/kratom.json",
    "/export/kratom.csv",
    "/export/kratom-sources.csv",
    "/export/datapackage.json",
    "/export/datapackage.zip",
]
BEFORE, AFTER = NOW - timedelta(days=3), NOW - timedelta(days=1)


@pytest.fixture
def client(sqlite_store: Store) -> Iterator[FlaskClient]:
    """Alabama, published three days ago and changed yesterday; today is NOW."""
    with sqlite_store.writing() as connection:
        a_record(connection, "us-al", at=BEFORE)
    with time_machine.travel(AFTER, tick=False):
        tracker = Tracker(sqlite_store)
        decide(tracker, propose(tracker))
    url = sqlite_store.engine.url.render_as_string(hide_password=False)
    with time_machine.travel(NOW, tick=False):
        app: Flask = create_app(Settings(database_url=url, secret_key="x" * 40))
        yield app.test_client()
        app.extensions["reader"].tracker.store.close()


def links(text: str) -> list[tuple[str, dict[str, str]]]:
    """A list of links as (address, parameters)."""
    found = re.findall(r'<([^>]*)>((?:\s*;\s*[\w-]+="[^"]*")*)', text)
    return [(href, dict(re.findall(r'([\w-]+)="([^"]*)"', rest))) for href, rest in found]


@pytest.mark.parametrize("path", ORIGINALS)
def test_a_moment_leads_to_the_address_that_shows_it_for_ever(
    client: FlaskClient, path: str
) -> None:
    for asked, feed_no in ((AFTER - timedelta(hours=1), 1), (AFTER + timedelta(hours=1), 2)):
        gate = client.get(path, headers={"Accept-Datetime": http_date(asked)})
        assert (gate.status_code, gate.data) == (302, b"")
        day = asked.date().isoformat()
        assert gate.location == f"http://localhost{path}?as_of={day}&known_at={feed_no}"
        assert "Accept-Datetime" in gate.vary
        assert "Memento-Datetime" not in gate.headers
        memento = client.get(gate.location, headers={"Accept-Datetime": http_date(BEFORE)})
        assert memento.status_code == 200
        shown = parse_date(memento.headers["Memento-Datetime"])
        assert shown is not None
        assert shown <= asked
        assert memento.headers["Content-Location"] == gate.location
        rels = {told.get("rel"): href for href, told in links(memento.headers["Link"])}
        assert rels["original timegate"] == f"http://localhost{path}"
        assert rels["timemap"] == f"http://localhost/timemap/link{path}"
        assert rels["memento"] == gate.location


@pytest.mark.parametrize("path", ORIGINALS)
def test_the_original_tells_where_its_past_is(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "Memento-Datetime" not in answer.headers
    assert "Accept-Datetime" in answer.vary
    assert {told.get("rel") for _, told in links(answer.headers["Link"])} >= {
        "original timegate",
        "timemap",
    }


@pytest.mark.parametrize("path", ORIGINALS)
def test_the_timemap_lists_mementos_that_say_the_same_of_themselves(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(f"/timemap/link{path}")
    assert answer.content_type == "application/link-format"
    told = links(answer.text)
    assert told[0] == (f"http://localhost{path}", {"rel": "original timegate"})
    assert (told[1][1]["from"], told[1][1]["until"]) == (http_date(BEFORE), http_date(AFTER))
    assert [each["rel"] for _, each in told[2:]] == ["first memento", "last memento"]
    for href, each in told[2:]:
        assert client.get(href).headers["Memento-Datetime"] == each["datetime"]


def test_before_the_beginning_is_the_first_and_after_the_end_the_last(client: FlaskClient) -> None:
    path = "/kratom/us-al"
    for asked, feed_no in ((NOW - timedelta(days=9999), 1), (NOW + timedelta(days=9999), 2)):
        gate = client.get(path, headers={"Accept-Datetime": http_date(asked)})
        assert gate.location.endswith(f"known_at={feed_no}")


def test_a_place_without_any_record_has_no_past(client: FlaskClient) -> None:
    answer = client.get("/kratom/th", headers={"Accept-Datetime": http_date(NOW)})
    assert answer.status_code == 200
    assert len(links(client.get("/timemap/link/kratom/th").text)) == 2


def test_the_law_of_another_day_is_no_memento(client: FlaskClient) -> None:
    for query in ("as_of=2015-01-01&known_at=2", "known_at=2", "as_of=2026-11-23"):
        assert "Memento-Datetime" not in client.get(f"/kratom/us-al?{query}").headers


def test_a_moment_that_cannot_be_read_is_refused(client: FlaskClient) -> None:
    for path in ORIGINALS:
        answer = client.get(path, headers={"Accept-Datetime": "last Tuesday"})
        assert answer.status_code == 400, path
        assert "Accept-Datetime" in answer.text


@pytest.mark.parametrize(
    "path", ["/about", "/nowhere/at/all", "/kratom/zz-nowhere", "/export/x.csv"]
)
def test_what_has_no_past_has_no_timemap(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/timemap/link{path}")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
