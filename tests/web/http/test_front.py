"""The front gives what Flask gives, asks it but once, and lets nobody take more than their share."""

import asyncio
import gzip
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import brotli
import pytest
import time_machine
from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import Client as Plain

from legalmap.domain.desk.moderation import Verdict
from legalmap.services.core.tracker import Tracker
from legalmap.services.exporting.compression import zstd
from legalmap.web.http import front as fronts
from legalmap.web.http.permissions import LAW
from tests.build import a_payload, a_period
from tests.services.build import decide, propose
from tests.store.build import PASSWORD
from tests.web.http.asking import Answer, Client

UNPACK = {
    "br": brotli.decompress,
    "zstd": zstd.decompress,
    "gzip": gzip.decompress,
    None: lambda content: content,
}
NOON = "2026-11-23T12:00:00Z"
# An address for each view whose answers are kept, and for some whose are not.
KEPT_PATHS = [
    "/",
    "/kratom",
    "/kratom?as_of=2015-01-01&known_at=200",
    "/7-oh?show=banned",
    "/kratom/us",
    "/kratom/us-al",
    "/kratom/us-al-mobile",
    "/kratom/us-al/suggest",
    "/kratom/us-al/suggest/sent",
    "/kratom/table?sort=status",
    "/kratom/codebook",
    "/kratom/changes?year=2026&kind=state",
    "/kratom/compare?place=us-al&place=us-tn",
    "/kratom/embed",
    "/kratom/map.svg",
    "/kratom/map.png?size=2000",
    "/kratom/course",
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
    "/static/css/base.css?v=1",
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
    "/api/v1/kratom/records?nonsense=1",
    "/desk",
]
# Files, of which each coding is one of its own; other answers are coded by the front.
PACKED_PATHS = [
    path for path in KEPT_PATHS if re.match(r"/export/[a-z-]+\.(json|csv|geojson|zip)", path)
]
# Whatever a client says of itself, it gets the same content.
CLIENTS: list[dict[str, str]] = [
    {},
    {"Accept-Encoding": "br, gzip"},
    {"Accept-Encoding": "gzip, deflate, br, zstd"},
    {"Accept-Encoding": "zstd, identity;q=0.5"},
    {"Accept-Encoding": "br;q=0, gzip;q=0.1"},
    {"Accept": "text/html,application/json;q=0.5"},
    {"Cookie": "theme=dark"},
    {"Accept-Datetime": "Mon, 23 Nov 2026 12:00:00 GMT"},
]
# What the server, or the coding, makes another.
_OF_THE_CODING = ("etag", "content-length", "content-encoding", "vary")


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    """A clock that stands still."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def _headers(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted((n.lower(), v) for n, v in pairs if n.lower() not in _OF_THE_CODING)


def _content(answer: Answer) -> bytes:
    return UNPACK[answer.headers.get("content-encoding")](answer.body)


@pytest.mark.parametrize("path", [*KEPT_PATHS, *OTHER_PATHS])
def test_it_answers_as_flask_does(app: Flask, front: Client, path: str) -> None:
    """Asked once and again, by every kind of client: status, headers and content are Flask's."""
    plain = Plain(app.wsgi_app)  # type: ignore[arg-type]
    for headers in CLIENTS:
        by_flask = plain.get(path, headers={**headers, "Accept-Encoding": ""}, buffered=True)
        for _ in range(2):
            answer = front.ask("GET", path, headers)
            assert answer.status == by_flask.status_code
            assert _content(answer) == by_flask.data
            assert _headers(answer.headers.items()) == _headers(by_flask.headers.to_wsgi_list())
            assert answer.headers.get("content-length") == str(len(answer.body))


@pytest.mark.parametrize("path", KEPT_PATHS)
def test_flask_is_asked_once(front: Client, asked: list[str], path: str) -> None:
    """Whatever is asked of it: the whole, its head, whether it is another, in one coding or the next."""
    first = front.get(path, accept_encoding="br")
    etag = first.headers.get("etag")
    for _ in range(2):
        assert front.get(path, accept_encoding="br").body == first.body
        assert front.ask("HEAD", path, {"accept-encoding": "br"}).body == b""
        assert front.get(path, accept_encoding="br", if_none_match=etag).status == 304
        assert front.get(path, accept_encoding="br", if_none_match='"other"').status == 200
        assert (
            front.get(path, accept_encoding="br", accept="application/json, text/*").status == 200
        )
    assert len(asked) == 1
    front.get(path, accept_encoding="gzip")
    assert len(asked) == (2 if path in PACKED_PATHS else 1)


@pytest.mark.parametrize("path", OTHER_PATHS)
def test_what_more_than_the_address_decides_is_never_kept(
    front: Client, asked: list[str], path: str
) -> None:
    for _ in range(2):
        front.get(path)
    assert len(asked) == 2


def test_every_view_whose_answers_are_kept_has_an_address_here(app: Flask) -> None:
    """So that a new one is compared with Flask too."""
    routes = app.url_map.bind("localhost")
    tried = {routes.match(path.partition("?")[0])[0] for path in KEPT_PATHS}
    kept = {
        name
        for name, view in app.view_functions.items()
        if getattr(view, "decided_by", None) is not None
    }
    assert kept | {"static"} == tried


@pytest.mark.parametrize("path", KEPT_PATHS)
def test_what_is_kept_follows_from_head_day_and_address_alone(
    app: Flask, tracker: Tracker, noon: time_machine.Traveller, path: str
) -> None:
    """The same at another time of the day, and after acts that publish nothing."""
    plain = Plain(app.wsgi_app)  # type: ignore[arg-type]
    before = plain.get(path, buffered=True)
    noon.move_to("2026-11-23T23:59:59Z")
    decide(tracker, propose(tracker, a_payload(a_period(None, "banned"))), Verdict.REJECT)
    app.test_client().post("/sign-in", data={"handle": "ana", "password": PASSWORD})
    after = plain.get(path, buffered=True)
    assert (after.data, after.headers.to_wsgi_list()) == (
        before.data,
        before.headers.to_wsgi_list(),
    )


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip"])
def test_a_file_has_one_etag_in_a_coding_whoever_asks_first(app: Flask, coding: str) -> None:
    """Two workers, of which one was asked for the plain file before: who has it gets 304 of both."""
    one, other = Client(app), Client(app)
    try:
        one.get("/export/7-oh.json")
        answers = [
            client.get("/export/7-oh.json", accept_encoding=coding) for client in (one, other)
        ]
    finally:
        one.close()
        other.close()
    assert answers[0].headers.get("content-encoding") == coding
    assert answers[0].body == answers[1].body
    assert answers[0].headers.get("etag") == answers[1].headers.get("etag")


class Watched(ImmutableMultiDict):
    """Query parameters that know which of them were asked for."""

    asked: ClassVar[set[str]] = set()

    def get(self, key: str, *rest: Any, **named: Any) -> Any:
        """The first of that name."""
        self.asked.add(key)
        return super().get(key, *rest, **named)

    def getlist(self, key: str, *rest: Any) -> Any:
        """All of that name."""
        self.asked.add(key)
        return super().getlist(key, *rest)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


WATCHED = [
    *(path for path in KEPT_PATHS if not path.startswith(("/api", "/export", "/static"))),
    "/kratom/us?layer=counties&zoom=us-al&show=banned",
    "/kratom/course?view=us&layer=counties",
    "/kratom/compare?place=us-al&add=Tennessee",
    "/kratom/table?parent=us&kind=state&freshness=due&show=banned&page=1",
]


@pytest.mark.parametrize("path", WATCHED)
def test_a_page_reads_no_parameter_that_it_does_not_declare(
    app: Flask, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Else the front would take away what decides the answer."""
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Watched)
    monkeypatch.setattr(Watched, "asked", set())
    Plain(app.wsgi_app).get(path, buffered=True)  # type: ignore[arg-type]
    endpoint, _ = app.url_map.bind("localhost").match(path.partition("?")[0])
    declared = app.view_functions[endpoint].decided_by  # type: ignore[attr-defined]
    # Day and edit time are looked for at every address, to count what the past costs.
    assert Watched.asked - set(LAW) <= declared


# A sentence for each: two addresses, and whether Flask is asked for the second.
SAME_ENTRY = [
    ("/kratom", "/kratom?utm_source=mail", False, "what no page reads makes no new entry"),
    ("/static/css/base.css?v=1", "/static/css/base.css?v=1&x=2", False, "nor for a style sheet"),
    (
        "/kratom?as_of=2020-01-01&known_at=200",
        "/kratom?known_at=200&as_of=2020-01-01",
        False,
        "the order of parameters is no difference",
    ),
    ("/kratom", "/kratom?as_of=2020-01-01", True, "another day is another answer"),
    (
        "/kratom/compare?place=us&place=th",
        "/kratom/compare?place=th&place=us",
        True,
        "order counts",
    ),
    ("/api/v1/topics", "/api/v1/topics?x=1", True, "the API refuses what it does not know"),
]


@pytest.mark.parametrize(("one", "other", "is_asked", "_why"), SAME_ENTRY)
def test_one_entry_for_what_is_one_answer(
    front: Client, asked: list[str], one: str, other: str, is_asked: bool, _why: str
) -> None:
    front.get(one)
    front.get(other)
    assert (len(asked) == 2) == is_asked
    if not is_asked:
        assert len(front.front.cache) == 1


# A sentence for each: what a stranger sends at random, a hundred times, and the status of the answers.
STRANGE = [
    (
        "/static/css/base.css?v=1&x={}",
        {"if-none-match": "*"},
        304,
        "a parameter that no view reads",
    ),
    ("/kratom?{}=1", {}, 200, "its name"),
    ("/kratom/codebook", {"host": "{}.example"}, 421, "a host that is not ours"),
    ("/kratom/codebook", {"accept-encoding": "br, x-{}"}, 200, "a coding that nobody knows"),
    ("/kratom/codebook", {"accept": "text/html, x/{}"}, 200, "a media type that nobody knows"),
    (
        "/kratom/codebook",
        {"user-agent": "{}", "accept-language": "{}"},
        200,
        "what decides nothing",
    ),
    ("/{}", {}, 404, "an address that is not there"),
    ("/api/v1/topics?{}=1", {}, 400, "a parameter that is refused"),
]


@pytest.mark.parametrize(("target", "headers", "status", "_why"), STRANGE)
def test_what_a_stranger_makes_up_is_not_kept(
    front: Client, target: str, headers: dict[str, str], status: int, _why: str
) -> None:
    for number in range(30):
        word = f"w{number}" + "x" * (3_000 if "static" in target else 300)
        made_up = {name: value.format(word) for name, value in headers.items()}
        assert front.ask("GET", target.format(word), made_up).status == status
    assert len(front.front.cache) <= 2
    assert front.front.cache.bytes < 200_000


def test_a_publication_shows_at_the_next_request(front: Client, tracker: Tracker) -> None:
    before = front.get("/kratom/us-al")
    decide(tracker, propose(tracker, a_payload(a_period(None, "banned"), notes="Quite new.")))
    front.front._next_look = 0
    after = front.get("/kratom/us-al", if_none_match=before.headers.get("etag"))
    assert after.status == 200
    assert b"Quite new." in after.body
    # What the feed has moved past is dropped at once.
    assert len(front.front.cache) == 1


def test_a_law_that_takes_effect_today_shows_today(
    front: Client, tracker: Tracker, noon: time_machine.Traveller
) -> None:
    """Nobody publishes anything at midnight; the clock alone makes the difference. It may jump.

    In Alabama midnight is at six in UTC; a file of all the world goes by UTC.
    """
    law = a_payload(a_period(None, "legal"), a_period("2026-11-24", "banned"))
    decide(tracker, propose(tracker, law))
    for moment, by_utc, in_alabama in [
        ("2026-11-23T23:59:59Z", False, False),
        ("2026-11-24T00:00:00Z", True, False),
        ("2026-11-24T05:59:59Z", True, False),
        ("2026-11-24T06:00:00Z", True, True),
        ("2026-12-31T10:00:00Z", True, True),
        ("2026-11-23T23:59:00Z", False, False),
    ]:
        noon.move_to(moment)
        for path in ("/kratom/us-al", "/api/v1/kratom/records/us-al", "/export/kratom.ndjson"):
            page = front.get(path).body.decode()
            [line] = [text for text in page.splitlines() if '"code":"us-al"' in text] or [page]
            found = re.search(r'"revision":\d+.*?"status":"(\w+)"', line)
            is_shown = found[1] == "banned" if found else "is banned in Alabama" in page
            assert is_shown == (by_utc if "export" in path else in_alabama), (moment, path)


def test_who_is_signed_in_is_never_given_what_readers_get(
    app: Flask, front: Client, asked: list[str]
) -> None:
    front.get("/kratom/us-al")
    browser = app.test_client()
    browser.post("/sign-in", data={"handle": "ana", "password": PASSWORD})
    cookie = browser.get_cookie("legalmap-session")
    assert cookie is not None
    del asked[:]
    answer = front.get("/kratom/us-al", cookie=f"{cookie.key}={cookie.value}", accept_encoding="br")
    assert asked == ["/kratom/us-al"]
    assert b"Sign out" in answer.body
    # A page with somebody's form token is never compressed, and never kept by anybody.
    assert answer.headers.get("content-encoding") is None
    assert answer.headers.get("cdn-cache-control") is None
    assert b"Sign out" not in front.get("/kratom/us-al").body


def test_of_many_who_ask_at_once_one_makes_it(front: Client, asked: list[str]) -> None:
    async def crowd() -> list[Answer]:
        asking = (front.asking("GET", "/kratom", {}) for _ in range(8))
        return list(await asyncio.gather(*asking))

    answers = front.run(crowd())
    assert asked == ["/kratom"]
    assert len({answer.body for answer in answers}) == 1


def test_when_the_first_fails_the_others_are_answered(
    front: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, tries = front.front._application, []

    def failing(environ: dict, start_response: Callable) -> object:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("a bug")
        return answer(environ, start_response)

    monkeypatch.setattr(front.front, "_application", failing)

    async def crowd() -> list[Answer]:
        asking = (front.asking("GET", "/kratom", {}) for _ in range(3))
        return list(await asyncio.gather(*asking))

    statuses = sorted(answer.status for answer in front.run(crowd()))
    assert statuses == [200, 200, 500]


@pytest.mark.parametrize(
    ("hosts", "version", "status"),
    [
        (["localhost"], "1.1", 200),
        ([], "1.1", 400),
        (["localhost", "localhost"], "1.1", 400),
        (["localhost", "evil.example"], "1.1", 400),
    ],
)
def test_a_request_names_one_host(
    front: Client, hosts: list[str], version: str, status: int
) -> None:
    from tests.web.http.asking import Headers, Protocol, Scope

    protocol = Protocol([])
    scope = Scope("GET", "/kratom/codebook", Headers(("host", host) for host in hosts), version)
    front.run(front.front.__rsgi__(scope, protocol))
    assert protocol.status == status


def test_no_more_work_of_a_kind_is_begun_than_there_is_room_for(
    front: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixteen who ask for pictures of random days: one is drawn at a time, a few wait, the rest hear 503.

    Meanwhile a page is answered.
    """
    answer, release = front.front._application, threading.Event()

    def slow(environ: dict, start_response: Callable) -> object:
        if "map.png" in environ["PATH_INFO"]:
            assert release.wait(20)
        return answer(environ, start_response)

    monkeypatch.setattr(front.front, "_application", slow)
    monkeypatch.setitem(fronts.WORK, "picture", (1, 6))

    async def crowd() -> tuple[Answer, list[Answer]]:
        pictures = [
            asyncio.ensure_future(
                front.asking("GET", f"/kratom/map.png?as_of=20{day:02}-01-01", {})
            )
            for day in range(16)
        ]
        await asyncio.sleep(0)
        page = await front.asking("GET", "/kratom/codebook", {})
        release.set()
        return page, list(await asyncio.gather(*pictures))

    page, pictures = front.run(crowd())
    assert page.status == 200
    refused = [answer for answer in pictures if answer.status == 503]
    assert len(refused) == 9
    assert {answer.headers.get("retry-after") for answer in refused} == {"2"}


def test_who_waits_for_news_holds_no_thread(front: Client, tracker: Tracker) -> None:
    """More wait than there are threads; each hears of the publication, and a page is answered meanwhile."""

    async def crowd() -> tuple[Answer, list[Answer]]:
        head = front.front._heading.now()
        target = f"/api/v1/changes?since={head}&wait=20"
        waiting = [asyncio.ensure_future(front.asking("GET", target, {})) for _ in range(30)]
        await asyncio.sleep(0.1)
        page = await front.asking("GET", "/kratom/codebook", {})
        publish = lambda: decide(tracker, propose(tracker, a_payload(a_period(None, "banned"))))  # noqa: E731
        await asyncio.get_running_loop().run_in_executor(None, publish)
        return page, list(await asyncio.gather(*waiting))

    with time_machine.travel(NOON, tick=True):
        page, answers = front.run(crowd())
    assert page.status == 200
    assert all(b'"jurisdiction":"us-al"' in answer.body for answer in answers)


def test_news_of_another_topic_is_no_news(front: Client, tracker: Tracker) -> None:
    head = front.front._heading.now()
    answer = front.get(f"/api/v1/changes?since={head}&wait=1&topic=7-oh")
    assert answer.status == 200
    assert b'"changes":[]' in answer.body
