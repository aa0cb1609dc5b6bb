"""The server of ``legalmap run``: granian, one process or several that share a port."""

import multiprocessing
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from legalmap.domain.errors import Unusable
from legalmap.web.http.limits import SILENT_SECONDS

# Others wait in the system's queue.
BACKLOG = 1_024
# The head of a request has at most so many bytes.
MOST_HEAD = 65_536
# A stop does not wait for those who wait for the feed.
STOP_SECONDS = 3


class Server(MPServer):
    """granian on a socket of ours."""

    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._own = sock

    def _init_shared_socket(self) -> None:
        self._sso = self._own
        self._shd = SocketHolder(self._own.fileno(), False, self.backlog)  # type: ignore[call-arg, assignment]


def listening(host: str, port: int) -> socket.socket:
    """A listening socket whose connections the system closes once nobody reads; raise Unusable.

    A connection takes its options over. TCP_USER_TIMEOUT (RFC 5482, tcp(7)): for how long what was sent
    may stay unread before the system closes the connection, in milliseconds.
    """
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_SECONDS * 1_000)
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise Unusable(f"Cannot serve at {host}, port {port}: {error.strerror}.") from error
    sock.setblocking(False)
    sock.set_inheritable(True)
    return sock


def serve(
    target: str,
    host: str,
    port: int,
    workers: int,
    connections: int,
    announce: Callable[[], None] = lambda: None,
) -> None:
    """Serve the RSGI application that ``target`` ("module:function") makes until a signal says to stop.

    ``announce`` is called once connections are taken, at most ``connections`` in each process.
    """
    _allow(connections)
    if sys.platform == "linux":
        # Workers take the socket over as it is, which a process started anew could not.
        multiprocessing.set_start_method("fork", force=True)
    sock = listening(host, port)
    server = Server(
        sock,
        target,
        address=host,
        port=port,
        workers=workers,
        factory=True,
        **settings(connections),
    )
    server.on_startup(announce)
    server.serve()


def settings(connections: int) -> dict[str, Any]:
    """What the server is told besides what to serve and where."""
    return {
        "interface": Interfaces.RSGI,
        "runtime_mode": RuntimeModes.mt,
        "loop": Loops.auto if sys.platform == "win32" else Loops.uvloop,
        "http": HTTPModes.http1,
        "websockets": False,
        "backlog": BACKLOG,
        "backpressure": connections,
        "http1_settings": HTTP1Settings(
            header_read_timeout=SILENT_SECONDS * 1_000, max_buffer_size=MOST_HEAD
        ),
        "log_level": LogLevels.error,
        "workers_kill_timeout": STOP_SECONDS,
    }


def _allow(connections: int) -> None:
    """Let this process and those it starts have files open for so many, as far as the system allows."""
    if os.name != "posix":
        return
    import resource  # noqa: PLC0415 - not on every system

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + 1_000
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
