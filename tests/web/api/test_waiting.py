"""Waiting for the feed, its heartbeat: news comes at once, and who waits costs nobody anything."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from legalmap.services.exporting import feed as feeds
from legalmap.store.engine import Store
from legalmap.web.api import feed
from tests.store.build import NOW, a_proposal, a_publication, a_record, approved, minutes


class Pauses:
    """The pauses of those who wait: what happens in which one; none of them takes any time."""

    def __init__(self) -> None:
        self.counted = 0
        self.acts: dict[int, Callable[[], object]] = {}

    def wait(self, seconds: float) -> None:
        """One step of a wait."""
        assert seconds == feeds.STEP
        self.counted += 1
        self.acts.pop(self.counted, lambda: None)()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    """Instead of the pauses of half a second."""
    recorded = Pauses()
    monkeypatch.setattr(feeds, "Event", lambda: recorded)
    return recorded


def get(client: FlaskClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.json


def publish(store: Store, code: str = "us-al", topic: str = "kratom") -> None:
    with store.writing() as connection:
        a_record(connection, code, topic=topic)


def test_news_that_is_there_is_not_waited_for(
    store: Store, writable: FlaskClient, pauses: Pauses
) -> None:
    publish(store)
    answer = get(writable, "/api/v1/changes?wait=30")
    assert len(answer["changes"]) == 1
    assert pauses.counted == 0


def test_news_that_comes_ends_the_wait(store: Store, writable: FlaskClient, pauses: Pauses) -> None:
    publish(store)
    pauses.acts[3] = lambda: publish(store, "us-fl")
    answer = get(writable, "/api/v1/changes?since=1&wait=30")
    assert [change["feed_no"] for change in answer["changes"]] == [2]
    assert (answer["next_since"], answer["feed_no"]) == (2, 2)
    assert pauses.counted == 3


@pytest.mark.parametrize(("wait", "steps"), [("0", 0), ("1", 2), ("30", 60)])
def test_without_news_the_answer_is_empty_after_the_wait(
    store: Store, writable: FlaskClient, pauses: Pauses, wait: str, steps: int
) -> None:
    publish(store)
    answer = get(writable, f"/api/v1/changes?since=1&wait={wait}")
    assert (answer["changes"], answer["next_since"]) == ([], 1)
    assert pauses.counted == steps


def test_a_second_is_waited_as_a_second(store: Store, writable: FlaskClient) -> None:
    publish(store)
    begun = time.perf_counter()
    get(writable, "/api/v1/changes?since=1&wait=1")
    assert time.perf_counter() - begun > 0.9


def test_news_of_another_topic_does_not_end_the_wait(
    store: Store, writable: FlaskClient, pauses: Pauses
) -> None:
    publish(store)
    pauses.acts[1] = lambda: publish(store, "th", "7-oh")
    answer = get(writable, "/api/v1/changes?since=1&wait=1&topic=kratom")
    assert (answer["changes"], answer["next_since"]) == ([], 2)
    assert pauses.counted == 2


def test_beyond_the_seats_nobody_waits(
    store: Store, writable: FlaskClient, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "waiting", feeds.Waiting(1))
    publish(store)
    path = "/api/v1/changes?since=1&wait=2"
    other, meanwhile = writable.application.test_client(), []

    def ask() -> None:
        meanwhile.append((get(other, path)["changes"], pauses.counted))

    pauses.acts[2] = lambda: in_a_thread(ask)
    assert get(writable, path)["changes"] == []
    assert (meanwhile, pauses.counted) == ([([], 2)], 4)
    # The seat is free again.
    get(writable, path)
    assert pauses.counted == 8


def in_a_thread(act: Callable[[], object]) -> None:
    """As another thread of the server would do it, and to the end."""
    thread = threading.Thread(target=act)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_who_waits_holds_no_connection(store: Store, writable: FlaskClient, pauses: Pauses) -> None:
    publish(store)
    engine = writable.application.extensions["reader"].tracker.store.engine
    assert isinstance(engine.pool, sa.pool.QueuePool)
    held: list[int] = []
    for number in (1, 2):
        pauses.acts[number] = lambda: held.append(engine.pool.checkedout())
    get(writable, "/api/v1/changes?since=1&wait=1")
    assert held == [0, 0]


@pytest.mark.parametrize("wait", ["31", "-1", "x", "1.5"])
def test_a_wait_is_bounded(writable: FlaskClient, wait: str) -> None:
    response = writable.get(f"/api/v1/changes?wait={wait}")
    assert response.status_code == 400
    assert response.json["errors"][0]["field"] == "wait"
    assert "0 to 30" in response.json["detail"]


def test_the_heartbeat_of_an_empty_tracker(writable: FlaskClient) -> None:
    answer = get(writable, "/api/v1/heartbeat")
    assert (answer["feed_no"], answer["sha256"]) == (0, None)
    assert answer["published_at"] is answer["verified_at"] is None
    assert answer["server_time"] == "2026-11-23T12:00:00.000000+00:00"


def test_the_heartbeat_tells_publications_from_checks(store: Store, writable: FlaskClient) -> None:
    with store.writing() as connection:
        shipped = a_record(connection, at=minutes(-60))
        check = a_proposal(connection, shipped, kind="verify", at=minutes(-50))
        approved(connection, check, at=minutes(-40))
        edited = a_publication(connection, a_record(connection, "us-fl", at=minutes(-30)), at=NOW)
    answer = get(writable, "/api/v1/heartbeat")
    newest = get(writable, "/api/v1/changes")["changes"][-1]
    assert answer["feed_no"] == newest["feed_no"] == edited.feed_no
    assert answer["sha256"] == newest["sha256"]
    assert answer["published_at"] == newest["at"]
    assert answer["verified_at"] == "2026-11-23T11:20:00.000000+00:00"
    assert writable.get("/api/v1/heartbeat?x=1").status_code == 400
