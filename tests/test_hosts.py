"""Two web processes and a worker on one PostgreSQL: one is killed in the middle, and nothing is lost."""

import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.cookiejar import CookieJar
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import integrity_check
from legalmap.services.notifying import webhooks
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from tests.browser.conftest import free_port, legalmap
from tests.patience import soon
from tests.services.receiving import Receiver
from tests.store.build import PASSWORD, fill_shipped, fresh_code
from tests.store.databases import Postgres
from tests.web.deciding import APPROVE, VERDICT
from tests.web.visit import PROVING, Fields, Page

EDIT = "/desk/edit/kratom/us-al"
BEFORE_THE_KILL, AFTER_IT = 4, 3


class Host:
    """A process of its own: a site, or a worker."""

    def __init__(self, log: Path, environment: dict[str, str], *words: str) -> None:
        self._out = log.open("ab")
        self._process = subprocess.Popen(
            legalmap(*words), env=environment, stdout=self._out, stderr=self._out
        )

    def kill(self) -> None:
        """End it as when the power goes: the process and the workers it started."""
        for child in _children(self._process.pid):
            _end(child)
        _end(self._process.pid)
        self._process.wait(timeout=20)
        self._out.close()


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in listed.read_text().split()] if listed.exists() else []


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class Person:
    """Somebody with a browser and one cookie, at whichever site."""

    def __init__(self, site: str, handle: str, store: Store) -> None:
        self.site = site
        self._open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar())
        ).open
        asked = self.post("/sign-in", {"handle": handle, "password": PASSWORD})
        if asked.all(PROVING):
            self.send(asked, PROVING, code=fresh_code(store, handle))

    def get(self, path: str) -> Page:
        """Load a page."""
        return self._loaded(urllib.request.Request(f"{self.site}{path}"), path)

    def post(self, path: str, fields: Any) -> Page:
        """Send a form and go where that leads."""
        pairs = list(Fields(fields).items(multi=True))
        body = urllib.parse.urlencode(pairs).encode()
        request = urllib.request.Request(
            f"{self.site}{path}", body, {"Sec-Fetch-Site": "same-origin"}
        )
        return self._loaded(request, path)

    def send(self, page: Page, selector: str, **changed: str | list[str]) -> Page:
        """Fill in and send a form that is on a page."""
        fields = page.form(selector)
        for name, value in changed.items():
            fields.setlist(name, value if isinstance(value, list) else [value])
        return self.post(str(page.one(selector)["action"]), fields)

    def _loaded(self, request: urllib.request.Request, path: str) -> Page:
        with self._open(request, timeout=30) as response:
            pages = SimpleNamespace(
                status_code=response.status, data=response.read(), headers=response.headers
            )
        return Page(pages, urllib.parse.urlsplit(response.url).path or path)  # type: ignore[arg-type]


def publish(author: Person, reviewer: Person, words: str) -> None:
    """Propose a change and approve it; returns when the site has said that it is published."""
    proposal = author.send(
        author.get(EDIT), "#edit-form", notes=words, note="A test.", action="submit"
    ).path
    reviewer.send(reviewer.get(proposal), VERDICT, **APPROVE)
    assert "Published" in reviewer.get(proposal).text


@pytest.fixture
def url(postgres_server: Postgres) -> str:
    """A PostgreSQL database with everything data/ holds."""
    found = postgres_server.create("hosts")
    fill_shipped(found)
    return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who hears of publications."""
    found = Receiver()
    yield found
    found.stop()


@pytest.mark.slow
def test_one_of_two_hosts_is_killed_in_the_middle(
    url: str, receiver: Receiver, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path.cwd()),
        "LEGALMAP_DATABASE_URL": url,
        "LEGALMAP_SECRET_KEY": "s" * 40,
        "LEGALMAP_WEBHOOKS_TO_LOOPBACK": "1",
        "LEGALMAP_FILES": str(tmp_path / "files"),
    }
    store = Store(url)
    with ExitStack() as undo:
        undo.callback(store.close)
        tracker = Tracker(store)
        webhooks.add(tracker, receiver.url, loopback=True)
        sites, hosts = [], []
        for name in ("a", "b"):
            port = free_port()
            hosts.append(Host(tmp_path / f"{name}.log", environment, "run", "--port", str(port)))
            undo.callback(_killed, hosts[-1])
            sites.append(f"http://127.0.0.1:{port}")
        worker = Host(tmp_path / "worker.log", environment, "worker")
        undo.callback(_killed, worker)
        for site in sites:
            assert soon(lambda site=site: _answers(site), 60), (tmp_path / "a.log").read_text()

        ana, ben = (Person(sites[0], handle, store) for handle in ("ana", "ben"))
        published: list[str] = []

        def stream() -> None:
            try:
                for number in range(1_000):
                    publish(ana, ben, f"Word {number} by the first.")
                    published.append(f"Word {number} by the first.")
            except (OSError, AssertionError, urllib.error.URLError):
                return

        streaming = threading.Thread(target=stream)
        streaming.start()
        # What one site publishes, the other shows.
        assert soon(lambda: len(published) >= 1, 60)
        assert soon(lambda: b"by the first." in _body(f"{sites[1]}/kratom/us-al"))
        assert soon(lambda: len(published) >= BEFORE_THE_KILL, 60)
        hosts[0].kill()
        streaming.join(timeout=60)
        assert soon(lambda: bool(receiver.numbers), 60)
        worker.kill()
        ana.site = ben.site = sites[1]
        for number in range(AFTER_IT):
            publish(ana, ben, f"Word {number} by the second.")
            published.append(f"Word {number} by the second.")
        assert b"Word 2 by the second." in _body(f"{sites[1]}/export/kratom.json")

        undo.callback(_killed, Host(tmp_path / "worker.log", environment, "worker"))
        head = tracker.heading.now()
        assert soon(lambda: bool(receiver.numbers) and receiver.numbers[-1] == head, 120)
        heard = list(dict.fromkeys(receiver.numbers))
        assert heard == list(range(281, head + 1))
        assert integrity_check.check(tracker) == []
        stretch = Reader(tracker).stretch(280, 500)
        responses = {entry.revision.payload.notes for entry in stretch.entries}
        assert set(published) <= responses
        # At most the one that was under way when the power went was published and not heard of.
        assert len(responses) <= len(published) + 1


def _killed(host: Host) -> None:
    try:
        host.kill()
    except ValueError:
        return


def _answers(site: str) -> bool:
    try:
        return bool(_body(f"{site}/kratom/us-al"))
    except OSError:
        time.sleep(0.1)
        return False


def _body(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as response:
        body: bytes = response.read()
        return body
