"""One application on the real data for all tests that only read, on a day that does not pass."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from legalmap.store.engine import Store
from tests.conftest import app_on
from tests.store.build import NOW


@pytest.fixture(autouse=True)
def frozen_day() -> Iterator[None]:
    """The 23rd of November 2026, at noon in UTC."""
    with time_machine.travel(NOW, tick=False):
        yield


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
