"""What costs much is limited by address: pictures, past days, batches. Everything else is free."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

BATCH = "/api/v1/kratom/resolve"
FEW = {"picture": 2, "past": 3, "batch": 2}


@pytest.fixture
def client(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A reader of whom little is taken."""
    monkeypatch.setitem(app.config, "PER_MINUTE", FEW)
    return app.test_client()


# The sentence, the addresses asked for one after the other, and the kind that is refused in the end.
REFUSED: list[tuple[str, list[str], str]] = [
    (
        "the picture as PNG or SVG, and the frame",
        ["/kratom/map.svg", "/kratom/embed", "/kratom/map.png"],
        "picture",
    ),
    (
        "a past day of a page, of the API and of a file",
        [
            "/kratom?as_of=2020-01-01",
            "/api/v1/kratom/records?as_of=2020-01-02",
            "/export/kratom.csv?known_at=1",
            "/kratom/us-al?known_at=2",
        ],
        "past",
    ),
    (
        "pictures of past days, by whichever is reached first",
        [f"/kratom/map.svg?as_of=2020-01-0{day}" for day in (1, 2, 3)],
        "picture",
    ),
]


@pytest.mark.parametrize(
    ("paths", "kind"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_too_many_are_refused_with_the_time_to_wait(
    client: FlaskClient, paths: list[str], kind: str
) -> None:
    *free, last = paths
    assert [client.get(path).status_code for path in free] == [200] * len(free)
    refused = client.get(last)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Policy"] == f'"{kind}";q={FEW[kind]};w=60'
    assert refused.headers["RateLimit"].startswith(f'"{kind}";r=0;t=')
    assert refused.headers["Cache-Control"] == "no-store"
    # Another address is not meant, and nothing else is.
    there: Any = {"REMOTE_ADDR": "192.0.2.9"}
    assert client.get(last, environ_overrides=there).status_code == 200
    assert client.get("/kratom/us-al").status_code == 200


def test_what_is_the_same_for_all_readers_says_nothing_of_one(client: FlaskClient) -> None:
    answer = client.get("/kratom/map.svg")
    assert answer.status_code == 200
    assert "RateLimit" not in answer.headers


def test_batches_are_counted(client: FlaskClient) -> None:
    left = []
    for _ in range(2):
        answer = client.post(BATCH, json={"items": []})
        left.append(answer.headers["RateLimit"].partition(";t=")[0])
    assert left == ['"batch";r=1', '"batch";r=0']
    assert client.post(BATCH, json={"items": []}).status_code == 429
    assert client.get(f"{BATCH}?place=us-al").status_code == 200


def test_each_view_says_what_it_costs(app: Flask) -> None:
    """The server reads it too: what costs much waits for its turn."""
    costs = {name: view.cost for name, view in app.view_functions.items() if hasattr(view, "cost")}
    assert {name: cost for name, cost in costs.items() if cost} == {
        "share.map_svg": "picture",
        "share.map_png": "picture",
        "share.embed": "picture",
        "decisions.resolve_many": "batch",
    }
