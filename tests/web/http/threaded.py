"""granian in a thread of the test, so that what it serves can be watched."""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from tests.browser.conftest import free_port
from tests.patience import soon


def serve(application: Any) -> tuple[int, Callable[[], None]]:
    """The port at which an RSGI application is served, and what stops that."""
    loop, port = asyncio.new_event_loop(), free_port()
    server = Server(
        application,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.critical,
    )

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.serve())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()

    def stop() -> None:
        if thread.is_alive():
            loop.call_soon_threadsafe(server.stop)
            thread.join(20)

    assert soon(lambda: _is_taken(port))
    return port, stop


def _is_taken(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
