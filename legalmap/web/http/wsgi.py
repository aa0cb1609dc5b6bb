"""One request through a WSGI application (PEP 3333), in a thread, to a finished answer."""

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from legalmap.web.http.answer import Answer

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
# Left in the environment by a view whose answer may be kept.
READY = "legalmap.ready"
# Left by a view that has nothing to tell before the feed moves: for how many seconds to wait for that.
WAIT = "legalmap.wait"
# Told to a view that it may leave WAIT; and that it has waited long enough.
CAN_WAIT, HAS_WAITED = "legalmap.can-wait", "legalmap.has-waited"
# Left by a view that has its content in several codings and has chosen one itself.
CODED = "legalmap.coded"
# A file with fewer bytes is read; a larger one is left to the server, which sends it from the disk.
MOST_READ = 1_000_000


class FileBody:
    """The ``wsgi.file_wrapper`` of PEP 3333: a body that is an open file."""

    def __init__(self, file: IO[bytes], block: int = 65_536) -> None:
        self.file, self._block = file, block

    def __iter__(self) -> Iterator[bytes]:
        """Its blocks, for whoever does not know that it is a file."""
        return iter(lambda: self.file.read(self._block), b"")

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def environ_of(scope: Any, body: bytes, query: str, replaced: dict[str, str]) -> Environ:
    """What PEP 3333 wants to know of a request.

    ``replaced``: headers, in lower case, that are not passed on as they came; an empty one is left out.
    """
    host, _, port = scope.server.rpartition(":")
    address, _, client_port = scope.client.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "REMOTE_ADDR": address.strip("[]"),
        "REMOTE_PORT": client_port,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileBody,
    }
    if scope.authority:
        replaced = {**replaced, "host": scope.authority}
    for name, value in scope.headers.items():
        if name not in replaced:
            _add(environ, name, value)
    for name, value in replaced.items():
        if value:
            _add(environ, name, value)
    return environ


def _add(environ: Environ, name: str, value: str) -> None:
    # X_Forwarded_For would pass for X-Forwarded-For; the length is that of the body that was read.
    if "_" in name or name == "content-length":
        return
    key = name.upper().replace("-", "_")
    if key != "CONTENT_TYPE":
        key = f"HTTP_{key}"
    if key in environ:
        value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    environ[key] = value


def call(application: Application, environ: Environ) -> Answer:
    """The application's whole answer; it may be called from any thread."""
    started: list[tuple[int, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc: Any = None) -> Any:
        started.append((int(status[:3]), [(n.lower(), v.strip()) for n, v in headers]))
        return written.append

    body = application(environ, start_response)
    try:
        if isinstance(body, FileBody) and os.fstat(body.file.fileno()).st_size > MOST_READ:
            status, headers = started[-1]
            size = os.fstat(body.file.fileno()).st_size
            return Answer(status, headers, file=body.file.name, stop=size)
        content = b"".join([*written, *body])
        status, headers = started[-1]
        return Answer(status, headers, content)
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()
