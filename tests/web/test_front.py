"""The front gives what Flask gives, byte for byte and header for header, and asks Flask but once."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date

import brotli
import pytest
import time_machine
from flask import Flask
from werkzeug.test import Client, TestResponse

from legalmap.domain.moderation import Verdict
from legalmap.services.tracker import Tracker
from legalmap.threads import Threads
from legalmap.web import answers, compressing, front
from legalmap.web.front import READY, Front
from tests.build import a_payload, a_period
from tests.services.build import decide, propose
from tests.store.build import PASSWORD

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}
NOON = "2026-11-23T12:00:00Z"
# An address for each route that is ready, and for some that are not.
READY_PATHS = [
    "/kratom/us-al/suggest",
    "/kratom/us-al/suggest/sent",
    "/",
    "/kratom",
    "/kratom?as_of=2015-01-01&known_at=200",
    "/7-oh?show=banned",
    "/kratom/us",
    "/kratom/us-al",
    "/kratom/us-al-mobile",
    "/kratom/table?sort=status",
    "/kratom/codebook",
    "/kratom/compare?place=us-al&place=us-tn",
    "/kratom/embed",
    "/kratom/map.svg",
    "/kratom/map.png?width=400",
    "/kratom/course",
    "/kratom/us-al/suggest",
    "/kratom/us-al/suggest/sent",
    "/sitemap.xml",
    "/kratom/sitemap/1.xml",
    "/api",
    "/api/v1/topics",
    "/api/v1/topics/kratom",
    "/api/v1/openapi.json",
    "/api/v1/schemas/Record.json",
    "/api/v1/jurisdictions/us-al",
    "/api/v1/kratom/records?limit=3",
    "/api/v1/kratom/records/us-al?fields=feed_no",
    "/api/v1/kratom/diff?from=1&to=200",
    "/export/kratom.json",
    "/export/kratom.csv",
    "/export/kratom.geojson?as_of=2020-01-01",
    "/export/kratom-sources.csv",
    "/export/kratom-dictionary.csv",
    "/export/datapackage.json",
    "/export/datapackage.zip",
    "/export/schemas/kratom.csv.schema.json",
]
OTHER_PATHS = [
    "/about",
    "/data",
    "/api/v1/heartbeat",
    "/api/v1/changes?limit=2",
    "/api/v1/kratom/resolve?place=us-al&as_of=2020-01-01",
    "/api/v1/kratom/resolve?zip=36602",
    "/kratom/us-al/history",
    "/search?q=mobile",
    "/here",
    "/kratom/nowhere",
    "/kratom/pr",
    "/export/kratom.xlsx",
    "/api/v1/kratom/records?limit=0",
    "/desk",
]
ASKED: list[dict[str, str]] = [
    {},
    {"Accept-Encoding": "br, gzip"},
    {"Accept-Encoding": "gzip"},
    {"Accept-Encoding": "zstd, identity;q=0.5"},
    {"Accept-Encoding": "br;q=0, gzip;q=0.1"},
    {"Accept": "application/json"},
    {"Accept": "text/html"},
    {"Cookie": "theme=dark"},
    {"Host": "law.example"},
    {"Range": "bytes=0-9"},
    {"Accept-Datetime": "Mon, 23 Nov 2026 12:00:00 GMT"},
]


def _said(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    return answer.status_code, sorted(answer.headers.to_wsgi_list()), answer.data


@pytest.fixture
def behind(app: Flask) -> Client:
    """Flask as it answers without the front."""
    found = app.wsgi_app
    assert isinstance(found, Front)
    return Client(found._inner)  # type: ignore[arg-type]


@pytest.fixture
def asked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that Flask was asked for through the front."""
    found: list[str] = []
    true = app.wsgi_app._inner  # type: ignore[attr-defined]

    def noted(environ: dict, start: Callable) -> object:
        found.append(environ["PATH_INFO"])
        return true(environ, start)

    monkeypatch.setattr(app.wsgi_app, "_inner", noted)
    return found


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    """A clock that stands still."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.mark.parametrize("path", [*READY_PATHS, *OTHER_PATHS])
def test_it_answers_as_flask_does(app: Flask, behind: Client, path: str) -> None:
    """Asked once and again, for GET and HEAD, with the ETag of each coding and without."""
    through = app.test_client()
    for headers in ASKED:
        for _ in range(2):
            true = behind.get(path, headers=headers)
            assert _said(through.get(path, headers=headers)) == _said(true)
            assert _said(through.head(path, headers=headers)) == _said(
                behind.head(path, headers=headers)
            )
        etag = true.headers.get("ETag", '"none"')
        for condition in (etag, f'W/{etag}, "other"', "*", '"other"', etag.replace('"', "", 1)):
            conditional = {**headers, "If-None-Match": condition}
            for _ in range(2):
                true = behind.get(path, headers=conditional)
                assert _said(through.get(path, headers=conditional)) == _said(true)


@pytest.mark.parametrize("path", READY_PATHS)
def test_flask_is_asked_once(app: Flask, asked: list[str], path: str) -> None:
    client = app.test_client()
    first = client.get(path, headers={"Accept-Encoding": "br"})
    for _ in range(3):
        client.get(path, headers={"Accept-Encoding": "br"})
        client.head(path, headers={"Accept-Encoding": "br"})
        client.get(path, headers={"Accept-Encoding": "br", "If-None-Match": '"other"'})
    assert len(asked) == 1
    for _ in range(3):
        known = {"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]}
        assert client.get(path, headers=known).status_code == 304
    assert len(asked) == 2


@pytest.mark.parametrize("path", OTHER_PATHS)
def test_what_is_not_ready_is_never_kept(app: Flask, asked: list[str], path: str) -> None:
    client = app.test_client()
    for _ in range(2):
        client.get(path)
    assert len(asked) == 2


def test_every_route_that_is_ready_has_an_address_here(app: Flask) -> None:
    """So that a new one is compared with Flask too."""
    routes = app.url_map.bind("localhost")
    tried = {routes.match(path.partition("?")[0])[0] for path in READY_PATHS}
    ready = {name for name, view in app.view_functions.items() if getattr(view, "ready", False)}
    assert ready == tried


@pytest.mark.parametrize("path", READY_PATHS)
def test_what_is_ready_follows_from_head_day_and_address_alone(
    app: Flask, behind: Client, tracker: Tracker, noon: time_machine.Traveller, path: str
) -> None:
    """The same at another time of the day, and after acts that publish nothing."""
    before = _said(behind.get(path))
    noon.move_to("2026-11-23T23:59:59Z")
    decide(tracker, propose(tracker, a_payload(a_period(None, "banned"))), Verdict.REJECT)
    visitor = app.test_client()
    visitor.post("/sign-in", data={"handle": "ana", "password": PASSWORD})
    assert _said(behind.get(path)) == before


def test_a_publication_shows_at_the_next_request(app: Flask, tracker: Tracker) -> None:
    client = app.test_client()
    before = client.get("/kratom/us-al")
    decide(tracker, propose(tracker, a_payload(a_period(None, "banned"), notes="Quite new.")))
    after = client.get("/kratom/us-al", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert b"Quite new." in after.data


def test_a_law_that_takes_effect_today_shows_today(
    app: Flask, tracker: Tracker, noon: time_machine.Traveller
) -> None:
    """Nobody publishes anything at midnight; the clock alone makes the difference. It may jump."""
    law = a_payload(a_period(None, "legal"), a_period("2026-11-24", "banned"))
    decide(tracker, propose(tracker, law))
    client = app.test_client()

    def says() -> list[str | None]:
        record = client.get("/api/v1/kratom/records/us-al").get_json()["record"]
        exported = client.get("/export/kratom.json").get_json()["records"]
        [same] = [each for each in exported if each["jurisdiction"]["code"] == "us-al"]
        resolved = client.get("/api/v1/kratom/resolve?place=us-al").get_json()
        return [record["status"], same["status"], resolved["status"]]

    for moment, status in [
        ("2026-11-23T23:59:59Z", "legal"),
        ("2026-11-24T00:00:00Z", "banned"),
        ("2026-12-31T10:00:00Z", "banned"),
        ("2026-11-23T23:59:00Z", "legal"),
    ]:
        noon.move_to(moment)
        assert says() == [status] * 3
        assert (b"is banned in Alabama" in client.get("/kratom/us-al").data) == (status == "banned")


def test_who_is_signed_in_is_never_given_what_readers_get(app: Flask, asked: list[str]) -> None:
    reader, ana = app.test_client(), app.test_client()
    reader.get("/kratom/us-al")
    ana.post("/sign-in", data={"handle": "ana", "password": PASSWORD})
    del asked[:]
    answer = ana.get("/kratom/us-al")
    assert asked == ["/kratom/us-al"]
    assert b"Sign out" in answer.data
    assert "CDN-Cache-Control" not in answer.headers
    assert b"Sign out" not in reader.get("/kratom/us-al").data


def test_of_many_who_ask_at_once_one_makes_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    true, made = app.wsgi_app._inner, []  # type: ignore[attr-defined]
    begun = threading.Event()

    def slow(environ: dict, start: Callable) -> object:
        made.append(environ["PATH_INFO"])
        begun.set()
        time.sleep(0.3)
        return true(environ, start)

    monkeypatch.setattr(app.wsgi_app, "_inner", slow)
    answers: list[bytes] = []

    def ask() -> None:
        answers.append(app.test_client().get("/kratom").data)

    crowd = [threading.Thread(target=ask) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert made == ["/kratom"]
    assert len(set(answers)) == 1


def test_when_the_first_fails_the_others_are_answered(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    true, tries = app.wsgi_app._inner, []  # type: ignore[attr-defined]

    def failing(environ: dict, start: Callable) -> object:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("a bug")
        return true(environ, start)

    monkeypatch.setattr(app.wsgi_app, "_inner", failing)
    with pytest.raises(RuntimeError, match="a bug"):
        app.test_client().get("/kratom")
    assert app.test_client().get("/kratom").status_code == 200


def test_it_holds_no_more_than_it_may(
    app: Flask, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked for again outlives what was asked for once."""
    monkeypatch.setattr(answers, "MOST_BYTES", 400_000)
    client = app.test_client()
    for year in range(1990, 2020):
        client.get("/kratom/us-al")
        client.get(f"/kratom/us-al?as_of={year}-01-01")
        assert app.wsgi_app.answers._bytes <= 400_000  # type: ignore[attr-defined]
        assert app.wsgi_app.answers._bytes == sum(  # type: ignore[attr-defined]
            kept.size
            for kept in app.wsgi_app.answers._kept.values()  # type: ignore[attr-defined]
        )
    assert asked.count("/kratom/us-al") < 45


class _Waiting(Threads):
    """Work that waits until a test says so."""

    def __init__(self) -> None:
        self.work: list[Callable[[], None]] = []

    def run(self, work: Callable[[], None]) -> None:
        self.work.append(work)


@pytest.fixture
def waiting(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What the front lets a thread do when there is time."""
    threads = _Waiting()
    monkeypatch.setattr(front, "STANDING_SECONDS", 0)
    monkeypatch.setattr(app.wsgi_app, "_threads", threads)
    return threads.work


@pytest.mark.parametrize("coding", ["br", "gzip"])
@pytest.mark.parametrize("path", ["/kratom", "/export/kratom.json", "/api/v1/kratom/records"])
def test_who_asks_first_does_not_wait_for_the_smallest_form(
    app: Flask, behind: Client, waiting: list[Callable[[], None]], path: str, coding: str
) -> None:
    """The same content, packed quickly and then as Flask packs it, each under an ETag of its own."""
    client, headers = app.test_client(), {"Accept-Encoding": coding}
    first = client.get(path, headers=headers)
    assert client.get(path, headers=headers).data == first.data
    assert len(waiting) == 1
    waiting.pop()()
    best, true = client.get(path, headers=headers), behind.get(path, headers=headers)
    assert _said(best) == _said(true)
    assert UNPACK[coding](first.data) == UNPACK[coding](best.data)
    assert len(best.data) < len(first.data)
    assert first.headers["ETag"] != best.headers["ETag"]
    unchanged = {"ETag", "Content-Length"}
    assert [pair for pair in first.headers if pair[0] not in unchanged] == [
        pair for pair in best.headers if pair[0] not in unchanged
    ]
    for _ in range(2):
        for held in (first, best):
            again = client.get(path, headers={**headers, "If-None-Match": held.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b"")
            assert again.headers["ETag"] == held.headers["ETag"]
    assert waiting == []


def test_what_is_packed_for_an_edition_that_is_gone_is_thrown_away(
    app: Flask, tracker: Tracker, waiting: list[Callable[[], None]]
) -> None:
    client, headers = app.test_client(), {"Accept-Encoding": "br"}
    client.get("/kratom/us-al", headers=headers)
    decide(tracker, propose(tracker, a_payload(a_period(None, "banned"), notes="Quite new.")))
    after = client.get("/kratom/us-al", headers=headers)
    waiting.pop(0)()
    again = client.get("/kratom/us-al", headers=headers)
    assert (again.data, again.headers["ETag"]) == (after.data, after.headers["ETag"])
    assert b"Quite new." in brotli.decompress(again.data)


def test_a_form_that_cannot_be_made_leaves_the_first_one(
    app: Flask,
    waiting: list[Callable[[], None]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_content: bytes) -> bytes:
        raise MemoryError("no room")

    client, headers = app.test_client(), {"Accept-Encoding": "br"}
    first = client.get("/kratom/us-al", headers=headers)
    monkeypatch.setitem(compressing.CODINGS, "br", broken)
    waiting.pop()()
    assert "/kratom/us-al could not be packed better" in caplog.text
    assert client.get("/kratom/us-al", headers=headers).data == first.data


def test_what_has_not_stood_for_a_while_is_not_packed_yet(
    app: Flask, waiting: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(front, "STANDING_SECONDS", 1_000)
    monkeypatch.setattr(front, "sleep", slept.append)
    app.test_client().get("/kratom/us-al", headers={"Accept-Encoding": "br"})
    waiting.pop()()
    assert 900 < slept[0] <= 1_000


def test_only_so_many_answers_wait_to_be_packed(
    app: Flask, waiting: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "MOST_BETTERED", 2)
    client = app.test_client()
    for path in ("/kratom", "/kratom/us-al", "/kratom/us-fl", "/kratom/us-tn"):
        assert client.get(path, headers={"Accept-Encoding": "br"}).status_code == 200
    assert len(waiting) == 2


def test_the_flag_of_a_view_reaches_the_front(app: Flask) -> None:
    with app.test_request_context("/kratom/codebook") as context:
        app.view_functions["public.codebook"](topic="kratom")
        assert context.request.environ[READY] is True


def test_day_and_number_are_what_an_answer_is_kept_for(app: Flask) -> None:
    app.test_client().get("/kratom")
    assert app.wsgi_app.answers.stamp == (268, date(2026, 11, 23))  # type: ignore[attr-defined]
