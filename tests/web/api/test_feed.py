"""The feed after a publication, on both databases: in order, whole, and verifiable by a stranger."""

import hashlib
import json
from typing import Any

from flask.testing import FlaskClient

from legalmap.store.engine import Store
from tests.build import a_payload, a_period
from tests.store.build import (
    a_publication,
    a_record,
    an_unresearched_record,
    minutes,
)

NO_HASH = "0" * 64


def get(client: FlaskClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.json


def published(store: Store) -> None:
    """Four publications: us-al and th as shipped, us-al changed, us-fl researched."""
    with store.writing() as connection:
        alabama = a_record(connection, "us-al", at=minutes(-50))
        a_record(connection, "th", topic="7-oh", at=minutes(-40))
        banned = a_payload(a_period(), a_period("2020-05", "banned"))
        a_publication(connection, alabama, banned, at=minutes(-30))
        a_publication(connection, an_unresearched_record(connection, "us-fl"), at=minutes(-20))


def test_the_feed_tells_each_change_with_before_and_after(
    store: Store, writable: FlaskClient
) -> None:
    published(store)
    answer = get(writable, "/api/v1/changes")
    assert [change["feed_no"] for change in answer["changes"]] == [1, 2, 3, 4]
    assert (answer["next_since"], answer["head"], answer["feed_no"]) == (4, 4, 4)
    shipped, _, edited, first = answer["changes"]
    assert shipped["before"] is None
    assert shipped["reviewer"] is None
    assert edited["before"] == shipped["after"]
    assert edited["after"]["periods"][1]["status"] == "banned"
    assert edited["changed"] == ["periods.2020-05"]
    assert (edited["author"], edited["reviewer"]) == ("ana", "ben")
    assert first["before"] is None
    assert first["base"] is None


def test_a_stranger_can_verify_the_chain_from_the_answers_alone(
    store: Store, writable: FlaskClient
) -> None:
    published(store)
    previous = NO_HASH
    for change in get(writable, "/api/v1/changes")["changes"]:
        payload = json.dumps(
            change["after"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        assert hashlib.sha256(payload.encode()).hexdigest() == change["payload_sha256"]
        names = ("feed_no", "topic", "jurisdiction", "revision", "payload_sha256", "at")
        entry = json.dumps(
            {name: change[name] for name in names},
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        )
        assert change["prev_sha256"] == previous
        previous = hashlib.sha256(f"{previous}\n{entry}".encode()).hexdigest()
        assert change["sha256"] == previous


def test_following_next_since_sees_every_change_of_a_topic_once(
    store: Store, writable: FlaskClient
) -> None:
    published(store)
    seen, since = [], 0
    for _ in range(4):
        answer = get(writable, f"/api/v1/changes?since={since}&limit=1&topic=kratom")
        seen += [change["feed_no"] for change in answer["changes"]]
        since = answer["next_since"]
    assert seen == [1, 3, 4]
    assert since == answer["head"] == 4


def test_a_publication_shows_at_once_and_the_past_stays_to_the_byte(
    store: Store, writable: FlaskClient
) -> None:
    addresses = [
        "/export/kratom.json?known_at=1&as_of=2026-11-23",
        "/export/kratom.csv?known_at=1&as_of=2026-11-23",
        "/api/v1/kratom/records?known_at=1",
        "/api/v1/kratom/records/us-al?known_at=1",
        "/api/v1/kratom/records/us-al/revisions?known_at=1",
        "/api/v1/kratom/resolve?place=us-al-mobile&known_at=1",
    ]
    with store.writing() as connection:
        alabama = a_record(connection, "us-al", at=minutes(-50))
    before = [writable.get(address) for address in addresses]
    assert get(writable, "/api/v1/kratom/resolve?place=us-al-mobile")["status"] == "legal"
    with store.writing() as connection:
        banned = a_payload(a_period(), a_period("2020-05", "banned"))
        a_publication(connection, alabama, banned, at=minutes(-30))
    for response, address in zip(before, addresses, strict=True):
        again = writable.get(address)
        assert again.data == response.data, address
        assert again.headers["ETag"] == response.headers["ETag"]
    assert get(writable, "/api/v1/kratom/resolve?place=us-al-mobile")["status"] == "banned"
    assert get(writable, "/export/kratom.json")["records"][0]["status"] == "banned"
    at_that_time = "/api/v1/kratom/records/us-al?known_at=2026-11-23T11:20:00Z"
    assert get(writable, at_that_time)["record"]["status"] == "legal"


def test_revisions_are_told_newest_first_and_only_if_published(
    store: Store, writable: FlaskClient
) -> None:
    published(store)
    revisions = get(writable, "/api/v1/kratom/records/us-al/revisions")["revisions"]
    assert [revision["number"] for revision in revisions] == [1, 0]
    assert [revision["status"] for revision in revisions] == ["banned", "legal"]
    unresearched = writable.get("/api/v1/kratom/records/us-fl/revisions/0")
    assert unresearched.status_code == 404
    assert unresearched.json["near"] == ["1"]


def test_an_empty_tracker_answers_too(writable: FlaskClient) -> None:
    assert get(writable, "/api/v1/changes")["head"] == 0
    assert get(writable, "/api/v1/topics")["feed_no"] == 0
    assert get(writable, "/api/v1/kratom/records")["records"] == []
    assert get(writable, "/export/kratom.json")["counts"]["records"] == 0
    assert writable.get("/export/kratom.csv").data.count(b"\r\n") == 1
    assert get(writable, "/export/kratom.geojson")["features"] == []
    assert "Last-Modified" not in writable.get("/export/kratom.json").headers
