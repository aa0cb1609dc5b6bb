"""Waiting for the feed, its heartbeat: news comes at once, and who waits costs nobody anything."""

import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from legalmap.services import feeding as feeds
from legalmap.store.engine import Store
from legalmap.web.api import feeding
from tests.store.build import NOW, a_proposal, a_publication, a_record, approved, minutes


@pytest.fixture(autouse=True)
def short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow each other quickly, so that "1 second" is 20 short steps."""
    monkeypatch.setattr(feeds, "STEP", 0.05)


def get(client: FlaskClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.json


def publish(store: Store, code: str = "us-al", topic: str = "kratom") -> None:
    with store.writing() as connection:
        a_record(connection, code, topic=topic)


def later(act: Any, *given: Any) -> threading.Timer:
    timer = threading.Timer(0.3, act, given)
    timer.start()
    return timer


def timed(client: FlaskClient, path: str) -> tuple[Any, float]:
    begun = time.perf_counter()
    answer = get(client, path)
    return answer, time.perf_counter() - begun


def test_news_that_is_there_is_not_waited_for(store: Store, writable: FlaskClient) -> None:
    publish(store)
    answer, seconds = timed(writable, "/api/v1/changes?wait=30")
    assert len(answer["changes"]) == 1
    assert seconds < 5


def test_news_that_comes_ends_the_wait(store: Store, writable: FlaskClient) -> None:
    publish(store)
    timer = later(publish, store, "us-fl")
    answer, seconds = timed(writable, "/api/v1/changes?since=1&wait=30")
    timer.join()
    assert [change["feed_no"] for change in answer["changes"]] == [2]
    assert (answer["next_since"], answer["feed_no"]) == (2, 2)
    assert 0.2 < seconds < 10


def test_without_news_the_answer_is_empty_after_the_wait(
    store: Store, writable: FlaskClient
) -> None:
    publish(store)
    answer, seconds = timed(writable, "/api/v1/changes?since=1&wait=1")
    assert (answer["changes"], answer["next_since"]) == ([], 1)
    assert seconds > 0.9


def test_news_of_another_topic_does_not_end_the_wait(store: Store, writable: FlaskClient) -> None:
    publish(store)
    timer = later(publish, store, "th", "7-oh")
    answer, seconds = timed(writable, "/api/v1/changes?since=1&wait=1&topic=kratom")
    timer.join()
    assert (answer["changes"], answer["next_since"]) == ([], 2)
    assert seconds > 0.9


def test_beyond_the_seats_nobody_waits(
    store: Store, writable: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeding, "waiting", feeds.Waiting(1))
    publish(store)
    first: list[float] = []
    path = "/api/v1/changes?since=1&wait=2"
    app = writable.application
    waiter = threading.Thread(target=lambda: first.append(timed(app.test_client(), path)[1]))
    waiter.start()
    time.sleep(0.3)
    answer, seconds = timed(writable, path)
    assert answer["changes"] == []
    assert seconds < 1
    waiter.join()
    assert first[0] > 1.5
    # The seat is free again.
    assert timed(writable, "/api/v1/changes?since=1&wait=1")[1] > 0.9


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_who_waits_holds_no_connection(
    store: Store, writable: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "STEP", 0.5)
    publish(store)
    app = writable.application
    engine = app.extensions["reader"].tracker.store.engine
    waiter = threading.Thread(
        target=lambda: app.test_client().get("/api/v1/changes?since=1&wait=1")
    )
    waiter.start()
    time.sleep(0.25)
    assert isinstance(engine.pool, sa.pool.QueuePool)
    assert engine.pool.checkedout() == 0
    waiter.join()


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
