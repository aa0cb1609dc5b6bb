"""Headers: strong ETags, 304, HEAD, how long an answer may be kept, open to every origin."""

import hashlib
from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient

from legalmap.store.engine import Store
from tests.store.build import a_record, minutes

ADDRESSES = [
    "/api/v1/topics",
    "/api/v1/topics/7-oh",
    "/api/v1/jurisdictions",
    "/api/v1/jurisdictions?q=Mobile",
    "/api/v1/jurisdictions/us-al",
    "/api/v1/kratom/records?limit=3",
    "/api/v1/kratom/records/us-al",
    "/api/v1/kratom/records/us-al/revisions",
    "/api/v1/kratom/records/us-al/revisions/0",
    "/api/v1/kratom/resolve?place=us-al",
    "/api/v1/changes?since=260",
    "/export/7-oh.json",
    "/export/7-oh.ndjson",
    "/export/7-oh.csv",
    "/export/7-oh.geojson",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_carries_the_hash_of_its_bytes_and_how_long_it_may_be_kept(
    client: FlaskClient, address: str
) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["ETag"] == f'"{hashlib.sha256(response.data).hexdigest()}"'
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert 'rel="license"' in response.headers["Link"]
    assert "Set-Cookie" not in response.headers
    # Nothing depends on who asks: only on the coding and, for what has a past, on the moment.
    assert set(response.vary) <= {"Accept-Encoding", "Accept-Datetime"}
    assert "Accept-Encoding" in response.vary
    assert response.last_modified is not None


@pytest.mark.parametrize("address", [a for a in ADDRESSES if "csv" not in a and "ndjson" not in a])
def test_an_answer_says_of_which_edition_and_day_it_is_and_its_licence(
    client: FlaskClient, address: str
) -> None:
    answer = client.get(address).json
    assert (answer["feed_no"], answer["as_of"]) == (280, "2026-11-23")
    assert answer["licence"] == "CC0-1.0"
    assert answer["licence_url"].startswith("https://creativecommons.org/publicdomain/zero/")


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_has_the_answer_gets_304_without_a_body(client: FlaskClient, address: str) -> None:
    held = client.get(address).headers["ETag"]
    for condition in (held, f"W/{held}", f'"other", {held}', "*"):
        response = client.get(address, headers={"If-None-Match": condition})
        assert (response.status_code, response.data) == (304, b""), condition
        assert response.headers["ETag"] == held
        assert response.headers["Cache-Control"]
        assert "Content-Type" not in response.headers
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_tells_the_same_without_the_body(client: FlaskClient, address: str) -> None:
    whole, head = client.get(address), client.head(address)
    assert head.status_code == 200
    assert head.data == b""
    for name in ("ETag", "Content-Length", "Content-Type", "Last-Modified", "Cache-Control"):
        assert head.headers[name] == whole.headers[name]


def test_a_page_of_another_origin_may_ask_with_a_condition(client: FlaskClient) -> None:
    response = client.options(
        "/api/v1/topics",
        headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"},
    )
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in response.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_last_modified_is_the_publication_or_the_day_the_answer_is_for(
    store: Store, writable: FlaskClient
) -> None:
    with store.writing() as connection:
        a_record(connection, "us-al", at=minutes(-50))
    published = datetime(2026, 11, 23, 11, 10, tzinfo=UTC)
    address = "/api/v1/kratom/resolve?place=us-al"
    assert writable.get(address).last_modified == published
    with time_machine.travel(datetime(2026, 11, 25, 9, tzinfo=UTC), tick=False):
        # Freshness is counted to today, so each day brings a new answer.
        assert writable.get(address).last_modified == datetime(2026, 11, 25, tzinfo=UTC)
        assert writable.get(f"{address}&as_of=2026-11-23").last_modified == published


def test_same_second_publications_are_told_apart_by_the_etag_alone(client: FlaskClient) -> None:
    response = client.get("/export/7-oh.csv")
    again = client.get(
        "/export/7-oh.csv", headers={"If-Modified-Since": response.headers["Last-Modified"]}
    )
    assert again.status_code == 200
