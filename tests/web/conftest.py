"""A real application on the shipped data, people who can sign in, and a client that checks every page."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.domain.roles import Role
from legalmap.services import accounts, loading
from legalmap.services.reading import Reader
from legalmap.services.tracker import Tracker
from legalmap.store.engine import Store
from tests.store.databases import Postgres, Refillable
from tests.web.visit import Visitor

PASSWORD = "correct horse battery"
PEOPLE = {
    "ana": Role.CONTRIBUTOR,
    "dora": Role.CONTRIBUTOR,
    "ben": Role.MODERATOR,
    "cleo": Role.MODERATOR,
}
SignedIn = Callable[[str], Visitor]


def fill(url: str) -> None:
    """The shipped data, and people."""
    store = Store(url)
    tracker = Tracker(store)
    loading.initialise(tracker)
    for handle, role in PEOPLE.items():
        accounts.add(tracker, handle, role, PASSWORD)
    store.close()


@pytest.fixture(scope="session")
def shipped_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all that ships, to be copied."""
    file = tmp_path_factory.mktemp("shipped") / "legalmap.sqlite3"
    fill(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def shipped_postgres(postgres_server: Postgres) -> Iterator[Refillable]:
    """A PostgreSQL database with all that ships, refilled for every test."""
    copy = Refillable(postgres_server, "shipped", fill)
    yield copy
    copy.close()


@pytest.fixture
def sqlite_url(shipped_file: Path, tmp_path: Path) -> str:
    """The URL of a SQLite database of this test alone."""
    file = tmp_path / "legalmap.sqlite3"
    shutil.copyfile(shipped_file, file)
    return f"sqlite:///{file}"


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on SQLite; a test that also uses ``dialect`` gets it on PostgreSQL too."""
    if "dialect" in request.fixturenames and request.getfixturevalue("dialect") == "postgresql":
        copy: Refillable = request.getfixturevalue("shipped_postgres")
        yield from _running(copy.refilled())
    else:
        yield from _running(request.getfixturevalue("sqlite_url"))


def _running(url: str) -> Iterator[Flask]:
    app = create_app(Settings(database_url=url, secret_key="x" * 40, secure_cookies=False))
    yield app
    reader: Reader = app.extensions["reader"]
    reader.tracker.store.close()


@pytest.fixture
def tracker(app: Flask) -> Tracker:
    """What the services need, for setting up what a test does not ask about."""
    found: Tracker = app.extensions["reader"].tracker
    return found


@pytest.fixture
def client(app: Flask) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(app)


@pytest.fixture
def signed_in(app: Flask) -> SignedIn:
    """Gives a visitor signed in under a name of ``PEOPLE``."""

    def sign_in(handle: str) -> Visitor:
        visitor = Visitor(app)
        visitor.post("/sign-in", {"handle": handle, "password": PASSWORD}, status=303)
        return visitor

    return sign_in
