"""Each kind of bad input gets its own clear problem, in JSON, naming what is at fault."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from legalmap.app import create_app
from legalmap.config import Settings
from legalmap.domain.errors import (
    AlreadyDecided,
    BadQuery,
    Forbidden,
    Invalid,
    Missing,
    NothingChanged,
    NotNow,
    NotSignedIn,
    NotYet,
    OwnWork,
    Problem,
    Stale,
    UnlistedZip,
    Unmade,
    Unusable,
)
from legalmap.store.engine import Store
from legalmap.web.api import problems
from tests.store.build import NOW

MEDIA_TYPE = "application/problem+json"
MISSING = {
    # An address, and what is near.
    "an unknown topic": ("/api/v1/kratos/records", ["kratom", "7-oh"]),
    "an unknown topic of the codebook": ("/api/v1/topics/kratos", ["kratom", "7-oh"]),
    "an unknown topic to resolve": ("/api/v1/kratos/resolve?place=us", ["kratom", "7-oh"]),
    "an unknown topic to export": ("/export/kratos.csv", ["kratom", "7-oh"]),
    "an unknown format": ("/export/kratom.xml", ["json", "ndjson", "csv", "geojson"]),
    "no format": ("/export/kratom", []),
    "an unknown jurisdiction": ("/api/v1/jurisdictions/us-all", ["us-al"]),
    "an unknown place to resolve": ("/api/v1/kratom/resolve?place=us-fl-sarasotta", None),
    "a place without a record": ("/api/v1/kratom/records/us-al-mobile", ["us-al", "us"]),
    "a record not yet known then": ("/api/v1/kratom/records/us-al?known_at=1", []),
    "a revision that never was": ("/api/v1/kratom/records/us-al/revisions/7", ["0"]),
    "a revision that is no number": ("/api/v1/kratom/records/us-al/revisions/x", ["0"]),
    "a control character": ("/api/v1/kratom/records/%00", []),
    "a ZIP code of no county": ("/api/v1/kratom/resolve?zip=00000", []),
    "a ZIP code of post-office boxes": ("/api/v1/kratom/resolve?zip=30301", ["us-ga"]),
    "a ZIP code of a single building": ("/api/v1/kratom/check?zip=12345", ["us-ny"]),
    "a ZIP code of the armed forces": ("/api/v1/kratom/resolve?zip=09012", []),
    "a point at sea": ("/api/v1/kratom/resolve?lat=0&lon=-30", []),
    "nothing at all": ("/api/v2/topics", []),
    "a slash too many": ("/api/v1/topics/", []),
}


@pytest.mark.parametrize(("address", "near"), MISSING.values(), ids=MISSING)
def test_what_does_not_exist_is_404_with_what_may_have_been_meant(
    client: FlaskClient, address: str, near: list[str] | None
) -> None:
    response = client.get(address)
    assert (response.status_code, response.content_type) == (404, MEDIA_TYPE)
    problem = response.json
    assert set(problem) == {"type", "title", "status", "detail", "instance", "errors", "near"}
    assert problem["status"] == 404
    assert problem["instance"] in (address.partition("?")[0], "/api/v1/kratom/records/\0")
    if near is None:
        assert "us-fl-sarasota" in problem["near"]
    else:
        assert set(near) <= set(problem["near"])


RECORDS, RESOLVE = "/api/v1/kratom/records", "/api/v1/kratom/resolve"
BAD_QUERIES = {
    # An address with one fault, the parameter at fault, and words of the message.
    "a month 13": (f"{RECORDS}?as_of=2019-13-40", "as_of", "2026-07-01"),
    "a day that is a month": (f"{RECORDS}?as_of=2019-06", "as_of", "full date"),
    "a day before all days": (f"{RECORDS}?as_of=0001-01-01", "as_of", "from 1900-01-01"),
    "a day in other digits": (f"{RECORDS}?as_of=２０１９-01-01", "as_of", "full date"),
    "a feed number not reached": (f"{RECORDS}?known_at=999999", "known_at", "ends at 280"),
    "a feed number below 0": (f"{RECORDS}?known_at=-1", "known_at", "feed number"),
    "an instant to come": (f"{RECORDS}?known_at=2099-01-01", "known_at", "future"),
    "an instant out of time": (
        f"{RECORDS}?known_at=0001-01-01T00:00:00%2B23:59",
        "known_at",
        "feed number",
    ),
    "an unknown status": (f"{RECORDS}?status=baned", "status", "banned"),
    "a status in capitals": (f"{RECORDS}?status=BANNED", "status", "Choose from: legal"),
    "an unknown kind": (f"{RECORDS}?kind=planet", "kind", "country, territory"),
    "an unknown freshness": (f"{RECORDS}?freshness=stale", "freshness", "fresh, due"),
    "an unknown parent": (f"{RECORDS}?parent=us-all", "parent", "us-al"),
    "an unknown parameter": (f"{RECORDS}?asof=2019-01-01", "asof", "Did you mean as_of?"),
    "a parameter of another address": ("/api/v1/topics?as_of=2019-01-01", "as_of", "takes: fields"),
    "a parameter twice": (f"{RECORDS}?status=legal&status=banned", "status", "once"),
    "a parameter without a value": (f"{RECORDS}?status=", "status", "leave it out"),
    "a limit of nothing": (f"{RECORDS}?limit=0", "limit", "1 to 500"),
    "a limit too large": (f"{RECORDS}?limit=501", "limit", "1 to 500"),
    "a limit that is no number": (f"{RECORDS}?limit=1e2", "limit", "1 to 500"),
    "a cursor nobody gave": (f"{RECORDS}?cursor=abc", "cursor", "as it is"),
    "a cursor in other letters": (f"{RECORDS}?cursor=%C3%A9", "cursor", "as it is"),
    "a cursor for a search": ("/api/v1/jurisdictions?q=a&cursor=abc", "cursor", "one page"),
    "nothing to resolve": (RESOLVE, "place", "exactly one"),
    "two ways at once": (f"{RESOLVE}?place=us&zip=34236", "place", "exactly one"),
    "a ZIP and a point": (f"{RESOLVE}?zip=34236&lat=1&lon=1", "zip", "exactly one"),
    "a ZIP of four digits": (f"{RESOLVE}?zip=3423", "zip", "five digits"),
    "a latitude in words": (f"{RESOLVE}?lat=abc&lon=1", "lat", "-90 to 90"),
    "a latitude beyond the pole": (f"{RESOLVE}?lat=91&lon=1", "lat", "-90 to 90"),
    "a latitude that is no number": (f"{RESOLVE}?lat=nan&lon=1", "lat", "-90 to 90"),
    "a longitude around the globe": (f"{RESOLVE}?lat=1&lon=181", "lon", "-180 to 180"),
    "half a point": (f"{RESOLVE}?lat=1", "lon", "both lat and lon"),
    "the other half": (f"{RESOLVE}?lon=1", "lat", "both lat and lon"),
    "a feed before its start": ("/api/v1/changes?since=-1", "since", "0 to 280"),
    "a feed beyond its end": ("/api/v1/changes?since=281", "since", "0 to 280"),
    "a feed of an unknown topic": ("/api/v1/changes?topic=kratos", "topic", "kratom, 7-oh"),
    "an export of no day": ("/export/kratom.csv?as_of=today", "as_of", "full date"),
    "an export with a filter": ("/export/kratom.csv?status=legal", "status", "as_of, known_at"),
}


@pytest.mark.parametrize(("address", "field", "words"), BAD_QUERIES.values(), ids=BAD_QUERIES)
def test_a_bad_parameter_is_400_and_named_with_what_it_accepts(
    client: FlaskClient, address: str, field: str, words: str
) -> None:
    response = client.get(address)
    assert (response.status_code, response.content_type) == (400, MEDIA_TYPE)
    [error] = response.json["errors"]
    assert error["field"] == field
    assert words in error["message"]
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("address", ["/api/v1/topics", "/export/kratom.json"])
def test_a_method_that_writes_is_405_and_names_those_that_read(
    client: FlaskClient, method: str, address: str
) -> None:
    response = client.open(address, method=method)
    assert (response.status_code, response.content_type) == (405, MEDIA_TYPE)
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_redirect_brings_no_html(client: FlaskClient) -> None:
    response = client.get("/api//v1/topics")
    assert response.status_code == 308
    assert response.data == b""
    assert "Content-Type" not in response.headers


ERRORS = {
    # An error, then its status, its name, and what must stand in its detail.
    "missing": (Missing("topic", "x", ["kratom"]), 404, "missing", "no topic “x”"),
    "no Census area": (
        UnlistedZip("30301", ["us-ga"], "Codes that begin with 303 lie in Georgia: give the town."),
        404,
        "unlisted-zip",
        "lie in Georgia: give the town",
    ),
    "a bad query": (BadQuery.at("as_of", "No."), 400, "bad-query", "as_of: No."),
    "invalid": (Invalid.at("periods.0.status", "No."), 422, "invalid", "periods.0.status"),
    "own work": (OwnWork("You wrote it."), 403, "own-work", "You wrote it."),
    "forbidden": (Forbidden("Not you."), 403, "forbidden", "Not you."),
    "not signed in": (NotSignedIn("Sign in."), 401, "not-signed-in", "Sign in."),
    "stale": (Stale("kratom", "us-al", 0, 1), 409, "stale", "moved on"),
    "decided": (AlreadyDecided("approved it", "ben", NOW), 409, "already-decided", "ben"),
    "not now": (NotNow("Withdrawn."), 409, "not-now", "Withdrawn."),
    "nothing changed": (NothingChanged("Same."), 409, "nothing-changed", "Same."),
    "unusable": (Unusable("/srv/secret.db is locked"), 503, "unusable", "little while"),
    "unmade": (Unmade("/srv/files is full"), 503, "unusable", "This file cannot be made"),
    "not yet": (NotYet("It is being made."), 503, "not-yet", "It is being made."),
    "a bug": (KeyError("secret"), 500, "unforeseen", "on our side"),
}


@pytest.mark.parametrize(("error", "status", "name", "words"), ERRORS.values(), ids=ERRORS)
def test_every_error_has_one_shape_and_hides_the_inside(
    reading_app: Flask, error: Exception, status: int, name: str, words: str
) -> None:
    with reading_app.test_request_context("/api/v1/topics?place=us-al"):
        response = problems.response(error)
    problem = response.get_json()
    assert response.status_code == problem["status"] == status
    assert problem["type"] == f"urn:legalmap:problem:{name}"
    assert words in problem["detail"]
    assert problem["instance"] == "/api/v1/topics"
    assert b"secret" not in response.data
    assert ("Retry-After" in response.headers) == (status == 503)


def test_every_field_at_fault_is_named(reading_app: Flask) -> None:
    with reading_app.test_request_context("/api/v1/topics"):
        response = problems.response(Invalid([Problem("a", "No."), Problem("b", "No.")]))
    assert [error["field"] for error in response.get_json()["errors"]] == ["a", "b"]


def test_a_bug_is_told_without_a_word_about_the_inside(sqlite_store: Store) -> None:
    app = create_app(
        Settings(database_url=str(sqlite_store.url), secret_key="x" * 40, secure_cookies=False)
    )
    app.extensions["reader"].tracker.topics = None
    response = app.test_client().get("/api/v1/topics")
    assert (response.status_code, response.content_type) == (500, MEDIA_TYPE)
    assert "None" not in response.text
    app.extensions["reader"].tracker.store.close()


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/jurisdictions?q=%00",
        "/api/v1/jurisdictions?q=us%00al",
        "/api/v1/jurisdictions/us-al%00",
        "/api/v1/kratom/resolve?place=%00",
        "/api/v1/kratom/records?parent=us%00",
        "/api/v1/kratom/records/us-al%00/revisions/0",
        "/export/kratom%00.json",
        "/api/v1/changes?topic=%00",
    ],
)
def test_no_database_stumbles_over_a_character_it_cannot_keep(
    writable: FlaskClient, address: str
) -> None:
    response = writable.get(address)
    assert response.status_code in (200, 400, 404)
    assert response.content_type in (MEDIA_TYPE, "application/json")
