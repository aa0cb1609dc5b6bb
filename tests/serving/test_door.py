"""What is answered at once is what the ordinary way answers; nothing but a whole request is looked up."""

import hashlib
import time
from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask

from legalmap.serving import door
from legalmap.serving.door import Door
from legalmap.store.engine import Store
from legalmap.web import session
from legalmap.web.front import Front
from tests.build import a_payload, a_period
from tests.patience import soon
from tests.services.test_editions import publish
from tests.serving.build import Answer, Client, request, served
from tests.store.build import PASSWORD
from tests.web.test_front import OTHER_PATHS, READY_PATHS

PLACE = "/api/v1/kratom/resolve?place=us-al"
POINT = "/api/v1/kratom/resolve?lat=33.5&lon=-86.8"
ASKED: list[list[str]] = [
    [],
    ["Accept-Encoding: br, gzip"],
    ["Accept-Encoding: gzip", "Connection: keep-alive", "Cookie: theme=dark"],
    ["Accept: text/html", "Accept-Language: de"],
    ["Range: bytes=0-9"],
]


@pytest.fixture
def front(app: Flask) -> Front:
    return app.extensions["front"]


@pytest.fixture
def port(app: Flask, front: Front) -> Iterator[int]:
    with served(app.wsgi_app, front) as port:
        yield port


@pytest.fixture
def client(port: int) -> Iterator[Client]:
    with Client(port) as client:
        yield client


@pytest.fixture
def ordinary(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was not answered at once."""
    found: list[bytes] = []
    true: Callable[[Door, bytes], bool] = Door._is_answered

    def noted(self: Door, data: bytes) -> bool:
        answered = true(self, data)
        if not answered:
            found.append(data)
        return answered

    monkeypatch.setattr(Door, "_is_answered", noted)
    return found


def asked_often(client: Client, data: bytes) -> list[Answer]:
    return [client.ask(data) for _ in range(4)]


@pytest.mark.parametrize("path", [*READY_PATHS, *OTHER_PATHS, PLACE, POINT])
def test_it_answers_as_without_it(app: Flask, port: int, path: str) -> None:
    """The first time it is made, the second time kept, from the third on answered at once."""
    with (
        time_machine.travel("2026-11-23T12:00:00Z", tick=False),
        served(app.wsgi_app) as plain,
        Client(plain) as without,
        Client(port) as client,
    ):
        for headers in ASKED:
            for method in ("GET", "HEAD"):
                data = request(path, *headers, method=method)
                true = without.ask(data)
                assert asked_often(client, data) == [true] * 4
            etag = next((line for line in true.headers if line.startswith("etag: ")), "etag: x")
            data = request(path, *headers, f"If-None-Match: {etag[6:]}")
            assert asked_often(client, data) == [without.ask(data)] * 4


@pytest.mark.parametrize("path", [*READY_PATHS, PLACE, POINT])
def test_it_is_answered_at_once(client: Client, ordinary: list[bytes], path: str) -> None:
    asked_often(client, request(path))
    assert len(ordinary) <= 3
    del ordinary[:]
    asked_often(client, request(path))
    assert ordinary == []


def test_another_place_of_a_kind_is_answered_at_once(client: Client, ordinary: list[bytes]) -> None:
    base = "/api/v1/kratom/resolve?place="
    asked_often(client, request(f"{base}us-wy-albany"))
    client.ask(request(f"{base}us-wy-laramie"))
    del ordinary[:]
    assert b"us-wy-laramie" in client.ask(request(f"{base}us-wy-laramie")).body
    assert ordinary == []


def test_the_etag_of_a_place_is_that_of_its_bytes(client: Client, shipped_store: Store) -> None:
    seen = set()
    for note in ("Quite new.", "Newer still."):
        for _ in range(4):
            answer = client.ask(request(PLACE))
            etag = hashlib.sha256(answer.body).hexdigest()
            assert f'etag: "{etag}"' in answer.headers
        seen.add(etag)
        publish(shipped_store, "us-al", a_payload(a_period(None, "banned"), notes=note))
    assert len(seen) == 2


def test_a_publication_shows_at_the_next_request(client: Client, shipped_store: Store) -> None:
    for path in ("/kratom/us-al", PLACE):
        asked_often(client, request(path))
    publish(shipped_store, "us-al", a_payload(a_period(None, "banned"), notes="Quite new."))
    assert b"Quite new." in client.ask(request("/kratom/us-al")).body
    assert b'"status":"banned"' in client.ask(request(PLACE)).body


def test_midnight_shows_at_the_next_request(client: Client, shipped_store: Store) -> None:
    with time_machine.travel("2026-11-23T23:59:59Z", tick=False) as clock:
        law = a_payload(a_period(None, "legal"), a_period("2026-11-24", "banned"))
        publish(shipped_store, "us-al", law)
        assert b'"status":"legal"' in asked_often(client, request(PLACE))[-1].body
        assert b"is banned" not in asked_often(client, request("/kratom/us-al"))[-1].body
        clock.move_to("2026-11-24T00:00:00Z")
        assert b'"status":"banned"' in client.ask(request(PLACE)).body
        assert b"is banned" in client.ask(request("/kratom/us-al")).body


def test_who_is_signed_in_goes_the_ordinary_way(
    app: Flask, client: Client, ordinary: list[bytes]
) -> None:
    visitor = app.test_client()
    visitor.post("/sign-in", data={"handle": "ana", "password": PASSWORD})
    cookie = visitor.get_cookie(session.NAME)
    assert cookie is not None
    data = request("/kratom/us-al", f"Cookie: {session.NAME}={cookie.value}")
    answers = asked_often(client, data)
    assert ordinary == [data] * 4
    assert all(b"Sign out" in answer.body for answer in answers)


def test_a_body_is_never_taken_for_a_request(client: Client) -> None:
    """Not even after the answer, which is given before the body has come."""
    known = request("/kratom/us-al")
    asked_often(client, known)
    client.send(request("/kratom/us-al", f"Content-Length: {len(known)}", method="DELETE"))
    assert client.read().status in (404, 405)
    client.send(known)
    assert client.is_silent()
    assert client.ask(known).status == 200


def test_requests_in_one_piece_are_answered_in_order(client: Client) -> None:
    us, al = request("/kratom/us"), request("/kratom/us-al")
    one, other = asked_often(client, us)[-1], asked_often(client, al)[-1]
    client.send(us + al + us)
    assert [client.read() for _ in range(3)] == [one, other, one]
    assert client.ask(al) == other


def test_a_request_in_two_pieces_is_one(client: Client) -> None:
    data = request("/kratom/us")
    known = asked_often(client, data)[-1]
    client.send(data[:20])
    assert client.is_silent()
    assert client.ask(data[20:]) == known
    # What comes after a part of a request belongs to it, whatever it looks like.
    client.send(b"GET /kratom/us HTTP/1.1\r\nX-More: ")
    assert client.is_silent()
    assert client.ask(data) == known


def test_what_comes_while_an_answer_is_made_waits(client: Client) -> None:
    data = request("/kratom/us")
    known = asked_often(client, data)[-1]
    client.send(request("/search?q=mobile"))
    client.send(data)
    assert b"Mobile" in client.read().body
    assert client.read() == known


@pytest.mark.parametrize(("version", "more"), [("1.1", ["Connection: close"]), ("1.0", [])])
def test_who_wants_it_closed_gets_it_closed(port: int, version: str, more: list[str]) -> None:
    for _ in range(4):
        with Client(port) as client:
            answer = client.ask(request("/kratom/us", *more, version=version))
            assert answer.status == 200
            assert client.is_closed()


def test_who_reads_nothing_is_made_wait(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What is written for a connection does not grow with what it asks for."""
    data = request("/export/kratom.json")
    known = asked_often(client, data)[-1]
    written: list[bytes] = []
    true = Door._is_answered
    monkeypatch.setattr(
        Door, "_is_answered", lambda self, data: true(self, data) and not written.append(data)
    )
    for _ in range(40):
        client.send(data)
        time.sleep(0.002)
    assert soon(lambda: written)
    assert len(written) < 20
    assert [client.read() for _ in range(40)] == [known] * 40
    # Who leaves in the middle disturbs nobody.
    for _ in range(40):
        client.send(data)
        time.sleep(0.002)
    client.close()
    time.sleep(0.3)
    assert caplog.text == ""


def test_no_more_heads_are_kept_than_so_many(
    client: Client, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_HEADS", 10)
    for number in range(25):
        client.ask(request("/kratom/us", f"X-Number: {number}"))
        client.ask(request(PLACE, f"X-Number: {number}"))
    assert 0 < len(front.answers.told) <= 10
    assert 0 < len(front.heads) <= 10
    long = f"X-Long: {'x' * door.MOST_HEAD}"
    asked_often(client, request("/kratom/us", long))
    assert not any(long.encode() in head for head in front.answers.told)


@pytest.mark.parametrize("sent", [b"", request("/kratom/us")[:30]])
def test_a_connection_that_asks_nothing_whole_is_closed(
    front: Front, app: Flask, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(door, "IDLE_SECONDS", 1.5)
    with served(app.wsgi_app, front) as port, Client(port) as client, Client(port) as busy:
        client.send(sent)
        for _ in range(40):
            assert busy.ask(request("/kratom/us")).status == 200
            time.sleep(0.05)
        assert client.is_closed()
        assert busy.is_closed()


def test_what_is_no_http_is_refused(client: Client) -> None:
    client.send(b"\x16\x03\x01 nothing\r\n\r\n")
    assert client.read().status == 400
    assert client.is_closed()
