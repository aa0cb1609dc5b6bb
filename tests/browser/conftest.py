"""A real server on the real data and a real Chromium. Missing Chromium skips loudly; CI must have it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from redis import Redis

IN_MEMORY = "memory://"
START_SECONDS = 60
# A busy machine is slow, not wrong: waiting long costs nothing where all is well.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
# Without these a closed network makes Chromium wait for hosts it will never reach.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page that the test makes up may frame this machine's server.
    "--disable-features=LocalNetworkAccessChecks",
]


class Site(NamedTuple):
    """A running server, its demo people's passwords and its database."""

    url: str
    passwords: dict[str, str]
    database_url: str


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def legalmap(*words: str) -> list[str]:
    """The command line of this very interpreter."""
    return [sys.executable, "-c", "from legalmap.cli import main; main()", *words]


@pytest.fixture(scope="session")
def limits_url(request: pytest.FixtureRequest) -> str:
    """Where the site counts attempts: in Redis, so that each test can begin without those of others."""
    if shutil.which("redis-server") is None and os.environ.get("CI") != "true":
        return IN_MEMORY
    found: str = request.getfixturevalue("redis_url")
    return found


@pytest.fixture(autouse=True)
def nobody_has_tried_before(limits_url: str) -> None:
    """All journeys come from one address, which may sign in and suggest only so often."""
    if limits_url != IN_MEMORY:
        with Redis.from_url(limits_url) as counted:
            counted.flushall()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, limits_url: str) -> Iterator[Site]:
    """A running site for all journeys of a worker."""
    with serving(tmp_path_factory.mktemp("site"), limits_url) as site:
        yield site


@contextmanager
def serving(folder: Path, limits_url: str = IN_MEMORY) -> Iterator[Site]:
    """legalmap init and legalmap run --demo, as a person types them."""
    url = f"sqlite:///{folder / 'legalmap.sqlite3'}"
    subprocess.run(legalmap("init"), env=_environment(url), check=True)
    with started(url, free_port(), folder / "log", limits_url) as site:
        yield site


def _environment(url: str, limits_url: str = IN_MEMORY) -> dict[str, str]:
    more = {"PYTHONPATH": str(Path.cwd()), "PYTHONUNBUFFERED": "1"}
    ours = {"LEGALMAP_DATABASE_URL": url, "LEGALMAP_LIMITS_URL": limits_url}
    return {**os.environ, **ours, **more}


@contextmanager
def started(url: str, port: int, log: Path, limits_url: str = IN_MEMORY) -> Iterator[Site]:
    """A server on a database that is there, until the end of the block."""
    with log.open("w") as out:
        server = subprocess.Popen(
            legalmap("run", "--demo", "--port", str(port)),
            env=_environment(url, limits_url),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/", server, log)
        found = dict(re.findall(r"^\s+(demo-\w+)\s+(\S+)", log.read_text(), re.MULTILINE))
        yield Site(f"http://127.0.0.1:{port}", found, url)
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The server did not answer: {log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        reason = "NO CHROMIUM: install Debian's “chromium” to run the browser journeys"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A fresh browser profile that fails the test on any script error or foreign request."""
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    context.on(
        "request",
        lambda sent: None if sent.url.startswith((site.url, "data:")) else faults.append(sent.url),
    )
    yield context
    context.close()
    assert faults == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One tab."""
    return context.new_page()
