"""What is given out of a payload is what is stored, byte for byte: the hash is over just that.

The payload here is stored with a number and a key order that this code would never write, as another
version might have. An answer that decoded and encoded it anew would give other bytes.
"""

import re

import msgspec
import pytest
from flask.testing import FlaskClient

from legalmap.domain.law import payload
from legalmap.domain.law.payload import Payload, sha256_of
from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import integrity_check
from legalmap.services.notifying import webhook_delivery
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from legalmap.store.history import records
from tests.build import a_payload, a_period
from tests.services.build import decide, propose
from tests.store.build import a_record

LIMITED = a_payload(a_period("2020", answers={"seven_oh_limit_percent": 0.4}))
Raw = dict[str, msgspec.Raw]


def strangely_spelled(content: Payload) -> bytes:
    """The same content in bytes that are of no form of ours."""
    canonical = payload.content_bytes(content)
    return re.sub(
        rb"^\{(.*),\"verified_how\":(.*)\}$", rb'{"verified_how":\2,\1}', canonical
    ).replace(b":0.4", b":4.0e-1")


@pytest.fixture
def stored(store: Store, writable: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The bytes of the only publication after the first record."""
    with store.writing() as connection:
        a_record(connection, "us-al")
    tracker = Tracker(store)
    with monkeypatch.context() as patch:
        patch.setattr(records, "content_bytes", strangely_spelled)
        revised = decide(tracker, propose(tracker, LIMITED))
    assert revised.stored.encode() == strangely_spelled(LIMITED) != payload.content_bytes(LIMITED)
    assert revised.payload == LIMITED
    return revised.stored.encode()


def test_the_feed_gives_the_stored_bytes(writable: FlaskClient, stored: bytes) -> None:
    answer = msgspec.json.decode(writable.get("/api/v1/changes").data, type=Raw)
    first, second = msgspec.json.decode(answer["changes"], type=list[Raw])
    assert bytes(second["after"]) == stored
    assert bytes(second["before"]) == bytes(first["after"]) == payload.content_bytes(a_payload())
    for change in (first, second):
        assert msgspec.json.decode(change["payload_sha256"]) == sha256_of(bytes(change["after"]))


def test_a_revision_gives_the_stored_bytes(writable: FlaskClient, stored: bytes) -> None:
    address = "/api/v1/kratom/records/us-al/revisions/1"
    answer = msgspec.json.decode(writable.get(address).data, type=Raw)
    assert bytes(answer["payload"]) == stored


def test_a_difference_gives_the_stored_bytes(writable: FlaskClient, stored: bytes) -> None:
    answer = msgspec.json.decode(writable.get("/api/v1/kratom/diff?from=1").data, type=Raw)
    [record] = msgspec.json.decode(answer["records"], type=list[Raw])
    assert bytes(record["after"]) == stored
    assert bytes(record["before"]) == payload.content_bytes(a_payload())


def test_a_webhook_is_sent_the_stored_bytes(store: Store, stored: bytes) -> None:
    tracker = Tracker(store)
    [entry] = Reader(tracker).stretch(1, 1).entries
    message = msgspec.json.decode(webhook_delivery.message(tracker, entry), type=Raw)
    assert bytes(msgspec.json.decode(message["data"], type=Raw)["after"]) == stored


def test_fields_of_it_can_be_asked_for(writable: FlaskClient, stored: bytes) -> None:
    answer = writable.get("/api/v1/changes?since=1&fields=after.periods,feed_no").json
    assert [change["feed_no"] for change in answer["changes"]] == [2]
    assert answer["changes"][0]["after"]["periods"][0]["answers"] == {"seven_oh_limit_percent": 0.4}


def test_such_a_feed_is_sound(store: Store, stored: bytes) -> None:
    assert integrity_check.check(Tracker(store)) == []
