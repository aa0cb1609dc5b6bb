"""Servers of a run, each on a free port of 127.0.0.1 and stopped by its process at the end."""

import http.client
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

HOST = "127.0.0.1"
START_SECONDS = 120
STOP_SECONDS = 30
NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    types {{ }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen {host}:{port} backlog=4096;
        root {folder}/files;
{locations}
    }}
}}
"""
LOCATION = """
        location = /{name} {{ default_type "{media_type}"; {coding} }}
"""


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
        """One request on a connection of its own."""
        return ask(self.port, path, headers, body)


def ask(port: int, path: str, headers: Mapping[str, str] = {}, body: bytes | None = None) -> Answer:
    """One request to a port of this machine; a GET, or a POST where there is a body."""
    connection = http.client.HTTPConnection(HOST, port, timeout=120)
    try:
        began = time.perf_counter()
        connection.request("GET" if body is None else "POST", path, body, dict(headers))
        response = connection.getresponse()
        seconds = time.perf_counter() - began
        content = response.read()
    finally:
        connection.close()
    said = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, said, content, seconds)


def program(name: str, package: str) -> str:
    """Where a program is: beside this interpreter, or on the path."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise Missing(f"“{name}” is missing: install {package}.")
    return found


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
    try:
        wait_for(port, path, process, log)
        yield Server(port, process.pid)
    finally:
        stop(process)


def wait_for(port: int, path: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return with the first answer that is no refusal; raise RuntimeError if none comes."""
    deadline = time.monotonic() + START_SECONDS
    status = 0
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} left: {log.read_text()}")
        try:
            status = ask(port, path).status
        except OSError:
            time.sleep(0.005)
            continue
        if status < 400:
            return
        break
    raise RuntimeError(f"{process.args} answered {path} with {status}: {log.read_text()}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here."""
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def legalmap(database: Path, log: Path, path: str = "/kratom") -> Iterator[Server]:
    """“legalmap run” on a database: one worker, and otherwise as it comes."""
    port = free_port()
    with started(run_command(port), port, path, environment(database), log) as server:
        yield server


def run_command(port: int) -> list[str]:
    """What a person types to serve the site."""
    return [program("legalmap", "legalmap itself"), "run", "--port", str(port)]


@contextmanager
def bare(content: bytes, folder: Path, on: str = "granian") -> Iterator[Server]:
    """The bare WSGI application, answering these bytes to whatever is asked; ``on`` "own": our server."""
    file = folder / "bare.json"
    file.write_bytes(content)
    port = free_port()
    told = {**environment(), "BARE_CONTENT": str(file)}
    command = [sys.executable, "-m", "tests.bench.speed.bare", str(port), on]
    with started(command, port, "/", told, folder / "bare.log") as server:
        yield server


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """An answer nginx serves as a static file, with the headers a client needs to read it."""

    name: str
    content: bytes
    media_type: str
    coding: str = ""


@contextmanager
def nginx(saved: list[Saved], folder: Path) -> Iterator[Server]:
    """nginx with one worker, Debian's sendfile and tcp_nopush, no access log."""
    folder.mkdir(exist_ok=True)
    # nginx started by root serves as another user.
    for part in (folder, folder / "files"):
        part.mkdir(exist_ok=True)
        part.chmod(0o755)
    for each in saved:
        (folder / "files" / each.name).write_bytes(each.content)
    port = free_port()
    locations = "".join(_location(each) for each in saved)
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, host=HOST, port=port, locations=locations))
    command = [nginx_program(), "-p", str(folder), "-e", str(folder / "error.log"), "-c"]
    first = f"/{saved[0].name}"
    log = folder / "nginx.log"
    with started([*command, str(configuration)], port, first, environment(), log) as server:
        yield server


def _location(saved: Saved) -> str:
    coding = f"add_header Content-Encoding {saved.coding};" if saved.coding else ""
    return LOCATION.format(name=saved.name, media_type=saved.media_type, coding=coding)


def nginx_program() -> str:
    """Where nginx is; raise Missing if it is nowhere."""
    system = Path("/usr/sbin/nginx")  # not on the path of everybody
    return str(system) if system.exists() else program("nginx", "Debian's “nginx-light”")


@contextmanager
def datasette(database: Path, folder: Path) -> Iterator[Server]:
    """Datasette over a copy of a database that it is told never changes: its quickest way."""
    copy = folder / "db.sqlite"
    copy.unlink(missing_ok=True)
    source = sqlite3.connect(database)
    source.execute("VACUUM INTO ?", (str(copy),))
    source.close()
    port = free_port()
    command = [program("datasette", "the extra “bench”"), "serve", "-i", str(copy)]
    command += ["--host", HOST, "--port", str(port)]
    path = "/db/legal_status.json?_size=1"
    with started(command, port, path, environment(), folder / "datasette.log") as server:
        yield server
