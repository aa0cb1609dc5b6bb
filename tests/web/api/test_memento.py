"""Memento (RFC 7089): Accept-Datetime leads to what an address showed, and TimeMaps list it all."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.http import http_date, parse_date

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.services.core.tracker import Tracker
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from legalmap.web.api import memento as memento_views
from tests.services.build import decide, propose

ORIGINALS = [
    "/kratom/us-al",
    "/api/v1/kratom/records/us-al",
    "/export/kratom.csv",
    "/export/datapackage.json",
]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Past:
    """A site whose data were loaded at ``before``, and Alabama changed two days later."""

    def __init__(self, client: FlaskClient, before: datetime) -> None:
        self.client, self.before, self.after = client, before, before + 2 * DAY


@pytest.fixture
def past(shipped_store: Store) -> Iterator[Past]:
    """The real data and one change; today is two days after that."""
    tracker = Tracker(shipped_store)
    loaded = Reader(tracker).edition("kratom").changed_at
    assert loaded is not None
    start = loaded.replace(microsecond=0)
    with time_machine.travel(start + 2 * DAY, tick=False):
        decide(tracker, propose(tracker))
    url = shipped_store.engine.url.render_as_string(hide_password=False)
    with time_machine.travel(start + 4 * DAY, tick=False):
        app: Flask = create_app(Settings(database_url=url, secret_key="x" * 40))
        yield Past(app.test_client(), start)
        app.extensions["reader"].tracker.store.close()


def links(text: str) -> list[tuple[str, dict[str, str]]]:
    """A list of links as (address, parameters)."""
    matches = re.findall(r'<([^>]*)>((?:\s*;\s*[\w-]+="[^"]*")*)', text)
    return [(href, dict(re.findall(r'([\w-]+)="([^"]*)"', rest))) for href, rest in matches]


@pytest.mark.parametrize("path", ORIGINALS)
def test_a_moment_leads_to_the_address_that_shows_it_for_ever(past: Past, path: str) -> None:
    numbers = set()
    for instant in (past.after - HOUR, past.after + HOUR):
        gate = past.client.get(path, headers={"Accept-Datetime": http_date(instant)})
        assert (gate.status_code, gate.data) == (302, b"")
        start, _, number = gate.location.rpartition("&known_at=")
        assert start == f"http://localhost{path}?as_of={instant.date()}"
        numbers.add(int(number))
        assert "Accept-Datetime" in gate.vary
        assert "Memento-Datetime" not in gate.headers
        # A memento is itself, whatever moment is asked for.
        other = {"Accept-Datetime": http_date(past.before)}
        memento = past.client.get(gate.location, headers=other)
        assert memento.status_code == 200
        shown = parse_date(memento.headers["Memento-Datetime"])
        assert shown is not None
        assert shown <= instant
        assert memento.headers["Content-Location"] == gate.location
        rels = {parameters.get("rel"): href for href, parameters in links(memento.headers["Link"])}
        assert rels["original timegate"] == f"http://localhost{path}"
        assert rels["timemap"] == f"http://localhost/timemap/link{path}"
        assert rels["memento"] == gate.location
    assert max(numbers) == 281
    assert len(numbers) == 2


@pytest.mark.parametrize("path", ORIGINALS)
def test_the_original_tells_where_its_past_is(past: Past, path: str) -> None:
    answer = past.client.get(path)
    assert answer.status_code == 200
    assert "Memento-Datetime" not in answer.headers
    assert "Accept-Datetime" in answer.vary
    rels = {parameters.get("rel") for _, parameters in links(answer.headers["Link"])}
    assert rels >= {"original timegate", "timemap"}


@pytest.mark.parametrize("path", ORIGINALS)
def test_the_timemap_lists_mementos_that_say_the_same_of_themselves(past: Past, path: str) -> None:
    answer = past.client.get(f"/timemap/link{path}")
    assert answer.content_type == "application/link-format"
    listed = links(answer.text)
    assert listed[0] == (f"http://localhost{path}", {"rel": "original timegate"})
    span = (listed[1][1]["from"], listed[1][1]["until"])
    assert span == (http_date(past.before), http_date(past.after))
    assert [parameters["rel"] for _, parameters in listed[2:]] == ["first memento", "last memento"]
    for href, parameters in listed[2:]:
        assert past.client.get(href).headers["Memento-Datetime"] == parameters["datetime"]


def test_before_the_beginning_is_the_first_and_after_the_end_the_last(past: Past) -> None:
    first, last = (
        href for href, _ in links(past.client.get("/timemap/link/kratom/us-al").text)[2:]
    )
    for days, expected in ((-9999, first), (9999, last)):
        instant = http_date(past.after + days * DAY)
        gate = past.client.get("/kratom/us-al", headers={"Accept-Datetime": instant})
        assert gate.location.rpartition("=")[2] == expected.rpartition("=")[2]


def test_a_place_without_any_record_has_no_past(past: Past) -> None:
    answer = past.client.get("/kratom/aq", headers={"Accept-Datetime": http_date(past.after)})
    assert answer.status_code == 200
    assert len(links(past.client.get("/timemap/link/kratom/aq").text)) == 2


def test_the_law_of_another_day_is_no_memento(past: Past) -> None:
    for query in ("as_of=2015-01-01&known_at=280", "known_at=280", "as_of=2026-11-23"):
        assert "Memento-Datetime" not in past.client.get(f"/kratom/us-al?{query}").headers


def test_a_moment_that_cannot_be_read_is_refused(past: Past) -> None:
    for path in ORIGINALS:
        answer = past.client.get(path, headers={"Accept-Datetime": "last Tuesday"})
        assert answer.status_code == 400, path
        assert "Accept-Datetime" in answer.text


def test_what_has_no_past_has_no_timemap(past: Past) -> None:
    for path in ("/about", "/nowhere/at/all", "/kratom/zz-nowhere", "/export/x.csv"):
        answer = past.client.get(f"/timemap/link{path}")
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json"), path


def test_every_original_is_a_view(app: Flask) -> None:
    """A view that is renamed would lose its past without a word."""
    assert set(memento_views.ORIGINALS) <= set(app.view_functions)
