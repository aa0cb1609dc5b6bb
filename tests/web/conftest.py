"""A real application on the shipped data, people who can sign in, and a client that checks every page."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from legalmap.services.core.tracker import Tracker
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from tests.conftest import app_on
from tests.store.build import fill_shipped
from tests.store.databases import Postgres, Refillable
from tests.web.site import Site
from tests.web.visit import Visitor

SignedIn = Callable[[str], Visitor]


@pytest.fixture(scope="session")
def shipped_postgres(postgres_server: Postgres) -> Iterator[Refillable]:
    """A PostgreSQL database with all that ships, refilled for every test."""
    copy = Refillable(postgres_server, "shipped", fill_shipped)
    yield copy
    copy.close()


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on SQLite; a test that also uses ``dialect`` gets it on PostgreSQL too."""
    if request.node.get_closest_marker("reads"):
        shared: Flask = request.getfixturevalue("reading_app")
        shared.extensions["limiter"].forget()
        yield shared
    elif "dialect" in request.fixturenames and request.getfixturevalue("dialect") == "postgresql":
        copy: Refillable = request.getfixturevalue("shipped_postgres")
        yield from _running(copy.refilled())
    else:
        store: Store = request.getfixturevalue("shipped_store")
        yield from _running(store.engine.url.render_as_string(hide_password=False))


def _running(url: str) -> Iterator[Flask]:
    app = app_on(url)
    yield app
    reader: Reader = app.extensions["reader"]
    reader.tracker.store.close()


@pytest.fixture
def tracker(app: Flask) -> Tracker:
    """What the services need, for setting up what a test does not ask about."""
    tracker_of_app: Tracker = app.extensions["reader"].tracker
    return tracker_of_app


@pytest.fixture
def client(app: Flask) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(app)


@pytest.fixture
def signed_in(app: Flask, tracker: Tracker) -> SignedIn:
    """Gives a visitor signed in under one of the names of tests.store.build."""

    def sign_in(handle: str) -> Visitor:
        visitor = Visitor(app)
        visitor.sign_in(handle, tracker.store)
        return visitor

    return sign_in


@pytest.fixture(scope="module")
def site(shipped_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running site for all tests of a module, with people of every role."""
    file = shutil.copyfile(shipped_template, tmp_path_factory.mktemp("site") / "legalmap.sqlite")
    for app in _running(f"sqlite:///{file}"):
        yield Site(app)
