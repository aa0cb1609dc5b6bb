"""A Redis server for tests: on loopback, keeping nothing, gone after the run."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NoConnection

from tests.browser.conftest import free_port

PATIENCE_SECONDS = 20


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Gives the URL of an empty server. CI must have the program; a laptop may not."""
    program = shutil.which("redis-server")
    if program is None:
        why = "REDIS IS NOT TESTED: there is no redis-server. Install Debian's “redis-server”."
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    port = free_port()
    told = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(
        [program, *told, "--dir", str(folder)], stdout=subprocess.DEVNULL
    ) as server:
        try:
            _wait(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def _wait(port: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    with Redis(host="127.0.0.1", port=port) as asked:
        while time.monotonic() < until:
            try:
                asked.ping()
                return
            except NoConnection:
                time.sleep(0.05)
    pytest.fail("redis-server does not answer")
