"""One application on the real data for all tests that only read, on a day that does not pass."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.store.engine import Store
from tests.store.build import NOW


@pytest.fixture(autouse=True)
def frozen_day() -> Iterator[None]:
    """The 23rd of November 2026, at noon in UTC."""
    with time_machine.travel(NOW, tick=False):
        yield


def app_on(url: str) -> Flask:
    """The application on a database."""
    return create_app(Settings(database_url=url, secret_key="x" * 40, secure_cookies=False))


@pytest.fixture(scope="session")
def reading_app(
    shipped_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The application on everything data/ holds. Nothing may be written here."""
    file = tmp_path_factory.mktemp("reading") / "legalmap.sqlite"
    shutil.copyfile(shipped_template, file)
    app = app_on(f"sqlite:///{file}")
    yield app
    app.extensions["reader"].tracker.store.close()


@pytest.fixture
def client(reading_app: Flask) -> FlaskClient:
    """A tool that asks, for the first time: the clock stands still, so calls would add up."""
    reading_app.extensions["limiter"].forget()
    return reading_app.test_client()


@pytest.fixture
def writable(store: Store) -> Iterator[FlaskClient]:
    """A tool that asks an application on a database of this test alone, of both kinds."""
    app = app_on(store.engine.url.render_as_string(hide_password=False))
    yield app.test_client()
    app.extensions["reader"].tracker.store.close()
