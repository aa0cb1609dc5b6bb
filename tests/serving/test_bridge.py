"""A WSGI application behind the server: what it is told of a request, and what becomes of its answer."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.patience import soon
from tests.serving.build import Client, request, served

Start = Callable[..., Any]
Environ = dict[str, Any]


def test_it_tells_the_application_what_was_asked() -> None:
    told: list[Environ] = []

    def application(environ: Environ, start: Start) -> list[bytes]:
        told.append(environ)
        start("200 OK", [("X-Said", "yes")])
        return [b"a", b"b"]

    headers = ["Cookie: a=1", "Cookie: b=2", "X-Two: 1", "X-Two: 2", "X_Under: 1"]
    with served(application) as port, Client(port) as client:
        answer = client.ask(request("/caf%C3%A9%2F?q=%20a+b", *headers))
    assert (answer.status, answer.body) == (200, b"ab")
    assert answer.headers == ["content-length: 2", "x-said: yes"]
    [environ] = told
    assert environ["PATH_INFO"] == "/caf\u00c3\u00a9/"
    assert environ["QUERY_STRING"] == "q=%20a+b"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_X_TWO"] == "1,2"
    # It would pass for X-Under.
    assert "HTTP_X_UNDER" not in environ
    assert (environ["REMOTE_ADDR"], environ["SERVER_PORT"]) == ("127.0.0.1", str(port))
    assert environ["wsgi.input"].read() == b""


def echo(environ: Environ, start: Start) -> Iterator[bytes]:
    start("200 OK", [])
    yield environ["wsgi.input"].read()


def test_a_body_is_read_however_it_comes() -> None:
    body = bytes(range(256)) * 2_000
    with served(echo) as port, Client(port) as client:
        for _ in range(2):
            client.send(request("/", f"Content-Length: {len(body)}", method="POST") + body[:10])
            client.send(body[10:])
            assert client.read().body == body
        client.send(request("/", "Transfer-Encoding: chunked", method="POST"))
        client.send(b"3\r\nabc\r\n")
        client.send(b"2\r\nde\r\n0\r\n\r\n")
        assert client.read().body == b"abcde"


def test_who_waits_to_be_asked_for_the_body_is_asked() -> None:
    with served(echo) as port, Client(port) as client:
        client.send(request("/", "Content-Length: 2", "Expect: 100-continue", method="POST"))
        assert client.read().status == 100
        client.send(b"ok")
        assert client.read().body == b"ok"


@pytest.mark.parametrize(
    ("version", "header"), [("1.1", "transfer-encoding: chunked"), ("1.0", "content-length: 6")]
)
def test_an_answer_of_unknown_length_comes_in_pieces(version: str, header: str) -> None:
    def application(_environ: Environ, start: Start) -> Iterator[bytes]:
        start("200 OK", [])
        yield from (b"ab", b"cd", b"ef")

    with served(application) as port, Client(port) as client:
        answer = client.ask(request("/", version=version))
    assert answer.body == b"abcdef"
    assert header in answer.headers


def test_an_answer_to_head_says_no_length_it_does_not_know() -> None:
    def application(_environ: Environ, start: Start) -> list[bytes]:
        start("200 OK", [])
        return []

    with served(application) as port, Client(port) as client:
        for _ in range(2):
            assert "content-length" not in client.ask(request("/", method="HEAD")).names


class Endless:
    """Pieces without end; it tells when it was closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.given = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.given += 1
            yield b"x" * 100_000

    def has_paused(self) -> bool:
        """Whether something was asked for, and nothing more for a while."""
        given = self.given
        time.sleep(0.3)
        return 0 < given == self.given

    def close(self) -> None:
        """Nobody listens."""
        self.closed.set()


def test_nothing_is_made_for_who_has_left_or_does_not_read() -> None:
    endless = Endless()

    def application(_environ: Environ, start: Start) -> Endless:
        start("200 OK", [])
        return endless

    with served(application) as port:
        with Client(port) as client:
            client.send(request("/"))
            assert soon(endless.has_paused)
        assert endless.closed.wait(10)


def test_an_error_is_told(caplog: pytest.LogCaptureFixture) -> None:
    def application(environ: Environ, start: Start) -> Iterator[bytes]:
        if environ["PATH_INFO"] == "/late":
            start("200 OK", [])
            yield b"a"
        raise RuntimeError("Broken.")

    with served(application) as port:
        with Client(port) as client:
            assert client.ask(request("/")).status == 500
        with Client(port) as client, pytest.raises(EOFError):
            client.ask(request("/late"))
    assert "Broken." in caplog.text


def test_a_stop_answers_what_was_asked_and_waits_for_nobody_long() -> None:
    begun, go = threading.Semaphore(0), threading.Event()

    def application(environ: Environ, start: Start) -> list[bytes]:
        begun.release()
        go.wait(0.5 if environ["PATH_INFO"] == "/short" else 30)
        start("200 OK", [])
        return [b"done"]

    with served(application) as port:
        short, long, idle = Client(port), Client(port), Client(port)
        short.send(request("/short"))
        long.send(request("/long"))
        assert all(begun.acquire(timeout=30) for _ in range(2))
        began = time.monotonic()
    with short, long, idle:
        assert time.monotonic() - began < 10
        assert short.read().body == b"done"
        assert short.is_closed()
        assert idle.is_closed()
    go.set()
