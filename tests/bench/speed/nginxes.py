"""nginx with one worker: with the same bytes as files, and as the site ships it in front of a server."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from legalmap import paths
from tests.bench.speed.servers import HOST, Saved, Server, environment, free_port, program, started

SHIPPED = paths.STATIC.parent / "nginx.conf"
# Debian's sendfile and tcp_nopush; no access log.
AROUND = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events { worker_connections 1024; }
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{server}
}
"""
FILES = """
    types { }
    server {
        listen {host}:{port} backlog=4096;
        root {folder}/files;
{locations}
    }
"""
LOCATION = """
        location = {path} { default_type "{media_type}"; {coding} }
"""


@contextmanager
def files(answers: Iterable[Saved], folder: Path) -> Iterator[Server]:
    """nginx with the bytes of these answers as files."""
    known = {answer.path: answer for answer in answers}
    root = folder / "files"
    for part in (folder, root):
        part.mkdir(exist_ok=True)
    for path, answer in known.items():
        (root / path.strip("/")).write_bytes(answer.content)
    locations = "".join(_location(answer) for answer in known.values())
    with _serving(_filled(FILES, locations=locations), folder, next(iter(known))) as server:
        yield server


def _location(answer: Saved) -> str:
    coding = answer.headers.get("content-encoding")
    return _filled(
        LOCATION,
        path=answer.path,
        media_type=answer.headers["content-type"],
        coding=f"add_header Content-Encoding {coding};" if coding else "",
    )


@contextmanager
def in_front(server: Server, folder: Path) -> Iterator[Server]:
    """The shipped configuration, but for its ports and folder, in front of a server."""
    folder.mkdir(exist_ok=True)
    text = SHIPPED.read_text()
    for shipped, here in {
        "server 127.0.0.1:8000;": f"server {HOST}:{server.port};",
        "/var/cache/nginx/legalmap": "{folder}/kept",
        "listen 80;": "listen {host}:{port} backlog=4096;",
    }.items():
        if text.count(shipped) != 1:
            raise RuntimeError(f"“{shipped}” does not stand once in {SHIPPED}")
        text = text.replace(shipped, here)
    with _serving(text, folder, "/kratom") as nginx:
        yield nginx


@contextmanager
def _serving(server: str, folder: Path, path: str) -> Iterator[Server]:
    # Started by root it serves as another user, who must be let in.
    for part in folder.parent, folder:
        part.chmod(0o755)
    port = free_port()
    configuration = folder / "nginx.conf"
    text = AROUND.replace("{server}", server)
    configuration.write_text(_filled(text, folder=folder, host=HOST, port=port))
    command = [nginx_program(), "-p", str(folder), "-e", str(folder / "error.log")]
    command += ["-c", str(configuration)]
    with started(command, port, path, environment(), folder / "nginx.log") as nginx:
        yield nginx


def _filled(text: str, **values: object) -> str:
    """A text with braces of its own, the named ones filled in."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def nginx_program() -> str:
    """Where nginx is; raise Missing if it is nowhere."""
    system = Path("/usr/sbin/nginx")  # not on the path of everybody
    return str(system) if system.exists() else program("nginx", "Debian's “nginx-light”")
