"""A client of the front, on the shipped data."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.web.http.asking import Client


@pytest.fixture
def front(app: Flask) -> Iterator[Client]:
    """Asks through the front."""
    client = Client(app)
    yield client
    client.close()


@pytest.fixture
def asked(front: Client, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that Flask was asked for through the front."""
    paths: list[str] = []
    answer = front.front._application

    def noted(environ: dict, start_response: object) -> object:
        paths.append(environ["PATH_INFO"])
        return answer(environ, start_response)

    monkeypatch.setattr(front.front, "_application", noted)
    return paths
