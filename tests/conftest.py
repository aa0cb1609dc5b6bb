"""Fixtures every test may use: a real database of both kinds, and no way out to the network."""

import fcntl
import os
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import sqlalchemy as sa
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.services.people import passwords
from legalmap.services.places import place_names
from legalmap.store.engine import Store
from legalmap.web.http import rate_limits
from tests.redises import redis_server
from tests.store.build import CHEAP_HASHER, fill_shipped, seed
from tests.store.databases import CANNOT_START, DIALECTS, Postgres, Refillable

# Where it is SQLite alone, but for what is marked.
ON_SQLITE = ("services", "jobs")
# What “pytest” alone leaves out of the folders in ``testpaths``.
QUICK = "not slow and not postgresql"
LOOPBACK = ("localhost", "::1", "", None)


@pytest.fixture(scope="session", autouse=True)
def generous() -> Iterator[None]:
    """All tests ask from one address, thousands of times a minute. Those of the limits set them low."""
    with mock.patch.dict(rate_limits.PER_MINUTE, dict.fromkeys(rate_limits.PER_MINUTE, 1_000_000)):
        yield


@pytest.fixture(scope="session")
def common_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run share."""
    mine = tmp_path_factory.getbasetemp()
    return mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(common_folder: Path) -> Iterator[None]:
    """Each template is compiled once a run: every application would compile all it shows anew."""
    folder = common_folder / "templates"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        cache = FileSystemBytecodeCache(str(folder))
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": cache})
        yield


@pytest.fixture(scope="session", autouse=True)
def shared_names(common_folder: Path) -> Iterator[None]:
    """The index of names is made once a run: every application would keep one beside its database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place_names, "_folder", common_folder / "names")
        patch.setattr(place_names, "share_in", lambda _folder: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def hasher_of_the_site() -> Iterator[Callable[[], PasswordHasher]]:
    """Tests hash passwords cheaply; gives what makes the hasher that the site uses."""
    with pytest.MonkeyPatch.context() as patch:
        real = passwords._hasher
        patch.setattr(passwords, "_hasher", lambda: CHEAP_HASHER)
        yield real


def made_once(folder: Path, make: Callable[[str], None]) -> Path:
    """A SQLite file in a folder of its own, which the first worker makes and the others wait for.

    It is made today, also if the test that asks first lives on another day.
    """
    folder.mkdir(exist_ok=True)
    file, half = folder / "legalmap.sqlite", folder / "half.sqlite"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            with time_machine.travel(_today()):
                make(f"sqlite:///{half}")
            half.rename(file)
    return file


def _today() -> float:
    """The time of the clock on the wall, in seconds since 1970."""
    escape = time_machine.escape_hatch
    return escape.time.time() if escape.is_travelling() else time.time()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL server of our own, one for each worker. CI must have it; a laptop may not."""
    try:
        server = Postgres()
    except CANNOT_START as error:
        reason = f"POSTGRESQL IS NOT TESTED: it cannot start here ({error!r})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis on loopback, one for each worker. Who uses it empties it first."""
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(common_folder: Path) -> Path:
    """A SQLite file with tables, places and accounts, to be copied."""
    return made_once(common_folder / "seeded", seed)


@pytest.fixture(scope="session")
def postgres_copy(postgres_server: Postgres) -> Iterator[Refillable]:
    """A PostgreSQL database with tables, places and accounts, refilled for every test."""
    copy = Refillable(postgres_server, "test", seed)
    yield copy
    copy.close()


def pytest_configure(config: pytest.Config) -> None:
    """“pytest” alone is the quick part, for in between; “pytest tests” is everything."""
    alone = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if alone and not config.option.markexpr:
        config.option.markexpr = QUICK


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say so."""
    if config.option.markexpr == QUICK:
        return "The quick part: domain, conventions and services. “pytest tests” runs everything."
    return None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what needs PostgreSQL."""
    case = getattr(item, "callspec", None)
    if case is not None and case.params.get("dialect") == "postgresql":
        item.add_marker("postgresql")


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    """Both databases, one after the other: whoever uses this runs twice, or as is said below."""
    return request.param


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What is no statement of SQL is the same on each database: services are tried on SQLite.

    On PostgreSQL runs what is marked ``both_databases`` there, and all of the store, which has the
    statements.
    """
    named = {mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")}
    if "dialect" not in metafunc.fixturenames or "dialect" in named:
        return
    room = metafunc.definition.path.relative_to(Path(__file__).parent).parts[0]
    on_both = metafunc.definition.get_closest_marker("both_databases")
    both = on_both is not None or room not in ON_SQLITE
    metafunc.parametrize("dialect", DIALECTS if both else DIALECTS[:1], indirect=True)


@pytest.fixture
def empty_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table; on SQLite the file is not there yet."""
    if dialect == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite'}"
    return request.getfixturevalue("postgres_server").create("empty")


@pytest.fixture
def store(dialect: str, request: pytest.FixtureRequest) -> Iterator[Store]:
    """A database with places and accounts but no records, on SQLite and on PostgreSQL."""
    if dialect == "sqlite":
        yield request.getfixturevalue("sqlite_store")
        return
    store = Store(request.getfixturevalue("postgres_copy").refilled())
    yield store
    store.close()


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """The same on SQLite only: for tests in which the database makes no difference."""
    file = tmp_path / "legalmap.sqlite"
    shutil.copyfile(sqlite_template, file)
    store = Store(f"sqlite:///{file}")
    yield store
    store.close()


class Buffered(FlaskClient):
    """Takes an answer whole and closes it, as every server does: behind it may be an open file."""

    def open(self, *asked: Any, buffered: bool = True, **more: Any) -> TestResponse:
        """What the application answers."""
        return super().open(*asked, buffered=buffered, **more)


Flask.test_client_class = Buffered


class StrangerCalled(RuntimeError):
    """A test tried to reach a host other than this machine."""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse to look up or connect to anything but this machine."""
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    look_up = socket.getaddrinfo

    def guarded_look_up(host: Any, *rest: Any, **named: Any) -> Any:
        _refuse_stranger(host)
        return look_up(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_stranger(address[0])
        return connect(self, address)

    return guarded


def _refuse_stranger(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name not in LOOPBACK and not name.startswith("127."):
        raise StrangerCalled(f"Tests do not talk to {name}.")


@pytest.fixture(scope="session")
def shipped_template(common_folder: Path) -> Path:
    """A SQLite file with everything data/ holds, and the people of ``PEOPLE``, to be copied."""
    return made_once(common_folder / "shipped", fill_shipped)


@pytest.fixture
def shipped_store(shipped_template: Path, tmp_path: Path) -> Iterator[Store]:
    """The real data on SQLite, a copy for this test alone."""
    file = tmp_path / "shipped.sqlite"
    shutil.copyfile(shipped_template, file)
    store = Store(f"sqlite:///{file}")
    yield store
    store.close()


def app_on(url: str) -> Flask:
    """The application on a database."""
    return create_app(Settings(database_url=url, secret_key="x" * 40, secure_cookies=False))


@pytest.fixture
def app(shipped_store: Store) -> Iterator[Flask]:
    """The whole application on the real data."""
    app = app_on(shipped_store.engine.url.render_as_string(hide_password=False))
    yield app
    app.extensions["reader"].tracker.store.close()


@pytest.fixture(scope="session")
def reading_app(
    shipped_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The same for all tests that only read: who writes is refused."""
    file = shutil.copyfile(shipped_template, tmp_path_factory.mktemp("reading") / "legalmap.sqlite")
    app = app_on(f"sqlite:///{file}")
    store: Store = app.extensions["reader"].tracker.store
    sa.event.listen(store.engine, "connect", _refuse_writing)
    store.engine.dispose()
    yield app
    store.close()


def _refuse_writing(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA query_only = 1")
