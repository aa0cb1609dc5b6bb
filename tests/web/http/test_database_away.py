"""The database is away or full for a while: readers go on, writers are told plainly, nothing is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.services.core import feed_head
from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import integrity_check
from legalmap.store.engine import Store
from tests.patience import soon
from tests.store.build import contents, fill_shipped
from tests.store.clusters import Cluster, cluster
from tests.web.deciding import APPROVE, VERDICT
from tests.web.visit import Page, Visitor

ALABAMA = "/desk/edit/kratom/us-al"
EDIT = "#edit-form"
TYPED = {
    "note": "The statute changed.",
    "notes": "Typed while the lights went out.",
    "action": "submit",
}
READ = [
    "/",
    "/kratom/us",
    "/kratom/us-al",
    "/kratom/us-fl-sarasota-county",
    "/kratom/table",
    "/kratom/codebook",
    "/kratom?as_of=2015-01-01",
    "/7-oh",
    "/export/kratom.json",
    "/export/kratom.csv",
    "/export/7-oh.geojson",
    "/api/v1/kratom/records?limit=500",
    "/api/v1/kratom/records/us-al",
    "/api/v1/kratom/resolve?place=us-al-mobile",
]
# Never looked at before the lights went out.
UNREAD = [
    "/api/v1/kratom/records/us-ca",
    "/export/kratom.ndjson",
]


@pytest.fixture
def server(postgres_server: object) -> Iterator[Cluster]:
    """A PostgreSQL server that can be switched off, with everything data/ holds."""
    with cluster() as [found]:
        fill_shipped(found.url())
        yield found


@pytest.fixture
def served(server: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """A site that listens to that server, as one that serves does."""
    monkeypatch.setattr(feed_head, "PAUSE_SECONDS", 0.1)
    app = create_app(
        Settings(database_url=server.url(), secret_key="x" * 40, secure_cookies=False), serving=True
    )
    yield app
    app.extensions["reader"].tracker.store.close()


def sign_in(app: Flask, handle: str) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in(handle, app.extensions["reader"].tracker.store)
    return visitor


def test_the_database_goes_away_and_comes_back(server: Cluster, served: Flask) -> None:
    reader, ana, ben = Visitor(served), sign_in(served, "ana"), sign_in(served, "ben")
    before = {path: reader.http.get(path).data for path in READ}
    form = ana.get(ALABAMA).form(EDIT)
    server.stop()

    assert {path: reader.http.get(path).data for path in READ} == before
    assert {path: reader.http.get(path).status_code for path in UNREAD} == dict.fromkeys(
        UNREAD, 200
    )
    refused = _send(ana, form, status=503)
    assert refused.response.headers["Retry-After"] == "10"
    assert "cannot be used at the moment" in refused.text
    assert str(server.port) not in refused.text

    server.start()
    assert soon(lambda: ana.http.get("/desk").status_code == 200)
    again = ana.send(refused, "main form", status=200)
    assert again.one('[name="notes"]').get_text().strip() == TYPED["notes"]
    proposal = ana.send(again, EDIT, TYPED).response.headers["Location"]
    ben.send(ben.get(proposal), VERDICT, APPROVE)
    assert soon(lambda: TYPED["notes"] in reader.get("/kratom/us-al").text)
    assert integrity_check.check(served.extensions["reader"].tracker) == []


def _send(visitor: Visitor, form: object, status: int) -> Page:
    fields = form.copy()
    for name, value in TYPED.items():
        fields[name] = value
    return visitor.post(ALABAMA, fields, status=status)


@contextmanager
def full_disk(store: Store) -> Iterator[None]:
    """From here on the database cannot grow by a page."""

    def fill(connection: Any, *_rest: Any) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    sa.event.listen(store.engine, "checkout", fill)
    try:
        yield
    finally:
        sa.event.remove(store.engine, "checkout", fill)
        # The limit belongs to each connection: they go, and new ones come without it.
        store.engine.dispose()


def test_the_disk_is_full_while_somebody_publishes(app: Flask, tracker: Tracker) -> None:
    """SQLite stops at a number of pages as it stops at the end of a disk."""
    ana, ben = sign_in(app, "ana"), sign_in(app, "ben")
    page = ana.get(ALABAMA)
    proposal = ana.send(page, EDIT, TYPED).response.headers["Location"]
    verdict = ben.get(proposal)
    with tracker.store.reading() as connection:
        before = contents(connection)
    with full_disk(tracker.store):
        refused = ben.send(
            verdict,
            VERDICT,
            {**APPROVE, "comment": "c" * 4000},
            status=503,
        )
        assert "cannot be used at the moment" in refused.text
        assert Visitor(app).http.get("/kratom/us-al").status_code == 200
    with tracker.store.reading() as connection:
        assert contents(connection) == before
    ben.send(ben.get(proposal), VERDICT, APPROVE)
    assert TYPED["notes"] in Visitor(app).get("/kratom/us-al").text
    assert integrity_check.check(tracker) == []
