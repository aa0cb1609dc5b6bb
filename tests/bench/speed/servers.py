"""Servers of a run, each on a free port of 127.0.0.1 and stopped by its process at the end."""

import http.client
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import psutil

HOST = "127.0.0.1"
START_SECONDS = 120
STOP_SECONDS = 30
# What a server writes into every answer itself.
OF_A_SERVER = {"connection", "content-length", "date", "server", "transfer-encoding"}


class Missing(RuntimeError):
    """A program is not installed; the message says how to get it."""


class Answer(msgspec.Struct, frozen=True):
    """What a server answered to one request. ``seconds`` to the first byte."""

    status: int
    headers: dict[str, str]
    content: bytes
    seconds: float


class Server(msgspec.Struct, frozen=True):
    """A server that answers: its port and the process that was started."""

    port: int
    process: int

    def url(self, path: str) -> str:
        """The address of a path on it."""
        return f"http://{HOST}:{self.port}{path}"

    def ask(self, path: str, headers: Mapping[str, str] = {}, body: bytes | None = None) -> Answer:
        """One request on a connection of its own; a GET, or a POST where there is a body."""
        with closing(http.client.HTTPConnection(HOST, self.port, timeout=120)) as connection:
            began = time.perf_counter()
            connection.request("GET" if body is None else "POST", path, body, dict(headers))
            response = connection.getresponse()
            seconds = time.perf_counter() - began
            content = response.read()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, content, seconds)

    def worker(self) -> psutil.Process:
        """The process that answers: the largest of those that were started."""
        first = psutil.Process(self.process)
        family = [first, *first.children(recursive=True)]
        return max(family, key=lambda process: process.memory_info().rss)


def program(name: str, package: str) -> str:
    """Where a program is: beside this interpreter, or on the path."""
    beside = Path(sys.executable).parent / name
    path = str(beside) if beside.exists() else shutil.which(name)
    if path is None:
        raise Missing(f"“{name}” is missing: install {package}.")
    return path


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def environment(database: Path | None = None) -> dict[str, str]:
    """What a server of ours is told; no proxy of this machine stands between."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("LEGALMAP_")}
    told["PYTHONPATH"] = str(Path(__file__).parents[3])
    # One address asks as often as it can.
    told["LEGALMAP_PER_MINUTE"] = "picture=9999999,past=9999999,batch=9999999"
    if database is not None:
        told["LEGALMAP_DATABASE_URL"] = f"sqlite:///{database}"
    return told


@contextmanager
def started(
    command: list[str], port: int, path: str, told: dict[str, str], log: Path
) -> Iterator[Server]:
    """A server that answers at ``path``, until the end of the block."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=told, stdout=out, stderr=subprocess.STDOUT)
    server = Server(port, process.pid)
    try:
        _wait_for(server, path, process, log)
        yield server
    finally:
        _stop(process)


def _wait_for(server: Server, path: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return with the first answer that is no refusal; raise RuntimeError if none comes."""
    deadline = time.monotonic() + START_SECONDS
    status = 0
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} left: {log.read_text()}")
        try:
            status = server.ask(path).status
        except (OSError, http.client.HTTPException):
            time.sleep(0.005)
            continue
        if status < 400:
            return
        break
    raise RuntimeError(f"{process.args} answered {path} with {status}: {log.read_text()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here, and its own if they outlive it."""
    own = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in psutil.wait_procs(own, timeout=STOP_SECONDS)[1]:
        child.kill()


@contextmanager
def legalmap(
    database: Path, log: Path, path: str = "/kratom", *, behind_proxy: int = 0
) -> Iterator[Server]:
    """“legalmap run” on a database: one worker, and otherwise as it comes."""
    port = free_port()
    told = {**environment(database), "LEGALMAP_BEHIND_PROXY": str(behind_proxy)}
    # What a person types to serve the site.
    command = [program("legalmap", "legalmap itself"), "run", "--port", str(port)]
    with started(command, port, path, told, log) as server:
        yield server


@contextmanager
def beside(module: str, *arguments: str) -> Iterator[None]:
    """A module of ours at work in a process of its own, until the block ends: it sees its input end."""
    command = [sys.executable, "-m", f"tests.bench.speed.{module}", *arguments]
    with subprocess.Popen(
        command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            # On a busy machine it takes its time to begin.
            process.stdout.readline()
            yield
        finally:
            process.stdin.close()
            try:
                process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


class Saved(msgspec.Struct, frozen=True):
    """An answer of ours that another server gives, too, at a path of its own."""

    path: str
    headers: dict[str, str]
    content: bytes


def saved(path: str, answer: Answer) -> Saved:
    """What was answered at a path; the new path says which, and in which coding."""
    coding = answer.headers.get("content-encoding", "identity")
    name = re.sub(r"[^a-z0-9]+", "-", path).strip("-")
    headers = {name: value for name, value in answer.headers.items() if name not in OF_A_SERVER}
    return Saved(f"/{name}.{coding}", headers, answer.content)


@contextmanager
def bare(answers: Iterable[Saved], folder: Path, application: str = "rsgi") -> Iterator[Server]:
    """The server of “legalmap run” with an application of bare.py that gives these answers."""
    file = folder / "bare.json"
    known = {
        answer.path: (list(answer.headers.items()), b64encode(answer.content).decode())
        for answer in answers
    }
    file.write_text(json.dumps(known))
    port = free_port()
    told = {**environment(), "BARE_ANSWERS": str(file)}
    command = [sys.executable, "-m", "tests.bench.speed.bare", application, str(port)]
    with started(command, port, next(iter(known)), told, folder / "bare.log") as server:
        yield server


@contextmanager
def datasette(database: Path, folder: Path) -> Iterator[Server]:
    """Datasette over a copy of a database that it is told never changes: its quickest way."""
    copy = folder / "db.sqlite"
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    port = free_port()
    command = [program("datasette", "the extra “bench”"), "serve", "-i", str(copy)]
    command += ["--host", HOST, "--port", str(port)]
    path = "/db/legal_status.json?_size=1"
    with started(command, port, path, environment(), folder / "datasette.log") as server:
        yield server
