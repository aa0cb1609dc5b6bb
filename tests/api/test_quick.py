"""The quick way to resolve gives what Flask gives, byte for byte, for every place of the tree."""

import random
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client, TestResponse

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.domain.jurisdictions import Jurisdiction
from legalmap.services import finding
from legalmap.services.reading import Reader
from legalmap.services.tracker import Tracker
from legalmap.store.engine import Store
from legalmap.web.api.quick import Composer
from tests.build import a_payload, a_period
from tests.services.test_editions import publish

# Days on which the law is another one, and a day of long ago.
DAYS = ["2026-11-23", "2026-12-22", "2015-01-01"]


def kind_of(place: Jurisdiction) -> tuple[object, ...]:
    """Places of one kind under the same levels are answered alike."""
    return (
        place.parent,
        place.county is None,
        place.kind,
        place.law,
        bool(place.note),
        bool(place.called),
    )


@pytest.fixture(scope="module")
def everywhere(reading_app: Flask) -> list[Jurisdiction]:
    """Two places of each kind there is in the tree, all with a record, and some hundred at random."""
    tracker: Tracker = reading_app.extensions["reader"].tracker
    tracker._tree.fill()
    known = sorted({place.code: place for place in tracker._tree._known.values()}.items())
    chosen: dict[tuple[object, ...], list[Jurisdiction]] = {}
    for _, place in known:
        chosen.setdefault(kind_of(place), []).append(place)
    some = [place for places in chosen.values() for place in (places[0], places[-1])]
    held = [item.place for topic in tracker.topics for item in _records(reading_app, topic)]
    by_chance = random.Random(1).sample([place for _, place in known], 400)
    return list({place.code: place for place in (*some, *held, *by_chance)}.values())


def _records(app: Flask, topic: str) -> list:
    return list(app.extensions["reader"].edition(topic).records.values())


@pytest.fixture
def behind(reading_app: Flask) -> Client:
    """Flask without anything in front of it."""
    return Client(reading_app.wsgi_app._inner)


def said(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    return answer.status_code, sorted(answer.headers.to_wsgi_list()), answer.data


@pytest.mark.parametrize("topic", ["kratom", "7-oh"])
@pytest.mark.parametrize("day", DAYS)
def test_every_place_is_answered_as_by_flask(
    reading_app: Flask, behind: Client, everywhere: list[Jurisdiction], topic: str, day: str
) -> None:
    with time_machine.travel(f"{day}T12:00:00Z", tick=False):
        reader = reading_app.extensions["reader"]
        composer = Composer(reader.edition(topic), date.fromisoformat(day), reader.tracker.place)
        for place in everywhere:
            true = behind.get(f"/api/v1/{topic}/resolve?place={place.code}").data
            assert composer.of(place) == true, place.code


def test_every_point_is_answered_as_by_flask(reading_app: Flask, behind: Client) -> None:
    tracker = reading_app.extensions["reader"].tracker
    edition = reading_app.extensions["reader"].edition("kratom")
    composer = Composer(edition, date(2026, 11, 23), tracker.place)
    chance, found = random.Random(2), 0
    for _ in range(400):
        lat, lon = (
            round(chance.uniform(-56, 72), 4),
            round(chance.uniform(-180, 180), chance.randrange(8)),
        )
        true = behind.get(f"/api/v1/kratom/resolve?lat={lat}&lon={lon}")
        if true.status_code == 200:
            found += 1
            place = finding.place_at(tracker, lat, lon)
            assert composer.of(place, lat, lon) == true.data
    assert found > 100


ASKED = [
    ("place=us-al", {}),
    ("place=us-al-mobile", {}),
    ("place=us-fl-sarasota-county", {"Accept-Encoding": "identity"}),
    ("place=us-al-mobile", {"Accept-Encoding": "gzip"}),
    ("place=hk", {"Origin": "https://law.example"}),
    ("place=US-AL", {}),
    ("place=pr", {}),
    ("place=us%2Dal", {}),
    ("place=nowhere", {}),
    ("place=us-al&as_of=2015-01-01", {}),
    ("place=us-al&fields=status", {}),
    ("place=us-al&place=us-tn", {}),
    ("place=", {}),
    ("", {}),
    ("lat=32.3&lon=-86.9", {}),
    ("lat=32.3&lon=-86.9", {"Accept-Encoding": "br"}),
    ("lat=-0&lon=0", {}),
    ("lat=91&lon=0", {}),
    ("lat=0&lon=0", {}),
    ("lon=-86.9&lat=32.3", {}),
    ("zip=36602", {}),
]


@pytest.mark.parametrize(("query", "headers"), ASKED)
def test_status_headers_and_body_are_those_of_flask(
    reading_app: Flask, behind: Client, query: str, headers: dict[str, str]
) -> None:
    path, through = f"/api/v1/kratom/resolve?{query}", reading_app.test_client()
    for _ in range(2):
        true = behind.get(path, headers=headers)
        assert said(through.get(path, headers=headers)) == said(true)
    for condition in (true.headers.get("ETag", '"none"'), '"other"', "*"):
        conditional = {**headers, "If-None-Match": condition}
        for _ in range(2):
            true = behind.get(path, headers=conditional)
            assert said(through.get(path, headers=conditional)) == said(true)


def test_flask_is_asked_for_one_place_only(
    reading_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, asked = reading_app.wsgi_app._quick, []
    true = quick._inner

    def noted(environ: dict, start: Callable) -> object:
        asked.append(environ["QUERY_STRING"])
        return true(environ, start)

    monkeypatch.setattr(quick, "_inner", noted)
    monkeypatch.setattr(quick, "_headers", {})
    client = reading_app.test_client()
    for code in ("us-al", "us-al-mobile", "us-tn", "th"):
        assert client.get(f"/api/v1/kratom/resolve?place={code}").status_code == 200
    assert client.get("/api/v1/kratom/resolve?lat=32.3&lon=-86.9").status_code == 200
    assert asked == ["place=us-al"]


@pytest.fixture
def changing(shipped_store: Store) -> Iterator[FlaskClient]:
    """An application whose records change."""
    url = shipped_store.engine.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=url, secret_key="x" * 40, secure_cookies=False))
    yield app.test_client()
    app.extensions["reader"].tracker.store.close()


@pytest.mark.parametrize("code", ["us", "us-al", "us-al-mobile-county", "us-al-mobile"])
def test_after_a_publication_at_any_level_it_is_as_by_flask(
    changing: FlaskClient, shipped_store: Store, code: str
) -> None:
    """Of an ancestor, of the place itself, and of one below another place that is asked about."""
    places = ["us", "us-al", "us-al-mobile-county", "us-al-mobile", "us-al-prichard"]
    flask = Client(changing.application.wsgi_app._inner)
    for status in ("banned", "legal"):
        publish(shipped_store, code, a_payload(a_period(None, status)))
        for place in places:
            path = f"/api/v1/kratom/resolve?place={place}"
            assert said(changing.get(path)) == said(flask.get(path))
    assert Reader(Tracker(shipped_store)).head() == 270
