"""Builders for use cases: a tracker on a test database, people, and a proposal made by service."""

from typing import Any

from legalmap.domain.accounts import Account
from legalmap.domain.moderation import Verdict
from legalmap.domain.payload import Payload
from legalmap.domain.records import Revision
from legalmap.services import editing, reviewing
from legalmap.services.editing import Proposal
from legalmap.services.tracker import Tracker
from legalmap.store import accounts
from tests.build import a_payload, a_period

BANNED = a_payload(a_period(), a_period("2020-05", "banned"))


def person(tracker: Tracker, handle: str) -> Account:
    """One of the people every test database has."""
    with tracker.store.reading() as connection:
        found = accounts.by_handle(connection, handle)
    assert found is not None
    return found


def propose(tracker: Tracker, payload: Payload = BANNED, by: str = "ana", **more: Any) -> Revision:
    """A proposal for us-al, waiting for review."""
    fields = {
        "topic": "kratom",
        "jurisdiction": "us-al",
        "base_number": 0,
        "note": "A law.",
        **more,
    }
    return editing.submit(tracker, person(tracker, by), Proposal(payload=payload, **fields))


def decide(
    tracker: Tracker,
    revision: Revision,
    verdict: Verdict = Verdict.APPROVE,
    by: str = "ben",
    comment: str = "Seen.",
) -> Revision:
    """A verdict on exactly this revision."""
    return reviewing.decide(
        tracker,
        person(tracker, by),
        revision.id,
        verdict,
        comment=comment,
        payload_sha256=revision.payload_sha256,
    )
