"""Odd requests to the running server: answered as RFC 9112 says, and compared with gunicorn."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.browser.conftest import free_port
from tests.web.http.grammar import FOLLOWING, OK, Request, requests
from tests.web.http.running import ask, connect, get, running, wait_for

GENEROUS = {"LEGALMAP_PER_MINUTE": "batch=100000,past=100000,picture=100000"}

# Where the server under the front answers otherwise than the grammar allows, and why that is harmless.
OURS = {
    "HTTP/1.2": "hyper speaks 1.0 and 1.1; nobody has ever sent another",
    "an overlong header": "the bound is of hyper's buffer, which one read may overshoot",
    "the same length twice": "the same number twice is read as one, and divides no two requests",
    "an LF behind a chunk": "hyper sees it when it reads on, has the whole body by then, and closes",
    "HTTP/1.0 + no Host": "HTTP/1.0 knows no Host",
}
_BODY = "gunicorn parses a body when a view reads it, so that a bad chunk is an error of the application"
_METHOD = "gunicorn passes every method on to the application, or takes it for no method"
_HOST = "gunicorn passes every Host on to the application, which answers for its own alone"
_WHOLE = "gunicorn takes the Host header for the host where the request line names another"
_LINE = "gunicorn has bounds and signs of its own for the request line"
# What is odd, and why gunicorn answers with another status.
DIFFERENCES = {
    "HTTP/1.2": "gunicorn takes every version of one digit",
    "an overlong header": "gunicorn bounds each header at 8 KB, hyper the whole head at about 64 KB",
    "an overlong Host": "gunicorn bounds each header at 8 KB, hyper the whole head at about 64 KB",
    "a bare LF": "hyper ends a line of the head at an LF (RFC 9112, 2.2 allows both)",
    "an Expect nobody knows": "the front has no use for an Expect (RFC 9110, 10.1.1 allows both)",
    "an Upgrade to a socket": "gunicorn takes the key of a socket for a bad request",
    "the same length twice": OURS["the same length twice"],
    "a length beyond any number": "gunicorn reads the number, and the application refuses it",
    "length and chunks": "hyper goes by the chunks and closes (RFC 9112, 6.3 allows both)",
    "chunks and length": "hyper goes by the chunks and closes (RFC 9112, 6.3 allows both)",
    "no Host": "gunicorn asks for none",
    "a long target": _LINE,
    "raw letters of another script": _LINE,
    "signs no URI has": _LINE,
    "the address of another host": _WHOLE,
    "the address of nobody": _WHOLE,
    "an address with a password": _WHOLE,
    "chunks behind gzip": "gunicorn hands the packed body on, unread",
    "chunks of chunks": "both refuse: the front as a coding that it does not speak",
    "chunks twice": "both refuse: the front as a coding that it does not speak",
    **dict.fromkeys(
        ("a coding nobody knows", "no coding", "chunks in quotes"),
        "both refuse: hyper as a request without an end",
    ),
    **dict.fromkeys(
        ("a method in lower case", "a method nobody knows", "a method with a point"), _METHOD
    ),
    **dict.fromkeys(("a method of 200 letters", "TRACE", "CONNECT"), _METHOD),
    **dict.fromkeys(
        (
            "two in one",
            "a Host with a space",
            "a Host with a slash",
            "a Host with a person",
            "a Host with a word for a port",
            "a Host with two ports",
            "a Host in brackets",
            "a Host of raw bytes",
            "a bracket",
        ),
        _HOST,
    ),
    **dict.fromkeys(
        (
            "a length in the trailer",
            "a space behind the size",
            *(f"the size {size!r}" for size in (b"0xc", b"-c", b"+c", b"zz", b"", b"c_0", b"\xb2")),
            "the size b'fffffffffffffffff'",
            "a chunk longer than it says",
            "chunks divided by LF",
            "an LF behind a chunk",
            "an extension with an LF",
            "an endless extension",
        ),
        _BODY,
    ),
}
ODD = list(requests())


class Outcome(NamedTuple):
    """The statuses of all answers on one connection, and whether it was left open without one."""

    statuses: list[int]
    waits: bool


def send(port: int, request: Request, seconds: float = 10) -> Outcome:
    """Send an odd request and an ordinary one behind it, and read until the server closes."""
    answers, waits = b"", False
    with connect(port) as connection:
        connection.settimeout(seconds)
        try:
            connection.sendall(request.content + FOLLOWING)
            while part := connection.recv(65_536):
                answers += part
        except TimeoutError:
            waits = True
        except OSError:
            pass
    statuses = [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3})", answers)]
    return Outcome([status for status in statuses if status != 100], waits)


def faults(request: Request, outcome: Outcome) -> list[str]:
    """What the RFCs do not allow of it."""
    kinds = {part.kind for part in request.parts}
    # With another request line it is a GET, whose body nobody reads, however it is framed.
    is_read = not {"line", "framing"} <= kinds
    allowed = request.allowed
    if not is_read:
        line = next(part for part in request.parts if part.kind == "line")
        allowed = {status or line.usual for status in line.allowed} | request.allowed
    if not outcome.statuses or outcome.waits:
        return ["no answer"]
    first, *others = outcome.statuses
    found = [] if first in allowed else [f"{first} is none of {sorted(allowed)}"]
    if others not in ([], [200]):
        found.append(f"more answers than requests: {outcome.statuses}")
    if request.closes and is_read and others:
        found.append("what comes behind it is answered")
    return found


@pytest.fixture(scope="module")
def outcomes(shipped_template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """What the running server makes of each odd request."""
    database = tmp_path_factory.mktemp("odd") / "map.sqlite"
    database.write_bytes(shipped_template.read_bytes())
    with running(database, **GENEROUS) as port, ThreadPoolExecutor(6) as pool:
        return list(pool.map(lambda request: send(port, request), ODD))


def test_each_is_answered_as_the_rfc_says(outcomes: list[Outcome]) -> None:
    """Nothing is smuggled, nobody waits, and each deviation is one that is explained."""
    wrong = {
        request.name: found
        for request, outcome in zip(ODD, outcomes, strict=True)
        if (found := faults(request, outcome))
        and not {request.name, *(part.name for part in request.parts)} & set(OURS)
    }
    assert wrong == {}


@pytest.mark.parametrize("name", [name for name in OURS if " + " not in name])
def test_what_is_explained_is_so(outcomes: list[Outcome], name: str) -> None:
    """A deviation that is gone leaves the table."""
    [outcome] = [o for request, o in zip(ODD, outcomes, strict=True) if request.name == name]
    [request] = [request for request in ODD if request.name == name]
    assert faults(request, outcome)


@pytest.fixture(scope="module")
def gunicorn(shipped_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the same application under gunicorn."""
    folder = tmp_path_factory.mktemp("gunicorn")
    database, log, port = folder / "map.sqlite", folder / "log", free_port()
    database.write_bytes(shipped_template.read_bytes())
    environment = {**os.environ, **GENEROUS, "LEGALMAP_DATABASE_URL": f"sqlite:///{database}"}
    command = [sys.executable, "-m", "gunicorn", "--threads", "4", "--no-control-socket"]
    command += ["--bind", f"127.0.0.1:{port}", "legalmap.wsgi:app"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
    try:
        wait_for(port, process, log)
        # The first search of a host makes its index of names, which takes longer than the answers waited for.
        ask(port, get("/suggest?q=alabama"))
        yield port
    finally:
        process.terminate()
        process.wait(40)


def test_each_difference_to_gunicorn_is_explained(outcomes: list[Outcome], gunicorn: int) -> None:
    """On the same application. What is odd in one way alone is enough to see them."""
    alone = [index for index, request in enumerate(ODD) if len(request.parts) == 1]
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(lambda index: send(gunicorn, ODD[index], 4), alone))
    differences = {
        ODD[index].name
        for index, other in zip(alone, others, strict=True)
        if outcomes[index].statuses[:1] != other.statuses[:1]
    }
    assert differences == set(DIFFERENCES)
    assert OK not in {status for outcome in outcomes for status in outcome.statuses}
