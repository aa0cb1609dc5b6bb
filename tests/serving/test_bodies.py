"""What is sent as a file arrives as it would otherwise, whoever reads slowly, leaves, or has a full disk."""

import errno
import socket
import tempfile
import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask

from legalmap.serving import bodies, door
from legalmap.serving.bodies import LEAST, MOST_IN_HANDS, Bodies
from legalmap.web.front import Front
from tests.patience import soon
from tests.serving.build import Client, request, served

pytestmark = pytest.mark.skipif(not bodies.IS_POSSIBLE, reason="no sendfile, or no MSG_MORE")
PAGE = request("/kratom", "Accept-Encoding: br")


@pytest.mark.parametrize(
    ("length", "hands", "lies"),
    [
        (0, 1, False),
        (LEAST - 1, 1, False),
        (LEAST, 1, True),
        (LEAST, MOST_IN_HANDS // LEAST, True),
        (LEAST, MOST_IN_HANDS // LEAST + 1, False),
        (MOST_IN_HANDS // 16, 16, True),
        (MOST_IN_HANDS // 16, 17, False),
    ],
)
def test_neither_small_ones_nor_large_ones_in_many_hands_are_sent_as_files(
    length: int, hands: int, lies: bool
) -> None:
    assert (Bodies().file_of(b"x" * length, hands) is not None) is lies


def test_each_body_lies_in_one_file_and_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_LAID", 3)
    known = Bodies()
    many = [bytes([number]) * LEAST for number in range(10)]
    for body in many:
        first = known.file_of(body, 1)
        assert known.file_of(body, 1) == first
    files = [file for _, file in known._laid.values() if file is not None]
    assert [len(known._laid), len({file.fileno() for file in files})] == [3, 3]
    for body, file in zip(many[-3:], files, strict=True):
        file.seek(0)
        assert file.read() == body


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a connection whose buffers are small; the first does not wait."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
            one.connect(listener.getsockname())
            one.setblocking(False)
            other, _ = listener.accept()
            with other:
                yield one, other


def test_it_tells_how_much_has_left(pair: tuple[socket.socket, socket.socket]) -> None:
    """Also where there is no room for all, or for anything, or where nobody listens any more."""
    one, other = pair
    head, body = b"head\r\n\r\n", bytes(range(256)) * 800
    known = Bodies()
    file = known.file_of(body, 1)
    assert file is not None
    sent = bodies.send(one, head, file, len(body))
    assert len(head) < sent < len(head) + len(body)
    assert bodies.send(one, head, file, len(body)) == 0
    found = b""
    while len(found) < sent:
        found += other.recv(65_536)
    assert found == (head + body)[:sent]
    other.close()
    assert soon(lambda: bodies.send(one, head, file, len(body)) == 0)
    assert bodies.send(one, head, file, len(body)) == 0


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    front: Front = app.extensions["front"]
    with served(app.wsgi_app, front) as port:
        yield port


@pytest.fixture
def passed_on(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """How many bytes of how many were sent as files."""
    found: list[tuple[int, int]] = []
    true = bodies.send

    def noted(connection: socket.socket, head: bytes, file: int, length: int) -> int:
        sent = true(connection, head, file, length)
        found.append((sent, len(head) + length))
        return sent

    monkeypatch.setattr(door.bodies, "send", noted)
    return found


def test_a_page_is_sent_as_a_file_and_whole(port: int, passed_on: list[tuple[int, int]]) -> None:
    with Client(port) as client:
        first = client.ask(PAGE)
        assert len(first.body) > LEAST
        assert [client.ask(PAGE) for _ in range(6)] == [first] * 6
        assert client.ask(request("/kratom/us-al", "Accept-Encoding: br")).status == 200
    assert len(passed_on) >= 4
    assert all(sent == whole for sent, whole in passed_on)


def test_who_reads_slowly_gets_every_byte_in_order(
    port: int, passed_on: list[tuple[int, int]]
) -> None:
    with Client(port) as client:
        first = client.ask(PAGE)
        client._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        count = 300

        def ask() -> None:
            for _ in range(count):
                client.send(PAGE)
                # Each by itself: what comes together is answered the ordinary way.
                time.sleep(0.002)

        asking = threading.Thread(target=ask)
        asking.start()
        assert soon(lambda: any(sent < whole for sent, whole in passed_on)), (
            "there was room for all"
        )
        assert all(client.read() == first for _ in range(count))
        asking.join()


def test_who_leaves_in_the_middle_does_no_harm(port: int) -> None:
    with Client(port) as client:
        first = client.ask(PAGE)
    for _ in range(30):
        leaving = Client(port)
        for _ in range(20):
            leaving.send(PAGE)
        leaving.close()
    with Client(port) as client:
        assert [client.ask(PAGE) for _ in range(5)] == [first] * 5


def test_without_room_for_a_file_it_is_written(
    port: int, passed_on: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    monkeypatch.setattr(door, "_bodies", Bodies())
    with Client(port) as client:
        first = client.ask(PAGE)
        assert [client.ask(PAGE) for _ in range(5)] == [first] * 5
    assert passed_on == []
