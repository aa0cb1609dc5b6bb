"""Every way in which a request to the API can be refused, in one table, each as problem details."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from legalmap.web.api import deprecation

MEDIA_TYPE = "application/problem+json"
RECORDS, RESOLVE = "/api/v1/kratom/records", "/api/v1/kratom/resolve"
CURSOR = "eyJhZnRlciI6ImFkIiwicXVlcnkiOiIwMDAwMDAwMDAwMDAwMDAwIiwiZmVlZF9ubyI6MSwiYXNfb2YiOiIyMDI2LTAxLTAxIn0"


def post(content: bytes | str, media_type: str = "application/json") -> dict[str, Any]:
    return {"method": "POST", "data": content, "content_type": media_type}


def accept(value: str) -> dict[str, Any]:
    return {"headers": {"Accept": value}}


REFUSALS: dict[str, tuple[str, dict[str, Any], int, str]] = {
    # An address, how it is asked, the status, and words of the detail.
    "a body in a form": (
        RESOLVE,
        post("place=us", "application/x-www-form-urlencoded"),
        415,
        "Send",
    ),
    "a body in XML": (RESOLVE, post("<items/>", "text/xml"), 415, "application/json"),
    "a body of no type": (RESOLVE, {"method": "POST", "data": b"{}"}, 415, "application/json"),
    "HTML alone is accepted": (RECORDS, accept("text/html"), 406, "application/json"),
    "JSON is excluded": (RECORDS, accept("application/json;q=0, text/csv"), 406, "*/*"),
    "XML of one place": (f"{RESOLVE}?place=us", accept("application/xml"), 406, "application/json"),
    "HTML of the document": ("/api/v1/openapi.json", accept("text/html"), 406, "application/json"),
    "HTML of a batch": (RESOLVE, {**post("{}"), **accept("text/html")}, 406, "speaks"),
    "no JSON at all": (RESOLVE, post(""), 400, "line 1, column 1"),
    "JSON cut short": (RESOLVE, post('{"items": ['), 400, "line 1, column 12"),
    "a comma too many": (RESOLVE, post('{"items":\n [1,]}'), 400, "line 2, column 5"),
    "bytes that are no UTF-8": (RESOLVE, post(b'{"items": ["\xff"]}'), 400, "line 1, column 13"),
    "JSON of another shape": (RESOLVE, post("[]"), 422, "$"),
    "items that are no list": (RESOLVE, post('{"items": 1}'), 422, "$.items"),
    "a key nobody knows": (RESOLVE, post('{"items": [], "as_of": ""}'), 422, "as_of"),
    "a batch over the limit": (
        RESOLVE,
        post(json.dumps({"items": [{"place": "us"}] * 1_001})),
        413,
        "1,000",
    ),
    "a batch of too many bytes": (RESOLVE, post(b'{"items": [' + b" " * 1_000_000), 413, "bytes"),
    "an unknown parameter": (f"{RECORDS}?statu=banned", {}, 400, "Did you mean status?"),
    "an unknown parameter of a batch": (f"{RESOLVE}?knownat=1", post("{}"), 400, "known_at"),
    "an unknown field": (f"{RECORDS}?fields=statu", {}, 400, "not a key here"),
    "an unknown field below": (f"{RECORDS}?fields=jurisdiction.cod", {}, 400, "code"),
    "a field of a word": (f"{RECORDS}?fields=status.code", {}, 400, "not a key here"),
    "an empty field": (f"{RECORDS}?fields=status,", {}, 400, "not a key here"),
    "fields where none are taken": ("/api/v1/kratom/check?fields=verdict", {}, 400, "no such"),
    "a cursor of another query": (f"{RECORDS}?cursor={CURSOR}", {}, 400, "another query"),
    "a cursor nobody gave": (f"{RECORDS}?cursor=x", {}, 400, "as it is"),
    "a feed number to come": (f"{RECORDS}?known_at=999999", {}, 400, "ends at 280"),
    "an instant to come": (f"{RECORDS}?known_at=2099-01-01T00:00:00Z", {}, 400, "future"),
    "a batch of the future": (f"{RESOLVE}?known_at=2099-01-01", post("{}"), 400, "future"),
    "a topic that does not exist": ("/api/v1/kratos/records", {}, 404, "kratos"),
    "a topic that does not exist, to check": ("/api/v1/kratos/check?place=us", {}, 404, "kratos"),
    "a topic that does not exist, in a batch": (
        "/api/v1/kratos/resolve",
        post('{"items": []}'),
        404,
        "kratos",
    ),
    "an ISO code of three letters": ("/api/v1/jurisdictions?iso=USA", {}, 400, "ISO 3166"),
    "a FIPS code of three digits": ("/api/v1/jurisdictions?fips=121", {}, 400, "10 digits"),
    "an id of no division": ("/api/v1/jurisdictions?ocd=us/al", {}, 400, "ocd-division"),
    "one place to compare": ("/api/v1/kratom/compare?place=us", {}, 400, "2 to 12 times"),
    "one place twice": ("/api/v1/kratom/compare?place=us&place=us", {}, 400, "another value"),
    "thirteen places": (
        "/api/v1/kratom/compare?" + "&".join(f"place=us-{n}" for n in range(13)),
        {},
        400,
        "2 to 12 times",
    ),
    "a place nobody knows": ("/api/v1/kratom/compare?place=us&place=us-all", {}, 404, "us-all"),
    "an age in words": ("/api/v1/kratom/check?place=us&age=old", {}, 400, "0 to 150"),
    "a kind of product nobody knows": (
        "/api/v1/kratom/check?place=us&product=leaves",
        {},
        400,
        "leaf, extract",
    ),
    "a share over the whole": (
        "/api/v1/kratom/check?place=us&seven_oh_percent=101",
        {},
        400,
        "0 to 100",
    ),
    "nothing to check": ("/api/v1/kratom/check?age=30", {}, 400, "exactly one"),
}


@pytest.mark.parametrize(
    ("address", "how", "status", "words"), REFUSALS.values(), ids=list(REFUSALS)
)
def test_what_is_wrong_is_said_in_one_shape(
    client: FlaskClient, address: str, how: dict[str, Any], status: int, words: str
) -> None:
    client.application.extensions["limiter"].forget()
    response = client.open(address, **how)
    assert (response.status_code, response.content_type) == (status, MEDIA_TYPE)
    problem = response.json
    assert set(problem) == {"type", "title", "status", "detail", "instance", "errors", "near"}
    assert problem["status"] == status
    assert words in problem["detail"]
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "value", ["", "*/*", "application/*", "application/json", "text/html, */*;q=0.1", MEDIA_TYPE]
)
def test_who_accepts_json_in_any_words_gets_it(client: FlaskClient, value: str) -> None:
    assert client.get(RECORDS, headers={"Accept": value}).status_code == 200


def test_a_route_on_its_way_out_says_so_and_no_other_does(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deprecation.RETIRED == {}
    assert "Deprecation" not in client.get(f"{RESOLVE}?place=us").headers
    gone = deprecation.Retired(
        since=datetime(2026, 1, 1, tzinfo=UTC),
        until=datetime(2027, 6, 1, tzinfo=UTC),
        instead="/api/v2/kratom/resolve",
    )
    monkeypatch.setitem(deprecation.RETIRED, "/api/v1/<topic>/resolve", gone)
    headers = client.get(f"{RESOLVE}?place=us").headers
    assert headers["Deprecation"] == "@1767225600"
    assert headers["Sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"
    assert '</api/v2/kratom/resolve>; rel="successor-version"' in headers["Link"]
    assert 'rel="license"' in headers["Link"]
    assert "Deprecation" not in client.get(RECORDS).headers


def test_a_page_of_another_origin_may_send_a_batch(client: FlaskClient) -> None:
    response = client.options(
        RESOLVE,
        headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"},
    )
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
    assert "RateLimit" in response.headers["Access-Control-Expose-Headers"]
