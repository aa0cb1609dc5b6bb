"""Runs the server: one process, or several that share a port."""

import signal
import sys
from typing import Any

import uvicorn

from legalmap.services import feeding
from legalmap.serving.bridge import Bridge
from legalmap.serving.door import Door
from legalmap.serving.memory import keep_small
from legalmap.threads import Threads

# Beyond those that wait for the feed.
THREADS = 4
# Others wait in the system's queue, or are told to come back later.
BACKLOG, MOST_CONNECTIONS = 1_024, 1_000
# A stop does not wait for those who wait for the feed.
PATIENCE_SECONDS = 3


def application() -> Bridge:
    """The site for the server: made once in each process, before its first request."""
    keep_small()
    from legalmap.wsgi import app  # noqa: PLC0415 - made by importing it, where it is served

    threads = Threads(THREADS + feeding.MOST_WAITING, "flask")
    return Bridge(app.wsgi_app, threads, app.extensions["front"])


def serve(factory: str, host: str, port: int, workers: int = 1) -> None:
    """Serve what ``factory`` ("module:function") makes until a signal says to stop."""
    # uvicorn stops in peace and then raises the signal once more, for whoever started it.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _leave)
    uvicorn.run(factory, factory=True, host=host, port=port, workers=workers, **settings())


def settings() -> dict[str, Any]:
    """What the server is told besides what to serve and where."""
    return {
        "http": Door,
        "ws": "none",
        "lifespan": "off",
        "interface": "asgi3",
        "loop": "uvloop" if sys.platform != "win32" else "asyncio",
        "proxy_headers": False,
        "server_header": False,
        "log_config": None,
        "log_level": "error",
        "access_log": False,
        "backlog": BACKLOG,
        "limit_concurrency": MOST_CONNECTIONS,
        "timeout_graceful_shutdown": PATIENCE_SECONDS,
    }


def _leave(_signal: int, _frame: Any) -> None:
    sys.exit(0)
