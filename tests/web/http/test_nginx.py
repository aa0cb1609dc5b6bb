"""The documented nginx in front of a real site: hits never reach Python, publications show in a second."""

import http.client
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask

from legalmap import paths
from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.services.core.tracker import Tracker
from legalmap.store.engine import Store
from legalmap.web.http.front import Front
from tests.build import a_payload, a_period
from tests.patience import soon
from tests.services.build import decide, propose
from tests.store.build import PASSWORD
from tests.store.clusters import free_port
from tests.web.http.threaded import serve

CONFIGURATION = paths.STATIC.parent / "nginx.conf"
AROUND = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    fastcgi_temp_path {folder}/fastcgi;
    proxy_temp_path {folder}/proxy;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
{server}
}}
"""


class Site:
    """A site behind nginx: what its own server was asked, and how to ask nginx."""

    def __init__(self, port: int, asked: list[str], stop: Callable[[], None]) -> None:
        self.port, self.asked, self.stop = port, asked, stop

    def get(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        """Ask nginx."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET", path, headers=named)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()


@pytest.fixture
def app(shipped_store: Store) -> Iterator[Flask]:
    """The application as it stands behind one proxy."""
    url = shipped_store.engine.url.render_as_string(hide_password=False)
    app = create_app(
        Settings(database_url=url, secret_key="x" * 40, secure_cookies=False, behind_proxy=1)
    )
    yield app
    app.extensions["reader"].tracker.store.close()


@pytest.fixture
def site(app: Flask, tmp_path: Path) -> Iterator[Site]:
    """nginx as documented, but for its ports and folder, in front of the application."""
    program = shutil.which("nginx")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("NGINX IS NOT TESTED: install Debian's “nginx-light”.")
        pytest.skip("NGINX IS NOT TESTED: install Debian's “nginx-light”.")
    asked: list[str] = []

    front = Front(app)
    answer = front.__rsgi__

    async def counted(scope: Any, protocol: Any) -> None:
        asked.append(scope.path)
        await answer(scope, protocol)

    with ExitStack() as undo:
        behind, stop = serve(counted)
        undo.callback(front.close)
        undo.callback(stop)
        port = free_port()
        nginx = subprocess.Popen(
            [
                program,
                "-e",
                f"{tmp_path}/early.log",
                "-c",
                _configured(tmp_path, port, behind),
            ]
        )
        undo.callback(nginx.wait, 20)
        undo.callback(nginx.terminate)
        found = Site(port, asked, stop)
        assert soon(lambda: _answers(found)), (tmp_path / "error.log").read_text()
        asked.clear()
        yield found


def _configured(folder: Path, port: int, behind: int) -> str:
    text = CONFIGURATION.read_text(encoding="utf-8")
    for true, ours in {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{behind};",
        "listen 80;": f"listen 127.0.0.1:{port};",
        "/var/cache/nginx/legalmap": f"{folder}/kept",
    }.items():
        assert text.count(true) == 1, true
        text = text.replace(true, ours)
    file = folder / "nginx.conf"
    # As root it would serve as another user, who cannot read this folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    file.write_text(user + AROUND.format(folder=folder, server=text), encoding="utf-8")
    return str(file)


def _answers(site: Site) -> bool:
    try:
        return site.get("/kratom/codebook")[0].status == 200
    except OSError:
        return False


def test_a_hit_never_reaches_python(site: Site) -> None:
    """Hundreds within a few seconds cost one answer a second at most."""
    begun = time.monotonic()
    bodies = {site.get("/kratom/us-al")[1] for _ in range(300)}
    seconds = time.monotonic() - begun
    assert len(bodies) == 1
    assert len(site.asked) <= seconds + 2
    assert len(site.asked) < 100


def test_a_publication_shows_within_a_second(site: Site, tracker: Tracker) -> None:
    """What is kept may be a second old and no older, also if nobody had asked for a while."""
    for note in ("First news.", "Second news."):
        site.get("/kratom/us-al")
        base = 0 if note.startswith("First") else 1
        law = a_payload(a_period(None, "banned"), notes=note)
        decide(tracker, propose(tracker, law, base_number=base))
        time.sleep(1.05)
        assert note.encode() in site.get("/kratom/us-al")[1]


def test_each_coding_is_kept_for_itself(site: Site) -> None:
    plain = site.get("/export/kratom.json")[1]
    packed = {"Accept_Encoding": "br, gzip, deflate"}
    for _ in range(2):
        answer, body = site.get("/export/kratom.json", **packed)
        assert answer.headers["Content-Encoding"] == "br"
        assert brotli.decompress(body) == plain
        assert "Content-Encoding" not in site.get("/export/kratom.json")[0].headers
    etag = answer.headers["ETag"]
    assert (
        site.get("/export/kratom.json", Accept_Encoding="br", If_None_Match=etag)[0].status == 304
    )


def test_who_is_signed_in_is_never_given_what_is_kept(site: Site, app: Flask) -> None:
    ana = app.test_client()
    ana.post("/sign-in", data={"handle": "ana", "password": PASSWORD})
    cookie = ana.get_cookie("legalmap-session")
    assert cookie is not None
    site.get("/kratom/us-al")
    mine = site.get("/kratom/us-al", Cookie=f"legalmap-session={cookie.value}")[1]
    assert b"Sign out" in mine
    assert b"Sign out" not in site.get("/kratom/us-al")[1]


@pytest.mark.parametrize(
    "path", ["/kratom/nowhere", "/api/v1/heartbeat", "/search?q=mobile", "/about"]
)
def test_what_is_not_the_same_for_all_is_asked_each_time(site: Site, path: str) -> None:
    for _ in range(3):
        site.get(path)
    assert len(site.asked) == 3


def test_while_the_site_is_away_what_was_kept_is_served(site: Site) -> None:
    before = {path: site.get(path)[1] for path in ("/", "/kratom/us-al", "/export/kratom.json")}
    site.stop()
    time.sleep(1.05)
    for path, body in before.items():
        answer, found = site.get(path)
        assert (answer.status, answer.headers["X-Cache"]) == (200, "STALE")
        assert found == body
    assert site.get("/kratom/us-tn")[0].status == 502


def test_the_page_for_operators_points_to_it() -> None:
    page = (paths.DATA.parent / "docs" / "operating.md").read_text(encoding="utf-8")
    assert "](../legalmap/web/nginx.conf)" in page
