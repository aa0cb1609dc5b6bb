"""Who sends slowly, or without end, takes nothing from others."""

import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask

from legalmap.serving import door
from tests.serving.build import Client, request, served

FOUR = 4


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    """Served by as many threads as the tests below have slow clients."""
    with served(app.wsgi_app) as port:
        yield port


def a_form(length: int, method: str = "POST") -> bytes:
    return request(
        "/sign-in",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {length}",
        method=method,
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "GET"])
@pytest.mark.parametrize("sent", [b"", b"handle=" + b"a" * 100_000])
def test_who_begins_a_form_and_stops_keeps_nobody_out(port: int, sent: bytes, method: str) -> None:
    slow = [Client(port) for _ in range(FOUR)]
    for each in slow:
        each.send(a_form(len(sent) + 1, method) + sent)
    time.sleep(0.2)
    with Client(port) as client:
        assert client.ask(request("/search?q=mobile")).status == 200
    for each in slow:
        each.close()


def test_a_form_in_pieces_is_read_whole(port: int) -> None:
    form = b"handle=nobody&password=" + b"x" * 200_000
    with Client(port) as client:
        client.send(a_form(len(form)) + form[:10])
        for start, end in ((10, 100), (100, 70_000), (70_000, len(form))):
            time.sleep(0.05)
            client.send(form[start:end])
        assert client.read().status == 422


def test_a_form_that_is_too_large_is_refused(port: int) -> None:
    with Client(port) as client:
        client.send(a_form(5_000_000) + b"a" * 4_200_000)
        assert client.read().status == 413


def test_a_form_that_never_comes_ends_its_connection(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(door, "WHOLE_SECONDS", 0.5)
    with served(app.wsgi_app) as port, Client(port) as client:
        client.send(a_form(100) + b"handle=")
        assert client.is_closed()


def test_a_head_without_end_is_refused(port: int) -> None:
    """Nothing of it may be kept for longer than it takes to see that it is too long."""
    with Client(port) as client:
        with suppress(ConnectionError):
            client.send(b"GET /kratom HTTP/1.1\r\nHost: localhost\r\n")
            for number in range(40):
                client.send(b"X-More-%d: %b\r\n" % (number, b"x" * 50_000))
        assert client.is_refused()


def test_a_long_head_is_read(port: int) -> None:
    with Client(port) as client:
        assert client.ask(request("/kratom", f"Cookie: other={'x' * 30_000}")).status == 200
