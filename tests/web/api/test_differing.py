"""/api/v1/{topic}/diff: the records that differ between two feed numbers."""

import json

import pytest
from flask.testing import FlaskClient

from legalmap.domain.law.payload import canonical_bytes
from legalmap.services.core.tracker import Tracker
from legalmap.store.engine import Store
from tests.build import a_payload
from tests.services.build import BANNED, decide, propose
from tests.store.build import a_record

ADDRESS = "/api/v1/kratom/diff"


@pytest.fixture
def changed(store: Store, writable: FlaskClient) -> FlaskClient:
    """Three publications: two records, then a change of the first."""
    with store.writing() as connection:
        a_record(connection, "us-al")
        a_record(connection, "us-fl")
    tracker = Tracker(store)
    decide(tracker, propose(tracker))
    return writable


def test_a_change_is_told_with_fields_before_and_after(changed: FlaskClient) -> None:
    answer = changed.get(f"{ADDRESS}?from=2&to=3").json
    assert (answer["since"], answer["until"], answer["feed_no"], answer["total"]) == (2, 3, 3, 1)
    [record] = answer["records"]
    assert record["jurisdiction"]["code"] == "us-al"
    assert (record["feed_no_before"], record["feed_no"]) == (1, 3)
    assert (record["revision_before"], record["revision"]) == (0, 1)
    assert record["before"] == json.loads(canonical_bytes(a_payload()))
    assert record["after"] == json.loads(canonical_bytes(BANNED))
    [field] = record["changed"]
    assert (field["field"], field["before"]) == ("periods.2020-05", None)
    assert field["after"]["status"] == "banned"


def test_a_new_record_has_nothing_before_and_to_is_the_head(changed: FlaskClient) -> None:
    records = changed.get(f"{ADDRESS}?from=1").json["records"]
    assert [(r["jurisdiction"]["code"], r["before"] is None) for r in records] == [
        ("us-al", False),
        ("us-fl", True),
    ]
    assert changed.get(f"{ADDRESS}?from=3").json["records"] == []
    assert changed.get("/api/v1/7-oh/diff?from=0").json["records"] == []


BAD = [("", "from"), ("?from=4", "from"), ("?from=2&to=1", "from"), ("?from=0&to=9", "to")]


@pytest.mark.parametrize(
    ("query", "field"), [*BAD, ("?from=x", "from"), ("?from=0&till=1", "till")]
)
def test_bad_numbers_are_named(changed: FlaskClient, query: str, field: str) -> None:
    answer = changed.get(f"{ADDRESS}{query}")
    assert answer.status_code == 400
    assert answer.json["errors"][0]["field"] == field
