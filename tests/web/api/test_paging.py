"""Pages: each item once, in order, of one edition and day, whatever is published meanwhile."""

import time_machine
from flask.testing import FlaskClient

from legalmap.store.engine import Store
from tests.store.build import a_record, minutes


def pages(client: FlaskClient, address: str, most: int = 50) -> list[dict]:
    answers = []
    while address and len(answers) < most:
        response = client.get(address)
        assert response.status_code == 200, response.text
        answers.append(response.json)
        address = response.json["next"]
        assert ('rel="next"' in response.headers["Link"]) == bool(address)
    return answers


def test_pages_of_records_hold_each_record_once_in_order(client: FlaskClient) -> None:
    answers = pages(client, "/api/v1/kratom/records?limit=50")
    codes = [record["jurisdiction"]["code"] for page in answers for record in page["records"]]
    assert len(answers) == 5
    assert codes == sorted(set(codes))
    assert len(codes) == 230
    assert {page["total"] for page in answers} == {230}


def test_a_full_last_page_has_no_next(client: FlaskClient) -> None:
    assert len(pages(client, "/api/v1/kratom/records?limit=115")) == 2


def test_a_filter_goes_with_its_pages(client: FlaskClient) -> None:
    answers = pages(client, "/api/v1/kratom/records?limit=3&status=banned&kind=state")
    statuses = {record["status"] for page in answers for record in page["records"]}
    assert statuses == {"banned"}
    assert sum(len(page["records"]) for page in answers) == answers[0]["total"] > 3


def test_pages_of_places_hold_each_place_once(client: FlaskClient) -> None:
    answers = pages(client, "/api/v1/jurisdictions?parent=us-ca&limit=500")
    codes = [place["code"] for page in answers for place in page["jurisdictions"]]
    assert len(codes) == len(set(codes)) > 1_000
    assert {"us-ca-san-diego", "us-ca-san-diego-county"} <= set(codes)


def test_a_cursor_of_another_query_is_refused(client: FlaskClient) -> None:
    cursor = client.get("/api/v1/kratom/records?limit=3").json["next_cursor"]
    for other in (
        f"/api/v1/kratom/records?status=banned&cursor={cursor}",
        f"/api/v1/7-oh/records?cursor={cursor}",
        f"/api/v1/kratom/records?as_of=2015-01-01&cursor={cursor}",
        f"/api/v1/jurisdictions?cursor={cursor}",
    ):
        response = client.get(other)
        assert response.status_code == 400
        assert "another query" in response.json["detail"]
    assert client.get(f"/api/v1/kratom/records?limit=7&cursor={cursor}").status_code == 200


def test_later_pages_show_the_edition_and_day_of_the_first(
    store: Store, writable: FlaskClient
) -> None:
    with store.writing() as connection:
        for code in ("th", "us", "us-al"):
            a_record(connection, code, at=minutes(-50))
    first = writable.get("/api/v1/kratom/records?limit=1").json
    with store.writing() as connection:
        a_record(connection, "us-ca", at=minutes(-10))
    with time_machine.travel("2026-11-25T00:00:00Z", tick=False):
        rest = pages(writable, first["next"])
    codes = [record["jurisdiction"]["code"] for page in rest for record in page["records"]]
    assert codes == ["us", "us-al"]
    assert {(page["feed_no"], page["as_of"]) for page in rest} == {(3, "2026-11-23")}
