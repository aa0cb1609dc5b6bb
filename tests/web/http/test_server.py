"""The running server: one client, however rude, slow or large, keeps nobody from reading (promise 15)."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from legalmap.domain.errors import Unusable
from legalmap.web.http import limits, server
from tests.browser.conftest import free_port, legalmap
from tests.web.http.running import ask, connect, get, receive, running, status_of, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Sockets and signals of Linux.")
MANY = 1_500


@pytest.fixture(scope="module")
def port(shipped_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """One site for all tests of this module."""
    database = tmp_path_factory.mktemp("server") / "map.sqlite"
    database.write_bytes(shipped_template.read_bytes())
    with running(database) as port:
        yield port


@pytest.fixture
def held() -> Iterator[ExitStack]:
    """Connections that a rude client holds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8_000, hard), hard))
    with ExitStack() as stack:
        yield stack
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _reads(port: int) -> bool:
    """Whether a reader gets a page that is kept, and one that is made for them."""
    paths = ("/kratom/us-al", "/search?q=mobile")
    return all(status_of(ask(port, get(path))) == 200 for path in paths)


@pytest.mark.parametrize("beginning", [b"", b"GET /kratom HTTP/1.1\r\nHost: localhost\r\nX: "])
def test_who_asks_nothing_whole_keeps_nobody_out(
    port: int, held: ExitStack, beginning: bytes
) -> None:
    for _ in range(MANY):
        held.enter_context(connect(port)).sendall(beginning)
    assert _reads(port)


def test_who_does_not_read_keeps_nobody_out(port: int, held: ExitStack) -> None:
    """Thirteen ask for a large file four times each and read nothing."""
    for _ in range(13):
        connection = held.enter_context(connect(port))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.sendall(get("/export/kratom.geojson", "Range: bytes=0-") * 4)
    assert _reads(port)


def test_no_more_connections_are_open_than_was_said(
    shipped_template: Path, tmp_path: Path, held: ExitStack
) -> None:
    """What clients who do not read can hold is bounded by their number; others wait and are served, none is cut off."""
    database = tmp_path / "map.sqlite"
    database.write_bytes(shipped_template.read_bytes())
    with running(database, "--connections", "4") as port:
        unread = [held.enter_context(connect(port)) for _ in range(3)]
        for connection in unread:
            connection.sendall(get("/export/kratom.json"))
        assert _reads(port)
        unread[0].recv(1)
        last = held.enter_context(connect(port))
        last.sendall(get("/kratom/codebook"))
        assert status_of(receive(last)) == 200
        waiting = held.enter_context(connect(port))
        waiting.sendall(get("/kratom/codebook"))
        waiting.settimeout(0.5)
        with pytest.raises(TimeoutError):
            waiting.recv(1)
        unread[0].close()
        waiting.settimeout(20)
        assert status_of(receive(waiting)) == 200


def test_who_does_not_read_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system closes a connection whose client reads nothing of what was sent for a while."""
    monkeypatch.setattr(server, "SILENT_SECONDS", 1)
    with server.listening("127.0.0.1", 0) as listener:
        listener.settimeout(10)
        with connect(listener.getsockname()[1]) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            accepted, _ = listener.accept()
            with accepted, pytest.raises(OSError, match=r"timed out|reset|[Bb]roken"):
                accepted.sendall(bytes(100_000_000))


FORMS = [
    (b"POST /no/such/address HTTP/1.1", 3_900_000, 404, "nobody takes it"),
    (b"POST /sign-in HTTP/1.1", 3_900_000, 413, "only who is signed in may send so much"),
    (b"POST /sign-in HTTP/1.1", 10**30, 400, "more than any number"),
    (b"POST /kratom HTTP/1.1", 3_900_000, 405, "the address takes no form"),
]


@pytest.mark.parametrize(("line", "length", "status", "_why"), FORMS)
def test_a_form_is_refused_before_it_is_read(
    port: int, line: bytes, length: int, status: int, _why: str
) -> None:
    """Nothing of the body is sent: the answer comes all the same."""
    head = b"%b\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n" % line
    assert status_of(ask(port, b"%bContent-Length: %d\r\n\r\n" % (head, length))) == status


def test_who_begins_a_form_and_stops_keeps_nobody_out(port: int, held: ExitStack) -> None:
    head = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n"
    for _ in range(50):
        held.enter_context(connect(port)).sendall(head + b"a=&" * 10_000)
    assert _reads(port)


def test_a_body_without_end_is_refused(port: int) -> None:
    head = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert status_of(ask(port, head + b"4000\r\n%b\r\n" % bytes(0x4000) * 8)) == 413


def test_a_form_that_never_comes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio
    from collections.abc import AsyncIterator

    class Silent:
        """Sends a piece and then nothing."""

        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"handle="
            await asyncio.sleep(60)

    monkeypatch.setattr(limits, "SILENT_SECONDS", 0.05)
    # In a thread, because the browser of other tests has an event loop in this one.
    with ThreadPoolExecutor(1) as pool, pytest.raises(limits.Refused) as refused:
        pool.submit(lambda: asyncio.run(limits.read_body(Silent(), 1_000))).result()
    assert refused.value.status == 408


def test_requests_in_one_piece_are_answered_in_order(port: int) -> None:
    paths = ["/kratom/codebook", "/nowhere/at/all", "/api/v1/topics"] * 20
    with connect(port) as connection:
        connection.sendall(b"".join(map(get, paths)))
        answers = b""
        while answers.count(b"HTTP/1.1 ") < len(paths):
            answers += connection.recv(65_536)
    statuses = [int(part[:3]) for part in answers.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 404, 200] * 20


def test_who_pipelines_without_reading_keeps_nobody_out(port: int, held: ExitStack) -> None:
    for _ in range(20):
        connection = held.enter_context(connect(port))
        connection.setblocking(False)
        try:
            for _ in range(100):
                connection.sendall(get("/kratom") * 500)
        except BlockingIOError:
            pass
    assert _reads(port)


def test_a_head_without_end_is_refused(port: int) -> None:
    assert status_of(ask(port, get("/kratom", "X: " + "x" * 200_000))) in (400, 431)


def test_a_long_head_is_read(port: int) -> None:
    assert status_of(ask(port, get("/kratom/codebook", "X: " + "x" * 30_000))) == 200


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("said", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(
    shipped_template: Path, tmp_path: Path, workers: str, said: signal.Signals
) -> None:
    database, log = tmp_path / "map.sqlite", tmp_path / "log"
    database.write_bytes(shipped_template.read_bytes())
    environment = {**os.environ, "LEGALMAP_DATABASE_URL": f"sqlite:///{database}"}
    port = free_port()
    command = legalmap("run", "--port", str(port), "--workers", workers)
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
    try:
        wait_for(port, process, log)
        # One who waits for news is not waited for.
        with connect(port) as waiting:
            waiting.sendall(get("/api/v1/changes?since=280&wait=30"))
            began = time.monotonic()
            process.send_signal(said)
            assert process.wait(25) == 0
            assert time.monotonic() - began < 20
    finally:
        process.kill()
        process.wait()
    assert log.read_text().splitlines() == [f"Open http://127.0.0.1:{port}  (stop with Ctrl-C)"]
    with pytest.raises(ConnectionError):
        connect(port)


def test_a_port_that_is_taken_is_told(shipped_template: Path) -> None:
    environment = {**os.environ, "LEGALMAP_DATABASE_URL": f"sqlite:///{shipped_template}"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = legalmap("run", "--port", str(port))
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        with pytest.raises(Unusable, match=f"port {port}"):
            server.listening("127.0.0.1", port)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"Cannot serve at 127.0.0.1, port {port}: Address already in use.\n"


def test_a_file_leaves_whole_and_in_part(port: int) -> None:
    whole = ask(port, get("/export/kratom.geojson"))
    _, _, body = whole.partition(b"\r\n\r\n")
    with connect(port) as connection:
        connection.sendall(get("/export/kratom.geojson", "Range: bytes=1000-300999"))
        part = receive(connection)
        assert status_of(part) == 206
        assert part.partition(b"\r\n\r\n")[2] == body[1_000:301_000]
        connection.sendall(get("/export/kratom.geojson", "Range: bytes=99999999-"))
        assert status_of(receive(connection)) == 416
